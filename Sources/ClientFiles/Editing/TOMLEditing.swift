internal import JSONText

/// Changes members of one entry in TOML, where they may stand in several tables, in keys with dots, or in one value.
struct TOMLEditing {
  /// One pair of the entry: which of its members it is, or is a part of.
  private struct Piece {
    var pair: TOMLDocument.Pair
    /// Its keys below the entry.
    var path: ArraySlice<ExactText>
    var section: Int
  }

  private let text: [UInt8]
  private let document: TOMLDocument
  private let path: [ExactText]
  private var splices = Splices()

  static func changed(
    _ text: [UInt8], _ document: TOMLDocument, _ path: [ExactText], _ changes: [MemberChange], anchor: ExactText
  ) throws(EditRefusal) -> [UInt8] {
    var editing = TOMLEditing(text: text, document: document, path: path)
    if let (entry, _) = document.inline(path) {
      editing.splices.replace(entry.range, with: try editing.written(entry, changes, anchor: anchor))
    } else {
      try editing.change(changes, anchor: anchor)
    }
    return try editing.splices.applied(to: text)
  }

  private init(text: [UInt8], document: TOMLDocument, path: [ExactText]) {
    self.text = text
    self.document = document
    self.path = path
  }

  // MARK: An entry in one value

  private func written(_ entry: JSONNode, _ changes: [MemberChange], anchor: ExactText) throws(EditRefusal) -> [UInt8] {
    var parts: [[UInt8]] = []
    func pair(_ key: [UInt8], _ value: JSONNode) throws(EditRefusal) -> [UInt8] {
      key + [0x20, 0x3D, 0x20] + (try OneLine.toml(value))
    }
    let known = Set((entry.members ?? []).map(\.key))
    for member in entry.members ?? [] {
      guard let change = changes.first(where: { $0.key == member.key }) else {
        parts.append(Array(text[member.keyRange.lowerBound..<member.value.range.upperBound]))
        continue
      }
      guard let value = change.value else { continue }
      let key = change.name.map { OneLine.tomlKey($0.string) } ?? Array(text[member.keyRange])
      parts.append(try pair(key, value))
      guard member.key == anchor else { continue }
      for change in changes where !known.contains(change.key) {
        if let value = change.value { parts.append(try pair(OneLine.tomlKey(change.key.string), value)) }
      }
    }
    return [0x7B, 0x20] + Array(parts.joined(separator: [0x2C, 0x20])) + [0x20, 0x7D]
  }

  // MARK: An entry in tables

  private var pieces: [Piece] {
    document.sections.enumerated().flatMap { number, section in
      section.isList
        ? []
        : section.pairs.filter { $0.path.count > path.count && $0.path.starts(with: path) }.map {
          Piece(pair: $0, path: $0.path[path.count...], section: number)
        }
    }
  }

  private mutating func change(_ changes: [MemberChange], anchor: ExactText) throws(EditRefusal) {
    let pieces = pieces
    guard let place = pieces.first(where: { $0.path.elementsEqual([anchor]) }) else {
      throw EditRefusal("`\(anchor)` is missing")
    }
    for change in changes {
      let own = pieces.filter { $0.path.first == change.key }
      let tables = document.sections.filter {
        !$0.isList && $0.path.count > path.count && $0.path.starts(with: path) && $0.path[path.count] == change.key
      }
      if own.isEmpty, tables.isEmpty {
        if let value = change.value { try insert(change.key, value, before: place) }
      } else if let whole = own.first, own.count == 1, whole.path.count == 1 {
        try replace(whole, change)
      } else {
        try replace(own, tables, change)
      }
    }
  }

  /// A member that is one pair.
  private mutating func replace(_ piece: Piece, _ change: MemberChange) throws(EditRefusal) {
    guard let value = change.value else { return splices.replace(piece.pair.lines, with: []) }
    splices.replace(piece.pair.value.range, with: try OneLine.toml(value))
    if let name = change.name, let key = piece.pair.keys.last {
      splices.replace(key, with: OneLine.tomlKey(name.string))
    }
  }

