internal import ControlWire
internal import JSONText
internal import Policy

extension ConsoleState {
  /// At most one bell in so many microseconds.
  private static let bellPause: Int64 = 10_000_000
  /// So long nobody must have touched a key before the pane may come by itself.
  static let idleTime: Int64 = 10_000_000

  // MARK: Questions

  mutating func take(_ event: ApprovalEvent, at time: Moment) -> [ConsoleEffect] {
    var effects: [ConsoleEffect] = []
    keepingApprovalsInPlace { state in
      if event.state == .pending {
        if state.wait(event, at: time) { effects += state.alert([event]) }
      } else {
        effects += state.end(event)
      }
    }
    return effects
  }

  /// Takes a question that is open; true if it is a new one.
  private mutating func wait(_ event: ApprovalEvent, at time: Moment) -> Bool {
    let id = event.id
    if var known = approvals.requests[id] {
      let wasOver = !known.isOpen
      if known.event.digest != event.digest { approvals.forgetDetails(id) }
      known.take(event, at: now)
      approvals.requests[id] = known
      if approvals.isEntered, approvals.row(of: id) == nil { approvals.place(known, isNew: true) }
      return wasOver
    }
    guard approvals.requests.count < ApprovalsView.mostRequests else { return false }
    let request = ApprovalRequest(event, at: now, sent: time)
    approvals.requests[id] = request
    // Out of the pane there is no order to keep: it is made when the person comes.
    if approvals.isEntered { approvals.place(request, isNew: true) }
    return true
  }

  /// Takes what became of a question.
  private mutating func end(_ event: ApprovalEvent) -> [ConsoleEffect] {
    let id = event.id
    approvals.settle(event, at: now)
    if event.state != .used, event.state != .revoked, let known = approvals.requests[id] {
      var request = known
      request.event = event
      request.standing = .over(outcome(of: event))
      approvals.requests[id] = request
      if event.state == .expired, known.isOpen {
        say(.warning, "\(subject(of: event)): nobody decided in time, so it is denied")
      }
      if !approvals.isEntered {
        approvals.requests[id] = nil
      }
      refreshRequestPopup()
    }
    approvals.told[id] = nil
    // What it leaves standing is told in the list alone.
    switch event.state {
    case .approved, .used, .revoked: return refreshStanding()
    case .pending, .denied, .expired, .withdrawn: return []
    }
  }

  /// How a question ended, in words; already safe to print.
  func outcome(of event: ApprovalEvent) -> String {
    let by = event.by.map { " by \(safe($0, limit: 60))" } ?? ""
    let why = event.detail.map { ": \(safe($0, limit: 120))" } ?? ""
    switch event.state {
    case .pending: return "waiting"
    case .approved:
      let scope: String =
        switch event.scope {
        case .once?, nil: ""
        case .session?: " for the session"
        case .identical(let seconds)?: " for \(Format.span(microseconds: Int64(seconds).multiplied(1_000_000)))"
        case .rule?: " with a rule"
        }
      return "approved\(by)\(scope)"
    case .denied: return "denied\(by)\(event.by == nil ? why : "")"
    case .expired: return "expired, denied"
    case .withdrawn: return "gone\(why)"
    case .used: return "used"
    case .revoked: return "taken back\(by)"
    }
  }

  /// `server/tool`, safe to print.
  func subject(of event: ApprovalEvent) -> String {
    "\(safe(event.server.string, limit: 60))/\(safe((event.tool ?? event.method).string, limit: 60))"
  }

  // MARK: Calling the person

  /// Draws attention to new questions, and no more than that.
  private mutating func alert(_ events: [ApprovalEvent]) -> [ConsoleEffect] {
    guard let first = events.first else { return [] }
    if !approvals.isEntered { approvals.isUnseen = true }
    openIfIdle()
    if let last = approvals.lastBell, now.microseconds(since: last) < Self.bellPause { return [] }
    approvals.lastBell = now
    var effects: [ConsoleEffect] = []
    if options.alerts.bell { effects.append(.bell) }
    if options.alerts.notice != .off {
      let count = approvals.openCount
      let others = count > 1 ? ", \(Format.count(count)) wait" : ""
      effects.append(.notify("approval wanted: \(subject(of: first))\(others)", options.alerts.notice))
    }
    return effects
  }

  /// Goes to the pane where the configuration says so and nobody is at the keys.
  mutating func openIfIdle() {
    guard options.alerts.opens, approvals.isUnseen, focus != .approvals, overlay == nil, !options.isPlain,
      approvals.openCount > 0, isIdle
    else { return }
    focus(.approvals)
  }

