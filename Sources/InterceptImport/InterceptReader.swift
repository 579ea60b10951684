import JSONText
import Policy

/// Carries the tree of an Intercept policy over, and notes everything that cannot be instead of stopping at the first.
struct InterceptReader {
  /// More mistakes than these are not told one by one.
  static let mostProblems = 1000
  static let andMore = "and more from here on"

  private(set) var problems: [PolicyProblem]
  private(set) var notes: [PolicyProblem] = []
  /// The steps of the pointer to the value at hand in the YAML, escaped.
  private var path: [String] = []
  /// The counters of all rules by the names that Intercept keeps them under.
  var counters: Set<ExactText> = []
  var hasToldOfCounting = false

  /// Goes on with what was found wrong already.
  init(_ problems: [PolicyProblem]) { self.problems = problems }

  // MARK: For the parts of the reading

  mutating func error(_ place: TextPlace, _ message: String, help: String? = nil) {
    switch problems.count {
    case ..<Self.mostProblems:
      problems.append(
        PolicyProblem(weight: .error, place: place, pointer: pointer, message: message, help: help))
    case Self.mostProblems:
      problems.append(
        PolicyProblem(weight: .error, place: place, pointer: "", message: Self.andMore))
    default: break
    }
  }

  mutating func note(_ place: TextPlace, _ message: String, help: String? = nil) {
    guard notes.count < Self.mostProblems else { return }
    notes.append(PolicyProblem(weight: .warning, place: place, pointer: pointer, message: message, help: help))
  }

  private var pointer: String { path.map { "/" + $0 }.joined() }

  /// Does something some steps further down.
  mutating func inside<Value>(_ steps: String..., body: (inout InterceptReader) -> Value) -> Value {
    path += steps.map(Carried.step)
    defer { path.removeLast(steps.count) }
    return body(&self)
  }

  /// The members of a mapping whose keys the format knows; each other key is an error.
  mutating func members<Key: InterceptKey>(
    of node: YAMLNode, _ name: String, as: Key.Type
  ) -> [Key: YAMLMember]? {
    guard case .mapping(let all) = node.content else {
      if !node.isRefused { error(node.place, "\(name) must be a mapping, not \(node.kindInWords)") }
      return nil
    }
    var found: [Key: YAMLMember] = [:]
    for member in all {
      guard let key = Key(exact: member.key) else {
        let known = Key.allCases.map(\.rawValue)
        let help = Suggestion.nearest(to: member.key.string, among: known).map { "did you mean `\($0)`?" }
        inside(member.key.string) {
          $0.error(
            member.keyPlace, "unknown key `\(member.key)`, which Intercept would ignore",
            help: help ?? "known here: " + known.map { "`\($0)`" }.joined(separator: ", "))
        }
        continue
      }
      found[key] = member
    }
    return found
  }

  /// The elements of a list; none where it is absent or null.
  mutating func elements(of member: YAMLMember?, _ name: String) -> [YAMLNode] {
    guard let member, !member.value.isNull else { return [] }
    guard case .sequence(let elements) = member.value.content else {
      if !member.value.isRefused {
        error(member.value.place, "\(name) must be a list, not \(member.value.kindInWords)")
      }
      return []
    }
    return elements
  }

  /// A text; nil where it is absent, null or empty, which are the same to Intercept.
  ///
  /// What YAML takes for a number or truth value is the text that stands there.
  mutating func text(_ node: YAMLNode?, _ name: String) -> String? {
    guard let node, !node.isNull else { return nil }
    guard case .scalar(let scalar) = node.content else {
      if !node.isRefused { error(node.place, "\(name) must be a text, not \(node.kindInWords)") }
      return nil
    }
    return scalar.text.isEmpty ? nil : scalar.text
  }

  /// One of a list of words.
  mutating func word<Word: InterceptKey>(_ node: YAMLNode, _ name: String, as: Word.Type) -> Word? {
    let words = Word.allCases.map(\.rawValue)
    let list = words.dropLast().map { "`\($0)`" }.joined(separator: ", ") + " or `\(words.last ?? "")`"
    guard let text = text(node, name) else {
      if node.isNull { error(node.place, "\(name) must not be empty", help: "write \(list)") }
      return nil
    }
    guard let word = Word(exact: ExactText(text)) else {
      let near = Suggestion.nearest(to: text, among: words).map { "did you mean `\($0)`?" }
      error(node.place, "`\(text)` is nothing that \(name) can be", help: near ?? "write \(list)")
      return nil
    }
    return word
  }
}

// MARK: The whole policy

extension InterceptReader {
  private enum Posture: String, InterceptKey { case allow, deny }

