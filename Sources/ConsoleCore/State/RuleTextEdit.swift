package import JSONText
package import Policy

/// A text that a person edits in an editor of their own.
package struct EditedText: Hashable, Sendable {
  package enum Subject: Hashable, Sendable {
    /// The text of a rule; what the draft said when the editor was started, nil where it had no such rule.
    case rule(RuleAddress, before: JSONNode?)
    /// The rule that the rule editor holds.
    case openRule
    /// A sample of the rule editor.
    case sample(Int)
  }

  package var subject: Subject
  /// What the editor was given first: left as it is, nothing is changed.
  package var given: [UInt8]
  /// What the file is to be called.
  package var fileName: String { "\(name).json" }
  private var name: String { if case .sample = subject { "arguments" } else { "rule" } }

  package init(_ subject: Subject, given: [UInt8]) {
    self.subject = subject
    self.given = given
  }
}

/// How editing a text ended.
package enum EditedTextResult: Hashable, Sendable {
  case text([UInt8])
  /// There is no text, and why.
  case failed(String)
}

/// A text that came back and cannot be taken, with what is wrong.
package struct TextProblems: Hashable, Sendable {
  package var edit: EditedText
  package var text: [UInt8]
  package var problems: [PolicyProblem]
  /// The rule was changed elsewhere meanwhile, so that `y` would write over that.
  package var isOutdated = false
  package var list = ListCursor()
  /// The editor that it came from.
  package var behind: RuleEditor?
  package var isLeaving = false
}
