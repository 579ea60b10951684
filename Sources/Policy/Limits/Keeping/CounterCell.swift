/// One entry of the files that keep counts: 32 bytes, in the order of the machine's bytes, which is little endian.
///
/// A cell carries a check of its contents, its place and its file, so that whatever is not what was written there is
/// recognized: a page that never reached the disk, a changed byte, a piece of another file.
package struct CounterCell: BitwiseCopyable, Hashable, Sendable {
  enum Kind: UInt8, Sendable {
    /// An amount counts from a time on.
    case add = 1
    /// An amount that was added at a time counts no more.
    case remove
    /// The number of a cell is from here on a key's, which follows in cells of text.
    case key
    /// The next 24 bytes of a key; zeros behind its end.
    case text
    /// The sum of a period, where it is not that of the amounts which stand before it.
    case period
  }

  package static let size = 32
  static let textSize = 24
  /// More than anything that is ever counted together.
  static let greatestAmount = Int128(4_000_000_000_000_000_000) * 1_000_000_000

  /// The check, the kind in the next byte, and in the rest the number of the key.
  private var head: UInt64
  var first: UInt64
  var second: UInt64
  var third: UInt64

  init(_ kind: Kind, _ number: UInt32, _ first: UInt64 = 0, _ second: UInt64 = 0, _ third: UInt64 = 0) {
    head = UInt64(kind.rawValue) << 32 | UInt64(number & 0xFF_FFFF) << 40
    self.first = first
    self.second = second
    self.third = third
  }

  init(_ kind: Kind, _ number: UInt32, at time: Int64, _ amount: Int128) {
    self.init(
      kind, number, UInt64(bitPattern: time), UInt64(truncatingIfNeeded: amount),
      UInt64(truncatingIfNeeded: amount >> 64))
  }

  /// Takes the bytes as they are; `isSealed` tells whether they are a cell.
  package init(head: UInt64, _ first: UInt64, _ second: UInt64, _ third: UInt64) {
    self.head = head
    self.first = first
    self.second = second
    self.third = third
  }

  /// Adds to what this cell, which is not sealed yet, says to be added at the time; false if it says something else.
  mutating func add(_ mark: UInt64, at time: Int64, _ amount: Int128) -> Bool {
    let same = CounterCell(.add, UInt32(truncatingIfNeeded: mark), at: time, self.amount)
    guard self == same, Self.greatestAmount - self.amount >= amount else { return false }
    self = CounterCell(.add, UInt32(truncatingIfNeeded: mark), at: time, self.amount + amount)
    return true
  }

  /// Nil for what no cell is.
  var kind: Kind? { Kind(rawValue: UInt8(truncatingIfNeeded: head >> 32)) }
  var number: Int { Int(head >> 40) }
  var time: Int64 { Int64(bitPattern: first) }
  var amount: Int128 { Int128(Int64(bitPattern: third)) << 64 | Int128(second) }

  /// Writes the check for a place in a file with this seed.
  package mutating func seal(_ seed: UInt64, at place: Int) {
    head = head & ~0xFFFF_FFFF | check(seed, place)
  }

  /// Whether this is what was sealed for the place.
  package func isSealed(_ seed: UInt64, at place: Int) -> Bool {
    head & 0xFFFF_FFFF == check(seed, place) && kind != nil
  }

  /// Appends the cell as it stands in a file.
  package func append(to bytes: inout [UInt8]) {
    for word in [head, first, second, third] {
      for shift in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(8 * shift))) }
    }
  }

  // Every step can be undone, so two cells that differ in one word differ in all 64 bits of which half are kept.
  private func check(_ seed: UInt64, _ place: Int) -> UInt64 {
    var mixed = (seed &+ UInt64(truncatingIfNeeded: place)) &* 0x9E37_79B9_7F4A_7C15 ^ head >> 32
    mixed = (mixed ^ mixed >> 32) &* 0xBF58_476D_1CE4_E5B9 ^ first
    mixed = (mixed ^ mixed >> 29) &* 0x94D0_49BB_1331_11EB ^ second
    mixed = (mixed ^ mixed >> 32) &* 0xFF51_AFD7_ED55_8CCD ^ third
    mixed = (mixed ^ mixed >> 29) &* 0xC4CE_B9FE_1A85_EC53
    return mixed >> 32
  }
}
