/// A sum in euro and cents.
struct Money: Hashable, Comparable, Sendable, CustomStringConvertible {
  var cents: Int

  static let most = 100_000_000_00

  init(cents: Int) { self.cents = cents }

  /// Reads a plain decimal number with at most two digits after the point, not negative.
  init?(_ text: String) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard let first = parts.first, (1...2).contains(parts.count), let whole = Int(first) else { return nil }
    let fraction = parts.count == 2 ? String(parts[1]) : "00"
    guard (0...Self.most / 100).contains(whole), (1...2).contains(fraction.utf8.count), !text.hasPrefix("-"),
      let cents = Int(fraction), cents >= 0
    else { return nil }
    self.cents = whole * 100 + (fraction.utf8.count == 1 ? cents * 10 : cents)
  }

  var description: String {
    let rest = cents % 100
    return "\(cents / 100).\(rest < 10 ? "0" : "")\(rest)"
  }

  static func < (left: Money, right: Money) -> Bool { left.cents < right.cents }
}
