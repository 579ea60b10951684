internal import ControlWire
internal import JSONText
internal import Policy
internal import Risk

extension ConsoleState {
  /// The tool under the policy pane's cursor.
  package var currentTool: Int? {
    guard list.rows.indices.contains(list.cursor.row), case .tool(let tool) = list.rows[list.cursor.row] else {
      return nil
    }
    return tool
  }

  /// The server under the cursor, of the pane that has one.
  package var currentServer: Int? {
    if focus == .servers { return serverUnderCursor.flatMap { catalogue.index(ofServer: $0) } }
    guard list.rows.indices.contains(list.cursor.row) else { return nil }
    switch list.rows[list.cursor.row] {
    case .server(let index): return index
    case .tool(let tool): return catalogue.tools[tool].server
    }
  }

  /// All marks, those of a range that is still open included.
  package var marked: Set<ToolName> {
    guard let start = list.rangeStart, let from = list.index(of: start, in: catalogue) else { return list.marks }
    var marks = list.marks
    for row in min(from, list.cursor.row)...max(from, list.cursor.row) where list.rows.indices.contains(row) {
      if case .tool(let tool) = list.rows[row] { marks.insert(catalogue.name(of: tool)) }
    }
    return marks
  }

  /// The tools that a decision key is about, in the catalogue's order.
  func targets() -> [ToolName] {
    let marked = marked
    guard marked.isEmpty else {
      return marked.sorted { left, right in
        (catalogue.index(of: left) ?? 0) < (catalogue.index(of: right) ?? 0)
      }
    }
    return currentTool.map { [catalogue.name(of: $0)] } ?? []
  }

  // MARK: Rules

  mutating func decide(_ setting: RuleSetting) {
    let targets = targets()
    if targets.isEmpty {
      guard let server = currentServer else {
        say(.info, "there is no tool under the cursor")
        return
      }
      decideServer(server, setting)
      return
    }
    decide(setting, for: targets)
  }

  /// On a server's row the key is about the server's default.
  private mutating func decideServer(_ server: Int, _ setting: RuleSetting) {
    let name = catalogue.servers[server].info.name
    switch setting {
    case .allow: askDefault(.allow, server: name)
    case .deny: askDefault(.deny, server: name)
    case .requireApproval: askDefault(.requireApproval, server: name)
    case .inherit: askDefault(nil, server: name)
    case .limit, .hide: say(.info, "that is for tools: m marks all tools of \(safe(name.string))")
    }
  }

  /// Gives tools a rule; asks first where there are several, or something risky is let through.
  ///
  /// `kind` says what they are, where an expression found them: then it asks about one, too.
  mutating func decide(_ setting: RuleSetting, for all: [ToolName], kind: String? = nil) {
    let targets = all.filter { !isSo($0, setting) }
    if targets.isEmpty, let first = all.first {
      let subject = all.count == 1 ? safe(first.tool.string) : "all \(Format.count(all.count, "tool"))"
      let conditions = all.count == 1 && setting == .allow ? ownConditions(first) : 0
      let under = conditions > 0 ? ", under \(Format.count(conditions, "condition")) that pane 2 shows" : ""
      say(.info, "\(subject): \(setting.words) already\(under)")
      return
    }
    let edits = targets.map { ruleEdit($0, setting) }
    guard let first = targets.first, let firstEdit = edits.first else { return }
    let subject =
      targets.count == 1
      ? "\(safe(first.server.string))/\(safe(first.tool.string))" : Format.count(targets.count, "tool")
    let said =
      "\(subject): \(setting.words)" + (setting == .requireApproval ? ", each call waits for a person" : "")
    let edit = targets.count == 1 ? firstEdit : .batch(edits, title: said)
    let isBulk = targets.count > 1 || kind != nil
    let risky = setting == .allow && !acceptsRisk ? targets.filter(isRisky) : []
    let shared = setting == .inherit ? sharedRules(targets) : 0
    let losses = targets.compactMap { loss($0, setting) }
    guard isBulk || !risky.isEmpty || shared > 0 || !losses.isEmpty else {
      list.rangeStart = nil
      apply(edit, said: said + overruled(first, setting))
      return
    }
    var lines = [said]
    var after = ""
    if isBulk {
      let bulk = bulkLines(edit, targets, kind: kind)
      lines += bulk.lines
      after = " · \(bulk.after)"
    }
    if !risky.isEmpty {
      let names = risky.prefix(3).map { safe($0.tool.string, limit: 40) }.joined(separator: ", ")
      let more = risky.count > 3 ? " and \(Format.count(risky.count - 3)) more" : ""
      lines.append("\(Format.count(risky.count)) of high risk will act unasked: \(names)\(more)")
    }
    if shared > 0 {
      lines.append("the rule stands in the part for all servers: \(Format.count(shared, "tool")) lose it")
    }
    if let first = losses.first {
      lines.append(
        targets.count == 1
          ? "what no key here writes again goes with it: \(first)"
          : "\(Format.count(losses.count)) have what no key here writes again, and lose it: \(first), ...")
    }
    overlay = .confirm(
      Confirmation(question: .edit(edit, said: said + after, isRisky: !risky.isEmpty), lines: lines))
  }

