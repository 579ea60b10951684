package import JSONText

/// Where one server's entry stands in a client's file.
package struct EntryAddress: Hashable, Sendable {
  /// The keys that lead to the object, or array, of servers.
  package var container: [ExactText]
  package var name: ExactText

  package init(_ container: [ExactText], _ name: ExactText) {
    self.container = container
    self.name = name
  }
}

/// The text of a client's file, and what it says, with places.
struct ClientDocument: Sendable {
  enum Body: Sendable {
    /// The text without comments, of the same length.
    case json(plain: [UInt8])
    case toml(TOMLDocument)
    case yaml(YAMLDocument)
  }

  let text: [UInt8]
  let body: Body
  /// An object without members for a text without a value.
  let root: JSONNode

  init(_ text: [UInt8], _ format: ClientDialect.Format) throws(DocumentProblem) {
    self.text = text
    let empty = JSONNode(.object([]))
    switch format {
    case .toml:
      let document = try TOMLDocument(text)
      body = .toml(document)
      root = document.root
    case .yaml:
      let document = try YAMLDocument(text)
      body = .yaml(document)
      root = document.root.map { $0.isNull ? empty : $0 } ?? empty
    case .json:
      var plain = CommentedJSON.plain(text)
      if plain.starts(with: [0xEF, 0xBB, 0xBF]) { plain.replaceSubrange(0..<3, with: [0x20, 0x20, 0x20]) }
      body = .json(plain: plain)
      // Editors leave empty files behind.
      guard plain.contains(where: { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }) else {
        root = empty
        return
      }
      do throws(JSONError) {
        root = try JSONNode.read(plain)
      } catch {
        throw DocumentProblem("\(error)", at: error.offset, in: text)
      }
    }
    guard root.members != nil else {
      throw DocumentProblem(
        "it must hold an object, not \(root.kindInWords)", at: root.range.lowerBound, in: text)
    }
  }

  // MARK: Entries

  func value(at path: [ExactText]) -> JSONNode? {
    var node: JSONNode? = root
    for key in path { node = node?[key] }
    return node
  }

  func entry(_ address: EntryAddress) -> JSONNode? {
    let container = value(at: address.container)
    if let elements = container?.elements { return elements.first { $0["name"]?.text == address.name } }
    return container?[address.name]
  }

  /// All of the text that is one entry's, in order; nil if it is not there.
  ///
  /// In TOML it may have several parts: one for each table, and one for each run of keys outside of its own tables.
  func extents(_ address: EntryAddress) -> [Range<Int>]? {
    guard let entry = entry(address) else { return nil }
    guard case .toml(let document) = body else {
      let member = value(at: address.container)?.members?.first { $0.key == address.name }
      return [(member?.keyRange.lowerBound ?? entry.range.lowerBound)..<entry.range.upperBound]
    }
    return document.extents(address.container + [address.name])
  }

  /// Why an entry cannot be changed on its own; nil if it can.
  func obstacle(_ address: EntryAddress) -> (words: String, offset: Int)? {
    guard case .yaml(let document) = body, let range = extents(address)?.first else { return nil }
    let decoration = document.decorations.first { $0.range.overlaps(range) || range.contains($0.range.lowerBound) }
    return decoration.map { ($0.words, $0.range.lowerBound) }
  }
}

extension TOMLDocument {
  func extents(_ path: [ExactText]) -> [Range<Int>] {
    if let (_, place) = inline(path) { return [place] }
    var extents: [Range<Int>] = []
    for section in sections {
      if section.path.starts(with: path) {
        extents.append(section.extent)
        continue
      }
      var last: Int?
      for pair in section.pairs where pair.path.starts(with: path) {
        if let before = last, pair.ordinal == before + 1, let end = extents.indices.last {
          extents[end] = extents[end].lowerBound..<pair.lines.upperBound
        } else {
          extents.append(pair.lines)
        }
        last = pair.ordinal
      }
    }
    return extents
  }
}

extension ClientDocument {
  /// The text with another entry at an address; new members stand beside the one that is called `anchor` now.
  ///
  /// `inner` is a member of the entry that holds what is to change. Throws: `EditRefusal` for what cannot be changed on
  /// its own.
  func changed(
    _ address: EntryAddress, inner: ExactText? = nil, _ changes: [MemberChange], anchor: ExactText
  ) throws(EditRefusal) -> [UInt8] {
    guard let whole = entry(address), let entry = inner.map({ whole[$0] }) ?? whole else {
      throw EditRefusal("its entry is not there any more")
    }
    if let (words, offset) = obstacle(address) {
      throw EditRefusal("\(TextPlace(of: offset, in: text)): \(words), so that its entry is not alone; write it out")
    }
    switch body {
    case .toml(let document):
      return try TOMLEditing.changed(
        text, document, address.container + [address.name], changes, anchor: anchor)
    case .json, .yaml: return try TreeEditing.changed(self, entry, changes, anchor: anchor)
    }
  }
}
