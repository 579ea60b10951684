import JSONText

/// The tools that a level denies or hides, by the folded spelling of their names.
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

  func rule(_ folded: ExactText, in level: CompiledLevel, at now: Moment) -> CompiledRule? {
    (tools ?? level.tools).find(folded) { !$0.isExpired(at: now) }
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
    if let level { rule = level.lookalikes.rule(folded, in: level, at: now) }
    if rule == nil { rule = general.rule(folded, in: top, at: now) }
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
}
