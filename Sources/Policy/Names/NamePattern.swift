package import JSONText

/// A key of `tools`, or an entry of `hide`: one exact name, or a glob.
///
/// `*` is any run of characters; `\*` and `\\` are a literal star and backslash. Every exact name has one spelling only.
package enum NamePattern: Hashable, Sendable {
  case exact(ExactText)
  case glob(Glob)

  package enum Mistake: Error, Hashable, Sendable {
    case empty
    /// A backslash that is followed by neither `*` nor a backslash; the text is what stands there.
    case unknownEscape(String)
  }

  package init(_ text: ExactText) throws(Mistake) {
    guard !text.isEmpty else { throw .empty }
    var pieces: [[UInt8]] = [[]]
    var isEscaped = false
    for scalar in text.string.unicodeScalars {
      switch (scalar, isEscaped) {
      case ("*", false): pieces.append([])
      case ("\\", false): isEscaped = true
      case ("*", true), ("\\", true):
        pieces[pieces.count - 1].append(UInt8(truncatingIfNeeded: scalar.value))
        isEscaped = false
      case (_, true): throw .unknownEscape("\\" + String(scalar))
      case (_, false):
        pieces[pieces.count - 1].append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
      }
    }
    if isEscaped { throw .unknownEscape("\\") }
    guard let prefix = pieces.first, let suffix = pieces.last, pieces.count > 1 else {
      self = .exact(ExactText(String(decoding: pieces.joined(), as: UTF8.self)))
      return
    }
    self = .glob(Glob(prefix: prefix, middles: Array(pieces[1..<pieces.count - 1]), suffix: suffix))
  }

  /// How an exact name is written as a key.
  package static func key(for name: ExactText) -> ExactText {
    guard name.utf8.contains(where: { $0 == 0x2A || $0 == 0x5C }) else { return name }
    var text = ""
    for scalar in name.string.unicodeScalars {
      if scalar == "*" || scalar == "\\" { text.unicodeScalars.append("\\") }
      text.unicodeScalars.append(scalar)
    }
    return ExactText(text)
  }
}
