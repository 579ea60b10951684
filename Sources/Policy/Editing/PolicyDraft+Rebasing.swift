extension PolicyDraft {
  /// The steps of a longer history, or of fewer steps of a bigger policy, are put on another base as one: people wait for it.
  private static let mostSteps = 50
  private static let mostBytes = 4_000_000

  /// The same changes on another base: what the file has become underneath, and in it what the draft changed.
  ///
  /// A place that was changed on both sides, to something else, is a conflict; `keepingMine` lets the edits win.
  package func rebased(onto other: PolicyDocument, keepingMine: Bool = false) throws(PolicyEditError) -> PolicyDraft {
    let text: [UInt8]
    if keepingMine {
      text = PolicyMerge.merge(base: base, mine: current, theirs: other, preferring: .mine)
    } else {
      switch PolicyMerge.merge(base: base, mine: current, theirs: other) {
      case .merged(let merged): text = merged
      case .conflicts(let conflicts): throw PolicyEditError(conflicts)
      }
    }
    if let draft = rebasedByStep(onto: other, to: text) { return draft }
    var draft = PolicyDraft(base: other)
    if let merged = try? PolicyDocument.read(text) {
      draft.add(merged, title: Self.title(PolicyChange.between(other, merged)))
    }
    return draft
  }

  /// The same with each step of the history on its own; nil where that does not lead to the text.
  private func rebasedByStep(onto other: PolicyDocument, to text: [UInt8]) -> PolicyDraft? {
    guard lostSteps.isEmpty, savedPosition <= position, position - savedPosition <= Self.mostSteps,
      (position - savedPosition) * other.text.count <= Self.mostBytes
    else { return nil }
    let done = steps[savedPosition..<position]
    var texts = [current.text]
    for step in done.reversed() {
      texts.append(Replacement.apply(Replacement.inverse(step.replacements), to: texts[texts.count - 1]))
    }
    var draft = PolicyDraft(base: other)
    var before = base
    for (step, text) in zip(done, texts.reversed().dropFirst()) {
      guard let after = try? PolicyDocument.read(text) else { return nil }
      let moved = PolicyMerge.merge(base: before, mine: after, theirs: draft.current, preferring: .mine)
      guard let document = try? PolicyDocument.read(moved) else { return nil }
      draft.add(document, title: step.title)
      before = after
    }
    return draft.current.text == text ? draft : nil
  }

  private mutating func add(_ document: PolicyDocument, title: String) {
    guard document != current else { return }
    steps.append(Step(title: title, replacements: Replacement.between(current.text, document.text)))
    position += 1
    take(document)
  }
}

extension PolicyEditError {
  fileprivate init(_ conflicts: [PolicyMerge.Conflict]) {
    guard let first = conflicts.first else {
      self.init("the file was changed as well")
      return
    }
    let more = conflicts.count > 1 ? ", and \(conflicts.count - 1) more" : ""
    self.init(
      first.isRefusal
        ? "with what was changed in the file, the policy would be refused: \(first.message)\(more)"
        : "`\(first.subject)` was changed in the file as well\(more)",
      help: first.help)
    self.conflicts = conflicts
  }
}
