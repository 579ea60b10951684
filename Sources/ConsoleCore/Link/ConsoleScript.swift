/// Steps for the console to take at its start, from a text with one a line: for reports of faults, and for pictures.
///
/// `:save-screen FILE` writes the picture as text; another line with `:` is typed with Enter behind it; any other is
/// a list of keys such as `j j Space ^S Escape`. `#` begins a comment.
package struct ConsoleScript: Hashable, Sendable {
  package enum Step: Hashable, Sendable {
    case keys([Key])
    case saveScreen(String)
  }

  package struct Problem: Error, Hashable, Sendable {
    package var line: Int
    package var word: String

    package init(line: Int, word: String) {
      self.line = line
      self.word = word
    }
  }

  package private(set) var steps: [Step] = []

  package init(_ text: String) throws(Problem) {
    for (index, line) in text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" || $0 == "\r" }).map(String.init)
      guard let first = words.first, !first.hasPrefix("#") else { continue }
      if first == ":save-screen", words.count > 1 {
        steps.append(.saveScreen(words.dropFirst().joined(separator: " ")))
      } else if first.hasPrefix(":"), first.count > 1 {
        let typed = words.joined(separator: " ").unicodeScalars.map { Key.character($0) }
        steps.append(.keys(typed + [Key(.enter)]))
      } else {
        var keys: [Key] = []
        for word in words {
          guard let key = Self.key(word) else { throw Problem(line: index + 1, word: word) }
          keys.append(key)
        }
        steps.append(.keys(keys))
      }
    }
  }

  private static let names: [String: Key.Code] = [
    "Enter": .enter, "Escape": .escape, "Tab": .tab, "Backspace": .backspace, "Delete": .delete, "Up": .up,
    "Down": .down, "Left": .left, "Right": .right, "Home": .home, "End": .end, "PageUp": .pageUp,
    "PageDown": .pageDown, "Space": .scalar(" "),
  ]

  private static func key(_ word: String) -> Key? {
    if let code = names[word] { return Key(code) }
    let scalars = Array(word.unicodeScalars)
    if scalars.count == 1 { return .character(scalars[0]) }
    guard scalars.count == 2, scalars[0] == "^", scalars[1].properties.isAlphabetic else { return nil }
    return scalars[1].properties.lowercaseMapping.unicodeScalars.first.map { .control($0) }
  }
}
