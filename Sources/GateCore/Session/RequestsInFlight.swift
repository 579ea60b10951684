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
    var argumentsDigest: ContentDigest?
    /// What it holds of limits that may get it back.
    var reservation: Reservation?
    /// How many times the server has already asked for more input.
    var round = 0
    /// Whether the client wants a task made of it, as the older era has it.
    var isTask = false
    /// The page that was asked for.
    var cursor: ExactText?
    /// The number of the approval on which it passed; 0 for none.
    var approval: UInt64 = 0

    /// Whether its client can read a tool's result: a client of the older era that wants a task takes nothing but that.
    var takesToolResult: Bool { method == .toolsCall && (isModern || !isTask) }
  }

  /// More than any client has in flight; past it requests are refused.
  static let limit = 65_536
  private static let kept = 1_024

  /// Nil in places that are free, and where there is a plain one; kept for their memory, as the tables are.
  private var requests: [Request?] = []
  private var plain: [PlainRequest] = []
  /// The tools of the plain ones, or of those that had the place before: nearly always the same.
  private var tools: [ExactText] = []
  /// Our numbers of them, 0 in places that are free, and the hashes of their keys.
  private var numbers: [UInt64] = []
  private var hashes: [UInt32] = []
  private var free: [Int] = []
  private var byNumber = PlaceTable()
  private var byKey = PlaceTable()
  private var last: UInt64 = 0

  var count: Int { byNumber.count }
  var isFull: Bool { count >= Self.limit }

  func contains(_ key: ExactText) -> Bool { place(of: key) != nil }

  /// The same by the bytes of a key and their hash.
  func contains(_ key: Span<UInt8>, _ hash: UInt32) -> Bool { place(of: key, hash) != nil }

  /// Our number of the request that the client calls `key`.
  func number(of key: ExactText) -> UInt64? { place(of: key).map { numbers[$0] } }

  subscript(_ number: UInt64) -> Request? { place(of: number).flatMap { request(at: $0) } }

  private func request(at place: Int) -> Request? {
    plain[place].isNone ? requests[place] : Request(plain[place], subject: tools[place])
  }

  /// Takes a request in and gives it a number of ours.
  mutating func insert(_ request: consuming Request) -> UInt64 {
    let hash = NameHash.of(request.key)
    return insert(request, hash)
  }

  /// The same with the hash of its key.
  private mutating func insert(_ request: consuming Request, _ hash: UInt32) -> UInt64 {
    let place = makePlace(hash)
    requests[place] = request
    return last
  }

  /// The same with a plain one, whose tool is `name`; `hash` is that of its id.
  mutating func insert(_ request: PlainRequest, _ hash: UInt32, of name: Span<UInt8>) -> UInt64 {
    let place = makePlace(hash)
    plain[place] = request
    if !tools[place].isEqual(name) { tools[place] = name.exactText(0..<name.count) }
    return last
  }

  private mutating func makePlace(_ hash: UInt32) -> Int {
    last += 1
    let place: Int
    if let reused = free.popLast() {
      place = reused
      numbers[place] = last
      hashes[place] = hash
    } else {
      place = numbers.count
      requests.append(nil)
      plain.append(.none)
      tools.append("")
      numbers.append(last)
      hashes.append(hash)
    }
    byNumber.insert(NameHash.of(last), place)
    byKey.insert(hash, place)
    return place
  }

  /// Takes a plain request out; nil, with nothing done, where there is none or another.
  mutating func removePlain(_ number: UInt64) -> PlainRequest? {
    guard let place = place(of: number), !plain[place].isNone else { return nil }
    let request = plain[place]
    plain[place] = .none
    release(place, number)
    return request
  }

  /// Takes a request out; nil if it is not, or no longer, in flight.
  mutating func remove(_ number: UInt64) -> Request? {
    guard let place = place(of: number) else { return nil }
    let found = plain[place].isNone ? requests[place].take() : request(at: place)
    guard let found else { return nil }
    plain[place] = .none
    release(place, number)
    return found
  }

  private mutating func release(_ place: Int, _ number: UInt64) {
    numbers[place] = 0
    byNumber.remove(NameHash.of(number), place)
    byKey.remove(hashes[place], place)
    free.append(place)
    // Memory for a few stays, and what a flood took is given back.
    if count == 0, numbers.count > Self.kept { forgetAll() }
  }

  /// Takes out all of a kind.
  mutating func removeAll(where isOfKind: (Request) -> Bool) -> [Request] {
    let found = numbers.indices.filter { request(at: $0).map(isOfKind) ?? false }.map { numbers[$0] }.sorted()
    return found.compactMap { remove($0) }
  }

  /// Takes all out, the oldest first.
  mutating func removeAll() -> [Request] {
    let all = numbers.indices.filter { numbers[$0] != 0 }.sorted { numbers[$0] < numbers[$1] }
      .compactMap { request(at: $0) }
    forgetAll()
    return all
  }

  private mutating func forgetAll() {
    let last = last
    self = RequestsInFlight()
    self.last = last
  }

  private func place(of number: UInt64) -> Int? { byNumber.find(NameHash.of(number)) { numbers[$0] == number } }

  private func place(of key: ExactText) -> Int? { place(of: key.string.utf8Span.span, NameHash.of(key)) }

  private func place(of key: Span<UInt8>, _ hash: UInt32) -> Int? {
    byKey.find(hash) { place in
      if !plain[place].isNone { return plain[place].hasID(key) }
      guard let known = requests[place]?.key else { return false }
      return known.isEqual(key)
    }
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
    /// Its id as the server wrote it, if not as it is looked up.
    var written: ExactText?
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
