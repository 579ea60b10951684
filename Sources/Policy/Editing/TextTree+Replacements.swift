import JSONText

extension TextTree {
  /// All changes, in rising order.
  var replacements: [Replacement] {
    var found: [Replacement] = []
    collect(root, into: &found)
    return found
  }

  private func collect(_ node: Node, into found: inout [Replacement]) {
    let value = storage[node.index]
    guard let original = value.original else { return }
    switch value.content {
    case .closed: break
    case .scalar(let bytes): found.append(Replacement(original.range, in: text, bytes))
    case .object(let items), .array(let items):
      if value.isNew {
        let spread = probe.isSpread(original.range) || style.isSpread(value.shape)
        found.append(
          Replacement(
            original.range, in: text,
            written(node, style, indentation: indentation(of: original.range.lowerBound), canSpread: spread)))
      } else {
        collect(items, of: original, value.shape, into: &found)
      }
    }
  }

  private func collect(_ item: Item, into found: inout [Replacement]) {
    if let range = item.renamedRange, let key = item.key {
      found.append(Replacement(range, in: text, Self.written(key)))
    }
    collect(item.node, into: &found)
  }

  /// What changes between the braces of an object, or the brackets of an array, that the text has.
  private func collect(_ items: [Item], of original: JSONNode, _ shape: PolicyShape, into found: inout [Replacement]) {
    let parts = Self.parts(of: original)
    guard items.contains(where: { $0.isRemoved || $0.origin == nil }) else {
      for item in items { collect(item, into: &found) }
      return
    }
    let layout = Layout(self, original, shape, parts)
    let live = items.filter { !$0.isRemoved }
    guard let firstKept = live.firstIndex(where: { $0.origin != nil }) else {
      found.append(Replacement(layout.interior, in: text, filled(live, shape, layout)))
      return
    }
    var new: [[UInt8]] = []
    var next = 0
    for item in live[..<firstKept] { new.append(written(item, layout)) }
    for item in live[firstKept...] {
      guard let origin = item.origin else {
        new.append(written(item, layout))
        continue
      }
      // What is new stands before this one, what was removed stood there.
      let gap = parts[next].lowerBound..<parts[origin].lowerBound
      if !gap.isEmpty || !new.isEmpty {
        found.append(Replacement(gap, in: text, Array(new.map { $0 + layout.separator }.joined())))
      }
      new = []
      next = origin + 1
      collect(item, into: &found)
    }
    let end = next > 0 ? parts[next - 1].upperBound : layout.interior.lowerBound
    let tail = end..<(parts.last?.upperBound ?? end)
    if !tail.isEmpty || !new.isEmpty {
      found.append(Replacement(tail, in: text, Array(new.map { layout.separator + $0 }.joined())))
    }
  }

  /// The byte ranges of the members or elements.
  private static func parts(of node: JSONNode) -> [Range<Int>] {
    switch node.content {
    case .object(let members): members.map { $0.keyRange.lowerBound..<$0.value.range.upperBound }
    case .array(let elements): elements.map(\.range)
    case .null, .bool, .number, .string: []
    }
  }

  // MARK: Layout

  /// How the members of an object of the text are set apart.
  private struct Layout {
    /// Between the braces.
    let interior: Range<Int>
    let separator: [UInt8]
    let colon: [UInt8]
    /// Nil where the members stand on one line.
    let indentation: [UInt8]?
    /// The text's style, but rules look like the rules beside them.
    let style: TextStyle

