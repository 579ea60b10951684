/// Writes whole numbers in decimal digits, eight of them at a time.
package enum DecimalDigits {
  /// There must be room for so many bytes wherever a number is written, however few digits it has.
  package static let room = 24

  /// Writes a number, with nothing that means anything behind it in the room.
  ///
  /// - Returns: How many digits it has.
  @unsafe package static func write(_ value: UInt64, to place: UnsafeMutableRawPointer) -> Int {
    if value < 100_000_000 { return unsafe first(value, place) }
    let (high, low) = value.quotientAndRemainder(dividingBy: 100_000_000)
    var count: Int
    if high < 100_000_000 {
      count = unsafe first(high, place)
    } else {
      count = unsafe first(high / 100_000_000, place)
      unsafe (place + count).storeBytes(of: eight(high % 100_000_000) | zeros, as: UInt64.self)
      count += 8
    }
    unsafe (place + count).storeBytes(of: eight(low) | zeros, as: UInt64.self)
    return count + 8
  }

  /// Writes a number below 10^8 without zeros before it.
  @inline(__always)
  private static func first(_ value: UInt64, _ place: UnsafeMutableRawPointer) -> Int {
    let digits = eight(value)
    // Zero has a digit, too.
    let leading = min(7, digits.trailingZeroBitCount / 8)
    unsafe place.storeBytes(of: (digits | zeros) >> UInt64(8 * leading), as: UInt64.self)
    return 8 - leading
  }

  private static let zeros: UInt64 = 0x3030_3030_3030_3030

  /// The values of the eight digits of a number below 10^8, a byte each, the first of them lowest.
  @inline(__always)
  private static func eight(_ value: UInt64) -> UInt64 {
    // Each step halves all parts there are: two of four digits, four of two, eight of one. The factors are the inverses
    // of 100 and 10, exact for what they are used on.
    let fours = value / 10_000 | (value % 10_000) << 32
    let hundreds = (fours &* 10_486) >> 20 & 0x0000_007F_0000_007F
    let twos = hundreds | (fours &- 100 &* hundreds) << 16
    let tens = (twos &* 103) >> 10 & 0x000F_000F_000F_000F
    return (tens | (twos &- 10 &* tens) << 8).littleEndian
  }
}
