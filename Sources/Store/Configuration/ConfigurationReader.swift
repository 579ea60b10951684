internal import JSONText
internal import Policy

/// Reads the tree of a configuration and notes everything that is wrong instead of stopping at the first.
struct ConfigurationReader {
  private let text: [UInt8]
  /// In the order in which they were found.
  private(set) var problems: [PolicyProblem] = []
  private var pointer = ""

  /// More are not looked for.
  private static let most = 100

  init(_ text: [UInt8]) { self.text = text }

  mutating func error(at offset: Int, _ message: String, help: String? = nil) {
    guard problems.count < Self.most else { return }
    problems.append(
      PolicyProblem(
        weight: .error, place: TextPlace(of: offset, in: text), pointer: pointer, message: message, help: help))
  }

  /// Walks over the members of an object; each key that is not among the `known` is an error.
  mutating func object(
    _ node: JSONNode, _ name: String, _ known: [String],
    _ body: (inout ConfigurationReader, String, JSONNode) -> Void
  ) {
    guard let members = node.members else {
      return error(at: node.range.lowerBound, "\(name) must be an object, not \(node.kindInWords)")
    }
    for member in members where problems.count < Self.most {
      let outside = pointer
      pointer += "/\(Pointer.token(member.key.string))"
      if let key = known.first(where: { ExactText($0) == member.key }) {
        body(&self, key, member.value)
      } else {
        let near = Suggestion.nearest(to: member.key.string, among: known)
        error(
          at: member.keyRange.lowerBound, "unknown key `\(member.key)`",
          help: near.map { "did you mean `\($0)`?" } ?? "known here: \(Self.listed(known, "and"))")
      }
      pointer = outside
    }
  }

  /// Names a member whose object is read by itself.
  mutating func within(_ key: String, _ body: (inout ConfigurationReader) -> Void) {
    let outside = pointer
    pointer += "/\(Pointer.token(key))"
    body(&self)
    pointer = outside
  }

  /// Reads one of an enum's words.
  mutating func word<Word: RawRepresentable<String> & CaseIterable>(
    _ node: JSONNode, _ name: String, _ word: inout Word
  ) {
    let words = Word.allCases.map(\.rawValue)
    guard let text = node.text else {
      return error(
        at: node.range.lowerBound, "\(name) must be a string, not \(node.kindInWords)",
        help: "write \(Self.listed(words, "or"))")
    }
    guard let known = words.first(where: { ExactText($0) == text }), let value = Word(rawValue: known) else {
      let near = Suggestion.nearest(to: text.string, among: words)
      return error(
        at: node.range.lowerBound, "`\(text)` is no value of \(name)",
        help: near.map { "did you mean `\($0)`?" } ?? "write \(Self.listed(words, "or"))")
    }
    word = value
  }

  private static func listed(_ words: [String], _ conjunction: String) -> String {
    let quoted = words.map { "`\($0)`" }
    guard let last = quoted.last, quoted.count > 1 else { return quoted.first ?? "nothing" }
    return "\(quoted.dropLast().joined(separator: ", ")) \(conjunction) \(last)"
  }
}
