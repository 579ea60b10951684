internal import CSodium

/// BLAKE2b-256 of some bytes: the name of a policy's revision, of a call's arguments, of a tool's definition.
package struct ContentDigest: Hashable, Sendable, CustomStringConvertible {
  /// 64 lower-case hexadecimal digits.
  package let hexadecimal: String

  package init(of bytes: [UInt8]) { self.init(of: bytes.span) }

  package init(of bytes: Span<UInt8>) {
    // Made on every call, so nothing is allocated but the text itself.
    hexadecimal = unsafe bytes.withUnsafeBufferPointer { input in
      unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 32) { digest in
        unsafe digest.initialize(repeating: 0)
        if let start = digest.baseAddress {
          // It fails only for sizes out of range, and these are constants within it.
          _ = unsafe crypto_generichash(start, 32, input.baseAddress, UInt64(input.count), nil, 0)
        }
        return unsafe String(unsafeUninitializedCapacity: 64) { text in
          for index in 0..<32 {
            unsafe text[2 * index] = Self.digit(digest[index] >> 4)
            unsafe text[2 * index + 1] = Self.digit(digest[index] & 15)
          }
          return 64
        }
      }
    }
  }

  private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x57 + value }

  /// The first 12 digits, for people.
  package var short: String { String(hexadecimal.prefix(12)) }
  package var description: String { hexadecimal }
}
