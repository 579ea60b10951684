package import ControlWire
package import Policy

/// What a typed command means.
package enum Command: Hashable, Sendable {
  case act(Action)
  /// Give the named tools a rule; without names, the marked ones or the one under the cursor.
  case set(RuleSetting, names: [String])
  /// Give every tool that the filter shows a rule.
  case setAll(RuleSetting)
  /// `server` nil is the policy's own default; `setting` nil removes it.
  case setDefault(server: String?, DefaultSetting?)
  case filter(String)
  case sort(PolicyList.Order)
  case theme(String)
  case start(Starter)
  case saveAndQuit
  case quitWithoutSaving
  /// Go to a tool or server, by `server/tool` or a part of its name.
  case go(String)
  /// Change a part of a rule.
  case rule(RuleWords)
  /// Give every tool that such a filter finds a rule.
  case setWhere(RuleSetting, filter: String)
  case mouse(Bool)
  /// Hide all tools of a name, or no longer.
  case hideName(String, server: String?, Bool)
  case mode(PolicyMode)
  case describe(String?)
  case removeServer(String)
  /// Give the filter in force a name, or let go of one.
  case saveFilter(String)
  case dropFilter(String)
  /// Mark the tools that fit an expression, or take their marks away.
  case mark(String, isOn: Bool)
  /// Open the editor of a rule, by its JSON pointer or a tool.
  case conditions(String)
  /// Deny everything now, or let the policy decide again.
  case lockdown(Bool)
  /// Deny the call that waits under the cursor, and say why.
  case denyCall(String)
  /// Let it pass: for its session, or identical calls for so many minutes.
  case approveCall(ApprovalScope)
  /// Open the limits of the rule at a place.
  case limits(RuleAddress)
  /// Tell the effect of unsaved edits for the calls of such a time.
  case since(EffectPeriod)

  /// Reads a command line without its colon.
  package static func read(_ line: String) throws(CommandError) -> Command? {
    let words = line.split(separator: " ").map(String.init)
    guard let verb = words.first else { return nil }
    let rest = Array(words.dropFirst())
    if let command = try more(verb, CommandWords(line)) { return command }
    switch verb {
    case "w", "write": return .act(.save)
    case "q": return .act(.quit)
    case "q!": return .quitWithoutSaving
    case "wq", "x": return .saveAndQuit
    case "allow": return .set(.allow, names: rest)
    case "deny": return .set(.deny, names: rest)
    case "hide": return .set(.hide, names: rest)
    case "inherit": return .set(.inherit, names: rest)
    case "ask": return .set(.requireApproval, names: rest)
    case "limit":
      guard !rest.isEmpty else { return .act(.limit) }
      let (setting, names) = try limit(rest)
      return .set(setting, names: names)
    case "all": return .setAll(try setting(rest))
    case "default": return try defaultSetting(rest)
    case "filter": return try filter(rest, all: expression(of: line, verb))
    case "mark" where !rest.isEmpty: return .mark(expression(of: line, verb), isOn: true)
    case "unmark":
      guard !rest.isEmpty else { throw CommandError("which? unmark EXPR, such as: unmark risk:low") }
      return .mark(expression(of: line, verb), isOn: false)
    case "sort":
      guard let name = rest.first else { return .act(.sort) }
      guard let order = PolicyList.Order(rawValue: name) else {
        throw CommandError("`\(name)` is no order; there are \(list(PolicyList.Order.allCases))")
      }
      return .sort(order)
    case "theme":
      guard let name = rest.first else { return .act(.theme) }
      return .theme(name)
    case "starter":
      guard let name = rest.first, let starter = Starter(rawValue: name) else {
        throw CommandError("choose one of \(list(Starter.allCases)): starter NAME")
      }
      return .start(starter)
    case "go":
      guard !rest.isEmpty else { throw CommandError("a name is missing: go SERVER/TOOL") }
      return .go(rest.joined(separator: " "))
    case "since":
      guard rest.count == 1, let period = EffectPeriod(rest[0]) else {
        throw CommandError("write since 1h, since 7d or since all")
      }
      return .since(period)
    case "conditions" where !rest.isEmpty: return .conditions(rest.joined(separator: " "))
    default: break
    }
    guard let action = Action(rawValue: verb) else { throw unknown(verb) }
    guard rest.isEmpty else { throw CommandError("`\(verb)` takes no more words") }
    return .act(action)
  }

  /// All first words that a command may have.
  package static let verbs: [String] =
    Set(CommandEntry.all.map(\.name) + Action.allCases.map(\.name)).sorted()

  /// All behind the first word, its blanks as they are.
  private static func expression(of line: String, _ verb: String) -> String {
    String(line.trimmed.dropFirst(verb.count)).trimmed
  }

  private static func filter(_ words: [String], all: String) throws(CommandError) -> Command {
    guard let first = words.first, first == "save" || first == "drop" else { return .filter(all) }
    guard words.count == 2 else { throw CommandError("write: filter \(first) NAME") }
    return first == "save" ? .saveFilter(words[1]) : .dropFilter(words[1])
  }

  private static func list(_ values: some Sequence<some RawRepresentable<String>>) -> String {
    values.map(\.rawValue).joined(separator: " ")
  }

  private static func unknown(_ verb: String) -> CommandError {
    let near = verbs.filter { $0.hasPrefix(verb.prefix(2)) }.prefix(4).joined(separator: ", ")
    return CommandError("`\(verb)` is no command" + (near.isEmpty ? "; help lists all" : "; there is \(near)"))
  }

  static func setting(_ words: [String]) throws(CommandError) -> RuleSetting {
    switch words.first {
    case "allow": return .allow
    case "deny": return .deny
    case "hide": return .hide
    case "inherit": return .inherit
    case "ask": return .requireApproval
    case "limit":
      let (setting, names) = try limit(Array(words.dropFirst()))
      guard names.isEmpty else { throw CommandError("`\(names[0])` is too much: all limit 10/minute [SCOPE]") }
      return setting
    default: throw CommandError("write: all allow, all ask, all deny, all hide, all inherit or all limit 10/minute")
    }
  }

  /// `10/minute`, then a scope if there is one; what is left are names.
  static func limit(_ words: [String]) throws(CommandError) -> (RuleSetting, names: [String]) {
    let usage = "write it as 10/minute, with second, minute, hour, day or a number of seconds"
    guard let first = words.first else { throw CommandError("how many? \(usage)") }
    let parts = first.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, let most = Int(parts[0]), most >= 0, most <= LimitEditor.mostCalls else {
      throw CommandError("`\(first)` is no limit; \(usage)")
    }
    let window = String(parts[1])
    guard LimitEditor.windows.contains(window) || Int(window).map({ 1...2_678_400 ~= $0 }) == true else {
      throw CommandError("`\(window)` is no window; \(usage)")
    }
    let hasScope = words.count > 1 && LimitEditor.scopes.contains(words[1])
    let scope = hasScope ? words[1] : "grant"
    return (.limit(max: most, window: window, scope: scope), Array(words.dropFirst(hasScope ? 2 : 1)))
  }

  private static func defaultSetting(_ words: [String]) throws(CommandError) -> Command {
    let usage = "write: default deny, or default SERVER deny; the words are allow, ask, deny, none"
    guard let last = words.last, words.count <= 2 else { throw CommandError(usage) }
    let setting = last == "ask" ? .requireApproval : DefaultSetting(rawValue: last)
    guard setting != nil || last == "none" else { throw CommandError("`\(last)` is no default; \(usage)") }
    return .setDefault(server: words.count == 2 ? words[0] : nil, setting)
  }
}

/// Why a command line means nothing.
package struct CommandError: Error, Hashable, Sendable {
  package var message: String

  init(_ message: String) { self.message = message }
}
