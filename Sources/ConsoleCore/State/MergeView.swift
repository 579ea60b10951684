internal import JSONText
package import Policy

/// The conflicts of two changes of one file, while a person chooses.
package struct MergeView: Hashable, Sendable {
  package var conflicts: [PolicyMerge.Conflict]
  /// What was chosen so far, by the pointers of the conflicts.
  package var choices: [String: PolicyMerge.Side] = [:]
  package var list = ListCursor()
  /// What the result would change in the file as it is; nil until all is chosen.
  package var result: [DiffLine]?
  /// The first line of the result that is drawn.
  package var top = 0

  init(_ conflicts: [PolicyMerge.Conflict]) { self.conflicts = conflicts }

  var open: Int { conflicts.count { choices[$0.pointer] == nil } }
}

/// Lines about one change, to be read and left again.
package struct ChangePart: Hashable, Sendable {
  /// What it is about, which a policy may have named.
  package var title: String
  package var lines: [DiffLine]
  package var top = 0
}

/// What edits that were left behind would change now.
package struct LeftView: Hashable, Sendable {
  package enum Preview: Hashable, Sendable {
    /// On the file as it was.
    case changes([PolicyChange])
    /// On the file as others made it meanwhile.
    case merged([PolicyChange], theirs: Int)
    case conflicts([PolicyMerge.Conflict], theirs: Int)
    case noFile
    case nothing
  }

  package var preview: Preview
  package var top = 0
  /// The person wants them gone, and is asked once more.
  package var isDropping = false
}
