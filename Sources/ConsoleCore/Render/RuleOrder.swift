internal import ControlWire
internal import JSONText
internal import Policy

/// Lines of the rule pane, and those of them that a rule begins on.
struct RulePaneText: Hashable, Sendable {
  /// A place of the policy that the pane's cursor can stand on.
  struct Stop: Hashable, Sendable {
    var line: Int
    var rule: GoverningRule
    /// Where it is in the file.
    var place: Int?
  }

  var lines: [Line] = []
  var stops: [Stop] = []

  mutating func add(_ rule: GoverningRule, _ more: [Line]) {
    stops.append(Stop(line: lines.count, rule: rule, place: rule.line))
    lines += more
  }
}

/// What the rule pane said last of a server's rules and of those for all servers: they may be thousands.
struct KeptLevel: Hashable, Sendable {
  struct Key: Hashable, Sendable {
    var server: ExactText
    var tools: Range<Int>
    var scanned: Moment?
    var columns: Int
    var revision: String?
    var expiry: Moment?
  }

  var key: Key
  var text: RulePaneText
}

extension ConsoleState {
  /// Everything in the policy that speaks of a tool, in the order of judgement.
  func orderText(of tool: Catalogue.Tool, columns: Int) -> RulePaneText {
    var text = RulePaneText()
    guard let draft = policy.draft else { return text }
    let server = catalogue.servers[tool.server].info.name
    text.lines.append(Line())
    if !draft.engine.isEnforced {
      text.lines += block(
        "", "mode observe: all of this is decided and recorded, and every call goes through", .attention,
        columns: columns)
    }
    text.lines.append(Line(TextSpan("in the order of judgement", .accent)))
    for rule in draft.engine.governing(server: server, tool: tool.info.name, at: now).prefix(60) {
      text.add(rule, lines(of: rule, columns: columns))
    }
    text.lines += hunkLines(tool, server, draft, columns: columns)
    text.lines += hitLines(tool, columns: columns)
    return text
  }

  /// What stands in the parts for a server and for all servers, beside the rules of its known tools.
  func levelText(of index: Int, columns: Int) -> RulePaneText {
    if let kept = keptLevel, kept.key == levelKey(of: index, columns: columns) { return kept.text }
    return madeLevelText(of: index, columns: columns)
  }

  private func madeLevelText(of index: Int, columns: Int) -> RulePaneText {
    var text = RulePaneText()
    guard let draft = policy.draft else { return text }
    let server = catalogue.servers[index]
    let known = Set(catalogue.tools[server.tools].map(\.info.name))
    let levels: [(ExactText?, String)] = [
      (server.info.name, "rules of this server, beside those of its tools"), (nil, "rules for all servers"),
    ]
    for (name, title) in levels {
      let (rules, untold) = draft.current.levelRules(server: name, knownTools: known, at: now)
      text.lines += [Line(), Line(TextSpan(title, .accent))]
      if rules.isEmpty { text.lines.append(Line(TextSpan("  none", .dim))) }
      for rule in rules { text.add(rule, lines(of: rule, columns: columns)) }
      if untold > 0 { text.lines += block("  ", "and \(Format.count(untold)) more", .dim, columns: columns) }
    }
    return text
  }

  private func levelKey(of index: Int, columns: Int) -> KeptLevel.Key {
    let server = catalogue.servers[index]
    return KeptLevel.Key(
      server: server.info.name, tools: server.tools, scanned: server.info.scanned, columns: columns,
      revision: policy.draft?.current.revision, expiry: catalogue.nextExpiry)
  }

  /// Makes what the next picture needs and what stays the same from one to the next: to be called before `render`.
  package mutating func prepareFrame() {
    keepPageLines()
    guard let columns = layout.place(of: .rule)?.body.columns, currentTool == nil, let server = currentServer else {
      return
    }
    let key = levelKey(of: server, columns: columns)
    if keptLevel?.key != key { keptLevel = KeptLevel(key: key, text: madeLevelText(of: server, columns: columns)) }
  }

  // MARK: One rule

  private func lines(of rule: GoverningRule, columns: Int) -> [Line] {
    let role: Role = rule.overridden == nil ? .text : .dim
    let place = rule.line.map { " · line \($0)" } ?? ""
    let why = rule.overridden.map { " · not used: \($0)" } ?? ""
    var lines = block(
      "  ", "\(safe(rule.title)): \(safe(rule.summary, limit: 200))\(place)\(why)", role, columns: columns)
    guard rule.overridden == nil else { return lines }
    for part in rule.parts.prefix(60) {
      let end = part.expires.map { part.isExpired ? ", which ended \($0.rfc3339)" : ", until \($0.rfc3339)" } ?? ""
      lines += block(
        "    \(part.label) ", safe(part.text, limit: 600) + end, part.isExpired ? .dim : .text, columns: columns)
      if !part.isExpired, let told = part.toldInFull {
        lines += block("      tells ", safe(told, limit: 900), .dim, columns: columns)
      }
    }
    if rule.parts.count > 60 {
      lines += block("    ", "and \(Format.count(rule.parts.count - 60)) more parts", .dim, columns: columns)
    }
    return lines
  }

  // MARK: The edit

