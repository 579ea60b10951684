internal import CSystem
internal import Glibc
internal import HTTPWire
internal import Policy

/// One connection to a server, with at most one request on it.
@LoopActor
final class PlainConnection {
  private let route: PlainRoute
  /// Nil once it is over; nothing here is weak, which would make every use of the object slower for good.
  private var owner: PlainConnections?
  /// How many of the route's addresses were tried.
  private var tried = 0
  private var joining: Descriptor?
  private var watch: Watch?
  private var patience: LoopTimer?
  private var socket: StreamSocket?
  private var number: Int32 = -1
  private var reader = HTTPAnswerReader()
  private var exchange: PlainExchange?
  /// For an answer that comes compressed.
  private var inflater: Inflater?
  private var isCoded = false
  private var isOver = false
  private(set) var lastUse = Loop.shared.now

  private static let connectTime: Int64 = 15_000_000
  private static let highWater = 1 << 20
  /// Whoever is idle for no longer than that has not been looked at by the loop since.
  private static let unseen: Int64 = 50_000

  init(_ route: PlainRoute, owner: PlainConnections) {
    self.route = route
    self.owner = owner
  }

  /// Whether the server has not hung up while nothing was asked.
  var isUsable: Bool {
    guard socket != nil, !isOver else { return false }
    return Loop.shared.now.microseconds(since: lastUse) < Self.unseen || csys_is_silent(number)
  }

  /// Sends a request, when there is a connection.
  func send(_ exchange: PlainExchange) {
    self.exchange = exchange
    exchange.connection = self
    lastUse = Loop.shared.now
    guard let socket else { return join() }
    reader.begin()
    socket.isPaused = exchange.isPaused
    socket.write(&exchange.bytes)
    exchange.bytes = []
  }

  // MARK: Connecting

  private func join() {
    let number = unsafe csys_tcp_connect(route.hosts[tried], Int32(route.port))
    tried += 1
    guard number >= 0 else { return couldNotJoin(errno) }
    joining = Descriptor(owning: number)
    do {
      watch = try Watch(number, .writable) { [self] _ in joined() }
    } catch {
      return couldNotJoin(error.code)
    }
    guard patience == nil else { return }
    patience = Loop.shared.after(microseconds: Self.connectTime) { [self] in
      fail(HTTPFailure(.slowConnection, hasSent: false))
    }
  }

  private func joined() {
    guard let number = joining?.number else { return }
    let error = csys_socket_error(number)
    watch?.cancel()
    watch = nil
    guard error == 0 else { return couldNotJoin(error) }
    guard let descriptor = joining.take() else { return }
    patience?.cancel()
    patience = nil
    do {
      socket = try StreamSocket(
        descriptor, highWater: Self.highWater, received: { [self] in received($0) },
        ended: { [self] in ended() })
    } catch {
      return couldNotJoin(error.code)
    }
    self.number = number
    if let exchange { send(exchange) }
  }

  private func couldNotJoin(_ error: Int32) {
    joining = nil
    guard tried >= route.hosts.count else { return join() }
    // Not from inside whatever has started it.
    Loop.shared.atEndOfTurn { [self] in fail(HTTPFailure(.unreachable(error), hasSent: false)) }
  }

  // MARK: The answer

  private func received(_ bytes: Span<UInt8>) {
    guard exchange != nil else { return close() }
    reader.feed(bytes)
    // What the server has said before on a stream that stays open was there before this.
    owner?.readStreams(before: self)
    while let exchange, !exchange.isOver, let event = reader.next() { take(event, exchange) }
  }

  private func take(_ event: HTTPAnswerReader.Event, _ exchange: PlainExchange) {
    switch event {
    case .head(let head):
      // A compressed answer has a reading of its own each time.
      guard reader.isRepeated && !isCoded || noteCoding(head) else { return fail(HTTPFailure(.encoded, hasSent: true)) }
      exchange.events?.began(head)
    case .body(let part):
      guard let inflater else {
        exchange.events?.received(part.span)
        return
      }
      let isGood = inflater.read(part) { piece in
        exchange.events?.received(piece)
        return !exchange.isOver
      }
      if !isGood { fail(HTTPFailure(.encoded, hasSent: true)) }
    case .end(let keepsConnection):
      if let inflater, !inflater.isWhole { return fail(HTTPFailure(.broken, hasSent: true)) }
      inflater = nil
      self.exchange = nil
      exchange.connection = nil
      lastUse = Loop.shared.now
      if keepsConnection, (socket?.count ?? 1) == 0 { owner?.rests(self) } else { close() }
      exchange.finish(nil)
    case .failed(let failure):
      fail(HTTPFailure(failure == .longHead ? .longHeaders : .broken, hasSent: true))
    }
  }

  /// It was asked for as it is, and is read where it comes otherwise.
  ///
  /// - Returns: Whether it can be read.
  private func noteCoding(_ head: HTTPAnswerHead) -> Bool {
    inflater = nil
    let codings = head.all("content-encoding").filter { !$0.isEmpty && !$0.isEqualIgnoringCase(to: "identity") }
    isCoded = !codings.isEmpty
    guard let coding = codings.first else { return true }
    guard codings.count == 1 else { return false }
    inflater = Inflater(coding.lowered[...])
    return inflater != nil
  }

  private func ended() {
    guard let exchange, !exchange.isOver, let event = reader.ended() else { return close() }
    take(event, exchange)
  }

  /// Whether it is a stream that stays open beside other requests.
  var isStream: Bool { exchange?.isStream ?? false }
  func readNow() { socket?.readNow() }

  func pressureChanged(_ exchange: PlainExchange) {
    if exchange === self.exchange { socket?.isPaused = exchange.isPaused }
  }

  // MARK: The end

  private func fail(_ failure: HTTPFailure) {
    let exchange = exchange
    close()
    exchange?.finish(failure)
  }

  func close() {
    guard !isOver else { return }
    isOver = true
    exchange = nil
    patience?.cancel()
    watch?.cancel()
    watch = nil
    joining = nil
    socket?.close()
    socket = nil
    let owner = owner
    self.owner = nil
    owner?.left(self)
  }
}
