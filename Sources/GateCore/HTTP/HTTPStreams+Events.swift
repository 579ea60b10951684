internal import HTTPWire
internal import JSONText
internal import MCPWire

// MARK: Streams of events
extension HTTPStreams {
  /// A client listens; with the id of the last event that it has it goes on from there.
  package mutating func listen(_ exchange: Exchange, after lastEvent: ArraySlice<UInt8>?, into actions: inout [Action])
  {
    // An id that was never given out begins a new stream.
    let place = lastEvent.flatMap(EventReplay.place).flatMap { $0.stream <= last ? $0 : nil }
    let number: UInt64
    if let place {
      number = place.stream
      // The client knows of no other connection to it.
      if let before = streams[number]?.exchange {
        byExchange[before] = nil
        actions.append(.finish(before))
      }
    } else {
      last += 1
      number = last
    }
    let isPost = streams[number].map { !$0.isStanding } ?? log.isOver(number)
    var stream =
      streams[number] ?? Stream(exchange: exchange, accepted: HTTPHead.Accepted(json: false, events: true))
    stream.exchange = exchange
    stream.isStanding = !isPost
    stream.events = max(stream.events, log.last(of: number), place?.event ?? 0)
    streams[number] = stream
    byExchange[exchange] = number
    if !isPost, place == nil || !standing.contains(number) { standing.append(number) }
    begin(number, isPrimed: place == nil, into: &actions)
    for (event, message) in log.messages(of: number, after: place?.event ?? 0) {
      actions.append(.event(exchange, id: EventReplay.id(number, event), message))
    }
    if isPost {
      if stream.isAnswered { end(number, into: &actions) }
      return
    }
    for message in unsent.takeAll() { send(message, on: number, into: &actions) }
  }

  /// A connection has ended before its answer did.
  ///
  /// In the stateless era that takes the request back. In the older one the client may come back for the rest.
  package mutating func closed(_ exchange: Exchange, into actions: inout [Action]) {
    guard let number = byExchange.removeValue(forKey: exchange), var stream = streams[number] else { return }
    stream.exchange = nil
    if isStateless {
      var line = Array("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":".utf8)
      line.append(contentsOf: String(number).utf8)
      line.append(contentsOf: ",\"reason\":\"the client has closed the stream\"}}".utf8)
      actions.append(.toGate(line))
      forget(number)
    } else if stream.isStanding {
      forget(number)
    } else {
      streams[number] = stream
    }
  }

  /// Time has passed: tells clients that are connected that the other side still is.
  ///
  /// Only those whose turn it is, one part of `parts`: thousands at once would hold everybody else up. A request after
  /// `youngest` has not waited yet, and its answer is probably one that comes as a whole.
  package mutating func keepAlive(
    part: Int = 0, of parts: Int = 1, through youngest: Exchange = .max, into actions: inout [Action]
  ) {
    for (exchange, number) in byExchange where exchange % parts == part {
      guard let stream = streams[number] else { continue }
      if stream.isEvents {
        actions.append(.comment(exchange))
      } else if exchange <= youngest, stream.accepted.events, stream.parts == nil {
        begin(number, into: &actions)
      }
    }
  }

  /// The session is over: every stream ends.
  package mutating func endAll(into actions: inout [Action]) {
    for number in streams.keys.sorted() {
      guard let stream = streams[number], let exchange = stream.exchange else { continue }
      if stream.isEvents {
        end(number, into: &actions)
      } else {
        actions.append(.answer(exchange, .notFound, Array(Self.over.utf8)))
        forget(number)
      }
    }
  }

  private static let over =
    #"{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"[gatehouse] the session has ended"}}"#

  // MARK: Details

  mutating func begin(_ number: UInt64, isPrimed: Bool = true, into actions: inout [Action]) {
    guard var stream = streams[number], let exchange = stream.exchange else { return }
    stream.isEvents = true
    actions.append(.begin(exchange))
    if primes, !isStateless, isPrimed {
      stream.events += 1
      actions.append(.event(exchange, id: EventReplay.id(number, stream.events), []))
    }
    streams[number] = stream
  }

  mutating func send(_ message: [UInt8], on number: UInt64, into actions: inout [Action]) {
    guard var stream = streams[number], stream.isEvents else { return }
    stream.events += 1
    streams[number] = stream
    if let exchange = stream.exchange {
      let id = isStateless ? nil : EventReplay.id(number, stream.events)
      actions.append(.event(exchange, id: id, message))
    }
    if !isStateless { log.append(message, stream: number, event: stream.events, isLast: stream.isAnswered) }
  }
}

/// The last events of a session, for clients that come back.
struct EventReplay: Sendable {
  private struct Kept: Sendable {
    let stream: UInt64
    let event: UInt64
    let isLast: Bool
    let message: [UInt8]
  }

