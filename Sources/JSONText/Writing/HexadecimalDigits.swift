/// Writes bytes as lower-case hexadecimal digits, four bytes at a time.
package enum HexadecimalDigits {
  /// Writes two digits for each byte, of which there is a multiple of four, to where there is room for them.
  @unsafe package static func write(_ bytes: UnsafeRawBufferPointer, to digits: UnsafeMutableRawBufferPointer) {
    precondition(bytes.count % 4 == 0 && digits.count >= 2 * bytes.count)
    for place in stride(from: 0, to: bytes.count, by: 4) {
      let word = unsafe UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self))
      unsafe digits.storeBytes(of: eight(word).littleEndian, toByteOffset: 2 * place, as: UInt64.self)
    }
  }

  /// The digits of four bytes, the first of them lowest.
  @inline(__always)
  private static func eight(_ bytes: UInt32) -> UInt64 {
    var word = UInt64(bytes)
    word = (word | word << 16) & 0x0000_FFFF_0000_FFFF
    word = (word | word << 8) & 0x00FF_00FF_00FF_00FF
    // Each byte is alone in two: its upper half goes first.
    word = (word >> 4 | word << 8) & 0x0F0F_0F0F_0F0F_0F0F
    let letters = (word &+ 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101
    return word &+ 0x3030_3030_3030_3030 &+ letters &* 0x27
  }
}
