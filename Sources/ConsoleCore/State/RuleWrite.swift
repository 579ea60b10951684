internal import ControlWire
internal import Policy

/// A rule from a call that is on its way into the file and, through the gate, into force.
package struct RuleWrite: Hashable, Sendable {
  package enum Stage: Hashable, Sendable {
    case writing
    /// The gate has not said yet that it loaded this revision.
    case awaitingGate(revision: String)
    /// The gate is being told to let the call pass, in the request with this id.
    case approving(id: Int)
  }

  package var stage: Stage
  /// When the gate was asked to let the call pass.
  var asked: Moment?
  /// The edit for the file, and the text that it makes of it.
  var edit: PolicyEdit
  var text: [UInt8]
  /// The rule's own edit for what is unsaved; nil where that cannot take it.
  var rule: CallRule
  /// The call that waits, if the rule is made from one.
  package var ticket: ApprovalTicket?
}

extension ConsoleState {
  /// How long the gate may take to say what it makes of a rule's call, in microseconds.
  static let ruleAnswerTime: Int64 = 5_000_000

  /// How far the rule is that is being written, in a few words; nil where none is.
  var ruleWriteWords: String? {
    switch ruleWrite?.stage {
    case .writing: "writing the rule…"
    case .awaitingGate(let revision): "written; waiting for the gate to load rev \(revision)…"
    case .approving: "asking the gate…"
    case nil: nil
    }
  }
}
