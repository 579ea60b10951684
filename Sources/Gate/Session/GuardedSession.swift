internal import ControlWire
internal import GateCore
internal import JSONText
internal import MCPWire
internal import Policy
internal import System

/// One guarded server process between its client's descriptors: moves bytes, and leaves every judgement to `SessionCore`.
///
/// Its streams and its child hold it until it is concluded; weak references would make every use of it slower.
@LoopActor
final class GuardedSession {
  /// The client's standard descriptors and its working folder, handed over by `gatehouse connect`.
  struct ClientEnds: ~Copyable {
    var input: Descriptor
    var output: Descriptor
    var errors: Descriptor
    var folder: Descriptor?
  }

  let name: ExactText
  var core: SessionCore
  let gate: GateProcess
  /// Called once, when everything is over and the client has its last byte.
  private let finished: @LoopActor (ExitStatus) -> Void

  var server: (any ServerEnd)?
  /// Where the server works, if it is not a path; open as long as one may have to be started there.
  private var folder: Descriptor?
  /// Nil once the session is concluded.
  private var client: (any ClientEnd)?
  /// What its server was given and nobody shall read.
  private(set) var secrets = Secrets.none
  private var errors: ErrorsRelay?

  private var clientFramer = LineFramer()
  var serverFramer = LineFramer()
  var output = SessionOutput()
  var exit: ExitStatus?
  private var isOver = false
  private var isStarted = false
  private var isTrimDue = false
  /// Something waits to be written out at the end of the turn.
  private(set) var isFlushDue = false
  var patience: LoopTimer?
  /// What the server is started with, as long as it may be started again.
  var source: ServerSource?
  /// How many bytes the server had not read when it closed its output, which it may have done by ending.
  var unreadAtEnd: Int?
  /// Nothing more is read from the client until it is known whether the server is started again.
  var isUndecided = false
  /// Nothing more is read from the client until its server's pins are on the disk.
  var isOnHold = false {
    didSet { if isOnHold != oldValue { regulate() } }
  }
  /// Wakes the core when time has passed; with the moment that it is set to.
  var alarm: LoopTimer?
  var alarmDue: Moment?
  /// The client has left, or the gate ends.
  private var isHurried = false
  /// The server has said something since it was last looked whether it still does.
  private var isTalking = false

  /// How long what an ended server left behind may go on writing to its pipes, and how long the last bytes wait for a
  /// client where nobody waits for the client.
  private static let lastBytes: Int64 = 5_000_000
  /// How long a server may say nothing to a client that has closed its output and waits for answers: a slow tool may be
  /// all that a script has asked for.
  private static let lastAnswers: Int64 = 60_000_000
  /// How long memory for large messages is kept.
  private static let largeMemory: Int64 = 1_000_000
  /// How long a client may take nothing at all of the last bytes of a server that is gone.
  private static let readersPatience: Int64 = 60_000_000

  init(
    session: ExactText, server: ExactText, pid: Int32, grant: ExactText = "local", gate: GateProcess,
    tellsKeysApart: Bool = false, finished: @escaping @LoopActor (ExitStatus) -> Void
  ) {
    name = server
    core = SessionCore(session: session, server: server, pid: pid, grant: grant, tellsKeysApart: tellsKeysApart)
    self.gate = gate
    self.finished = finished
  }

  /// The server's process, which leads a group of its own; nil where it could not be started.
  var childPid: Int32? { server?.pid }
  /// Is told the process of each further server that is started.
  var startedAgain: (@LoopActor (Int32) -> Void)?

  /// Starts the server and the relaying.
  ///
  /// A server that cannot be started ends the session as a shell would: code 127, the reason on the client's errors.
  func start(
    _ source: ServerSource, _ client: any ClientEnd, errors: consuming Descriptor?, folder: consuming Descriptor?,
    _ limits: TimeLimits
  ) {
    core.limits = limits
    self.source = source
    secrets = source.secrets
    self.errors = ErrorsRelay(
      to: errors, ServerMessageKeeper(secrets, of: name, session: core.session, gate: gate))
    self.folder = folder
    self.client = client
    client.connect(
      ClientEvents(
        received: { [self] bytes in received(fromClient: bytes) }, inputEnded: { [self] in clientInputEnded() },
        left: { [self] in abandon() }, pressureChanged: { [self] in regulate() }))
    isOnHold = gate.isOnHold(name)
    core.opened(at: Clock.now(), gate: &gate.state, into: &output)
    flush()
    do {
      try launch(source)
      try client.startReading()
      regulate()
    } catch {
      couldNotStart(error)
    }
  }

