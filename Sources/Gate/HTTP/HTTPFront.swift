internal import ControlWire
internal import GateCore
internal import HTTPWire
internal import JSONText
internal import MCPWire
internal import Policy
internal import Store
internal import System

/// The gate's side towards HTTP clients: lets them in, and finds each request's session.
@LoopActor
final class HTTPFront {
  let gate: GateProcess
  let grants: GrantKeeper
  private let guarding: HTTPGuard
  /// Sessions of the older era, by their ids.
  private var sessions: [String: HTTPClientEnd] = [:]
  private var stateless: [StatelessKey: HTTPClientEnd] = [:]
  private(set) var connections: [ObjectIdentifier: HTTPConnection] = [:]
  private var exchanges = 0
  /// How many there were when the turn before was taken.
  private var earlier = 0
  private var reader = MessageReader()
  private var sweep: LoopTimer?
  /// Whose turn it is.
  private var present = 0
  private let authorization: HTTPAuthorization
  private(set) var isClosing = false
  /// How many requests could not be read.
  private(set) var refusals = 0

  private struct StatelessKey: Hashable {
    let grant: ExactText
    let endpoint: HTTPEndpoint
    let client: ExactText
    /// Whoever logs in to the server itself shares its session with nobody who is somebody else there.
    let authorization: ContentDigest?
  }

  /// Of all requests that are not whole, in bytes.
  var heldBytes = 0
  var shares = ConnectionShares()

  /// With more of that held, requests that are longer than `smallBody` are not read to their end.
  static let mostHeld = 256 << 20
  static let smallBody = 64 << 10
  static let mostSessions = 1_000
  /// Of one grant.
  static let mostOfOne = 200
  /// Every client with an open stream is told of the gate once in so many turns, and all else is done in the first.
  private static let turns = 20
  private static let turn: Int64 = 1_000_000
  /// How long a session without a client lasts; one of the stateless era costs nothing but its server's start.
  private static let patience: Int64 = 1_800_000_000
  private static let statelessPatience: Int64 = 300_000_000

  init(_ gate: GateProcess, guarding: HTTPGuard, url: PublicURL? = nil) {
    self.gate = gate
    self.guarding = guarding
    authorization = HTTPAuthorization(gate, url: url)
    grants = GrantKeeper(gate.options.paths.grants)
    grants.changed = { [unowned self] in endUngranted() }
  }

  var sessionCount: Int { sessions.count + stateless.count }

  func nextExchange() -> Int {
    exchanges += 1
    return exchanges
  }

  func refused() { refusals += 1 }

  // MARK: Connections

  func accepted(_ socket: consuming Descriptor, at kind: HTTPListener.Kind) {
    let number = socket.number
    let origin = kind == .file ? 0 : TCPSocket.origin(of: number)
    guard !isClosing, makeRoom(for: origin) else { return }
    let pid = kind == .file ? UnixSocket.peer(of: number)?.pid : nil
    let here = kind == .everywhere ? TCPSocket.here(number).map { Array($0.utf8) } : nil
    guard let connection = try? HTTPConnection(socket, origin: origin, here: here, front: self) else { return }
    shares.began(connection.origin)
    connection.peer = pid.flatMap { gate.clients.table.facts(of: $0)?.identity }
    connections[ObjectIdentifier(connection)] = connection
  }

  func left(_ connection: HTTPConnection) {
    guard connections.removeValue(forKey: ObjectIdentifier(connection)) != nil else { return }
    shares.ended(connection.origin, connection.grant)
  }

  // MARK: Where a request goes

  enum Route {
    case health
    case metrics
    case preflight
    /// What a server says of where to log in, for clients that do that themselves.
    case metadata(ExactText)
    case mcp(HTTPEndpoint, grant: ExactText)
    case refused(HTTPRefusal, [HTTPField])
  }

  /// What is wrong with the host and the origin of a request.
  func refusal(of head: HTTPHead, here: [UInt8]?) -> HTTPRefusal? { guarding.refusal(of: head, here: here) }

