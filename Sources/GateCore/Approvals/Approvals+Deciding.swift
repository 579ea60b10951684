package import ControlWire
internal import JSONText
package import Policy

// MARK: What people say
extension Approvals {
  /// What became of a person's word: what is told, and what is done when that is recorded.
  struct Outcome: Sendable {
    var events: [ApprovalEvent] = []
    var actions: [ApprovalAction] = []
  }

  mutating func approve(
    _ id: String, digest: String, revision: String?, scope: ApprovalScope, message: String?, by: String, at now: Moment
  ) throws(ApprovalError) -> Outcome {
    let place = try undecided(id, at: now)
    let row = pending[place]
    guard row.question.identity.digest == digest, revision == nil || revision == row.question.identity.revision else {
      throw Self.others
    }
    if case .identical(let seconds) = scope, !(1...ApprovalScope.longest ~= seconds) {
      throw ApprovalError("identical calls are approved for 1 second to \(ApprovalScope.longest) seconds")
    }
    let reach = reach(scope, row, at: now)
    guard reach == nil || earlier.count < Self.mostStanding else {
      throw ApprovalError("\(Self.mostStanding) approvals stand already; revoke some")
    }
    var outcome = Outcome()
    var event = settle(
      place, .approved, "already approved by \(by)", by: by, message: message, scope: scope, at: now)
    if let hold = row.hold {
      outcome.actions.append(.release(session: row.question.session, request: hold.request))
    }
    event.remaining = 0
    if let reach {
      let approval = EarlierApproval(
        number: row.number, reach: reach, scope: scope, event: event, target: row.question.target,
        identity: row.question.identity, since: now)
      earlier.append(approval)
      event.remaining = approval.end?.microseconds(since: now) ?? 0
    }
    note(event)
    outcome.events.append(event)
    if let reach { approveAlong(row, reach, by, scope, &outcome, at: now) }
    return outcome
  }

  /// What stands after an approval; nil where it is done with the request that waits.
  private func reach(_ scope: ApprovalScope, _ row: PendingApproval, at now: Moment) -> EarlierApproval.Reach? {
    // An agent that waits no longer is owed one call, as long as somebody could have decided.
    let once = row.hold == nil ? row.deadline : nil
    var seconds = max(0, row.terms.remember)
    switch scope {
    case .session: return .session
    case .identical(let wanted): seconds = max(seconds, wanted)
    case .once, .rule: break
    }
    guard seconds > 0 || once != nil else { return nil }
    return .identical(until: now.advanced(bySeconds: seconds), once: once)
  }

  /// Others that wait and are covered by what was approved for more than one call.
  private mutating func approveAlong(
    _ row: PendingApproval, _ reach: EarlierApproval.Reach, _ by: String, _ scope: ApprovalScope,
    _ outcome: inout Outcome, at now: Moment
  ) {
    // What is owed to one agent is no word about another call.
    if case .identical(let until, _) = reach, until <= now { return }
    guard let approval = earlier.last else { return }
    for number in pending.map(\.number) {
      guard let place = place(of: number), approval.covers(pending[place].question),
        !pending[place].decision.isOfPin || approval.identity.isSamePinned(as: pending[place].question.identity),
        let hold = pending[place].hold
      else { continue }
      let session = pending[place].question.session
      outcome.events.append(
        settle(
          place, .approved, "already approved by \(by)", by: by, scope: scope,
          detail: "along with \(name(row.number))", at: now))
      outcome.actions.append(.release(session: session, request: hold.request))
    }
  }

  mutating func deny(
    _ id: String, digest: String?, message: String?, by: String, at now: Moment
  ) throws(ApprovalError) -> Outcome {
    let place = try undecided(id, at: now)
    guard digest == nil || digest == pending[place].question.identity.digest else { throw Self.others }
    let row = pending[place]
    let said = message.flatMap { $0.isEmpty ? nil : $0 }
    let decision = Decision(.deny, rule: row.decision.rule, reason: said ?? "a person has denied this call")
    var outcome = Outcome()
    outcome.events.append(settle(place, .denied, "already denied by \(by)", by: by, message: said, at: now))
    refuse(row, decision, &outcome)
    return outcome
  }