  /// The pattern that a tool's own rule takes the place of, in words.
  private func overruled(_ name: ToolName, _ setting: RuleSetting) -> String {
    guard setting != .inherit, setting != .hide, let index = catalogue.index(of: name),
      case .pattern(let pattern) = catalogue.tools[index].standing.source, pattern != "all_tools"
    else { return "" }
    return ", overrides \(safe(pattern))"
  }

  /// What is in force for a tool, or would be if it were not hidden.
  private func unhidden(_ name: ToolName) -> Standing? {
    guard let index = catalogue.index(of: name) else { return nil }
    let standing = catalogue.tools[index].standing
    guard case .hidden = standing.source else { return standing }
    // Allowing leaves everything in the rule but plain limits.
    guard var draft = policy.draft, (try? draft.apply(ruleEdit(name, .allow))) != nil else { return standing }
    return draft.engine.standing(server: name.server, tool: name.tool, at: now)
  }

  private func ownConditions(_ name: ToolName) -> Int { unhidden(name)?.ownConditions.count ?? 0 }

  /// What a tool's rule has that an edit drops and no key could write again; nil if there is nothing.
  func loss(_ name: ToolName, _ setting: RuleSetting) -> String? {
    guard setting == .inherit || setting == .allow, let standing = unhidden(name), standing.source == .explicit else {
      return nil
    }
    var parts: [String] = []
    if setting == .inherit {
      let conditions = standing.ownConditions.count
      if conditions > 0 { parts.append(Format.count(conditions, "condition")) }
      if let end = standing.expires { parts.append("its end on \(end.rfc3339)") }
    }
    // Allowing takes limits off a rule that allows already.
    if setting == .inherit || standing.verdict == .limit {
      let limits = standing.limits.filter { !$0.details.isEmpty }
      if let first = limits.first { parts.append("a limit that " + first.details.joined(separator: " and ")) }
    }
    return parts.isEmpty ? nil : safe(parts.joined(separator: ", "))
  }

  /// Where to write: the rule that is there is changed, unless that would let more through on other servers.
  ///
  /// A tool's rule may stand in the part for all servers.
  func ruleEdit(_ name: ToolName, _ setting: RuleSetting) -> PolicyEdit {
    guard isTopLevel(name), let index = catalogue.index(of: name) else {
      return .setRule(server: name.server, tool: name.tool, setting)
    }
    let isDenied = catalogue.tools[index].standing.verdict == .deny
    let opens = setting.verdict == .allow || isDenied && setting.verdict == .limit
    let isShared = setting != .inherit && sharedRules([name]) > 0
    return .setRule(server: opens || isShared ? name.server : nil, tool: name.tool, setting)
  }

