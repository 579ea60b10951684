internal import JSONText

/// Changes members of one entry in JSON or YAML, where every value has one place.
struct TreeEditing {
  enum Style { case json, flow, block }

  private let text: [UInt8]
  /// The text without comments, where the style knows what a comment is.
  private let plain: [UInt8]
  private let style: Style
  private var splices = Splices()

  init(_ text: [UInt8], plain: [UInt8]?, style: Style) {
    self.text = text
    self.plain = plain ?? text
    self.style = style
  }

  /// The text with the changes; new members stand beside the one that is called `anchor` now.
  static func changed(
    _ document: ClientDocument, _ entry: JSONNode, _ changes: [MemberChange], anchor: ExactText
  ) throws(EditRefusal) -> [UInt8] {
    var plain: [UInt8]?
    var style = Style.json
    if case .json(let text) = document.body {
      plain = text
    } else {
      style = document.text[entry.range.lowerBound] == 0x7B ? .flow : .block
    }
    var editing = TreeEditing(document.text, plain: plain, style: style)
    try editing.change(entry, changes, anchor: anchor)
    return try editing.splices.applied(to: document.text)
  }

  private mutating func change(
    _ entry: JSONNode, _ changes: [MemberChange], anchor: ExactText
  ) throws(EditRefusal) {
    let members = entry.members ?? []
    guard let place = members.firstIndex(where: { $0.key == anchor }) else {
      throw EditRefusal("`\(anchor)` is missing")
    }
    var added: [MemberChange] = []
    var removed: Set<Int> = []
    for change in changes {
      guard let index = members.firstIndex(where: { $0.key == change.key }) else {
        if change.value != nil { added.append(change) }
        continue
      }
      if let value = change.value { try replace(members[index], value) } else { removed.insert(index) }
      if let name = change.name, change.value != nil { rename(members[index], to: name) }
    }
    try remove(removed, from: members, of: entry)
    try add(added, beside: members[place], first: members[0], of: entry)
  }

  // MARK: One member

  private mutating func replace(_ member: JSONMember, _ value: JSONNode) throws(EditRefusal) {
    let old = member.value.range
    switch style {
    case .json: splices.replace(old, with: written(value))
    case .flow: splices.replace(old, with: OneLine.json(value))
    case .block:
      let isFlow = !old.isEmpty && (text[old.lowerBound] == 0x7B || text[old.lowerBound] == 0x5B)
      let isCollection = member.value.members != nil || member.value.elements != nil
      // What is spread below its key goes up to it: on a line of its own, no other style is sure to fit.
      guard old.isEmpty || (isCollection && !isFlow) || text[member.keyRange.upperBound..<old.lowerBound].contains(0x0A)
      else {
        splices.replace(old, with: scalar(value))
        return
      }
      var colon = member.keyRange.upperBound
      while colon < text.count, text[colon] == 0x20 || text[colon] == 0x09 { colon += 1 }
      guard colon < text.count, text[colon] == 0x3A else { throw EditRefusal("`\(member.key)` has no colon behind it") }
      splices.replace((colon + 1)..<max(colon + 1, old.upperBound), with: [0x20] + scalar(value))
    }
  }

  private mutating func rename(_ member: JSONMember, to name: ExactText) {
    let isQuoted = [0x22, 0x27].contains(text[member.keyRange.lowerBound])
    splices.replace(member.keyRange, with: style == .json || isQuoted ? quoted(name) : Array(name.utf8))
  }

  /// A value in YAML, without quotes where they add nothing.
  private func scalar(_ value: JSONNode) -> [UInt8] {
    guard let text = value.string, let first = text.utf8.first, first == 0x2F,
      text.utf8.allSatisfy({ TOMLReader.isBare($0) || $0 == 0x2F || $0 == 0x2E })
    else { return OneLine.json(value) }
    return Array(text.utf8)
  }

  private func quoted(_ name: ExactText) -> [UInt8] {
    var bytes: [UInt8] = []
    JSONWriter.append(name.string, to: &bytes)
    return bytes
  }