  /// A member that is a table, or several pairs: those that stay as they are keep their bytes.
  private mutating func replace(
    _ pieces: [Piece], _ tables: [TOMLDocument.Section], _ change: MemberChange
  ) throws(EditRefusal) {
    guard let value = change.value else {
      for table in tables { splices.replace(table.extent, with: []) }
      for piece in pieces where document.sections[piece.section].path.count <= path.count {
        splices.replace(piece.pair.lines, with: [])
      }
      return
    }
    guard let wanted = value.members else { throw EditRefusal("`\(change.key)` is a table and would be none") }
    if let name = change.name {
      guard tables.count == 1, pieces.allSatisfy({ document.sections[$0.section].path.count > path.count }) else {
        throw EditRefusal("`\(change.key)` stands in several places")
      }
      splices.replace(tables[0].keys[path.count], with: OneLine.tomlKey(name.string))
    }
    var missing = wanted
    for piece in pieces {
      let key = piece.path.dropFirst().first
      if piece.path.count == 2, let place = missing.firstIndex(where: { $0.key == key }),
        missing[place].value.content == piece.pair.value.content
      {
        missing.remove(at: place)
      } else {
        splices.replace(piece.pair.lines, with: [])
      }
    }
    guard !missing.isEmpty else { return }
    guard let table = tables.first(where: { $0.path.count == path.count + 1 }) else {
      // `env.A = "b"`: the others are written likewise.
      guard let like = pieces.first(where: { $0.path.count == 2 && $0.pair.keys.count > 1 }) else {
        throw EditRefusal("`\(change.key)` is too deep to be changed; write it as a table of its own")
      }
      for member in missing {
        try insert(member.key, member.value, before: like)
      }
      return
    }
    // The header may be the text's last line, without an end.
    let needsEnd = table.body > 0 && text[table.body - 1] != 0x0A
    var bytes: [UInt8] = needsEnd ? newline : []
    for member in missing {
      bytes += OneLine.tomlKey(member.key.string) + [0x20, 0x3D, 0x20]
      bytes += try OneLine.toml(member.value)
      bytes += newline
    }
    splices.insert(bytes, at: table.body)
  }

  /// A pair of its own, on the line before another one.
  private mutating func insert(_ key: ExactText, _ value: JSONNode, before piece: Piece) throws(EditRefusal) {
    guard let first = piece.pair.keys.first, let last = piece.pair.keys.last else { return }
    let line = piece.pair.lines.lowerBound
    let start = text[line..<first.lowerBound] + text[first.lowerBound..<last.lowerBound]
    let bytes = Array(start) + OneLine.tomlKey(key.string) + [0x20, 0x3D, 0x20]
    splices.insert(bytes + (try OneLine.toml(value)) + newline, at: line)
  }

  private var newline: [UInt8] {
    let end = text.firstIndex(of: 0x0A)
    return end.map { $0 > 0 && text[$0 - 1] == 0x0D } ?? false ? [0x0D, 0x0A] : [0x0A]
  }
}

extension TOMLDocument {
  /// The value that an entry is, and its member, where it stands in one.
  func inline(_ path: [ExactText]) -> (entry: JSONNode, place: Range<Int>)? {
    for section in sections where !section.isList {
      for pair in section.pairs where path.starts(with: pair.path) && pair.value.members != nil {
        var (node, place) = (pair.value, (pair.keys.first?.lowerBound ?? 0)..<pair.value.range.upperBound)
        var rest = path[pair.path.count...]
        while let key = rest.popFirst() {
          guard let member = node.members?.first(where: { $0.key == key }) else { break }
          (node, place) = (member.value, member.keyRange.lowerBound..<member.value.range.upperBound)
          if rest.isEmpty, node.members != nil { return (node, place) }
        }
        if pair.path.count == path.count { return (node, place) }
      }
    }
    return nil
  }
}
