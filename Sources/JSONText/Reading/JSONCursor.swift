/// A strict scanner that moves over bytes without building anything.
///
/// What it accepts, every conforming parser reads the same way: RFC 8259 without its freedoms (no duplicate keys at any
/// depth, no lone surrogates, no byte order mark, no NUL in a key), bounded in depth and number length. The bytes are an
/// argument of every method, so that a cursor can be kept and its memory used again.
package struct JSONCursor: Sendable {
  /// Offset of the next byte.
  package var position: Int
  /// Hashes of the keys of every object that is open, the innermost last, `openCount` of them; the rest is memory.
  var openKeys: [UInt64] = []
  var openCount = 0
  /// The hashes of all keys of the open objects that have many.
  var crowds: [Set<UInt64>] = []
  /// Whether blanks between tokens were met since the last `reset`.
  package private(set) var hasBlanks = false
  /// Whether two keys of one object are refused that careless readers take for one; see `FoldedKey`.
  ///
  /// To be changed between objects only.
  package var foldsKeys = false
  /// At this depth the keys of objects are noted while `foldsKeys` is on.
  package var notedDepth = -1
  /// What was noted since the last `reset`.
  package internal(set) var notedKeys: [NotedKey] = []

  package init(at position: Int = 0) { self.position = position }

  /// Back to the start, for another text; keeps its memory.
  package mutating func reset() {
    position = 0
    hasBlanks = false
    openCount = 0
    if !crowds.isEmpty { crowds = [] }
    foldsKeys = false
    if !notedKeys.isEmpty { notedKeys.removeAll(keepingCapacity: notedKeys.capacity <= 256) }
  }

  /// A string between its quotes.
  package struct StringToken: Sendable, Hashable {
    /// Byte offsets without the quotes.
    package var body: Range<Int>
    package var hasEscapes: Bool
  }

  // MARK: White space and punctuation

  @inline(__always)
  package mutating func skipWhitespace(_ bytes: Span<UInt8>) {
    // Nearly always a token follows at once.
    if position < bytes.count, bytes[position] > 0x20 { return }
    skipBlanks(bytes)
  }

  private mutating func skipBlanks(_ bytes: Span<UInt8>) {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x0A, 0x0D, 0x09: position += 1
      default: return
      }
      hasBlanks = true
    }
  }

  /// The next byte that is not white space, without moving past it.
  @inline(__always)
  package mutating func peek(_ bytes: Span<UInt8>) throws(JSONError) -> UInt8 {
    skipWhitespace(bytes)
    guard position < bytes.count else { throw JSONError(.unexpectedEnd, at: position) }
    return bytes[position]
  }

  @inline(__always)
  package mutating func expect(_ byte: UInt8, _ bytes: Span<UInt8>) throws(JSONError) {
    let found = try peek(bytes)
    guard found == byte else { throw JSONError(.unexpectedByte(found), at: position) }
    position += 1
  }

  /// Checks that only white space follows.
  package mutating func expectEnd(_ bytes: Span<UInt8>) throws(JSONError) {
    skipWhitespace(bytes)
    guard position == bytes.count else { throw JSONError(.trailingBytes, at: position) }
  }

  // MARK: Scalars

  /// Scans a string whose opening quote is next.
  package mutating func scanString(_ bytes: Span<UInt8>) throws(JSONError) -> StringToken {
    try expect(0x22, bytes)
    let start = position
    let end = bytes.endOfPlainText(from: start)
    position = end
    if end < bytes.count, bytes[end] == 0x22 {
      position += 1
      return StringToken(body: start..<end, hasEscapes: false)
    }
    return try scanRest(ofStringAt: start, bytes)
  }

  /// Goes on with a string that is more than plain text.
  private mutating func scanRest(ofStringAt start: Int, _ bytes: Span<UInt8>) throws(JSONError) -> StringToken {
    var hasEscapes = false
    let count = bytes.count
    while true {
      position = bytes.endOfPlainText(from: position)
      guard position < count else { break }
      let byte = bytes[position]
      switch byte {
      case 0x22:
        let end = position
        position += 1
        return StringToken(body: start..<end, hasEscapes: hasEscapes)
      case 0x5C:
        hasEscapes = true
        try skipEscape(bytes)
      case 0x80...:
        repeat { try skipMultibyte(bytes) } while position < count && bytes[position] >= 0x80
      default:
        throw JSONError(.controlCharacterInString(byte), at: position)
      }
    }
    throw JSONError(.unexpectedEnd, at: position)
  }

  private mutating func skipEscape(_ bytes: Span<UInt8>) throws(JSONError) {
    let start = position
    guard position + 1 < bytes.count else { throw JSONError(.unexpectedEnd, at: bytes.count) }
    switch bytes[position + 1] {
    case 0x22, 0x5C, 0x2F, 0x62, 0x66, 0x6E, 0x72, 0x74:
      position += 2
    case 0x75:
      let unit = try Self.hexUnit(bytes, at: position + 2)
      position += 6
      switch unit {
      case 0xD800...0xDBFF:
        guard position + 1 < bytes.count, bytes[position] == 0x5C, bytes[position + 1] == 0x75,
          case 0xDC00...0xDFFF = try Self.hexUnit(bytes, at: position + 2)
        else { throw JSONError(.loneSurrogate, at: start) }
        position += 6
      case 0xDC00...0xDFFF:
        throw JSONError(.loneSurrogate, at: start)
      default: break
      }
    default:
      throw JSONError(.badEscape, at: start)
    }
  }

  /// The value of four hexadecimal digits.
  static func hexUnit(_ bytes: Span<UInt8>, at offset: Int) throws(JSONError) -> UInt32 {
    guard offset + 4 <= bytes.count else { throw JSONError(.unexpectedEnd, at: bytes.count) }
    var unit: UInt32 = 0
    for index in offset..<offset + 4 {
      let digit: UInt8
      switch bytes[index] {
      case let byte where 0x30...0x39 ~= byte: digit = byte - 0x30
      case let byte where 0x41...0x46 ~= byte: digit = byte - 0x41 + 10
      case let byte where 0x61...0x66 ~= byte: digit = byte - 0x61 + 10
      default: throw JSONError(.badEscape, at: index)
      }
      unit = unit << 4 | UInt32(digit)
    }
    return unit
  }

  /// Unicode 15, table 3-7: well-formed UTF-8 byte sequences.
  private mutating func skipMultibyte(_ bytes: Span<UInt8>) throws(JSONError) {
    let first = bytes[position]
    let length: Int
    var second: ClosedRange<UInt8> = 0x80...0xBF
    switch first {
    case 0xC2...0xDF: length = 2
    case 0xE0: (length, second) = (3, 0xA0...0xBF)
    case 0xED: (length, second) = (3, 0x80...0x9F)
    case 0xE1...0xEF: length = 3
    case 0xF0: (length, second) = (4, 0x90...0xBF)
    case 0xF1...0xF3: length = 4
    case 0xF4: (length, second) = (4, 0x80...0x8F)
    default: throw JSONError(.invalidUTF8, at: position)
    }
    guard position + length <= bytes.count, second ~= bytes[position + 1] else {
      throw JSONError(.invalidUTF8, at: position)
    }
    var index = position + 2
    while index < position + length {
      guard bytes[index] & 0xC0 == 0x80 else { throw JSONError(.invalidUTF8, at: position) }
      index += 1
    }
    position += length
  }

  /// Scans a number whose first character is next, and gives its byte range.
  package mutating func scanNumber(_ bytes: Span<UInt8>) throws(JSONError) -> Range<Int> {
    let start = position
    if position < bytes.count, bytes[position] == 0x2D { position += 1 }
    guard position < bytes.count else { throw JSONError(.unexpectedEnd, at: position) }
    switch bytes[position] {
    case 0x30: position += 1
    case 0x31...0x39: skipDigits(bytes)
    default: throw JSONError(.badNumber, at: start)
    }
    if position < bytes.count, bytes[position] == 0x2E {
      position += 1
      guard skipDigits(bytes) > 0 else { throw JSONError(.badNumber, at: start) }
    }
    if position < bytes.count, bytes[position] | 0x20 == 0x65 {
      position += 1
      if position < bytes.count, bytes[position] == 0x2B || bytes[position] == 0x2D { position += 1 }
      guard skipDigits(bytes) > 0 else { throw JSONError(.badNumber, at: start) }
    }
    if position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x0A, 0x0D, 0x09, 0x2C, 0x5D, 0x7D: break
      default: throw JSONError(.badNumber, at: start)
      }
    }
    guard position - start <= JSONLimits.numberLength else { throw JSONError(.numberTooLong, at: start) }
    return start..<position
  }

  @discardableResult
  private mutating func skipDigits(_ bytes: Span<UInt8>) -> Int {
    let start = position
    while position < bytes.count, 0x30...0x39 ~= bytes[position] { position += 1 }
    return position - start
  }

  package mutating func skipLiteral(_ literal: StaticString, _ bytes: Span<UInt8>) throws(JSONError) {
    let start = position
    for offset in 0..<literal.utf8CodeUnitCount {
      guard position < bytes.count else { throw JSONError(.unexpectedEnd, at: position) }
      let wanted = unsafe literal.utf8Start[offset]
      guard bytes[position] == wanted else {
        throw JSONError(.unexpectedByte(bytes[start]), at: start)
      }
      position += 1
    }
  }

  // MARK: Whole values

  /// Moves past one value, checking all of it.
  ///
  /// `depth` is how many values are open around it.
  package mutating func skipValue(_ bytes: Span<UInt8>, depth: Int = 0) throws(JSONError) {
    let byte = try peek(bytes)
    switch byte {
    case 0x22: _ = try scanString(bytes)
    case 0x7B: try skipObject(bytes, depth: depth)
    case 0x5B: try skipArray(bytes, depth: depth)
    case 0x74: try skipLiteral("true", bytes)
    case 0x66: try skipLiteral("false", bytes)
    case 0x6E: try skipLiteral("null", bytes)
    case 0x2D, 0x30...0x39: _ = try scanNumber(bytes)
    default: throw JSONError(.unexpectedByte(byte), at: position)
    }
  }

  private mutating func skipArray(_ bytes: Span<UInt8>, depth: Int) throws(JSONError) {
    guard depth < JSONLimits.depth else { throw JSONError(.tooDeep(limit: JSONLimits.depth), at: position) }
    position += 1
    if try peek(bytes) == 0x5D {
      position += 1
      return
    }
    while true {
      try skipValue(bytes, depth: depth + 1)
      let next = try peek(bytes)
      position += 1
      switch next {
      case 0x2C: continue
      case 0x5D: return
      default: throw JSONError(.unexpectedByte(next), at: position - 1)
      }
    }
  }

  /// Whether a string without escapes is exactly `text`.
  package static func matches(_ token: StringToken, _ text: StaticString, _ bytes: Span<UInt8>) -> Bool {
    // Nearly all keys that are asked about differ in length.
    token.body.count == text.utf8CodeUnitCount && !token.hasEscapes && isEqual(token.body, text, bytes)
  }

  private static func isEqual(_ body: Range<Int>, _ text: StaticString, _ bytes: Span<UInt8>) -> Bool {
    for offset in 0..<text.utf8CodeUnitCount {
      let wanted = unsafe text.utf8Start[offset]
      if bytes[body.lowerBound + offset] != wanted { return false }
    }
    return true
  }

  /// The characters of a string that `scanString` accepted.
  package static func decode(_ token: StringToken, _ bytes: Span<UInt8>) -> String {
    guard token.hasEscapes else {
      return unsafe bytes.withUnsafeBytes { bytes in
        let body = unsafe UnsafeRawBufferPointer(rebasing: bytes[token.body])
        return unsafe String(decoding: body, as: UTF8.self)
      }
    }
    var out: [UInt8] = []
    out.reserveCapacity(token.body.count)
    var index = token.body.lowerBound
    while index < token.body.upperBound {
      let byte = bytes[index]
      guard byte == 0x5C else {
        out.append(byte)
        index += 1
        continue
      }
      let escape = bytes[index + 1]
      index += 2
      switch escape {
      case 0x62: out.append(0x08)
      case 0x66: out.append(0x0C)
      case 0x6E: out.append(0x0A)
      case 0x72: out.append(0x0D)
      case 0x74: out.append(0x09)
      case 0x75:
        var value = (try? hexUnit(bytes, at: index)) ?? 0xFFFD
        index += 4
        if 0xD800...0xDBFF ~= value, let low = try? hexUnit(bytes, at: index + 2) {
          value = 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00)
          index += 6
        }
        out.append(contentsOf: Array(String(Unicode.Scalar(value) ?? "\u{FFFD}").utf8))
      default: out.append(escape)
      }
    }
    return String(decoding: out, as: UTF8.self)
  }
}
