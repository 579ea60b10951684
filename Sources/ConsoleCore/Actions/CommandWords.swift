internal import JSONText

/// The words of a command line: blanks part them, quotation marks and brackets keep them together.
struct CommandWords: Hashable, Sendable {
  struct Word: Hashable, Sendable {
    /// As it is typed, quotation marks and all.
    var text: String
    /// Where it begins, in Unicode scalars.
    var start: Int

    /// What is meant: a word in quotation marks without them, any other as it is.
    var plain: String {
      guard text.hasPrefix("\""), let node = try? JSONNode.read(Array(text.utf8)) else { return text }
      return node.string ?? text
    }

    var isQuoted: Bool { text.hasPrefix("\"") }
  }

  private(set) var words: [Word] = []
  /// A quotation mark or a bracket is still open at the end.
  private(set) var isOpen = false
  private let scalars: [Unicode.Scalar]

  init(_ line: String) {
    scalars = Array(line.unicodeScalars)
    var start: Int?
    var depth = 0
    var isQuoted = false
    var isEscaped = false
    for (index, scalar) in scalars.enumerated() {
      if isQuoted {
        if isEscaped {
          isEscaped = false
        } else if scalar == "\\" {
          isEscaped = true
        } else if scalar == "\"" {
          isQuoted = false
        }
        continue
      }
      if scalar == " " || scalar == "\t", depth == 0 {
        if let begun = start { words.append(word(begun..<index)) }
        start = nil
        continue
      }
      if start == nil { start = index }
      switch scalar {
      case "\"": isQuoted = true
      case "[", "{": depth += 1
      case "]", "}": depth = max(0, depth - 1)
      default: break
      }
    }
    if let start { words.append(word(start..<scalars.count)) }
    isOpen = isQuoted || depth > 0
  }

  private func word(_ range: Range<Int>) -> Word { Word(text: text(range), start: range.lowerBound) }

  private func text(_ range: Range<Int>) -> String { String(String.UnicodeScalarView(scalars[range])) }

  /// Everything from a word on, as it is typed.
  func rest(from index: Int) -> String {
    guard words.indices.contains(index) else { return "" }
    return text(words[index].start..<scalars.count)
  }
}
