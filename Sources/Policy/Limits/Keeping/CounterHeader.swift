/// The first 128 bytes of a file that keeps counts.
package struct CounterHeader: Hashable, Sendable {
  package enum Kind: UInt64, Sendable {
    /// What changed since the file began.
    case journal = 1
    /// All counts as they were when the journal of the same number began.
    case snapshot = 2
  }

  package static let size = 128
  package static let version: UInt64 = 1
  private static let magic: UInt64 = 0x0A54_4E55_4F43_4847  // GHCOUNT and an end of line

  /// Where in the file stand: the latest moment and the same with all its bits turned, and the number of cells.
  package static let latestPlace = 56
  package static let turnedPlace = 64
  package static let countPlace = 72

  package var kind: Kind
  package var lane: Int
  package var number: Int
  /// What the checks of the file's cells begin with.
  package var seed: UInt64
  /// The latest moment that the counts have seen; nil where none was written, or only half of it.
  package var latest: Int64?
  /// How many cells there are; of a journal, those that were finished.
  package var count: Int

  package init(_ kind: Kind, lane: Int, number: Int, seed: UInt64, latest: Int64? = nil, count: Int = 0) {
    self.kind = kind
    self.lane = lane
    self.number = number
    self.seed = seed
    self.latest = latest
    self.count = count
  }

  /// Why a file cannot be read.
  package enum Refusal: Error, Hashable, Sendable {
    /// It is none of ours, or its beginning was changed.
    case foreign
    /// A later build wrote it.
    case later
  }

  package init(_ bytes: Span<UInt8>) throws(Refusal) {
    guard bytes.count >= Self.size else { throw .foreign }
    func word(_ place: Int) -> UInt64 {
      var word: UInt64 = 0
      for index in 0..<8 { word |= UInt64(bytes[place + index]) << UInt64(8 * index) }
      return word
    }
    guard word(0) == Self.magic else { throw .foreign }
    // Whatever a later version changes, it does not change where the version stands.
    guard word(8) <= Self.version else { throw .later }
    guard word(8) == Self.version, let kind = Kind(rawValue: word(16)), let lane = Int(exactly: word(24)),
      let number = Int(exactly: word(32)), let count = Int(exactly: word(Self.countPlace))
    else { throw .foreign }
    seed = word(40)
    guard word(48) == Self.check(kind, lane, number, seed) else { throw .foreign }
    self.kind = kind
    self.lane = lane
    self.number = number
    self.count = count
    let latest = word(Self.latestPlace)
    self.latest = latest == ~word(Self.turnedPlace) ? Int64(bitPattern: latest) : nil
  }

  package var bytes: [UInt8] {
    let latest = self.latest.map { UInt64(bitPattern: $0) } ?? 0
    let words: [UInt64] = [
      Self.magic, Self.version, kind.rawValue, UInt64(lane), UInt64(number), seed,
      Self.check(kind, lane, number, seed), latest, self.latest == nil ? 0 : ~latest, UInt64(count),
    ]
    var bytes: [UInt8] = []
    for word in words {
      for shift in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(8 * shift))) }
    }
    return bytes + Array(repeating: 0, count: Self.size - bytes.count)
  }

  private static func check(_ kind: Kind, _ lane: Int, _ number: Int, _ seed: UInt64) -> UInt64 {
    var mixed = seed ^ 0x9E37_79B9_7F4A_7C15
    for word in [kind.rawValue, UInt64(truncatingIfNeeded: lane), UInt64(truncatingIfNeeded: number), version] {
      mixed = (mixed ^ word) &* 0xBF58_476D_1CE4_E5B9
      mixed ^= mixed >> 31
    }
    return mixed
  }
}
