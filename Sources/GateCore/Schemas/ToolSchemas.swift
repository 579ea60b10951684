package import JSONText

/// The input schemas of one server's tools as the server declared them, within bounds.
package struct ToolSchemas: Sendable {
  package enum Declaration: Hashable, Sendable {
    /// Compact text, with its digest.
    case schema([UInt8], ContentDigest)
    /// The tool was declared without one.
    case absent
    /// Too long to be kept, alone or with all the others.
    case tooLong
    /// The tool was declared twice, with different schemas: nobody knows which one the server goes by.
    case ambiguous
  }

  /// More tools than this are not remembered.
  package static let mostTools = 10_000
  /// Bytes of one schema.
  package static let longest = 1 << 20
  /// Bytes of all schemas together.
  package static let longestTogether = 32 << 20

  private var declarations: [ExactText: Declaration] = [:]
  /// The names of the arguments of all of them.
  private(set) var keys = DeclaredKeys()
  private var bytes = 0

  package init() {}

  /// The schemas of a whole list; what is the same in `known` is shared with it.
  package init(_ tools: some Sequence<JSONNode>, sharing known: ToolSchemas? = nil) {
    for tool in tools { add(tool, sharing: known) }
  }

  package var count: Int { declarations.count }

  /// Nil for a tool that the server has not told of.
  package subscript(_ tool: ExactText) -> Declaration? { declarations[tool] }

  /// Takes in one element of a list of tools.
  package mutating func add(_ tool: JSONNode, sharing known: ToolSchemas? = nil) {
    guard let name = tool["name"]?.text else { return }
    let found = declaration(tool["inputSchema"], known?[name])
    for member in tool["inputSchema"]?["properties"]?.members ?? [] { keys.add(member.key) }
    if let former = declarations[name] {
      if former != found { declarations[name] = .ambiguous }
      return
    }
    guard declarations.count < Self.mostTools else { return }
    if case .schema(let text, _) = found { bytes += text.count }
    declarations[name] = found
  }

  private func declaration(_ schema: JSONNode?, _ known: Declaration?) -> Declaration {
    guard let schema else { return .absent }
    guard schema.range.count <= 4 * Self.longest else { return .tooLong }
    let text = schema.compact
    if case .schema(text, _)? = known, let known { return known }
    guard text.count <= Self.longest, bytes + text.count <= Self.longestTogether else { return .tooLong }
    return .schema(text, ContentDigest(of: text))
  }
}
