internal import JSONText
internal import MCPWire
package import Policy

// MARK: What comes over HTTP
extension RemoteConversation {
  /// The answer to an exchange begins.
  package mutating func began(_ number: Int, _ head: RemoteHead, at now: Moment) {
    guard var exchange = exchanges[number] else { return }
    exchange.status = head.status
    exchange.trouble = head.isSuccess ? nil : RemoteTrouble(head)
    exchange.reading = .nothing(0)
    if head.status == 404, exchange.isOfSession, state == .open {
      return end("the server has ended the session (HTTP 404); begin a new one")
    }
    switch exchange.purpose {
    case .request(let asked):
      guard let reading = reading(asked, exchange, head) else {
        exchanges[number] = exchange
        return refuse(number, head, at: now)
      }
      exchange.reading = reading
      exchanges[number] = exchange
      // One that hung up in between sends no head; what follows the handshake waits for its answer.
      if asked.method != .initialize { unblock(number, at: now) }
    case .message(let opensStream):
      exchanges[number] = exchange
      lingering[number] = now.advanced(byMicroseconds: Self.patienceForRest)
      unblock(number, at: now)
      if opensStream, head.isSuccess, sessionID != nil, !streamIsRefused { start(.stream, .get) }
    case .stream:
      if head.status == 200, head.isEventStream {
        exchange.reading = .events([EventStreamReader()])
        exchange.attempts = 0
        exchanges[number] = exchange
      } else {
        // Servers need not have one.
        streamIsRefused = head.status < 500
        cut(number)
        if !streamIsRefused { comeBackLater(exchange, retry: nil, at: now) }
      }
    case .goodbye: exchanges[number] = exchange
    }
  }

  /// How to read the answer to a request; nil where there is nothing to be read.
  private mutating func reading(_ asked: Asked, _ exchange: Exchange, _ head: RemoteHead) -> Reading? {
    guard head.isSuccess else {
      // It may say in JSON what is wrong.
      let isChallenge = head.status == 401 || head.status == 403 && passesChallenges
      return head.isJSON && !exchange.isReturn && head.status >= 400 && !isChallenge ? .json([]) : nil
    }
    if asked.method == .initialize {
      guard !head.hasBadSessionID else { return nil }
      sessionID = head.sessionID
    }
    if head.status == 202 || head.status == 204 { return nil }
    if head.isEventStream { return .events([EventStreamReader()]) }
    return head.isJSON ? .json([]) : nil
  }

  /// More of an answer has come.
  package mutating func received(_ number: Int, _ bytes: Span<UInt8>, at now: Moment) {
    guard let place = exchanges.index(forKey: number) else { return }
    if case .json(var body) = exchanges.values[place].reading, body.isEmpty, bytes.count <= Self.longestProblem {
      // In place, as nearly all of them are.
      unsafe bytes.withUnsafeBufferPointer { unsafe body.append(contentsOf: $0) }
      exchanges.values[place].reading = .json(body)
      return
    }
    var exchange = exchanges.values[place]
    switch exchange.reading {
    case .head: return
    case .nothing(let count):
      let count = count &+ bytes.count
      guard count <= Self.longestProblem else { return cut(number) }
      exchange.reading = .nothing(count)
      exchanges[number] = exchange
    case .json(var body):
      exchange.reading = .nothing(0)
      exchanges[number] = nil
      let isTooLong = body.count + bytes.count > (exchange.status < 300 ? WireLimits.line : Self.longestProblem)
      if !isTooLong { unsafe bytes.withUnsafeBufferPointer { unsafe body.append(contentsOf: $0) } }
      exchange.reading = .json(body)
      exchanges[number] = exchange
      if isTooLong { tooLong(number, exchange, at: now) }
    case .events(var events):
      exchange.reading = .nothing(0)
      exchanges[number] = nil
      let all = events[0].feed(bytes)
      let lastID = events[0].lastID
      if lastID != exchange.lastEvent || !all.isEmpty { exchange.attempts = 0 }
      if !lastID.isEmpty { exchange.lastEvent = lastID }
      let isTooLong = events[0].isOversized
      exchange.reading = .events(events)
      exchanges[number] = exchange
      for event in all where event.isMessage && !event.data.isEmpty {
        guard exchanges[number] != nil else { return }
        take(event.data, number, at: now)
      }
      if isTooLong, exchanges[number] != nil { tooLong(number, exchange, at: now) }
    }
  }

  private mutating func tooLong(_ number: Int, _ exchange: Exchange, at now: Moment) {
    cut(number)
    settle(
      number, exchange.purpose,
      RemoteFailure("the server's answer is longer than a message may be", mayHaveHappened: true), at: now)
  }

