internal import ControlWire
internal import GateCore
internal import JSONText
internal import Policy
internal import Store
internal import System

// MARK: What people decide
extension GateProcess {
  /// What a request does that not everybody may make.
  enum Power: String {
    case approve, deny, extend, revoke
    case lockdownOff = "lockdown off"
    case reload, stop
    case simulate
    case acceptPins = "pins accept"
    case rejectPins = "pins reject"

    /// Whether it is an answer to a question, or widens what may be done.
    var isAnswer: Bool {
      switch self {
      case .approve, .deny, .extend, .lockdownOff, .acceptPins, .rejectPins: true
      case .revoke, .reload, .stop, .simulate: false
      }
    }
  }

  /// Refuses what a process must not ask for, and records it.
  ///
  /// No agent decides about itself: whoever is below a guarded client or server is refused, and so is whoever cannot be
  /// seen as long as there is a client that it could be below.
  func check(_ power: Power, by decider: Decider, about subject: String? = nil) throws(ControlError) {
    switch clients.standing(of: decider.identity) {
    case .free: break
    case .below(let role):
      let what = role.isServer ? "server" : "client"
      tellRefusal(
        of: power, to: decider, about: subject, role, "is below the \(what) of session \(role.session.string)")
      throw ControlError("a process below a guarded session's \(what) may not decide: \(power.rawValue) is a person's")
    case .unknown:
      tellRefusal(of: power, to: decider, about: subject, nil, "cannot be seen from here")
      throw ControlError("a process that cannot be seen from here may not decide: \(power.rawValue) is a person's")
    }
    guard power.isAnswer, settings.current.approvals.from == .console, !decider.isConsoleOnTerminal else { return }
    tellRefusal(of: power, to: decider, about: subject, nil, "is no console on a terminal")
    throw ControlError(
      "answers are taken from a console on a terminal alone, says `approvals.from` of \(settings.status.path)")
  }

  private func tellRefusal(
    of power: Power, to decider: Decider, about subject: String?, _ role: Clients.Role?, _ why: String
  ) {
    let session = role.flatMap { sessions[$0.session] }
    let reason = "\(decider.name), pid \(decider.pid), tried `\(power.rawValue)` and \(why)"
    let event = DecisionEvent(
      session: role?.session ?? "", client: session?.core.client ?? "", grant: "local", server: role?.server ?? "",
      method: ExactText("gatehouse/\(power.rawValue)"), tool: subject.map { ExactText($0) }, category: nil,
      severity: nil, decision: Decision(.deny, rule: "(self_approval)", reason: reason),
      revision: policyInForce.revision, took: 0, argumentsDigest: nil)
    state.tell(.decision(event), at: Clock.now())
    publish()
  }

  /// Does what a person has decided, when that is recorded.
  func decide(
    _ body: (inout GateState, Moment) throws(ApprovalError) -> [ApprovalAction]
  ) throws(ControlError) {
    let actions: [ApprovalAction]
    do {
      actions = try body(&state, Clock.now())
    } catch {
      throw ControlError(error.description)
    }
    if let reason = carryOut(actions) { throw ControlError(reason) }
  }

  /// Records what is told, then does what follows from it.
  ///
  /// - Returns: Why nothing is approved instead.
  @discardableResult
  private func carryOut(_ actions: [ApprovalAction]) -> String? {
    var actions = actions
    var failure: String?
    if let (reason, position) = recordDecisions() {
      failure = reason
      let now = Clock.now()
      takeBackApprovals(from: position, reason, at: now)
      actions = state.unrecorded(actions, reason, at: now)
    }
    for action in actions {
      switch action {
      case .release(let session, let request): sessions[session]?.release(request)
      case .refuse(let session, let request, let refusal): sessions[session]?.refuse(request, refusal)
      }
    }
    publish()
    return failure
  }

  /// What could not be recorded is no approval.
  private func takeBackApprovals(from position: UInt64, _ reason: String, at now: Moment) {
    var approved: [String] = []
    for (entry, text) in state.stream.takeBack(from: position) {
      guard entry.kind == .approval, case .approval(var event)? = (try? GateMessage.read(text.dropLast()))??.event,
        event.state == .approved
      else {
        state.stream.append(entry, text: text)
        continue
      }
      approved.append(event.id)
      event.state = .denied
      event.detail = reason
      state.stream.append(GateMessage(sequence: entry.sequence, time: entry.time, event: .approval(event)))
    }
    for id in approved { try? state.revoke(id, by: "the gate", at: now) }
  }

