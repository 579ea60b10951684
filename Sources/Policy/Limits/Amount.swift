/// How many calls, or how much cost: a non-negative decimal number, kept in billionths.
///
/// Sums are exact, so that ten costs of 0.1 are 1 and not nearly 1.
package struct Amount: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The number times 10^9.
  let billionths: Int128

  init(billionths: Int128) { self.billionths = billionths }

  package init(_ whole: Int) { billionths = Int128(whole) * 1_000_000_000 }

  package static let zero = Amount(0)
  static let one = Amount(1)

  package static func < (left: Amount, right: Amount) -> Bool { left.billionths < right.billionths }

  /// The value where it is a whole number.
  package var whole: Int? { billionths % 1_000_000_000 == 0 ? Int(exactly: billionths / 1_000_000_000) : nil }

  package var description: String {
    let (whole, fraction) = billionths.quotientAndRemainder(dividingBy: 1_000_000_000)
    if fraction == 0 { return String(whole) }
    var digits = String(fraction)
    digits = String(repeating: "0", count: 9 - digits.utf8.count) + digits
    while digits.hasSuffix("0") { digits.removeLast() }
    return "\(whole).\(digits)"
  }
}

extension Amount: ExpressibleByIntegerLiteral {
  package init(integerLiteral value: Int) { self.init(value) }
}
