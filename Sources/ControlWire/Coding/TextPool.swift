internal import JSONText

/// Short texts that occur again and again, each made once.
struct TextPool {
  private var texts: [Int: String] = [:]

  /// Longer ones are made each time.
  private static let longest = 256
  /// With more than this it begins anew: what is in use is soon there again.
  private static let most = 4_096

  /// The text of some bytes, which are ASCII.
  mutating func text(_ range: Range<Int>, _ bytes: Span<UInt8>) -> String {
    guard range.count <= Self.longest else { return Self.make(range, bytes) }
    var hasher = Hasher()
    unsafe bytes.withUnsafeBytes { bytes in
      let part = unsafe UnsafeRawBufferPointer(rebasing: bytes[range])
      unsafe hasher.combine(bytes: part)
    }
    let hash = hasher.finalize()
    if let known = texts[hash], known.equals(range, bytes) { return known }
    let made = Self.make(range, bytes)
    if texts.count >= Self.most { texts.removeAll(keepingCapacity: true) }
    texts[hash] = made
    return made
  }

  static func make(_ range: Range<Int>, _ bytes: Span<UInt8>) -> String {
    unsafe bytes.withUnsafeBytes { bytes in
      let part = unsafe UnsafeRawBufferPointer(rebasing: bytes[range])
      return unsafe String(decoding: part, as: UTF8.self)
    }
  }
}