  /// Tells the agent now if it waits, and else when it asks again.
  private mutating func refuse(_ row: PendingApproval, _ decision: Decision, _ outcome: inout Outcome) {
    let refusal = ApprovalRefusal(decision, approval: name(row.number))
    if let hold = row.hold {
      outcome.actions.append(.refuse(session: row.question.session, request: hold.request, refusal))
    } else {
      if unheard.count >= Self.mostPending { unheard.removeFirst() }
      unheard.append(
        Unheard(
          session: row.question.session, identity: row.question.identity, refusal: refusal, until: row.deadline))
    }
  }

  mutating func extend(
    _ id: String, seconds: Int, by: String, at now: Moment
  ) throws(ApprovalError) -> Outcome {
    let place = try undecided(id, at: now)
    guard seconds > 0 else { throw ApprovalError("the time to add must be 1 second or more") }
    let latest = pending[place].asked.advanced(byMicroseconds: Self.longestWait)
    let wanted = min(latest, pending[place].deadline.advanced(bySeconds: seconds))
    guard wanted > pending[place].deadline else {
      throw ApprovalError("nobody can have more than \(Self.longestWait / 3_600_000_000) hours to decide")
    }
    pending[place].deadline = wanted
    var event = event(pending[place], .pending, at: now)
    event.by = by
    return Outcome(events: [event])
  }

  mutating func revoke(_ id: String, by: String, at now: Moment) throws(ApprovalError) -> Outcome {
    guard let place = earlier.firstIndex(where: { name($0.number) == id && $0.holds(at: now) }) else {
      throw ApprovalError("no approval `\(id)` stands")
    }
    return Outcome(events: [end(place, by: by, "")])
  }

  /// Refuses all that waits.
  mutating func lockDown(by: String, at now: Moment) -> Outcome {
    var outcome = Outcome()
    for row in pending {
      guard let place = place(of: row.number) else { continue }
      outcome.events.append(
        settle(
          place, .denied, "already denied by the lockdown of \(by)", by: by, detail: "the gate was locked down",
          at: now))
      refuse(row, Self.lockdown, &outcome)
    }
    // Who asks again is told of the lockdown itself.
    unheard = []
    return outcome
  }

  /// What is said to whatever would act while the gate is locked down.
  static let lockdown = Decision(
    .deny, rule: "(lockdown)", reason: "a person has locked the gate, and nothing passes until it is opened again")

  private static let others = ApprovalError(
    "arguments, tool or policy are others than those you were shown; look at it again")

  /// One that a person may still decide.
  private func undecided(_ id: String, at now: Moment) throws(ApprovalError) -> Int {
    if let place = place(of: id) {
      guard now < pending[place].deadline else { throw ApprovalError("it has expired") }
      return place
    }
    if let settled = settled.last(where: { $0.event.id == id }) { throw ApprovalError(settled.words) }
    throw ApprovalError("nothing called `\(id)` waits for a person")
  }

  /// Remembers an event as the last of its approval.
  private mutating func note(_ event: ApprovalEvent) {
    guard let place = settled.lastIndex(where: { $0.event.id == event.id }) else { return }
    settled[place].event = event
  }

  /// Ends an approval that stands.
  mutating func end(_ place: Int, by: String? = nil, _ detail: String) -> ApprovalEvent {
    var event = earlier.remove(at: place).event
    event.state = .revoked
    event.isHeld = false
    event.remaining = 0
    event.by = by
    event.message = nil
    event.detail = detail.isEmpty ? nil : detail
    return event
  }
}

// MARK: Time, sessions and policies
extension Approvals {
  mutating func timePassed(at now: Moment) -> Outcome {
    var outcome = Outcome()
    for row in pending where row.deadline <= now {
      guard let (event, refusal) = expire(row.number, at: now) else { continue }
      outcome.events.append(event)
      guard let hold = row.hold else { continue }
      outcome.actions.append(.refuse(session: row.question.session, request: hold.request, refusal))
    }
    for place in earlier.indices.reversed() where !earlier[place].holds(at: now) {
      outcome.events.append(end(place, earlier[place].uses == 0 ? "it was not used in time" : "its time is over"))
    }
    unheard.removeAll { $0.until <= now }
    return outcome
  }

