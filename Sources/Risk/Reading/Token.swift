/// One word of a text with what stands before it.
struct Token: Sendable {
  enum Gap: Int, Sendable, Comparable {
    /// Nothing but blanks, or nothing at all.
    case blank
    case hyphen
    /// A comma, a slash, a bracket, a quotation mark.
    case mark
    /// A colon, a semicolon, a dash.
    case clause
    case sentence

    static func < (left: Gap, right: Gap) -> Bool { left.rawValue < right.rawValue }
  }

  /// Nil for a word that is too long to be in a list.
  var word: Word?
  var range: Range<Int>
  var gap: Gap
  /// Written with an underscore or a capital in the middle: the name of a thing, no word of the sentence.
  var isIdentifier: Bool
  var isUpperCase: Bool
}

/// Cuts texts into words, byte by byte and in one pass.
enum Tokenizer {
  /// Words of a description; at most `limit`.
  static func words(of text: [UInt8], limit: Int = 700) -> [Token] {
    var tokens: [Token] = []
    var gap = Token.Gap.sentence
    var index = 0
    while index < text.count, tokens.count < limit {
      guard isWordByte(text[index]) else {
        gap = max(gap, gapMade(by: text, at: index))
        index += 1
        continue
      }
      let start = index
      var word = Word()
      var fits = true
      var hasUnderscore = false
      var hasInnerCapital = false
      var smallLetters = 0
      while index < text.count {
        let byte = text[index]
        if byte == 0x27, index + 1 < text.count, isWordByte(text[index + 1]) {  // don't is one word
          index += 1
          continue
        }
        guard isWordByte(byte) else { break }
        if byte == 0x5F { hasUnderscore = true }
        if 0x61...0x7A ~= byte { smallLetters += 1 }
        if 0x41...0x5A ~= byte, smallLetters > 0 { hasInnerCapital = true }
        fits = fits && word.append(byte)
        index += 1
      }
      tokens.append(
        Token(
          word: fits ? word : nil, range: start..<index, gap: gap, isIdentifier: hasUnderscore || hasInnerCapital,
          isUpperCase: smallLetters == 0))
      gap = .blank
    }
    return tokens
  }

  /// Parts of a name: cut at every mark, before a capital after a small letter, and before the last of several
  /// capitals if a small one follows (`ECRRepositories`).
  static func parts(of text: [UInt8], limit: Int = 32) -> [Token] {
    var tokens: [Token] = []
    var index = 0
    while index < text.count, tokens.count < limit {
      guard isNameByte(text[index]) else {
        index += 1
        continue
      }
      let start = index
      var word = Word()
      var fits = true
      repeat {
        fits = fits && word.append(text[index])
        index += 1
      } while index < text.count && isNameByte(text[index]) && !beginsPart(text, at: index)
      tokens.append(
        Token(word: fits ? word : nil, range: start..<index, gap: .blank, isIdentifier: false, isUpperCase: false))
    }
    return tokens
  }

  private static func beginsPart(_ text: [UInt8], at index: Int) -> Bool {
    guard 0x41...0x5A ~= text[index], index > 0 else { return false }
    if 0x61...0x7A ~= text[index - 1] || 0x30...0x39 ~= text[index - 1] { return true }
    guard 0x41...0x5A ~= text[index - 1], index + 1 < text.count, 0x61...0x7A ~= text[index + 1] else { return false }
    // A plural of capitals ends there: `VMs`, `APIs`.
    let isPlural = text[index + 1] == 0x73 && (index + 2 >= text.count || !(0x61...0x7A ~= text[index + 2]))
    return !isPlural
  }

  private static func isNameByte(_ byte: UInt8) -> Bool { isWordByte(byte) && byte != 0x5F }

  private static func isWordByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F, 0x80...: true
    default: false
    }
  }

  private static func gapMade(by text: [UInt8], at index: Int) -> Token.Gap {
    let next = index + 1 < text.count ? text[index + 1] : 0x20
    switch text[index] {
    case 0x2E, 0x21, 0x3F: return next <= 0x20 || next == 0x22 || next == 0x29 ? .sentence : .blank
    case 0x0A: return next == 0x0A || next == 0x2D || next == 0x2A || next == 0x23 ? .sentence : .blank
    case 0x3A, 0x3B: return .clause
    case 0x2D: return index > 0 && text[index - 1] == 0x20 ? .clause : .hyphen
    case 0x20, 0x09, 0x0D: return .blank
    default: return .mark
    }
  }
}
