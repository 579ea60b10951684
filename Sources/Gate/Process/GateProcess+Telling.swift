internal import ControlWire
internal import GateCore
internal import JSONText
internal import Policy
internal import System

// MARK: What is told to who asks
extension GateProcess {
  func tell(_ event: GateEvent) {
    state.tell(event, at: Clock.now())
    publish()
  }

  var hello: Hello {
    Hello(
      version: 1, build: options.build, pid: ThisProcess.pid, revision: policyInForce.revision,
      policyPath: options.paths.policy)
  }

  var status: GateStatus {
    // The hash that it tells may be looked for in the files.
    record.settle()
    return GateStatus(
      pid: ThisProcess.pid, build: options.build, started: started, policy: policyInForce,
      policyPath: options.paths.policy,
      sessions: sessions.count, subscribers: connections.values.count(where: \.isSubscribed), counts: state.counts,
      record: record.status, settings: settings.status, counters: counterKeeper.status,
      approvals: approvalStatus)
  }

  func definition(of name: ExactText, on server: ExactText) -> ToolAnswer { inventory.answer(name, of: server) }

  var snapshot: Snapshot {
    inventory.readRegistry()
    var servers = inventory.servers
    let known = Set(servers.map(\.name))
    // A server that was never asked for its tools and is not registered is known by its sessions alone.
    let names = Set(running.keys).union(failures.keys).subtracting(known)
    servers += names.sorted().map { name in
      Snapshot.Server(
        name: name, isRegistered: false, transport: "stdio", program: "", state: .idle, sessions: 0, lastError: nil,
        scanned: nil, tools: [])
    }
    for index in servers.indices {
      let sessions = running[servers[index].name] ?? 0
      servers[index].sessions = sessions
      if let failure = failures[servers[index].name] { servers[index].lastError = failure }
      servers[index].state = sessions > 0 ? .running : servers[index].lastError == nil ? .idle : .failed
      if servers[index].state == .failed { servers[index].lastLine = messages.lastLine(of: servers[index].name) }
    }
    let events = sessions.values.map { session in
      SessionEvent(
        state: .opened, session: session.core.session, server: session.name, client: session.core.client,
        pid: session.core.pid)
    }
    let now = Clock.now()
    return Snapshot(
      servers: servers, sessions: events.sorted { $0.session < $1.session }, policy: policyInForce,
      policyPath: options.paths.policy, record: record.problem, sequence: state.lastSequence,
      approvals: state.approvals.pending(at: now), standing: state.approvals.standing(at: now),
      recent: state.approvals.recent, lockdown: state.lockdown)
  }

  /// Gives a subscriber what was told after a number, as far as it is kept.
  func replay(since sequence: UInt64, to backlog: inout Backlog) {
    let (missed, position) = state.stream.since(sequence)
    if missed > 0 { backlog.lose(missed) }
    push(state.stream, from: position, to: &backlog)
    guard backlog.isSampled else { return }
    var calls = CallTally()
    state.stream.forEach(from: position) { calls.add($0, $1) }
    backlog.push(counts: nil, calls: calls.take())
  }
}
