internal import JSONText

/// A client's file as it may be shown: in the entries that are changed, nothing that may be a secret.
package enum MaskedText {
  private static let mark = Array(ShownWords.mark.utf8)

  /// The text with the values of variables and headers, comments and words that look like secrets hidden in some entries,
  /// and values of whatever is called like a secret.
  package static func of(_ text: [UInt8], _ place: ClientPlace, _ addresses: [EntryAddress]) -> [UInt8] {
    guard let document = try? ClientDocument(text, place.kind.dialect.format) else { return mark }
    var hidden: [Range<Int>] = []
    for address in addresses {
      guard let entry = document.entry(address), let extents = document.extents(address) else { continue }
      var leaves: [Range<Int>] = []
      collect(entry, key: nil, isSecret: false, &hidden, &leaves)
      for extent in extents { hidden += comments(text, extent, outside: leaves, document.body) }
    }
    var splices = Splices()
    var end = 0
    for range in hidden.sorted(by: { ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound) })
    where range.lowerBound >= end && !range.isEmpty {
      splices.replace(range, with: mark)
      end = range.upperBound
    }
    return (try? splices.applied(to: text)) ?? mark
  }

  private static let holders: Set<ExactText> = [
    "env", "envs", "environment", "headers", "http_headers", "requestOptions", "env_http_headers",
  ]

  /// Variables that say where our own files are.
  private static let ours: Set<ExactText> = [
    "GATEHOUSE_HOME", "GATEHOUSE_POLICY", "GATEHOUSE_SOCKET", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR", "XDG_STATE_HOME",
  ]

  private static func collect(
    _ node: JSONNode, key: ExactText?, isSecret: Bool, _ hidden: inout [Range<Int>], _ leaves: inout [Range<Int>]
  ) {
    switch node.content {
    case .object(let members):
      for member in members {
        if !member.keyRange.isEmpty { leaves.append(member.keyRange) }
        let isHolder = holders.contains(member.key)
        collect(
          member.value, key: member.key,
          isSecret: !ours.contains(member.key) && (isSecret || isHolder || ShownWords.hides(member.key.string)),
          &hidden,
          &leaves)
      }
    case .array(let elements):
      let shown = ShownWords.list(elements.map { $0.string ?? "" })
      for (element, word) in zip(elements, shown) {
        let isHidden = element.string.map { $0 != word } ?? false
        collect(element, key: key, isSecret: isSecret || isHidden, &hidden, &leaves)
      }
    case .string(let text):
      leaves.append(node.range)
      let isAddress = key.map { ["url", "serverUrl", "httpUrl", "uri"].contains($0) } ?? false
      let isHidden =
        isAddress ? ShownWords.url(text.string) != text.string : ShownWords.list([text.string])[0] != text.string
      if (isSecret && !isReference(text.string)) || isHidden { hidden.append(node.range) }
    case .number, .bool, .null:
      leaves.append(node.range)
      if isSecret { hidden.append(node.range) }
    }
  }

  /// What the client fills in is no secret, only the name of one.
  private static func isReference(_ text: String) -> Bool {
    (text.hasPrefix("${") || text.hasPrefix("{env:")) && text.hasSuffix("}") && !text.utf8.contains(0x20)
      && text.utf8.count(where: { $0 == 0x7B }) == 1 && !text.contains(":-")
  }

  /// Where comments stand in a part of a text, without the signs that begin them.
  private static func comments(
    _ text: [UInt8], _ extent: Range<Int>, outside leaves: [Range<Int>], _ body: ClientDocument.Body
  ) -> [Range<Int>] {
    var isLeaf = [Bool](repeating: false, count: extent.count)
    for leaf in leaves {
      let inside = leaf.clamped(to: extent)
      for index in inside { isLeaf[index - extent.lowerBound] = true }
    }
    var comments: [Range<Int>] = []
    if case .json(let plain) = body {
      var start: Int?
      for index in extent {
        let isComment = text[index] != plain[index] && text[index] != 0x2C || (start != nil && text[index] == 0x20)
        if isComment {
          start = start ?? index
        } else if let begun = start {
          comments.append(begun..<index)
          start = nil
        }
      }
      if let start { comments.append(start..<extent.upperBound) }
      return comments
    }
    var index = extent.lowerBound
    while index < extent.upperBound {
      guard text[index] == 0x23, !isLeaf[index - extent.lowerBound] else {
        index += 1
        continue
      }
      let end = text[index..<extent.upperBound].firstIndex { $0 == 0x0A || $0 == 0x0D } ?? extent.upperBound
      comments.append((index + 1)..<end)
      index = end
    }
    return comments
  }
}
