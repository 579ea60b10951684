internal import ControlWire
internal import Filters
internal import GateCore
internal import JSONText
internal import Policy
internal import System

/// One client of the control socket: reads its requests, gives it answers and its part of the stream.
@LoopActor
final class ControlConnection {
  let gate: GateProcess
  private let peer: UnixSocket.Peer
  private let socket: LineSocket
  /// Who is at the other end, for the case that it wants to decide.
  private(set) var decider: Decider
  private var hasGreeted = false
  private var backlog: Backlog?
  private var session: GuardedSession?
  private var buffer: [UInt8] = []

  /// How much a subscriber may have unread in its socket's queue; the rest waits in the backlog, where it can be dropped.
  private static let unread = 256 << 10

  /// How many lines of a server are given where nobody says how many.
  private static let standardLines = 100

  init(_ socket: consuming Descriptor, peer: UnixSocket.Peer, gate: GateProcess) throws(SystemError) {
    self.gate = gate
    self.peer = peer
    decider = Decider(peer, in: gate.clients.table)
    self.socket = try LineSocket(socket, longestLine: ControlRequest.longestLine, highWater: Self.unread)
    self.socket.received = { [weak self] line in self?.received(line) }
    self.socket.ended = { [weak self] end in self?.ended(end) }
    self.socket.pressureChanged = { [weak self] isFull in if !isFull { self?.flush() } }
  }

  var isSubscribed: Bool { backlog != nil }
  /// Whether it gets counts in place of some decisions.
  var isSampled: Bool { backlog?.isSampled ?? false }
  /// Whether it gets only decisions that fit.
  var isFiltered: Bool { backlog?.isFiltered ?? false }
  /// Whether a tick is due although nothing may be decided.
  var hasMoreToCount: Bool { backlog?.hasMoreToCount ?? false }
  /// Whether a person is there who can decide.
  private(set) var isApprover = false

  // MARK: Requests

  private func received(_ line: [UInt8]) {
    var id: Int?
    do {
      let request = try ControlRequest.read(line)
      id = request.id
      try answer(request)
    } catch {
      refuse(error.message, id: error.id ?? id)
    }
  }

