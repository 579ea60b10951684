internal import CText

/// Writes bytes as lower-case hexadecimal digits.
package enum HexadecimalDigits {
  /// Writes two digits for each byte to where there is room for them.
  @unsafe package static func write(_ bytes: UnsafeRawBufferPointer, to digits: UnsafeMutableRawBufferPointer) {
    precondition(digits.count / 2 >= bytes.count)
    guard let source = unsafe bytes.baseAddress?.assumingMemoryBound(to: UInt8.self),
      let target = unsafe digits.baseAddress?.assumingMemoryBound(to: UInt8.self)
    else { return }
    unsafe ctext_hexadecimal(source, bytes.count, target)
  }
}
