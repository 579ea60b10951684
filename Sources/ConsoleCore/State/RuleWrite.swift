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
  /// The edit for the file, and the text that it makes of it.
  var edit: PolicyEdit
  var text: [UInt8]
  /// The rule's own edit for what is unsaved; nil where that cannot take it.
  var rule: CallRule
  /// The call that waits, if the rule is made from one.
  package var ticket: ApprovalTicket?
}

extension ConsoleState {
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
