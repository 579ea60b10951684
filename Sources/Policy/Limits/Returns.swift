/// Which reservations were given back already, so that none is given back twice.
///
/// It remembers the last `kept` of them; an older one keeps what it has, which is too strict and never too lax.
package struct Returns: Sendable {
  package static let kept = 262_144

  private var next: UInt64 = 0
  /// One bit each, in a ring; nothing while there was no reservation.
  private var words: [UInt64] = []

  package init() {}

  /// The number of a new reservation.
  package mutating func open() -> UInt64 {
    if words.isEmpty { words = Array(repeating: 0, count: Self.kept / 64) }
    let number = next
    next += 1
    let (word, bit) = Self.place(number)
    words[word] &= ~bit
    return number
  }

  /// Whether a reservation may be given back, which it may be once.
  package mutating func take(_ number: UInt64) -> Bool {
    guard number < next, next - number <= UInt64(Self.kept) else { return false }
    let (word, bit) = Self.place(number)
    guard words[word] & bit == 0 else { return false }
    words[word] |= bit
    return true
  }

  private static func place(_ number: UInt64) -> (word: Int, bit: UInt64) {
    let index = Int(number % UInt64(kept))
    return (index / 64, 1 << UInt64(index % 64))
  }
}