  // MARK: Lockdown

  /// Denies everything that would act from now on, or no longer; that outlives the gate.
  func lockDown(_ isOn: Bool, by decider: Decider) throws(ControlError) {
    let who = decider.words(isOn ? "lockdown on" : "lockdown off")
    guard isOn else {
      do {
        try lockdownFile.remove()
      } catch {
        throw ControlError("the gate stays locked down: \(error)")
      }
      carryOut(state.lockDown(false, by: who, at: Clock.now()))
      return
    }
    let actions = state.lockDown(true, by: who, at: Clock.now())
    var failure: SystemError?
    do {
      if let lockdown = state.lockdown { try lockdownFile.write(lockdown) }
    } catch {
      failure = error
    }
    carryOut(actions)
    if let failure { throw ControlError("the gate is locked down, but will not be after its end: \(failure)") }
  }

  /// A gate that was locked when it ended still is.
  func restoreLockdown() {
    guard let lockdown = lockdownFile.read() else { return }
    state.restore(lockdown)
    let by = lockdown.by.map { " by \($0)" } ?? ""
    StandardError.write("gatehouse: the gate is locked down\(by); `gatehouse lockdown off` opens it\n")
  }

  // MARK: Time and those who hear of it

  /// Tells of what became of questions since this was last called, without delay, and wakes up for the next deadline.
  ///
  /// - Returns: Whether there was anything.
  func noticeApprovals() -> Bool {
    guard state.stream.urgent > approvalsSeen else { return false }
    let from = approvalsSeen
    approvalsSeen = state.stream.end
    if let firstAsked, state.approvals.pendingCount > 0 {
      self.firstAsked = nil
      firstAsked()
    }
    if notifier.command != nil {
      var events: [ApprovalEvent] = []
      state.stream.forEach(from: from) { entry, line in
        guard entry.kind == .approval else { return }
        let text = unsafe line.withUnsafeBufferPointer { unsafe Array($0) }
        // Told for the first time when it was asked.
        if case .approval(let event)? = (try? GateMessage.read(text))??.event,
          event.state != .pending || event.asked == entry.time
        {
          events.append(event)
        }
      }
      for event in events { event.state == .pending ? notifier.tell(event) : notifier.forget(event.id) }
    }
    setApprovalsTimer()
    return true
  }

  private func setApprovalsTimer() {
    approvalsTimer?.cancel()
    approvalsTimer = nil
    guard let due = state.approvals.wakeUp else { return }
    let wait = max(1_000, due.microseconds(since: Clock.now()))
    approvalsTimer = Loop.shared.after(microseconds: wait) { [weak self] in
      guard let self else { return }
      approvalsTimer = nil
      carryOut(state.approvalsTimePassed(at: Clock.now()))
      if approvalsTimer == nil { setApprovalsTimer() }
    }
  }

  /// Somebody who can decide came or went, or another command is to be run for questions.
  func noteApprovers() {
    state.approvals.hasApprover = approverCount > 0 || notifier.command != nil
  }

  // MARK: What is told of it

  var approvalStatus: ApprovalStatus {
    ApprovalStatus(
      pending: state.approvals.pendingCount, standing: state.approvals.standing(at: Clock.now()).count,
      approvers: approverCount, lockdown: state.lockdown, notify: notifier.status)
  }

  func approvals(id: Int?) -> GateEvent {
    let now = Clock.now()
    return .approvals(pending: state.approvals.pending(at: now), standing: state.approvals.standing(at: now), id: id)
  }

  /// What a person must see before deciding; the secrets of the session's server are hidden.
  func details(of approval: String, id: Int?) throws(ControlError) -> GateEvent {
    let now = Clock.now()
    guard let session = state.approvals.pending(at: now).first(where: { $0.id == approval })?.session,
      let details = state.approvals.details(
        of: approval, at: now, hiding: { (sessions[session]?.secrets ?? .none).hiding(in: $0) })
    else { throw ControlError("nothing called `\(approval)` waits for a person") }
    return .approvalDetails(details, id: id)
  }
}
