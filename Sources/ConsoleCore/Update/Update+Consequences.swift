internal import ControlWire
internal import JSONText
internal import Policy
internal import Risk

/// What an edit would change, in numbers.
struct Consequences: Hashable, Sendable {
  /// How many tools change, by the decision before and after.
  private var moves: [Move: Int] = [:]
  private(set) var changed = 0
  /// Those of high risk that change.
  private(set) var high = 0

  private struct Move: Hashable {
    var from: Verdict
    var to: Verdict
  }

  mutating func note(_ tool: Catalogue.Tool, becomes standing: Standing) {
    guard standing.summary != tool.standing.summary else { return }
    changed += 1
    moves[Move(from: tool.standing.verdict, to: standing.verdict), default: 0] += 1
    if tool.info.assessment.severity >= .high { high += 1 }
  }

  /// `300 allow → deny, 12 ask → deny; 9 are HIGH`; empty where nothing changes.
  var inWords: String {
    let sorted = moves.sorted { left, right in
      (right.value, left.key.from.position, left.key.to.position)
        < (left.value, right.key.from.position, right.key.to.position)
    }
    let parts = sorted.map { move, count in
      move.from == move.to
        ? "\(Format.count(count)) \(move.from.rawValue) otherwise"
        : "\(Format.count(count)) \(move.from.rawValue) → \(move.to.rawValue)"
    }
    let risk = high == 0 ? "" : "; \(Format.count(high)) \(high == 1 ? "is" : "are") HIGH"
    return parts.joined(separator: ", ") + risk
  }
}

/// A draft with an edit that was tried, kept so that a yes need not do it again.
struct TriedEdit: Equatable, Sendable {
  var edit: PolicyEdit
  var before: PolicyDraft
  var after: PolicyDraft
}

extension ConsoleState {
  /// What an edit would change for the tools that are known; nothing where it cannot be made.
  mutating func consequences(of edit: PolicyEdit) -> Consequences {
    var found = Consequences()
    guard let before = policy.draft else { return found }
    var after = before
    guard (try? after.apply(edit, at: now)) != nil else { return found }
    tried = TriedEdit(edit: edit, before: before, after: after)
    let engine = after.engine
    for server in catalogue.servers {
      for tool in server.tools {
        let standing = engine.standing(server: server.info.name, tool: catalogue.tools[tool].info.name, at: now)
        found.note(catalogue.tools[tool], becomes: standing)
      }
    }
    return found
  }

  /// How many tools would be decided otherwise.
  mutating func changing(_ edit: PolicyEdit) -> Int { consequences(of: edit).changed }

  /// Makes an edit, or takes what came of it when it was tried on the same draft.
  mutating func make(_ edit: PolicyEdit) throws(PolicyEditError) {
    let last = tried
    tried = nil
    // What is written is what was there when the writing began.
    if policy.saving == .writing { throw PolicyEditError("the file is being written") }
    if let last, last.edit == edit, last.before == policy.draft {
      policy.draft = last.after
    } else {
      try policy.draft?.apply(edit, at: now)
    }
  }

  /// The lines of the question before an edit of several tools, and what is said after it.
  mutating func bulkLines(_ edit: PolicyEdit, _ targets: [ToolName], kind: String?) -> (lines: [String], after: String)
  {
    let found = consequences(of: edit)
    let isMarked = kind == nil && targets.allSatisfy(marked.contains)
    let kind = kind ?? (isMarked ? "marked tool" : "tool")
    let words = found.inWords
    var lines = [
      "\(Format.count(found.changed)) of \(Format.count(targets.count, kind)) \(found.changed == 1 ? "changes" : "change")"
        + (words.isEmpty ? ": the decisions stay what they are" : ": \(words)")
    ]
    if isMarked, let filter = list.filter {
      let shown = Set(tools(that: filter))
      let hidden = targets.count { name in catalogue.index(of: name).map { !shown.contains($0) } ?? true }
      if hidden > 0 { lines.append("\(Format.count(hidden)) of them are hidden by the filter") }
    }
    return (lines, words.isEmpty ? "no decision changes" : words)
  }
}
