internal import JSONText
internal import MCPWire

/// Which tools a server has told of, page by page, and which of them were kept from the client.
struct ToolsSeen: Sendable {
  private static let limit = 10_000

  /// For every tool of the last list, whether it was hidden.
  private var hidden: [ExactText: Bool] = [:]
  /// The list that is being read; nil once a page did not fit to the one before.
  private var pages: [JSONNode]?
  private var awaitedCursor: ExactText?
  /// The schemas of the last whole list, and of the one that is being read.
  private var schemas = ToolSchemas()
  private var newerSchemas = ToolSchemas()

  /// The digests of the definitions, by name: of the last whole list, and of the one that is being read.
  private var definitions: [ExactText: ContentDigest] = [:]
  private var newerDefinitions: [ExactText: ContentDigest] = [:]

  /// The digest of a tool's definition as this session was told it last; nil where it was not.
  func definition(of tool: ExactText) -> ContentDigest? { newerDefinitions[tool] ?? definitions[tool] }

  /// The schema of a tool as this session was told it last; nil where it was not.
  func schema(of tool: ExactText) -> ToolSchemas.Declaration? { newerSchemas[tool] ?? schemas[tool] }

  /// Whether a key of a call might be one that some tool declares in another spelling.
  func doubts(_ key: JSONCursor.NotedKey, _ line: Span<UInt8>) -> Bool {
    schemas.keys.doubts(key, line) || newerSchemas.keys.doubts(key, line)
  }

  /// Takes a page in; gives all tools if it was the last one.
  ///
  /// Schemas that are the same in `known` are shared with it.
  mutating func add(
    _ page: ToolsPage, cursor: ExactText?, sharing known: ToolSchemas?, isHidden: (ExactText) -> Bool
  ) -> [JSONNode]? {
    if cursor == nil {
      hidden.removeAll(keepingCapacity: true)
      pages = []
      newerSchemas = ToolSchemas()
      newerDefinitions = [:]
    } else if cursor != awaitedCursor {
      pages = nil
      newerSchemas = ToolSchemas()
      newerDefinitions = [:]
    }
    for tool in page.tools where hidden.count < Self.limit { hidden[tool.name] = isHidden(tool.name) }
    for tool in page.tools { newerSchemas.add(tool.node, sharing: known) }
    for tool in page.tools where newerDefinitions.count < Self.limit {
      newerDefinitions[tool.name] = ContentDigest(of: tool.node.canonical)
    }
    awaitedCursor = page.nextCursor
    guard var all = pages else { return nil }
    pages = nil
    // What is past the limit is judged like any other, but not remembered.
    all.append(contentsOf: page.tools.prefix(Self.limit - all.count).lazy.map(\.node))
    if page.nextCursor == nil {
      schemas = newerSchemas
      definitions = newerDefinitions
      return all
    }
    pages = all
    return nil
  }

  /// Whether another policy shows this client other tools than it was told of; remembers the new state.
  mutating func update(isHidden: (ExactText) -> Bool) -> Bool {
    var hasChanged = false
    for (name, wasHidden) in hidden where isHidden(name) != wasHidden {
      hidden[name] = !wasHidden
      hasChanged = true
    }
    return hasChanged
  }
}
