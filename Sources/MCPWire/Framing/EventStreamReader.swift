/// Reads a stream of server-sent events, as the WHATWG's HTML standard has it, however its bytes are cut.
///
/// Nothing of an event over the limit is kept: the stream is then of no more use, and `isOversized` says so.
package struct EventStreamReader: Sendable {
  /// One event that the stream dispatched.
  package struct Event: Hashable, Sendable {
    /// Empty for the usual `message`.
    package var name: [UInt8]
    /// The lines of its data, with a line feed between each two.
    package var data: [UInt8]

    package init(name: [UInt8] = [], data: [UInt8]) {
      self.name = name
      self.data = data
    }

    /// Whether it is of the kind that carries messages.
    package var isMessage: Bool { name.isEmpty || name.elementsEqual("message".utf8) }
  }

  /// The id that stands for all that was dispatched so far; empty where the server gives none.
  package private(set) var lastID: [UInt8] = []
  /// How many milliseconds the server wants a client to wait before it comes again.
  package private(set) var retry: Int64?
  /// An event was longer than may be; nothing is read any more.
  package private(set) var isOversized = false

  private let limit: Int
  /// What is here of the line that is being read.
  private var line: [UInt8] = []
  private var name: [UInt8] = []
  private var data: [UInt8] = []
  private var hasData = false
  private var id: [UInt8] = []
  /// How many bytes of a byte order mark the stream has begun with; nil once that is over.
  private var markBytes: Int? = 0
  /// The last byte was a carriage return: a line feed that follows belongs to it.
  private var hasReturned = false

  /// Longer ids than this are not taken: they go back in a header.
  package static let longestID = 1_024
  /// Nobody waits longer than this for a server's sake.
  private static let longestRetry: Int64 = 3_600_000

  package init(limit: Int = WireLimits.line) { self.limit = max(1, limit) }

  /// Takes the next bytes of the stream, and gives the events that end in them.
  package mutating func feed(_ bytes: Span<UInt8>) -> [Event] {
    var events: [Event] = []
    var index = 0
    while index < bytes.count, markBytes != nil { skipMark(bytes[index], &index) }
    while index < bytes.count, !isOversized {
      if hasReturned {
        hasReturned = false
        if bytes[index] == 0x0A {
          index += 1
          continue
        }
      }
      var end = index
      while end < bytes.count, bytes[end] != 0x0A, bytes[end] != 0x0D { end += 1 }
      guard line.count + data.count + (end - index) <= limit else {
        isOversized = true
        (line, data) = ([], [])
        break
      }
      unsafe bytes.extracting(index..<end).withUnsafeBufferPointer { unsafe line.append(contentsOf: $0) }
      guard end < bytes.count else { break }
      hasReturned = bytes[end] == 0x0D
      index = end + 1
      if let event = takeLine() { events.append(event) }
    }
    return events
  }

  /// Passes over a byte order mark at the very beginning, and over nothing else.
  private mutating func skipMark(_ byte: UInt8, _ index: inout Int) {
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    guard let count = markBytes else { return }
    if byte == mark[count] {
      index += 1
      markBytes = count == 2 ? nil : count + 1
    } else {
      line = Array(mark[..<count])
      markBytes = nil
    }
  }

  private mutating func takeLine() -> Event? {
    defer { line.removeAll(keepingCapacity: line.capacity <= Self.keptCapacity) }
    guard !line.isEmpty else { return dispatch() }
    let colon = line.firstIndex(of: 0x3A) ?? line.endIndex
    var start = min(colon + 1, line.endIndex)
    if start < line.endIndex, line[start] == 0x20 { start += 1 }
    take(field: line[..<colon], start)
    return nil
  }

  private mutating func take(field: ArraySlice<UInt8>, _ start: Int) {
    if field.elementsEqual("data".utf8) {
      if hasData { data.append(0x0A) }
      hasData = true
      data.append(contentsOf: line[start...])
    } else if field.elementsEqual("event".utf8) {
      name = Array(line[start...])
    } else if field.elementsEqual("id".utf8) {
      // One that cannot be a header's value could not be given back.
      let value = line[start...]
      if value.count <= Self.longestID, value.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) { id = Array(value) }
    } else if field.elementsEqual("retry".utf8) {
      let digits = line[start...]
      guard !digits.isEmpty, digits.allSatisfy({ 0x30...0x39 ~= $0 }) else { return }
      let value = digits.count > 9 ? Self.longestRetry : digits.reduce(0) { $0 * 10 + Int64($1 - 0x30) }
      retry = min(value, Self.longestRetry)
    }
  }

  private mutating func dispatch() -> Event? {
    lastID = id
    defer {
      name = []
      data = []
      hasData = false
    }
    return hasData ? Event(name: name, data: data) : nil
  }

  private static let keptCapacity = 1 << 16
}
