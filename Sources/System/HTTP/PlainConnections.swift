internal import CSystem
internal import HTTPWire
internal import Policy

/// Talks HTTP/1.1 with a server at a numeric address: connections are kept for its own requests, each for one at a time.
///
/// What libcurl costs for each request is several times what the request itself does; servers of this machine are near
/// enough for that to be felt.
@LoopActor
final class PlainConnections {
  private let route: PlainRoute
  private var open: [ObjectIdentifier: PlainConnection] = [:]
  /// Those without a request; the one that was used last comes last.
  private var idle: [PlainConnection] = []
  /// Those that a stream is open on which stays open.
  private var streams: [PlainConnection] = []
  /// Requests that wait for a connection.
  private var queue: [PlainExchange] = []
  private var isClosed = false
  /// What each POST begins with.
  private let postBeginning: [UInt8]

  private static let mostOpen = 256
  private static let mostIdle = 8
  /// Servers close connections that are idle for five seconds or more; one that is about to be closed is no good.
  private static let longestIdle: Int64 = 4_000_000

  init(_ route: PlainRoute) {
    self.route = route
    postBeginning = Self.beginning(.post, route)
  }

  func start(_ request: HTTPClient.Request, _ events: HTTPExchangeEvents) -> any HTTPExchange {
    let exchange = PlainExchange(bytes(of: request), events, isStream: request.method == .get)
    exchange.owner = self
    if isClosed || !request.headers.areGood {
      // Not from inside whatever has started it.
      Loop.shared.atEndOfTurn { exchange.finish(HTTPFailure(.unusable, hasSent: false)) }
    } else {
      assign(exchange)
    }
    return exchange
  }

  private func bytes(of request: HTTPClient.Request) -> [UInt8] {
    let beginning = request.method == .post ? postBeginning : Self.beginning(request.method, route)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(beginning.count + request.headers.text.count + request.body.count + 32)
    bytes.append(contentsOf: beginning)
    if request.method == .post {
      bytes.append(contentsOf: "Content-Length: ".utf8)
      bytes.append(contentsOf: String(request.body.count).utf8)
      bytes.append(contentsOf: [0x0D, 0x0A])
    }
    bytes.append(contentsOf: request.headers.text)
    bytes.append(contentsOf: [0x0D, 0x0A])
    bytes.append(contentsOf: request.body)
    return bytes
  }

  private nonisolated static func beginning(_ method: HTTPClient.Method, _ route: PlainRoute) -> [UInt8] {
    Array(
      "\(method.rawValue) \(route.target) HTTP/1.1\r\nHost: \(route.authority)\r\nAccept-Encoding: identity\r\n".utf8)
  }

  private func assign(_ exchange: PlainExchange) {
    while let connection = idle.popLast() {
      if Loop.shared.now.microseconds(since: connection.lastUse) < Self.longestIdle, connection.isUsable {
        if exchange.isStream { streams.append(connection) }
        return connection.send(exchange)
      }
      connection.close()
    }
    guard open.count < Self.mostOpen else { return queue.append(exchange) }
    let connection = PlainConnection(route, owner: self)
    open[ObjectIdentifier(connection)] = connection
    if exchange.isStream { streams.append(connection) }
    connection.send(exchange)
  }

  // MARK: What connections and exchanges tell

  /// A connection has nothing to do any more.
  func rests(_ connection: PlainConnection) {
    streams.removeAll { $0 === connection }
    if !queue.isEmpty {
      let next = queue.removeFirst()
      if next.isStream { streams.append(connection) }
      return connection.send(next)
    }
    guard idle.count < Self.mostIdle else { return connection.close() }
    idle.append(connection)
  }

  /// An answer on one connection may have overtaken what its server said first, on another.
  func readStreams(before connection: PlainConnection) {
    guard !connection.isStream else { return }
    for stream in streams where stream !== connection { stream.readNow() }
  }

  func left(_ connection: PlainConnection) {
    streams.removeAll { $0 === connection }
    guard open.removeValue(forKey: ObjectIdentifier(connection)) != nil else { return }
    idle.removeAll { $0 === connection }
    guard !queue.isEmpty, !isClosed else { return }
    assign(queue.removeFirst())
  }

  func cancelled(_ exchange: PlainExchange) { queue.removeAll { $0 === exchange } }

  func close() {
    isClosed = true
    queue = []
    for connection in Array(open.values) { connection.close() }
    (open, idle, streams) = ([:], [], [])
  }
}

/// One request over a plain connection.
@LoopActor
final class PlainExchange: HTTPExchange {
  var bytes: [UInt8]
  private(set) var events: HTTPExchangeEvents?
  /// Both until it is over.
  var owner: PlainConnections?
  var connection: PlainConnection?

  let isStream: Bool

  init(_ bytes: [UInt8], _ events: HTTPExchangeEvents, isStream: Bool) {
    self.bytes = bytes
    self.events = events
    self.isStream = isStream
  }

  var isPaused = false {
    didSet { if isPaused != oldValue { connection?.pressureChanged(self) } }
  }

  var isOver: Bool { events == nil }

  func cancel() {
    guard events != nil else { return }
    events = nil
    if let connection { connection.close() } else { owner?.cancelled(self) }
    (owner, connection) = (nil, nil)
  }

  func finish(_ failure: HTTPFailure?) {
    guard let events else { return }
    self.events = nil
    (owner, connection) = (nil, nil)
    events.finished(failure)
  }
}
