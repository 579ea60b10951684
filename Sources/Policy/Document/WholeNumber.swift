import JSONText

/// Exact whole numbers out of JSON's number spellings.
enum WholeNumber {
  /// The greatest whole number that every JSON reader keeps.
  static let greatest = 9_007_199_254_740_991

  /// The value of `10`, `10.0` or `1e1`; nil for a negative number, a fraction, or one above `greatest`.
  static func read(_ number: JSONNumber) -> Int? {
    var digits: [UInt8] = []
    var scale = 0
    var exponent = 0
    var isNegative = false
    var isExponentNegative = false
    var part = 0
    for byte in number.text.utf8 {
      switch byte {
      case 0x2D where part == 2: isExponentNegative = true
      case 0x2D: isNegative = true
      case 0x2B: break
      case 0x2E: part = 1
      case 0x45, 0x65: part = 2
      case 0x30...0x39 where part == 2: exponent = min(10_000, exponent * 10 + Int(byte - 0x30))
      case 0x30...0x39:
        digits.append(byte - 0x30)
        if part == 1 { scale -= 1 }
      default: return nil
      }
    }
    scale += isExponentNegative ? -exponent : exponent
    while let last = digits.last, last == 0 {
      digits.removeLast()
      scale += 1
    }
    let significant = digits.drop { $0 == 0 }
    if significant.isEmpty { return 0 }
    guard !isNegative, scale >= 0, significant.count + scale <= 16 else { return nil }
    var value = 0
    for digit in significant { value = value * 10 + Int(digit) }
    for _ in 0..<scale { value *= 10 }
    return value <= greatest ? value : nil
  }
}
