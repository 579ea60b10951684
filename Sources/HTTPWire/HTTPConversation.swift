/// One connection of a client: which of its requests is to be answered now, and how long it may take for anything.
///
/// Requests are answered one after the other; one that comes early waits. Time is in microseconds of whoever calls.
package struct HTTPConversation: Sendable {
  package struct Patience: Sendable {
    /// For the first byte of the next request.
    package var idle: Int64 = 120_000_000
    /// The same, of a client of which no request was let in.
    package var stranger: Int64 = 10_000_000
    /// From the first byte of a head to its end.
    package var head: Int64 = 10_000_000
    /// For a body, and again for each `bodyPiece` bytes of it.
    package var body: Int64 = 10_000_000
    package var bodyPiece = 64 << 10

    package init() {}
  }

  package enum Event: Hashable, Sendable {
    /// A head that is to be looked at before its body comes.
    case head(HTTPHead)
    /// The request is whole and waits for its answer, which `answered` ends.
    case request(HTTPHead, [UInt8])
    /// To be told to the client, and then the connection ends.
    case refused(HTTPRefusal)
    /// The connection ends without a word.
    case timeUp
  }

  private enum Phase: Hashable, Sendable {
    case idle
    case head
    case body(HTTPHead, pieces: Int)
    case answering
    case over
  }

  private var reader: HTTPRequestReader
  private let patience: Patience
  /// Whether a request of the client was let in.
  package var isKnown = false
  private var phase = Phase.idle
  /// When the client has taken too long; nil while the answer is ours to give.
  package private(set) var deadline: Int64?
  private var bodyBytes = 0

  /// How much may wait behind a request that is not answered.
  package static let mostWaiting = 64 << 10

  package init(_ limits: HTTPLimits = HTTPLimits(), _ patience: Patience = Patience(), at now: Int64) {
    reader = HTTPRequestReader(limits)
    self.patience = patience
    deadline = now + patience.stranger
  }

  /// Whether nothing more is to be read before the present request is answered.
  package var isFull: Bool { isAnswering && hasMuch }
  package var isAnswering: Bool { if case .answering = phase { true } else { false } }
  /// Whether the head that was told of last says what the one before it said, but for the length of the body.
  package var isRepeated: Bool { reader.isRepeated }
  /// Whether as much is there as may wait.
  package var hasMuch: Bool { reader.unread >= Self.mostWaiting }
  /// Whether something of a further request is there.
  package var hasMore: Bool { reader.unread > 0 }
  private var isOver: Bool { if case .over = phase { true } else { false } }
  /// How many bytes are kept of a body that is not whole.
  package var heldBytes: Int {
    if case .body = phase { bodyBytes } else { 0 }
  }

  package mutating func feed(_ bytes: Span<UInt8>, at now: Int64) {
    guard !isOver, !bytes.isEmpty else { return }
    reader.feed(bytes)
    switch phase {
    case .idle: begin(at: now)
    case .body(let head, let pieces):
      bodyBytes += bytes.count
      guard bodyBytes / patience.bodyPiece > pieces else { return }
      phase = .body(head, pieces: bodyBytes / patience.bodyPiece)
      deadline = now + patience.body
    case .head, .answering, .over: break
    }
  }

  /// The next event; nil where bytes or an answer have to come first.
  package mutating func next(at now: Int64) -> Event? {
    if isAnswering || isOver { return nil }
    switch reader.next() {
    case nil: return nil
    case .head(let head)?:
      phase = .body(head, pieces: 0)
      bodyBytes = 0
      deadline = now + patience.body
      return .head(head)
    case .body(let body)?:
      guard case .body(let head, _) = phase else { return nil }
      phase = .answering
      deadline = nil
      return .request(head, body)
    case .refused(let refusal)?:
      end()
      return .refused(refusal)
    }
  }

  /// The present request has its answer.
  package mutating func answered(at now: Int64) {
    guard isAnswering else { return }
    phase = .idle
    deadline = now + (isKnown ? patience.idle : patience.stranger)
    if reader.unread > 0 { begin(at: now) } else { reader.trim() }
  }

  package mutating func timePassed(at now: Int64) -> Event? {
    guard let due = deadline, due <= now else { return nil }
    let phase = phase
    end()
    switch phase {
    case .idle, .answering, .over: return .timeUp
    case .head, .body: return .refused(HTTPRefusal(.requestTimeout, "the request took too long to come"))
    }
  }

  /// Nothing more is read.
  package mutating func end() {
    phase = .over
    deadline = nil
    reader = HTTPRequestReader()
  }

  private mutating func begin(at now: Int64) {
    phase = .head
    deadline = now + patience.head
  }
}
