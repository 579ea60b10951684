/// A decision with what has to be done about it.
package struct Judgement: Sendable {
  package var decision: Decision
  /// What the call holds of limits that may get it back; nil where nothing can be given back.
  package var reservation: Reservation?
  /// Set where the verdict is `ask`.
  package var approval: ApprovalTerms?

  package init(_ decision: Decision, reservation: Reservation? = nil, approval: ApprovalTerms? = nil) {
    self.decision = decision
    self.reservation = reservation
    self.approval = approval
  }
}
