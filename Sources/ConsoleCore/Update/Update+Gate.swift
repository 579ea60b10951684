internal import ControlWire
internal import JSONText
internal import Policy

extension ConsoleState {
  static let noteTime: Int64 = 6_000_000
  static let mostSessions = 10_000
  static let mostLog = 500

  mutating func say(_ weight: Note.Weight, _ text: String) {
    let note = Note(weight, text)
    self.note = note
    saidSince?.append(note)
    noteEnds = weight == .error ? nil : now.advanced(byMicroseconds: Self.noteTime)
    if log.count >= Self.mostLog { log.removeFirst(Self.mostLog / 4) }
    log.append(LoggedNote(note: note, time: now))
  }

  mutating func pass(to moment: Moment) {
    now = max(now, moment)
    if let noteEnds, noteEnds <= now {
      note = nil
      self.noteEnds = nil
    }
    if case .awaitingGate(let revision, let since) = policy.saving, gate.isUp,
      now.microseconds(since: since) > 5_000_000
    {
      policy.saving = .idle
      ledger.answer(.silent)
      say(.warning, "saved as rev \(revision), but the gate has not said that it loaded it: R makes it read again")
      giveUpRule("the gate has not said that it loaded it")
    }
    if let asked = ruleWrite?.asked, now.microseconds(since: asked) > Self.ruleAnswerTime {
      giveUpRule("the gate has not said whether it lets the call pass")
    }
    if let end = catalogue.nextExpiry, end <= now {
      let before = catalogue
      catalogue.judge(policy.draft, at: now)
      list.rebuild(from: before, to: catalogue, at: now)
    }
  }

  mutating func lose(_ reason: String, retryIn: Int64?) {
    let retryAt = retryIn.map { now.advanced(byMicroseconds: $0) }
    if case .lost(_, let since, _) = gate.connection {
      gate.connection = .lost(reason: reason, since: since, retryAt: retryAt)
      return
    }
    let wasUp = gate.isUp
    gate.connection = .lost(reason: reason, since: now, retryAt: retryAt)
    gate.awaitsSnapshot = false
    gate.needsSnapshot = false
    sessions = [:]
    definitions.forget()
    facts.forget()
    giveUpRule("the gate is gone")
    if wasUp { live.append { $0.append(remark: "gate lost: \(reason)", at: now) } }
    if case .awaitingGate(let revision, _) = policy.saving {
      policy.saving = .idle
      ledger.answer(.noGate)
      say(.warning, "saved as rev \(revision); no gate is connected to load it")
    }
  }

  mutating func take(_ message: GateMessage) -> [ConsoleEffect] {
    if message.sequence > gate.sequence { gate.sequence = message.sequence }
    switch message.event {
    case .decision(let event):
      live.append { $0.append(event, sequence: message.sequence, time: message.time) }
    case .result(let event): live.finish(event)
    case .session(let event): take(event)
    case .server(let event): return take(event)
    case .policy(let event):
      take(event)
      return ruleLoaded(event) + judgedAnew()
    case .toolsChanged(let server):
      live.append { $0.append(remark: "the tools of \(server.string) changed", at: message.time) }
      definitions.forget(server: server)
      return refreshSnapshot() + wantDefinitionAgain()
    case .record(let event): take(event, at: message.time)
    case .tick(let tick):
      live.rates.add(tick.counts, at: now)
      live.keptBack = min(live.keptBack + UInt64(clamping: tick.skipped), 1 << 60)
      for calls in tick.calls { catalogue.count(calls, at: now) }
    case .gap(let missed):
      live.dropped = live.dropped.addingReportingOverflow(missed).overflow ? .max : live.dropped + missed
      live.append { $0.append(gap: missed, at: message.time) }
    case .hello(let hello): return take(hello)
    case .snapshot(let snapshot, _): return take(snapshot) + takeApprovals(of: snapshot, at: message.time)
    case .refused(_, .some(let id)) where definitions.isWaiting(for: id): definitions.refuse(id)
    case .refused(let text, let id):
      if let id, refusedCallFacts(id, text) { break }
      if pinsRefused(id, text) { break }
      if let effects = takeRefused(text, id) { return effects }
      say(.error, "the gate refused: \(safe(text))")
    case .serverMessages(let messages, _): take(messages)
    case .status, .exit: break
    case .done(let id):
      if ruleAnswered(id) { break }
      if let effects = pinsDone(id) { return effects }
      return takeDone(id) ?? []
    case .approval(let event):
      live.append { $0.append(event, at: message.time) }
      return take(event, at: message.time)
    case .lockdown(let event): take(event)
    case .approvals(_, let standing, let id): return takeList(standing, id)
    case .approvalDetails(let details, let id): take(details, id)
    case .counters(let answer, _): take(answer)
    case .tool(let answer, _):
      definitions.take(answer)
      refreshRuleEditor()
      refreshToolPage()
      return refreshNewRule()
    case .explained(let answer, _):
      facts.take(answer)
      return took(answer)
    case .simulated(let simulation, let id): return took(simulation, id: id)
    case .glimpses(let calls, let id): glimpses.take(calls, id: id)
    case .pin(let event): return take(event)
    case .pins(let answer, let id): return take(answer, id: id)
    case .pinDetails(let details, let id): take(details, id: id)
    }
    return []
  }

