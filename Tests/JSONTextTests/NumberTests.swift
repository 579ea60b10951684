import Foundation
import JSONText
import SeededChance
import Testing

/// Exact decimals, against digit strings that are written out.
struct NumberTests {
  /// The slow, obvious way: a number as its sign and its digits on both sides of the point, without zeros at the ends.
  struct Reference: Hashable {
    var isNegative = false
    var whole: [Character] = []
    var fraction: [Character] = []

    init(_ text: String) {
      var text = text.lowercased()
      if text.hasPrefix("-") {
        isNegative = true
        text.removeFirst()
      }
      let parts = text.split(separator: "e")
      let sides = parts[0].split(separator: ".")
      whole = Array(sides[0])
      fraction = sides.count > 1 ? Array(sides[1]) : []
      let exponent = parts.count > 1 ? Int(parts[1].replacing("+", with: "")) ?? 0 : 0
      for _ in 0..<max(0, exponent) { whole.append(fraction.isEmpty ? "0" : fraction.removeFirst()) }
      for _ in 0..<max(0, -exponent) { fraction.insert(whole.isEmpty ? "0" : whole.removeLast(), at: 0) }
      while whole.first == "0" { whole.removeFirst() }
      while fraction.last == "0" { fraction.removeLast() }
      if whole.isEmpty && fraction.isEmpty { isNegative = false }
    }

    /// -1, 0 or 1 as this is less than, equal to or greater than the other.
    func compared(to other: Reference) -> Int {
      if isNegative != other.isNegative { return isNegative ? -1 : 1 }
      let sign = isNegative ? -1 : 1
      if whole.count != other.whole.count { return whole.count < other.whole.count ? -sign : sign }
      if self == other { return 0 }
      let isLess = (whole + ["."] + fraction).lexicographicallyPrecedes(other.whole + ["."] + other.fraction)
      return isLess ? -sign : sign
    }
  }

  /// A number's text out of few digits, so that equal and nearly equal ones are common.
  static func text(_ chance: inout Chance) -> String {
    func digits(_ most: Int) -> String {
      String((0...chance.below(most)).map { _ in chance.pick(["0", "0", "1", "9", "5"]) }.joined())
    }
    var whole = chance.below(3) == 0 ? digits(40) : digits(3)
    while whole.hasPrefix("0") && whole.count > 1 { whole.removeFirst() }
    var text = (chance.below(3) == 0 ? "-" : "") + whole
    if chance.below(2) == 0 { text += "." + (chance.below(4) == 0 ? digits(40) : digits(3)) }
    if chance.below(2) == 0 {
      text += chance.pick(["e", "E"]) + chance.pick(["", "+", "-"]) + chance.pick(["0", "00", ""])
      text += String(chance.below(chance.below(5) == 0 ? 60 : 4))
    }
    return text
  }

