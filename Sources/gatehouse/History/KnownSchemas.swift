import JSONSchema
import JSONText
import Store
import System

/// What servers are known to have declared of their tools' arguments.
final class KnownSchemas {
  /// Definitions as the servers wrote them.
  private let texts: [ExactText: [[UInt8]]]
  private var declared: [ExactText: [ExactText: JSONNode]] = [:]
  private var made: [ExactText: [ExactText: ToolSchema]] = [:]

  private init(_ entries: [Catalogue.Entry]) {
    texts = Dictionary(entries.map { ($0.server, $0.definitions) }, uniquingKeysWith: { $1 })
  }

  static func ofCatalogue() throws(Failure) -> KnownSchemas {
    guard SafeFile.exists(try Gatehouse.environmentPaths().database) else { return KnownSchemas([]) }
    let catalogue = try Gatehouse.openCatalogue()
    do {
      return KnownSchemas(try catalogue.entries())
    } catch {
      throw Failure("\(error)")
    }
  }

  subscript(_ server: ExactText, _ tool: ExactText) -> ToolSchema {
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
