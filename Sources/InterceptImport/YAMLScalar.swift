/// The text of one YAML value, and what it stands for.
///
/// The rules are those of the YAML library that Intercept is built with (Go's yaml.v3), and a spelling that another
/// library reads otherwise is refused.
struct YAMLScalar: Hashable, Sendable {
  let text: String
  /// Without quotes, so that `5` is a number and `true` a truth value.
  let isPlain: Bool

  enum Resolved: Hashable, Sendable {
    case null
    case bool(Bool)
    case number(InterceptNumber)
    case string
    /// It cannot be carried over: what it is, and what to write.
    case odd(String, help: String)

    var kindInWords: String {
      switch self {
      case .null: "null"
      case .bool: "a truth value"
      case .number: "a number"
      case .string: "a text"
      case .odd(let what, _): what
      }
    }
  }

  var isMergeKey: Bool { isPlain && Array(text.utf8) == [0x3C, 0x3C] }

  var resolved: Resolved {
    guard isPlain else { return .string }
    let bytes = Array(text.utf8)
    guard bytes.count <= 64 else { return Self.longNumber(bytes) ? .tooLong : .string }
    // All of what follows is ASCII, which no other text is equivalent to.
    switch text {
    case "", "~", "null", "Null", "NULL": return .null
    case "true", "True", "TRUE": return .bool(true)
    case "false", "False", "FALSE": return .bool(false)
    case ".nan", ".NaN", ".NAN", ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF":
      return .odd("no number that can be compared with", help: "write a number, or put it in quotes")
    default: return Self.number(bytes)
    }
  }

  private static func longNumber(_ bytes: [UInt8]) -> Bool {
    bytes.allSatisfy { 0x30...0x39 ~= $0 || [0x2B, 0x2D, 0x2E, 0x45, 0x65, 0x5F].contains($0) }
  }

  // MARK: Numbers

  private static func number(_ bytes: [UInt8]) -> Resolved {
    guard let first = bytes.first, isDigit(first) || first == 0x2B || first == 0x2D || first == 0x2E else {
      return .string
    }
    if looksLikeDate(bytes) {
      return .odd("a date to YAML", help: "put it in quotes to compare texts")
    }
    let plain = bytes.filter { $0 != 0x5F }
    let isNegative = plain.first == 0x2D
    let digits = Array(plain.first == 0x2D || plain.first == 0x2B ? plain.dropFirst() : plain[...])
    let resolved = unsigned(digits, isNegative: isNegative)
    guard resolved != .string, plain.count != bytes.count, !isGrouped(bytes) else { return resolved }
    return .odd("a number with underscores in odd places", help: "write it without, or put it in quotes")
  }

  private static func unsigned(_ digits: [UInt8], isNegative: Bool) -> Resolved {
    guard digits.count > 1, digits[0] == 0x30 else { return decimal(digits, isNegative: isNegative) }
    let radix: Int? =
      switch digits[1] {
      case 0x78, 0x58: 16
      case 0x6F, 0x4F: 8
      case 0x62, 0x42: 2
      default: nil
      }
    if let radix {
      guard digits.count > 2, digits[2...].allSatisfy({ isDigit($0, radix: radix) }) else { return .string }
      guard let value = Int(String(decoding: digits[2...], as: UTF8.self), radix: radix),
        let number = InterceptNumber(isNegative ? -value : value)
      else { return .tooLong }
      return .number(number)
    }
    let resolved = decimal(digits, isNegative: isNegative)
    guard resolved != .string, isDigit(digits[1]) else { return resolved }
    return .odd(
      "a number with a leading zero, octal to some and decimal to others",
      help: "write it without the zero, or put it in quotes")
  }

  /// `12`, `12.5`, `.5`, `12.`, each with an exponent or not.
  private static func decimal(_ digits: [UInt8], isNegative: Bool) -> Resolved {
    var rest = digits[...]
    let whole = rest.prefix(while: { isDigit($0) })
    rest = rest.dropFirst(whole.count)
    if !whole.isEmpty, rest.isEmpty {
      guard let value = Int(String(decoding: whole, as: UTF8.self)),
        let number = InterceptNumber(isNegative ? -value : value)
      else { return .tooLong }
      return .number(number)
    }
    var fraction: ArraySlice<UInt8> = []
    if rest.first == 0x2E {
      rest = rest.dropFirst()
      fraction = rest.prefix(while: { isDigit($0) })
      rest = rest.dropFirst(fraction.count)
    }
    guard !whole.isEmpty || !fraction.isEmpty else { return .string }
    var exponent: ArraySlice<UInt8> = []
    if rest.first == 0x65 || rest.first == 0x45 {
      exponent = rest.dropFirst()
      rest = []
      let signless = exponent.first == 0x2B || exponent.first == 0x2D ? exponent.dropFirst() : exponent
      guard !signless.isEmpty, signless.allSatisfy({ isDigit($0) }) else { return .string }
    }
    guard rest.isEmpty else { return .string }
    guard
      let number = InterceptNumber(
        isNegative: isNegative, whole: Array(whole), fraction: Array(fraction), exponent: Array(exponent))
    else { return .tooLong }
    return .number(number)
  }

  /// Four digits, a dash, one or two digits, a dash, a digit, as a date begins.
  private static func looksLikeDate(_ bytes: [UInt8]) -> Bool {
    guard bytes.count >= 8, bytes[..<4].allSatisfy({ isDigit($0) }), bytes[4] == 0x2D, isDigit(bytes[5]) else {
      return false
    }
    let dash = isDigit(bytes[6]) ? 7 : 6
    return bytes.count > dash + 1 && bytes[dash] == 0x2D && isDigit(bytes[dash + 1])
  }

  /// `1_000_000`: underscores only between groups of three digits.
  private static func isGrouped(_ bytes: [UInt8]) -> Bool {
    let unsigned = bytes.first == 0x2B || bytes.first == 0x2D ? bytes.dropFirst() : bytes[...]
    let groups = unsigned.split(separator: 0x5F, omittingEmptySubsequences: false)
    guard let first = groups.first, 1...3 ~= first.count else { return false }
    return groups.dropFirst().allSatisfy { $0.count == 3 } && groups.joined().allSatisfy { isDigit($0) }
  }

  private static func isDigit(_ byte: UInt8) -> Bool { 0x30...0x39 ~= byte }

  private static func isDigit(_ byte: UInt8, radix: Int) -> Bool {
    switch byte {
    case 0x30...0x39: Int(byte) - 0x30 < radix
    case 0x41...0x46, 0x61...0x66: radix == 16
    default: false
    }
  }
}

extension YAMLScalar.Resolved {
  fileprivate static let tooLong = YAMLScalar.Resolved.odd(
    "a number that Intercept rounds", help: "write one of at most 15 digits, or put it in quotes")
}
