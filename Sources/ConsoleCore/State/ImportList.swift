package import JSONText

/// The servers that clients' files have, to choose from.
package struct ImportList: Hashable, Sendable {
  /// Nil until the files were read.
  package var findings: ImportFindings?
  package var list = ListCursor()
  /// Places of the offers that are chosen.
  package var chosen: Set<Int> = []
  /// Names that the person gave instead of the proposed ones.
  package var names: [Int: ExactText] = [:]
  /// The name of the offer under the cursor while it is being typed.
  package var renaming: TextField?
  /// Why the last key did nothing.
  package var hint: String?

  /// Places of the offers in the order in which they are listed: what can be chosen first.
  var order: [Int] {
    guard let offers = findings?.offers else { return [] }
    return offers.indices.filter { offers[$0].isOffered } + offers.indices.filter { !offers[$0].isOffered }
  }

  var current: Int? { order.indices.contains(list.row) ? order[list.row] : nil }

  func name(_ offer: Int) -> ExactText {
    names[offer] ?? findings.map { $0.offers[offer].proposed } ?? ""
  }

  /// How many can be chosen.
  var offered: Int { findings?.offers.count(where: \.isOffered) ?? 0 }
}

/// A server that is being typed in.
package struct ServerForm: Hashable, Sendable {
  package enum Field: Int, CaseIterable, Hashable, Sendable { case name, command, folder }

  package var field = Field.name
  package var name = TextField()
  /// The command as a shell would take it, with `NAME=VALUE` in front for variables.
  package var command = TextField()
  package var folder = TextField()
  /// What is wrong with it.
  package var problem: String?

  subscript(_ field: Field) -> TextField {
    get {
      switch field {
      case .name: name
      case .command: command
      case .folder: folder
      }
    }
    set {
      switch field {
      case .name: name = newValue
      case .command: command = newValue
      case .folder: folder = newValue
      }
    }
  }
}

/// Everything that is known of one server, in front of the panes.
package struct ServerDetails: Hashable, Sendable {
  package var name: ExactText
  package var top = 0
}

/// What to do with servers that were just added.
package struct ServersAdded: Hashable, Sendable {
  package var names: [ExactText]
  /// Clients' files that they were taken from.
  package var files: [String] = []
  package var top = 0
}

/// Cuts a command into words as a shell does, without doing anything else that a shell does.
enum ShellWords {
  struct Problem: Error, Hashable { var message: String }

  struct Cut: Hashable {
    var variables: [ClientServer.Variable] = []
    var words: [String] = []
  }

  static func cut(_ line: String) throws(Problem) -> Cut {
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
  static func masked(_ line: String) -> String {
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
