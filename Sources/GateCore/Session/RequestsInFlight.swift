internal import JSONText
internal import MCPWire
internal import Policy

/// A client's requests that the server has and has not answered; each is taken out exactly once.
struct RequestsInFlight: Sendable {
  struct Request: Sendable {
    /// The id as the client wrote it.
    var clientID: ExactText
    /// The same in one spelling.
    var key: ExactText
    /// Nil for a method that the protocol does not know.
    var method: MCPMethod?
    var sent: Moment
    /// Whether the client asked in the manner of the stateless era.
    var isModern: Bool
    /// The number of the decision that let it through; 0 for plumbing.
    var decision: UInt64 = 0
    /// What the decision was about.
    var subject: ExactText?
    var argumentsDigest: String?
    /// What it holds of limits that may get it back.
    var reservation: Reservation?
    /// How many times the server has already asked for more input.
    var round = 0
    /// Whether the client wants a task made of it, as the older era has it.
    var isTask = false
    /// The page that was asked for.
    var cursor: ExactText?
  }

  /// More than any client has in flight; past it requests are refused.
  static let limit = 65_536

  private var requests: [UInt64: Request] = [:]
  private var numbers: [ExactText: UInt64] = [:]
  private var last: UInt64 = 0

  var count: Int { requests.count }
  var isFull: Bool { requests.count >= Self.limit }

  func contains(_ key: ExactText) -> Bool { numbers[key] != nil }

  /// Our number of the request that the client calls `key`.
  func number(of key: ExactText) -> UInt64? { numbers[key] }

  subscript(_ number: UInt64) -> Request? { requests[number] }

  /// Takes a request in and gives it a number of ours.
  mutating func insert(_ request: Request) -> UInt64 {
    last += 1
    requests[last] = request
    numbers[request.key] = last
    return last
  }

  /// Takes a request out; nil if it is not, or no longer, in flight.
  mutating func remove(_ number: UInt64) -> Request? {
    guard let request = requests.removeValue(forKey: number) else { return nil }
    numbers[request.key] = nil
    return request
  }

  /// Takes out all of a kind.
  mutating func removeAll(where isOfKind: (Request) -> Bool) -> [Request] {
    requests.filter { isOfKind($0.value) }.sorted { $0.key < $1.key }.compactMap { remove($0.key) }
  }

  /// Takes all out, the oldest first.
  mutating func removeAll() -> [Request] {
    let all = requests.sorted { $0.key < $1.key }.map(\.value)
    requests = [:]
    numbers = [:]
    return all
  }
}

/// A server's requests that the client has not answered.
struct ServerRequests: Sendable {
  struct Request: Sendable {
    var sent: Moment
    /// The number of the decision that let it through; 0 for plumbing.
    var decision: UInt64 = 0
    /// What it holds of limits that may get it back.
    var reservation: Reservation?
  }

  static let limit = 1_000

  /// By their ids in one spelling.
  private var requests: [ExactText: Request] = [:]

  var isFull: Bool { requests.count >= Self.limit }

  func contains(_ key: ExactText) -> Bool { requests[key] != nil }

  mutating func insert(_ key: ExactText, _ request: Request) { requests[key] = request }

  mutating func remove(_ key: ExactText) -> Request? { requests.removeValue(forKey: key) }

  mutating func removeAll() -> [Request] {
    defer { requests = [:] }
    return requests.values.sorted { $0.decision < $1.decision }
  }
}