  /// Where a request goes, by its head, whose host and origin are right.
  func route(_ head: HTTPHead) -> Route {
    let path = head.path.map { ExactText(String(decoding: $0, as: UTF8.self)) }
    switch path {
    case ["healthz"]: return head.isReading ? .health : .refused(Self.wrongMethod, [HTTPField("Allow", "GET, HEAD")])
    case ["metrics"]:
      guard head.isReading else { return .refused(Self.wrongMethod, [HTTPField("Allow", "GET, HEAD")]) }
      if case .refused(let refusal, let fields) = grants.access(head, to: nil) { return .refused(refusal, fields) }
      return .metrics
    case ["mcp"]: return route(head, to: .all)
    case let path where path.count == 4 && Array(path[..<3]) == HTTPAuthorization.metadataPath:
      if head.method == .options, !head.all("origin").isEmpty { return .preflight }
      return head.isReading ? .metadata(path[3]) : .refused(Self.wrongMethod, [HTTPField("Allow", "GET, HEAD")])
    case let path where path.count == 2 && path[0] == "mcp": return route(head, to: .server(path[1]))
    default:
      return .refused(HTTPRefusal(.notFound, "there is nothing here; servers are at /mcp/NAME, and all at /mcp"), [])
    }
  }

  private func route(_ head: HTTPHead, to endpoint: HTTPEndpoint) -> Route {
    if head.method == .options, !head.all("origin").isEmpty { return .preflight }
    let grant: ExactText
    switch grants.access(head, to: endpoint.server) {
    case .granted(let label): grant = label
    case .refused(let refusal, let fields): return .refused(refusal, fields)
    }
    switch head.method {
    case .post:
      if let refusal = head.contentRefusal { return .refused(refusal, []) }
      let accepted = head.accepted
      guard accepted.json || accepted.events else { return .refused(Self.notAcceptable, []) }
    case .get:
      guard head.accepted.events else { return .refused(Self.notAcceptable, []) }
    case .delete: break
    case .head, .options, .other: return .refused(Self.wrongMethod, [HTTPField("Allow", "GET, POST, DELETE")])
    }
    return .mcp(endpoint, grant: grant)
  }

  private static let wrongMethod = HTTPRefusal(.methodNotAllowed, "this method means nothing here")
  private static let notAcceptable = HTTPRefusal(
    .notAcceptable, "the client has to take `application/json` and `text/event-stream`")

  func take(_ route: Route, _ head: HTTPHead, _ body: [UInt8], _ connection: HTTPConnection) {
    switch route {
    case .refused(let refusal, let fields): connection.refuse(refusal, fields: fields)
    case .metadata(let server): authorization.answer(server, head, connection)
    case .health: connection.answer(.ok, Array("ok\n".utf8), type: "text/plain")
    case .metrics: connection.answer(.ok, gate.metrics(self), type: "text/plain; version=0.0.4")
    case .preflight:
      connection.answer(
        .noContent,
        fields: [
          HTTPField("Access-Control-Allow-Methods", "GET, POST, DELETE"),
          HTTPField("Access-Control-Allow-Headers", head.all("access-control-request-headers").first ?? []),
          HTTPField("Access-Control-Max-Age", "600"),
        ])
    case .mcp(let endpoint, let grant):
      do throws(HTTPRefusal) {
        try admit(connection, grant)
        defer { noteClient(connection, endpoint) }
        switch head.method {
        case .post: try post(PostedBody(body, &reader), head, endpoint, grant, connection)
        case .get: try session(head, endpoint, grant).listen(try head.only("last-event-id"), connection)
        case .delete:
          end(try session(head, endpoint, grant))
          connection.answer(.noContent)
        case .head, .options, .other: break
        }
      } catch {
        connection.refuse(error)
      }
    }
  }

  /// Whoever connects over a socket's file is a client like one that hands its descriptors over.
  private func noteClient(_ connection: HTTPConnection, _ endpoint: HTTPEndpoint) {
    guard let peer = connection.peer, let session = connection.owner?.session?.sessionID else { return }
    connection.peer = nil
    gate.clients.asked(peer, session: session, server: endpoint.server ?? "")
  }

  // MARK: Sessions

