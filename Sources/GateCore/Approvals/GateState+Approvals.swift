package import ControlWire
internal import JSONText
package import Policy

// MARK: What people say, and what time and policies do to what waits
extension GateState {
  /// A person lets a call pass; `digest` and `revision` are of what was shown to that person.
  ///
  /// - Returns: What is to be done, in this order, when the stream is recorded; where it cannot be, see `unrecorded`.
  package mutating func approve(
    _ id: String, digest: String, revision: String?, scope: ApprovalScope, message: String?, by: String, at now: Moment
  ) throws(ApprovalError) -> [ApprovalAction] {
    let outcome = try approvals.approve(
      id, digest: digest, revision: revision, scope: scope, message: message, by: by, at: now)
    return tell(outcome, at: now)
  }

  /// A person denies a call; `message` is for the agent.
  package mutating func deny(
    _ id: String, digest: String?, message: String?, by: String, at now: Moment
  ) throws(ApprovalError) -> [ApprovalAction] {
    let outcome = try approvals.deny(id, digest: digest, message: message, by: by, at: now)
    return tell(outcome, at: now)
  }

  /// A person wants more time to decide.
  package mutating func extend(_ id: String, seconds: Int, by: String, at now: Moment) throws(ApprovalError) {
    let outcome = try approvals.extend(id, seconds: seconds, by: by, at: now)
    _ = tell(outcome, at: now)
  }

  /// A person takes an approval back that stands.
  package mutating func revoke(_ id: String, by: String, at now: Moment) throws(ApprovalError) {
    let outcome = try approvals.revoke(id, by: by, at: now)
    _ = tell(outcome, at: now)
  }

  /// From now on everything is denied that would act, and so is all that waits; or no longer.
  ///
  /// What was forwarded goes on, and approvals that stand are good again afterwards.
  package mutating func lockDown(_ isOn: Bool, by: String, at now: Moment) -> [ApprovalAction] {
    let event = LockdownEvent(isOn: isOn, since: isOn ? lockdown?.since ?? now : nil, by: by)
    guard isOn != (lockdown != nil) else { return [] }
    lockdown = isOn ? event : nil
    tell(.lockdown(event), at: now)
    return isOn ? tell(approvals.lockDown(by: by, at: now), at: now) : []
  }

  /// The gate was locked when it ended, and still is.
  package mutating func restore(_ lockdown: LockdownEvent) { self.lockdown = lockdown }

  /// Puts another policy in force; the sessions are to be told after it.
  package mutating func use(_ engine: PolicyEngine, at now: Moment) {
    self.engine = engine
    _ = tell(approvals.policyChanged(to: engine.revision), at: now)
  }

  /// Some time is over; to be called at `approvals.wakeUp`.
  package mutating func approvalsTimePassed(at now: Moment) -> [ApprovalAction] {
    tell(approvals.timePassed(at: now), at: now)
  }

  /// What is to be done instead where the record cannot be written and calls are denied for it.
  package mutating func unrecorded(
    _ actions: [ApprovalAction], _ reason: String, at now: Moment
  ) -> [ApprovalAction] {
    let denial = Decision(.deny, rule: "(record)", reason: reason)
    return actions.map { action in
      switch action {
      case .release(let session, let request):
        .refuse(session: session, request: request, ApprovalRefusal(denial))
      case .refuse: action
      }
    }
  }

  // MARK: What sessions tell

  /// Nothing of a session waits any more.
  mutating func withdrawApprovals(of session: ExactText, _ detail: String, at now: Moment) {
    _ = tell(approvals.withdrawAll(of: session, detail, at: now), at: now)
  }

  /// A session is over.
  mutating func forgetApprovals(of session: ExactText, _ detail: String, at now: Moment) {
    _ = tell(approvals.sessionClosed(session, detail, at: now), at: now)
  }

  /// A session was told of tools: what waits is shown with the tool that it would run now.
  mutating func noteDefinitions(of session: ExactText, at now: Moment, _ definition: (ExactText) -> ContentDigest?) {
    guard approvals.pendingCount > 0 else { return }
    _ = tell(approvals.noteDefinitions(of: session, at: now, definition), at: now)
  }

  mutating func tell(_ event: ApprovalEvent?, at now: Moment) {
    if let event { tell(.approval(event), at: now) }
  }

  private mutating func tell(_ outcome: Approvals.Outcome, at now: Moment) -> [ApprovalAction] {
    for event in outcome.events { tell(.approval(event), at: now) }
    return outcome.actions
  }
}
