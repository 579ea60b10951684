/// Reads the requests of one connection, one after the other, from whatever pieces their bytes come in.
///
/// It is as strict as the standard allows: what two servers could read in two ways is refused, and nothing is mended.
/// After a refusal nothing more is read.
package struct HTTPRequestReader: Sendable {
  package enum Event: Hashable, Sendable {
    /// The body is still to come.
    case head(HTTPHead)
    /// The whole body of the request whose head came before, empty where it has none.
    case body([UInt8])
    case refused(HTTPRefusal)
  }

  private enum State: Hashable, Sendable {
    /// Leads to `body` with the first head.
    case head
    case body(left: Int)
    case chunkSize
    case chunk(left: Int)
    case chunkEnd
    /// Behind the last chunk.
    case trailer
    case refused
  }

  private let limits: HTTPLimits
  private var state = State.head
  /// What came and is not used; from `start` on.
  private var buffer: [UInt8] = []
  private var start = 0
  /// Up to here it was looked for the end of a line.
  private var searched = 0
  /// The lines of the head that are whole, from `start` on.
  private var lines: [Range<Int>] = []
  private var body: [UInt8] = []
  /// How much stood beside the data of the chunks.
  private var beside = 0
  /// The last head: nearly all that a connection brings are alike.
  private var known: (text: KnownHead, head: HTTPHead)?
  /// Whether the head that was told of last says what the one before it said, but for the length of the body.
  package private(set) var isRepeated = false

  package init(_ limits: HTTPLimits = HTTPLimits()) { self.limits = limits }

  /// How many bytes came that no event has told of.
  package var unread: Int { buffer.count - start }
  /// How much memory it holds for what comes.
  package var memory: Int { buffer.capacity + body.capacity }
  /// Whether it is between two requests, and nothing of the next one is there.
  package var isIdle: Bool { state == .head && unread == 0 }
  /// Whether a head was told of and its body is not whole.
  package var isInBody: Bool {
    switch state {
    case .body, .chunkSize, .chunk, .chunkEnd, .trailer: true
    case .head, .refused: false
    }
  }

  package mutating func feed(_ bytes: Span<UInt8>) {
    guard state != .refused else { return }
    if start == buffer.count {
      buffer.removeAll(keepingCapacity: buffer.capacity <= 64 << 10)
      start = 0
      searched = 0
    } else if start > Self.mostUsed {
      buffer.removeFirst(start)
      lines = lines.map { $0.lowerBound - start..<$0.upperBound - start }
      searched -= start
      start = 0
    }
    unsafe bytes.withUnsafeBufferPointer { unsafe buffer.append(contentsOf: $0) }
  }

  /// Gives the memory back that nothing is in, but for the little that the next request needs.
  package mutating func trim() {
    guard unread == 0 else { return }
    buffer.removeAll(keepingCapacity: buffer.capacity <= Self.keptMemory)
    start = 0
    searched = 0
    if !isInBody { body = [] }
    lines.removeAll(keepingCapacity: lines.capacity <= 32)
  }

  /// The next event; nil where more bytes have to come.
  package mutating func next() -> Event? {
    do throws(HTTPRefusal) {
      return try advance()
    } catch {
      state = .refused
      buffer = []
      body = []
      lines = []
      known = nil
      start = 0
      searched = 0
      return .refused(error)
    }
  }

  private mutating func advance() throws(HTTPRefusal) -> Event? {
    while true {
      switch state {
      case .refused: return nil
      case .head: return try readHead().map { .head($0) }
      case .body(let left):
        let taken = min(left, unread)
        take(taken)
        guard taken == left else {
          state = .body(left: left - taken)
          return nil
        }
        return finishBody()
      case .chunkSize:
        guard let line = try nextLine(limit: Self.chunkLine) else { return nil }
        let size = try chunkSize(line)
        guard body.count + size <= limits.body else { throw tooLarge }
        state = size == 0 ? .trailer : .chunk(left: size)
      case .chunk(let left):
        let taken = min(left, unread)
        take(taken)
        guard taken == left else {
          state = .chunk(left: left - taken)
          return nil
        }
        state = .chunkEnd
      case .chunkEnd:
        guard unread >= 2 else {
          guard unread == 0 || buffer[start] == 0x0D else { throw Self.badChunk }
          return nil
        }
        guard buffer[start] == 0x0D, buffer[start + 1] == 0x0A else { throw Self.badChunk }
        start += 2
        searched = start
        state = .chunkSize
      case .trailer:
        guard let line = try nextLine(limit: limits.line) else { return nil }
        if line.isEmpty { return finishBody() }
        try checkTrailer(line)
      }
    }
  }

  // MARK: The head

  private mutating func readHead() throws(HTTPRefusal) -> HTTPHead? {
    if lines.isEmpty, let head = takeKnown() { return try begin(head) }
    while true {
      let from = lines.last.map { $0.upperBound + 2 } ?? start
      let isFirst = lines.isEmpty
      let limit = isFirst ? limits.requestLine : limits.line
      let found = buffer[max(from, searched)...].firstIndex(of: 0x0A)
      let end = found ?? buffer.count
      guard end - from <= limit + 1 else {
        throw HTTPRefusal(isFirst ? .targetTooLong : .headTooLarge, "a line of the head is too long")
      }
      guard end - start <= limits.head else { throw HTTPRefusal(.headTooLarge, "the head is too long") }
      guard let found else {
        searched = buffer.count
        return nil
      }
      searched = found + 1
      guard found > from, buffer[found - 1] == 0x0D else { throw Self.bareNewline }
      let line = from..<found - 1
      guard !buffer[line].contains(0x0D) else { throw Self.bareNewline }
      guard line.isEmpty else {
        guard lines.count <= limits.fields else { throw HTTPRefusal(.headTooLarge, "the head has too many fields") }
        lines.append(line)
        continue
      }
      let offset = start
      let head = try HTTPHead(
        Array(buffer[offset..<line.lowerBound]), lines: lines.map { $0.lowerBound - offset..<$0.upperBound - offset })
      start = searched
      lines.removeAll(keepingCapacity: true)
      isRepeated = false
      known = KnownHead(head.bytes, head.fields, hasLength: head.hasLength).map { ($0, head) }
      return try begin(head)
    }
  }

  /// The next head where it is whole and says what the last one said.
  private mutating func takeKnown() -> HTTPHead? {
    guard let known, let reading = known.text.reading(of: buffer.span.extracting(start...)) else { return nil }
    var head = known.head
    if case .length(let length) = reading {
      head.bytes = known.text.bytes(with: buffer.span.extracting(start...))
      head.body = .length(length)
    }
    start += known.text.end
    searched = start
    isRepeated = true
    return head
  }

  private mutating func begin(_ head: HTTPHead) throws(HTTPRefusal) -> HTTPHead {
    beside = 0
    switch head.body {
    case .none: state = .body(left: 0)
    case .length(let length):
      guard length <= limits.body else { throw tooLarge }
      state = .body(left: length)
    case .chunks: state = .chunkSize
    }
    return head
  }

  /// The next line without its end, used up; nil where it is not whole.
  private mutating func nextLine(limit: Int) throws(HTTPRefusal) -> ArraySlice<UInt8>? {
    let found = buffer[max(start, searched)...].firstIndex(of: 0x0A)
    let end = found ?? buffer.count
    guard end - start <= limit + 1 else { throw HTTPRefusal(.badRequest, "a line between chunks is too long") }
    guard let found else {
      searched = buffer.count
      return nil
    }
    guard found > start, buffer[found - 1] == 0x0D else { throw Self.bareNewline }
    let line = buffer[start..<found - 1]
    guard !line.contains(0x0D) else { throw Self.bareNewline }
    start = found + 1
    searched = start
    return line
  }

  // MARK: The body

  private mutating func take(_ count: Int) {
    body.append(contentsOf: buffer[start..<start + count])
    start += count
    searched = start
  }

  private mutating func finishBody() -> Event {
    var whole: [UInt8] = []
    swap(&whole, &body)
    state = .head
    return .body(whole)
  }

  /// The number before a chunk; what is behind a semicolon is checked and means nothing.
  private mutating func chunkSize(_ line: ArraySlice<UInt8>) throws(HTTPRefusal) -> Int {
    let digits = line.prefix { $0.hexadecimal != nil }
    guard 1...8 ~= digits.count else { throw Self.badChunk }
    let rest = line.dropFirst(digits.count)
    if let first = rest.first {
      guard first == 0x3B, rest.allSatisfy(\.isValueCharacter) else { throw Self.badChunk }
      try count(beside: rest.count)
    }
    return digits.reduce(0) { $0 << 4 | ($1.hexadecimal ?? 0) }
  }

  /// A field behind the last chunk has to be one, and is forgotten.
  private mutating func checkTrailer(_ line: ArraySlice<UInt8>) throws(HTTPRefusal) {
    try count(beside: line.count + 2)
    guard let colon = line.firstIndex(of: 0x3A), colon > line.startIndex,
      line[..<colon].allSatisfy(\.isTokenCharacter), line[colon...].allSatisfy(\.isValueCharacter)
    else { throw HTTPRefusal(.badRequest, "a line behind the last chunk is no field") }
  }

  private mutating func count(beside more: Int) throws(HTTPRefusal) {
    beside += more
    guard beside <= limits.beside else { throw HTTPRefusal(.badRequest, "there is too much beside the chunks") }
  }

  /// How much that is used up is kept in front of what is not.
  private static let mostUsed = 64 << 10
  private static let keptMemory = 4 << 10
  private static let chunkLine = 1 << 10
  private static let badChunk = HTTPRefusal(.badRequest, "a chunk is none")
  private static let bareNewline = HTTPRefusal(.badRequest, "a line does not end with one CR and one LF")
  private var tooLarge: HTTPRefusal {
    HTTPRefusal(.contentTooLarge, "the body has more than \(limits.body) bytes")
  }
}