  /// When nobody will have touched a key for long enough.
  var idleEnds: Moment { (approvals.lastKey ?? now).advanced(byMicroseconds: Self.idleTime) }
  private var isIdle: Bool { now >= idleEnds }

  // MARK: The whole picture

  /// Takes what waits and what stands in place of what was known.
  mutating func takeApprovals(of snapshot: Snapshot, at time: Moment) -> [ConsoleEffect] {
    var effects: [ConsoleEffect] = []
    keepingApprovalsInPlace { state in
      state.approvals.lockdown = snapshot.lockdown.flatMap { $0.isOn ? $0 : nil }
      for event in snapshot.recent.suffix(ApprovalsView.mostSettled) where event.state != .pending {
        if state.approvals.requests[event.id]?.isOpen == true {
          effects += state.end(event)
        } else if event.state != .used {
          state.approvals.settle(event, at: event.asked)
        }
      }
      state.takePending(snapshot.approvals, at: time, &effects)
      state.takeStanding(snapshot.standing)
    }
    return effects
  }

  private mutating func takePending(_ pending: [ApprovalEvent], at time: Moment, _ effects: inout [ConsoleEffect]) {
    let ids = Set(pending.map(\.id))
    for (id, request) in approvals.requests where !ids.contains(id) && request.isOpen {
      approvals.requests[id]?.standing = .over("gone: the gate does not know it any more")
      if !approvals.isEntered { approvals.requests[id] = nil }
    }
    var new: [ApprovalEvent] = []
    for event in pending.prefix(ApprovalsView.mostRequests) {
      // Whether a decision that was under way got through shows in whether it waits still.
      if case .deciding = approvals.requests[event.id]?.standing, !isDeciding(event.id) {
        approvals.requests[event.id]?.standing = .waiting
      }
      if wait(event, at: time) { new.append(event) }
    }
    effects += alert(new)
  }

  /// An answer about it is to come.
  private func isDeciding(_ id: String) -> Bool {
    approvals.sent.values.contains { if case .decision(id, _) = $0.kind { true } else { false } }
  }

  private mutating func takeStanding(_ standing: [StandingApproval]) {
    approvals.standing = standing.prefix(ApprovalsView.mostStanding).map { approval in
      StandingRow(
        approval: approval, ends: approval.remaining.map { now.advanced(byMicroseconds: max(0, $0)) })
    }
  }

  /// The gate is gone: nothing can be said of what waits.
  mutating func loseApprovals() {
    approvals.sent = [:]
    approvals.needsList = false
    approvals.disarm()
    for (id, request) in approvals.requests where request.isOpen { approvals.requests[id]?.standing = .unknown }
    refreshRequestPopup()
  }

  mutating func take(_ event: LockdownEvent) {
    approvals.lockdown = event.isOn ? event : nil
    let by = event.by.map { " by \(safe($0, limit: 60))" } ?? ""
    say(
      .warning,
      event.isOn
        ? "LOCKDOWN\(by): everything that acts is denied until :lockdown off"
        : "the lockdown was lifted\(by): the policy decides again")
  }

  // MARK: Answers

  /// Takes the answer to a request of this pane; false if it is none.
  mutating func takeDone(_ id: Int?) -> [ConsoleEffect]? {
    guard let id, let sent = approvals.sent.removeValue(forKey: id) else { return nil }
    switch sent.kind {
    case .decision(let approval, let answer):
      // The event tells the rest; it may have come before.
      if case .deciding = approvals.requests[approval]?.standing {
        let words = answer.isApproval ? "approved" : "denied"
        keepingApprovalsInPlace { $0.approvals.requests[approval]?.standing = .over("\(words) by you") }
      }
      if let event = approvals.requests[approval]?.event {
        say(.info, "\(subject(of: event)) \(answer.isApproval ? "approved" : "denied")")
      }
    case .extend: say(.info, "more time was given")
    case .revoke:
      say(.info, "taken back: the next such call asks again")
      return refreshStanding()
    case .details, .list, .lockdown: break
    }
    return []
  }

  mutating func takeRefused(_ text: String, _ id: Int?) -> [ConsoleEffect]? {
    guard let id, let sent = approvals.sent.removeValue(forKey: id) else { return nil }
    let words = safe(text, limit: 300)
    switch sent.kind {
    case .decision(let approval, _):
      if case .deciding = approvals.requests[approval]?.standing {
        approvals.requests[approval]?.standing = .waiting
        approvals.requests[approval]?.refusal = words
        approvals.disarm()
      }
      say(.warning, "not decided: \(words)")
      refreshRequestPopup()
    case .extend, .revoke, .lockdown: say(.warning, "the gate refused: \(words)")
    case .details(let approval): approvals.requests[approval]?.detailsProblem = words
    case .list: break
    }
    return []
  }

