import JSONText

/// The tools that a level denies or hides, or the prompts that it denies, by the folded spelling of their names.
///
/// A name is matched byte by byte; but who denies `drop_table` must not be evaded by `Drop_Table` on a server that overlooks
/// the difference, where everything is allowed that no rule names.
struct Lookalikes: Sendable {
  /// Nil where every name is its own folded spelling, so that the level's own tables serve.
  private let hide: NameTable<PolicyLevel.Hidden>?
  private let tools: NameTable<CompiledRule>?
  /// Whether there is anything that a name could be taken for.
  let isEmpty: Bool
  /// Whether every name is its own folded spelling.
  var isPlain: Bool { tools == nil }

  init(hide entries: [PolicyLevel.Hidden], tools rules: [(pattern: NamePattern, value: CompiledRule)]) {
    isEmpty = entries.isEmpty && !rules.contains { $0.value.denies }
    guard !isEmpty, !(entries.allSatisfy(\.pattern.isPlain) && rules.allSatisfy(\.pattern.isPlain)) else {
      (hide, tools) = (nil, nil)
      return
    }
    hide = NameTable(entries.map { ($0.pattern.folded, $0) })
    // Of names that fold together the denied one counts: of exact ones the last in a table, of globs the first.
    let denying = rules.filter(\.value.denies)
    let others = rules.filter { !$0.value.denies }
    func fold(_ rules: [(pattern: NamePattern, value: CompiledRule)], globs: Bool) -> [(NamePattern, CompiledRule)] {
      rules.compactMap { rule in
        if case .glob = rule.pattern {
          globs ? (rule.pattern.folded, rule.value) : nil
        } else {
          globs ? nil : (rule.pattern.folded, rule.value)
        }
      }
    }
    tools = NameTable(
      fold(others, globs: false) + fold(denying, globs: false) + fold(denying, globs: true) + fold(others, globs: true))
  }

  func hiding(_ folded: ExactText, in level: CompiledLevel) -> PolicyLevel.Hidden? { (hide ?? level.hide).find(folded) }

  func rule(_ folded: ExactText, in rules: NameTable<CompiledRule>, at now: Moment) -> CompiledRule? {
    (tools ?? rules).find(folded) { !$0.isExpired(at: now) }
  }
}

extension CompiledPolicy {
  /// What a tool could be taken for that no rule names exactly.
  enum Lookalike {
    case hidden(PolicyLevel.Hidden)
    case denied(CompiledRule)
  }

  /// Finds what the policy hides or denies under a name that folds like this one.
  ///
  /// To be asked only about a name that is not hidden and has no rule of exactly its own.
  func lookalike(_ level: CompiledLevel?, _ name: ExactText, at now: Moment) -> Lookalike? {
    guard !cannotBeMistaken(name, level) else { return nil }
    let general = top.lookalikes
    let folded = NameFolding.isPlain(name) ? name : NameFolding.folded(name)
    if let entry = general.hiding(folded, in: top) { return .hidden(entry) }
    if let level, let entry = level.lookalikes.hiding(folded, in: level) { return .hidden(entry) }
    // A rule of the server that allows stands above one that denies everywhere, as for the name itself.
    var rule: CompiledRule?
    if let level { rule = level.lookalikes.rule(folded, in: level.tools, at: now) }
    if rule == nil { rule = general.rule(folded, in: top.tools, at: now) }
    guard let rule, rule.denies else { return nil }
    return .denied(rule)
  }

  /// Whether no name that the policy denies or hides, now or ever, could fold like this one and not be it.
  func cannotBeMistaken(_ name: ExactText, _ level: CompiledLevel?) -> Bool {
    let (own, general) = (level?.lookalikes, top.lookalikes)
    guard !general.isEmpty || !(own?.isEmpty ?? true) else { return true }
    // Plain among plain names: what folds to it is it.
    return general.isPlain && (own?.isPlain ?? true) && NameFolding.isPlain(name)
  }

  /// What a call of a tool is told whose name could be taken for a denied one.
  func decision(lookalike rule: CompiledRule) -> Decision {
    Decision(
      .deny, rule: rule.rule.pointer, reason: "its name could be taken for that of a tool which the policy denies",
      isEnforced: isEnforced)
  }

  // MARK: Prompts and resources

  /// The rule that denies a prompt which this one could be taken for; to be asked about one without a rule of its own.
  func lookalike(prompt name: ExactText, _ level: CompiledLevel?, at now: Moment) -> CompiledRule? {
    guard !top.promptLookalikes.isEmpty || !(level?.promptLookalikes.isEmpty ?? true) else { return nil }
    let folded = NameFolding.folded(name)
    var rule: CompiledRule?
    if let level { rule = level.promptLookalikes.rule(folded, in: level.prompts, at: now) }
    if rule == nil { rule = top.promptLookalikes.rule(folded, in: top.prompts, at: now) }
    return rule.flatMap { $0.denies ? $0 : nil }
  }

  /// Why an address is denied that servers read as another one, about which the policy says something else than the rule
  /// that was found; nil where there is nothing else to be said.
  ///
  /// To be asked about an address that no rule names exactly: who wrote down just that one knows what it means.
  func decision(
    misread address: ExactText, _ own: CompiledRule?, _ level: CompiledLevel?, at now: Moment
  ) -> Decision? {
    func find(_ address: ExactText, _ rules: (CompiledLevel) -> NameTable<CompiledRule>) -> CompiledRule? {
      level.flatMap { rules($0).find(address) { !$0.isExpired(at: now) } }
        ?? rules(top).find(address) { !$0.isExpired(at: now) }
    }
    let tidied = ResourceAddress.tidied(address)
    if tidied != address {
      let rule = find(tidied) { $0.resources }
      let isFree = rule == nil && fallback(level)?.setting == .allow
      if rule?.rule.pointer != own?.rule.pointer, !isFree { return misread(rule) }
    }
    // Without the letters' case the rule for all of a scheme is as good as that for one host.
    for address in [tidied] + ResourceAddress.hosts(address) {
      let rule = find(ResourceAddress.lowered(address)) { $0.loweredResources }
      if let rule, rule.rule.pointer != own?.rule.pointer, own == nil || rule.denies { return misread(rule) }
    }
    return nil
  }

  private func misread(_ rule: CompiledRule?) -> Decision {
    Decision(
      .deny, rule: rule?.rule.pointer ?? "(default)",
      reason:
        "its address could be read as another one, for which the policy has \(rule == nil ? "no" : "another") rule",
      isEnforced: isEnforced)
  }

  func decision(lookalikePrompt rule: CompiledRule) -> Decision {
    Decision(
      .deny, rule: rule.rule.pointer, reason: "its name could be taken for that of a prompt which the policy denies",
      isEnforced: isEnforced)
  }
}
