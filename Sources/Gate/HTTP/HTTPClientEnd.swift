internal import GateCore
internal import HTTPWire
internal import JSONText
internal import MCPWire
internal import Policy
internal import System

/// The client's end of a session over HTTP: gives what the session writes to the requests that it belongs to.
@LoopActor
final class HTTPClientEnd: ClientEnd {
  /// The session's id for its client; nil in the stateless era.
  let id: String?
  let endpoint: HTTPEndpoint
  let grant: ExactText
  /// What the server wants the client to do first, while the answer is written that says so.
  var challenge: RemoteChallenge?
  /// Is told that the server has answered the client so.
  var challenged: (@LoopActor (RemoteChallenge) -> [HTTPField])?
  /// With how many servers it has a session.
  var weight = 1
  /// What the grant was known by when the session began.
  var mark: String?
  private var streams: HTTPStreams
  private var connections: [HTTPStreams.Exchange: HTTPConnection] = [:]
  private var events: ClientEvents?
  /// Nil before the session has begun, and once it is over.
  var session: (any ClientSession)?
  /// When it last had a request.
  private(set) var lastUse = Clock.now()
  private(set) var isOver = false
  /// Requests that came while the session takes none.
  private var held: [(body: PostedBody, head: HTTPHead, connection: HTTPConnection)] = []
  var isPaused = false {
    didSet {
      guard oldValue, !isPaused, !held.isEmpty else { return }
      Loop.shared.atEndOfTurn { [self] in takeHeld() }
    }
  }
  private(set) var hasEnded = false

  init(id: String?, endpoint: HTTPEndpoint, grant: ExactText) {
    self.id = id
    self.endpoint = endpoint
    self.grant = grant
    fields = id.map { [HTTPField("Mcp-Session-Id", $0)] } ?? []
    streams = HTTPStreams(isStateless: id == nil)
  }

  /// Whether no client is connected.
  var isIdle: Bool { streams.isIdle }
  private let fields: [HTTPField]

  // MARK: Requests

  /// Gives the session what a client has posted.
  func post(_ body: PostedBody, _ head: HTTPHead, _ connection: HTTPConnection) {
    lastUse = Loop.shared.now
    guard let session, !isOver else {
      return connection.refuse(HTTPRefusal(.notFound, "the session has ended"))
    }
    hold(connection)
    guard !isPaused else { return held.append((body, head, connection)) }
    give(body, head, connection, to: session)
  }

  private func takeHeld() {
    while !isPaused, !held.isEmpty, let session {
      let next = held.removeFirst()
      give(next.body, next.head, next.connection, to: session)
    }
  }

  private func give(_ body: PostedBody, _ head: HTTPHead, _ connection: HTTPConnection, to session: any ClientSession) {
    noteVersion()
    if session.passesAuthorization { session.use(authorization: HTTPAuthorization.forServer(head)) }
    let line = streams.post(body, connection.exchange, connection.accepted)
    session.take(fromClient: line.span, mayWait: streams.isExpected)
    var actions: [HTTPStreams.Action] = []
    streams.posted(body, into: &actions)
    perform(actions)
  }

  /// Opens a stream for everything that belongs to no request.
  func listen(_ lastEvent: ArraySlice<UInt8>?, _ connection: HTTPConnection) {
    lastUse = Loop.shared.now
    guard !isOver else { return connection.refuse(HTTPRefusal(.notFound, "the session has ended")) }
    hold(connection)
    noteVersion()
    var actions: [HTTPStreams.Action] = []
    streams.listen(connection.exchange, after: lastEvent, into: &actions)
    perform(actions)
  }

  private func hold(_ connection: HTTPConnection) {
    connections[connection.exchange] = connection
    connection.owner = self
  }

  /// Clients before 2025-11-25 take an empty event for a broken one.
  private func noteVersion() {
    guard !streams.primes, let version = session?.negotiatedVersion else { return }
    streams.primes = ProtocolVersion(version) == .november2025
  }

  /// A connection has ended before its answer did.
  func closed(_ exchange: HTTPStreams.Exchange) {
    lastUse = Clock.now()
    connections[exchange] = nil
    held.removeAll { $0.connection.exchange == exchange }
    var actions: [HTTPStreams.Action] = []
    streams.closed(exchange, into: &actions)
    perform(actions)
  }

  func keepAlive(part: Int, of parts: Int, through youngest: HTTPStreams.Exchange) {
    var actions: [HTTPStreams.Action] = []
    streams.keepAlive(part: part, of: parts, through: youngest, into: &actions)
    perform(actions)
  }

  private func perform(_ actions: [HTTPStreams.Action]) {
    var written: [HTTPConnection] = []
    for action in actions {
      switch action {
      case .answer(let exchange, let status, let body):
        guard let challenge, let status = HTTPStatus(rawValue: challenge.status) else {
          connections.removeValue(forKey: exchange)?.answer(status, body, fields: fields)
          continue
        }
        let more = challenged?(challenge) ?? []
        connections.removeValue(forKey: exchange)?.answer(status, body, fields: more)
        if session?.negotiatedVersion == nil, id != nil {
          // It begins anew when it has logged in.
          Loop.shared.atEndOfTurn { [self] in
            session?.abandon(hastily: false)
            close()
          }
        }
      case .begin(let exchange):
        guard let connection = connections[exchange] else { continue }
        connection.begin(fields: fields)
        // A client waits for the head, also where there is nothing to tell for hours.
        if written.last !== connection { written.append(connection) }
      case .event(let exchange, let id, let message):
        guard let connection = connections[exchange] else { continue }
        connection.event(message, id: id)
        if written.last !== connection { written.append(connection) }
      case .comment(let exchange):
        guard let connection = connections[exchange] else { continue }
        connection.comment()
        written.append(connection)
      case .finish(let exchange): connections.removeValue(forKey: exchange)?.finish()
      case .toGate(let line):
        // Not from inside the session, which may be writing what has led to it.
        Loop.shared.atEndOfTurn { [self] in session?.take(fromClient: line.span, mayWait: false) }
      }
    }
    for connection in written { connection.flush() }
  }

  func pressureChanged() { events?.pressureChanged() }

  // MARK: The session's client

  func connect(_ events: ClientEvents) { self.events = events }
  func startReading() {}

  func write(_ lines: inout [UInt8]) {
    guard !lines.isEmpty else { return }
    var actions: [HTTPStreams.Action] = []
    streams.take(lines.span, into: &actions)
    lines.removeAll(keepingCapacity: true)
    perform(actions)
  }

  var backlog: Int { connections.count > 64 ? 0 : connections.values.reduce(0) { max($0, $1.unread) } }

  func closeWhenEmpty(patience: Int64, _ closed: @escaping @LoopActor () -> Void) {
    close()
    closed()
  }

  func takeRest() {}
  func closeInput() { hasEnded = true }

  func close() {
    hasEnded = true
    guard !isOver else { return }
    isOver = true
    var actions: [HTTPStreams.Action] = []
    streams.endAll(into: &actions)
    perform(actions)
    for next in held { next.connection.refuse(HTTPRefusal(.notFound, "the session has ended")) }
    held = []
    // A connection that was used for it may know it for a while.
    streams = HTTPStreams(isStateless: id == nil)
    events = nil
    session = nil
  }

  func trim() {}
}