  mutating func takeList(_ standing: [StandingApproval], _ id: Int?) -> [ConsoleEffect] {
    guard let id, approvals.sent.removeValue(forKey: id) != nil else { return [] }
    keepingApprovalsInPlace { $0.takeStanding(standing) }
    guard approvals.needsList else { return [] }
    approvals.needsList = false
    return refreshStanding()
  }

  mutating func take(_ details: ApprovalDetails, _ id: Int?) {
    if let id { approvals.sent[id] = nil }
    guard var request = approvals.requests[details.event.id], request.isOpen, details.event.state == .pending else {
      return
    }
    // It tells the newest of the request too.
    request.take(details.event, at: now)
    approvals.requests[details.event.id] = request
    var known = KnownDetails(details, roots: roots(of: details.event.server))
    known.before = callsBefore(of: details.event)
    if let tool = details.event.tool,
      let index = catalogue.index(of: ToolName(server: details.event.server, tool: tool))
    {
      known.isChanged = catalogue.tools[index].news == .changed
    }
    approvals.keep(known)
    refreshRequestPopup()
  }

  /// Asks for all standing approvals again, once at a time.
  mutating func refreshStanding() -> [ConsoleEffect] {
    guard gate.isUp else { return [] }
    guard !approvals.sent.values.contains(where: { $0.kind == .list }) else {
      approvals.needsList = true
      return []
    }
    let id = approvals.newID()
    approvals.sent[id] = SentRequest(kind: .list, time: now)
    return [.send(.approvals(id: id))]
  }

  /// Asks for what is to be shown of the request that is looked at, unless it is known or on its way.
  mutating func wantDetails() -> [ConsoleEffect] {
    guard gate.isUp else { return [] }
    if options.isPlain { return wantUntold() }
    guard focus == .approvals, let row = aimedRow, let request = approvals.shown(in: row) else { return [] }
    return wantDetails(of: request)
  }

  mutating func wantDetails(of request: ApprovalRequest) -> [ConsoleEffect] {
    let id = request.event.id
    guard request.isOpen, request.detailsProblem == nil,
      approvals.details[id]?.details.event.digest != request.event.digest,
      !approvals.sent.values.contains(where: { $0.kind == .details(id) })
    else { return [] }
    let number = approvals.newID()
    approvals.sent[number] = SentRequest(kind: .details(id), time: now)
    return [.send(.approval(id, id: number))]
  }

  // MARK: Around a request

  /// The folders that a server is known to work in: its own, and those that its command names.
  private func roots(of server: ExactText) -> [String] {
    guard let entry = registry[server] else { return [] }
    let words = entry.command.utf8.split(separator: 0x20).map { String(decoding: $0, as: UTF8.self) }
    let named = words.dropFirst().filter { $0.utf8.first == 0x2F && $0.utf8.count > 1 }
    return named.isEmpty ? [] : named + (entry.folder.map { [$0] } ?? [])
  }

  /// The tools that the session called last before a call was asked about for the first time, the newest last.
  private func callsBefore(of event: ApprovalEvent) -> [String] {
    var names: [String] = []
    let ring = live.ring
    let session = event.session.string
    let oldest = ring.endSerial > 2000 ? max(ring.firstSerial, ring.endSerial - 2000) : ring.firstSerial
    for serial in (oldest..<max(oldest, ring.endSerial)).reversed() {
      guard let record = ring[serial], record.kind == .decision, isBefore(record, event),
        ring.text(record.session).utf8.elementsEqual(session.utf8)
      else { continue }
      let name = record.tool == 0 ? ring.text(record.method) : ring.text(record.tool)
      names.append(record.verdict == .allow ? name : "\(name) (\(record.verdict.rawValue))")
      if names.count == 5 { break }
    }
    return names.reversed()
  }

  /// Whether a decision was made before a call was asked about; those about the call itself were not.
  ///
  /// What comes in one piece is decided at one time, and an agent that asks again has earlier decisions about its call.
  private func isBefore(_ record: DecisionRing.Record, _ event: ApprovalEvent) -> Bool {
    guard record.time == event.asked else { return record.time < event.asked }
    let isOfTool = live.ring.text(record.tool).utf8.elementsEqual((event.tool?.string ?? "").utf8)
    return record.sequence < event.decision
      && !(isOfTool && record.digest == DecisionRing.digest(event.argumentsDigest))
  }
}
