internal import JSONText
internal import MCPWire
internal import Policy
internal import Risk

/// What a session's client was told of tools last, by the digests that pins go by.
///
/// Unlike what a list says, that does not end with the next list: the client has read it.
struct ToolsTold: Sendable {
  static let limit = 10_000

  private struct Entry {
    var digest: ContentDigest
    var list: Int
    /// The list has told of the tool twice, in different words.
    var isTwice = false
  }

  private var entries: [ExactText: Entry] = [:]
  /// Tools were told of that are not in `entries`.
  private var isOverfull = false
  /// Counts the lists.
  private(set) var list = 0
  /// Counts the pages.
  private(set) var revision = 0

  subscript(_ tool: ExactText) -> PinBook.Known {
    guard let entry = entries[tool] else { return isOverfull ? .forgotten : .nothing }
    return entry.isTwice ? .twice : .definition(entry.digest)
  }

  /// Takes a page in; gives the tools of it, and which of them the same list has told of in other words.
  mutating func add(_ page: ToolsPage, cursor: ExactText?) -> (tools: [PinBook.Told], twice: Set<ExactText>) {
    if cursor == nil { list += 1 }
    revision += 1
    var tools: [PinBook.Told] = []
    var twice: Set<ExactText> = []
    for tool in page.tools {
      let digest = ToolDefinition.digest(of: tool.node)
      tools.append(
        PinBook.Told(name: tool.name, digest: digest, definition: ToolDefinition.pinnedPart(of: tool.node)))
      var entry = Entry(digest: digest, list: list)
      if let known = entries[tool.name] {
        entry.isTwice = known.list == list && (known.isTwice || known.digest != digest)
      } else if entries.count >= Self.limit {
        isOverfull = true
        continue
      }
      if entry.isTwice { twice.insert(tool.name) }
      entries[tool.name] = entry
    }
    return (tools, twice)
  }
}
