/// Reads the answer to one request of ours, from whatever pieces its bytes come in.
///
/// What could be read in two ways is refused. A line may end with LF alone, as small servers have it: nothing that comes
/// behind an answer is ever taken for another one.
package struct HTTPAnswerReader: Sendable {
  package enum Event: Hashable, Sendable {
    case head(HTTPAnswerHead)
    /// More of the body.
    case body([UInt8])
    /// The answer is whole; whether the connection may be used again.
    case end(keepsConnection: Bool)
    case failed(Failure)
  }

  package enum Failure: Error, Hashable, Sendable {
    case noAnswer
    case longHead
    /// It ended before its time.
    case cutOff
  }

  private enum State: Hashable, Sendable {
    /// Leads to `head` again behind an answer that is only in between, else to one of the body's.
    case head
    case length(left: Int)
    case chunkSize
    case chunk(left: Int)
    case chunkEnd
    case trailer
    case rest
    case whole
    case over
  }

  private var state = State.head
  private var buffer: [UInt8] = []
  private var start = 0
  /// Where the line of the head begins that is not whole yet.
  private var lineStart = 0
  /// How much stood there that is neither a head's nor a body's.
  private var beside = 0
  private var closes = false
  /// The last head, and what it says of the body: nearly all that a server writes are alike.
  private var known: Known?
  /// Whether the head that was told of last says what the one before it said, but for the length of the body.
  package private(set) var isRepeated = false

  private struct Known: Sendable {
    let text: KnownHead
    let head: HTTPAnswerHead
    let body: HTTPAnswerHead.Body
    let closes: Bool
  }

  private static let longestHead = 64 << 10
  private static let mostBeside = 64 << 10

  package init() {}

  /// Whether nothing of an answer has come.
  package var isFresh: Bool { state == .head && buffer.isEmpty && beside == 0 }

  package mutating func feed(_ bytes: Span<UInt8>) {
    guard state != .over else { return }
    if start == buffer.count {
      buffer.removeAll(keepingCapacity: buffer.capacity <= 64 << 10)
      (start, lineStart) = (0, 0)
    }
    unsafe bytes.withUnsafeBufferPointer { unsafe buffer.append(contentsOf: $0) }
  }

  /// Another answer may begin; the memory is used again.
  package mutating func begin() {
    state = .head
    buffer.removeAll(keepingCapacity: buffer.capacity <= 64 << 10)
    (start, lineStart, beside, closes, isRepeated) = (0, 0, 0, false, false)
  }

  /// The next event; nil where more bytes have to come.
  package mutating func next() -> Event? {
    do throws(Failure) {
      return try advance()
    } catch {
      state = .over
      buffer = []
      return .failed(error)
    }
  }

  /// No more bytes come; what that means.
  package mutating func ended() -> Event? {
    defer { state = .over }
    switch state {
    case .rest: return .end(keepsConnection: false)
    case .over: return nil
    case .head, .length, .chunkSize, .chunk, .chunkEnd, .trailer, .whole: return .failed(.cutOff)
    }
  }

  private mutating func advance() throws(Failure) -> Event? {
    while true {
      switch state {
      case .over: return nil
      case .head: return try readHead().map { .head($0) }
      case .whole:
        state = .over
        return .end(keepsConnection: !closes && start == buffer.count)
      case .length(let left):
        guard left > 0 else {
          state = .whole
          continue
        }
        guard let part = take(atMost: left) else { return nil }
        state = .length(left: left - part.count)
        return .body(part)
      case .rest: return take(atMost: .max).map { .body($0) }
      case .chunkSize:
        guard let line = try nextLine() else { return nil }
        let size = try chunkSize(line)
        state = size == 0 ? .trailer : .chunk(left: size)
      case .chunk(let left):
        guard left > 0 else {
          state = .chunkEnd
          continue
        }
        guard let part = take(atMost: left) else { return nil }
        state = .chunk(left: left - part.count)
        return .body(part)
      case .chunkEnd:
        guard let line = try nextLine() else { return nil }
        guard line.isEmpty else { throw .noAnswer }
        state = .chunkSize
      case .trailer:
        guard let line = try nextLine() else { return nil }
        if line.isEmpty { state = .whole }
      }
    }
  }

  // MARK: The head

  private mutating func readHead() throws(Failure) -> HTTPAnswerHead? {
    if start == lineStart, beside == 0, let head = takeKnown() { return head }
    while true {
      guard let end = try endOfHead() else { return nil }
      let head = try Self.head(Array(buffer[start..<end.head]))
      start = end.next
      lineStart = start
      if 100...199 ~= head.status, head.status != 101 {
        try count(beside: head.bytes.count + 4)
        continue
      }
      guard let body = head.measuredBody(), head.status != 101 else { throw .noAnswer }
      closes = head.lists("close", in: "connection") || Self.isOld(head)
      isRepeated = false
      known = KnownHead(head.bytes, head.fields, hasLength: body.hasLength).map {
        Known(text: $0, head: head, body: body, closes: closes)
      }
      begin(body)
      return head
    }
  }

  private mutating func begin(_ body: HTTPAnswerHead.Body) {
    switch body {
    case .none: state = .whole
    case .length(let length): state = .length(left: length)
    case .chunks: state = .chunkSize
    case .rest: state = .rest
    }
  }

  /// The head where it is whole and says what the last one said.
  private mutating func takeKnown() -> HTTPAnswerHead? {
    guard let known, let reading = known.text.reading(of: buffer.span.extracting(start...)) else { return nil }
    var (head, body) = (known.head, known.body)
    if case .length(let length) = reading {
      head = HTTPAnswerHead(
        status: head.status, bytes: known.text.bytes(with: buffer.span.extracting(start...)), fields: head.fields)
      body = .length(length)
    }
    start += known.text.end
    lineStart = start
    closes = known.closes
    isRepeated = true
    begin(body)
    return head
  }

  /// Where the lines of the head end, and where what follows begins; nil where the head is not whole.
  private mutating func endOfHead() throws(Failure) -> (head: Int, next: Int)? {
    var place = lineStart
    while place < buffer.count {
      if buffer[place] == 0x0A {
        let isEmpty = place == lineStart || (place == lineStart + 1 && buffer[lineStart] == 0x0D)
        if isEmpty {
          guard lineStart > start else { throw .noAnswer }
          guard place - start <= Self.longestHead else { throw .longHead }
          return (lineStart, place + 1)
        }
        lineStart = place + 1
      }
      place += 1
    }
    guard buffer.count - start <= Self.longestHead else { throw .longHead }
    // Whoever speaks something else is known at once.
    for (byte, wanted) in zip(buffer[start...], "HTTP/1.".utf8) where byte != wanted { throw .noAnswer }
    return nil
  }

  private static func isOld(_ head: HTTPAnswerHead) -> Bool {
    // HTTP/1.0, the last character of the version.
    head.bytes.count > 7 && head.bytes[7] == 0x30 && !head.lists("keep-alive", in: "connection")
  }

  private static func head(_ bytes: [UInt8]) throws(Failure) -> HTTPAnswerHead {
    var fields: [HTTPHead.Field] = []
    fields.reserveCapacity(8)
    var status: Int?
    var place = 0
    while place < bytes.count {
      var end = place
      while bytes[end] != 0x0A { end += 1 }
      let line = place..<(end > place && bytes[end - 1] == 0x0D ? end - 1 : end)
      if place == 0 {
        status = try statusOf(bytes[line])
      } else {
        guard let field = HTTPHead.Field(bytes, line) else { throw .noAnswer }
        fields.append(field)
      }
      place = end + 1
    }
    guard let status else { throw .noAnswer }
    return HTTPAnswerHead(status: status, bytes: bytes, fields: fields)
  }

  private static func statusOf(_ line: ArraySlice<UInt8>) throws(Failure) -> Int {
    let line = Array(line)
    guard line.count >= 12, line.starts(with: "HTTP/1.".utf8), line[7] == 0x30 || line[7] == 0x31, line[8] == 0x20,
      line[9...11].allSatisfy({ 0x30...0x39 ~= $0 }), line.count == 12 || line[12] == 0x20,
      line.allSatisfy(\.isValueCharacter)
    else { throw .noAnswer }
    let status = line[9...11].reduce(0) { $0 * 10 + Int($1 - 0x30) }
    guard 100...599 ~= status else { throw .noAnswer }
    return status
  }

  // MARK: The body

  /// What is there of the body, up to a number of bytes; nil for nothing.
  private mutating func take(atMost most: Int) -> [UInt8]? {
    let count = min(most, buffer.count - start)
    guard count > 0 else { return nil }
    let part = Array(buffer[start..<start + count])
    start += count
    return part
  }

  /// The next line without its end, used up; nil where it is not whole.
  private mutating func nextLine() throws(Failure) -> ArraySlice<UInt8>? {
    guard let end = buffer[start...].firstIndex(of: 0x0A) else {
      guard beside + buffer.count - start <= Self.mostBeside else { throw .noAnswer }
      return nil
    }
    let line = buffer[start..<(end > start && buffer[end - 1] == 0x0D ? end - 1 : end)]
    // Some write each chunk with a line of its own; its data is what counts.
    try count(beside: max(0, line.count - 10))
    start = end + 1
    return line
  }

  private func chunkSize(_ line: ArraySlice<UInt8>) throws(Failure) -> Int {
    let digits = line.prefix { $0.hexadecimal != nil }
    let rest = line.dropFirst(digits.count).trimmed
    guard 1...8 ~= digits.count, rest.isEmpty || rest.first == 0x3B, rest.allSatisfy(\.isValueCharacter) else {
      throw .noAnswer
    }
    return digits.reduce(0) { $0 << 4 | ($1.hexadecimal ?? 0) }
  }

  private mutating func count(beside more: Int) throws(Failure) {
    beside += more
    guard beside <= Self.mostBeside else { throw .noAnswer }
  }
}
