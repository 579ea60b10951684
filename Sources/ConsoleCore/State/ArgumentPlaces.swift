package import JSONText
package import Policy

/// One place in the arguments of a tool, or a fact about the call, that a condition can look at.
package struct ArgumentPlace: Hashable, Sendable {
  /// The types of JSON Schema, in its words.
  package enum Kind: String, CaseIterable, Hashable, Sendable {
    case string, number, integer, boolean, array, object, null
  }

  package var path: ConditionPath
  /// Empty where nothing is said of it.
  package var kinds: Set<Kind> = []
  package var isRequired = false
  /// The values of `enum` or `const`.
  package var choices: [JSONNode] = []
  /// The server's own words.
  package var description = ""

  /// Of the type and nothing else, but for null.
  package func isOnly(_ wanted: Set<Kind>) -> Bool {
    let kinds = kinds.subtracting([.null])
    return !kinds.isEmpty && kinds.isSubset(of: wanted)
  }

  /// What is known of it, in a few words; peer text.
  package var summary: String {
    var parts = kinds.isEmpty ? [] : [Kind.allCases.filter(kinds.contains).map(\.rawValue).joined(separator: " or ")]
    if isRequired { parts.append("required") }
    if !choices.isEmpty {
      let shown = choices.prefix(8).map { TerminalText.cut($0.json, columns: 24) }.joined(separator: ", ")
      parts.append("one of \(shown)" + (choices.count > 8 ? " and \(choices.count - 8) more" : ""))
    }
    if !description.isEmpty { parts.append(description) }
    return parts.joined(separator: " · ")
  }
}

/// What the arguments of a tool can hold, read from the schema that its server declared.
///
/// The schema is hostile text: what is looked at, followed and kept is bounded, and what is not understood is left out.
package struct ArgumentPlaces: Hashable, Sendable {
  package private(set) var all: [ArgumentPlace] = []

  static let most = 400
  static let deepest = 8
  private static let mostSteps = 4000

  /// The facts of the call alone.
  package init() { all = Self.facts }

  /// The places of a schema; `fallback` are the names that are known without it, the required ones first.
  package init(schema: [UInt8], fallback: [String] = [], required: Int = 0) {
    if let root = try? JSONNode.read(schema), root.members != nil {
      var walk = Walk(root: root)
      walk.visit([root], [], isRequired: false, depth: 0)
      all = walk.places
    }
    if all.isEmpty {
      all = fallback.prefix(Self.most).enumerated().map { index, name in
        ArgumentPlace(path: ConditionPath(arguments: [.member(ExactText(name))]), isRequired: index < required)
      }
    }
    all += Self.facts
  }

  /// What is known of the place that a path leads to.
  package func place(_ path: ConditionPath) -> ArgumentPlace? {
    if let exact = all.first(where: { $0.path == path }) { return exact }
    let steps = path.steps.map { step -> ConditionPath.Step in if case .element = step { .each } else { step } }
    return all.first { $0.path.root == path.root && $0.path.steps == steps }
  }

  private static let facts: [ArgumentPlace] = [
    ("call.client", "the name by which the client introduced itself"), ("call.grant", "the client's credential"),
    ("call.session", "the session"), ("call.server", "the server's name"), ("call.tool", "the tool's name"),
  ].compactMap { text, words in
    guard let path = try? ConditionPath(ExactText(text)) else { return nil }
    return ArgumentPlace(path: path, kinds: [.string], isRequired: true, description: words)
  }

  /// A walk through a schema, with what it may still cost.
  private struct Walk {
    let root: JSONNode
    var places: [ArgumentPlace] = []
    var steps = 0

    mutating func visit(_ schemas: [JSONNode], _ path: [ConditionPath.Step], isRequired: Bool, depth: Int) {
      guard depth <= ArgumentPlaces.deepest, places.count < ArgumentPlaces.most else { return }
      let parts = whole(schemas)
      if !path.isEmpty { places.append(place(parts, path, isRequired)) }
      var names: [ExactText] = []
      var members: [ExactText: [JSONNode]] = [:]
      var required: Set<ExactText> = []
      for part in parts {
        for member in part["properties"]?.members ?? [] {
          if members[member.key] == nil { names.append(member.key) }
          members[member.key, default: []].append(member.value)
        }
        for name in part["required"]?.elements ?? [] { if let text = name.text { required.insert(text) } }
      }
      for name in names where !name.utf8.contains(0) {
        let isRequired = required.contains(name) && (depth == 0 || isRequired)
        visit(members[name] ?? [], path + [.member(name)], isRequired: isRequired, depth: depth + 1)
      }
      let items = parts.compactMap { $0["items"] }.filter { $0.members != nil }
      if !items.isEmpty, path.count(where: { $0 == .each }) < ConditionPath.mostStars {
        visit(items, path + [.each], isRequired: false, depth: depth + 1)
      }
    }

    /// The schemas with what they refer to and are made of.
    private mutating func whole(_ schemas: [JSONNode]) -> [JSONNode] {
      var found: [JSONNode] = []
      var waiting = schemas
      var references: Set<ExactText> = []
      while let schema = waiting.popLast(), steps < ArgumentPlaces.mostSteps {
        steps += 1
        found.append(schema)
        for key: ExactText in ["allOf", "anyOf", "oneOf"] { waiting += schema[key]?.elements ?? [] }
        if let reference = schema["$ref"]?.text, references.insert(reference).inserted,
          let target = target(of: reference.string)
        {
          waiting.append(target)
        }
      }
      return found
    }

    /// What a reference within the schema leads to.
    private func target(of reference: String) -> JSONNode? {
      if reference == "#" { return root }
      guard reference.utf8.starts(with: "#/".utf8) else { return nil }
      let steps = reference.dropFirst(2).split(separator: "/", omittingEmptySubsequences: false).prefix(16)
      return root.at(steps.map { .key(Pointer.key(String($0))) })
    }

    private func place(_ parts: [JSONNode], _ path: [ConditionPath.Step], _ isRequired: Bool) -> ArgumentPlace {
      var place = ArgumentPlace(path: ConditionPath(arguments: path), isRequired: isRequired)
      for part in parts {
        let words = part["type"]?.elements ?? part["type"].map { [$0] } ?? []
        for word in words {
          if let kind = word.string.flatMap({ ArgumentPlace.Kind(rawValue: $0) }) { place.kinds.insert(kind) }
        }
        let choices = part["enum"]?.elements ?? part["const"].map { [$0] } ?? []
        for choice in choices.prefix(200) where place.choices.count < 200 {
          if !place.choices.contains(where: { $0.means(choice) }) { place.choices.append(choice) }
        }
        if place.description.isEmpty, let text = part["description"]?.string {
          place.description = String(String.UnicodeScalarView(text.unicodeScalars.prefix(300)))
        }
      }
      return place
    }
  }
}

