internal import ControlWire

/// One request in front of the panes, with all that is known of it.
package struct RequestPopup: Hashable, Sendable {
  package var id: String
  /// The first line that is drawn.
  package var top = 0
  /// Made when it opens, when more is known, and when the size changes; not once a frame.
  var lines: [Line] = []

  package init(_ id: String) { self.id = id }
}

/// Several requests that are to be decided at once, after `y`.
package struct BulkDecision: Hashable, Sendable {
  package var answer: ApprovalAnswer
  /// As they were listed; what is no longer so is left out.
  package var items: [DecisionFace.Item]
  /// How many of the risky ones there are, as the person counts them.
  package var field = TextField()
}

/// Words that are missing for a decision, typed in the bottom line.
package struct ReplyField: Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    /// Why it is denied.
    case because
    /// For how many minutes identical calls pass.
    case identical
    /// The word that locks everything.
    case lockdown
  }

  package var kind: Kind
  package var field: TextField
  /// What was asked about; what is decided must still be the same.
  package var items: [DecisionFace.Item]
  /// The request that stands in front of the panes meanwhile.
  var popup: RequestPopup?

  package init(_ kind: Kind, _ text: String = "", items: [DecisionFace.Item] = []) {
    self.kind = kind
    field = TextField(text)
    self.items = items
  }

  var prompt: String {
    switch kind {
    case .because: "deny, and say why: "
    case .identical: "approve identical calls for how many minutes: "
    case .lockdown: "deny everything now: type LOCK: "
    }
  }
}
