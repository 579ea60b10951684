internal import CSodium

/// BLAKE2b-256 of some bytes: the name of a policy's revision, of a call's arguments, of a tool's definition.
package struct ContentDigest: Hashable, Sendable, CustomStringConvertible {
  /// The 32 bytes.
  private let words: (UInt64, UInt64, UInt64, UInt64)

  package init(of bytes: [UInt8]) { self.init(of: bytes.span) }

  package init(of bytes: Span<UInt8>) {
    // Made on every call, so nothing is allocated. The library is left with the code that runs on any processor, which
    // is what it has until `sodium_init`: what that chooses instead took twice as long where it was measured.
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

  package static func == (left: ContentDigest, right: ContentDigest) -> Bool { left.words == right.words }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(words.0)
    hasher.combine(words.1)
  }

  /// 64 lower-case hexadecimal digits.
  package var hexadecimal: String {
    unsafe String(unsafeUninitializedCapacity: 64) { text in
      var index = 0
      eachDigit { digit in
        unsafe text[index] = digit
        index += 1
      }
      return index
    }
  }

  /// Appends the 64 digits.
  package func appendHexadecimal(to bytes: inout [UInt8]) { eachDigit { bytes.append($0) } }

  @inline(__always)
  private func eachDigit(_ take: (UInt8) -> Void) {
    for word in [words.0, words.1, words.2, words.3] {
      for place in stride(from: 0, to: 64, by: 8) {
        let byte = UInt8(truncatingIfNeeded: UInt64(littleEndian: word) >> UInt64(place))
        take(Self.digit(byte >> 4))
        take(Self.digit(byte & 15))
      }
    }
  }

  private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x57 + value }

  /// The first 12 digits, for people.
  package var short: String { String(hexadecimal.prefix(12)) }
  package var description: String { hexadecimal }
}
