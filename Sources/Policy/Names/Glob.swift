package import JSONText

/// A name with stars, each of which stands for any run of characters, also none.
///
/// It is kept as the literal pieces between the stars. Matching is a plain search from left to right, never a backtracking one:
/// the leftmost place of each piece is always as good as any later one.
package struct Glob: Hashable, Sendable {
  let prefix: [UInt8]
  let middles: [[UInt8]]
  let suffix: [UInt8]
  /// How many characters (Unicode scalars) are literal: the measure of how specific it is.
  package let literals: Int

  init(prefix: [UInt8], middles: [[UInt8]], suffix: [UInt8]) {
    self.prefix = prefix
    self.middles = middles.filter { !$0.isEmpty }
    self.suffix = suffix
    literals = Self.scalars(prefix) + Self.scalars(suffix) + middles.reduce(0) { $0 + Self.scalars($1) }
  }

  private static func scalars(_ bytes: [UInt8]) -> Int {
    bytes.reduce(0) { $0 + ($1 & 0xC0 == 0x80 ? 0 : 1) }
  }

  package func matches(_ name: ExactText) -> Bool { matches(name.utf8.span) }

  package func matches(_ name: Span<UInt8>) -> Bool {
    guard name.count >= prefix.count + suffix.count,
      Self.equal(prefix, name, at: 0),
      Self.equal(suffix, name, at: name.count - suffix.count)
    else { return false }
    var position = prefix.count
    let end = name.count - suffix.count
    for piece in middles {
      guard let place = Self.find(piece, name, from: position, to: end) else { return false }
      position = place + piece.count
    }
    return true
  }

  private static func equal(_ piece: [UInt8], _ name: Span<UInt8>, at offset: Int) -> Bool {
    for index in piece.indices where piece[index] != name[offset + index] { return false }
    return true
  }

  private static func find(_ piece: [UInt8], _ name: Span<UInt8>, from start: Int, to end: Int) -> Int? {
    var place = start
    while place + piece.count <= end {
      if equal(piece, name, at: place) { return place }
      place += 1
    }
    return nil
  }

  /// Whether some name matches both.
  ///
  /// Both have a star, so the inner pieces of one can always be written inside a star of the other: only what stands at
  /// the two ends decides.
  package func overlaps(_ other: Glob) -> Bool {
    // From the far ends inwards: a big policy has many pairs, and most differ at once.
    for index in 0..<min(suffix.count, other.suffix.count)
    where suffix[suffix.count - 1 - index] != other.suffix[other.suffix.count - 1 - index] { return false }
    for index in 0..<min(prefix.count, other.prefix.count) where prefix[index] != other.prefix[index] { return false }
    return true
  }
}
