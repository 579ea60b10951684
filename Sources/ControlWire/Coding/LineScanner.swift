internal import JSONText

/// Moves over a line of which it is known in which order things stand.
///
/// It is much less work than reading any JSON; a line that is written in another way is none of its business.
struct LineScanner {
  private(set) var position = 0
  /// Whether no string had more in it than printable ASCII.
  private(set) var isPlain = true

  /// Moves past a text if it is next.
  @inline(__always)
  mutating func take(_ text: StaticString, _ bytes: Span<UInt8>) -> Bool {
    let length = text.utf8CodeUnitCount
    guard bytes.count - position >= length else { return false }
    for offset in 0..<length {
      let wanted = unsafe text.utf8Start[offset]
      if bytes[position + offset] != wanted { return false }
    }
    position += length
    return true
  }

  /// Moves past so many bytes if there are as many.
  mutating func take(_ count: Int, _ bytes: Span<UInt8>) -> Range<Int>? {
    guard bytes.count - position >= count else { return nil }
    position += count
    return position - count..<position
  }

  /// Moves past the rest of a string, whose opening quote is behind, and its closing quote; gives what is between them.
  mutating func string(_ bytes: Span<UInt8>) -> Range<Int>? {
    let start = position
    var end = bytes.endOfPlainText(from: start)
    while end < bytes.count, bytes[end] != 0x22 {
      isPlain = false
      end = bytes.firstQuoteOrBackslash(from: end, to: bytes.count)
      if end < bytes.count, bytes[end] == 0x5C { end += 2 }
    }
    guard end < bytes.count else { return nil }
    position = end + 1
    return start..<end
  }

  /// Moves past a whole number without a sign that has at most 18 digits.
  mutating func number(_ bytes: Span<UInt8>) -> Int? {
    let start = position
    var value = 0
    while position < bytes.count, position - start < 18 {
      let digit = bytes[position] &- 0x30
      guard digit < 10 else { break }
      value = value * 10 + Int(digit)
      position += 1
    }
    guard position > start, position - start == 1 || bytes[start] != 0x30 else { return nil }
    // Nothing that goes on is such a number.
    guard position < bytes.count, bytes[position] == 0x2C || bytes[position] == 0x7D else { return nil }
    return value
  }

  /// Moves past all that is left but the line's closing brace.
  mutating func takeAllButBrace(_ bytes: Span<UInt8>) -> Range<Int>? {
    guard bytes.count - position >= 2 else { return nil }
    let start = position
    position = bytes.count - 1
    return start..<position
  }

  /// Whether all was moved past.
  func isAtEnd(_ bytes: Span<UInt8>) -> Bool { position == bytes.count }
}
