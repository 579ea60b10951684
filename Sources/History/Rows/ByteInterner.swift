/// Numbers of texts by the bytes with which lines tell them, so that a text is read once and not with each line.
struct ByteInterner {
  private var numbers: [Int: (key: Int, number: UInt32)] = [:]
  private var keys: [[UInt8]] = []
  /// With more than this it begins anew: what is in use is soon there again.
  private static let most = 1 << 16

  /// The number that was noted for these bytes; nil for none.
  func number(of bytes: [UInt8]) -> UInt32? {
    guard let (key, number) = numbers[Self.hash(bytes)], keys[key] == bytes else { return nil }
    return number
  }

  mutating func note(_ bytes: [UInt8], _ number: UInt32) {
    if keys.count >= Self.most {
      keys.removeAll(keepingCapacity: true)
      numbers.removeAll(keepingCapacity: true)
    }
    numbers[Self.hash(bytes)] = (keys.count, number)
    keys.append(bytes)
  }

  private static func hash(_ bytes: [UInt8]) -> Int {
    var hasher = Hasher()
    unsafe bytes.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
    return hasher.finalize()
  }
}