  private mutating func take(_ hello: Hello) -> [ConsoleEffect] {
    let isSameGate = gate.hello?.pid == hello.pid
    let wasHere = gate.hello != nil
    if !isSameGate {
      live.append { $0.append(remark: wasHere ? "another gate runs now" : "gate connected", at: now) }
      live.ring.beginEpoch()
      if var view = messagesView {
        view.restart(at: now)
        overlay = .messages(view)
      }
      gate.sequence = 0
    } else {
      live.append { $0.append(remark: "gate is back", at: now) }
    }
    gate.hello = hello
    gate.connection = .up
    gate.policyPath = hello.policyPath
    guard hello.version == 1 else {
      say(.error, "the gate speaks version \(hello.version) of the protocol, this console version 1")
      return []
    }
    if hello.build != options.build {
      say(
        .warning,
        "the gate is build \(safe(hello.build, limit: 40)), this console \(options.build): "
          + "`gatehouse stop` lets the newer one take its place")
    }
    gate.awaitsSnapshot = true
    gate.needsSnapshot = false
    approvals.disarm()
    definitions.forget()
    facts.forget()
    glimpses = Glimpses()
    losePins()
    let since = isSameGate && gate.sequence > 0 ? gate.sequence : nil
    return [
      .send(.subscribe(since: since, budget: options.streamBudget, approver: options.mayDecide, id: nil)),
      .send(.snapshot(id: nil)),
    ] + wantDefinitionAgain() + askPins()
  }

  private mutating func take(_ event: RecordEvent, at time: Moment) {
    gate.record = event.state == .failing ? event : nil
    let text =
      event.state == .failing
      ? safe(event.detail ?? "the record cannot be written")
      : "the record is written again, without \(event.lost) events"
    live.append { $0.append(remark: text, at: time) }
    say(event.state == .failing ? .error : .info, text)
  }

  private mutating func take(_ snapshot: Snapshot) -> [ConsoleEffect] {
    sessions = [:]
    for session in snapshot.sessions.prefix(Self.mostSessions) where session.state != .closed {
      sessions[session.session] = session
    }
    gate.policyPath = snapshot.policyPath
    gate.policy = snapshot.policy
    ledger.add(snapshot.policy, at: now)
    gate.record = snapshot.record
    know(snapshot.servers)
    gate.awaitsSnapshot = false
    guard gate.needsSnapshot else { return [] }
    gate.needsSnapshot = false
    return refreshSnapshot()
  }

  /// Asks for the whole picture again, once at a time.
  mutating func refreshSnapshot() -> [ConsoleEffect] {
    guard gate.isUp else { return [] }
    guard !gate.awaitsSnapshot else {
      gate.needsSnapshot = true
      return []
    }
    gate.awaitsSnapshot = true
    return [.send(.snapshot(id: nil))]
  }

