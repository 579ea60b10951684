internal import JSONText
internal import MCPWire
internal import Policy

/// What nearly all requests in flight are, in a few words that are copied at once and belong to nobody else: the call of
/// a tool that the session has called before, which holds nothing of limits and began as no task.
struct PlainRequest: Sendable {
  /// Longer ids are kept elsewhere.
  static let longestID = 24

  private let id: (UInt64, UInt64, UInt64)
  /// How long the id is; 0 for no request at all.
  private let length: Int
  let sent: Moment
  /// The number of the decision that let it through.
  let decision: UInt64
  let argumentsDigest: ContentDigest?

  static let none = PlainRequest(length: 0)

  private init(length: Int) {
    id = (0, 0, 0)
    self.length = length
    sent = Moment(microseconds: 0)
    decision = 0
    argumentsDigest = nil
  }

  /// Nil where the id, which has one spelling, is too long.
  init?(id bytes: Span<UInt8>, sent: Moment, decision: UInt64, argumentsDigest: ContentDigest?) {
    guard 1...Self.longestID ~= bytes.count else { return nil }
    id = (Self.word(bytes, 0), Self.word(bytes, 8), Self.word(bytes, 16))
    length = bytes.count
    self.sent = sent
    self.decision = decision
    self.argumentsDigest = argumentsDigest
  }

  /// The bytes from a place on, eight at most, and zeros behind them.
  ///
  /// Copied to memory, they could not be read from there at once as the words that they are.
  @inline(__always)
  private static func word(_ bytes: Span<UInt8>, _ place: Int) -> UInt64 {
    let count = bytes.count - place
    guard count > 0 else { return 0 }
    return unsafe bytes.withUnsafeBytes { bytes in
      if count >= 8 { return unsafe bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self) }
      var word: UInt64 = 0
      if place >= 8 {
        // The last eight bytes, without those that the word before has.
        let last = unsafe bytes.loadUnaligned(fromByteOffset: bytes.count - 8, as: UInt64.self)
        word = last.littleEndian >> UInt64(8 * (8 - count))
      } else {
        for index in (0..<count).reversed() { word = word << 8 | UInt64(unsafe bytes[index]) }
      }
      return word.littleEndian
    }
  }

  var isNone: Bool { length == 0 }

  /// Calls `body` with the id as the client wrote it.
  @inline(__always)
  func withID<Result>(_ body: (Span<UInt8>) -> Result) -> Result {
    unsafe withUnsafeBytes(of: id) { bytes in
      let bytes = unsafe UnsafeRawBufferPointer(rebasing: bytes[..<length])
      return body(unsafe Span<UInt8>(_unsafeBytes: bytes))
    }
  }

  func hasID(_ key: Span<UInt8>) -> Bool {
    guard key.count == length else { return false }
    return withID { id in
      for index in id.indices where id[index] != key[index] { return false }
      return true
    }
  }
}

extension RequestsInFlight.Request {
  /// The same with all that there is to be known of any request.
  init(_ plain: PlainRequest, subject: ExactText) {
    let id = plain.withID { $0.exactText(0..<$0.count) }
    self.init(clientID: id, key: id, method: .toolsCall, sent: plain.sent, isModern: false)
    decision = plain.decision
    self.subject = subject
    argumentsDigest = plain.argumentsDigest
  }
}
