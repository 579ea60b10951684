package import ControlWire
package import JSONText
internal import MCPWire
package import Policy

/// One client and one server with the gate between them, over standard input and output, in every protocol version.
///
/// Each method is one event. It takes what both sides share in `gate`, and appends to `output` what is to be written to
/// either side. What it decides it tells the stream in `gate`. It knows no clock, file or process.
///
/// Every request of a client gets exactly one answer: the server's, or one of ours.
package struct SessionCore: Sendable {
  package let session: ExactText
  package let server: ExactText
  package let grant: ExactText
  /// The process that asked for the session.
  package let pid: Int32
  /// The name that the client gave itself, fit to be shown; empty until it did.
  package internal(set) var client: ExactText = "" {
    didSet {
      source = source(of: client)
      called = CalledTools()
    }
  }
  /// What a decision's line says of session and client.
  private(set) var source: [UInt8] = []
  /// The protocol version that the handshake agreed on; nil before it and in the stateless era.
  package internal(set) var negotiatedVersion: ExactText? {
    didSet { mayBatch = negotiatedVersion == Self.batchVersion }
  }
  private var mayBatch = false
  package internal(set) var tally = Tally()

  /// How often something happened that is not an event of the stream.
  package struct Tally: Hashable, Sendable {
    /// Answers that nobody waits for: late, twice, or made up.
    package var strayAnswers = 0
    /// Lines of the server that are no messages.
    package var noiseLines = 0
    /// Notifications that were not passed on.
    package var droppedNotifications = 0
    /// Lists of tools that were passed on.
    package var toolLists = 0
  }

  enum State: Sendable {
    /// Both sides talk. Leads to `draining` and `ended`.
    case open
    /// The client says no more, and the server may still answer. Leads to `ended`.
    case draining
    /// The server is gone; whatever comes is ignored.
    case ended
  }

  /// What the client was promised about changes of the list of tools, in the handshake.
  enum ListPromise: Sendable { case none, made, active }

  var state = State.open
  var reader: MessageReader
  var requests = RequestsInFlight()
  var serverRequests = ServerRequests()
  var continuations = Continuations()
  var tools = ToolsSeen()
  /// What the client was told of tools, for their pins.
  var told = ToolsTold()
  var tasks = TasksBegun()
  var questions = TaskQuestions()
  /// The number of the last event before the policy that is in force.
  var policySince: UInt64 = 0
  var listPromise = ListPromise.none
  var era = EraWitness()
  /// A version that the server chose and nobody here knows; nothing of such a session passes.
  var unknownVersion: ExactText?
  package var limits = TimeLimits()
  var waiting = Waiting()
  var breaker = Breaker()
  /// Whether the server has answered any request of the client's.
  var hasAnswered = false
  var beginning = Beginning.nothing
  /// The client's `subscriptions/listen`, by our numbers.
  var subscriptions: [UInt64: Subscription] = [:]
  /// The client's name as it last wrote it, to see with one comparison that it is still the same.
  var clientText: [UInt8] = []
  /// What other sessions know of the names of this server's arguments, and by which state of that.
  var sharedKeys = DeclaredKeys()
  var sharedKeysRevision = -1
  /// Whom the server says that it is, in the stateless era.
  var stamp = ServerStamp()
  var called = CalledTools()
  /// The requests that wait for a person.
  var holding = Holding()
  /// Memory for compact arguments of calls that are not passed on.
  var scratch: [UInt8] = []

  /// With `tellsKeysApart` the server is known not to confuse keys that differ in case alone.
  package init(
    session: ExactText, server: ExactText, pid: Int32, grant: ExactText = "local", tellsKeysApart: Bool = false
  ) {
    reader = MessageReader(tellsKeysApart: tellsKeysApart)
    self.session = session
    self.server = server
    self.pid = pid
    self.grant = grant
    source = source(of: client)
  }

  private func source(of client: ExactText) -> [UInt8] {
    EventEncoder.source(session: session, client: client, grant: grant, server: server)
  }

  // MARK: Lines

  /// Takes a line that the client wrote, without its end.
  package mutating func fromClient(
    _ line: Span<UInt8>, at now: Moment, gate: inout GateState, into output: inout SessionOutput
  ) {
    guard case .open = state, !line.isBlank else { return }
    if mayBatch, let messages = batch(line) {
      for message in messages { clientMessage(line.extracting(message), at: now, gate: &gate, into: &output) }
    } else {
      clientMessage(line, at: now, gate: &gate, into: &output)
    }
  }

  /// Takes a line that the server wrote, without its end.
  package mutating func fromServer(
    _ line: Span<UInt8>, at now: Moment, gate: inout GateState, into output: inout SessionOutput
  ) {
    switch state {
    case .open, .draining: break
    case .ended: return
    }
    guard !line.isBlank else { return }
    if mayBatch, let messages = batch(line) {
      for message in messages { serverMessage(line.extracting(message), at: now, gate: &gate, into: &output) }
    } else {
      serverMessage(line, at: now, gate: &gate, into: &output)
    }
  }

  /// The only protocol version in which one line may hold several messages.
  private static let batchVersion: ExactText = "2025-03-26"

  /// The messages of a batch; nil for anything else, which is then refused, if it must be, as one message.
  private mutating func batch(_ line: Span<UInt8>) -> [Range<Int>]? {
    try? reader.batch(line)
  }

  // MARK: The session's beginning and end

  /// The session begins.
  package mutating func opened(at now: Moment, gate: inout GateState, into output: inout SessionOutput) {
    emit(.opened, nil, at: now, gate: &gate, into: &output)
  }

  /// The client has closed its output; what the server still answers is passed on.
  ///
  /// What waits for a person is withdrawn.
  package mutating func clientClosed(at now: Moment, gate: inout GateState, into output: inout SessionOutput) {
    switch state {
    case .open: state = .draining
    case .draining, .ended: break
    }
    withdrawAll("the client has hung up", at: now, gate: &gate, into: &output)
  }

  /// Whether the client waits for an answer; a subscription, which is answered at its end, does not count.
  package var hasRequestsInFlight: Bool { requests.count > subscriptions.count || !holding.isEmpty }

  /// The server is gone: answers everything that is in flight, and the session has ended.
  package mutating func serverExited(
    _ status: ExitStatus, at now: Moment, gate: inout GateState, into output: inout SessionOutput
  ) {
    switch state {
    case .open, .draining: break
    case .ended: return  // it was told twice
    }
    let detail =
      switch status {
      case .code(let code): "the server exited with code \(code)"
      case .signal(let signal): "the server was ended by signal \(signal)"
      }
    // There are servers of the older era that die of what comes before a handshake.
    let mayBeOlder = !hasAnswered && era.state != .settled
    end(detail, mayBeOlder: mayBeOlder, at: now, gate: &gate, into: &output)
  }

  /// The session ends for a reason of the gate's: the server could not be started, or, in good order, the gate stops.
  package mutating func end(
    _ detail: String, isOrderly: Bool = false, mayBeOlder: Bool = false, at now: Moment, gate: inout GateState,
    into output: inout SessionOutput
  ) {
    switch state {
    case .open, .draining: break
    case .ended: return
    }
    // Who has hung up waits for no answer, as with a cancellation: that makes no call undone.
    let isAwaited = state == .open
    state = .ended
    waiting = Waiting()
    withdrawAll(detail, at: now, gate: &gate, into: &output)
    gate.forgetApprovals(of: session, detail, at: now)
    for number in subscriptions.keys.sorted() {
      guard let request = requests.remove(number) else { continue }
      answerSubscription(request, isOrderly: isOrderly, detail, into: &output)
      endSubscription(number, request, .lost, at: now, gate: &gate, into: &output)
    }
    for request in requests.removeAll() {
      if isAwaited { giveBack(request.reservation, at: now, gate: &gate) }
      output.toClient.appendError(
        code: WireRefusal.Code.internalError.rawValue,
        message: "[gatehouse] \(detail); whether the request took effect is not known"
          + (mayBeOlder && request.isModern ? EraWitness.olderPerhaps : ""),
        id: request.clientID.utf8)
      conclude(request, .lost, bytes: 0, at: now, gate: &gate, into: &output)
    }
    for call in tasks.removeAll() { conclude(call, .lost, bytes: 0, at: now, gate: &gate, into: &output) }
    for request in serverRequests.removeAll() {
      if isAwaited { giveBack(request.reservation, at: now, gate: &gate) }
      conclude(request, .lost, bytes: 0, at: now, gate: &gate, into: &output)
    }
    emit(.closed, detail, at: now, gate: &gate, into: &output)
  }

  /// Another policy is in force: tells the client if it is shown other tools now.
  package mutating func policyChanged(at now: Moment, gate: inout GateState, into output: inout SessionOutput) {
    policySince = gate.lastSequence
    judgeAgain(at: now, gate: &gate, into: &output)
    tellOfTools(gate: gate, into: &output)
  }

  private mutating func tellOfTools(gate: GateState, into output: inout SessionOutput) {
    guard case .open = state, tools.update(isHidden: { gate.engine.isHidden(server: server, tool: $0) })
    else { return }
    if listPromise == .active {
      output.toClient.append(
        text: "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/tools/list_changed\"}\n")
    }
    for number in subscriptions.keys.sorted() where subscriptions[number]?.tellsOfTools == true {
      guard let request = requests[number] else { continue }
      output.toClient.append(
        text: "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/tools/list_changed\",\"params\":{\"_meta\":"
          + "{\"io.modelcontextprotocol/subscriptionId\":\(request.clientID)}}}\n")
    }
  }

  // MARK: Limits

  /// Takes a request out of the limits that count only what succeeds.
  func giveBack(_ reservation: Reservation?, at now: Moment, gate: inout GateState) {
    if let reservation { gate.counters.giveBack(reservation, at: now) }
  }

  // MARK: Events

  func emit(
    _ state: SessionEvent.State, _ detail: String?, at now: Moment, gate: inout GateState,
    into output: inout SessionOutput
  ) {
    gate.tell(
      .session(
        SessionEvent(state: state, session: session, server: server, client: client, pid: pid, detail: detail)),
      at: now)
  }

  /// Tells how a request ended that a decision let through.
  func conclude(
    _ request: RequestsInFlight.Request, _ outcome: ResultEvent.Outcome, bytes: Int, at now: Moment,
    gate: inout GateState, into output: inout SessionOutput
  ) {
    conclude(decision: request.decision, sent: request.sent, outcome, bytes: bytes, at: now, gate: &gate)
  }

  func conclude(
    _ request: ServerRequests.Request, _ outcome: ResultEvent.Outcome, bytes: Int, at now: Moment,
    gate: inout GateState, into output: inout SessionOutput
  ) {
    conclude(decision: request.decision, sent: request.sent, outcome, bytes: bytes, at: now, gate: &gate)
  }

  func conclude(
    decision: UInt64, sent: Moment, _ outcome: ResultEvent.Outcome, bytes: Int, at now: Moment, gate: inout GateState
  ) {
    guard decision != 0 else { return }
    gate.tell(
      ResultEvent(
        decisionSequence: decision, outcome: outcome, took: now.microseconds(since: sent), bytes: bytes), at: now)
  }
}
