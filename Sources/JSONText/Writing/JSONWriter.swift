/// Writes compact JSON into a byte array; commas and colons are its own business.
///
/// The output never holds a raw control character, so one value is always one line.
package struct JSONWriter: Sendable {
  package private(set) var bytes: [UInt8] = []
  private var needsComma = false

  package init() {}

  /// Empties the writer and keeps its memory.
  package mutating func reset() {
    bytes.removeAll(keepingCapacity: true)
    needsComma = false
  }

  package mutating func beginObject() { open(0x7B) }
  package mutating func endObject() { close(0x7D) }
  package mutating func beginArray() { open(0x5B) }
  package mutating func endArray() { close(0x5D) }

  /// Writes a key of the program's own, which must need no escape.
  package mutating func key(_ key: StaticString) {
    separate()
    bytes.append(0x22)
    unsafe bytes.append(contentsOf: UnsafeBufferPointer(start: key.utf8Start, count: key.utf8CodeUnitCount))
    bytes.append(0x22)
    bytes.append(0x3A)
    needsComma = false
  }

  /// Writes a key that somebody else chose.
  package mutating func key(text key: String) {
    separate()
    JSONWriter.append(key, to: &bytes)
    bytes.append(0x3A)
    needsComma = false
  }

  package mutating func string(_ value: String) {
    separate()
    JSONWriter.append(value, to: &bytes)
  }

  package mutating func integer(_ value: some BinaryInteger) {
    separate()
    guard let small = UInt32(exactly: value) else {
      bytes.append(contentsOf: String(value).utf8)
      return
    }
    var divisor: UInt32 = 1
    while small / divisor >= 10 { divisor *= 10 }
    while divisor > 0 {
      bytes.append(0x30 + UInt8(truncatingIfNeeded: small / divisor % 10))
      divisor /= 10
    }
  }

  /// Writes a string whose characters the caller appends; they must need no escape.
  package mutating func quoted(_ body: (inout [UInt8]) -> Void) {
    separate()
    bytes.append(0x22)
    body(&bytes)
    bytes.append(0x22)
  }

  package mutating func bool(_ value: Bool) {
    separate()
    bytes.append(contentsOf: (value ? "true" : "false").utf8)
  }

  package mutating func null() {
    separate()
    bytes.append(contentsOf: "null".utf8)
  }

  /// Appends text that is one JSON value already, as it is.
  package mutating func raw(_ value: some Sequence<UInt8>) {
    separate()
    bytes.append(contentsOf: value)
  }

  /// Appends a value that was read, with its number spellings and key order.
  package mutating func node(_ node: JSONNode) {
    switch node.content {
    case .null: null()
    case .bool(let value): bool(value)
    case .number(let number): raw(number.text.utf8)
    case .string(let text): string(text.string)
    case .array(let elements):
      beginArray()
      for element in elements { self.node(element) }
      endArray()
    case .object(let members):
      beginObject()
      for member in members {
        key(text: member.key.string)
        self.node(member.value)
      }
      endObject()
    }
  }

  // MARK: Members in one call

  package mutating func member(_ key: StaticString, _ value: String) {
    self.key(key)
    string(value)
  }

  package mutating func member(_ key: StaticString, _ value: some BinaryInteger) {
    self.key(key)
    integer(value)
  }

  package mutating func member(_ key: StaticString, _ value: Bool) {
    self.key(key)
    bool(value)
  }

  /// Writes nothing where there is no value.
  package mutating func member(_ key: StaticString, ifPresent value: String?) {
    guard let value else { return }
    member(key, value)
  }

  package mutating func member(_ key: StaticString, ifPresent value: (some BinaryInteger)?) {
    guard let value else { return }
    member(key, value)
  }

  // MARK: Details

  private mutating func separate() {
    if needsComma { bytes.append(0x2C) }
    needsComma = true
  }

  private mutating func open(_ bracket: UInt8) {
    separate()
    bytes.append(bracket)
    needsComma = false
  }

  private mutating func close(_ bracket: UInt8) {
    bytes.append(bracket)
    needsComma = true
  }

  /// Appends a quoted JSON string.
  ///
  /// Beside what JSON demands, everything is escaped that is not seen but does something: what a terminal obeys (DEL and
  /// U+0080 to U+009F), what turns or hides text, and what some readers of lines take as a line's end. Peers choose the
  /// text, and people print such lines.
  package static func append(_ value: String, to bytes: inout [UInt8]) {
    bytes.append(0x22)
    let isPlain = unsafe value.utf8.withContiguousStorageIfAvailable { text in
      guard unsafe text.allSatisfy({ 0x20..<0x7F ~= $0 && $0 != 0x22 && $0 != 0x5C }) else { return false }
      unsafe bytes.append(contentsOf: text)
      return true
    }
    if isPlain == true {
      bytes.append(0x22)
      return
    }
    for scalar in value.unicodeScalars {
      switch scalar.value {
      case 0x22: bytes.append(contentsOf: [0x5C, 0x22])
      case 0x5C: bytes.append(contentsOf: [0x5C, 0x5C])
      case 0x0A: bytes.append(contentsOf: [0x5C, 0x6E])
      case 0x0D: bytes.append(contentsOf: [0x5C, 0x72])
      case 0x09: bytes.append(contentsOf: [0x5C, 0x74])
      case 0..<0x20, 0x7F...0x9F, 0xAD, 0x061C, 0x180E, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFEFF,
        0xFFF9...0xFFFB:
        let digits = String(scalar.value, radix: 16)
        bytes.append(contentsOf: "\\u".utf8)
        bytes.append(contentsOf: String(repeating: "0", count: 4 - digits.utf8.count).utf8)
        bytes.append(contentsOf: digits.utf8)
      case 0x20..<0x7F: bytes.append(UInt8(truncatingIfNeeded: scalar.value))
      default: bytes.append(contentsOf: Array(String(scalar).utf8))
      }
    }
    bytes.append(0x22)
  }
}

extension JSONNode {
  /// The value as compact JSON.
  package var compact: [UInt8] {
    var writer = JSONWriter()
    writer.node(self)
    return writer.bytes
  }
}