  private func answer(_ request: ControlRequest) throws(ControlError) {
    guard hasGreeted || request.isHello else {
      throw ControlError(#"say {"op":"hello","version":1} first"#)
    }
    switch request {
    case .hello(let version, _):
      guard version == 1 else {
        throw ControlError("this gate speaks version 1 of the control protocol, not \(version)")
      }
      hasGreeted = true
      send(.hello(gate.hello))
    case .subscribe(let since, let budget, let isApprover, let filter, let id):
      let filter = try filter.flatMap { text throws(ControlError) in try self.filter(text) }
      if isApprover { noteApprover() }
      subscribe(since: since, budget: budget, filter, id: id)
    case .snapshot(let id): send(.snapshot(gate.snapshot, id: id))
    case .status(let id): send(.status(gate.status, id: id))
    case .reload(let id):
      try gate.check(.reload, by: decider)
      gate.reload()
      send(.done(id: id))
    case .stderr(let server, let lines, let after, let id):
      let messages = gate.messages.messages(of: server, after: after, limit: lines ?? Self.standardLines)
      send(.serverMessages(messages, id: id))
    case .stop(let id):
      try gate.check(.stop, by: decider)
      send(.done(id: id))
      gate.stop()
    case .attach(let attachment): try attach(attachment)
    case .tool(let server, let name, let id): send(.tool(gate.definition(of: name, on: server), id: id))
    case .approve(let approval, let digest, let revision, let scope, let message, let id):
      try approve(approval, digest: digest, revision: revision, scope: scope, message: message, id: id)
    case .deny(let approval, let digest, let message, let id):
      try deny(approval, digest: digest, message: message, id: id)
    case .extend(let approval, let seconds, let id): try extend(approval, seconds: seconds, id: id)
    case .revoke(let standing, let id): try revoke(standing, id: id)
    case .approvals(let id): send(gate.approvals(id: id))
    case .approval(let approval, let id): send(try gate.details(of: approval, id: id))
    case .lockdown(let isOn, let id): try lockDown(isOn, id: id)
    case .pins(let server, let all, let id): send(.pins(gate.pinsAnswer(of: server, all: all), id: id))
    case .pin(let server, let tool, let id): send(.pinDetails(try gate.pinDetails(server, tool), id: id))
    case .accept(let server, let choices, let id):
      try decide(pins: choices, of: server, isAccepted: true, id: id)
    case .reject(let server, let choices, let id):
      try decide(pins: choices, of: server, isAccepted: false, id: id)
    case .counters(let server, let tool, let id): send(.counters(gate.counters(of: tool, on: server), id: id))
    case .explain(let sequence, let id): send(.explained(gate.explain(sequence), id: id))
    case .glimpse(let sequences, let id): send(.glimpses(gate.state.glimpses(of: sequences), id: id))
    case .mayApprove(let approval, let id):
      try gate.check(.approve, by: decider, about: approval)
      send(.done(id: id))
    case .simulate(let policy, let id):
      try gate.check(.simulate, by: decider)
      try gate.simulate(policy) { [weak self] outcome in
        switch outcome {
        case .success(let simulation): self?.send(.simulated(simulation, id: id))
        case .failure(let error): self?.refuse(error.message, id: id)
        }
      }
    }
  }

  private func subscribe(since: UInt64?, budget: Int?, _ filter: Filter?, id: Int?) {
    gate.beforeSubscription()
    var backlog = Backlog(budget: budget, filter: filter)
    send(.done(id: id))
    if let since { gate.replay(since: since, to: &backlog) }
    self.backlog = backlog
    flush()
  }

  /// Nil for a blank text, which wants everything.
  private func filter(_ text: String) throws(ControlError) -> Filter? {
    guard isFiltered || gate.filteredCount < FilterTime.mostFilters else {
      throw ControlError("\(FilterTime.mostFilters) clients have a filter already, and the gate takes no more")
    }
    do throws(FilterError) {
      return try Filter(text, for: .live)
    } catch {
      throw ControlError("the filter is not understood at character \(error.place + 1): \(error.message)")
    }
  }

  /// Who is below a client may say so, but is no person.
  private func noteApprover() {
    decider.isConsole = true
    guard case .free = gate.clients.standing(of: decider.identity) else { return }
    isApprover = true
    gate.noteApprovers()
  }

  private func attach(_ attachment: Attachment) throws(ControlError) {
    guard session == nil else { throw ControlError("this connection has a session already") }
    guard let passed = socket.takeDescriptors(3...4), let input = passed.takeFirst(), let output = passed.takeFirst(),
      let errors = passed.takeFirst()
    else { throw ControlError("attach comes with descriptors: standard input, output and error, working folder") }
    let ends = GuardedSession.ClientEnds(input: input, output: output, errors: errors, folder: passed.takeFirst())
    session = try gate.attach(attachment, ends, pid: peer.pid) { [weak self] status in
      guard let self else { return }
      session = nil
      send(.exit(status))
      socket.closeWhenSent()
      gate.disconnected(self)
    }
    // So that the client can end what the gate no longer can, if the gate is killed.
    guard let session, let child = session.childPid else { return }
    tell(child, of: session.name)
    session.startedAgain = { [weak self, name = session.name] in self?.tell($0, of: name) }
  }

  private func tell(_ child: Int32, of server: ExactText) {
    send(.server(ServerEvent(server: server, state: .started, pid: child)))
  }

  // MARK: What it gets

  /// Takes the events from a position on: what fits goes out at once, and the rest waits in the backlog.
  func take(_ stream: EventLog, from position: UInt64) {
    guard var waiting = backlog else { return }
    var position = position
    if waiting.isTransparent {
      position = stream.pieces(from: position, limit: Self.unread - socket.unsent) { socket.send($0) }
    }
    backlog = nil
    gate.push(stream, from: position, to: &waiting)
    backlog = waiting
  }

  /// Takes what the last tick has counted.
  func take(counts: [Int]?, calls: [CallTally.Count]) { backlog?.push(counts: counts, calls: calls) }

  /// Sends what waits, as far as the client keeps up.
  func flush() {
    guard backlog != nil else { return }
    let now = Clock.now()
    // Until nothing is left or the queue is full: only then is there a call when it has emptied again.
    while !socket.isFull {
      while socket.unsent + buffer.count < Self.unread, backlog?.next(at: now, into: &buffer) ?? false {}
      guard !buffer.isEmpty else { return }
      socket.send(&buffer)
    }
  }

  func send(_ event: GateEvent) {
    socket.send(GateMessage(sequence: 0, time: Moment(microseconds: 0), event: event).encoded)
  }

  private func refuse(_ message: String, id: Int?) {
    send(.refused(message: message, id: id))
  }

  // MARK: The end

  private func ended(_ end: LineSocket.End) {
    session?.abandon()
    gate.disconnected(self)
  }
}

extension ControlRequest {
  fileprivate var isHello: Bool {
    if case .hello = self { true } else { false }
  }
}
