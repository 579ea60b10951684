internal import JSONText
internal import Policy

extension ConsoleState {
  /// Changes a part of rules as it was typed: one undoable step.
  mutating func change(_ words: RuleWords) {
    do throws(CommandError) {
      switch words.target {
      case .rule(let address): try change(address, words)
      case .tools(let name): try change(tools: name, words)
      }
    } catch {
      say(.error, safe(error.message, limit: 600))
    }
  }

  private mutating func change(_ address: RuleAddress, _ words: RuleWords) throws(CommandError) {
    let edits = try changes(words.part, address, limits: nil).map { PolicyEdit.change(address, $0) }
    apply(edits, said: "\(safe(address.pointer)): \(safe(words.words))")
  }

  private mutating func change(tools name: String, _ words: RuleWords) throws(CommandError) {
    let found = find(name)
    guard let first = found.first else {
      throw CommandError(
        "no tool is called `\(name)`: write SERVER/TOOL, * stands for any characters, or a rule's place as /tools/NAME")
    }
    var edits: [PolicyEdit] = []
    for tool in found { edits += try self.edits(words, tool) }
    let subject =
      found.count == 1
      ? "\(safe(first.server.string))/\(safe(first.tool.string))" : Format.count(found.count, "tool")
    let said = "\(subject): \(safe(words.words))"
    let others = sharedRules(found)
    guard found.count > 1 || others > 0 else {
      apply(edits, said: said)
      return
    }
    let edit = PolicyEdit.batch(edits, title: said)
    var lines = ["\(said): \(changing(edit)) of \(Format.count(catalogue.tools.count, "tool")) change"]
    if others > 0 {
      lines.append("the rule stands in the part for all servers: \(Format.count(others, "tool")) go by it")
    }
    overlay = .confirm(Confirmation(question: .edit(edit, said: said, isRisky: false), lines: lines))
  }

  private mutating func apply(_ edits: [PolicyEdit], said: String) {
    guard let first = edits.first else { return }
    apply(edits.count == 1 ? first : .batch(edits, title: said), said: said)
  }

  // MARK: Which rule

  /// The edits of one tool's own rule; where it has none, what holds for it is written down first.
  private func edits(_ words: RuleWords, _ tool: ToolName) throws(CommandError) -> [PolicyEdit] {
    guard let index = catalogue.index(of: tool) else { return [] }
    let standing = catalogue.tools[index].standing
    let name = "\(tool.server.string)/\(tool.tool.string)"
    if standing.source == .explicit {
      let address = try RuleWords.address(standing.rule)
      guard Self.key(tool.tool) == address.key else {
        throw CommandError("`\(name)` has no rule of its own: it is denied for looking like `\(address.key)`")
      }
      return try changes(words.part, address, limits: standing.limits).map { .change(address, $0) }
    }
    if case .limit(let terms) = words.part, terms.isPlain, let most = Int(terms.max) {
      return [
        .setRule(
          server: tool.server, tool: tool.tool, .limit(max: most, window: terms.window, scope: terms.scope ?? "grant"))
      ]
    }
    let action = try base(standing, name, words.part)
    let address = RuleAddress(server: tool.server, .tools, Self.key(tool.tool))
    return [.change(address, .action(action))]
      + (try changes(words.part, address, limits: [])).map { .change(address, $0) }
  }

  /// What a new rule must begin with, so that nothing is let through that was not.
  private func base(_ standing: Standing, _ name: String, _ part: RuleWords.Part) throws(CommandError) -> RuleAction {
    switch part {
    case .removeEntry, .removeLimit, .changeEntry, .changeLimit, .reason(nil), .expires(nil), .matchSchema(nil),
      .approval(nil, _), .remove, .rename:
      throw CommandError("`\(name)` has no rule of its own: it goes by \(standing.sourceInWords)")
    default: break
    }
    if case .hidden = standing.source {
      throw CommandError("`\(name)` is hidden: allow it first, or deny it")
    }
    if case .pattern(let pattern) = standing.source, !standing.limits.isEmpty || !standing.ownConditions.isEmpty {
      throw CommandError(
        "`\(name)` goes by the pattern `\(pattern)`, whose limits and conditions a rule of its own would not have: "
          + "name that rule, `\(standing.rule)`, or allow or deny `\(name)` first")
    }
    switch standing.verdict {
    case .allow: return .allow
    // What all tools are limited to goes on to hold.
    case .limit where standing.limits.isEmpty: return .allow
    case .ask: return .requireApproval
    case .deny:
      if case .reason = part { return .deny }
      throw CommandError(
        "`\(name)` is denied by \(standing.sourceInWords), so that nothing can narrow it: allow it first")
    case .limit, .hide:
      throw CommandError("`\(name)` goes by \(standing.sourceInWords): give it a rule of its own first")
    }
  }

