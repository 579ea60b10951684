/// A word of up to 16 bytes, in lower case, kept in two registers.
///
/// Looking words up must cost no allocation: a description has thousands. No word of our lists is longer.
struct Word: Hashable, Sendable {
  private var high: UInt64 = 0
  private var low: UInt64 = 0
  private(set) var count: UInt8 = 0

  static let capacity = 16

  init() {}

  /// Nil for an empty text and for one that is too long.
  init?(_ text: some Sequence<UInt8>) {
    for byte in text where !append(byte) { return nil }
    if count == 0 { return nil }
  }

  /// A number that differs for nearly all words, for a place in a table.
  var mixed: Int {
    let sum = (high ^ (low &* 0x9E37_79B9_7F4A_7C15)) &* 0xD6E8_FEB8_6659_FD93
    return Int(truncatingIfNeeded: sum >> 32)
  }

  /// The word as a text again.
  var text: String {
    String(
      decoding: (0..<UInt64(count)).map { UInt8(truncatingIfNeeded: ($0 < 8 ? high : low) >> (8 * ($0 % 8))) },
      as: UTF8.self)
  }

  /// Adds one byte, capital letters as small ones; false where there is no room.
  mutating func append(_ byte: UInt8) -> Bool {
    guard count < Self.capacity else { return false }
    let small = 0x41...0x5A ~= byte ? byte | 0x20 : byte
    if count < 8 {
      high |= UInt64(small) << (8 * UInt64(count))
    } else {
      low |= UInt64(small) << (8 * UInt64(count - 8))
    }
    count += 1
    return true
  }
}

extension Word: ExpressibleByStringLiteral {
  /// A literal that is too long is cut; it then equals no word of a text.
  init(stringLiteral value: StaticString) {
    self.init()
    for byte in value.description.utf8 where !append(byte) { break }
  }
}