  private func post(
    _ body: PostedBody, _ head: HTTPHead, _ endpoint: HTTPEndpoint, _ grant: ExactText, _ connection: HTTPConnection
  ) throws(HTTPRefusal) {
    if let client = connection.knownClient, !client.isOver, !body.isModern {
      return client.post(body, head, connection)
    }
    if let message = body.only, message.isModern || head.isStateless {
      return postStateless(body, message, head, endpoint, grant, connection)
    }
    guard body.isHandshake, try head.only("mcp-session-id") == nil else {
      let client = try session(head, endpoint, grant)
      connection.knownClient = client
      return client.post(body, head, connection)
    }
    let id = GrantFile.name((0..<32).map { _ in UInt8.random(in: .min ... .max) })
    let client = HTTPClientEnd(id: id, endpoint: endpoint, grant: grant)
    guard begin(client, body, head, connection) else { return }
    sessions[id] = client
    client.post(body, head, connection)
  }

  private func postStateless(
    _ body: PostedBody, _ message: WireMessage, _ head: HTTPHead, _ endpoint: HTTPEndpoint, _ grant: ExactText,
    _ connection: HTTPConnection
  ) {
    switch message.kind {
    case .request: break
    // That era knows none over HTTP, and who sends one waits for no answer.
    case .notification: return connection.answer(.accepted)
    case .result, .error:
      return connection.refuse(HTTPRefusal(.badRequest, "a client of this protocol version sends no answers"))
    }
    guard message.isModern else {
      return fail(
        connection, .badRequest, body.id, WireRefusal.Code.invalidParams.rawValue,
        "the request has no `_meta` with the protocol version that its fields name")
    }
    if let problem = StatelessHeaders.problem(head, message, body.bytes.span) {
      return fail(connection, .badRequest, body.id, StatelessHeaders.mismatch, problem)
    }
    // One server alone says so itself, in its own words.
    guard endpoint != .all || !StatelessHeaders.lacksCapabilities(message, body.bytes.span) else {
      return fail(
        connection, .badRequest, body.id, WireRefusal.Code.invalidParams.rawValue,
        "the `_meta` has no object `io.modelcontextprotocol/clientCapabilities`")
    }
    if let problem = argumentProblem(head, message, body, endpoint) {
      return fail(connection, .badRequest, body.id, StatelessHeaders.mismatch, problem)
    }
    let name = message.clientName.map { $0.decoded(body.bytes.span) } ?? ""
    let key = StatelessKey(
      grant: grant, endpoint: endpoint, client: name,
      authorization: HTTPAuthorization.forServer(head).map { ContentDigest(of: $0) })
    if let client = stateless[key], !client.isOver { return client.post(body, head, connection) }
    let client = HTTPClientEnd(id: nil, endpoint: endpoint, grant: grant)
    guard begin(client, body, head, connection) else { return }
    stateless[key] = client
    client.post(body, head, connection)
  }

  /// What is wrong with the fields that repeat arguments, as far as it is known of which tools there are any.
  private func argumentProblem(
    _ head: HTTPHead, _ message: WireMessage, _ body: PostedBody, _ endpoint: HTTPEndpoint
  ) -> String? {
    guard message.method == .toolsCall, let name = message.name?.decoded(body.bytes.span) else { return nil }
    let place: ExposedNames.Place?
    switch endpoint {
    case .server(let server): place = ExposedNames.Place(server, name)
    case .all: place = ExposedNames().place(name)
    }
    guard let place, let headers = gate.inventory.argumentHeaders(of: place.server), !headers.isEmpty else {
      return nil
    }
    let arguments = message.arguments.flatMap { try? JSONNode.read(Array(body.bytes[$0])) }
    return headers.problem(head, of: place.name, arguments: arguments)
  }

  /// The session that a request of the older era names.
  private func session(
    _ head: HTTPHead, _ endpoint: HTTPEndpoint, _ grant: ExactText
  ) throws(HTTPRefusal) -> HTTPClientEnd {
    if let version = try head.only("mcp-protocol-version") {
      let name = ExactText(String(decoding: version, as: UTF8.self))
      guard let known = ProtocolVersion(name) else {
        throw HTTPRefusal(.badRequest, "the `MCP-Protocol-Version` is not known here")
      }
      guard !known.isStateless || head.method == .post else { throw Self.wrongMethod }
    }
    guard let id = try head.only("mcp-session-id") else {
      throw HTTPRefusal(.badRequest, "there is no `Mcp-Session-Id`; a session begins with `initialize`")
    }
    guard let client = sessions[String(decoding: id, as: UTF8.self)], client.grant == grant,
      client.endpoint == endpoint,
      !client.isOver
    else { throw HTTPRefusal(.notFound, "there is no such session, or not any more; begin with `initialize`") }
    return client
  }

