package import ControlWire
internal import GateCore
internal import JSONText
internal import Policy
internal import Risk
internal import Store
package import System

/// The gate: sessions, the policy in force, the catalogue, and those who watch.
@LoopActor
package final class GateProcess {
  let options: ServeOptions
  let started = Clock.now()
  /// The files in the state folder that are this gate's alone; nil where none can be had.
  let lane: StateLane?
  let record: GateRecord
  /// How the record is to have the arguments of calls; nil for their digests alone.
  private var recordedArguments: RecordedArguments?
  /// What all sessions share; the one place where calls are counted.
  var state: GateState
  /// What servers wrote that was no message.
  var messages = MessageLog()
  private(set) var policy: PolicyEvent

  let settings: SettingsKeeper
  let counterKeeper: CounterKeeper
  let inventory: InventoryKeeper
  /// Who may not decide about what waits.
  let clients: Clients
  let lockdownFile: LockdownFile
  let pins: PinKeeper
  /// Servers that are not called until their pins are on the disk.
  var serversOnHold: Set<ExactText> = []
  /// What was told last of why pins are not kept.
  var toldPinProblem: String?
  let notifier: Notifier
  var approvalsTimer: LoopTimer?
  /// What became of questions before it in the stream was noticed.
  var approvalsSeen: UInt64 = 0
  private var policyKeeper: PolicyKeeper?
  private(set) var sessions: [ExactText: GuardedSession] = [:]
  private(set) var connections: [ObjectIdentifier: ControlConnection] = [:]
  /// Sessions whose output waits for the end of the turn.
  var unflushed: [GuardedSession] = []
  private var sessionNumber = 0
  var running: [ExactText: Int] = [:]
  var failures: [ExactText: String] = [:]

  private var flushTimer: LoopTimer?
  /// Whether many events were gathered the last time, and when that was.
  private var isBusy = false
  private var flushed = Moment(microseconds: 0)
  private var isTickDue = false
  private var tally = CallTally()
  private var filterTime = FilterTime()
  private var idleTimer: LoopTimer?
  private var memoryTimer: LoopTimer?
  private(set) var isStopping = false

  /// How long events wait for company, so that a burst is one write to each watcher.
  ///
  /// The end of each such wait makes a call wait: where `many` came the last time, the wait is the longer one.
  private static let gathering: (first: Int64, next: Int64, many: UInt64) = (10_000, 50_000, 100)
  private static let tick: Int64 = 100_000
  /// More than this many do not wait: `rushing` where they came in less than `rush`, so that they are still at hand.
  private static let mostPending: (rushing: UInt64, ever: UInt64) = (1_024, 6_144)
  /// Less than what one client takes for so many, one call after the other: its calls would wait for it too often.
  private static let rush: Int64 = 4_000

  private var isRetired = false

  /// Called when a call waits for a person for the first time.
  var firstAsked: (@LoopActor () -> Void)?
  /// Called when the gate begins to end.
  var stopping: (@LoopActor () -> Void)?
  /// Called when the gate has nothing left to guard and shall end.
  var ended: (@LoopActor () -> Void)?

  /// Keeps the record in a lane of the state folder, or where else the caller says.
  package init(
    _ options: ServeOptions, record: (any RecordSink)? = nil, processes: any ProcessTable = SystemProcesses()
  ) {
    self.options = options
    lane = try? StateLane.claim(in: options.paths.state)
    let record = record ?? LaneRecord(options, lane: lane)
    self.record = GateRecord(record, onFailure: options.configuration.record.onFailure, pauses: options.tidyPauses)
    recordedArguments = options.configuration.record.recordedArguments
    state = GateState(lastSequence: record.lastSequence)
    // Known to nobody, and gone with the gate, as is what waits for a person.
    state.approvals = Approvals(
      prefix: "q" + Self.base(started), key: (0..<Approvals.keyLength).map { _ in UInt8.random(in: .min ... .max) })
    policy = PolicyEvent(state: .absent, revision: nil, problems: [])
    settings = SettingsKeeper(options.paths.settings, current: options.configuration)
    counterKeeper = CounterKeeper(options.paths, lane: lane, into: &state.counters)
    inventory = InventoryKeeper(options.paths)
    clients = Clients(processes)
    lockdownFile = LockdownFile(options.paths.lockdown)
    notifier = Notifier(options.configuration.approvals.notify)
    pins = PinKeeper(options.paths)
    counterKeeper.tryAgain = { [weak self] in self?.beginCounts() }
    watchPins()
    pins.begin(&state.pins)
    toldPinProblem = pins.problem
    notePinning()
    takeInventory()
    restoreLockdown()
    noteApprovers()
    policyKeeper = PolicyKeeper(
      options.paths.policy, keptIn: options.paths.policies, known: { [unowned self] in knownServers },
      changed: { [unowned self] event, engine in policyRead(event, engine) })
    policyKeeper?.read()
    noteIdleness()
  }

  // MARK: Policy

  private func policyRead(_ event: PolicyEvent, _ engine: PolicyEngine?) {
    policy = event
    if let engine { state.use(engine, at: Clock.now()) }
    tell(.policy(event))
    guard engine != nil else { return }
    for session in sessions.values { session.policyChanged() }
    ThisProcess.giveMemoryBack()
  }

  /// The servers that a policy may rightly name.
  private var knownServers: [KnownServer] {
    let known = inventory.knownServers
    let names = Set(known.map(\.name))
    return known + running.keys.filter { !names.contains($0) }.map { KnownServer(name: $0, tools: nil) }
  }

  /// Reads policy, configuration, registry and catalogue again, now.
  func reload() {
    settings.read()
    record.use(settings.current.record)
    recordedArguments = settings.current.record.recordedArguments
    notifier.use(settings.current.approvals.notify)
    noteApprovers()
    notePinning()
    readPins()
    policyKeeper?.read()
    inventory.reload()
    takeInventory()
  }

  /// Lets the sessions go by what is known of tools now.
  func takeInventory() {
    state.catalogue = inventory.assessments
    state.schemas = inventory.schemas
  }

  // MARK: Sessions

  /// What names begin with that are given by a gate that was started then: another each hundredth of a second, for a week.
  private static func base(_ started: Moment) -> String {
    String(started.microseconds / 10_000 % 60_466_176, radix: 36)
  }

  /// Guards a server for a client, whose process is `pid`.
  func attach(
    _ attachment: Attachment, _ ends: consuming GuardedSession.ClientEnds, pid: Int32,
    finished: @escaping @LoopActor (ExitStatus) -> Void
  ) throws(ControlError) -> GuardedSession {
    let descriptors = [OtherEnd(of: ends.input.number), OtherEnd(of: ends.output.number)]
    let client = DescriptorClient(input: ends.input, output: ends.output)
    return try attach(
      attachment, client, errors: ends.errors, folder: ends.folder, pid: pid, grant: GrantBook.local,
      descriptors: descriptors, finished: finished)
  }

  /// The same for a client that is reached in any way; `descriptors` are what of it can be seen on this machine.
  func attach(
    _ attachment: Attachment, _ client: any ClientEnd, errors: consuming Descriptor?, folder: consuming Descriptor?,
    pid: Int32, grant: ExactText, descriptors: [OtherEnd], finished: @escaping @LoopActor (ExitStatus) -> Void
  ) throws(ControlError) -> GuardedSession {
    guard !isStopping else { throw ControlError("the gate is stopping") }
    let (server, source, timeout) = try inventory.command(for: attachment, in: folder?.number)
    sessionNumber += 1
    let id = ExactText("\(Self.base(started))-\(sessionNumber)")
    let tellsKeysApart = inventory.tellsKeysApart(attachment.server)
    let session = GuardedSession(
      session: id, server: server, pid: pid, grant: grant, gate: self, tellsKeysApart: tellsKeysApart
    ) { [self] status in
      sessions[id] = nil
      state.counters.forget(session: id)
      self.record.commit()
      self.record.settle()
      finished(status)
      noteIdleness()
    }
    sessions[id] = session
    clients.attached(pid, ends: descriptors, session: id, server: server)
    noteIdleness()
    let limits = TimeLimits(settings.current.timeouts, callTimeout: timeout)
    session.start(
      source.with(fileMask: attachment.fileMask, isGuarded: options.isPrivate), client, errors: errors, folder: folder,
      limits)
    return session
  }

  // MARK: Counts

  /// Writes down what was counted; to be called before anything is passed on that was.
  func keepCounts() {
    if Self.hasNews(&state.counters) { counterKeeper.keep(&state.counters) }
  }

  /// In place: asked off the property, all of it would be copied for it.
  private static func hasNews(_ counters: inout Counters) -> Bool { counters.hasNews }

  private func beginCounts() { counterKeeper.begin(&state.counters) }

  // MARK: The stream

  /// Why what was decided must not happen, and where in the stream these decisions begin.
  typealias RecordRefusal = (reason: String, position: UInt64)

  /// Records what is new in the stream, decisions at once.
  ///
  /// - Returns: Nil if what was decided may happen. Sessions that wait for the end of the turn are told of it here.
  func recordDecisions() -> RecordRefusal? {
    let position = record.position
    guard position < state.stream.end else { return nil }
    let outcome =
      if let recordedArguments {
        record.take(state.stream) { line in
          recordedArguments.line(line, with: state.recent, hiding: { secrets(of: $0) })
        }
      } else {
        record.take(&state.stream)
      }
    guard case .denied(let reason) = outcome else { return nil }
    for session in unflushed { session.takeBack((reason, position)) }
    return (reason, position)
  }

  /// Sees to it that what is new in the stream reaches those who listen.
  ///
  /// That is done a little later for all of it together, when no call waits for it.
  func publish() {
    _ = recordDecisions()
    if let news = record.takeNews() { state.tell(.record(news), at: Clock.now()) }
    // Not `hasUnsettled`, for which the stream would be copied.
    guard state.stream.settled < state.stream.end else { return }
    // A person waits for what became of a question. With all else: another flush would make one more call wait.
    if noticeApprovals() || hasManyPending { return flush() }
    if flushTimer == nil {
      let time = isBusy ? Self.gathering.next : Self.gathering.first
      flushTimer = Loop.shared.after(microseconds: time) { [self] in flush() }
    }
  }

  private var hasManyPending: Bool {
    let count = state.stream.end - state.stream.settled
    if count >= Self.mostPending.ever { return true }
    return count >= Self.mostPending.rushing && Loop.shared.now.microseconds(since: flushed) < Self.rush
  }

  /// Gives what was published to those who listen.
  private func settle() {
    _ = recordDecisions()
    let start = state.stream.settled
    guard state.stream.hasUnsettled else { return }
    if connections.values.contains(where: \.isSubscribed) {
      for connection in connections.values { connection.take(state.stream, from: start) }
      if connections.values.contains(where: \.isSampled) {
        state.stream.forEach(from: start) { tally.add($0, $1) }
      } else {
        tally.reset()
      }
      tickSoon()
    } else {
      tally.reset()
      state.stream.dropTick()
    }
    state.stream.settle()
  }

  private func flush() {
    flushTimer?.cancel()
    flushTimer = nil
    record.commit()
    if let news = record.takeNews() { state.tell(.record(news), at: Clock.now()) }
    flushed = Loop.shared.now
    isBusy = state.stream.end - state.stream.settled >= Self.gathering.many
    record.keepPace(isBusy: isBusy)
    settle()
    for connection in connections.values { connection.flush() }
    counterKeeper.prepare()
    state.stream.prepare()
  }

  private func tickSoon() {
    guard !isTickDue else { return }
    isTickDue = true
    Loop.shared.after(microseconds: Self.tick) { [self] in sendTick() }
  }

  private func sendTick() {
    isTickDue = false
    let counts = state.stream.takeTick()
    let calls = tally.take()
    for connection in connections.values { connection.take(counts: counts, calls: calls) }
    flush()
    if connections.values.contains(where: \.hasMoreToCount) { tickSoon() }
  }

  /// Gives a subscriber what is new, as far as there is time to judge it by its filter.
  func push(_ stream: EventLog, from position: UInt64, to backlog: inout Backlog) {
    guard backlog.isFiltered else { return backlog.push(stream, from: position) }
    let start = Clock.now()
    let end = filterTime.begin(at: start)
    backlog.push(stream, from: position, at: start) { Clock.now() < end }
    filterTime.end(from: start, to: Clock.now())
  }

  var filteredCount: Int { connections.values.count(where: \.isFiltered) }

  /// Makes sure that whoever listens from now on hears nothing of what was before.
  func beforeSubscription() { settle() }

  // MARK: Clients of the control socket

  func connected(_ connection: ControlConnection) {
    connections[ObjectIdentifier(connection)] = connection
    noteIdleness()
  }

  func disconnected(_ connection: ControlConnection) {
    connections[ObjectIdentifier(connection)] = nil
    noteApprovers()
    noteIdleness()
  }

  /// How many policies are being tried on calls.
  var simulations = 0

  /// What nobody shall read in what is told of a session's calls.
  func secrets(of session: ExactText) -> Secrets { sessions[session]?.secrets ?? .none }

  var connectionCount: Int { connections.count }
  var approverCount: Int { connections.values.count(where: \.isApprover) }
  package var sessionCount: Int { sessions.count }
  /// What is in force, and why.
  package var policyInForce: PolicyEvent { policy }

  // MARK: The end

  private func noteIdleness() {
    if isStopping || isRetired, sessions.isEmpty {
      end()
      return
    }
    giveMemoryBackSoon()
    idleTimer?.cancel()
    guard let seconds = options.idleExit, sessions.isEmpty, connections.isEmpty else { return }
    idleTimer = Loop.shared.after(microseconds: Int64(seconds) * 1_000_000) { [self] in end() }
  }

  private func end() {
    record.end()
    ended?()
  }

  /// Gives the memory back that only somebody's coming or going has needed.
  private func giveMemoryBackSoon() {
    guard memoryTimer == nil else { return }
    memoryTimer = Loop.shared.after(microseconds: Self.memoryPause) { [self] in
      memoryTimer = nil
      ThisProcess.giveMemoryBack(code: true)
    }
  }

  private static let memoryPause: Int64 = 500_000

  /// Nobody can find this gate any more: it ends with its last session.
  func retire() {
    isRetired = true
    noteIdleness()
  }

  /// Writes down what is to outlive the gate, when nothing is left to be done.
  package func conclude() {
    lane?.leaveSoon()
    counterKeeper.end(&state.counters)
    pins.end(&state.pins)
  }

  /// Ends every session, politely or at once; `ended` is called when the last server is gone.
  package func stop(hastily isHasty: Bool = false) {
    guard !isStopping else { return }
    isStopping = true
    lane?.leaveSoon()
    stopping?()
    for session in sessions.values { session.stop(hastily: isHasty) }
    flush()
    noteIdleness()
  }
}