  private var kept: [Kept] = []
  private var bytes = 0

  static let mostEvents = 256
  static let mostBytes = 1 << 20

  mutating func append(_ message: [UInt8], stream: UInt64, event: UInt64, isLast: Bool) {
    kept.append(Kept(stream: stream, event: event, isLast: isLast, message: message))
    bytes += message.count
    guard kept.count > 2 * Self.mostEvents || bytes > 2 * Self.mostBytes else { return }
    // Rarely, so that it costs little for each.
    var first = kept.count
    var left = 0
    while first > 0, kept.count - first < Self.mostEvents, left + kept[first - 1].message.count <= Self.mostBytes {
      first -= 1
      left += kept[first].message.count
    }
    kept.removeFirst(first)
    bytes = left
  }

  func messages(of stream: UInt64, after event: UInt64) -> [(event: UInt64, message: [UInt8])] {
    kept.filter { $0.stream == stream && $0.event > event }.map { ($0.event, $0.message) }
  }

  func last(of stream: UInt64) -> UInt64 { kept.last { $0.stream == stream }?.event ?? 0 }

  /// Whether the last answer of a POST's stream is among what is kept.
  func isOver(_ stream: UInt64) -> Bool { kept.contains { $0.stream == stream && $0.isLast } }

  static func id(_ stream: UInt64, _ event: UInt64) -> String { "\(stream)-\(event)" }

  /// The place that an id means; nil for what is none of ours.
  static func place(_ id: ArraySlice<UInt8>) -> (stream: UInt64, event: UInt64)? {
    let parts = id.split(separator: 0x2D, omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy({ 1...18 ~= $0.count && $0.allSatisfy { 0x30...0x39 ~= $0 } }) else {
      return nil
    }
    let numbers = parts.map { $0.reduce(UInt64(0)) { $0 * 10 + UInt64($1 - 0x30) } }
    return numbers[0] > 0 ? (numbers[0], numbers[1]) : nil
  }
}

/// Messages that found no stream, until the client opens one.
struct UnsentMessages: Sendable {
  private var messages: [(bytes: [UInt8], request: [UInt8]?)] = []
  private var bytes = 0

  static let most = 256
  static let mostBytes = 1 << 20

  /// Keeps a message.
  ///
  /// - Returns: The ids of requests for which there is no room any more; nil for none.
  mutating func append(_ message: [UInt8], request: Range<Int>?) -> [[UInt8]]? {
    messages.append((message, request.map { Array(message[$0]) }))
    bytes += message.count
    var lost: [[UInt8]] = []
    while messages.count > Self.most || bytes > Self.mostBytes, !messages.isEmpty {
      let first = messages.removeFirst()
      bytes -= first.bytes.count
      if let id = first.request { lost.append(id) }
    }
    return lost.isEmpty ? nil : lost
  }

  mutating func takeAll() -> [[UInt8]] {
    defer { self = UnsentMessages() }
    return messages.map(\.bytes)
  }
}