  /// The tool has just this rule of its own already.
  func isSo(_ name: ToolName, _ setting: RuleSetting) -> Bool {
    guard let index = catalogue.index(of: name) else { return false }
    let standing = catalogue.tools[index].standing
    switch setting {
    case .allow, .deny, .requireApproval:
      return standing.source == .explicit && standing.verdict == setting.verdict
    case .hide: return standing.source == .hidden(name.tool.string)
    case .inherit: return standing.source != .explicit && standing.verdict != .hide
    case .limit(let most, let window, let scope):
      guard standing.source == .explicit, standing.limits.count == 1, let own = standing.limits.first else {
        return false
      }
      return own.max == Amount(most) && own.window == window && own.scope.rawValue == scope
    }
  }

  private func isTopLevel(_ name: ToolName) -> Bool {
    guard let index = catalogue.index(of: name) else { return false }
    let standing = catalogue.tools[index].standing
    return standing.source == .explicit && standing.rule.hasPrefix("/tools/")
  }

  /// Tools that lose a rule beside those that were asked for.
  func sharedRules(_ targets: [ToolName]) -> Int {
    let names = Set(targets.filter(isTopLevel).map(\.tool))
    guard !names.isEmpty else { return 0 }
    let affected = catalogue.tools.count { names.contains($0.info.name) && $0.standing.rule.hasPrefix("/tools/") }
    return affected > targets.count ? affected : 0
  }

  func isRisky(_ name: ToolName) -> Bool {
    guard let index = catalogue.index(of: name) else { return false }
    let tool = catalogue.tools[index]
    return tool.standing.verdict != .allow
      && (tool.info.assessment.severity >= .high || tool.info.assessment.category >= .destructive)
  }

  /// The next decision for the tool under the cursor.
  mutating func cycle() {
    guard marked.isEmpty, let index = currentTool else {
      decide(.allow)
      return
    }
    let standing = catalogue.tools[index].standing
    let name = catalogue.name(of: index)
    // A rule with conditions is turned round and round, and never removed on the way.
    let last: RuleSetting = loss(name, .inherit) == nil ? .inherit : .allow
    let next: RuleSetting =
      switch (standing.source, standing.verdict) {
      case (.explicit, .allow): lastLimit.setting
      case (.explicit, .limit): .requireApproval
      case (.explicit, .ask): .deny
      case (.explicit, _), (.hidden, _): last
      default: .allow
      }
    decide(next, for: [name])
  }

  // MARK: Defaults

  /// Goes through deny, ask, allow and none with each key.
  mutating func cycleDefault() {
    guard let server = currentServer else {
      say(.info, "there is no server under the cursor")
      return
    }
    let fallback = catalogue.servers[server].fallback
    let next: DefaultSetting? =
      switch (fallback.source, fallback.verdict) {
      case (.serverDefault, .deny): .requireApproval
      case (.serverDefault, .ask): .allow
      case (.serverDefault, _): nil
      default: .deny
      }
    askDefault(next, server: catalogue.servers[server].info.name)
  }

  /// Asks before a default changes, with the number of tools that it decides about.
  mutating func askDefault(_ setting: DefaultSetting?, server: ExactText?) {
    let edit = PolicyEdit.setDefault(server: server, setting)
    let subject = server.map { "default of \(safe($0.string))" } ?? "default of the policy"
    let said = "\(subject): \(setting?.rawValue ?? "none")"
    let of =
      server.flatMap { catalogue.index(ofServer: $0) }.map { catalogue.servers[$0].tools.count }
      ?? catalogue.tools.count
    let found = consequences(of: edit)
    let words = found.inWords
    let lines = [
      "\(said) changes \(Format.count(found.changed)) of \(Format.count(of, "tool"))"
        + (words.isEmpty ? "" : ": \(words)")
    ]
    let after = words.isEmpty ? "" : " · \(words)"
    overlay = .confirm(Confirmation(question: .edit(edit, said: said + after, isRisky: false), lines: lines))
  }
}
