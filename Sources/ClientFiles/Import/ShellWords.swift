/// Cuts a command into words as a shell does, without doing anything else that a shell does.
package enum ShellWords {
  /// Why a line is no command.
  package struct Problem: Error, Hashable {
    package var message: String

    package init(message: String) { self.message = message }
  }

  /// The variables that stand before a command, and its words.
  package struct Cut: Hashable {
    package var variables: [ClientServer.Variable] = []
    package var words: [String] = []
  }

  package static func cut(_ line: String) throws(Problem) -> Cut {
    var cut = Cut()
    var word: String?
    var quote: Unicode.Scalar?
    var isEscaped = false
    func isVariable(_ word: String) -> Bool {
      guard cut.words.isEmpty, let equals = word.utf8.firstIndex(of: 0x3D), equals > word.utf8.startIndex else {
        return false
      }
      return word.utf8[..<equals].allSatisfy { byte in
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F: true
        default: false
        }
      }
    }
    func finish() {
      guard let done = word else { return }
      word = nil
      if isVariable(done), let equals = done.utf8.firstIndex(of: 0x3D) {
        cut.variables.append(.init(String(done[..<equals]), String(done[done.utf8.index(after: equals)...])))
      } else {
        cut.words.append(done)
      }
    }
    for scalar in line.unicodeScalars {
      if isEscaped {
        word = (word ?? "") + String(scalar)
        isEscaped = false
        continue
      }
      switch (scalar, quote) {
      case ("\\", nil), ("\\", "\""): isEscaped = true
      case (let end, let open?) where end == open: quote = nil
      case ("'", nil), ("\"", nil):
        quote = scalar
        word = word ?? ""
      case (" ", nil), ("\t", nil): finish()
      case ("|", nil), ("&", nil), (";", nil), ("<", nil), (">", nil), ("`", nil):
        throw Problem(message: "no shell reads it, so `\(scalar)` does nothing: quote it, or write sh -c '...'")
      default: word = (word ?? "") + String(scalar)
      }
    }
    guard quote == nil, !isEscaped else { throw Problem(message: "a quote does not end") }
    finish()
    return cut
  }

  /// The line as it may be shown while it is typed: values of variables are dots.
  package static func masked(_ line: String) -> String {
    var shown = String.UnicodeScalarView()
    var isValue = false
    var isFirst = true
    var word = String.UnicodeScalarView()
    for scalar in line.unicodeScalars {
      if scalar == " " {
        if !isValue, !word.isEmpty { isFirst = false }
        isValue = false
        word = String.UnicodeScalarView()
        shown.append(scalar)
      } else if isValue {
        shown.append("•")
      } else {
        if scalar == "=", isFirst, !word.isEmpty,
          word.allSatisfy({ $0 == "_" || $0.properties.isAlphabetic || ("0"..."9").contains($0) })
        {
          isValue = true
        }
        word.append(scalar)
        shown.append(scalar)
      }
    }
    return String(shown)
  }
}