  /// An exchange is over, and if there is a failure, before its answer was complete.
  package mutating func finished(_ number: Int, _ failure: RemoteFailure?, at now: Moment) {
    lingering[number] = nil
    guard let exchange = exchanges.removeValue(forKey: number) else { return }
    switch (exchange.purpose, exchange.reading) {
    case (.goodbye, _): end(nil)
    case (.message, _): unblock(number, at: now)
    case (.stream, .events(let events)): comeBackLater(exchange, retry: events[0].retry, at: now)
    case (.stream, _): if !streamIsRefused { comeBackLater(exchange, retry: nil, at: now) }
    case (.request(let asked), _) where asked.isAnswered: unblock(number, at: now)
    case (.request(let asked), .json(let body)) where failure == nil:
      if takeWhole(body, asked, status: exchange.status) { return unblock(number, at: now) }
      exchanges[number] = exchange
      read(body, number, at: now)
      guard let exchange = exchanges.removeValue(forKey: number), case .request(let after) = exchange.purpose else {
        return
      }
      if !after.isAnswered { settle(number, .request(asked), problem(asked, exchange), at: now) }
      unblock(number, at: now)
    case (.request(let asked), .events(let events)):
      goOn(number, asked, exchange, events[0].retry, failure, at: now)
    case (.request(let asked), .nothing):
      settle(number, exchange.purpose, problem(asked, exchange), at: now)
    case (.request, _):
      let failure =
        failure ?? RemoteFailure("the server has closed the connection without an answer", mayHaveHappened: true)
      // Where only the rest of an answer was asked for, the request itself was sent.
      guard !exchange.isReturn else { return goOn(number, asked(of: exchange), exchange, nil, failure, at: now) }
      settle(number, exchange.purpose, failure, at: now)
    }
  }

  private func asked(of exchange: Exchange) -> Asked {
    guard case .request(let asked) = exchange.purpose else { return Asked(id: "", isModern: false) }
    return asked
  }

  // MARK: Messages

  /// Reads a whole answer in JSON.
  private mutating func read(_ body: [UInt8], _ number: Int, at now: Moment) {
    let mayBatch = version.map { $0.elementsEqual("2025-03-26".utf8) } ?? false
    if mayBatch, let parts = try? reader.batch(body.span) {
      for part in parts { take(Array(body[part]), number, at: now) }
    } else {
      take(body, number, at: now)
    }
  }

  /// Takes what nearly every answer is: one result with the request's own id.
  ///
  /// - Returns: Whether it was that; otherwise nothing has been done.
  private mutating func takeWhole(_ body: [UInt8], _ asked: Asked, status: Int) -> Bool {
    guard status < 300, let message = try? reader.read(body.span, from: .server), message.kind == .result,
      let id = message.id, WireID.key(id, body.span) == asked.id
    else { return false }
    note(message, body, asked)
    deliver(body)
    return true
  }

  /// Takes one message of the server's.
  private mutating func take(_ line: [UInt8], _ number: Int, at now: Moment) {
    guard let exchange = exchanges[number] else { return }
    let message: WireMessage
    do throws(WireRefusal) {
      message = try reader.read(line.span, from: .server)
    } catch {
      guard case .request(let asked) = exchange.purpose, exchange.status < 300, !asked.isAnswered else { return }
      cut(number)
      return settle(
        number, exchange.purpose,
        RemoteFailure("the server's answer was refused: \(error.message)", mayHaveHappened: true), at: now)
    }
    switch message.kind {
    case .request, .notification:
      if exchange.status < 300 { deliver(line) }
    case .result, .error:
      guard case .request(var asked) = exchange.purpose, !asked.isAnswered else { return }
      // A problem is often told without the id, or with a made up one: it is the answer to this very exchange.
      let isProblem = message.kind == .error && (message.id == nil || exchange.status >= 300)
      guard exchange.status < 300 || isProblem else { return }
      if isProblem {
        var answer: [UInt8] = []
        answer.appendAnswer(message, line.span, id: asked.id)
        actions.append(.deliver(answer))
      } else if let id = message.id, WireID.key(id, line.span) == asked.id {
        note(message, line, asked)
        deliver(line)
      } else {
        return
      }
      asked.isAnswered = true
      exchanges[number]?.purpose = .request(asked)
      if case .events = exchange.reading { lingering[number] = now.advanced(byMicroseconds: Self.patienceForRest) }
      unblock(number, at: now)
    }
  }

  /// Remembers of an answer what later requests need.
  private mutating func note(_ message: WireMessage, _ line: [UInt8], _ asked: Asked) {
    guard message.kind == .result else { return }
    switch asked.method {
    case .initialize:
      let chosen = HandshakeResult(line.span, result: message.payload).protocolVersion
      version = chosen.flatMap { name in
        let isPlain = 1...32 ~= name.utf8.count && name.utf8.allSatisfy { 0x21...0x7E ~= $0 }
        return isPlain ? Array(name.utf8) : nil
      }
    case .toolsList where asked.isModern:
      if let result = JSONNode.read(part: message.payload, of: line.span) { headers.take(tools: result) }
    default: break
    }
  }

  private mutating func deliver(_ line: [UInt8]) {
    var whole: [UInt8] = []
    whole.reserveCapacity(line.count + 1)
    whole.appendCompact(line.span, 0..<line.count)
    whole.append(0x0A)
    actions.append(.deliver(whole))
  }

  // MARK: Streams that end early

