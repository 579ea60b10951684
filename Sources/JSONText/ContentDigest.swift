internal import CNettle
internal import CSodium

/// 256 bits that are the name of some content: of a policy's revision, of a tool's definition (BLAKE2b), of a call's
/// arguments (SHA-256).
package struct ContentDigest: Hashable, Sendable, CustomStringConvertible {
  /// The 32 bytes.
  private let words: (UInt64, UInt64, UInt64, UInt64)

  package init(of bytes: [UInt8]) { self.init(of: bytes.span) }

  package init(of bytes: Span<UInt8>) {
    // The library is left with the code that runs on any processor, which is what it has until `sodium_init`: what that
    // chooses instead took twice as long where it was measured.
    var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
    unsafe bytes.withUnsafeBufferPointer { input in
      unsafe withUnsafeMutableBytes(of: &words) { digest in
        guard let start = unsafe digest.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
        // It fails only for sizes out of range, and these are constants within it.
        _ = unsafe crypto_generichash(start, digest.count, input.baseAddress, UInt64(input.count), nil, 0)
      }
    }
    self.words = words
  }

  /// SHA-256 of a call's arguments: made on every call, whatever their size, and processors have instructions for it.
  ///
  /// Nothing is allocated.
  package init(ofArguments bytes: Span<UInt8>) {
    var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
    var state = sha256_ctx()
    unsafe nettle_sha256_init(&state)
    unsafe bytes.withUnsafeBufferPointer { input in
      if let start = input.baseAddress { unsafe nettle_sha256_update(&state, input.count, start) }
    }
    unsafe withUnsafeMutableBytes(of: &words) { digest in
      guard let start = unsafe digest.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
      unsafe nettle_sha256_digest(&state, digest.count, start)
    }
    self.words = words
  }

  /// Reads what `hexadecimal` writes; nil for anything else.
  package init?(hexadecimal text: String) {
    let digits = Array(text.utf8)
    guard digits.count == 64 else { return nil }
    var words: [UInt64] = []
    for start in stride(from: 0, to: 64, by: 16) {
      var word: UInt64 = 0
      for digit in digits[start..<start + 16] {
        switch digit {
        case 0x30...0x39: word = word << 4 | UInt64(digit - 0x30)
        case 0x61...0x66: word = word << 4 | UInt64(digit - 0x61 + 10)
        default: return nil
        }
      }
      // The digits are those of the bytes as they lie in memory.
      words.append(UInt64(bigEndian: word))
    }
    self.words = (words[0], words[1], words[2], words[3])
  }

  package static func == (left: ContentDigest, right: ContentDigest) -> Bool { left.words == right.words }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(words.0)
    hasher.combine(words.1)
  }

  /// 64 lower-case hexadecimal digits.
  package var hexadecimal: String {
    unsafe String(unsafeUninitializedCapacity: 64) { text in
      unsafe write(to: UnsafeMutableRawBufferPointer(text))
      return 64
    }
  }

  /// Appends the 64 digits.
  package func appendHexadecimal(to bytes: inout [UInt8]) { bytes.append(contentsOf: hexadecimal.utf8) }

  /// Writes the 64 digits to where there is room for them.
  @unsafe package func write(to digits: UnsafeMutableRawBufferPointer) {
    unsafe withUnsafeBytes(of: words) { unsafe HexadecimalDigits.write($0, to: digits) }
  }

  /// The first 12 digits, for people.
  package var short: String { String(hexadecimal.prefix(12)) }
  package var description: String { hexadecimal }
}
