internal import ControlWire
internal import JSONText
internal import Policy

extension Command {
  /// Reads commands whose words may be in quotation marks; nil where the verb is another's.
  static func more(_ verb: String, _ line: CommandWords) throws(CommandError) -> Command? {
    if let rule = try RuleWords.read(line) { return .rule(rule) }
    let rest = Array(line.words.dropFirst())
    switch verb {
    case "allow", "deny", "ask", "hide", "inherit", "limit": return try decision(verb, line, rest)
    case "all": return try decisionOnAll(line, rest)
    case "mouse":
      switch rest.map(\.text) {
      case []: return nil
      case ["on"]: return .mouse(true)
      case ["off"]: return .mouse(false)
      default: throw CommandError("write: mouse on, or mouse off")
      }
    case "lockdown":
      switch rest.map(\.text) {
      case []: return nil
      case ["on"]: return .lockdown(true)
      case ["off"]: return .lockdown(false)
      default: throw CommandError("write: lockdown on, or lockdown off")
      }
    case "deny-call" where !rest.isEmpty: return .denyCall(line.rest(from: 1))
    case "approve" where !rest.isEmpty:
      if rest.map(\.text) == ["session"] { return .approveCall(.session) }
      guard rest.count == 1, let minutes = Int(rest[0].text), 1...ApprovalScope.longest / 60 ~= minutes else {
        throw CommandError("write: approve, approve session, or approve MINUTES for identical calls")
      }
      return .approveCall(.identical(seconds: minutes * 60))
    case "hide-name", "unhide-name":
      guard 1...2 ~= rest.count else { throw CommandError("write: \(verb) PATTERN, or \(verb) PATTERN SERVER") }
      return .hideName(rest[0].plain, server: rest.count == 2 ? rest[1].plain : nil, verb == "hide-name")
    case "mode":
      guard rest.count == 1, let mode = PolicyMode(rawValue: rest[0].text) else {
        throw CommandError("write: mode enforce, or mode observe")
      }
      return .mode(mode)
    case "describe":
      guard !rest.isEmpty else { throw CommandError("write: describe TEXT, or describe none") }
      if rest.count == 1 { return .describe(rest[0].text == "none" ? nil : rest[0].plain) }
      return .describe(line.rest(from: 1))
    case "forget-server":
      guard rest.count == 1 else { throw CommandError("write: forget-server SERVER") }
      return .removeServer(rest[0].plain)
    case "limits":
      guard rest.count == 1, let address = RuleAddress(pointer: rest[0].plain) else {
        throw CommandError("write: limits /servers/SERVER/resources/PATTERN, or another rule's place")
      }
      return .limits(address)
    default: return nil
    }
  }

  /// A decision about tools, or about a rule by its place.
  private static func decision(
    _ verb: String, _ line: CommandWords, _ rest: [CommandWords.Word]
  ) throws(CommandError) -> Command? {
    guard let first = rest.first else { return nil }
    guard !line.isOpen else { throw CommandError("a quotation mark or a bracket is not closed") }
    if verb == "limit" { return try limit(line, rest) }
    guard rest.contains(where: { $0.plain.hasPrefix("/") }) else {
      let setting = try setting([verb])
      return .set(setting, names: rest.map(\.plain))
    }
    guard rest.count == 1 else { throw CommandError("one rule at a time: \(verb) \(first.text)") }
    let part: RuleWords.Part
    switch verb {
    case "allow": part = .action(.allow)
    case "deny": part = .action(.deny)
    case "ask": part = .action(.requireApproval)
    case "inherit": part = .remove
    default: throw CommandError("a rule is not hidden, a name is: hide-name PATTERN")
    }
    return .rule(RuleWords(target: try RuleWords.target(first), part: part, words: verb))
  }

  /// `limit TOOL [N] 10/minute ...`, or as before `limit 10/minute [SCOPE] TOOL...`.
  private static func limit(_ line: CommandWords, _ rest: [CommandWords.Word]) throws(CommandError) -> Command? {
    func isLimit(_ word: CommandWords.Word?) -> Bool {
      guard let word, let slash = word.text.utf8.firstIndex(of: 0x2F) else { return false }
      let number = word.text.utf8[..<slash]
      return !number.isEmpty && number.allSatisfy { 0x30...0x39 ~= $0 || $0 == 0x2E }
    }
    guard rest.count > 1, !isLimit(rest.first) else { return nil }
    var words = Array(rest.dropFirst())
    var place: Int?
    if let number = Int(words[0].text), number > 0, words.count > 1 {
      place = number - 1
      words.removeFirst()
    }
    let terms = try RuleWords.limit(words)
    let target = try RuleWords.target(rest[0])
    if place == nil, terms.isPlain, case .tools(let name) = target, let most = Int(terms.max) {
      guard most <= LimitEditor.mostCalls else { throw CommandError("`\(terms.max)` is too many calls") }
      return .set(.limit(max: most, window: terms.window, scope: terms.scope ?? "grant"), names: [name])
    }
    return .rule(
      RuleWords(
        target: target, part: place.map { .changeLimit($0, terms) } ?? .limit(terms),
        words: "limit " + line.rest(from: 2)))
  }

  /// `all deny`, or with a filter of its own: `all deny risk>=high`.
  private static func decisionOnAll(
    _ line: CommandWords, _ rest: [CommandWords.Word]
  ) throws(CommandError) -> Command? {
    guard let verb = rest.first?.text else { return nil }
    var used = 1
    if verb == "limit", rest.count > 1 {
      used = 2
      if rest.count > 2, LimitEditor.scopes.contains(rest[2].text) { used = 3 }
    }
    guard rest.count > used else { return nil }
    let setting = try setting(rest.prefix(used).map(\.text))
    return .setWhere(setting, filter: line.rest(from: used + 1))
  }
}