  /// The policy.json; nil or incomplete where something is wrong.
  mutating func policy(_ root: YAMLNode) -> Carried? {
    guard let members = members(of: root, "a policy", as: InterceptRootKey.self) else { return nil }
    var carried = [Carried.Member("version", version(members[.version], root))]
    if let member = members[.description], let text = text(member.value, "`description`") {
      carried.append(Carried.Member("description", Carried(.text(text), member.value.place)))
    }
    let posture: Posture = members[.default].flatMap { self.posture($0) } ?? .allow
    let place = members[.default]?.value.place ?? root.place
    carried.append(Carried.Member("default", Carried(.text(posture.rawValue), place)))
    if let member = members[.hide] {
      carried.append(Carried.Member("hide", inside("hide") { $0.hide(member) }))
    }
    if let member = members[.tools], !member.value.isNull {
      carried += inside("tools") { $0.tools(member.value) }
    }
    if posture == .deny { carried += open(place) }
    return Carried(.object(carried), root.place)
  }

  private mutating func version(_ member: YAMLMember?, _ root: YAMLNode) -> Carried {
    let place = member?.value.place ?? root.place
    let help = "write `version: \"1\"`"
    if let member {
      let text = text(member.value, "`version`")
      if text.map({ ExactText($0) }) != "1", text != nil || member.value.isScalar {
        error(place, "`version` must be 1, not \(text.map { "`\($0)`" } ?? "empty")", help: help)
      }
    } else {
      error(place, "`version` is missing", help: help)
    }
    return Carried(.text("1"), place)
  }

  private mutating func posture(_ member: YAMLMember) -> Posture? {
    guard let text = text(member.value, "`default`"), !text.isEmpty else { return nil }
    return inside("default") { $0.word(member.value, "`default`", as: Posture.self) }
  }

  /// Intercept judges tool calls only; everything else passes it.
  private mutating func open(_ place: TextPlace) -> [Carried.Member] {
    note(
      place, "Intercept judges tool calls only, so resources, prompts and requests of the server stay open",
      help:
        "take out `resources`, `prompts` and `server_requests` to close them; methods that are unknown here are denied"
    )
    let nothing = Carried(.object([]), place)
    return [
      Carried.Member("resources", .object(place, Carried.Member("*", nothing))),
      Carried.Member("prompts", .object(place, Carried.Member("*", nothing))),
      Carried.Member("server_requests", .object(place, Carried.Member("*", nothing))),
    ]
  }

  private mutating func hide(_ member: YAMLMember) -> Carried {
    var seen: Set<ExactText> = []
    var names: [Carried] = []
    for (index, node) in elements(of: member, "`hide`").enumerated() {
      inside(String(index)) { reader in
        guard let text = reader.text(node, "a name") else {
          if !node.isRefused, case .scalar = node.content { reader.error(node.place, "a name must not be empty") }
          return
        }
        guard seen.insert(ExactText(text)).inserted else {
          return reader.error(node.place, "`\(text)` is hidden twice", help: "take one out")
        }
        let name = ExactText(text) == "*" ? ExactText("*") : reader.key(ExactText(text), node.place)
        names.append(Carried(.text(name.string), node.place))
      }
    }
    return Carried(.list(names), member.value.place)
  }

  /// The exact name as a key of a policy, where a star stands for anything.
  private mutating func key(_ name: ExactText, _ place: TextPlace) -> ExactText {
    let key = NamePattern.key(for: name)
    if name.utf8.contains(0x2A) {
      note(
        place, "the star in `\(name)` is a plain character to Intercept, so it stays one",
        help: "write `\(name)` instead of `\(key)` in the new policy if it is to stand for any run of characters")
    }
    return key
  }

  private mutating func tools(_ node: YAMLNode) -> [Carried.Member] {
    guard case .mapping(let members) = node.content else {
      if !node.isRefused { error(node.place, "`tools` must be a mapping, not \(node.kindInWords)") }
      return []
    }
    var tools: [Carried.Member] = []
    var forAll: Carried.Member?
    var isFirst = true
    for member in members {
      let rule = inside(member.key.string) { $0.tool(member) }
      if member.key == "*" {
        forAll = Carried.Member("all_tools", rule)
        isFirst = tools.isEmpty
      } else {
        let key = inside(member.key.string) { $0.key(member.key, member.keyPlace) }
        tools.append(Carried.Member(key.string, rule))
      }
    }
    let own = Carried.Member("tools", Carried(.object(tools), node.place))
    guard let forAll else { return [own] }
    if tools.isEmpty { return [forAll] }
    return isFirst ? [forAll, own] : [own, forAll]
  }
}