  @Test func comparesAsDigitsDo() throws {
    var chance = Chance(7)
    var equal = 0
    for _ in 0..<20_000 {
      let (left, right) = (Self.text(&chance), Self.text(&chance))
      let (one, other) = (try #require(ExactDecimal(left)), try #require(ExactDecimal(right)))
      let expected = Reference(left).compared(to: Reference(right))
      equal += expected == 0 ? 1 : 0
      #expect((one < other) == (expected < 0), "\(left) < \(right)")
      #expect((one > other) == (expected > 0), "\(left) > \(right)")
      #expect((one == other) == (expected == 0), "\(left) == \(right)")
      if expected == 0 { #expect(one.hashValue == other.hashValue, "\(left) \(right)") }
      #expect(one.isZero == (Reference(left) == Reference("0")), "\(left)")
      #expect(one.isWhole == Reference(left).fraction.isEmpty, "\(left)")
    }
    #expect(equal > 100)
  }

  @Test func agreesWithFoundation() throws {
    var chance = Chance(8)
    for _ in 0..<5_000 {
      // Decimal holds 38 digits exactly.
      let texts = (0..<2).map { _ in
        "\(chance.below(2) == 0 ? "-" : "")\(chance.below(1000)).\(chance.below(1000))e\(chance.below(9) - 4)"
      }
      let decimals = texts.compactMap { Decimal(string: $0, locale: Locale(identifier: "en_US_POSIX")) }
      let values = texts.compactMap { ExactDecimal($0) }
      try #require(decimals.count == 2 && values.count == 2)
      #expect((values[0] < values[1]) == (decimals[0] < decimals[1]), "\(texts)")
      #expect((values[0] == values[1]) == (decimals[0] == decimals[1]), "\(texts)")
    }
  }

  @Test(arguments: [
    ["1", "1.0", "10e-1", "0.1E1", "1e0", "1e-0", "100000000000000000000000e-23"],
    ["0", "-0", "0.000", "-0e5", "0e-99999999999999999999"],
  ])
  func oneValueHasManySpellings(_ spellings: [String]) throws {
    let values = try spellings.map { try #require(ExactDecimal($0)) }
    #expect(Set(values).count == 1)
  }

  @Test func wholeNumbersOfTheProgramAreTheSame() {
    for value in [0, 1, -1, 10, 99, 100, 123_456_789, 1_000_000_000_000_000_000, Int.max, Int.min, Int.min + 1] {
      #expect(ExactDecimal(value) == ExactDecimal(String(value)), "\(value)")
      #expect(ExactDecimal(value).isWhole)
    }
  }

  @Test func whatIsNoNumberIsNone() {
    for text in [
      "", "-", ".5", "5.", "1e", "1e+", "+1", "1 ", " 1", "0x1", "1_0", "--1", "1.e1", "1e1.0", "Infinity", "NaN", "١",
    ] {
      #expect(ExactDecimal(text) == nil, "\(text)")
    }
  }

  @Test func extremesCostNothingAndAreBounded() throws {
    let big = try #require(ExactDecimal("1e999999999"))
    let small = try #require(ExactDecimal("1e-999999999"))
    #expect(small < big)
    #expect(try small > #require(ExactDecimal("0")))
    #expect(try small > #require(ExactDecimal("-1e999999999")))
    // The bound is one of the value, not of its spelling.
    #expect(ExactDecimal("10e999999998") == big)
    #expect(ExactDecimal("1e1000000000") == nil)
    #expect(ExactDecimal("0.1e1000000000") == big)
    #expect(ExactDecimal("0.01e1000000002") == nil)
    #expect(ExactDecimal("1e-1000000002") == nil)
    #expect(ExactDecimal("1e" + String(repeating: "9", count: 398)) == nil)
    #expect(ExactDecimal("1e-" + String(repeating: "9", count: 397)) == nil)
  }

  // MARK: Multiples

  /// The slow, obvious way: both as whole numbers of one unit, then division by hand.
  static func isMultiple(_ text: String, of divisor: String) -> Bool {
    let (left, right) = (Reference(text), Reference(divisor))
    let places = max(left.fraction.count, right.fraction.count)
    func units(_ number: Reference) -> [Int] {
      let digits = number.whole + number.fraction + Array(repeating: "0", count: places - number.fraction.count)
      return digits.map { $0.wholeNumberValue ?? 0 }
    }
    let wanted = Array(units(right).drop { $0 == 0 })
    var remainder: [Int] = []
    if wanted.isEmpty { return units(left).allSatisfy { $0 == 0 } }
    for digit in units(left) {
      remainder.append(digit)
      remainder = Array(remainder.drop { $0 == 0 })
      while remainder.count > wanted.count
        || (remainder.count == wanted.count && !remainder.lexicographicallyPrecedes(wanted))
      {
        var borrow = 0
        for place in remainder.indices.reversed() {
          let index = place - (remainder.count - wanted.count)
          var digit = remainder[place] - borrow - (index >= 0 ? wanted[index] : 0)
          borrow = digit < 0 ? 1 : 0
          if digit < 0 { digit += 10 }
          remainder[place] = digit
        }
        remainder = Array(remainder.drop { $0 == 0 })
      }
    }
    return remainder.isEmpty
  }

  @Test func findsMultiplesAsDivisionDoes() throws {
    var chance = Chance(9)
    var multiples = 0
    for _ in 0..<4_000 {
      var (text, divisor) = (Self.text(&chance), Self.text(&chance))
      if chance.below(2) == 0 {
        let (unit, exponent) = (chance.below(100) + 1, chance.below(6) - 3)
        divisor = "\(unit)e\(exponent)"
        text = "\(unit * chance.below(1000) + (chance.below(2)))e\(exponent + chance.below(2))"
      }
      let expected = Self.isMultiple(text, of: divisor)
      multiples += expected ? 1 : 0
      let (value, unit) = (try #require(ExactDecimal(text)), try #require(ExactDecimal(divisor)))
      #expect(value.isMultiple(of: unit) == expected, "\(text) of \(divisor)")
    }
    #expect(multiples > 500)
  }

  @Test func multiplesOfExtremesAreBounded() throws {
    func isMultiple(_ text: String, of divisor: String) throws -> Bool {
      try #require(ExactDecimal(text)).isMultiple(of: #require(ExactDecimal(divisor)))
    }
    #expect(try isMultiple("1e999999999", of: "1e-999999999"))
    #expect(try !isMultiple("1e-999999999", of: "1e999999999"))
    #expect(try isMultiple("1e999999999", of: "2"))
    #expect(try !isMultiple("1e999999999", of: "3"))
    #expect(try isMultiple("9007199254740993", of: "0.01"))
    #expect(try isMultiple("0.3", of: "0.1"))
    // 5^400 divides 10^400 and not 10^399.
    var digits = [1]
    for _ in 0..<400 {
      var carry = 0
      for index in digits.indices.reversed() {
        carry += digits[index] * 5
        digits[index] = carry % 10
        carry /= 10
      }
      if carry > 0 { digits.insert(carry, at: 0) }
    }
    let power = digits.map(String.init).joined()
    #expect(try isMultiple("1e400", of: power))
    #expect(try !isMultiple("1e399", of: power))
    #expect(try isMultiple(power, of: power))
    #expect(try !isMultiple(String(repeating: "9", count: 400), of: power))
  }
}
