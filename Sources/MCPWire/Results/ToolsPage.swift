package import JSONText

/// One page of a server's answer to `tools/list`.
package struct ToolsPage: Hashable, Sendable {
  /// One tool as its server declared it.
  package struct Tool: Hashable, Sendable {
    package let name: ExactText
    package let node: JSONNode
  }

  package let tools: [Tool]
  /// Nil on the last page.
  package let nextCursor: ExactText?

  /// Where the result says who its server is.
  package var serverInfo: Range<Int>? { ServerInfo.find(in: result) }

  private let result: JSONNode
  private let toolsRange: Range<Int>

  /// Reads the result of a message.
  ///
  /// Throws: `WireRefusal` if there is anything that could hide a tool from the filter.
  package init(_ bytes: Span<UInt8>, result range: Range<Int>) throws(WireRefusal) {
    let result: JSONNode
    do throws(JSONError) {
      var scanner = JSONCursor(at: range.lowerBound)
      result = try JSONNode.read(bytes, &scanner, depth: 1)
    } catch {
      throw WireRefusal(error)
    }
    try Self.checkKeys(of: result, known: KeyFolding.toolsResult)
    guard let list = result["tools"], let elements = list.elements else {
      throw WireRefusal(.internalError, "the list of tools is not an array")
    }
    var tools: [Tool] = []
    tools.reserveCapacity(elements.count)
    for element in elements {
      guard let name = element["name"]?.text else {
        throw WireRefusal(.internalError, "a tool in the list has no name")
      }
      try Self.checkKeys(of: element, known: KeyFolding.tool)
      tools.append(Tool(name: name, node: element))
    }
    switch result["nextCursor"]?.content {
    case nil, .null: nextCursor = nil
    case .string(let text): nextCursor = text
    case .bool, .number, .array, .object:
      throw WireRefusal(.internalError, "the cursor of the list of tools is not a string")
    }
    self.tools = tools
    self.result = result
    toolsRange = list.range
  }

  private static func checkKeys(of object: JSONNode, known: [[UInt8]]) throws(WireRefusal) {
    for member in object.members ?? [] where member.key.utf8.count <= 96 {
      let key = Array(member.key.utf8)
      let folded = FoldedKey.of(key)
      guard !known.contains(folded) || KeyFolding.exact.contains(key) else {
        throw WireRefusal(.internalError, "a key in the list of tools could be mistaken for another one")
      }
    }
  }

  /// What to change in the result so that it shows no hidden tool; in the order of the text.
  ///
  /// With `isUncacheable` a client of the stateless era is told to keep the list for no time and for nobody else:
  /// the policy may hide other tools in the next moment.
  package func edits(
    _ bytes: Span<UInt8>, isUncacheable: Bool, isHidden: (ExactText) -> Bool
  ) -> [WireEdit] {
    var edits: [WireEdit] = []
    if tools.contains(where: { isHidden($0.name) }) {
      var list: [UInt8] = [0x5B]
      for tool in tools where !isHidden(tool.name) {
        if list.count > 1 { list.append(0x2C) }
        list.appendCompact(bytes, tool.node.range)
      }
      list.append(0x5D)
      edits.append(WireEdit(toolsRange, list))
    }
    if isUncacheable {
      set("ttlMs", to: "0", &edits)
      set("cacheScope", to: "\"private\"", &edits)
    }
    return edits.sorted { $0.range.lowerBound < $1.range.lowerBound }
  }

  private func set(_ key: ExactText, to value: String, _ edits: inout [WireEdit]) {
    if let old = result[key] {
      edits.append(WireEdit(old.range, Array(value.utf8)))
    } else {
      // There is a member `tools`, so that a comma always follows.
      let start = result.range.lowerBound + 1
      edits.append(WireEdit(start..<start, Array("\"\(key)\":\(value),".utf8)))
    }
  }
}
