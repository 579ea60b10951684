package import JSONText

/// What is to be done to take entries of clients' files away from the gate again.
package struct UnwrapPlan: Hashable, Sendable {
  package enum Outcome: Hashable, Sendable {
    /// Byte for byte what it was.
    case restored(as: ExactText)
    /// The entry was edited since it was routed through the gate: its members are what they were.
    case members(ExactText)
    /// What it was is not known any more: it is made anew from the registry.
    case rebuilt(ExactText)
    case notGuarded
    case refused(String)
  }

  package struct Item: Hashable, Sendable {
    package var row: ClientSurvey.Row
    package var outcome: Outcome
  }

  package private(set) var items: [Item] = []
  package private(set) var files: [WrapPlan.FileChange] = []

  package init(
    _ rows: [ClientSurvey.Row], of survey: ClientSurvey, texts: [Int: [UInt8]], records: [WrapRecord],
    registered: [JSONMember]
  ) {
    func place(_ row: ClientSurvey.Row) -> Int? {
      records.lastIndex { $0.isOf(survey.files[row.file].place.path, row.server.address) }
    }
    var changes: [Int: WrapPlan.FileChange] = [:]
    // What was changed last goes first: then each finds the text as it left it.
    let ordered = rows.enumerated().sorted {
      (place($0.element) ?? -1, $0.offset) > (place($1.element) ?? -1, $1.offset)
    }.map(\.element)
    for row in ordered {
      guard let name = row.server.guarded else {
        items.append(Item(row: row, outcome: .notGuarded))
        continue
      }
      let file = survey.files[row.file].place
      guard let text = changes[row.file]?.after ?? texts[row.file] else { continue }
      do throws(EditRefusal) {
        let record = place(row).map { records[$0] }
        let after: [UInt8]
        if let record, let done = record.unwrap(text) {
          after = done.text
          items.append(Item(row: row, outcome: done.how == .exact ? .restored(as: name) : .members(name)))
        } else {
          after = try Self.rebuild(
            text, row.server, at: file, registered.first { $0.key == name }?.value)
          items.append(Item(row: row, outcome: .rebuilt(name)))
        }
        var change =
          changes[row.file]
          ?? WrapPlan.FileChange(place: file, before: text, after: text, addresses: [], records: [])
        change.after = after
        change.addresses.append(row.server.address)
        if let record { change.records.append(record) }
        changes[row.file] = change
      } catch {
        items.append(Item(row: row, outcome: .refused(error.message)))
      }
    }
    files = changes.sorted { $0.key < $1.key }.map(\.value)
    items = rows.compactMap { row in items.first { $0.row == row } }
  }

  /// The entry made from what the registry has, or from the words behind `gatehouse run`.
  private static func rebuild(
    _ text: [UInt8], _ server: ListedServer, at place: ClientPlace, _ registered: JSONNode?
  ) throws(EditRefusal) -> [UInt8] {
    let dialect = place.kind.dialect
    let parts: EntryParts
    let document: ClientDocument
    do throws(EntryProblem) {
      parts = try EntryParts(server.entry, dialect)
    } catch {
      throw EditRefusal(error.message)
    }
    do throws(DocumentProblem) {
      document = try ClientDocument(text, dialect.format)
    } catch {
      throw EditRefusal("\(error)")
    }
    guard registered != nil || parts.words.contains("--") else {
      throw EditRefusal("nobody knows any more what it started: no server `\(server.guarded ?? "?")` is registered")
    }
    var changes: [MemberChange] = []
    let ours = ["GATEHOUSE_", "XDG_"]
    var variables = parts.variables.filter { member in !ours.contains { member.key.string.hasPrefix($0) } }
    if let registered, let url = registered["url"] {
      changes.append(MemberChange(parts.key, name: dialect.addresses[0], url))
      if let key = dialect.arguments { changes.append(MemberChange(key, nil)) }
      if server.entry["type"] != nil {
        let type: ExactText = registered["type"]?.text ?? Self.remoteType(place.kind)
        changes.append(MemberChange("type", JSONNode(.string(type))))
      }
      let headers = registered["headers"] ?? JSONNode(.object([]))
      if server.entry[dialect.variables] != nil {
        let filled = Self.filled(headers, parts.variables, dialect)
        changes.append(MemberChange(dialect.variables, name: dialect.headers, filled))
      } else if registered["headers"] != nil {
        changes.append(MemberChange(dialect.headers, headers))
      }
    } else {
      let words: [JSONNode]
      if let registered {
        words = [registered["command"]].compactMap { $0 } + (registered["args"]?.elements ?? [])
        variables += registered["env"]?.members ?? []
      } else {
        words = parts.words.drop { $0 != "--" }.dropFirst().map { JSONNode(.string(ExactText($0))) }
      }
      guard let program = words.first else { throw EditRefusal("nobody knows any more what it started") }
      if dialect.arguments == nil, parts.inner == nil {
        changes.append(MemberChange(parts.key, JSONNode(.array(words))))
      } else {
        changes.append(MemberChange(parts.key, program))
        changes.append(MemberChange(dialect.arguments ?? "args", JSONNode(.array(Array(words.dropFirst())))))
      }
      let key = parts.inner == nil ? dialect.variables : "env"
      let holder = parts.inner.flatMap { server.entry[$0] } ?? server.entry
      if holder[key] != nil || !variables.isEmpty { changes.append(MemberChange(key, JSONNode(.object(variables)))) }
    }
    return try document.changed(server.address, inner: parts.inner, changes, anchor: parts.key)
  }

  /// Headers with what the entry's own variables say in place of the registry's names for them.
  private static func filled(_ headers: JSONNode, _ variables: [JSONMember], _ dialect: ClientDialect) -> JSONNode {
    JSONNode(
      .object(
        (headers.members ?? []).map { header in
          if let path = header.value["file"]?.string, dialect.filling == .tags {
            return JSONMember(key: header.key, value: JSONNode(.string(ExactText("{file:\(path)}"))))
          }
          guard let text = header.value.string else { return header }
          return JSONMember(key: header.key, value: JSONNode(.string(ExactText(filled(text, variables)))))
        }))
  }

  private static func filled(_ text: String, _ variables: [JSONMember]) -> String {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.first {
      if rest.starts(with: [0x24, 0x7B]), let end = rest.firstIndex(of: 0x7D) {
        let name = rest[(rest.startIndex + 2)..<end].prefix { $0 != 0x3A }
        let own = variables.first { $0.key.utf8.elementsEqual(name) }?.value.string
        bytes += own.map { Array($0.utf8) } ?? Array(rest[...end])
        rest = rest[(end + 1)...]
      } else {
        bytes.append(byte)
        rest = rest.dropFirst()
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func remoteType(_ kind: ClientKind) -> ExactText {
    switch kind {
    case .opencode: "remote"
    case .goose: "streamable_http"
    case .cline: "streamableHttp"
    case .continueDev: "streamable-http"
    default: "http"
    }
  }
}