  /// Takes servers and tools in place of the known ones; the person stays where they are.
  mutating func know(_ servers: [Snapshot.Server]) {
    let before = catalogue
    catalogue.replace(with: servers)
    catalogue.judge(policy.draft, at: now)
    noteDefinitions(before: before)
    tellOfTools()
    refreshStarters()
    list.rebuild(from: before, to: catalogue, at: now)
    revealCursor()
  }

  private mutating func take(_ event: SessionEvent) {
    switch event.state {
    case .opened, .identified:
      if sessions.count < Self.mostSessions || sessions[event.session] != nil { sessions[event.session] = event }
    case .closed: sessions[event.session] = nil
    }
  }

  private mutating func take(_ event: ServerEvent) -> [ConsoleEffect] {
    catalogue.take(event)
    switch event.state {
    case .failed: say(.warning, "\(safe(event.server.string)) failed: \(safe(event.detail ?? "no reason given"))")
    case .added, .removed, .scanned: return refreshSnapshot()
    case .started, .exited: break
    }
    return catalogue.index(ofServer: event.server) == nil ? refreshSnapshot() : []
  }

  private mutating func take(_ event: PolicyEvent) {
    let before = gate.policy
    gate.policy = event
    ledger.add(event, at: now)
    let revision = event.revision ?? "none"
    switch (event.state, policy.saving) {
    case (.loaded, .awaitingGate(let awaited, _)):
      guard event.revision == awaited else { return }
      policy.saving = .idle
      ledger.answer(.loaded(microseconds: saveTime))
      let time = Format.span(microseconds: saveTime)
      tellLoaded("saved; the gate runs rev \(revision) now, loaded in \(time)", event, isOwn: true)
    case (.rejected, _):
      if case .awaitingGate = policy.saving {
        policy.saving = .idle
        let first = event.problems.first
        ledger.answer(.rejected(first.map { "line \($0.place.line): \($0.message)" } ?? "no reason given"))
      }
      let first = event.problems.first.map { "line \($0.place.line): \(safe($0.message))" } ?? "no reason given"
      let rest = event.revision.map { "it keeps rev \($0)" } ?? "it denies everything"
      say(.error, "REJECTED by the gate, \(first); \(rest)")
    case (.loaded, _):
      // It comes with every change of the file, and must not push off what was warned of because of the same change.
      let hasWarning = note.map { $0.weight != .info } ?? false
      if before?.revision != event.revision || before?.state != .loaded, !hasWarning {
        tellLoaded("the gate loaded rev \(revision)", event, isOwn: false)
      }
    case (.absent, _): say(.warning, "the gate has no policy now: it denies everything")
    }
  }
}

extension ConsoleState {
  /// Says what the gate runs now; what is odd about it is news unless the person has just saved it.
  private mutating func tellLoaded(_ text: String, _ event: PolicyEvent, isOwn: Bool) {
    guard let first = event.warnings.first else { return say(.info, text) }
    let count = event.warnings.count + event.untold
    let warnings = count == 1 ? "a warning" : Format.count(count, "warning")
    if isOwn { return say(.info, "\(text), with \(warnings) · 6 lists all") }
    say(.warning, "\(text), with \(warnings): line \(first.place.line): \(safe(first.message)) · 6 lists all")
  }
}

extension Catalogue {
  /// What happened to a server, as far as it shows without asking for everything again.
  mutating func take(_ event: ServerEvent) {
    guard let index = index(ofServer: event.server) else { return }
    switch event.state {
    case .started: servers[index].info.state = .running
    case .exited:
      servers[index].info.state = .idle
      if let detail = event.detail { servers[index].info.lastError = detail }
    case .failed:
      servers[index].info.state = .failed
      servers[index].info.lastError = event.detail ?? "failed"
    case .added, .removed, .scanned: break
    }
  }
}
