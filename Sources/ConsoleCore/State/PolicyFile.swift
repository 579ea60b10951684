internal import JSONText
package import Policy

/// The policy file and what the person is making of it.
package struct PolicyFile: Hashable, Sendable {
  /// What the file was when it was last read.
  package enum Disk: Hashable, Sendable {
    /// Not read yet.
    case reading
    /// The text that the draft is based on.
    case asBase
    /// Another valid text, which the local edits could not be put on.
    case conflict(theirs: PolicyDocument, reason: String)
    case rejected([PolicyProblem], text: [UInt8])
    case absent
    case unreadable(String)
  }

  /// How far saving is.
  package enum Saving: Hashable, Sendable {
    case idle
    /// Being written; no edit is taken meanwhile.
    case writing
    /// On the disk; the gate has not said yet what it makes of it.
    case awaitingGate(revision: String, since: Moment)
  }

  package var disk = Disk.reading
  /// What is shown and edited: the last valid text with the unsaved edits on it.
  ///
  /// Nil before there was one.
  package var draft: PolicyDraft?
  package var saving = Saving.idle
  /// What the unsaved edits mean, in the order of the file.
  package var changes: [PolicyChange] = []
  /// The text diff of the unsaved edits; made only while someone looks at it.
  package var diff: [DiffLine] = []
  /// Where a person must choose, while the file on the disk does not go together with the edits.
  package var conflicts: [PolicyMerge.Conflict] = []
  /// What others changed in the file meanwhile.
  package var theirs: [PolicyChange] = []
  /// The file's revision, and since when it is that.
  package var fileRevision: String?
  package var fileSince = Moment(microseconds: 0)
  /// When the last save began.
  package var saveBegan: Moment?

  /// There are edits that are not on the disk.
  package var isDirty: Bool { draft?.isDirty ?? false }
  /// How many things are changed and not saved.
  package var unsaved: Int { isDirty ? max(1, changes.count) : 0 }

  /// Why nothing can be edited now; nil if it can.
  package var refusal: String? {
    if saving == .writing { return "the file is being written" }
    switch disk {
    case .reading: return "policy.json has not been read yet"
    case .asBase, .conflict: return nil
    case .rejected(let problems, _):
      guard !isDirty else { return nil }
      let line = problems.first.map { " (line \($0.place.line))" } ?? ""
      return "the policy file is not valid\(line): mend it first, E opens it"
    case .absent:
      return isDirty ? nil : "there is no policy file yet: pane 1 offers three to start with"
    case .unreadable(let reason): return isDirty ? nil : "the policy file cannot be read: \(reason)"
    }
  }

  /// The digest of the file that saving must replace; nil if there is none.
  var base: ContentDigest? {
    guard disk != .absent else { return nil }
    return draft.map { ContentDigest(of: $0.base.text) }
  }
}
