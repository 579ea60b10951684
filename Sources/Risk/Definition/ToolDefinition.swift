package import JSONText

/// One tool as its server declared it: an element of a `tools/list` result.
///
/// Everything in it is the server's word, hostile until shown otherwise, so what is copied out of the JSON is bounded
/// (`Limits`). Two definitions are equal when their digests are.
package struct ToolDefinition: Sendable {
  /// One top-level property of the input schema.
  package struct Parameter: Hashable, Sendable {
    package var name: ExactText
    /// The `type` keyword's word, the first one where it is a list; nil where the schema does not say.
    package var type: String?
    package var isRequired: Bool
    package var description: String

    package init(name: ExactText, type: String?, isRequired: Bool, description: String) {
      self.name = name
      self.type = type
      self.isRequired = isRequired
      self.description = description
    }
  }

  /// What the server says of the tool in the hints of the protocol; nil where it says nothing.
  package struct Annotations: Hashable, Sendable {
    package var readOnlyHint: Bool?
    package var destructiveHint: Bool?
    package var idempotentHint: Bool?
    package var openWorldHint: Bool?

    package init(
      readOnlyHint: Bool? = nil, destructiveHint: Bool? = nil, idempotentHint: Bool? = nil, openWorldHint: Bool? = nil
    ) {
      self.readOnlyHint = readOnlyHint
      self.destructiveHint = destructiveHint
      self.idempotentHint = idempotentHint
      self.openWorldHint = openWorldHint
    }
  }

  /// How much of a definition is looked at.
  ///
  /// The longest found among 1,186 published tools have names of 53 bytes and descriptions of 14 KB.
  package enum Limits {
    package static let nameBytes = 1024
    package static let titleBytes = 1024
    package static let descriptionBytes = 16 * 1024
    package static let parameterDescriptionBytes = 2 * 1024
    package static let parameters = 256
  }

  package let name: ExactText
  /// The `title` member, else the one of the annotations.
  package let title: String?
  /// Empty where there is none.
  package let description: String
  /// The required ones first, otherwise in the order of the schema.
  package let parameters: [Parameter]
  package let annotations: Annotations
  /// The element as it was read, whole.
  package let node: JSONNode
  /// What a pin remembers: BLAKE2b of the canonical text of name, title, description, schemas and annotations.
  package let digest: ContentDigest

  /// Nil where there is no usable name: none, an empty one, or one of more than `Limits.nameBytes` bytes.
  package init?(_ node: JSONNode) {
    guard let name = node["name"]?.text, !name.isEmpty, name.utf8.count <= Limits.nameBytes else { return nil }
    self.name = name
    self.node = node
    let hints = node["annotations"]
    let title = node["title"]?.string ?? hints?["title"]?.string
    self.title = title.map { Self.cut($0, to: Limits.titleBytes) }
    description = Self.cut(node["description"]?.string ?? "", to: Limits.descriptionBytes)
    parameters = Self.parameters(of: node["inputSchema"])
    annotations = Annotations(
      readOnlyHint: hints?["readOnlyHint"]?.bool, destructiveHint: hints?["destructiveHint"]?.bool,
      idempotentHint: hints?["idempotentHint"]?.bool, openWorldHint: hints?["openWorldHint"]?.bool)
    digest = Self.digest(of: node)
  }

  private static func parameters(of schema: JSONNode?) -> [Parameter] {
    guard let members = schema?["properties"]?.members else { return [] }
    let required = Set((schema?["required"]?.elements ?? []).prefix(Limits.parameters).compactMap(\.text))
    var first: [Parameter] = []
    var later: [Parameter] = []
    for member in members.prefix(Limits.parameters) {
      let type = member.value["type"]
      let parameter = Parameter(
        name: ExactText(cut(member.key.string, to: Limits.nameBytes)),
        type: (type?.string ?? type?.elements?.first?.string).map { cut($0, to: Limits.nameBytes) },
        isRequired: required.contains(member.key),
        description: cut(member.value["description"]?.string ?? "", to: Limits.parameterDescriptionBytes))
      if parameter.isRequired { first.append(parameter) } else { later.append(parameter) }
    }
    return first + later
  }

  /// The beginning of a text, at most `limit` bytes, never half a scalar.
  static func cut(_ text: String, to limit: Int) -> String {
    let bytes = text.utf8
    guard bytes.count > limit else { return text }
    var end = bytes.index(bytes.startIndex, offsetBy: limit)
    while end > bytes.startIndex, bytes[end] & 0xC0 == 0x80 { end = bytes.index(before: end) }
    return String(text[..<end])
  }
}

extension ToolDefinition: Hashable {
  package static func == (left: ToolDefinition, right: ToolDefinition) -> Bool { left.digest == right.digest }
  package func hash(into hasher: inout Hasher) { hasher.combine(digest) }
}
