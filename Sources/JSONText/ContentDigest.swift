internal import CSodium

/// BLAKE2b-256 of some bytes: the name of a policy's revision, of a call's arguments, of a tool's definition.
package struct ContentDigest: Hashable, Sendable, CustomStringConvertible {
  /// 64 lower-case hexadecimal digits.
  package let hexadecimal: String

  package init(of bytes: [UInt8]) { self.init(of: bytes.span) }

  package init(of bytes: Span<UInt8>) {
    var digest = [UInt8](repeating: 0, count: 32)
    unsafe bytes.withUnsafeBufferPointer { input in
      unsafe digest.withUnsafeMutableBufferPointer { output in
        guard let start = output.baseAddress else { return }
        // It fails only for sizes out of range, and these are constants within it.
        _ = unsafe crypto_generichash(start, 32, input.baseAddress, UInt64(input.count), nil, 0)
      }
    }
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    text.reserveCapacity(64)
    for byte in digest {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    hexadecimal = String(decoding: text, as: UTF8.self)
  }

  /// The first 12 digits, for people.
  package var short: String { String(hexadecimal.prefix(12)) }
  package var description: String { hexadecimal }
}
