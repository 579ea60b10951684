extension PolicyDraft {
  /// The steps of a longer history, or of fewer steps of a bigger policy, are put on another base as one: people wait for it.
  private static let mostSteps = 50
  private static let mostBytes = 4_000_000

  /// The same changes on another base: what the file has become underneath, and in it what the draft changed.
  ///
  /// A place that was changed on both sides, to something else, is a conflict; `keepingMine` lets the edits win. What the file has become
  /// is a step of the history of its own.
  package func rebased(
    onto other: PolicyDocument, keepingMine: Bool = false, at time: Moment? = nil
  ) throws(PolicyEditError) -> PolicyDraft {
    let text: [UInt8]
    if keepingMine {
      text = PolicyMerge.merge(base: base, mine: current, theirs: other, preferring: .mine)
    } else {
      switch PolicyMerge.merge(base: base, mine: current, theirs: other) {
      case .merged(let merged): text = merged
      case .conflicts(let conflicts): throw PolicyEditError(conflicts)
      }
    }
    if let draft = rebasedByStep(onto: other, to: text, at: time) { return draft }
    return rebasedAtOnce(onto: other, to: text, title: nil, at: time)
  }

  /// The same, where a person chose a side for conflicts that were told before, by their pointers; the edits become one step.
  ///
  /// Throws: with the conflicts that are left, which may be new ones.
  package func rebased(
    onto other: PolicyDocument, choices: [String: PolicyMerge.Side], title: String, at time: Moment? = nil
  ) throws(PolicyEditError) -> PolicyDraft {
    switch PolicyMerge.merge(base: base, mine: current, theirs: other, choices: choices) {
    case .merged(let text): return rebasedAtOnce(onto: other, to: text, title: title, at: time)
    case .conflicts(let conflicts): throw PolicyEditError(conflicts)
    }
  }

  /// The base as others made it, and the edits, which can be had back, undone.
  package func droppedFor(_ other: PolicyDocument, at time: Moment? = nil) -> PolicyDraft {
    let mine = PolicyMerge.merge(base: base, mine: current, theirs: other, preferring: .mine)
    var draft = rebasedAtOnce(onto: other, to: mine, title: nil, at: time)
    if draft.isDirty { _ = draft.undo() }
    return draft
  }

  private func moved(onto other: PolicyDocument, at time: Moment?) -> PolicyDraft {
    var draft = cleared()
    draft.reloaded(other, title: Self.reloadTitle(PolicyChange.between(base, other)), at: time)
    return draft
  }

  private func rebasedAtOnce(
    onto other: PolicyDocument, to text: [UInt8], title: String?, at time: Moment?
  ) -> PolicyDraft {
    var draft = moved(onto: other, at: time)
    if let merged = try? PolicyDocument.read(text) {
      draft.become(merged, title: title ?? Self.title(PolicyChange.between(other, merged)), at: time)
    }
    return draft
  }

  /// The same with each step of the history on its own; nil where that does not lead to the text.
  private func rebasedByStep(onto other: PolicyDocument, to text: [UInt8], at time: Moment?) -> PolicyDraft? {
    guard lostSteps.isEmpty, savedPosition <= position, position - savedPosition <= Self.mostSteps,
      (position - savedPosition) * other.text.count <= Self.mostBytes
    else { return nil }
    let done = steps[savedPosition..<position]
    var texts = [current.text]
    for step in done.reversed() {
      texts.append(Replacement.apply(Replacement.inverse(step.replacements), to: texts[texts.count - 1]))
    }
    var draft = moved(onto: other, at: time)
    var before = base
    for (step, text) in zip(done, texts.reversed().dropFirst()) {
      guard let after = try? PolicyDocument.read(text) else { return nil }
      let moved = PolicyMerge.merge(base: before, mine: after, theirs: draft.current, preferring: .mine)
      guard let document = try? PolicyDocument.read(moved) else { return nil }
      draft.become(document, title: step.title, at: step.time)
      before = after
    }
    return draft.current.text == text ? draft : nil
  }

  /// What a step is called that others made, in the file.
  package static func reloadTitle(_ changes: [PolicyChange]) -> String {
    let count = changes.count == 1 ? "1 change" : "\(changes.count) changes"
    return changes.isEmpty ? "policy.json changed on disk, in layout alone" : "policy.json changed on disk: \(count)"
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