  /// Nobody has decided in time; nil where there is time left.
  mutating func expire(_ number: UInt64, at now: Moment) -> (event: ApprovalEvent, refusal: ApprovalRefusal)? {
    guard let place = place(of: number), pending[place].deadline <= now else { return nil }
    let row = pending[place]
    let seconds = row.deadline.microseconds(since: row.asked) / 1_000_000
    let detail = "nobody decided within \(seconds) s"
    let reason = row.decision.reason.map { "\($0), and \(detail)" } ?? detail
    return (
      settle(place, .expired, "it has expired", detail: detail, at: now),
      ApprovalRefusal(Decision(.deny, rule: row.decision.rule, reason: reason), approval: name(number))
    )
  }

  /// Nothing of a session waits any more.
  mutating func withdrawAll(of session: ExactText, _ detail: String, at now: Moment) -> Outcome {
    var outcome = Outcome()
    for number in pending.filter({ $0.question.session == session }).map(\.number) {
      if let event = withdraw(number, detail, at: now) { outcome.events.append(event) }
    }
    unheard.removeAll { $0.session == session }
    return outcome
  }

  /// A session is over: nothing is approved for it any more either.
  mutating func sessionClosed(_ session: ExactText, _ detail: String, at now: Moment) -> Outcome {
    var outcome = withdrawAll(of: session, detail, at: now)
    for place in earlier.indices.reversed()
    where earlier[place].reach == .session && earlier[place].event.session == session {
      outcome.events.append(end(place, "the session is over"))
    }
    return outcome
  }

  /// A server tells of its tools otherwise than when a call was asked about: a decision about that one is none about this.
  mutating func noteDefinitions(
    of session: ExactText, at now: Moment, _ definition: (ExactText) -> ContentDigest?
  ) -> Outcome {
    var outcome = Outcome()
    for place in pending.indices where pending[place].question.session == session {
      let question = pending[place].question
      guard case .tool(let name) = question.target, let known = question.identity.definition,
        let new = definition(name), new != known
      else { continue }
      pending[place].question.identity.definition = new
      var event = event(pending[place], .pending, at: now)
      event.detail = "the server describes the tool otherwise now"
      outcome.events.append(event)
    }
    return outcome
  }

  /// Another policy is in force: what was approved for identical calls was approved under the other one.
  mutating func policyChanged(to revision: String?) -> Outcome {
    var outcome = Outcome()
    for place in earlier.indices.reversed()
    where earlier[place].reach != .session && earlier[place].identity.revision != revision {
      outcome.events.append(end(place, "the policy was changed"))
    }
    return outcome
  }
}

// MARK: What is told
extension Approvals {
  /// All that wait, the next deadline first.
  package func pending(at now: Moment) -> [ApprovalEvent] {
    pending.sorted { ($0.deadline, $0.number) < ($1.deadline, $1.number) }.map { event($0, .pending, at: now) }
  }

  package var pendingCount: Int { pending.count }

  /// All approvals that stand, the oldest first.
  package func standing(at now: Moment) -> [StandingApproval] {
    earlier.filter { $0.holds(at: now) }.map { approval in
      StandingApproval(
        id: name(approval.number), scope: approval.scope,
        session: approval.reach == .session ? approval.event.session : nil, client: approval.event.client,
        grant: approval.event.grant, server: approval.event.server, method: approval.event.method,
        tool: approval.event.tool, digest: approval.event.digest, by: approval.event.by ?? "", since: approval.since,
        remaining: approval.end.map { $0.microseconds(since: now) }, uses: approval.uses)
    }
  }

  /// What was settled last, the newest last.
  package var recent: [ApprovalEvent] { settled.suffix(Snapshot.mostRecent).map(\.event) }

  /// What a person must see before deciding about one that waits; nil where there is none of that name.
  ///
  /// `hiding` takes out of a text what nobody is to see; the session's own secrets are known to whoever started its server.
  package func details(of id: String, at now: Moment, hiding: ([UInt8]) -> [UInt8]) -> ApprovalDetails? {
    guard let place = place(of: id) else { return nil }
    let row = pending[place]
    var arguments = row.question.words.arguments
    var isCut = false
    if arguments.count > ApprovalDetails.longestArguments {
      isCut = true
      var end = ApprovalDetails.longestArguments
      while end > 0, arguments[end] & 0xC0 == 0x80 { end -= 1 }
      arguments.removeSubrange(end...)
    }
    let shown = hiding(arguments)
    return ApprovalDetails(
      event: event(row, .pending, at: now), arguments: shown, isCut: isCut, hasHiddenSecrets: shown != arguments)
  }
}
