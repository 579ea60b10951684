internal import CUTF8Proc
internal import RegularExpressions

/// A text to look for: a part of another, all of it, or a regular expression.
///
/// Upper and lower case are the same unless the pattern has a capital letter.
package struct Pattern: Hashable, Sendable {
  package enum Reach: Hashable, Sendable { case part, whole, search }

  /// As it was typed.
  package let text: String
  package let reach: Reach
  /// A `*` stands for any run of characters.
  package let isGlob: Bool
  private let isExactCase: Bool
  /// In lower case where that counts as the same.
  private let bytes: [UInt8]
  private let isASCII: Bool
  private let expression: FilterExpression?

  package init(_ text: String, _ reach: Reach, takesStars: Bool = false) {
    self.text = text
    self.reach = reach
    isExactCase = text.unicodeScalars.contains { $0.lowered != $0 }
    let hasStar = takesStars && text.utf8.contains(UInt8(ascii: "*"))
    isGlob = hasStar
    // A part with stars is a whole with stars around it.
    bytes = Array((hasStar && reach == .part ? "*\(text)*" : text).utf8)
    isASCII = bytes.allSatisfy { $0 < 0x80 }
    expression = nil
  }

  /// A regular expression in RE2's syntax, searched anywhere in a text.
  init(expression text: String) throws(RegularExpression.Mistake) {
    self.text = text
    reach = .search
    isGlob = false
    isExactCase = FilterExpression.hasCapital(text)
    bytes = []
    isASCII = true
    expression = try FilterExpression(text, ignoresCase: !isExactCase)
  }

  package func holds(_ text: String) -> Bool {
    if let expression { return expression.holds(text) }
    if !isExactCase, !isASCII { return holds(Array(text.lowered.utf8).span) }
    return holds(text.utf8Span.span)
  }

  private func fold(_ byte: UInt8) -> UInt8 {
    isExactCase || byte < 0x41 || byte > 0x5A ? byte : byte | 0x20
  }

  private func holds(_ text: Span<UInt8>) -> Bool {
    if isGlob { return glob(text) }
    if reach == .whole, text.count != bytes.count { return false }
    guard text.count >= bytes.count else { return false }
    for start in 0...text.count - bytes.count where matches(text, at: start) { return true }
    return false
  }

  private func matches(_ text: Span<UInt8>, at start: Int) -> Bool {
    for index in bytes.indices where fold(text[start + index]) != bytes[index] { return false }
    return true
  }

  /// Matches with stars by going back to the last star only: the time is at most the product of both lengths.
  private func glob(_ text: Span<UInt8>) -> Bool {
    var at = 0
    var own = 0
    var star: (own: Int, at: Int)?
    while at < text.count {
      if own < bytes.count, bytes[own] == UInt8(ascii: "*") {
        star = (own, at)
        own += 1
      } else if own < bytes.count, bytes[own] == fold(text[at]) {
        own += 1
        at += 1
      } else if let (starred, from) = star {
        own = starred + 1
        at = from + 1
        star = (starred, at)
      } else {
        return false
      }
    }
    while own < bytes.count, bytes[own] == UInt8(ascii: "*") { own += 1 }
    return own == bytes.count
  }
}

/// A compiled regular expression that is compared by how it is written.
struct FilterExpression: Hashable, Sendable {
  /// A longer one is refused, in bytes.
  static let longest = 300
  /// What a compiled one may take, in bytes.
  private static let mostMemory = 1 << 18

  private let source: String
  private let compiled: RegularExpression

  init(_ text: String, ignoresCase: Bool) throws(RegularExpression.Mistake) {
    guard text.utf8.count <= Self.longest else {
      throw RegularExpression.Mistake(message: "it has more than \(Self.longest) bytes")
    }
    source = ignoresCase ? "(?i)\(text)" : text
    compiled = try RegularExpression(source, longest: Self.longest + 4, memory: Self.mostMemory)
  }

  /// A text that is too long to be searched in time does not match.
  func holds(_ text: String) -> Bool { text.utf8.count <= compiled.longestText && compiled.matches(text) }

  /// Whether a capital letter is meant: those of `\S` and `(?P<` are not.
  static func hasCapital(_ text: String) -> Bool {
    var before: Unicode.Scalar = " "
    for scalar in text.unicodeScalars {
      let isSign = before == "\\" || before == "?"
      if !isSign, scalar.lowered != scalar { return true }
      before = before == "\\" ? " " : scalar
    }
    return false
  }

  static func == (left: Self, right: Self) -> Bool { left.source == right.source }
  func hash(into hasher: inout Hasher) { hasher.combine(source) }
}

extension Unicode.Scalar {
  /// The lower-case letter where there is just one.
  package var lowered: Unicode.Scalar {
    if isASCII { return value >= 0x41 && value <= 0x5A ? Unicode.Scalar(UInt8(value | 0x20)) : self }
    return Unicode.Scalar(UInt32(bitPattern: utf8proc_tolower(Int32(bitPattern: value)))) ?? self
  }
}

extension String {
  fileprivate var lowered: String {
    var view = String.UnicodeScalarView()
    for scalar in unicodeScalars { view.append(scalar.lowered) }
    return String(view)
  }
}
