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
  private var errorOffsets: Set<Int> = []
  private(set) var errorCount = 0
  /// The first limit of each count that has a name of the user's.
  var shares: [SharedCount: (limit: PolicyLimit, place: RulePlace)] = [:]
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

  /// Where a byte of a string's text stands, escapes counted.
  func offset(of index: Int, in node: JSONNode) -> Int {
    var offset = node.range.lowerBound + 1
    let end = node.range.upperBound - 1
    guard let utf8 = node.text?.utf8, index <= utf8.count else { return node.range.lowerBound }
    if utf8.count == end - offset { return offset + index }
    var decoded = 0
    while decoded < index, offset < end {
      if text[offset] != 0x5C {
        decoded += 1
        offset += 1
      } else if text[offset + 1] != 0x75 {
        decoded += 1
        offset += 2
      } else {
        let unit = Int(String(decoding: text[offset + 2..<offset + 6], as: UTF8.self), radix: 16) ?? 0
        // A pair of surrogates is one character of four bytes.
        decoded += unit < 0x80 ? 1 : unit < 0x800 ? 2 : 0xD800...0xDBFF ~= unit ? 4 : 0xDC00...0xDFFF ~= unit ? 0 : 3
        offset += 6
      }
    }
    return offset
  }

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

  func hasError(at offset: Int) -> Bool { errorOffsets.contains(offset) }

  mutating func error(at offset: Int, _ message: String, help: String? = nil) {
    errorOffsets.insert(offset)
    errorCount += 1
    findings.append(Finding(offset: offset, weight: .error, pointer: pointer, message: message, help: help))
  }

  mutating func warning(at offset: Int, _ message: String, help: String? = nil) {
    findings.append(Finding(offset: offset, weight: .warning, pointer: pointer, message: message, help: help))
  }

  mutating func demand(_ key: String, _ isThere: Bool, _ node: JSONNode) {
    if !isThere { error(at: node.range.lowerBound, "`\(key)` is missing") }
  }

  /// Notes what was found of a policy that was read.
  mutating func warn(of oddities: [PolicyOddities.Oddity], in root: JSONNode) {
    guard !oddities.isEmpty else { return }
    let places = PointerPlaces(of: oddities.map(\.pointer), in: root)
    for oddity in oddities {
      let (pointer, offset) = places.nearest(oddity.pointer)
      findings.append(
        Finding(offset: offset, weight: .warning, pointer: pointer, message: oddity.message, help: oddity.help))
    }
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
  ///
  /// `keys` are those that are known here, where that are not all of their kind.
  mutating func members<Key: PolicyKey>(
    of node: JSONNode, _ name: String, keys: [Key]? = nil, help: String? = nil,
    _ body: (inout PolicyReader, Key, JSONMember) -> Void
  ) {
    guard let members = node.members else {
      error(at: node.range.lowerBound, "\(name) must be an object, not \(node.kindInWords)", help: help)
      return
    }
    for member in members {
      inside(Pointer.token(member.key.string)) { reader in
        guard let key = Key(exact: member.key), keys?.contains(where: { $0 == key }) != false else {
          reader.unknown(member, among: (keys ?? Array(Key.allCases)).map(\.rawValue))
          return
        }
        body(&reader, key, member)
      }
    }
  }

  /// What was probably meant; among very many mistakes it is no longer looked for.
  func nearest(to word: ExactText, among words: [String]) -> String? {
    errorCount < 1_000 ? Suggestion.nearest(to: word.string, among: words) : nil
  }

  private mutating func unknown(_ member: JSONMember, among keys: [String]) {
    let help: String
    let otherName = member.key == "reason" ? "on_deny" : member.key == "on_deny" ? "reason" : nil
    if let otherName, keys.contains(otherName) {
      help = "here it is `\(otherName)`"
    } else if let near = nearest(to: member.key, among: keys) {
      help = "did you mean `\(near)`?"
    } else {
      help = Self.home(of: member.key) ?? "known here: " + keys.map { "`\($0)`" }.joined(separator: ", ")
    }
    error(at: member.keyRange.lowerBound, "unknown key `\(member.key)`", help: help)
  }

  /// Where a key is known that is not known where it stands.
  private static func home(of key: ExactText) -> String? {
    if ServerKey(exact: key) != nil { return "it is known at the top level and for a server" }
    if RootKey(exact: key) != nil { return "it is known at the top level only" }
    if RuleKey(exact: key) != nil { return "it belongs into a rule" }
    if LimitKey(exact: key) != nil { return "it belongs into an entry of `limits`" }
    if EntryKey(exact: key) != nil {
      return "it belongs into an entry of `require`, `deny_if`, `approve_if` or `allow_if`"
    }
    if ConditionKey(exact: key) != nil { return "it belongs into a condition" }
    if ApprovalKey(exact: key) != nil { return "it belongs into `approval`" }
    return nil
  }
}
