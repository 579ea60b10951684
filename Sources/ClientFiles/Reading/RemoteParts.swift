internal import HTTPWire
internal import JSONText

/// What the entry of a server over HTTP says beside its address, before anything is made of it.
struct RemoteParts {
  /// A header whose value the client takes from a variable of its own (Codex).
  struct Passed {
    var name: ExactText
    /// What stands before the variable's value.
    var beginning: String
    var variable: String
  }

  /// As they are written, without those that belong to HTTP or to the protocol.
  private(set) var headers: [(name: ExactText, text: String)] = []
  private(set) var passed: [Passed] = []

  /// Members by which a client logs in by itself, which the gate cannot do in its place.
  private static let logins: [ExactText] = [
    "oauth", "auth", "authorization", "authProviderType", "headersHelper", "oauth2", "credentials",
  ]
  private static let types: [String?] = [
    nil, "http", "sse", "streamable_http", "streamable-http", "streamableHttp", "remote",
  ]

  init(_ entry: JSONNode, _ parts: EntryParts, of kind: ClientKind) throws(EntryProblem) {
    for key in Self.logins {
      if let value = entry[key], !value.isNull {
        throw EntryProblem("\(kind.title) logs in to it by itself (`\(key)`), which the gate cannot do")
      }
    }
    guard let url = parts.url, url.hasPrefix("https://") || url.hasPrefix("http://") else {
      throw EntryProblem("its address is none that begins with https:// or http://")
    }
    try Self.check(url)
    guard Self.types.contains(parts.type) else { throw EntryProblem("its `type` is none that the gate knows") }
    for member in try Self.members(entry, kind.dialect) {
      guard let text = EntryParts.text(of: member.value) else { throw EntryProblem("a header of it is no text") }
      if try Self.isGiven(member.key) { headers.append((member.key, text)) }
    }
    if let variable = entry["bearer_token_env_var"]?.string {
      passed.append(Passed(name: "Authorization", beginning: "Bearer ", variable: variable))
    }
    for member in entry["env_http_headers"]?.members ?? [] {
      guard let variable = member.value.string else { throw EntryProblem("a header of it is no text") }
      if try Self.isGiven(member.key) {
        passed.append(Passed(name: member.key, beginning: "", variable: variable))
      }
    }
    for header in passed where !EntryParts.isVariable(header.variable) {
      throw EntryProblem("the header `\(header.name)` is of a variable that none can be called")
    }
  }

  /// Refuses what could not be connected to.
  static func check(_ url: String) throws(EntryProblem) {
    let isPlain = url.utf8.allSatisfy { 0x21...0x7E ~= $0 && ![0x22, 0x3C, 0x3E, 0x5C].contains($0) }
    let scheme = url.hasPrefix("https://") ? 8 : 7
    let authority = url.utf8.dropFirst(scheme).prefix { ![0x2F, 0x3F, 0x23].contains($0) }
    guard isPlain, !authority.isEmpty else { throw EntryProblem("its address is none that a server can have") }
    guard !authority.contains(0x40) else {
      throw EntryProblem("its address holds a user, and the gate takes credentials in headers alone")
    }
  }

  private static func isGiven(_ name: ExactText) throws(EntryProblem) -> Bool {
    guard GivenHeader.isName(name.string) else {
      throw EntryProblem("a header of it has a name that HTTP does not have")
    }
    return !GivenHeader.isOurs(name.string)
  }

  private static func members(_ entry: JSONNode, _ dialect: ClientDialect) throws(EntryProblem) -> [JSONMember] {
    let node = entry[dialect.headers] ?? entry["requestOptions"]?["headers"]
    guard let node, !node.isNull else { return [] }
    guard let members = node.members else {
      throw EntryProblem("`\(dialect.headers)` is \(node.kindInWords), not an object")
    }
    guard members.count <= 100 else { throw EntryProblem("it has more than 100 headers") }
    return members
  }
}

extension EntryParts {
  /// Whether a word can be the name of a variable: letters, digits and `_`.
  static func isVariable(_ word: String) -> Bool {
    1...256 ~= word.utf8.count
      && word.utf8.allSatisfy { byte in
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F: true
        default: false
        }
      }
  }
}
