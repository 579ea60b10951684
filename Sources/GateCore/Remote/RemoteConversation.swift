internal import JSONText
internal import MCPWire
package import Policy

/// The talk with one remote server over Streamable HTTP, of every version: the gate's lines and what comes over HTTP go in,
/// requests to send and lines for the session come out.
///
/// It knows no socket and no clock. Every request gets one answer, the server's or the word that there is none; and no
/// request is ever sent twice.
package struct RemoteConversation: Sendable {
  /// A request of the gate's that waits for the server's answer.
  struct Asked: Hashable, Sendable {
    /// Its id in one spelling.
    var id: ExactText
    var method: MCPMethod?
    var isModern: Bool
    var isAnswered = false
  }

  enum Purpose: Hashable, Sendable {
    case request(Asked)
    /// A notification or an answer, which the server only takes.
    case message(opensStream: Bool)
    /// The stream for what the server says of its own accord, in the older era.
    case stream
    case goodbye
  }

  enum Reading: Sendable {
    case head
    case json([UInt8])
    /// One reader, in an array because that can be taken out and changed without a copy of what it holds.
    case events([EventStreamReader])
    /// What still comes is of no interest.
    case nothing(Int)
  }

  /// Small, for it is copied several times in each call: what few of them have is elsewhere.
  struct Exchange: Sendable {
    var purpose: Purpose
    var reading = Reading.head
    var status = 0
    /// What the head said that tells of a problem.
    var trouble: RemoteTrouble?
    /// Whether the session's id went with it.
    var isOfSession = false
    /// The last event of the stream, to go on from.
    var lastEvent: [UInt8] = []
    /// How many times in a row it was tried to go on without anything new.
    var attempts = 0

    /// Whether it asks for the rest of an answer, and the request itself was sent before.
    var isReturn: Bool { attempts > 0 || !lastEvent.isEmpty }
  }

  /// What is to be tried again when its time has come: never a request, only to hear the rest of an answer.
  struct Return: Sendable {
    var due: Moment
    var exchange: Exchange
  }

  enum State: Hashable, Sendable {
    /// Leads to `closing` and `ended`.
    case open
    /// Has said goodbye to the server. Leads to `ended`.
    case closing
    case ended
  }

  let hasCredentials: Bool
  /// Whether whoever asks logs in to the server itself.
  let passesChallenges: Bool
  var state = State.open
  var exchanges: [Int: Exchange] = [:]
  var returns: [Return] = []
  /// What may not be overtaken: exchanges of which the server must have said something before the next line is sent.
  var blockers: [Int: Moment] = [:]
  /// What is no longer needed, with the time when it is cut off if it has not ended.
  var lingering: [Int: Moment] = [:]
  /// Lines that wait for those.
  var queue: [[UInt8]] = []
  package private(set) var queuedBytes = 0
  var sessionID: [UInt8]? {
    didSet { postHeaders = nil }
  }
  /// What the older era's handshake agreed on.
  var version: [UInt8]? {
    didSet { postHeaders = nil }
  }
  /// What every message of the session is sent with, once one was sent.
  private var postHeaders: [RemoteRequest.Header]?
  /// The version of the last request of the stateless era, until there is a handshake.
  var modernVersion: [UInt8]?
  var headers = ArgumentHeaders()
  var streamIsRefused = false
  var goodbyeDue: Moment?
  var reader = MessageReader(tellsKeysApart: true)
  var actions: [RemoteAction] = []
  private var lastExchange = 0

  static let patienceForMessage: Int64 = 30_000_000
  static let patienceForHandshake: Int64 = 120_000_000
  static let patienceForGoodbye: Int64 = 3_000_000
  static let patienceForRest: Int64 = 2_000_000
  static let leastReturn: Int64 = 100_000
  static let firstReturn: Int64 = 1_000_000
  static let lastReturn: Int64 = 60_000_000
  static let mostReturns = 5
  static let longestProblem = 1 << 16

  /// With `hasCredentials`, the registry gives the server headers of its own.
  ///
  /// With `passesChallenges`, clients have credentials of their own and are told what the server says of them.
  package init(hasCredentials: Bool = false, passesChallenges: Bool = false) {
    self.hasCredentials = hasCredentials
    self.passesChallenges = passesChallenges
  }

  /// What is to be done now, in this order.
  package mutating func takeActions() -> [RemoteAction] {
    defer { actions = [] }
    return actions
  }

  package var isOver: Bool { state == .ended }

  /// When `timePassed` is to be called; nil for never.
  package var wakeUp: Moment? {
    if blockers.isEmpty, lingering.isEmpty, returns.isEmpty { return goodbyeDue }
    var due = goodbyeDue
    for moment in Array(blockers.values) + Array(lingering.values) + returns.map(\.due) {
      due = min(due ?? moment, moment)
    }
    return due
  }

  package mutating func timePassed(at now: Moment) {
    if let goodbyeDue, goodbyeDue <= now { end(nil) }
    for number in lingering.filter({ $0.value <= now }).keys.sorted() { cut(number) }
    let due = returns.filter { $0.due <= now }
    returns.removeAll { $0.due <= now }
    for waiting in due { comeBack(waiting.exchange) }
    let slow = blockers.filter { $0.value <= now }.keys
    for number in slow { blockers[number] = nil }
    if !slow.isEmpty { sendQueued(at: now) }
  }

  // MARK: The gate's lines

  /// Takes a line of the gate's, without its end.
  package mutating func take(_ line: [UInt8], at now: Moment) {
    guard state == .open, !line.isEmpty else { return }
    guard blockers.isEmpty, queue.isEmpty else {
      queue.append(line)
      queuedBytes += line.count
      return
    }
    send(line, at: now)
  }

  mutating func unblock(_ number: Int, at now: Moment) {
    guard blockers.removeValue(forKey: number) != nil else { return }
    sendQueued(at: now)
  }

  private mutating func sendQueued(at now: Moment) {
    var sent = 0
    while state == .open, blockers.isEmpty, sent < queue.count {
      queuedBytes -= queue[sent].count
      send(queue[sent], at: now)
      sent += 1
    }
    queue.removeFirst(sent)
  }

  private mutating func send(_ line: [UInt8], at now: Moment) {
    guard let message = try? reader.read(line.span, from: .client) else { return }
    switch message.kind {
    case .request: ask(message, line, at: now)
    case .notification:
      if message.method == .cancelled, let id = message.requestID, cancels(WireID.key(id, line.span), line, at: now) {
        return
      }
      let opensStream = message.method == .initialized && modernVersion == nil
      tell(line, method: message.methodName(line.span), opensStream: opensStream, at: now)
    case .result, .error: tell(line, method: nil, at: now)
    }
  }

  private mutating func ask(_ message: WireMessage, _ line: [UInt8], at now: Moment) {
    guard let id = message.id else { return }
    let asked = Asked(id: WireID.key(id, line.span), method: message.method, isModern: message.isModern)
    if message.method == .initialize {
      // A handshake begins anew.
      (sessionID, version, modernVersion) = (nil, nil, nil)
    }
    var added: [RemoteRequest.Header] = []
    if let text = message.protocolVersion?.decoded(line.span) {
      let value = HeaderText.encoded(text.utf8)
      modernVersion = value
      added.append(RemoteRequest.Header("MCP-Protocol-Version", value))
      added.append(
        RemoteRequest.Header("Mcp-Method", HeaderText.encoded(message.methodName(line.span).utf8)))
      added += names(message, line)
    }
    let number = start(.request(asked), .post, adding: added, isOfSession: !message.isModern, body: line)
    if message.method == .initialize { blockers[number] = now.advanced(byMicroseconds: Self.patienceForHandshake) }
  }

  private func names(_ message: WireMessage, _ line: [UInt8]) -> [RemoteRequest.Header] {
    let bytes = line.span
    switch message.method {
    case .toolsCall:
      guard let name = message.name?.decoded(bytes) else { return [] }
      let header = RemoteRequest.Header("Mcp-Name", HeaderText.encoded(name.utf8))
      guard !headers.isEmpty else { return [header] }
      return [header] + headers.headers(of: name, arguments: JSONNode.read(part: message.arguments, of: bytes))
    case .promptsGet:
      return message.name.map { [RemoteRequest.Header("Mcp-Name", HeaderText.encoded($0.decoded(bytes).utf8))] } ?? []
    case .resourcesRead:
      return message.uri.map { [RemoteRequest.Header("Mcp-Name", HeaderText.encoded($0.decoded(bytes).utf8))] } ?? []
    case .tasksGet, .tasksResult, .tasksCancel, .tasksUpdate:
      guard let id = JSONNode.read(part: message.params, of: bytes)?["taskId"]?.text else { return [] }
      return [RemoteRequest.Header("Mcp-Name", HeaderText.encoded(id.utf8))]
    default: return []
    }
  }

  /// Sends what has no answer; nothing overtakes it.
  private mutating func tell(_ line: [UInt8], method: ExactText?, opensStream: Bool = false, at now: Moment) {
    var added: [RemoteRequest.Header] = []
    if let modernVersion {
      added.append(RemoteRequest.Header("MCP-Protocol-Version", modernVersion))
      if let method { added.append(RemoteRequest.Header("Mcp-Method", HeaderText.encoded(method.utf8))) }
    }
    let number = start(
      .message(opensStream: opensStream), .post, adding: added, isOfSession: modernVersion == nil, body: line)
    blockers[number] = now.advanced(byMicroseconds: Self.patienceForMessage)
  }

  /// Takes a request back: in the stateless era by hanging up, before it by saying so.
  ///
  /// - Returns: Whether nothing is to be said.
  private mutating func cancels(_ id: ExactText, _ line: [UInt8], at now: Moment) -> Bool {
    var isModern = modernVersion != nil
    for (number, exchange) in exchanges {
      guard case .request(var asked) = exchange.purpose, asked.id == id, !asked.isAnswered else { continue }
      isModern = asked.isModern
      asked.isAnswered = true
      exchanges[number]?.purpose = .request(asked)
      if isModern { cut(number) } else { lingering[number] = now.advanced(byMicroseconds: Self.patienceForRest) }
    }
    returns.removeAll { waiting in
      guard case .request(let asked) = waiting.exchange.purpose else { return false }
      return asked.id == id
    }
    return isModern
  }

  // MARK: Exchanges

  @discardableResult
  mutating func start(
    _ purpose: Purpose, _ method: RemoteRequest.Method, adding added: [RemoteRequest.Header] = [],
    isOfSession: Bool = true, body: [UInt8] = [], after lastEvent: [UInt8] = [], attempts: Int = 0
  ) -> Int {
    lastExchange += 1
    var exchange = Exchange(purpose: purpose)
    exchange.lastEvent = lastEvent
    exchange.attempts = attempts
    exchange.isOfSession = isOfSession && sessionID != nil
    exchanges[lastExchange] = exchange
    var headers = headers(method, isOfSession: isOfSession)
    if !lastEvent.isEmpty { headers.append(RemoteRequest.Header("Last-Event-ID", lastEvent)) }
    // Appending nothing would make a copy, and of memory that no one knows again.
    if !added.isEmpty { headers += added }
    actions.append(.send(RemoteRequest(exchange: lastExchange, method: method, headers: headers, body: body)))
    return lastExchange
  }

  /// What each request is sent with; the same memory for all messages of a session, by which it is known.
  private mutating func headers(_ method: RemoteRequest.Method, isOfSession: Bool) -> [RemoteRequest.Header] {
    if method == .post, isOfSession, let postHeaders { return postHeaders }
    var headers: [RemoteRequest.Header] = []
    switch method {
    case .post:
      headers.append(RemoteRequest.Header("Content-Type", "application/json".utf8))
      headers.append(RemoteRequest.Header("Accept", "application/json, text/event-stream".utf8))
    case .get: headers.append(RemoteRequest.Header("Accept", "text/event-stream".utf8))
    case .delete: break
    }
    if isOfSession {
      if let sessionID { headers.append(RemoteRequest.Header("Mcp-Session-Id", sessionID)) }
      if let version { headers.append(RemoteRequest.Header("MCP-Protocol-Version", version)) }
    }
    if method == .post, isOfSession { postHeaders = headers }
    return headers
  }

  /// Wants nothing more of an exchange.
  mutating func cut(_ number: Int) {
    lingering[number] = nil
    guard exchanges.removeValue(forKey: number) != nil else { return }
    actions.append(.cancel(number))
  }

  mutating func fail(_ asked: Asked, _ failure: RemoteFailure) {
    if !asked.isAnswered { actions.append(.fail(asked.id, failure)) }
  }

  /// Goes on where a stream broke off.
  private mutating func comeBack(_ exchange: Exchange) {
    guard state == .open else { return }
    start(exchange.purpose, .get, after: exchange.lastEvent, attempts: exchange.attempts)
  }

  // MARK: The end

  /// The client is gone: says goodbye to the server, where it knows us.
  package mutating func close(at now: Moment) {
    guard state == .open else { return }
    state = .closing
    for number in exchanges.keys.sorted() { cut(number) }
    (returns, blockers, lingering, queue, queuedBytes) = ([], [:], [:], [], 0)
    guard sessionID != nil else { return end(nil) }
    start(.goodbye, .delete)
    goodbyeDue = now.advanced(byMicroseconds: Self.patienceForGoodbye)
  }

  /// Ends at once.
  package mutating func kill() { end(nil) }

  mutating func end(_ reason: String?) {
    guard state != .ended else { return }
    state = .ended
    for number in exchanges.keys.sorted() { cut(number) }
    (returns, blockers, lingering, queue, queuedBytes, goodbyeDue) = ([], [:], [:], [], 0, nil)
    actions.append(.end(reason))
  }
}