  /// The part of the diff that is about the tool's own rule.
  private func hunkLines(
    _ tool: Catalogue.Tool, _ server: ExactText, _ draft: PolicyDraft, columns: Int
  ) -> [Line] {
    guard tool.mark != .none else { return [] }
    func own(_ engine: PolicyEngine, _ document: PolicyDocument) -> [UInt8] {
      let rule = engine.governing(server: server, tool: tool.info.name, at: now).first { $0.kind == .exact }
      return rule.flatMap { document.text(of: $0) } ?? []
    }
    let diff = DiffLine.unified(own(draft.baseEngine, draft.base), own(draft.engine, draft.current))
    guard !diff.isEmpty else {
      return [Line()] + block("", "its own rule is not edited; = shows the whole diff", .dim, columns: columns)
    }
    var lines = [Line(), Line(TextSpan("edited and not saved", .accent))]
    for line in diff.prefix(60) where line.kind != .hunk { lines.append(self.line(of: .diff(line))) }
    if diff.count > 60 { lines += block("", "and more; = shows the whole diff", .dim, columns: columns) }
    return lines
  }

  // MARK: What it did

  private func hitLines(_ tool: Catalogue.Tool, columns: Int) -> [Line] {
    let hits = tool.hits.hits
    guard !hits.isEmpty else { return [] }
    var lines = [Line(), Line(TextSpan("hits of its rules in this run", .accent))]
    for hit in hits {
      lines += block(
        "  ",
        "\(hit.verdict.glyph) \(hit.verdict.rawValue) \(Format.count(hit.count)) · " + safe(hit.rule, limit: 300),
        hit.verdict.role, columns: columns)
    }
    return lines
  }
}

extension GoverningRule {
  /// What it is, as `own rule`, `pattern git_*`, `all_tools of all servers`.
  var title: String {
    let place = isForAllServers ? " of all servers" : ""
    let noun = section == "tools" ? "" : "\(section) "
    return switch kind {
    case .hide: "hide \(key.string)\(place)"
    case .exact: section == "tools" ? "rule \(key.string)\(place)" : "\(noun)\(key.string)\(place)"
    case .pattern: "\(noun)pattern \(key.string)\(place)"
    case .lookalike: "\(section == "hide" ? "hide" : "rule") \(key.string)\(place), which this name looks like"
    case .allTools: "all_tools\(place)"
    case .fallback: isForAllServers ? "default of the policy" : "default of the server"
    }
  }
}

extension GoverningRule.Part {
  /// The part of the language that it is, in the policy's own words.
  var label: String { kind }

  /// The denial as the agent reads it; nil where it leads to none.
  var toldInFull: String? {
    guard let told else { return nil }
    let stop = [".", "!", "?"].contains { told.hasSuffix($0) } ? "" : "."
    switch kind {
    case "limit": return "[gatehouse] denied: \(told)\(stop) Rule \(pointer). Retry after N s."
    case "approve_if",
      "action" where text != "deny":
      return Self.toldWhileWaiting(told, rule: pointer)
    default: return "[gatehouse] denied: \(told)\(stop) Rule \(pointer)."
    }
  }

  /// What the agent reads whose call has waited, and nobody has decided.
  static func toldWhileWaiting(_ reason: String, rule: String) -> String {
    "[gatehouse] waiting for approval ID; call again with the same arguments. The call has not run: \(reason), and "
      + "nobody has decided yet. Rule \(rule)."
  }
}

// MARK: The pane's cursor

extension ConsoleState {
  /// The rule that the pane's cursor is on.
  func currentStop(_ text: RulePaneText) -> RulePaneText.Stop? {
    guard !text.stops.isEmpty else { return nil }
    return ruleStop.flatMap { text.stops.indices.contains($0) ? text.stops[$0] : text.stops.last }
  }

  /// Moves the cursor from rule to rule, and scrolls where the next one is not in view.
  mutating func moveRule(by rows: Int, height: Int) {
    let text = ruleText(columns: ruleColumns)
    let most = max(0, text.lines.count - height)
    guard abs(rows) < height, !text.stops.isEmpty else {
      ruleTop = min(max(0, ruleTop + rows), most)
      let visible = text.stops.firstIndex { $0.line >= ruleTop && $0.line < ruleTop + height }
      ruleStop = ruleTop == 0 ? nil : visible ?? ruleStop
      return
    }
    for _ in 0..<abs(rows) { stepRule(rows > 0 ? 1 : -1, text, height: height, most: most) }
  }

  private mutating func stepRule(_ step: Int, _ text: RulePaneText, height: Int, most: Int) {
    func isInView(_ index: Int) -> Bool {
      text.stops.indices.contains(index) && text.stops[index].line >= ruleTop
        && text.stops[index].line < ruleTop + height
    }
    let next = ruleStop.map { $0 + step } ?? (step > 0 ? 0 : -1)
    if isInView(next) {
      ruleStop = next
      return
    }
    let stop = ruleStop
    ruleTop = min(max(0, ruleTop + step), most)
    // Setting the first line to none puts the cursor back, which is right at the top alone.
    ruleStop = ruleTop == 0 && step < 0 && next < 0 ? nil : stop
    if ruleStop == nil, ruleTop > 0 { ruleStop = text.stops.indices.first(where: isInView) }
  }

  /// The text of the rule under the pane's cursor, or of the tool's own, for the clipboard.
  func ruleToCopy() -> String? {
    guard let draft = policy.draft else { return nil }
    let text = ruleText(columns: ruleColumns)
    let rule = currentStop(text)?.rule ?? text.stops.first { $0.rule.overridden == nil && !$0.rule.range.isEmpty }?.rule
    guard let rule, let bytes = draft.current.text(of: rule), bytes.count <= Self.mostCopied else { return nil }
    let json = String(decoding: bytes, as: UTF8.self)
    // What would have to be shown as a token is not copied as one: it would be another rule.
    let isPlain = json.split(separator: "\n", omittingEmptySubsequences: false).allSatisfy { line in
      let line = String(line)
      return line.utf8.count < 4000 && TerminalText.safe(line).utf8.elementsEqual(line.utf8)
    }
    return isPlain ? json : nil
  }

  private static let mostCopied = 32 << 10
}
