package import JSONText

/// What becomes of one entry when its server is to be reached through the gate.
package struct EntryWrap: Hashable, Sendable {
  /// What the client then starts.
  package struct Gate: Hashable, Sendable {
    /// The full path of the program.
    package var program: String
    /// Variables without which it would look for its files elsewhere; none of them is a secret.
    package var variables: [ClientServer.Variable]

    package init(program: String, variables: [ClientServer.Variable] = []) {
      self.program = program
      self.variables = variables
    }
  }

  /// The server as the registry is to have it; nil where the client has to fill in its command, which then stays in the
  /// entry behind `gatehouse run`.
  package private(set) var registered: JSONNode?
  /// What the user should know.
  package private(set) var notes: [String] = []
  /// A header is a variable under a name of ours: the registry's entry does not say which value that is.
  private(set) var hasMovedHeader = false
  /// The folder that the client starts the server in, where its file tells.
  private(set) var folder: String?

  private let kind: ClientKind
  private let parts: EntryParts
  private let entry: JSONNode
  /// Variables that the client goes on to fill in.
  private var kept: [JSONMember] = []
  /// Names of variables that the client is to pass on from its own environment (Codex).
  private var passed: [String] = []

  private let movesHeaders: Bool

  /// Works out what becomes of an entry; with `movesHeaders` each header that the client fills in becomes one variable.
  ///
  /// Throws: `EditRefusal` with the reason for which the entry stays as it is.
  package init(
    _ server: ListedServer, of kind: ClientKind, home: String, movesHeaders: Bool = false
  ) throws(EditRefusal) {
    self.kind = kind
    self.movesHeaders = movesHeaders
    entry = server.entry
    do throws(EntryProblem) {
      parts = try EntryParts(server.entry, kind.dialect)
    } catch {
      throw EditRefusal(error.message)
    }
    let context = ClientEntry(kind: kind, project: server.project, home: home)
    if let url = parts.url { try wrap(url, context) } else { wrapCommand(context) }
    if server.hiddenTools > 0 {
      notes.append("\(kind.title) goes on to hide \(server.hiddenTools) of its tools; the policy does not know of that")
    }
  }

  // MARK: A server that is started

  private mutating func wrapCommand(_ context: ClientEntry) {
    guard let filled = try? context.filled(context.words(of: parts)) else {
      kept = parts.variables
      notes.append("its command stays in the entry, for only \(kind.title) can fill it in; it is not registered")
      return
    }
    var variables: [JSONMember] = []
    for member in parts.variables {
      guard let text = EntryParts.text(of: member.value).flatMap({ try? context.filled($0) }) else {
        kept.append(member)
        continue
      }
      variables.append(JSONMember(key: member.key, value: JSONNode(.string(ExactText(text)))))
    }
    if !kept.isEmpty {
      let names = kept.map { "`\($0.key)`" }.joined(separator: ", ")
      notes.append("\(kind.title) goes on to fill in \(names)")
    }
    var members = [JSONMember(key: "command", value: JSONNode(.string(ExactText(filled[0]))))]
    let arguments = filled.dropFirst().map { JSONNode(.string(ExactText($0))) }
    if !arguments.isEmpty { members.append(JSONMember(key: "args", value: JSONNode(.array(arguments)))) }
    if !variables.isEmpty { members.append(JSONMember(key: "env", value: JSONNode(.object(variables)))) }
    // Where the entry says nothing, the server starts where its client does; a program of the project's is found there.
    folder = (try? context.folder(parts.folder)) ?? nil
    let isSaid = parts.folder.map { !$0.isNull } ?? false
    if let folder, isSaid || (filled[0].utf8.contains(0x2F) && filled[0].utf8.first != 0x2F) {
      members.append(JSONMember(key: "cwd", value: JSONNode(.string(ExactText(folder)))))
    }
    registered = JSONNode(.object(members))
  }

  // MARK: A server that is reached by its address

  private mutating func wrap(_ url: String, _ context: ClientEntry) throws(EditRefusal) {
    let remote: RemoteParts
    do throws(EntryProblem) {
      remote = try RemoteParts(entry, parts, of: kind)
    } catch {
      throw EditRefusal(error.message)
    }
    guard let address = try? context.filled(url), (try? RemoteParts.check(address)) != nil else {
      throw EditRefusal("its address holds something that only \(kind.title) fills in")
    }
    var headers: [JSONMember] = []
    func header(_ name: ExactText, _ text: String) {
      headers.append(JSONMember(key: name, value: JSONNode(.string(ExactText(text)))))
    }
    var moved = 0
    for (name, text) in remote.headers {
      guard kind.dialect.mayFill(text) || text.utf8.contains(0x24) else {
        header(name, text)
        continue
      }
      // The client fills in variables as it would the header, and the registry takes them from there.
      if let value = passedOn(text, context) {
        headers.append(JSONMember(key: name, value: value))
        continue
      }
      moved += 1
      let variable = "GATEHOUSE_HEADER_\(moved)"
      kept.append(JSONMember(key: ExactText(variable), value: JSONNode(.string(ExactText(text)))))
      header(name, "${\(variable)}")
    }
    hasMovedHeader = moved > 0
    for one in remote.passed {
      passed.append(one.variable)
      header(one.name, "\(one.beginning)${\(one.variable)}")
    }
    kept += parts.variables.filter { member in !kept.contains { $0.key == member.key } }
    var members: [JSONMember] = []
    if ListedServer.transport(parts, kind) == .sse {
      members.append(JSONMember(key: "type", value: JSONNode(.string("sse"))))
    }
    members.append(JSONMember(key: "url", value: JSONNode(.string(ExactText(address)))))
    if headers.isEmpty {
      notes.append("if \(kind.title) logs in to it (OAuth), that ends: give the registry's entry a header")
    } else {
      members.append(JSONMember(key: "headers", value: JSONNode(.object(headers))))
    }
    registered = JSONNode(.object(members))
  }

  /// A header's value as `servers import` registers it, whose variables the client then passes on under their own names.
  ///
  /// Nil where the value can only be moved as a whole: what is in it only the client knows, or a name has two meanings.
  private mutating func passedOn(_ text: String, _ context: ClientEntry) -> JSONNode? {
    guard !movesHeaders, let header = try? context.header(text) else { return nil }
    var found = kept
    for (name, words) in header.references {
      let member = JSONMember(key: ExactText(name), value: JSONNode(.string(ExactText(words))))
      guard !["GATEHOUSE_", "XDG_"].contains(where: name.hasPrefix) else { return nil }
      if let other = (found + parts.variables).first(where: { $0.key == member.key }) {
        guard other.value.means(member.value) else { return nil }
      }
      if !found.contains(where: { $0.key == member.key }) { found.append(member) }
    }
    kept = found
    switch header.value {
    case .text(let text): return JSONNode(.string(ExactText(text)))
    case .file(let path): return JSONNode(.object([JSONMember(key: "file", value: JSONNode(.string(ExactText(path))))]))
    }
  }

  // MARK: The entry

  /// The member that holds what is to change; nil for the entry itself.
  package var inner: ExactText? { parts.inner }
  /// The member that new ones stand beside.
  package var anchor: ExactText { parts.key }

  /// What is different in the entry then; `name` is the server's in the registry, and in policy and stream.
  package func changes(name: ExactText, gate: Gate) -> [MemberChange] {
    let words =
      registered == nil
      ? ["run", "--name", name.string, "--"] + parts.words : ["connect", name.string]
    func string(_ value: String) -> JSONNode { JSONNode(.string(ExactText(value))) }
    let dialect = kind.dialect
    let program = parts.inner == nil ? dialect.program : parts.key
    var changes: [MemberChange] = []
    let isMoved = parts.url != nil
    if dialect.arguments == nil, parts.inner == nil {
      let list = JSONNode(.array(([gate.program] + words).map(string)))
      changes.append(MemberChange(parts.key, name: isMoved ? program : nil, list))
    } else {
      changes.append(MemberChange(parts.key, name: isMoved ? program : nil, string(gate.program)))
      changes.append(MemberChange(dialect.arguments ?? "args", JSONNode(.array(words.map(string)))))
    }
    if isMoved, entry["type"] != nil { changes.append(MemberChange("type", JSONNode(.string(dialect.started)))) }
    changeVariables(&changes, gate)
    return changes
  }

  private func changeVariables(_ changes: inout [MemberChange], _ gate: Gate) {
    let key = parts.inner == nil ? kind.dialect.variables : "env"
    let holder = parts.inner.flatMap { entry[$0] } ?? entry
    let own = gate.variables.filter { variable in !kept.contains { $0.key.string == variable.name } }
    let wanted = kept + own.map { JSONMember(key: ExactText($0.name), value: JSONNode(.string(ExactText($0.value)))) }
    let value = JSONNode(.object(wanted))
    let headers = kind.dialect.headers
    if parts.url != nil, holder[headers] != nil, holder[key] == nil {
      changes.append(MemberChange(headers, name: key, value))
    } else {
      if parts.url != nil, holder[headers] != nil { changes.append(MemberChange(headers, nil)) }
      let before = holder[key]?.members
      if before.map({ $0.map(\.key) != wanted.map(\.key) }) ?? !wanted.isEmpty {
        changes.append(MemberChange(key, value))
      }
    }
    guard parts.url != nil else { return }
    if let options = entry["requestOptions"]?.members, options.contains(where: { $0.key == "headers" }) {
      let rest = options.filter { $0.key != "headers" }
      changes.append(MemberChange("requestOptions", rest.isEmpty ? nil : JSONNode(.object(rest))))
    }
    guard !passed.isEmpty else { return }
    let list = JSONNode(.array(passed.map { JSONNode(.string(ExactText($0))) }))
    let hasToken = entry["bearer_token_env_var"] != nil
    if hasToken { changes.append(MemberChange("bearer_token_env_var", name: "env_vars", list)) }
    if entry["env_http_headers"] != nil {
      changes.append(MemberChange("env_http_headers", nil))
      if !hasToken { changes.append(MemberChange("env_vars", list)) }
    }
  }
}
