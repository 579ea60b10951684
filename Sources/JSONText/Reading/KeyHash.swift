/// The hash by which the keys of an object are told apart, eight bytes at a time.
///
/// Two different keys of one hash would only refuse a message that nobody writes by accident; equal keys are always
/// found. It is never written down.
enum KeyHash {
  static let basis: UInt64 = 0xcbf2_9ce4_8422_2325

  /// Goes on with the next eight bytes, the first of them lowest; behind the end there are zeros.
  @inline(__always)
  static func mixed(_ hash: UInt64, _ word: UInt64) -> UInt64 {
    let product = (hash ^ word) &* 0x9E37_79B9_7F4A_7C15
    return product ^ product >> 29
  }

  /// Ends with how many bytes there were.
  @inline(__always)
  static func finished(_ hash: UInt64, _ count: Int) -> UInt64 { mixed(hash, UInt64(truncatingIfNeeded: count)) }

  static func of(_ bytes: [UInt8]) -> UInt64 {
    var hash = basis
    var start = 0
    while start < bytes.count {
      var word: UInt64 = 0
      for index in start..<min(start + 8, bytes.count) { word |= UInt64(bytes[index]) << UInt64(8 * (index - start)) }
      hash = mixed(hash, word)
      start += 8
    }
    return finished(hash, bytes.count)
  }
}

/// Eight bytes of text at once.
struct TextWord {
  private static let ones: UInt64 = 0x0101_0101_0101_0101
  private static let highs: UInt64 = 0x8080_8080_8080_8080

  let bits: UInt64

  /// How many of its first bytes are plain text of a JSON string: no quote, backslash or control character, and ASCII.
  @inline(__always)
  var plainCount: Int {
    let quote = bits ^ 0x22 &* Self.ones
    let backslash = bits ^ 0x5C &* Self.ones
    // The lowest that is marked is right; a borrow may mark others above it.
    let marks =
      (quote &- Self.ones) & ~quote | (backslash &- Self.ones) & ~backslash | (bits &- 0x20 &* Self.ones) & ~bits | bits
    return (marks & Self.highs).trailingZeroBitCount / 8
  }

  /// The first bytes, up to seven, with zeros behind them.
  @inline(__always)
  func first(_ count: Int) -> TextWord { TextWord(bits: bits & (1 << UInt64(8 * count) &- 1)) }

  /// The same with its letters small; there must be ASCII only.
  @inline(__always)
  var lowercased: TextWord {
    let fromA = bits &+ 0x3F &* Self.ones
    let behindZ = bits &+ 0x25 &* Self.ones
    return TextWord(bits: bits | (fromA & ~behindZ & Self.highs) >> 2)
  }
}

extension Span<UInt8> {
  /// The eight bytes from a place on.
  @inline(__always)
  func word(at place: Int) -> TextWord {
    // Bytes are words as well as anything else, and the range is checked.
    TextWord(bits: UInt64(littleEndian: unsafe bytes.unsafeLoadUnaligned(fromByteOffset: place, as: UInt64.self)))
  }
}
