import JSONText

/// Reads the tree of a policy and notes everything that is wrong instead of stopping at the first.
struct PolicyReader {
  private struct Finding {
    var offset: Int
    var weight: PolicyProblem.Weight
    var pointer: String
    var message: String
    var help: String?
  }

  private let text: [UInt8]
  let lines: LineIndex
  private var findings: [Finding] = []
  /// The steps of the pointer to the value at hand, escaped.
  private var path: [String] = []

  init(_ text: [UInt8]) {
    self.text = text
    lines = LineIndex(text)
  }

  /// All findings in the order of the text.
  func problems() -> [PolicyProblem] {
    let sorted = findings.enumerated().sorted { ($0.element.offset, $0.offset) < ($1.element.offset, $1.offset) }
    let places = lines.places(of: sorted.map(\.element.offset), in: text)
    return zip(sorted, places).map { entry, place in
      PolicyProblem(
        weight: entry.element.weight, place: place, pointer: entry.element.pointer, message: entry.element.message,
        help: entry.element.help)
    }
  }

  // MARK: For the parts of the reading

  /// The JSON pointer of the value at hand.
  var pointer: String {
    var pointer = ""
    for step in path {
      pointer += "/"
      pointer += step
    }
    return pointer
  }

  func line(of node: JSONNode) -> Int { lines.line(of: node.range.lowerBound) }
  func line(of member: JSONMember) -> Int { lines.line(of: member.keyRange.lowerBound) }

  mutating func error(at offset: Int, _ message: String, help: String? = nil) {
    findings.append(Finding(offset: offset, weight: .error, pointer: pointer, message: message, help: help))
  }

  mutating func warning(at offset: Int, _ message: String, help: String? = nil) {
    findings.append(Finding(offset: offset, weight: .warning, pointer: pointer, message: message, help: help))
  }

  /// Does something one step further down.
  mutating func inside<Value>(_ step: String, _ body: (inout PolicyReader) -> Value) -> Value {
    path.append(step)
    defer { path.removeLast() }
    return body(&self)
  }

  /// Walks over the elements of an array.
  mutating func elements(of node: JSONNode, _ name: String, _ body: (inout PolicyReader, Int, JSONNode) -> Void) {
    guard let elements = node.elements else {
      error(at: node.range.lowerBound, "\(name) must be an array, not \(node.kindInWords)")
      return
    }
    for (index, element) in elements.enumerated() {
      inside(String(index)) { body(&$0, index, element) }
    }
  }

  /// Walks over the members of an object whose keys the user chooses.
  mutating func entries(of node: JSONNode, _ name: String, _ body: (inout PolicyReader, JSONMember) -> Void) {
    guard let members = node.members else {
      error(at: node.range.lowerBound, "\(name) must be an object, not \(node.kindInWords)")
      return
    }
    for member in members {
      inside(Pointer.token(member.key.string)) { body(&$0, member) }
    }
  }

  /// Walks over the members of an object whose keys the format knows; each other key is an error.
  mutating func members<Key: PolicyKey>(
    of node: JSONNode, _ name: String, help: String? = nil, _ body: (inout PolicyReader, Key, JSONMember) -> Void
  ) {
    guard let members = node.members else {
      error(at: node.range.lowerBound, "\(name) must be an object, not \(node.kindInWords)", help: help)
      return
    }
    for member in members {
      inside(Pointer.token(member.key.string)) { reader in
        guard let key = Key(exact: member.key) else {
          reader.unknown(
            member, among: Key.allCases.filter(\.isSupported).map(\.rawValue), Key.allCases.map(\.rawValue))
          return
        }
        guard key.isSupported else {
          reader.unsupported(member.key.string, at: member.keyRange.lowerBound)
          return
        }
        body(&reader, key, member)
      }
    }
  }

  private mutating func unknown(_ member: JSONMember, among supported: [String], _ all: [String]) {
    let help: String
    if let near = Suggestion.nearest(to: member.key.string, among: all) {
      help = "did you mean `\(near)`?"
    } else if RootKey(exact: member.key) != nil {
      help = "it is known at the top level only"
    } else {
      help = "known here: " + supported.map { "`\($0)`" }.joined(separator: ", ")
    }
    error(at: member.keyRange.lowerBound, "unknown key `\(member.key)`", help: help)
  }

  mutating func unsupported(_ what: String, at offset: Int) {
    error(
      at: offset, "`\(what)` is not supported by this version yet", help: "take it out, it would not be enforced")
  }

  // MARK: Scalars

  /// A string that is not empty.
  mutating func string(_ node: JSONNode, _ name: String) -> ExactText? {
    guard let text = node.text else {
      error(at: node.range.lowerBound, "\(name) must be a string, not \(node.kindInWords)")
      return nil
    }
    guard !text.isEmpty else {
      error(at: node.range.lowerBound, "\(name) must not be empty", help: "take it out")
      return nil
    }
    return text
  }

  mutating func word<Word: PolicyWord>(_ node: JSONNode, _ name: String, as: Word.Type = Word.self) -> Word? {
    let words = Word.allCases.filter(\.isSupported).map(\.rawValue)
    guard let text = node.text else {
      error(
        at: node.range.lowerBound, "\(name) must be a string, not \(node.kindInWords)", help: Self.oneOf(words))
      return nil
    }
    guard let word = Word(exact: text) else {
      let near = Suggestion.nearest(to: text.string, among: words)
      error(
        at: node.range.lowerBound, "`\(text)` is not \(Word.kind)",
        help: near.map { "did you mean `\($0)`?" } ?? Self.oneOf(words))
      return nil
    }
    guard word.isSupported else {
      unsupported(word.rawValue, at: node.range.lowerBound)
      return nil
    }
    return word
  }

  private static func oneOf(_ words: [String]) -> String {
    let quoted = words.map { "`\($0)`" }
    guard let last = quoted.last, quoted.count > 1 else { return "write \(quoted.first ?? "")" }
    return "write \(quoted.dropLast().joined(separator: ", ")) or \(last)"
  }

  /// A name or a glob.
  mutating func pattern(_ text: ExactText, at offset: Int) -> NamePattern? {
    do throws(NamePattern.Mistake) {
      return try NamePattern(text)
    } catch {
      switch error {
      case .empty:
        self.error(at: offset, "a name must not be empty")
      case .unknownEscape(let escape):
        self.error(
          at: offset, "`\(escape)` in a name means nothing", help: "write `\\*` for a star, `\\\\` for a backslash")
      }
      return nil
    }
  }
}
