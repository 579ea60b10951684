internal import JSONText

/// Finds places in an array by the hashes of what stands there; who asks compares.
///
/// Open addressing with linear probing, without tombstones: what is removed leaves no trace. Asks for memory only to
/// grow. It never holds two entries of one place.
package struct PlaceTable: Sendable {
  /// A hash in the upper half and the place plus one in the lower; 0 where nothing is.
  private var entries: [UInt64] = []
  package private(set) var count = 0

  package init() {}

  /// The place with this hash that is wanted.
  package func find(_ hash: UInt32, where isWanted: (Int) -> Bool) -> Int? {
    guard count > 0 else { return nil }
    let mask = entries.count - 1
    var index = Int(hash) & mask
    while entries[index] != 0 {
      let entry = entries[index]
      if UInt32(truncatingIfNeeded: entry >> 32) == hash, isWanted(Self.place(entry)) { return Self.place(entry) }
      index = (index + 1) & mask
    }
    return nil
  }

  /// Adds a place that is not in it.
  package mutating func insert(_ hash: UInt32, _ place: Int) {
    if (count + 1) * 2 > entries.count { grow() }
    count += 1
    add(UInt64(hash) << 32 | UInt64(place + 1))
  }

  /// Takes a place out that was put in with this hash; does nothing if it was not.
  package mutating func remove(_ hash: UInt32, _ place: Int) {
    guard count > 0 else { return }
    let mask = entries.count - 1
    let wanted = UInt64(hash) << 32 | UInt64(place + 1)
    var hole = Int(hash) & mask
    while entries[hole] != wanted {
      if entries[hole] == 0 { return }
      hole = (hole + 1) & mask
    }
    count -= 1
    // What stands behind moves up where it may, so that every entry can be reached from its home.
    var index = hole
    while true {
      index = (index + 1) & mask
      let entry = entries[index]
      if entry == 0 { break }
      let home = Int(entry >> 32) & mask
      if (index &- home) & mask >= (index &- hole) & mask {
        entries[hole] = entry
        hole = index
      }
    }
    entries[hole] = 0
  }

  private mutating func add(_ entry: UInt64) {
    let mask = entries.count - 1
    var index = Int(entry >> 32) & mask
    while entries[index] != 0 { index = (index + 1) & mask }
    entries[index] = entry
  }

  private mutating func grow() {
    let old = entries
    entries = Array(repeating: 0, count: max(16, old.count * 2))
    for entry in old where entry != 0 { add(entry) }
  }

  private static func place(_ entry: UInt64) -> Int { Int(entry & 0xFFFF_FFFF) - 1 }
}

/// Hashes of names for tables: nobody outside this process can tell which names meet.
enum NameHash {
  /// Other in every process.
  private static let seed = UInt64(truncatingIfNeeded: Hasher().finalize()) | 1

  static func of(_ name: ExactText) -> UInt32 { of(name.string.utf8Span.span) }

  static func of(_ bytes: Span<UInt8>) -> UInt32 {
    let seed = seed
    var hash = seed ^ UInt64(truncatingIfNeeded: bytes.count)
    unsafe bytes.withUnsafeBytes { bytes in
      let count = bytes.count
      var index = 0
      while count - index > 8 {
        hash = mixed(hash ^ (unsafe bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)), seed)
        index += 8
      }
      let rest: UInt64
      switch count {
      case 8...: rest = unsafe bytes.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self)
      case 4...:
        let first = unsafe bytes.loadUnaligned(fromByteOffset: 0, as: UInt32.self)
        let last = unsafe bytes.loadUnaligned(fromByteOffset: count - 4, as: UInt32.self)
        rest = UInt64(first) | UInt64(last) << 32
      case 1...: rest = unsafe UInt64(bytes[0]) | UInt64(bytes[count / 2]) << 8 | UInt64(bytes[count - 1]) << 16
      default: rest = 0
      }
      hash = mixed(hash ^ rest, seed)
    }
    return UInt32(truncatingIfNeeded: hash ^ hash >> 32)
  }

  /// Numbers that follow each other lie apart, or what is removed would have to look past all that came after it.
  static func of(_ number: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: (number &* 0x9E37_79B9_7F4A_7C15) >> 32) }

  /// Both halves of the product with a secret odd number depend on every bit.
  @inline(__always)
  private static func mixed(_ word: UInt64, _ seed: UInt64) -> UInt64 {
    let product = word.multipliedFullWidth(by: seed &* 0x9E37_79B9_7F4A_7C15)
    return product.high ^ product.low
  }
}
