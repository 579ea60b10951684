package import HTTPWire
internal import JSONText
internal import MCPWire

/// Which of a session's messages for its client goes with which HTTP request, in both eras.
///
/// In the older era a session has one client. What belongs to a request is its answer, one JSON object or a stream of
/// events; everything else goes where a stream is open. Events are numbered, and the last ones kept for a client that
/// comes back. In the stateless era several clients of one grant share a session: each request gets a number of ours for
/// its id and its progress token, and is cancelled when its connection closes.
///
/// Each method is one event, and appends to `actions` what is to be done.
package struct HTTPStreams: Sendable {
  /// What the gate's loop calls an HTTP request that is being answered.
  package typealias Exchange = Int

  package enum Action: Hashable, Sendable {
    /// The whole answer, a JSON object; the exchange is over.
    case answer(Exchange, HTTPStatus, [UInt8])
    /// The answer is a stream of events.
    case begin(Exchange)
    /// An event of a stream; an empty message only tells the id.
    case event(Exchange, id: String?, [UInt8])
    /// Tells the client that the other side is there.
    case comment(Exchange)
    /// The stream ends; the exchange is over.
    case finish(Exchange)
    /// A line as if the client had written it.
    case toGate([UInt8])
  }

  let isStateless: Bool
  /// Whether a stream tells its first id before the first message, which clients before 2025-11-25 do not understand.
  package var primes = false
  var streams: [UInt64: Stream] = [:]
  var last: UInt64 = 0
  /// Streams by the requests that are answered on them, as their client names these.
  private var byKey: [ExactText: UInt64] = [:]
  private var byToken: [ExactText: UInt64] = [:]
  var byExchange: [Exchange: UInt64] = [:]
  /// Streams of POSTs, in the order in which they came.
  private var posts: [UInt64] = []
  /// Streams that no request of a client's belongs to, in the order in which they were opened.
  var standing: [UInt64] = []
  /// The POST whose message the session is just being given.
  private var current: UInt64?
  /// Whether that message is one request that is answered under its own id, now or later.
  package private(set) var isExpected = false
  private var reader = MessageReader()
  var log = EventReplay()
  /// Messages that found no stream.
  var unsent = UnsentMessages()

  package init(isStateless: Bool) { self.isStateless = isStateless }

  /// Whether any client is connected.
  package var isIdle: Bool { byExchange.isEmpty }
  /// How many requests wait for their answers.
  package var waiting: Int { isStateless ? streams.count : byKey.count }

  // MARK: A client's POST

  /// Takes what a client has posted, and answers the line that the session is to be given; then comes `posted`.
  package mutating func post(_ body: PostedBody, _ exchange: Exchange, _ accepted: HTTPHead.Accepted) -> [UInt8] {
    last += 1
    var stream = Stream(exchange: exchange, accepted: accepted)
    var line = body.bytes
    for message in body.messages {
      guard message.wire.kind == .request, let id = message.wire.id else { continue }
      if isStateless {
        line = renumbered(message, &stream)
      } else {
        let key = WireID.key(id, message.bytes.span)
        guard byKey[key] == nil else { continue }
        byKey[key] = last
        stream.keys.insert(key)
        if let token = message.wire.progressToken {
          let token = WireID.key(token, message.bytes.span)
          stream.tokens.append(token)
          byToken[token] = last
        }
      }
    }
    isExpected = !body.isBatch && body.messages.count == 1 && stream.keys.count == 1
    byExchange[exchange] = last
    streams[last] = stream
    posts.append(last)
    current = last
    return line
  }

  /// The session has taken the line.
  package mutating func posted(_ body: PostedBody, into actions: inout [Action]) {
    guard let number = current else { return }
    current = nil
    if let stream = streams[number] {
      if let exchange = stream.exchange, stream.isAnswered {
        actions.append(.answer(exchange, .accepted, []))
        forget(number)
      } else if body.isSubscription, stream.accepted.events {
        begin(number, into: &actions)
      }
    }
    guard !isStateless else { return }
    for message in body.messages where message.wire.method == .cancelled {
      guard let id = message.wire.requestID else { continue }
      abandon(WireID.key(id, message.bytes.span), into: &actions)
    }
  }

  /// A request that its client takes back gets no answer; its POST ends all the same.
  private mutating func abandon(_ key: ExactText, into actions: inout [Action]) {
    guard let number = byKey.removeValue(forKey: key), var stream = streams[number] else { return }
    stream.keys.remove(key)
    streams[number] = stream
    guard stream.isAnswered else { return }
    if stream.exchange != nil, !stream.isEvents { begin(number, into: &actions) }
    end(number, into: &actions)
  }

  private mutating func renumbered(_ posted: PostedBody.Message, _ stream: inout Stream) -> [UInt8] {
    let (message, bytes) = (posted.wire, posted.bytes)
    guard let id = message.id else { return bytes }
    stream.id = bytes.span.exactText(id)
    stream.isSubscription = message.method == .subscriptionsListen
    stream.keys.insert(ExactText(String(last)))
    var edits: [WireEdit] = []
    if let token = message.progressToken {
      stream.token = bytes.span.exactText(token)
      edits.append(WireEdit(token, Array(String(last).utf8)))
    }
    var line: [UInt8] = []
    line.appendRequest(message, bytes.span, id: last, edits: edits)
    return line
  }

  // MARK: The session's messages

  /// Takes whole lines that the session wrote for its client.
  package mutating func take(_ lines: Span<UInt8>, into actions: inout [Action]) {
    var start = 0
    while start < lines.count {
      let end = lines.firstNewline(from: start)
      if end > start { take(line: lines.extracting(start..<end), into: &actions) }
      start = end + 1
    }
  }

  private mutating func take(line: Span<UInt8>, into actions: inout [Action]) {
    switch ClientLine(line) {
    case .answer(let id): answer(line, id, into: &actions)
    case .error: refuse(line, into: &actions)
    case .call: call(line, into: &actions)
    }
  }

  private mutating func answer(_ line: Span<UInt8>, _ id: Range<Int>, into actions: inout [Action]) {
    // A message that was refused is answered under whatever id could be read of it.
    if let current, let place = streams.index(forKey: current), streams.values[place].keys.isEmpty {
      return refuse(line, into: &actions)
    }
    let number: UInt64
    if isStateless {
      guard let ours = WireID.ours(id, line), streams[ours] != nil else { return }
      number = ours
    } else {
      let key = WireID.key(id, line)
      guard let known = byKey.removeValue(forKey: key), let place = streams.index(forKey: known) else { return }
      streams.values[place].keys.remove(key)
      if let exchange = streams.values[place].awaiting {
        // What nearly every answer is.
        actions.append(.answer(exchange, .ok, line.copied))
        return forget(known)
      }
      number = known
    }
    guard let stream = streams[number] else { return }
    var message = line.copied
    if isStateless { message = restored(line, id, stream) }
    let isLast = isStateless || stream.isAnswered
    if let exchange = stream.exchange, !stream.isEvents, stream.parts == nil, isLast {
      actions.append(.answer(exchange, isStateless ? status(line) : .ok, message))
      return forget(number)
    }
    if stream.exchange != nil, !stream.isEvents {
      guard stream.accepted.events else { return collect(message, on: number, isLast, into: &actions) }
      begin(number, into: &actions)
    }
    send(message, on: number, into: &actions)
    if isLast { end(number, into: &actions) }
  }

  /// Keeps the answers of a batch for a client that takes no events.
  private mutating func collect(
    _ message: [UInt8], on number: UInt64, _ isLast: Bool, into actions: inout [Action]
  ) {
    guard var stream = streams[number], let exchange = stream.exchange else { return }
    var parts = stream.parts ?? [0x5B]
    if stream.parts != nil { parts.append(0x2C) }
    parts.append(contentsOf: message)
    stream.parts = parts
    streams[number] = stream
    guard isLast else { return }
    actions.append(.answer(exchange, .ok, parts + [0x5D]))
    forget(number)
  }

  /// An answer under the id that the client gave.
  private mutating func restored(_ line: Span<UInt8>, _ id: Range<Int>, _ stream: Stream) -> [UInt8] {
    if stream.isSubscription, let message = try? reader.read(line, from: .server) {
      var whole: [UInt8] = []
      let edits = message.subscriptionID.map { [WireEdit($0, Array(stream.id.utf8))] } ?? []
      whole.appendAnswer(message, line, id: stream.id, edits: edits)
      return whole.withoutNewline
    }
    var whole: [UInt8] = []
    whole.reserveCapacity(line.count + stream.id.utf8.count)
    whole.append(line, 0..<id.lowerBound)
    whole.append(contentsOf: stream.id.utf8)
    whole.append(line, id.upperBound..<line.count)
    return whole
  }

  /// What an error of the stateless era is called by HTTP.
  private func status(_ line: Span<UInt8>) -> HTTPStatus {
    guard ClientLine.isError(line), let code = JSONNode.read(part: 0..<line.count, of: line)?["error"]?["code"]?.integer
    else { return .ok }
    switch code {
    case -32700, -32600, -32602, -32020, -32021, -32022: return .badRequest
    case -32601: return .notFound
    default: return .ok
    }
  }

  /// A message of the client's that is none is answered where it came.
  private mutating func refuse(_ line: Span<UInt8>, into actions: inout [Action]) {
    guard let current, let exchange = streams[current]?.exchange else { return }
    actions.append(.answer(exchange, .badRequest, line.copied))
    forget(current)
    self.current = nil
  }

  // MARK: Requests and notifications of the server

  private mutating func call(_ line: Span<UInt8>, into actions: inout [Action]) {
    guard let message = try? reader.read(line, from: .server) else { return }
    if let tag = message.subscriptionID, isStateless {
      guard let number = WireID.ours(tag, line), let stream = streams[number] else { return }
      var whole: [UInt8] = []
      whole.appendNotification(message, line, edits: [WireEdit(tag, Array(stream.id.utf8))])
      return pass(whole.withoutNewline, on: number, into: &actions)
    }
    let method = message.methodName(line)
    if message.kind == .notification, method == "notifications/progress" {
      return progress(message, line, into: &actions)
    }
    // What no request is likely to be about goes where the client listens to everything.
    let isAside = Self.aside.contains(method)
    if isAside, let number = standing.last { return send(line.copied, on: number, into: &actions) }
    if isStateless, isAside { return }
    if isStateless, message.kind == .request {
      // A client of that era takes none.
      if let id = message.id { actions.append(.toGate(Self.unheard(Array(line.copied[id])))) }
      return
    }
    if let number = newestPost { return pass(line.copied, on: number, into: &actions) }
    if let number = standing.last { return send(line.copied, on: number, into: &actions) }
    guard !isStateless else { return }
    if let lost = unsent.append(line.copied, request: message.kind == .request ? message.id : nil) {
      for id in lost { actions.append(.toGate(Self.unheard(id))) }
    }
  }

  /// The newest request that is not answered and can be told something before it is.
  private var newestPost: UInt64? {
    posts.last { number in
      guard let stream = streams[number] else { return false }
      return stream.exchange != nil && !stream.isAnswered && stream.accepted.events
    }
  }

  private mutating func progress(_ message: WireMessage, _ line: Span<UInt8>, into actions: inout [Action]) {
    guard let token = JSONNode.read(part: message.params, of: line)?["progressToken"] else { return }
    if isStateless {
      guard let number = WireID.ours(token.range, line), let text = streams[number]?.token else { return }
      var whole: [UInt8] = []
      whole.appendNotification(message, line, edits: [WireEdit(token.range, Array(text.utf8))])
      return pass(whole.withoutNewline, on: number, into: &actions)
    }
    if let number = byToken[WireID.key(token.range, line)] { pass(line.copied, on: number, into: &actions) }
  }

  private static let aside: Set<ExactText> = [
    "notifications/tools/list_changed", "notifications/resources/list_changed", "notifications/prompts/list_changed",
    "notifications/resources/updated",
  ]

  private static func unheard(_ id: [UInt8]) -> [UInt8] {
    var line: [UInt8] = []
    line.appendError(
      code: WireRefusal.Code.internalError.rawValue, message: "[gatehouse] the client listens to no stream", id: id)
    return line.withoutNewline
  }

  // MARK: Details

  /// Tells something on a POST's stream, which it is from then on.
  private mutating func pass(_ message: [UInt8], on number: UInt64, into actions: inout [Action]) {
    guard let stream = streams[number] else { return }
    if !stream.isEvents {
      guard stream.accepted.events, stream.exchange != nil else { return }
      begin(number, into: &actions)
    }
    send(message, on: number, into: &actions)
  }

  /// A stream is over, and its client told so.
  mutating func end(_ number: UInt64, into actions: inout [Action]) {
    if let exchange = streams[number]?.exchange { actions.append(.finish(exchange)) }
    forget(number)
  }

  mutating func forget(_ number: UInt64) {
    guard let stream = streams.removeValue(forKey: number) else { return }
    if let exchange = stream.exchange { byExchange[exchange] = nil }
    stream.keys.forEach { byKey[$0] = nil }
    for token in stream.tokens where byToken[token] == number { byToken[token] = nil }
    if stream.isStanding {
      standing.removeAll { $0 == number }
    } else if let place = posts.lastIndex(of: number) {
      posts.remove(at: place)
    }
  }
}