  /// The stream of an answer has ended before the answer: hears the rest of it, if the server keeps it.
  private mutating func goOn(
    _ number: Int, _ asked: Asked, _ exchange: Exchange, _ retry: Int64?, _ failure: RemoteFailure?, at now: Moment
  ) {
    let reason = failure?.text ?? "the server's stream has ended without the answer"
    guard state == .open, !asked.isModern, !exchange.lastEvent.isEmpty, exchange.attempts < Self.mostReturns else {
      return settle(
        number, exchange.purpose,
        RemoteFailure(reason, mayHaveHappened: true, isOutage: failure?.isOutage ?? false), at: now)
    }
    comeBackLater(exchange, retry: retry, at: now)
  }

  private mutating func comeBackLater(_ exchange: Exchange, retry: Int64?, at now: Moment) {
    guard state == .open else { return }
    var exchange = exchange
    exchange.reading = .head
    let wait = retry.map { $0 * 1_000 } ?? Self.firstReturn
    // Not in a tight circle, whatever the server says.
    let least = exchange.attempts == 0 ? Self.leastReturn : Self.firstReturn << min(exchange.attempts - 1, 6)
    exchange.attempts += 1
    let due = now.advanced(byMicroseconds: min(max(wait, least), max(wait, Self.lastReturn)))
    returns.append(Return(due: due, exchange: exchange))
  }

  // MARK: Requests without an answer

  private mutating func refuse(_ number: Int, _ head: RemoteHead, at now: Moment) {
    guard let exchange = exchanges[number], case .request(let asked) = exchange.purpose else { return }
    var failure = problem(asked, exchange)
    if exchange.isReturn {
      cut(number)
      let lost = RemoteFailure(
        "the server's stream has ended without the answer, and does not go on (HTTP \(head.status))",
        mayHaveHappened: true)
      guard head.status < 500 else { return goOn(number, asked, exchange, nil, lost, at: now) }
      return settle(number, exchange.purpose, lost, at: now)
    }
    if head.isSuccess {
      let text =
        head.hasBadSessionID && asked.method == .initialize
        ? "the server gives the session an id that cannot be sent back"
        : head.status == 202 || head.status == 204
          ? "the server has taken the request without an answer (HTTP \(head.status))"
          : "the server's answer is neither JSON nor a stream of events"
      failure = RemoteFailure(text, mayHaveHappened: true)
    }
    cut(number)
    settle(number, exchange.purpose, failure, at: now)
  }

  /// Answers a request for the server, and lets go on what waited for that.
  private mutating func settle(_ number: Int, _ purpose: Purpose, _ failure: RemoteFailure, at now: Moment) {
    if case .request(let asked) = purpose { fail(asked, failure) }
    if case .stream = purpose { streamIsRefused = true }
    unblock(number, at: now)
  }

  /// What an HTTP status means for a request.
  private func problem(_ asked: Asked, _ exchange: Exchange) -> RemoteFailure {
    var failure = plainProblem(asked, exchange)
    if passesChallenges, exchange.status == 401 || exchange.status == 403 {
      failure.text = "the server wants its client to log in (HTTP \(exchange.status))"
      failure.challenge = RemoteChallenge(status: exchange.status, fields: exchange.trouble?.challenges ?? [])
    }
    return failure
  }

  private func plainProblem(_ asked: Asked, _ exchange: Exchange) -> RemoteFailure {
    let status = exchange.status
    switch status {
    case 200...299:
      return RemoteFailure("the server's answer belongs to another request", mayHaveHappened: true)
    case 300...399:
      let target = exchange.trouble?.redirect.map { " to `\($0)`" } ?? ""
      return RemoteFailure(
        "the server redirects\(target) (HTTP \(status)), which is not followed; if that is the right address, register it",
        mayHaveHappened: false)
    case 401:
      let text =
        hasCredentials
        ? "the server does not accept the credentials that its entry in the registry gives it (HTTP 401)"
        : "the server wants credentials (HTTP 401); give its entry in the registry a header, such as "
          + "`--header-env 'Authorization=VARIABLE'`"
      return RemoteFailure(text, mayHaveHappened: false)
    case 403:
      return RemoteFailure(
        "the server forbids this (HTTP 403); see what the headers of its entry in the registry allow",
        mayHaveHappened: false)
    case 429:
      let wait = exchange.trouble?.retryAfter.map { "; try again in \($0) s" } ?? ""
      return RemoteFailure("the server is asked too often (HTTP 429)\(wait)", mayHaveHappened: false)
    case 400, 404, 405:
      guard asked.method == .initialize else { break }
      return RemoteFailure(
        "there is no MCP server of the Streamable HTTP transport at this address (HTTP \(status)); the older transport "
          + "HTTP+SSE of 2024-11-05 is not supported", mayHaveHappened: false)
    default: break
    }
    guard status >= 500 else {
      return RemoteFailure("the server has refused the request (HTTP \(status))", mayHaveHappened: false)
    }
    let wait = exchange.trouble?.retryAfter.map { "; try again in \($0) s" } ?? ""
    return RemoteFailure(
      "the server has failed (HTTP \(status))\(wait)", mayHaveHappened: true, isOutage: 502...504 ~= status)
  }
}
