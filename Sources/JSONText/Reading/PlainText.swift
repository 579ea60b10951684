/// Eight equal bytes in a word.
private func eight(_ byte: UInt8) -> UInt64 { UInt64(byte) &* 0x0101_0101_0101_0101 }

/// The highest bit of each byte that is zero, and perhaps of bytes above it; the lowest bit that is set is always right.
private func zeros(_ word: UInt64) -> UInt64 { (word &- eight(0x01)) & ~word & eight(0x80) }

extension Span<UInt8> {
  /// Where plain text ends that begins at `start`: at a quote, a backslash, a control character or a byte that is not
  /// ASCII, or at the end of the bytes.
  ///
  /// It looks at eight bytes at a time.
  func endOfPlainText(from start: Int) -> Int {
    var index = start
    let raw = unsafe bytes
    while index <= count - 8 {
      let word = unsafe UInt64(littleEndian: raw.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self))
      var special = word & eight(0x80)
      special |= (word &- eight(0x20)) & ~word & eight(0x80)
      special |= zeros(word ^ eight(0x22)) | zeros(word ^ eight(0x5C))
      if special != 0 { return index + special.trailingZeroBitCount / 8 }
      index += 8
    }
    while index < count {
      let byte = self[index]
      guard byte >= 0x20, byte < 0x80, byte != 0x22, byte != 0x5C else { return index }
      index += 1
    }
    return index
  }

  /// Where the first of two bytes stands, from `start` to before `end`; `end` if neither does.
  ///
  /// It looks at eight bytes at a time.
  package func firstIndex(of one: UInt8, or other: UInt8, from start: Int, to end: Int) -> Int {
    var index = start
    let raw = unsafe bytes
    while index <= end - 8 {
      let word = unsafe UInt64(littleEndian: raw.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self))
      let found = zeros(word ^ eight(one)) | zeros(word ^ eight(other))
      if found != 0 { return index + found.trailingZeroBitCount / 8 }
      index += 8
    }
    while index < end, self[index] != one, self[index] != other { index += 1 }
    return Swift.min(index, Swift.max(start, end))
  }
}
