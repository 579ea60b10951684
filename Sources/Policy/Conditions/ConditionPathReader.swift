import JSONText

/// Reads the text of a path, and says what was probably meant where it is none.
struct ConditionPathReader {
  private let text: ExactText
  private let bytes: [UInt8]
  private var position = 0

  init(_ text: ExactText) {
    self.text = text
    bytes = Array(text.utf8)
  }

  mutating func read() throws(ConditionMistake) -> (ConditionPath.Root, [ConditionPath.Step]) {
    let root = word()
    switch root {
    case "args": return (.arguments, try steps())
    case "call": return (.call(try field()), [])
    default: throw unknownRoot(root)
    }
  }

  /// The bytes up to the next dot or bracket.
  private mutating func word() -> String {
    let start = position
    while position < bytes.count, bytes[position] != 0x2E, bytes[position] != 0x5B { position += 1 }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  // MARK: `call`

  private mutating func field() throws(ConditionMistake) -> ConditionPath.Field {
    let names = ConditionPath.Field.allCases.map(\.rawValue)
    let known = "known here: " + names.map { "`call.\($0)`" }.joined(separator: ", ")
    guard position < bytes.count, bytes[position] == 0x2E else {
      throw ConditionMistake("`\(text)` does not say what of the call it means", help: known, range: 0..<bytes.count)
    }
    position += 1
    let start = position
    let name = word()
    guard let field = ConditionPath.Field.allCases.first(where: { ExactText($0.rawValue) == ExactText(name) }) else {
      let near = Suggestion.nearest(to: name, among: names)
      throw ConditionMistake(
        "`call.\(name)` is not known", help: near.map { "did you mean `call.\($0)`?" } ?? known, range: start..<position
      )
    }
    guard position == bytes.count else {
      throw ConditionMistake(
        "`call.\(name)` is a string, so nothing can follow it", help: "write `call.\(name)`",
        range: position..<bytes.count)
    }
    return field
  }

  // MARK: `args`

  private mutating func steps() throws(ConditionMistake) -> [ConditionPath.Step] {
    var steps: [ConditionPath.Step] = []
    while position < bytes.count {
      let start = position
      let step = try step()
      steps.append(step)
      guard steps.count <= ConditionPath.mostSteps else {
        throw ConditionMistake(
          "`\(text)` has more than \(ConditionPath.mostSteps) steps", range: start..<bytes.count)
      }
      guard step != .each || steps.count(where: { $0 == .each }) <= ConditionPath.mostStars else {
        throw ConditionMistake(
          "`\(text)` has more than \(ConditionPath.mostStars) `[*]`", range: start..<position)
      }
    }
    return steps
  }

  private mutating func step() throws(ConditionMistake) -> ConditionPath.Step {
    let start = position
    switch bytes[position] {
    case 0x2E:
      position += 1
      return .member(try name(from: start))
    case 0x5B:
      position += 1
      return try bracketed(from: start)
    default:
      throw ConditionMistake(
        "`\(text)` is not a path: something follows a `]`", help: "write a dot before a name",
        range: start..<bytes.count)
    }
  }

  private mutating func name(from start: Int) throws(ConditionMistake) -> ExactText {
    let rest = bytes[position...].prefix { $0 != 0x2E && $0 != 0x5B }
    let name = String(decoding: rest, as: UTF8.self)
    guard !rest.isEmpty else {
      throw ConditionMistake(
        "a step of `\(text)` is empty", help: "write a name behind each dot, or `[\"\"]` for an empty one",
        range: start..<position)
    }
    let range = position..<rest.endIndex
    guard Self.isPlain(ExactText(name)) else {
      let prefix = String(decoding: bytes[..<start], as: UTF8.self)
      let suffix = String(decoding: bytes[rest.endIndex...], as: UTF8.self)
      if name == "*" {
        throw ConditionMistake(
          "`\(text)` has a star behind a dot", help: "write `\(prefix)[*]\(suffix)` for every element of an array",
          range: range)
      }
      throw ConditionMistake(
        "`\(name)` is not a plain name", help: "write `\(prefix)[\(Self.quoted(name))]\(suffix)`", range: range)
    }
    position = rest.endIndex
    return ExactText(name)
  }

  private mutating func bracketed(from start: Int) throws(ConditionMistake) -> ConditionPath.Step {
    let step: ConditionPath.Step
    if position < bytes.count, bytes[position] == 0x22 {
      step = .member(try quotedName())
    } else {
      let inside = bytes[position...].prefix { $0 != 0x5D }
      let word = String(decoding: inside, as: UTF8.self)
      let range = start..<min(inside.endIndex + 1, bytes.count)
      if word == "*" {
        step = .each
      } else if !inside.isEmpty, inside.allSatisfy({ 0x30...0x39 ~= $0 }) {
        guard inside.count <= 9, let index = Int(word), inside.count == 1 || inside.first != 0x30 else {
          throw ConditionMistake(
            "`\(word)` is not an index", help: "write a number from 0 to 999999999 without zeros before it",
            range: range)
        }
        step = .element(index)
      } else {
        throw unknownBracket(word, start, range)
      }
      position = inside.endIndex
    }
    guard position < bytes.count, bytes[position] == 0x5D else {
      throw ConditionMistake(
        "a bracket of `\(text)` is not closed", help: "write `]` behind the index or the name",
        range: start..<bytes.count)
    }
    position += 1
    return step
  }

  private mutating func quotedName() throws(ConditionMistake) -> ExactText {
    let start = position
    let decoded: String
    do throws(JSONError) {
      var cursor = JSONCursor(at: position)
      let token = try cursor.scanString(bytes.span)
      decoded = JSONCursor.decode(token, bytes.span)
      position = cursor.position
    } catch {
      throw ConditionMistake(
        "a name in `\(text)` is not written as JSON writes strings", help: error.description,
        range: start..<bytes.count)
    }
    guard !decoded.utf8.contains(0) else {
      throw ConditionMistake("a name in `\(text)` holds NUL, which no key can", range: start..<position)
    }
    return ExactText(decoded)
  }

  private func unknownBracket(_ word: String, _ start: Int, _ range: Range<Int>) -> ConditionMistake {
    let prefix = String(decoding: bytes[..<start], as: UTF8.self)
    let help: String
    let named =
      word.first == "'" && word.last == "'" && word.utf8.count > 2 ? String(word.dropFirst().dropLast()) : word
    if named.isEmpty || named.first == "'" {
      help = "write `[0]`, `[*]` or `[\"name\"]`"
    } else if named.utf8.first == 0x2D {
      help = "elements are counted from 0 at the start"
    } else {
      help = "write `\(prefix)[\(Self.quoted(named))]`"
    }
    return ConditionMistake(
      word.isEmpty ? "a bracket of `\(text)` is empty" : "`[\(word)]` is neither an index nor a name in quotes",
      help: help, range: range)
  }

  // MARK: What was meant

  private func unknownRoot(_ root: String) -> ConditionMistake {
    let rest = String(decoding: bytes[position...], as: UTF8.self)
    let range = 0..<bytes.count
    if text.isEmpty {
      return ConditionMistake("a path must not be empty", help: "write `args.name` or `call.client`", range: range)
    }
    var meant: String?
    if bytes[0] == 0x2F {
      meant = text.string.split(separator: "/").reduce("args") { path, step in path + Self.step(String(step)) }
    } else if root == "$" {
      meant = "args" + rest
    } else if let word = Suggestion.nearest(to: root, among: Self.otherRoots.keys.sorted()) {
      meant = Self.otherRoots[word].map { $0 + rest }
    } else if !root.isEmpty {
      meant = "args" + Self.step(root) + rest
    } else {
      meant = "args" + rest
    }
    if let text = meant, (try? ConditionPath(ExactText(text))) == nil { meant = nil }
    return ConditionMistake(
      "`\(text)` is not a path", help: meant.map { "did you mean `\($0)`?" } ?? "a path begins with `args` or `call`",
      range: range)
  }

  /// What people write for the two roots.
  private static let otherRoots = [
    "args": "args", "arg": "args", "arguments": "args", "argument": "args", "params": "args", "parameters": "args",
    "input": "args", "call": "call", "caller": "call", "request": "call", "context": "call",
  ]

  static func step(_ name: String) -> String {
    isPlain(ExactText(name)) ? "." + name : "[" + quoted(name) + "]"
  }

  private static func quoted(_ name: String) -> String {
    var out: [UInt8] = []
    JSONWriter.append(name, to: &out)
    return String(decoding: out, as: UTF8.self)
  }

  /// Whether a name can stand behind a dot: letters, digits, `_`, `-` and `$`.
  static func isPlain(_ name: ExactText) -> Bool {
    !name.isEmpty
      && name.string.unicodeScalars.allSatisfy { scalar in
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "_", "-", "$": return true
        case "\u{80}"...:
          switch scalar.properties.generalCategory {
          case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .nonspacingMark,
            .spacingMark, .enclosingMark, .decimalNumber, .letterNumber, .otherNumber:
            return true
          default: return false
          }
        default: return false
        }
      }
  }
}
