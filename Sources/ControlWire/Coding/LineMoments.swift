package import Policy

/// Reads the times of lines; those of one second cost little.
package struct LineMoments: Sendable {
  /// The second that was read last, as it is written up to the fraction's point, and when it begins.
  private var secondText: [UInt8] = []
  private var second: Int64 = 0

  package init() {}

  /// `2026-11-20T14:03:59.000120Z`, and no other form.
  package mutating func read(_ range: Range<Int>, _ bytes: Span<UInt8>) -> Moment? {
    guard range.count == 27, bytes[range.lowerBound + 19] == 0x2E, bytes[range.upperBound - 1] == 0x5A else {
      return nil
    }
    var fraction: Int64 = 0
    for index in range.lowerBound + 20..<range.upperBound - 1 {
      let digit = bytes[index] &- 0x30
      guard digit < 10 else { return nil }
      fraction = fraction * 10 + Int64(digit)
    }
    guard isKnownSecond(range.lowerBound, bytes) else {
      guard let whole = Moment(rfc3339: TextPool.make(range, bytes)) else { return nil }
      second = whole.microseconds - fraction
      secondText.removeAll(keepingCapacity: true)
      for index in range.prefix(19) { secondText.append(bytes[index]) }
      return whole
    }
    return Moment(microseconds: second + fraction)
  }

  private func isKnownSecond(_ start: Int, _ bytes: Span<UInt8>) -> Bool {
    guard secondText.count == 19 else { return false }
    for offset in 0..<19 where bytes[start + offset] != secondText[offset] { return false }
    return true
  }
}
