package import JSONText

extension ToolDefinition {
  /// The members that tell what a tool is; others (`_meta`, `icons`) may change without the tool being another one.
  private static let pinned: Set<ExactText> = [
    "name", "title", "description", "inputSchema", "outputSchema", "annotations",
  ]

  package static func digest(of node: JSONNode) -> ContentDigest {
    var writer = JSONWriter()
    write(pinnedPart(of: node), to: &writer)
    return ContentDigest(of: writer.bytes)
  }

  /// A tool as its server declared it, without what may change.
  package static func pinnedPart(of node: JSONNode) -> JSONNode {
    JSONNode(.object((node.members ?? []).filter { pinned.contains($0.key) }))
  }

  /// Writes a value with the keys of every object in the order of their bytes.
  ///
  /// A server that builds its list from a hash table must not look changed after each start. Numbers keep their
  /// spelling, for `1` and `1.0` are not the same to every reader; the order of an array means something.
  private static func write(_ node: JSONNode, to writer: inout JSONWriter) {
    switch node.content {
    case .object(let members):
      writer.beginObject()
      for member in sorted(members) {
        writer.key(text: member.key.string)
        write(member.value, to: &writer)
      }
      writer.endObject()
    case .array(let elements):
      writer.beginArray()
      for element in elements { write(element, to: &writer) }
      writer.endArray()
    case .null, .bool, .number, .string:
      writer.node(node)
    }
  }

  private static func sorted(_ members: [JSONMember]) -> [JSONMember] {
    members.sorted { $0.key < $1.key }
  }
}
