internal import ControlWire
internal import GateCore
internal import JSONText
internal import MCPWire
internal import Policy
internal import Store
internal import System

/// One client's sessions with all servers: starts them, and moves lines between them as `AllServers` says.
@LoopActor
final class AllServersSession: ClientSession {
  private let gate: GateProcess
  private let grant: ExactText
  private var all: AllServers
  private var client: (any ClientEnd)?
  private var parts: [ExactText: AllServersPart] = [:]
  private var alarm: LoopTimer?
  private var alarmDue: Moment?
  private var isPerforming = false
  private var isOver = false

  init(_ servers: [ExactText], grant: ExactText, gate: GateProcess, client: any ClientEnd) {
    self.gate = gate
    self.grant = grant
    self.client = client
    let known = servers.compactMap { name in gate.state.pins.instructions(of: name).map { (name, $0) } }
    all = AllServers(servers, build: gate.options.build, known: Dictionary(known, uniquingKeysWith: { $1 }))
  }

  var sessionID: ExactText { parts.values.lazy.compactMap { $0.session?.sessionID }.first ?? "" }
  /// A token is for one server, and here are many.
  var passesAuthorization: Bool { false }
  func use(authorization: [UInt8]?) {}
  var negotiatedVersion: ExactText? { all.version }

  func take(fromClient message: Span<UInt8>, mayWait: Bool) {
    guard !isOver else { return }
    all.fromClient(message, at: Clock.now())
    perform()
  }

  /// A server's session has something for the client.
  func take(_ lines: Span<UInt8>, from server: ExactText) {
    guard !isOver else { return }
    all.fromServer(server, lines, at: Clock.now())
    perform()
  }

  /// Does what is to be done, in its order, also where that brings more.
  private func perform() {
    guard !isPerforming else { return }
    isPerforming = true
    while true {
      let actions = all.takeActions()
      if actions.isEmpty { break }
      for action in actions {
        switch action {
        case .start(let server): start(server)
        case .toServer(let server, let line): parts[server]?.give(line)
        case .toClient(var line): client?.write(&line)
        case .greet(let id, let isDiscovery):
          let rejected = Set(all.servers.filter { gate.state.pins.rejectsInstructions(of: $0) })
          var line = all.greeting(id, isDiscovery: isDiscovery, without: rejected)
          client?.write(&line)
        case .missing(let server, let reason): gate.serverFailed(server, "left out of a list of all servers: \(reason)")
        }
      }
    }
    isPerforming = false
    setAlarm()
  }

  private func start(_ server: ExactText) {
    let part = AllServersPart(server, of: self)
    parts[server] = part
    do throws(ControlError) {
      part.session = try gate.attach(
        Attachment(
          server: .registered(server), directory: ThisProcess.directory ?? "/",
          environment: ThisProcess.environmentEntries),
        part, errors: nil, folder: nil, pid: 0, grant: grant, descriptors: []
      ) { [weak self, weak part] _ in
        if let part { self?.ended(part, part.reason ?? "its session is over") }
      }
    } catch {
      ended(part, error.message)
    }
  }

  fileprivate func ended(_ part: AllServersPart, _ reason: String) {
    guard !isOver, parts[part.server] === part else { return }
    part.takeWritten()
    parts[part.server] = nil
    all.gone(part.server, gate.failures[part.server] ?? reason, at: Clock.now())
    perform()
  }

  private func setAlarm() {
    guard let due = all.wakeUp, !isOver else {
      alarm?.cancel()
      alarm = nil
      return
    }
    if alarm != nil, let alarmDue, alarmDue <= due { return }
    alarm?.cancel()
    alarmDue = due
    alarm = Loop.shared.after(microseconds: due.microseconds(since: Clock.now())) { [weak self] in
      guard let self else { return }
      alarm = nil
      all.timePassed(at: Clock.now())
      perform()
    }
  }

  func abandon(hastily isHasty: Bool) {
    guard !isOver else { return }
    isOver = true
    alarm?.cancel()
    client = nil
    for part in parts.values { part.session?.abandon(hastily: isHasty) }
    parts = [:]
  }
}

/// What a session's client is to it that is not alone: `AllServersSession`.
@LoopActor
final class AllServersPart: ClientEnd {
  let server: ExactText
  private weak var owner: AllServersSession?
  /// Nil before the session has begun, and once it is over.
  var session: GuardedSession? {
    didSet { if session != nil { takeHeld() } }
  }
  /// Lines that came while the session takes none.
  private var held: [[UInt8]] = []
  private var heldBytes = 0
  /// A server that lets more than this wait loses its session: its clients' messages fill no memory.
  private static let mostHeld = 64 << 20
  /// Lines that the session has written in this turn.
  private var written: [UInt8] = []
  private(set) var hasEnded = false
  /// Why it was ended; nil where it was not, or by the other side.
  private(set) var reason: String?
  private var isTaking = false

  init(_ server: ExactText, of owner: AllServersSession) {
    self.server = server
    self.owner = owner
  }

  func give(_ line: [UInt8]) {
    guard !hasEnded else { return }
    held.append(line)
    heldBytes += line.count
    takeHeld()
    guard heldBytes > Self.mostHeld else { return }
    let session = session
    let reason = "it does not take what it is sent"
    self.reason = reason
    close()
    session?.abandon(hastily: true)
    // Not from inside whatever gives it lines.
    Loop.shared.atEndOfTurn { [self] in owner?.ended(self, reason) }
  }

  private func takeHeld() {
    guard !isTaking else { return }
    isTaking = true
    while !isPaused, let session, !held.isEmpty {
      let line = held.removeFirst()
      heldBytes -= line.count
      session.take(fromClient: line.span, mayWait: false)
    }
    isTaking = false
  }

  func connect(_ events: ClientEvents) {}
  func startReading() {}

  func write(_ lines: inout [UInt8]) {
    guard !lines.isEmpty else { return }
    if written.isEmpty {
      // Not from inside the session, which may have to be given something because of it.
      Loop.shared.atEndOfTurn { [self] in takeWritten() }
      swap(&written, &lines)
    } else {
      written.append(contentsOf: lines)
      lines.removeAll(keepingCapacity: true)
    }
  }

  /// Gives on what the session has written.
  func takeWritten() {
    guard !written.isEmpty else { return }
    var lines: [UInt8] = []
    swap(&lines, &written)
    owner?.take(lines.span, from: server)
  }

  var backlog: Int { 0 }

  func closeWhenEmpty(patience: Int64, _ closed: @escaping @LoopActor () -> Void) {
    close()
    closed()
  }

  var isPaused = false {
    didSet {
      guard oldValue, !isPaused, !held.isEmpty else { return }
      Loop.shared.atEndOfTurn { [self] in takeHeld() }
    }
  }

  func takeRest() {}
  func closeInput() { hasEnded = true }

  func close() {
    hasEnded = true
    (held, heldBytes) = ([], 0)
    session = nil
  }

  func trim() {}
}
