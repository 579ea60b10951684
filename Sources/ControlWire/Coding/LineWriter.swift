internal import JSONText

/// Writes the pieces of a line into memory that has room for all of them.
///
/// It is for the events that every call causes: an array that looks for room and for its owners with each piece takes
/// longer than the call's own reading. Whoever uses it has made room for the longest line that there can be.
@safe struct LineWriter {
  private let start: UnsafeMutableRawPointer
  private let capacity: Int
  private(set) var count: Int

  /// Writes from `count` on.
  @unsafe init(_ start: UnsafeMutableRawPointer, capacity: Int, at count: Int) {
    unsafe self.start = start
    self.capacity = capacity
    self.count = count
  }

  /// How many bytes a string may become, its quotes included.
  static func room(for text: String) -> Int { 6 * text.utf8.count + 2 }

  // MARK: Plain bytes

  @inline(__always)
  mutating func byte(_ byte: UInt8) {
    precondition(count < capacity)
    unsafe start.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
    count += 1
  }

  @inline(__always)
  mutating func bytes(_ bytes: UnsafeRawBufferPointer) {
    guard let source = bytes.baseAddress else { return }
    precondition(bytes.count <= capacity - count)
    unsafe (start + count).copyMemory(from: source, byteCount: bytes.count)
    count += bytes.count
  }

  /// Appends a piece of the program's own text as it is.
  @inline(__always)
  mutating func text(_ text: StaticString) {
    let length = text.utf8CodeUnitCount
    precondition(length <= capacity - count)
    unsafe (start + count).copyMemory(from: text.utf8Start, byteCount: length)
    count += length
  }

  mutating func bytes(_ bytes: [UInt8]) {
    unsafe bytes.withUnsafeBytes { source in
      let source = unsafe source
      unsafe self.bytes(source)
    }
  }

  /// Appends the 64 digits of a digest.
  mutating func hexadecimal(_ digest: ContentDigest) {
    precondition(capacity - count >= 64)
    unsafe digest.write(to: UnsafeMutableRawBufferPointer(start: start + count, count: 64))
    count += 64
  }

  // MARK: Values

  /// Appends a text without quotes that is known to need no escape.
  mutating func plain(_ text: String) {
    unsafe text.utf8Span.span.withUnsafeBytes { source in
      let source = unsafe source
      unsafe bytes(source)
    }
  }

  /// Appends a JSON string with its quotes.
  mutating func string(_ text: String) {
    byte(0x22)
    let isPlain = unsafe text.utf8Span.span.withUnsafeBytes { source in
      let source = unsafe source
      return unsafe copyPlain(source)
    }
    if isPlain { return byte(0x22) }
    count -= 1
    var escaped: [UInt8] = []
    JSONWriter.append(text, to: &escaped)
    bytes(escaped)
  }

  mutating func integer(_ value: UInt64) {
    precondition(capacity - count >= DecimalDigits.room)
    count += unsafe DecimalDigits.write(value, to: start + count)
  }

  mutating func integer(_ value: Int64) {
    if value < 0 { byte(0x2D) }
    integer(value.magnitude)
  }

  // MARK: Details

  /// Copies text that needs no escape, eight bytes at a time; stops at the first that does, and answers false.
  private mutating func copyPlain(_ source: UnsafeRawBufferPointer) -> Bool {
    precondition(source.count <= capacity - count)
    var place = 0
    while place + 8 <= source.count {
      let word = unsafe source.loadUnaligned(fromByteOffset: place, as: UInt64.self)
      guard Self.isPlain(word) else { return false }
      unsafe start.storeBytes(of: word, toByteOffset: count + place, as: UInt64.self)
      place += 8
    }
    while place < source.count {
      let byte = unsafe source.load(fromByteOffset: place, as: UInt8.self)
      guard byte >= 0x20, byte < 0x7F, byte != 0x22, byte != 0x5C else { return false }
      unsafe start.storeBytes(of: byte, toByteOffset: count + place, as: UInt8.self)
      place += 1
    }
    count += source.count
    return true
  }

  /// Whether all eight bytes are printable ASCII beside `"` and `\`.
  @inline(__always)
  private static func isPlain(_ word: UInt64) -> Bool {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let control = word &- 0x20 &* ones
    let quote = (word ^ 0x22 &* ones) &- ones
    let backslash = (word ^ 0x5C &* ones) &- ones
    let delete = (word ^ 0x7F &* ones) &- ones
    // A borrow between the bytes can only come from a byte that is itself not plain.
    return (word | control | quote | backslash | delete) & (0x80 &* ones) == 0
  }
}
