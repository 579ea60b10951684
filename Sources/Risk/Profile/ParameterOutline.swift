package import JSONText

/// The parameters of a tool as its input schema declares them, nested ones below their owner, bounded.
package struct ParameterOutline: Hashable, Sendable {
  package struct Row: Hashable, Sendable {
    /// 0 for a parameter of the call itself.
    package var depth: Int
    package var name: String
    /// Where a policy finds it: `args.items[*].path`.
    package var path: String
    /// In words: `string`, `array of integer`, `string or null`, `anything`.
    package var type: String
    package var isRequired: Bool
    /// The values that it may have, where the schema lists them.
    package var choices: [String]
    /// How many more there are.
    package var moreChoices: Int
    /// JSON text of the default value.
    package var standard: String?
    package var description: String
    /// Other bounds: `1 or more`, `matches ^a`, `uri`.
    package var bounds: [String]
    /// What its name and type show that it is for.
    package var purpose: ParameterPurpose?
  }

  /// The parameters of the call itself, and how many of them are required.
  package private(set) var count = 0
  package private(set) var required = 0
  package private(set) var rows: [Row] = []
  /// Parameters that are not in `rows`, as far as they were counted.
  package private(set) var untold = 0
  /// Why nothing, or not all, can be told, in words.
  package private(set) var problem: String?

  package enum Limits {
    package static let rows = 300
    package static let depth = 4
    package static let choices = 24
    package static let textBytes = 600
  }

  package init(_ schema: JSONNode?) {
    guard let schema, !schema.isNull else {
      problem = "the server declares no inputSchema, so nothing tells which arguments the tool takes"
      return
    }
    guard schema.members != nil else {
      problem = "its inputSchema is \(schema.kindInWords) and no object, so nothing tells which arguments it takes"
      return
    }
    if let properties = schema["properties"], properties.members == nil {
      problem = "`properties` of its inputSchema is \(properties.kindInWords) and no object"
      return
    }
    let members = schema["properties"]?.members ?? []
    count = members.count
    let names = Set((schema["required"]?.elements ?? []).prefix(10_000).compactMap(\.text))
    required = members.count { names.contains($0.key) }
    let reader = SchemaShape(root: schema)
    add(members, required: names, path: "args", depth: 0, reader)
  }

  private mutating func add(
    _ members: [JSONMember], required: Set<ExactText>, path: String, depth: Int, _ reader: SchemaShape
  ) {
    // The required ones come first, otherwise the order is the server's.
    let ordered = members.filter { required.contains($0.key) } + members.filter { !required.contains($0.key) }
    for (index, member) in ordered.enumerated() {
      guard rows.count < Limits.rows else {
        untold += ordered.count - index
        return
      }
      let here = path + Self.step(member.key.string)
      let schema = reader.resolved(member.value)
      var row = Row(
        depth: depth, name: ToolDefinition.cut(member.key.string, to: 200), path: ToolDefinition.cut(here, to: 400),
        type: reader.words(schema), isRequired: required.contains(member.key), choices: [], moreChoices: 0,
        standard: schema["default"].map { ToolDefinition.cut(String(decoding: $0.compact, as: UTF8.self), to: 200) },
        description: ToolDefinition.cut(
          (member.value["description"] ?? schema["description"])?.string ?? "", to: Limits.textBytes),
        bounds: SchemaShape.bounds(schema), purpose: nil)
      let choices = reader.choices(schema)
      row.choices = choices.prefix(Limits.choices).map { ToolDefinition.cut($0, to: 100) }
      row.moreChoices = max(0, choices.count - Limits.choices)
      row.purpose = ParameterPurpose(name: member.key.string, type: row.type, schema: schema, choices: row.choices)
      rows.append(row)
      guard depth + 1 < Limits.depth else { continue }
      let (inner, suffix) = reader.object(in: schema)
      guard let inner, let nested = inner["properties"]?.members else { continue }
      let names = Set((inner["required"]?.elements ?? []).prefix(1000).compactMap(\.text))
      add(nested, required: names, path: here + suffix, depth: depth + 1, reader)
    }
  }

  /// `.name`, or `["odd name"]`.
  private static func step(_ key: String) -> String {
    let isPlain =
      !key.isEmpty
      && key.utf8.enumerated().allSatisfy { index, byte in
        switch byte {
        case 0x41...0x5A, 0x5F, 0x61...0x7A: true
        case 0x30...0x39: index > 0
        default: false
        }
      }
    if isPlain { return "." + key }
    var writer = JSONWriter()
    writer.string(key)
    return "[" + String(decoding: writer.bytes, as: UTF8.self) + "]"
  }
}

