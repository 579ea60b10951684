internal import CSodium

/// A mark that only who has the key can make of some bytes: BLAKE2b-256 with a key.
package struct KeyedDigest: Sendable {
  /// The length of a key.
  package static let keyLength = 32

  private let key: [UInt8]

  /// Nil where the key has another length than `keyLength`; it must be of chance.
  package init?(key: [UInt8]) {
    guard key.count == Self.keyLength else { return nil }
    self.key = key
  }

  /// 64 lower-case hexadecimal digits.
  package func mark(of bytes: [UInt8]) -> String {
    var digest = [UInt8](repeating: 0, count: 32)
    // It fails only for sizes out of range, and these are constants within it.
    _ = unsafe crypto_generichash(&digest, digest.count, bytes, UInt64(bytes.count), key, key.count)
    return digest.map { Self.digits($0) }.joined()
  }

  /// Whether a mark is that of some bytes; how long that takes tells nothing of the true one.
  package func isMark(_ mark: String, of bytes: [UInt8]) -> Bool {
    let (given, wanted) = (Array(mark.utf8), Array(self.mark(of: bytes).utf8))
    guard given.count == wanted.count else { return false }
    return unsafe sodium_memcmp(given, wanted, wanted.count) == 0
  }

  private static func digits(_ byte: UInt8) -> String {
    let text = String(byte, radix: 16)
    return byte < 16 ? "0" + text : text
  }
}
