/// A number of an Intercept policy.
struct InterceptNumber: Hashable, Sendable {
  /// Whole numbers up to here are exact in Intercept, which compares in floating point.
  static let largest = 1 << 53

  /// As JSON.
  let json: String
  /// How Intercept writes it where it compares it with a text.
  let printed: String
  /// The value where it is whole, was written so, and is small enough.
  let integer: Int?

  /// Nil for a number that Intercept would round.
  init?(_ value: Int) {
    guard value.magnitude <= UInt(Self.largest) else { return nil }
    json = String(value)
    printed = json
    integer = value
  }

  /// A number with a fraction or an exponent, of digits only; the exponent may have a sign.
  ///
  /// Nil for one that Intercept would round.
  init?(isNegative: Bool, whole: [UInt8], fraction: [UInt8], exponent: [UInt8]) {
    var text = isNegative ? "-" : ""
    text += String(decoding: whole.isEmpty ? [0x30] : whole, as: UTF8.self) + "."
    text += String(decoding: fraction.isEmpty ? [0x30] : fraction, as: UTF8.self)
    if !exponent.isEmpty { text += "e" + String(decoding: exponent, as: UTF8.self) }
    guard let value = Double(text), value.isFinite, let written = Self.digits(of: text),
      let kept = Self.digits(of: value.description), written == kept
    else { return nil }
    let small = Int(exactly: value).flatMap { $0.magnitude <= UInt(Self.largest) ? $0 : nil }
    json = small.map { String($0) } ?? Self.printed(value, plainBelow: 21)
    printed = Self.printed(value)
    integer = small
  }

  /// The number that Intercept writes exactly so, if there is one: it takes the two for equal.
  init?(printedAs text: String) {
    guard text.utf8.count <= 32, let first = text.utf8.first, first == 0x2D || 0x30...0x39 ~= first,
      let value = Double(text), value.isFinite, Self.printed(value).utf8.elementsEqual(text.utf8)
    else { return nil }
    printed = text
    let small = Int(exactly: value).flatMap { $0.magnitude <= UInt(Self.largest) ? $0 : nil }
    json = small.map { String($0) } ?? Self.printed(value, plainBelow: 21)
    integer = small
  }

  /// The significant digits and where the point stands, which is the same for all spellings of one number.
  private static func digits(of text: String) -> Significant? {
    var significant = Significant(digits: [], exponent: 0)
    var rest = Array(text.utf8)[...]
    if rest.first == 0x2D || rest.first == 0x2B { rest = rest.dropFirst() }
    var isFraction = false
    while let byte = rest.popFirst() {
      switch byte {
      case 0x30...0x39:
        significant.digits.append(byte)
        if isFraction { significant.exponent -= 1 }
      case 0x2E: isFraction = true
      default:
        guard let exponent = Int(String(decoding: rest, as: UTF8.self)), abs(exponent) < 1_000_000 else { return nil }
        significant.exponent += exponent
        rest = []
      }
    }
    while significant.digits.last == 0x30 {
      significant.digits.removeLast()
      significant.exponent += 1
    }
    significant.digits = Array(significant.digits.drop { $0 == 0x30 })
    if significant.digits.isEmpty { significant.exponent = 0 }
    return significant
  }

  private struct Significant: Equatable {
    var digits: [UInt8]
    var exponent: Int
  }

  /// As Go prints a `float64`: the shortest digits; from 10^6 on, and below 10^-4, with an exponent of at least two digits.
  static func printed(_ value: Double, plainBelow limit: Int = 6) -> String {
    guard let significant = digits(of: value.description), !significant.digits.isEmpty else {
      return value.sign == .minus ? "-0" : "0"
    }
    let digits = String(decoding: significant.digits, as: UTF8.self)
    let count = significant.digits.count
    let power = significant.exponent + count - 1
    var text = value < 0 ? "-" : ""
    if power < -4 || power >= limit {
      text += digits.prefix(1)
      if count > 1 { text += "." + digits.dropFirst() }
      text += power < 0 ? "e-" : "e+"
      text += (power.magnitude < 10 ? "0" : "") + String(power.magnitude)
    } else if power < 0 {
      text += "0." + String(repeating: "0", count: -power - 1) + digits
    } else if count <= power + 1 {
      text += digits + String(repeating: "0", count: power + 1 - count)
    } else {
      text += digits.prefix(power + 1) + "." + digits.dropFirst(power + 1)
    }
    return text
  }
}