  /// A name as a rule's key.
  private static func key(_ name: ExactText) -> ExactText {
    var key = String.UnicodeScalarView()
    for scalar in name.string.unicodeScalars {
      if scalar == "*" || scalar == "\\" { key.append("\\") }
      key.append(scalar)
    }
    return ExactText(String(key))
  }

  /// How a rule waits for a person now.
  private func approval(of address: RuleAddress) -> ApprovalTerms {
    var terms = ApprovalTerms()
    guard let node = ruleNode(address)?["approval"] else { return terms }
    terms.hold = node["hold"]?.integer ?? terms.hold
    terms.timeout = node["timeout"]?.integer ?? terms.timeout
    terms.remember = node["remember"]?.integer ?? terms.remember
    terms.onNoApprover =
      node["on_no_approver"]?.string.flatMap(ApprovalTerms.Absence.init(rawValue:)) ?? terms.onNoApprover
    return terms
  }

  /// A rule as it stands in the text with all edits.
  func ruleNode(_ address: RuleAddress) -> JSONNode? {
    guard let text = policy.draft?.current.text, let root = try? JSONNode.read(text) else { return nil }
    let level = address.server.map { root["servers"]?[$0] } ?? root
    let section = level?[ExactText(address.section.rawValue)]
    return address.section == .allTools ? section : section?[address.key]
  }

  // MARK: Which change

  /// `limits` are those of the rule, nil where they are not known.
  private func changes(
    _ part: RuleWords.Part, _ address: RuleAddress, limits: [Standing.Limit]?
  ) throws(CommandError) -> [RuleChange] {
    switch part {
    case .action(let action): return [.action(action)]
    case .addEntry(let list, let terms): return [.addEntry(list, terms)]
    case .changeEntry(let list, let index, let terms): return [.changeEntry(list, index, terms)]
    case .removeEntry(let list, let index): return [.removeEntry(list, index)]
    case .addLimit(let terms): return [.addLimit(terms)]
    case .changeLimit(let index, let terms): return [.changeLimit(index, terms)]
    case .removeLimit(let index): return [.removeLimit(index)]
    case .reason(let text): return [.reason(text)]
    case .expires(let text): return [.expires(text)]
    case .matchSchema(let value): return [.matchSchema(value)]
    case .remove: return [.remove]
    case .rename(let key): return [.rename(key)]
    case .limit(let terms):
      guard let limits else { return [.addLimit(terms)] }
      guard limits.count < 2 else {
        throw CommandError(
          "the rule has \(limits.count) limits: write limit TOOL 2 10/minute for the second, or add-limit for another")
      }
      return [limits.isEmpty ? .addLimit(terms) : .changeLimit(0, terms)]
    case .approval(nil, _): return [.approval(nil)]
    case .approval(let seconds?, let absence):
      var terms = approval(of: address)
      if let hold = seconds["hold"] { terms.hold = hold }
      if let timeout = seconds["timeout"] { terms.timeout = timeout }
      if let remember = seconds["remember"] { terms.remember = remember }
      if let absence { terms.onNoApprover = absence }
      return [.approval(terms)]
    }
  }
}

extension LimitTerms {
  /// It says no more than the simple limit of `RuleSetting`.
  var isPlain: Bool {
    counter == nil && cost == nil && align == nil && count == nil && expires == nil && Int(max) != nil
  }
}
