/// How long a call waits for a person, and what happens where nobody can be asked.
package struct ApprovalTerms: Hashable, Sendable {
  package enum Absence: String, CaseIterable, Hashable, Sendable { case wait, deny }

  /// How many seconds the open request is held.
  package var hold = 45
  /// How many seconds a person may still decide.
  package var timeout = 600
  /// For how many seconds identical calls are approved along with one; 0 for none.
  package var remember = 0
  package var onNoApprover = Absence.wait

  package init() {}
}
