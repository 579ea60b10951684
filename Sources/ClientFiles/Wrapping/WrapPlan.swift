package import JSONText

/// What is to be done to route entries of clients' files through the gate: all of it, before any of it is done.
package struct WrapPlan: Hashable, Sendable {
  package enum Outcome: Hashable, Sendable {
    /// It goes through the gate then, under this name; what the user should know besides.
    case wrapped(as: ExactText, isRegistered: Bool, notes: [String])
    case already(ExactText)
    case refused(String)
  }

  package struct Item: Hashable, Sendable {
    package var row: ClientSurvey.Row
    package var outcome: Outcome
  }

  /// One file, as it is and as it is to be.
  package struct FileChange: Hashable, Sendable {
    package var place: ClientPlace
    package var before: [UInt8]
    package var after: [UInt8]
    /// Where entries stand that were changed.
    package var addresses: [EntryAddress]
    package var records: [WrapRecord]
  }

  package private(set) var items: [Item] = []
  package private(set) var files: [FileChange] = []
  /// New servers of the registry.
  package private(set) var additions: [JSONMember] = []

  /// Works out what is to be done with `rows`; `texts` are those of the survey's files, `registered` the registry's
  /// `mcpServers`.
  package init(
    _ rows: [ClientSurvey.Row], of survey: ClientSurvey, texts: [Int: [UInt8]], registered: [JSONMember], home: String,
    gate: EntryWrap.Gate
  ) {
    var names = registered
    var changes: [Int: FileChange] = [:]
    for row in rows {
      let place = survey.files[row.file].place
      if let name = row.server.guarded {
        items.append(Item(row: row, outcome: .already(name)))
        continue
      }
      do throws(EditRefusal) {
        if let problem = row.server.problem { throw EditRefusal(problem) }
        guard place.scope != .managed else {
          throw EditRefusal("whoever manages this machine wrote the file, and has to change it")
        }
        guard let text = changes[row.file]?.after ?? texts[row.file] else { throw EditRefusal("its file is gone") }
        var wrap = try EntryWrap(row.server, of: place.kind, home: home)
        var (name, isKnown) = Self.name(row, wrap, among: names)
        if !isKnown {
          let moved = try EntryWrap(row.server, of: place.kind, home: home, movesHeaders: true)
          let (other, isOther) = Self.name(row, moved, among: names)
          if isOther { (wrap, name, isKnown) = (moved, other, true) }
        }
        let done = try WrapRecord.wrap(text, row.server, at: place, wrap, name: name, gate: gate)
        if !isKnown { names.append(JSONMember(key: name, value: wrap.registered ?? JSONNode(.null))) }
        if !isKnown, let entry = wrap.registered { additions.append(JSONMember(key: name, value: entry)) }
        var change =
          changes[row.file] ?? FileChange(place: place, before: text, after: text, addresses: [], records: [])
        change.after = done.text
        change.addresses.append(row.server.address)
        change.records.append(done.record)
        changes[row.file] = change
        items.append(
          Item(
            row: row,
            outcome: .wrapped(
              as: name, isRegistered: wrap.registered != nil,
              notes: Self.notes(row, name, isKnown: isKnown, among: registered) + wrap.notes)))
      } catch {
        items.append(Item(row: row, outcome: .refused(error.message)))
      }
    }
    files = changes.sorted { $0.key < $1.key }.map(\.value)
  }

  /// The name of a server in the registry: the one under which it is there already, or its own, if no other has that.
  private static func name(
    _ row: ClientSurvey.Row, _ wrap: EntryWrap, among names: [JSONMember]
  ) -> (ExactText, isKnown: Bool) {
    let own = ImportPlan.legal(row.server.name)
    if let wanted = wrap.registered {
      // Two accounts at one address are two servers, and a header that was moved does not tell them apart.
      let names = wrap.hasMovedHeader ? names.filter { $0.key == own || $0.key == own.of(row.client) } : names
      func isSame(_ member: JSONMember) -> Bool { Self.isSame(member.value, wanted, wrap.folder) }
      if let known = names.first(where: { $0.key == own && isSame($0) }) ?? names.first(where: isSame) {
        return (known.key, true)
      }
    }
    let taken = Set(names.map(\.key))
    return (taken.contains(own) ? ImportPlan.free(own, client: row.client, taken) : own, false)
  }

  /// Why a server has another name behind the gate than its client calls it.
  private static func notes(
    _ row: ClientSurvey.Row, _ name: ExactText, isKnown: Bool, among registered: [JSONMember]
  ) -> [String] {
    let own = ImportPlan.legal(row.server.name)
    if name != own {
      return isKnown
        ? ["the registry has the same server as `\(name)`"]
        : ["`\(own)` is another server's name\(registered.contains { $0.key == own } ? " in the registry" : "")"]
    }
    return own == row.server.name ? [] : ["a name there has letters, digits, `_`, `-` and `.` alone"]
  }

  /// Whether two entries of the registry are one server; how it is called and what else is set for it does not matter.
  private static func isSame(_ left: JSONNode, _ right: JSONNode, _ folder: String?) -> Bool {
    func value(_ node: JSONNode, _ key: ExactText) -> JSONMeaning? {
      guard let value = node[key], !value.isNull else { return nil }
      if value.members?.isEmpty == true || value.elements?.isEmpty == true { return nil }
      guard key == "headers", let headers = value.members else { return JSONMeaning(value) }
      // HTTP overlooks case in the names of headers.
      let plain = headers.map { JSONMember(key: ExactText($0.key.string.lowercased()), value: $0.value) }
      return JSONMeaning(JSONNode(.object(plain)))
    }
    let keys: [ExactText] = ["command", "args", "env", "url", "headers"]
    guard left["command"] != nil || left["url"] != nil, keys.allSatisfy({ value(left, $0) == value(right, $0) })
    else { return false }
    let folders = [left["cwd"]?.string, right["cwd"]?.string]
    return folders[0] == folders[1] || (folders[1] == nil && folders[0] == folder)
  }

  /// A word for exactly this plan: it changes with every byte that would be read or written.
  package var token: String {
    var bytes: [UInt8] = []
    for file in files {
      for part in [Array(file.place.path.utf8), file.before, file.after] {
        bytes += Array(ContentDigest(of: part).hexadecimal.utf8)
      }
    }
    for addition in additions { bytes += Array(addition.key.utf8) + [0] + addition.value.compact }
    return ContentDigest(of: bytes).short
  }
}