  func launch(_ source: ServerSource) throws(SystemError) {
    let server = source.makeEnd()
    self.server = server
    try server.start(
      ServerEvents(
        received: { [self] bytes in received(fromServer: bytes) }, outputEnded: { [self] in serverOutputEnded() },
        errorsEnded: { [self] in concludeWhenRead() }, exited: { [self] exit in serverExited(exit) },
        pressureChanged: { [self] in regulate() }, lost: { [self] id, failure in lost(id, failure) }),
      errors: errors)
    isStarted = true
    if let pid = server.pid { gate.clients.started(pid, session: core.session, server: name) }
    gate.serverStarted(name, pid: server.pid)
  }

  func couldNotStart(_ error: SystemError) {
    gate.serverFailed(name, "\(error)")
    errors?.say("\(error)")
    core.end("the server could not be started", at: Clock.now(), gate: &gate.state, into: &output)
    flush()
    server?.kill()
    exit = .code(127)
    closeClient()
  }

  // MARK: Messages

  /// Takes one whole message of a client that does not write lines.
  ///
  /// What comes of one that may wait is written out at the end of the turn: then what was decided for several clients is
  /// recorded at once.
  func take(fromClient message: Span<UInt8>, mayWait: Bool) {
    let now = Clock.now()
    core.fromClient(message, at: now, gate: &gate.state, into: &output)
    if gate.state.stream.needsStamp { gate.state.stream.stamp(took: max(1, Clock.now().microseconds(since: now))) }
    guard mayWait, output.toServer.count < Self.highWater else { return flushNow() }
    guard !isFlushDue else { return }
    isFlushDue = true
    gate.flushSoon(self)
  }

  /// Writes out what waits for that.
  func flushNow() {
    isFlushDue = false
    flush()
    if let server, server.backlog >= Self.highWater { regulate() }
  }

  /// What was decided and not passed on yet cannot be recorded.
  func takeBack(_ refusal: GateProcess.RecordRefusal) {
    core.takeBack(refusal.reason, events: refusal.position, at: Loop.shared.now, gate: &gate.state, into: &output)
  }

  private func received(fromClient bytes: Span<UInt8>) {
    Self.takeAll(bytes, &clientFramer, from: .client, &core, &gate.state, into: &output)
    flush()
    if let client, client.backlog >= Self.highWater { regulate() }
  }

  private func received(fromServer bytes: Span<UInt8>) {
    isTalking = true
    Self.takeAll(bytes, &serverFramer, from: .server, &core, &gate.state, into: &output)
    flush()
    if let server, server.backlog >= Self.highWater { regulate() }
  }

  /// A request of ours gets no answer of the server's, and the session goes on.
  private func lost(_ id: ExactText, _ failure: RemoteFailure) {
    core.lost(id, failure, at: Clock.now(), gate: &gate.state, into: &output)
    client?.challenge = failure.challenge
    flush()
    client?.challenge = nil
  }

  /// Another policy is in force.
  func policyChanged() {
    core.policyChanged(at: Clock.now(), gate: &gate.state, into: &output)
    flush()
  }

  /// Records what was decided, then writes out what the core wants written, then tells about it.
  func flush() {
    if let refusal = gate.recordDecisions() { takeBack(refusal) }
    gate.keepCounts()
    gate.keepPins()
    guard !Self.isEmpty(&output) else {
      gate.publish()
      if core.isHolding { setAlarm() }
      return
    }
    server?.write(&output.toServer)
    client?.write(&output.toClient)
    gate.publish()
    if !output.noise.isEmpty { errors?.keep(noise: output.noise) }
    if let tools = output.listedTools { gate.toolsListed(tools, of: name) }
    output.reset()
    if !isTrimDue { trimLater() }
    if isDrained { server?.tearDown() }
    setAlarm()
  }

  /// Sees to it that the memory which large messages took is given back in a while.
  ///
  /// Not at once: where one comes, more do, and making room for them takes longer than passing them on.
  private func trimLater() {
    guard Self.isLarge(&output, &clientFramer, &serverFramer) else { return }
    isTrimDue = true
    Loop.shared.after(microseconds: Self.largeMemory) { [self] in
      isTrimDue = false
      output.trim()
      clientFramer.trim()
      serverFramer.trim()
      server?.trim()
      client?.trim()
    }
  }

  // In place: asked off the properties, all of it would be copied for it.
  private static func isEmpty(_ output: inout SessionOutput) -> Bool { output.isEmpty }
  private static func isLarge(_ output: inout SessionOutput, _ one: inout LineFramer, _ two: inout LineFramer) -> Bool {
    output.isLarge || one.isLarge || two.isLarge
  }

  /// Stops reading what nobody takes: a client's calls while the server does not read, and answers likewise.
  ///
  /// Our own answers, which go back to whoever was read, may pile up further before they stop the reading too: a client
  /// may write many calls before it reads its first answer, and must not be held up for it.
  func regulate() {
    let clientHas = client?.backlog ?? 0
    let serverHas = server?.backlog ?? 0
    server?.isPaused = clientHas >= Self.highWater || serverHas >= Self.farMark
    client?.isPaused = isUndecided || isOnHold || serverHas >= Self.highWater || clientHas >= Self.farMark
  }

