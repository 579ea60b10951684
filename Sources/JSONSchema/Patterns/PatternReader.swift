/// Reads a pattern of ECMA-262 piece by piece.
struct PatternReader {
  private typealias Mistake = ECMAPattern.Mistake

  /// What stands behind a backslash.
  enum Escape {
    case character(Unicode.Scalar)
    /// Ranges as they stand in RE2's brackets.
    case set(String, isNegated: Bool)
    /// A whole escape of RE2.
    case property(String)
    /// In brackets it is the character backspace.
    case wordBoundary
  }

  static let digits = "0-9"
  static let ascii = "\\x{0}-\\x{7F}"
  static let word = "0-9A-Za-z_"
  /// White space and line ends of ECMA-262, which are more than RE2's `\s`.
  static let space = "\\t-\\r \\x{A0}\\x{1680}\\x{2000}-\\x{200A}\\x{2028}\\x{2029}\\x{202F}\\x{205F}\\x{3000}\\x{FEFF}"
  private static let notSpace =
    "\\x{0}-\\x{8}\\x{E}-\\x{1F}!-\\x{9F}\\x{A1}-\\x{167F}\\x{1681}-\\x{1FFF}\\x{200B}-\\x{2027}\\x{202A}-\\x{202E}"
    + "\\x{2030}-\\x{205E}\\x{2060}-\\x{2FFF}\\x{3001}-\\x{FEFE}\\x{FF00}-\\x{10FFFF}"

  private let scalars: [Unicode.Scalar]
  private var position = 0

  init(_ pattern: String) { scalars = Array(pattern.unicodeScalars) }

  mutating func next() -> Unicode.Scalar? {
    guard position < scalars.count else { return nil }
    position += 1
    return scalars[position - 1]
  }

  func peek(_ ahead: Int = 0) -> Unicode.Scalar? {
    position + ahead < scalars.count ? scalars[position + ahead] : nil
  }

  mutating func skip(_ scalar: Unicode.Scalar) -> Bool {
    guard peek() == scalar else { return false }
    position += 1
    return true
  }

  // MARK: Pieces

  /// `{3}`, `{3,}` or `{3,5}` from behind the brace; nil, and nothing read, where it is none.
  mutating func counts() throws(ECMAPattern.Mistake) -> (least: Int, most: Int?)? {
    let start = position
    if let least = number() {
      if skip("}") { return (least, least) }
      if skip(",") {
        if skip("}") { return (least, nil) }
        if let most = number(), skip("}") { return (least, most) }
      }
    }
    position = start
    return nil
  }

  private mutating func number() -> Int? {
    var value: Int?
    while let scalar = peek(), "0"..."9" ~= scalar {
      position += 1
      value = min((value ?? 0) * 10 + Int(scalar.value - 0x30), 1 << 30)
    }
    return value
  }

  /// The name of a group, which only a back-reference would use, from behind the `<`.
  mutating func groupName() throws(ECMAPattern.Mistake) {
    let start = position
    while let scalar = next() {
      if scalar == ">", position > start + 1 { return }
      guard scalar == "$" || scalar == "_" || scalar.properties.isXIDContinue,
        position > start + 1 || !("0"..."9" ~= scalar)
      else { break }
    }
    throw Mistake(message: "a group has a name that is none")
  }

  mutating func escape(inClass: Bool) throws(ECMAPattern.Mistake) -> Escape {
    guard let scalar = next() else { throw Mistake(message: "it ends with a backslash") }
    switch scalar {
    case "d": return .set(Self.digits, isNegated: false)
    case "D": return .set(Self.digits, isNegated: true)
    case "w": return .set(Self.word, isNegated: false)
    case "W": return .set(Self.word, isNegated: true)
    case "s": return .set(Self.space, isNegated: false)
    case "S": return .set(Self.space, isNegated: true)
    case "b": return .wordBoundary
    case "B": throw Mistake(message: "RE2 has no `\\B` that goes by characters")
    case "t": return .character("\t")
    case "n": return .character("\n")
    case "v": return .character("\u{B}")
    case "f": return .character("\u{C}")
    case "r": return .character("\r")
    case "c":
      guard let letter = next(), "A"..."Z" ~= letter || "a"..."z" ~= letter else {
        throw Mistake(message: "`\\c` is followed by no letter")
      }
      return .character(Unicode.Scalar(UInt8(letter.value & 0x1F)))
    case "x": return .character(try hexadecimal(digits: 2))
    case "u": return .character(try unicodeEscape())
    case "p": return try UnicodeProperty.translate(&self, isNegated: false)
    case "P": return try UnicodeProperty.translate(&self, isNegated: true)
    case "0":
      if let digit = peek(), "0"..."9" ~= digit { throw Mistake(message: "`\\0` is followed by a digit") }
      return .character("\0")
    case "1"..."9", "k": throw Mistake(message: "RE2 knows no back-reference")
    default:
      // Punctuation means itself; letters that mean nothing may mean something to another reader.
      guard scalar.isASCII, scalar.value > 0x20, scalar.value != 0x7F, !("A"..."Z" ~= scalar), !("a"..."z" ~= scalar)
      else {
        throw Mistake(message: "`\\\(scalar)` is no escape of ECMA-262")
      }
      return .character(scalar)
    }
  }

  private mutating func hexadecimal(digits: Int) throws(ECMAPattern.Mistake) -> Unicode.Scalar {
    guard let value = hexadecimalValue(digits: digits), let scalar = Unicode.Scalar(value) else {
      throw Mistake(message: "an escape has too few hexadecimal digits")
    }
    return scalar
  }

  private mutating func hexadecimalValue(digits: Int) -> UInt32? {
    var value: UInt32 = 0
    for _ in 0..<digits {
      guard let digit = next(), digit.isASCII, let part = Character(digit).hexDigitValue else { return nil }
      value = value << 4 | UInt32(part)
    }
    return value
  }

  private mutating func unicodeEscape() throws(ECMAPattern.Mistake) -> Unicode.Scalar {
    let mistake = Mistake(message: "`\\u` is followed by no character's number")
    if skip("{") {
      var value: UInt32 = 0
      var count = 0
      while let digit = peek(), digit.isASCII, let part = Character(digit).hexDigitValue {
        position += 1
        count += 1
        value = min(value << 4 | UInt32(part), 0x110000)
      }
      guard skip("}"), count > 0, let scalar = Unicode.Scalar(value) else { throw mistake }
      return scalar
    }
    guard let unit = hexadecimalValue(digits: 4) else { throw mistake }
    if let scalar = Unicode.Scalar(unit) { return scalar }
    guard unit < 0xDC00, skip("\\"), skip("u"), let low = hexadecimalValue(digits: 4), 0xDC00...0xDFFF ~= low,
      let scalar = Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
    else { throw Mistake(message: "half of a surrogate pair stands alone") }
    return scalar
  }

  // MARK: RE2's spelling

  /// A character that means itself, in and out of brackets.
  static func literal(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "0"..."9", "A"..."Z", "a"..."z", "_", " ": String(scalar)
    case "!"..."~": "\\" + String(scalar)
    case "\u{80}"...: String(scalar)
    default: "\\x{\(String(scalar.value, radix: 16))}"
    }
  }

  /// All other characters, as they stand in RE2's brackets.
  static func complement(of ranges: String) -> String {
    switch ranges {
    case digits: "\\D"
    case word: "\\W"
    case ascii: "\\x{80}-\\x{10FFFF}"
    default: notSpace
    }
  }
}
