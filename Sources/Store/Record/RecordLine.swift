internal import JSONText

/// One line of the record as it is read, without its end.
struct RecordLine {
  /// As the line itself tells it.
  private(set) var hash: RecordHash
  /// The number of the event, or of the last event before a line of the record's own.
  private(set) var sequence: UInt64 = 0
  /// Whether the line is an event's and has a number of its own.
  private(set) var isNumbered = false
  /// Whether the line tells of the record itself.
  private(set) var isOwn = false
  /// What the time's text says, in the line's bytes; empty where there is none.
  private(set) var time = 0..<0

  /// How many bytes stand behind the line's text without its closing brace.
  static let ending = RecordHasher.ending.count - 1

  /// Nil for what is no JSON object with a number, or does not end with a hash.
  init?(_ bytes: Span<UInt8>) {
    var cursor = JSONCursor()
    self.init(bytes, &cursor)
  }

  /// Keeps the cursor's memory.
  init?(_ bytes: Span<UInt8>, _ cursor: inout JSONCursor) {
    let bodyEnd = bytes.count - Self.ending
    guard Self.isSealed(bytes),
      let hash = RecordHash(hexadecimal: bytes.extracting((bodyEnd + 9)..<(bodyEnd + 73)))
    else { return nil }
    self.hash = hash
    do throws(JSONError) {
      try read(bytes, &cursor)
    } catch {
      return nil
    }
  }

  /// Takes a line that stands before the one with the hash; nil for what is no JSON object with a number.
  init?(open bytes: Span<UInt8>, _ cursor: inout JSONCursor) {
    hash = .zero
    do throws(JSONError) {
      try read(bytes, &cursor)
    } catch {
      return nil
    }
  }

  /// Whether a line ends with a hash, by its form.
  static func isSealed(_ bytes: Span<UInt8>) -> Bool {
    let start = bytes.count - ending
    guard start > 1 else { return false }
    for index in RecordHasher.member.indices where bytes[start + index] != RecordHasher.member[index] { return false }
    return bytes[bytes.count - 2] == 0x22 && bytes[bytes.count - 1] == 0x7D
  }

  private mutating func read(_ bytes: Span<UInt8>, _ cursor: inout JSONCursor) throws(JSONError) {
    var sequence: UInt64?
    var last: UInt64?
    var time = 0..<0
    var isOwn = false
    cursor.reset()
    try cursor.eachMember(bytes, depth: 0) { cursor, key, depth throws(JSONError) in
      let start = cursor.position
      try cursor.skipValue(bytes, depth: depth)
      let value = start..<cursor.position
      // Keys of the gate's own have no escapes.
      switch key.body.count {
      case 3 where JSONCursor.matches(key, "seq", bytes): sequence = Self.number(bytes, value)
      case 8 where JSONCursor.matches(key, "last_seq", bytes): last = Self.number(bytes, value)
      case 4 where JSONCursor.matches(key, "time", bytes) && value.count > 2:
        time = (value.lowerBound + 1)..<(value.upperBound - 1)
      case 5 where JSONCursor.matches(key, "event", bytes): isOwn = Self.isRecord(bytes, value)
      default: break
      }
    }
    guard cursor.position == bytes.count else { throw JSONError(.unexpectedByte(0x7D), at: cursor.position) }
    self.time = time
    self.isOwn = isOwn
    isNumbered = sequence != nil
    self.sequence = sequence ?? last ?? 0
  }

  private static func isRecord(_ bytes: Span<UInt8>, _ value: Range<Int>) -> Bool {
    let word: StaticString = #""record""#
    guard value.count == word.utf8CodeUnitCount else { return false }
    for index in 0..<value.count where unsafe bytes[value.lowerBound + index] != word.utf8Start[index] { return false }
    return true
  }

  /// A whole number below 2^63, from the text of any JSON value.
  private static func number(_ bytes: Span<UInt8>, _ value: Range<Int>) -> UInt64? {
    guard 1...18 ~= value.count else { return nil }
    var number: UInt64 = 0
    for index in value {
      guard 0x30...0x39 ~= bytes[index] else { return nil }
      number = number * 10 + UInt64(bytes[index] - 0x30)
    }
    return number
  }

  /// The number that a line of the stream begins with.
  static func sequence(of line: Span<UInt8>) -> UInt64? {
    let key: StaticString = #"{"seq":"#
    guard line.count > key.utf8CodeUnitCount else { return nil }
    for index in 0..<key.utf8CodeUnitCount {
      guard unsafe line[index] == key.utf8Start[index] else { return nil }
    }
    var number: UInt64 = 0
    for index in key.utf8CodeUnitCount..<line.count {
      guard 0x30...0x39 ~= line[index] else { return index > key.utf8CodeUnitCount ? number : nil }
      let (ten, high) = number.multipliedReportingOverflow(by: 10)
      let (sum, over) = ten.addingReportingOverflow(UInt64(line[index] - 0x30))
      if high || over { return nil }
      number = sum
    }
    return nil
  }

  /// The number of the last event in a buffer of whole lines; nil where none has one.
  static func lastSequence(in buffer: [UInt8]) -> UInt64? {
    var end = buffer.count
    while end > 0 {
      let start = buffer.span.startOfLine(at: end - 1)
      if let number = sequence(of: buffer.span.extracting(start..<end)) { return number }
      end = start
    }
    return nil
  }
}