  private static let highWater = OutQueue.standardHighWater
  private static let farMark = 16 * OutQueue.standardHighWater

  // MARK: Ends

  /// The client says no more, and has every answer that it waits for.
  private var isDrained: Bool { (client?.hasEnded ?? false) && !core.hasRequestsInFlight && exit == nil }

  private func clientInputEnded() {
    if let rest = clientFramer.end() {
      let now = Clock.now()
      Self.take(rest, of: clientFramer, from: .client, at: now, since: now, &core, &gate.state, into: &output)
    }
    core.clientClosed(at: Clock.now(), gate: &gate.state, into: &output)
    flush()
    server?.closeInputWhenEmpty()
    if isDrained { server?.tearDown() } else { awaitLastAnswers() }
  }

  /// Ends a server that a client waits for in vain, which can ask for nothing any more.
  private func awaitLastAnswers() {
    guard exit == nil else { return }
    isTalking = false
    setPatience(Self.lastAnswers) { [self] in if isTalking { awaitLastAnswers() } else { server?.tearDown() } }
  }

  private func serverOutputEnded() {
    if let rest = serverFramer.end() {
      let now = Clock.now()
      Self.take(rest, of: serverFramer, from: .server, at: now, since: now, &core, &gate.state, into: &output)
    }
    flush()
    if exit != nil {
      concludeWhenRead()
    } else {
      unreadAtEnd = server?.unread
      // Without an output a server is of no use; it may be just about to exit.
      server?.tearDown()
    }
  }

  private func serverExited(_ childExit: Child.Exit) {
    switch childExit {
    case .code(let code): exit = .code(code)
    case .signal(let signal): exit = .signal(signal)
    }
    if isStarted {
      gate.serverExited(
        name, pid: server?.pid, childExit, byItself: server?.endedByItself ?? false, words: server?.lastWords)
    }
    if !isHurried, source?.mayStartAgain ?? false, let unread = unreadAtEnd ?? server?.unread,
      core.mayStartAgain(unread: unread)
    {
      unreadAtEnd = unread
      isUndecided = true
      regulate()
    }
    setPatience { [self] in concludeServer() }
    errors?.endWhenEmpty()
    server?.endWhenEmpty()
    concludeWhenRead()
  }

  /// Goes on to the end when the last of both outputs of a server that is gone is read.
  private func concludeWhenRead() {
    guard exit != nil, server?.hasEnded ?? true, errors?.hasEnded ?? true else { return }
    concludeServer()
  }

  /// The server is gone and everything that it wrote is read: answers what is in flight, and lets the client go.
  private func concludeServer() {
    guard let exit, !isOver else { return }
    server?.close()
    if isUndecided, !isHurried, core.mayStartAgain(unread: unreadAtEnd ?? 0), let source {
      return startAgain(source)
    }
    // What the client has asked before it could know gets its answer too.
    isOnHold = false
    if !isHurried { client?.takeRest() }
    if let words = server?.lastWords {
      core.end(words, at: Clock.now(), gate: &gate.state, into: &output)
    } else {
      core.serverExited(exit, at: Clock.now(), gate: &gate.state, into: &output)
    }
    flush()
    closeClient()
  }

  private func closeClient() {
    guard !isOver else { return }
    isOver = true
    alarm?.cancel()
    client?.closeInput()
    server?.close()
    guard let client else { return conclude() }
    patience?.cancel()
    client.closeWhenEmpty(patience: Self.readersPatience) { [self] in conclude() }
    // That may have been the end already.
    if isHurried, self.client != nil { concludeSoon() }
  }

  private func concludeSoon() { setPatience { [self] in conclude() } }

  private func setPatience(_ time: Int64 = lastBytes, _ body: @escaping @LoopActor () -> Void) {
    patience?.cancel()
    patience = Loop.shared.after(microseconds: time, body)
  }

  private func conclude() {
    guard let client else { return }
    patience?.cancel()
    alarm?.cancel()
    folder = nil
    client.close()
    self.client = nil
    errors?.close()
    errors = nil
    startedAgain = nil
    finished(exit ?? .code(1))
  }

  /// The client is gone: ends the server, and keeps nothing for nobody.
  func abandon(hastily isHasty: Bool = true) {
    client?.closeInput()
    core.clientClosed(at: Clock.now(), gate: &gate.state, into: &output)
    gate.publish()
    isHurried = true
    if isOver, client != nil { concludeSoon() }
    if isHasty { server?.terminate() } else { server?.tearDown() }
    if server == nil, !isOver {
      exit = .code(1)
      closeClient()
    }
  }

  /// The gate itself ends.
  func stop(hastily isHasty: Bool) {
    core.end("the gate was stopped", isOrderly: true, at: Clock.now(), gate: &gate.state, into: &output)
    flush()
    abandon(hastily: isHasty)
  }
}