extension HTTPStreams {
  /// One HTTP request that is answered, or was until its client went away.
  struct Stream: Sendable {
    /// Nil while no client is connected to it.
    var exchange: Exchange?
    var accepted: HTTPHead.Accepted
    /// Whether the answer has begun as a stream of events.
    var isEvents = false
    /// Whether it is a GET's.
    var isStanding = false
    /// The requests that are to be answered on it.
    var keys = RequestKeys()
    var tokens: [ExactText] = []
    /// The number of its last event.
    var events: UInt64 = 0
    /// Answers of a batch that go out together.
    var parts: [UInt8]?
    /// What a stateless client calls its request and its progress.
    var id: ExactText = ""
    var token: ExactText?
    var isSubscription = false

    var isAnswered: Bool { keys.isEmpty && !isStanding }
    /// Who is given the last answer as it is, the only one of its body.
    var awaiting: Exchange? { isAnswered && !isEvents && parts == nil ? exchange : nil }
  }

  /// The requests that came in one POST: nearly always one, for which a set would be made in each call.
  struct RequestKeys: Sendable {
    private var first: ExactText?
    private var others: Set<ExactText> = []

    var isEmpty: Bool { first == nil }
    var count: Int { first == nil ? 0 : 1 + others.count }

    mutating func insert(_ key: ExactText) {
      if first == nil { first = key } else if first != key { others.insert(key) }
    }

    mutating func remove(_ key: ExactText) {
      if first == key { first = others.popFirst() } else { others.remove(key) }
    }

    func forEach(_ body: (ExactText) -> Void) {
      if let first { body(first) }
      others.forEach(body)
    }
  }
}