    init(_ tree: TextTree, _ original: JSONNode, _ shape: PolicyShape, _ parts: [Range<Int>]) {
      let text = tree.text
      let probe = tree.probe
      interior = original.range.lowerBound + 1..<original.range.upperBound - 1
      var style = tree.style
      if let isSpread = Self.lastObject(original).map({ probe.isSpread($0.range) }) {
        style.spreads(original.elements == nil ? .rule : shape.element, isSpread)
      }
      self.style = style
      if let member = original.members?.first {
        colon = Array(text[member.keyRange.upperBound..<member.value.range.lowerBound])
      } else {
        colon = tree.style.colon
      }
      guard let first = parts.first else {
        separator = tree.style.comma
        indentation = nil
        return
      }
      let lead = interior.lowerBound..<first.lowerBound
      let isSpread = probe.isSpread(lead)
      indentation = isSpread ? probe.indentation(of: first.lowerBound) : nil
      let standard = [0x2C] + (isSpread ? tree.style.newline + (indentation ?? []) : [])
      if parts.count > 1 {
        let given = Array(text[parts[parts.count - 2].upperBound..<parts[parts.count - 1].lowerBound])
        // An empty line between two members sets groups apart; a new member joins the last group.
        separator = isSpread && given.first == 0x2C && given.contains(0x0A) ? standard : given
      } else if isSpread {
        separator = standard
      } else {
        separator = lead.isEmpty ? tree.style.comma : [0x2C] + text[lead]
      }
    }

    /// The last of the values, of the nearest ones, that is an object with members.
    private static func lastObject(_ node: JSONNode) -> JSONNode? {
      let values = node.elements?.suffix(20) ?? (node.members ?? []).suffix(20).map(\.value)[...]
      return values.last { $0.members?.isEmpty == false }
    }
  }

  private func indentation(of offset: Int) -> [UInt8] {
    style.isOneLine ? [] : probe.indentation(of: offset)
  }

  /// The whole interior of an object that keeps none of its members.
  private func filled(_ live: [Item], _ shape: PolicyShape, _ layout: Layout) -> [UInt8] {
    guard !live.isEmpty else { return [] }
    let isSpread = layout.indentation != nil || style.isSpread(shape)
    let outer = indentation(of: layout.interior.lowerBound - 1)
    return interior(live, style, colon: layout.colon, isSpread: isSpread, outer: outer)
  }

  // MARK: New values

  private func written(_ item: Item, _ layout: Layout) -> [UInt8] {
    written(
      item, layout.style, colon: layout.colon, indentation: layout.indentation ?? [],
      canSpread: layout.indentation != nil)
  }

  private func written(
    _ item: Item, _ style: TextStyle, colon: [UInt8], indentation: [UInt8], canSpread: Bool
  ) -> [UInt8] {
    let value = written(item.node, style, indentation: indentation, canSpread: canSpread)
    guard let key = item.key else { return value }
    return Self.written(key) + colon + value
  }

  private static func written(_ key: ExactText) -> [UInt8] {
    var bytes: [UInt8] = []
    JSONWriter.append(key.string, to: &bytes)
    return bytes
  }

  /// A new value; `canSpread` says whether what is around it has lines of its own.
  private func written(
    _ node: Node, _ style: TextStyle, indentation: [UInt8], canSpread: Bool
  ) -> [UInt8] {
    let value = storage[node.index]
    let isSpread = canSpread && style.isSpread(value.shape)
    switch value.content {
    case .closed: return value.original.map { Array(text[$0.range]) } ?? []
    case .scalar(let bytes): return bytes
    case .object(let items):
      let live = items.filter { !$0.isRemoved }
      return [0x7B] + interior(live, style, colon: style.colon, isSpread: isSpread, outer: indentation) + [0x7D]
    case .array(let items):
      let live = items.filter { !$0.isRemoved }
      return [0x5B] + interior(live, style, colon: style.colon, isSpread: isSpread, outer: indentation) + [0x5D]
    }
  }

  private func interior(
    _ live: [Item], _ style: TextStyle, colon: [UInt8], isSpread: Bool, outer: [UInt8]
  ) -> [UInt8] {
    guard let first = live.first else { return [] }
    let inner = outer + style.unit
    let parts = live.map { written($0, style, colon: colon, indentation: inner, canSpread: isSpread) }
    if isSpread {
      let separator = [0x2C] + style.newline + inner
      return style.newline + inner + Array(parts.joined(separator: separator)) + style.newline + outer
    }
    let padding = first.key == nil ? [] : style.padding
    return padding + Array(parts.joined(separator: style.comma)) + padding
  }
}
