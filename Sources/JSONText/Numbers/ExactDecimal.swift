/// The exact value of a number that is written in decimal digits.
///
/// Two are equal, and have one hash, where the values are: 1, 1.0 and 10e-1, or 0 and -0. An exponent is never written out, so that
/// 1e999999999 costs what 1 costs. All work is bounded by the length of the text.
package struct ExactDecimal: Hashable, Sendable {
  /// The value is refused where its first digit is further than this from the point.
  package static let furthest = 1_000_000_000
  /// How many digits `leading` holds.
  private static let leadingDigits = 19

  package let isNegative: Bool
  /// Where the point stands: the value is 0.ddd… times ten to this power; 0 for zero.
  let magnitude: Int
  /// The first 19 digits that count, filled up with zeros; 0 for zero.
  private let leading: UInt64
  /// The digits behind them, 0 to 9 each, the last of which is not 0.
  private let rest: [UInt8]

  private init(isNegative: Bool, magnitude: Int, leading: UInt64, rest: [UInt8]) {
    self.isNegative = isNegative
    self.magnitude = magnitude
    self.leading = leading
    self.rest = rest
  }

  /// The value of a number; nil where it is too extreme (about 10^±1,000,000,000), which zero never is.
  package init?(_ number: JSONNumber) { self.init(number.text) }

  package init(_ value: Int) {
    var leading = UInt64(value.magnitude)
    var magnitude = 0
    var power: UInt64 = 1
    while leading / power > 0 {
      magnitude += 1
      guard magnitude < Self.leadingDigits else { break }
      power *= 10
    }
    if leading > 0 {
      for _ in magnitude..<Self.leadingDigits { leading *= 10 }
    }
    self.init(isNegative: value < 0, magnitude: magnitude, leading: leading, rest: [])
  }

  /// The value of a text of JSON's grammar; nil also for another text.
  package init?(_ text: String) {
    var leading: UInt64 = 0
    var rest: [UInt8] = []
    /// Digits from the first that is not 0.
    var count = 0
    /// How many of them stand before the point; or, negative, how many zeros stand between the point and the first.
    var position = 0
    var isNegative = false
    var exponent = 0
    var isExponentNegative = false
    var part = Part.start
    for byte in text.utf8 {
      switch (part, byte) {
      case (.start, 0x2D):
        isNegative = true
        part = .sign
      case (.start, 0x30...0x39), (.sign, 0x30...0x39), (.whole, 0x30...0x39), (.point, 0x30...0x39),
        (.fraction, 0x30...0x39):
        switch part {
        case .start, .sign: part = .whole
        case .point: part = .fraction
        default: break
        }
        let digit = byte - 0x30
        if count == 0 && digit == 0 {
          if part == .fraction { position -= 1 }
          continue
        }
        if part == .whole { position += 1 }
        if count < Self.leadingDigits {
          leading = leading * 10 + UInt64(digit)
        } else {
          rest.append(digit)
        }
        count += 1
      case (.whole, 0x2E): part = .point
      case (.whole, 0x45), (.whole, 0x65), (.fraction, 0x45), (.fraction, 0x65): part = .exponentStart
      case (.exponentStart, 0x2B), (.exponentStart, 0x2D):
        isExponentNegative = byte == 0x2D
        part = .exponentSign
      case (.exponentStart, 0x30...0x39), (.exponentSign, 0x30...0x39), (.exponent, 0x30...0x39):
        part = .exponent
        exponent = min(exponent * 10 + Int(byte - 0x30), 1 << 40)
      default: return nil
      }
    }
    guard part == .whole || part == .fraction || part == .exponent else { return nil }
    guard leading > 0 else {
      self.init(0)
      return
    }
    let magnitude = position + (isExponentNegative ? -exponent : exponent)
    guard abs(magnitude) <= Self.furthest else { return nil }
    for _ in min(count, Self.leadingDigits)..<Self.leadingDigits { leading *= 10 }
    while rest.last == 0 { rest.removeLast() }
    self.init(isNegative: isNegative, magnitude: magnitude, leading: leading, rest: rest)
  }

  /// What of a number's grammar was read last.
  private enum Part { case start, sign, whole, point, fraction, exponentStart, exponentSign, exponent }

  package var isZero: Bool { leading == 0 }

  /// Whether there is nothing behind the point: 1.0 and 10e-1 are whole.
  package var isWhole: Bool { digitCount <= magnitude || isZero }

  /// How many digits count, from the first to the last that is not 0.
  var digitCount: Int {
    guard rest.isEmpty else { return Self.leadingDigits + rest.count }
    guard leading > 0 else { return 0 }
    var count = Self.leadingDigits
    var digits = leading
    while digits.isMultiple(of: 10) {
      digits /= 10
      count -= 1
    }
    return count
  }

  /// The digits that count, from the first to the last that is not 0, each 0 to 9.
  var digits: [UInt8] {
    var digits: [UInt8] = []
    var left = leading
    for _ in 0..<Self.leadingDigits {
      digits.append(UInt8(truncatingIfNeeded: left % 10))
      left /= 10
    }
    digits.reverse()
    digits += rest
    while digits.last == 0 { digits.removeLast() }
    return digits
  }
}

extension ExactDecimal: Comparable {
  package static func < (left: ExactDecimal, right: ExactDecimal) -> Bool {
    if left.isNegative != right.isNegative { return left.isNegative }
    return left.isNegative ? right.isSmaller(than: left) : left.isSmaller(than: right)
  }

  /// Compares without the signs.
  private func isSmaller(than other: ExactDecimal) -> Bool {
    // Zero has the power 0 and no digits, so it is not to be compared by its power.
    if isZero || other.isZero { return isZero && !other.isZero }
    if magnitude != other.magnitude { return magnitude < other.magnitude }
    if leading != other.leading { return leading < other.leading }
    return rest.lexicographicallyPrecedes(other.rest)
  }
}

extension ExactDecimal {
  /// The value times a power of ten without its sign, cut to a whole number, and whether nothing was cut; nil where it is above `bound`.
  package func scaled(byTenTo power: Int, upTo bound: Int128) -> (whole: Int128, isExact: Bool)? {
    let (places, isTooFar) = magnitude.addingReportingOverflow(power)
    if isZero || places <= 0 { return (0, isZero) }
    guard !isTooFar else { return nil }
    let digits = digits
    var whole: Int128 = 0
    for index in 0..<places {
      let digit = index < digits.count ? Int128(digits[index]) : 0
      // The first digit is not 0, so this ends soon.
      guard whole <= (bound - digit) / 10 else { return nil }
      whole = whole * 10 + digit
    }
    return (whole, digits.count <= places)
  }
}