extension ConditionOperator {
  /// What it asks, in a few words.
  package var meaning: String {
    switch self {
    case .eq: "is this value"
    case .neq: "is not this value"
    case .in: "is one of a list"
    case .notIn: "is none of a list"
    case .lt: "is less than"
    case .lte: "is at most"
    case .gt: "is more than"
    case .gte: "is at least"
    case .contains: "has this part, or this element"
    case .notContains: "has not this part or element"
    case .startsWith: "begins with"
    case .endsWith: "ends with"
    case .glob: "fits a pattern; * is anything"
    case .regex: "matches RE2 anywhere"
    case .notRegex: "matches RE2 nowhere"
    case .exists: "is there and not null"
    case .lengthLt: "is shorter than"
    case .lengthLte: "is at most so long"
    case .lengthGt: "is longer than"
    case .lengthGte: "is at least so long"
    case .within: "a path inside of folders"
    case .hostIn: "a URL of these hosts"
    }
  }

  /// Whether its value is a list, or can be one.
  package var takesList: Bool { [.in, .notIn, .within, .hostIn].contains(self) }

  /// The types of what it is asked about; empty for all.
  private var kinds: Set<ArgumentPlace.Kind> {
    switch self {
    case .eq, .neq, .in, .notIn, .exists: []
    case .lt, .lte, .gt, .gte: [.number, .integer]
    case .contains, .notContains: [.string, .array]
    case .startsWith, .endsWith, .glob, .regex, .notRegex, .within, .hostIn: [.string]
    case .lengthLt, .lengthLte, .lengthGt, .lengthGte: [.string, .array, .object]
    }
  }

  /// Whether it can say anything about what the schema declares there; always where the schema says nothing.
  package func fits(_ place: ArgumentPlace?) -> Bool {
    guard let place, !place.kinds.subtracting([.null]).isEmpty, !kinds.isEmpty else { return true }
    if case .call = place.path.root, [.contains, .notContains].contains(self) { return true }
    return !place.kinds.isDisjoint(with: kinds)
  }
}