  // MARK: More and fewer

  private mutating func add(
    _ changes: [MemberChange], beside anchor: JSONMember, first: JSONMember, of entry: JSONNode
  ) throws(EditRefusal) {
    guard !changes.isEmpty else { return }
    var bytes: [UInt8] = []
    switch style {
    case .json:
      let separator = separator(before: first, of: entry)
      for change in changes {
        bytes += [0x2C] + separator + quoted(change.key) + colon(of: anchor) + written(change.value ?? .init(.null))
      }
      splices.insert(bytes, at: anchor.value.range.upperBound)
    case .flow:
      for change in changes {
        bytes += quoted(change.key) + [0x3A, 0x20] + OneLine.json(change.value ?? .init(.null)) + [0x2C, 0x20]
      }
      splices.insert(bytes, at: anchor.keyRange.lowerBound)
    case .block:
      let start = anchor.keyRange.lowerBound
      let line = (text[..<start].lastIndex(of: 0x0A) ?? -1) + 1
      // A mark at the beginning of the text takes no column.
      let before = text[line..<start].drop { $0 == 0xEF || $0 == 0xBB || $0 == 0xBF }
      guard before.allSatisfy({ $0 == 0x20 || $0 == 0x2D }) else {
        throw EditRefusal("its entry begins in the middle of a line")
      }
      let indentation = [UInt8](repeating: 0x20, count: before.count)
      for change in changes {
        bytes += Array(change.key.utf8) + [0x3A, 0x20] + scalar(change.value ?? .init(.null)) + newline + indentation
      }
      splices.insert(bytes, at: start)
    }
  }

  /// Takes members away, each with its comma or its line.
  private mutating func remove(_ removed: Set<Int>, from members: [JSONMember], of entry: JSONNode)
    throws(EditRefusal)
  {
    guard !removed.isEmpty else { return }
    guard removed.count < members.count else { throw EditRefusal("nothing would be left of its entry") }
    // Those behind the last that stays go with the comma before them, the others with the one behind them.
    let last = members.indices.last { !removed.contains($0) } ?? 0
    for index in removed {
      if index < last {
        splices.replace(members[index].keyRange.lowerBound..<members[index + 1].keyRange.lowerBound, with: [])
      } else {
        splices.replace(members[index - 1].value.range.upperBound..<members[index].value.range.upperBound, with: [])
      }
    }
  }

  // MARK: Manner

  private var newline: [UInt8] {
    let end = text.firstIndex(of: 0x0A)
    return end.map { $0 > 0 && text[$0 - 1] == 0x0D } ?? false ? [0x0D, 0x0A] : [0x0A]
  }

  /// What stands before a member of an object: a line end and blanks, or a blank, or nothing.
  private func separator(before first: JSONMember, of entry: JSONNode) -> [UInt8] {
    let inside = plain[(entry.range.lowerBound + 1)..<first.keyRange.lowerBound]
    guard let end = inside.lastIndex(of: 0x0A) else { return isTight(first) ? [] : [0x20] }
    let isReturned = end > entry.range.lowerBound && plain[end - 1] == 0x0D
    return (isReturned ? [0x0D, 0x0A] : [0x0A]) + plain[(end + 1)..<first.keyRange.lowerBound].filter { $0 <= 0x20 }
  }

  /// The colon with the blanks around it.
  private func colon(of member: JSONMember) -> [UInt8] {
    let between = plain[member.keyRange.upperBound..<member.value.range.lowerBound]
    return between.count <= 4 && !between.contains(0x0A) && !between.contains(0x0D) ? Array(between) : [0x3A, 0x20]
  }

  private func isTight(_ member: JSONMember) -> Bool {
    plain[member.keyRange.upperBound..<member.value.range.lowerBound].elementsEqual([0x3A])
  }

  private func written(_ value: JSONNode) -> [UInt8] { OneLine.json(value) }
}
