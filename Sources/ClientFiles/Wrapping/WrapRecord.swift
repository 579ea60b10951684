package import JSONText

/// What an entry was before it was routed through the gate, to put it back.
///
/// It holds the entry's secrets, and is kept in a file of the user's alone.
package struct WrapRecord: Hashable, Sendable {
  package var client: ClientKind
  /// The client's file.
  package var path: String
  package var address: EntryAddress
  /// The server's name behind the gate.
  package var name: ExactText
  /// The parts of the text that were the entry, and what they are now.
  package var before: [[UInt8]]
  package var after: [[UInt8]]
  /// All that was changed, by its place in the text before.
  package var splice: TextSplice
  /// Of the whole text as it was right after the change, in hexadecimal.
  package var digest: String
  /// The entry that was there, and members of it that were changed, under the names that they have now and had.
  package var entry: JSONNode
  package var changed: [[ExactText]]
  package var inner: ExactText?

  package func isOf(_ path: String, _ address: EntryAddress) -> Bool { self.path == path && self.address == address }
}

extension WrapRecord: CustomStringConvertible {
  package var description: String { "<what \(address.name.string) was>" }
}

extension WrapRecord {
  /// Routes one entry of a text through the gate.
  ///
  /// What comes of it is read again before it is believed: the entry must start the gate, everything else must be as it
  /// was, and putting it back must give the same bytes.
  package static func wrap(
    _ text: [UInt8], _ server: ListedServer, at place: ClientPlace, _ wrap: EntryWrap, name: ExactText,
    gate: EntryWrap.Gate
  ) throws(EditRefusal) -> (text: [UInt8], record: WrapRecord) {
    let format = place.kind.dialect.format
    let document = try read(text, format)
    let changes = wrap.changes(name: name, gate: gate)
    let after = try document.changed(server.address, inner: wrap.inner, changes, anchor: wrap.anchor)
    let changed = try read(after, format)
    guard let old = document.extents(server.address), let new = changed.extents(server.address),
      let entry = changed.entry(server.address)
    else { throw EditRefusal("its entry cannot be found again") }
    let listed = ListedServer(server.address, entry, at: place, project: server.project)
    guard listed.guarded == name, listed.gate == gate.program else {
      throw EditRefusal("its entry would not start the gate")
    }
    guard changed.others(than: server.address) == document.others(than: server.address) else {
      throw EditRefusal("another part of the file would change, too")
    }
    let record = WrapRecord(
      client: place.kind, path: place.path, address: server.address, name: name, before: old.map { Array(text[$0]) },
      after: new.map { Array(after[$0]) }, splice: TextSplice(from: text, to: after),
      digest: ContentDigest(of: after).hexadecimal, entry: server.entry,
      changed: changes.map { [$0.name ?? $0.key, $0.key] }, inner: wrap.inner)
    guard record.unwrap(after)?.text == text else { throw EditRefusal("its entry could not be put back") }
    return (after, record)
  }

  private static func read(_ text: [UInt8], _ format: ClientDialect.Format) throws(EditRefusal) -> ClientDocument {
    do throws(DocumentProblem) {
      return try ClientDocument(text, format)
    } catch {
      throw EditRefusal("\(error)")
    }
  }

  /// How exactly an entry came back.
  package enum Return: Hashable, Sendable {
    /// The file, or at least the entry, is byte for byte what it was.
    case exact
    /// The entry was edited in between: its members are what they were, its bytes may not be.
    case members
  }

  /// The text with the entry put back; nil where it is not in the text, or cannot be changed.
  package func unwrap(_ text: [UInt8]) -> (text: [UInt8], how: Return)? {
    var whole = text
    if ContentDigest(of: text).hexadecimal == digest, splice.inverse.apply(to: &whole) { return (whole, .exact) }
    guard let document = try? ClientDocument(text, client.dialect.format) else { return nil }
    if let places = document.extents(address), places.map({ Array(text[$0]) }) == after, before.count == after.count {
      var splices = Splices()
      for (place, bytes) in zip(places, before) { splices.replace(place, with: bytes) }
      if let restored = try? splices.applied(to: text),
        let again = try? ClientDocument(restored, client.dialect.format), again.entry(address)?.means(entry) == true
      {
        return (restored, .exact)
      }
    }
    return members(document).map { ($0, .members) }
  }

  /// Sets what was changed to what it was, and leaves what else the entry has now.
  private func members(_ document: ClientDocument) -> [UInt8]? {
    guard let whole = document.entry(address), let now = inner.map({ whole[$0] }) ?? whole else { return nil }
    let then = inner.flatMap { entry[$0] } ?? entry
    var changes: [MemberChange] = []
    for names in changed where names.count == 2 {
      if names[0] != names[1], now[names[0]] != nil, now[names[1]] == nil {
        changes.append(MemberChange(names[0], name: names[1], then[names[1]]))
      } else {
        changes.append(MemberChange(names[1], then[names[1]]))
      }
    }
    guard let anchor = changed.first?.first, now[anchor] != nil else { return nil }
    return try? document.changed(address, inner: inner, changes, anchor: anchor)
  }
}

extension ClientDocument {
  /// Everything but one entry, without places.
  fileprivate func others(than address: EntryAddress) -> JSONMeaning {
    func without(_ node: JSONNode, _ path: ArraySlice<ExactText>) -> JSONNode {
      guard let key = path.first else {
        if let elements = node.elements {
          return JSONNode(.array(elements.filter { $0["name"]?.text != address.name }))
        }
        return JSONNode(.object((node.members ?? []).filter { $0.key != address.name }))
      }
      guard let members = node.members else { return node }
      return JSONNode(
        .object(
          members.map {
            $0.key == key ? JSONMember(key: key, value: without($0.value, path.dropFirst())) : $0
          }))
    }
    return JSONMeaning(without(root, address.container[...]))
  }
}

extension TextSplice {
  /// The one replacement that leads from a text to another: all between their common beginning and their common end.
  init(from old: [UInt8], to new: [UInt8]) {
    var start = 0
    while start < min(old.count, new.count), old[start] == new[start] { start += 1 }
    var end = 0
    while end < min(old.count, new.count) - start, old[old.count - 1 - end] == new[new.count - 1 - end] { end += 1 }
    self.init(
      offset: start, removed: Array(old[start..<(old.count - end)]), inserted: Array(new[start..<(new.count - end)]))
  }
}
