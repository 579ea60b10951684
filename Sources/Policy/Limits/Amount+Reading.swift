package import JSONText

extension Amount {
  /// More than this is no amount.
  private static let greatest = Int128(1_000_000_000_000_000_000) * 1_000_000_000

  /// The value of a number, up to the next billionth; nil where it is negative, greater than 10^18, or too extreme to tell.
  package init?(roundingUp number: JSONNumber) { self.init(number, isRounded: true) }

  /// The value of a number; nil where it has more than nine decimals, is negative, or greater than 10^18.
  package init?(exactly number: JSONNumber) { self.init(number, isRounded: false) }

  private init?(_ number: JSONNumber, isRounded: Bool) {
    guard let value = ExactDecimal(number), !value.isNegative else { return nil }
    guard let (billionths, isExact) = value.scaled(byTenTo: 9, upTo: Self.greatest) else { return nil }
    let rounded = isExact ? billionths : billionths + 1
    guard isExact || isRounded, rounded <= Self.greatest else { return nil }
    self.init(billionths: rounded)
  }
}
