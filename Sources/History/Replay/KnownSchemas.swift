package import JSONSchema
package import JSONText

/// What servers are known to have declared of their tools' arguments.
package final class KnownSchemas {
  /// Definitions as the servers wrote them.
  private let texts: [ExactText: [[UInt8]]]
  private var declared: [ExactText: [ExactText: JSONNode]] = [:]
  private var made: [ExactText: [ExactText: ToolSchema]] = [:]

  /// Takes the definitions of each server's tools as the server wrote them.
  package init(_ definitions: [ExactText: [[UInt8]]]) { texts = definitions }

  package subscript(_ server: ExactText, _ tool: ExactText) -> ToolSchema {
    if let schema = made[server]?[tool] { return schema }
    let schema = make(server, tool)
    made[server, default: [:]][tool] = schema
    return schema
  }

  private func make(_ server: ExactText, _ tool: ExactText) -> ToolSchema {
    guard let definition = definitions(of: server)[tool] else { return .unknown }
    guard let schema = definition["inputSchema"] else { return .unusable("the server declared none") }
    do throws(JSONSchema.Mistake) {
      return .known(try JSONSchema(schema))
    } catch {
      return .unusable(error.message)
    }
  }

  private func definitions(of server: ExactText) -> [ExactText: JSONNode] {
    if let known = declared[server] { return known }
    let nodes = (texts[server] ?? []).compactMap { try? JSONNode.read($0) }
    let named = Dictionary(
      nodes.compactMap { node in node["name"]?.text.map { ($0, node) } }, uniquingKeysWith: { first, _ in first })
    declared[server] = named
    return named
  }
}