/// Reads what a part of a schema says in words.
struct SchemaShape {
  let root: JSONNode
  private static let hops = 4

  /// Follows references inside the document; what leads nowhere stays as it is.
  func resolved(_ schema: JSONNode) -> JSONNode {
    var schema = schema
    for _ in 0..<Self.hops {
      guard let reference = schema["$ref"]?.string else { return schema }
      let steps = reference.split(separator: "/", maxSplits: 5)
      guard steps.first == "#", (2...5).contains(steps.count) else { return schema }
      var target: JSONNode? = root
      for step in steps.dropFirst() { target = target?[ExactText(String(step))] }
      guard let target else { return schema }
      schema = target
    }
    return schema
  }

  private func alternatives(_ schema: JSONNode) -> [JSONNode] {
    ((schema["anyOf"] ?? schema["oneOf"])?.elements ?? []).prefix(8).map(resolved)
  }

  func words(_ schema: JSONNode, depth: Int = 0) -> String {
    guard depth < 4 else { return "anything" }
    var kinds: [String] = []
    func add(_ kind: String) { if !kinds.contains(kind), kinds.count < 6 { kinds.append(kind) } }
    let named = schema["type"]?.string.map { [$0] } ?? (schema["type"]?.elements ?? []).prefix(8).compactMap(\.string)
    for name in named {
      if name == "array" {
        let items = schema["items"].map { words(resolved($0), depth: depth + 1) }
        add(items.map { $0 == "anything" ? "array" : "array of \($0)" } ?? "array")
      } else {
        add(ToolDefinition.cut(name, to: 40))
      }
    }
    if kinds.isEmpty { for part in alternatives(schema) { add(words(part, depth: depth + 1)) } }
    if kinds.isEmpty, schema["properties"] != nil { add("object") }
    if kinds.isEmpty, let first = schema["enum"]?.elements?.first ?? schema["const"] {
      add(first.string == nil ? "value" : "string")
    }
    return kinds.isEmpty ? "anything" : kinds.joined(separator: " or ")
  }

  /// The values of `enum` and `const`, strings as they are and others as JSON.
  func choices(_ schema: JSONNode, depth: Int = 0) -> [String] {
    guard depth < 3 else { return [] }
    var values = (schema["enum"]?.elements ?? []).prefix(1000).map(Self.spelling)
    if let constant = schema["const"] { values.append(Self.spelling(constant)) }
    if values.isEmpty { for part in alternatives(schema) { values += choices(part, depth: depth + 1) } }
    if values.isEmpty, let items = schema["items"] { values = choices(resolved(items), depth: depth + 1) }
    return values
  }

  private static func spelling(_ node: JSONNode) -> String {
    node.string ?? String(decoding: node.compact.prefix(200), as: UTF8.self)
  }

  /// The object that a parameter is or holds, and how a path goes on into it.
  func object(in schema: JSONNode) -> (JSONNode?, String) {
    if schema["properties"] != nil { return (schema, "") }
    if let items = schema["items"].map(resolved), items["properties"] != nil { return (items, "[*]") }
    for part in alternatives(schema) {
      if part["properties"] != nil { return (part, "") }
      if let items = part["items"].map(resolved), items["properties"] != nil { return (items, "[*]") }
    }
    return (nil, "")
  }

  static func bounds(_ schema: JSONNode) -> [String] {
    func number(_ key: ExactText) -> String? {
      guard case .number(let number) = schema[key]?.content else { return nil }
      return ToolDefinition.cut(number.text, to: 30)
    }
    var bounds: [String] = []
    if let least = number("minimum") { bounds.append("\(least) or more") }
    if let least = number("exclusiveMinimum") { bounds.append("more than \(least)") }
    if let most = number("maximum") { bounds.append("\(most) or less") }
    if let most = number("exclusiveMaximum") { bounds.append("less than \(most)") }
    if let least = number("minLength") { bounds.append("\(least) or more characters") }
    if let most = number("maxLength") { bounds.append("at most \(most) characters") }
    if let most = number("maxItems") { bounds.append("at most \(most) elements") }
    if let format = schema["format"]?.string { bounds.append(ToolDefinition.cut(format, to: 40)) }
    if let pattern = schema["pattern"]?.string { bounds.append("matches \(ToolDefinition.cut(pattern, to: 80))") }
    return bounds
  }
}