  /// Starts a session's server.
  ///
  /// - Returns: Whether there is a session now; otherwise the request was answered.
  private func begin(
    _ client: HTTPClientEnd, _ body: PostedBody, _ head: HTTPHead, _ connection: HTTPConnection
  ) -> Bool {
    let servers = client.endpoint == .all ? grants.reached(gate.inventory.enabledServers, by: client.grant) : []
    let all = Array(sessions.values) + Array(stateless.values)
    let more = max(1, servers.count)
    // One client of all servers is a session with each.
    let ofGrant = all.reduce(0) { $0 + ($1.grant == client.grant ? $1.weight : 0) }
    guard all.reduce(0, { $0 + $1.weight }) + more <= Self.mostSessions, ofGrant + more <= Self.mostOfOne else {
      fail(connection, .unavailable, body.id, WireRefusal.Code.internalError.rawValue, "there are too many sessions")
      return false
    }
    client.mark = grants.mark(of: client.grant)
    if let server = client.endpoint.server, let host = head.all("host").first {
      client.challenged = { [authorization] in authorization.fields($0, of: server, host: host) }
    }
    sweepSoon()
    guard case .server(let server) = client.endpoint else {
      client.weight = more
      client.session = AllServersSession(servers, grant: client.grant, gate: gate, client: client)
      return true
    }
    do throws(ControlError) {
      client.session = try gate.attach(
        Attachment(
          server: .registered(server), directory: ThisProcess.directory ?? "/",
          environment: ThisProcess.environmentEntries),
        client, errors: nil, folder: nil, pid: 0, grant: client.grant, descriptors: []
      ) { [self] _ in forget(client) }
      return true
    } catch {
      fail(connection, .notFound, body.id, WireRefusal.Code.internalError.rawValue, error.message)
      return false
    }
  }

  private func fail(
    _ connection: HTTPConnection, _ status: HTTPStatus, _ id: ExactText?, _ code: Int, _ message: String
  ) {
    var line: [UInt8] = []
    line.appendError(code: code, message: "[gatehouse] refused: \(message)", id: (id ?? "null").utf8)
    line.removeLast()
    connection.answer(status, line)
  }

  private func forget(_ client: HTTPClientEnd) {
    if let id = client.id { sessions[id] = nil }
    if let key = stateless.first(where: { $0.value === client })?.key { stateless[key] = nil }
  }

  /// Ends a session: its client has asked for it, may not use it any more, or is gone.
  private func end(_ client: HTTPClientEnd) {
    forget(client)
    client.session?.abandon(hastily: false)
    client.close()
  }

  /// Ends what is not granted any more.
  private func endUngranted() {
    for client in Array(sessions.values) + Array(stateless.values)
    where !grants.mayGoOn(client.grant, mark: client.mark, server: client.endpoint.server) {
      end(client)
    }
  }

  // MARK: Time

  private func sweepSoon() {
    guard sweep == nil, !isClosing else { return }
    sweep = Loop.shared.after(microseconds: Self.turn) { [self] in
      guard !isClosing else { return }
      sweep = nil
      present = (present + 1) % Self.turns
      takeTurn()
      // Nothing happens where nobody is.
      if sessionCount > 0 { sweepSoon() }
    }
  }

  private func takeTurn() {
    let clients = Array(sessions.values) + Array(stateless.values)
    for client in clients { client.keepAlive(part: present, of: Self.turns, through: earlier) }
    earlier = exchanges
    let now = Clock.now()
    if grants.hasEnded(at: now) || present == 0 { endUngranted() }
    guard present == 0 else { return }
    for client in clients where client.isIdle {
      let patience = client.id == nil ? Self.statelessPatience : Self.patience
      if now.microseconds(since: client.lastUse) > patience { end(client) }
    }
  }

  /// Nobody is let in any more; answers that are on their way go out.
  func close() {
    isClosing = true
    sweep?.cancel()
    for connection in connections.values where connection.owner == nil { connection.end() }
  }
}
