package import JSONText

/// Questions about the id of a message, as it is written.
package enum WireID {
  /// Whether a value that was scanned is a string or an integer.
  package static func isValid(_ range: Range<Int>, _ bytes: Span<UInt8>) -> Bool {
    (range.count >= 2 && bytes[range.lowerBound] == 0x22) || isInteger(range, bytes)
  }

  /// Whether a value that was scanned is a number without a fraction; `1.0` is one, `1e3` is not.
  static func isInteger(_ range: Range<Int>, _ bytes: Span<UInt8>) -> Bool {
    guard let first = range.first, bytes[first] == 0x2D || 0x30...0x39 ~= bytes[first] else { return false }
    var isFraction = false
    for index in range.dropFirst() {
      switch bytes[index] {
      case 0x30: continue
      case 0x31...0x39 where !isFraction: continue
      case 0x2E where !isFraction: isFraction = true
      default: return false
      }
    }
    return true
  }

  /// Whether there is one spelling only, the one that is written.
  package static func isPlain(_ range: Range<Int>, _ bytes: Span<UInt8>) -> Bool {
    guard let first = range.first else { return false }
    guard bytes[first] == 0x22 else { return withoutFraction(range, bytes) == range }
    return bytes.firstQuoteOrBackslash(from: first + 1, to: range.upperBound - 1) == range.upperBound - 1
  }

  /// The id's characters in one spelling, for looking it up; `1` and `"1"` stay different, `1` and `1.0` do not: there
  /// are peers that know no integers, and others that know no fraction of zeros.
  package static func key(_ range: Range<Int>, _ bytes: Span<UInt8>) -> ExactText {
    guard let text = WireText(range, bytes) else { return bytes.exactText(withoutFraction(range, bytes)) }
    guard text.hasEscapes else { return bytes.exactText(range) }
    var canonical: [UInt8] = []
    JSONWriter.append(text.decoded(bytes).string, to: &canonical)
    return ExactText(String(decoding: canonical, as: UTF8.self))
  }

  /// The number of an id of ours that comes back, also where a server turned it into a string or, as those do that know
  /// no integers, into `7.0`.
  package static func ours(_ range: Range<Int>, _ bytes: Span<UInt8>) -> UInt64? {
    var digits = range
    if let text = WireText(range, bytes) { digits = text.body } else { digits = withoutFraction(range, bytes) }
    guard let first = digits.first, digits.count <= 18, bytes[first] != 0x30 else { return nil }
    var value: UInt64 = 0
    for index in digits {
      guard 0x30...0x39 ~= bytes[index] else { return nil }
      value = value * 10 + UInt64(bytes[index] - 0x30)
    }
    return value
  }

  /// A number without the point and the zeros behind it.
  private static func withoutFraction(_ range: Range<Int>, _ bytes: Span<UInt8>) -> Range<Int> {
    var end = range.upperBound
    while end > range.lowerBound, bytes[end - 1] == 0x30 { end -= 1 }
    guard end < range.upperBound, end > range.lowerBound, bytes[end - 1] == 0x2E else { return range }
    return range.lowerBound..<end - 1
  }
}
