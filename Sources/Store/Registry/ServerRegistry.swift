package import JSONText

/// One MCP server that the user registered.
package struct RegisteredServer: Hashable, Sendable {
  package enum Transport: Hashable, Sendable {
    /// A program that is started for each session; its arguments and environment may hold secrets.
    case stdio(program: String, arguments: [String], environment: [String: String], directory: String?)
    case http(RemoteEntry)

    /// A remote server that needs nothing but its address.
    package static func http(url: String) -> Transport { .http(RemoteEntry(url: url)) }
  }

  package var name: ExactText
  package var transport: Transport
  /// How many milliseconds a call may take; nil where the entry does not say.
  package var timeout: Int?
  /// Calls of it may have arguments with keys that differ in case alone (`"caseSensitiveKeys": true`).
  ///
  /// Servers in some languages take such keys for one and the same, and might act on another than the policy looked at.
  package var tellsKeysApart: Bool
  /// No session of it begins (`"disabled": true`, as clients write it).
  package var isDisabled: Bool

  package init(
    name: ExactText, transport: Transport, timeout: Int? = nil, tellsKeysApart: Bool = false, isDisabled: Bool = false
  ) {
    self.name = name
    self.transport = transport
    self.timeout = timeout
    self.tellsKeysApart = tellsKeysApart
    self.isDisabled = isDisabled
  }

  /// What may be shown of the transport: its kind and the program's or host's name, no argument, no value.
  package var summary: (transport: String, program: String) {
    switch transport {
    case .stdio(let program, _, _, _):
      return ("stdio", program.split(separator: "/").last.map(String.init) ?? program)
    case .http(let remote):
      let url = remote.url
      let scheme = url.prefix { $0 != ":" }
      let rest = url.dropFirst(scheme.count + 3)
      let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
      return (String(scheme), String(authority.split(separator: "@").last ?? ""))
    }
  }
}

extension RegisteredServer: CustomStringConvertible {
  package var description: String { "<server \(name.string)>" }
}

/// What is wrong with the registry file, or with a change to it.
package struct RegistryError: Error, Hashable, Sendable, CustomStringConvertible {
  package let message: String
  package let place: TextPlace?

  package init(_ message: String, at place: TextPlace? = nil) {
    self.message = message
    self.place = place
  }

  package var description: String {
    place.map { "\($0.line):\($0.column): \(message)" } ?? message
  }
}

/// The registered servers: `servers.json`, in the shape that MCP clients use, so that entries can be pasted.
///
/// Members that clients keep in their entries (`autoApprove`, `type`, ...) are passed over and kept.
package struct ServerRegistry: Hashable, Sendable {
  /// The file's text; nil where there is no file yet.
  package private(set) var text: [UInt8]?
  /// In the order of the file.
  package private(set) var servers: [RegisteredServer]

  package static let empty = ServerRegistry(text: nil, servers: [])
  package static let longestText = 4 << 20

  private init(text: [UInt8]?, servers: [RegisteredServer]) {
    self.text = text
    self.servers = servers
  }

  package init(text: [UInt8]) throws(RegistryError) {
    guard text.contains(where: { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }) else {
      self = .empty
      return
    }
    let root: JSONNode
    do {
      root = try JSONNode.read(text)
    } catch {
      throw RegistryError("\(error)", at: TextPlace(of: error.offset, in: text))
    }
    func place(_ node: JSONNode) -> TextPlace { TextPlace(of: node.range.lowerBound, in: text) }
    guard root.members != nil else {
      throw RegistryError("the file must hold an object with `mcpServers`, not \(root.kindInWords)", at: place(root))
    }
    guard let list = root["mcpServers"] else {
      throw RegistryError("`mcpServers` is missing; write {\"mcpServers\": {}}", at: place(root))
    }
    guard let members = list.members else {
      throw RegistryError("`mcpServers` must be an object, not \(list.kindInWords)", at: place(list))
    }
    self.text = text
    servers = []
    for member in members {
      let keyPlace = TextPlace(of: member.keyRange.lowerBound, in: text)
      do {
        try ServerRegistry.check(name: member.key)
        servers.append(
          RegisteredServer(
            name: member.key, transport: try .init(member.value), timeout: try ServerRegistry.timeout(member.value),
            tellsKeysApart: try .flag("caseSensitiveKeys", of: member.value),
            isDisabled: try .flag("disabled", of: member.value)))
      } catch {
        throw RegistryError("server `\(member.key.string)`: \(error.message)", at: keyPlace)
      }
    }
  }

  package subscript(_ name: ExactText) -> RegisteredServer? { servers.first { $0.name == name } }

  /// The registered name that is spelled most like `name`, for an error message.
  package func nearest(to name: ExactText) -> ExactText? {
    let wanted = name.string.lowercased()
    return servers.map(\.name).first { candidate in
      let known = candidate.string.lowercased()
      return known == wanted || known.hasPrefix(wanted) || wanted.hasPrefix(known)
    }
  }

  /// Adds a server at the end of the list.
  package mutating func add(_ server: RegisteredServer) throws(RegistryError) {
    try ServerRegistry.check(name: server.name)
    guard self[server.name] == nil else {
      throw RegistryError(
        "a server `\(server.name.string)` is registered already; remove it first, or take another name")
    }
    try edit { editor throws(JSONTextEditor.Failure) in
      try editor.set(["mcpServers", server.name], to: server.transport.node)
    }
  }

  package mutating func remove(_ name: ExactText) throws(RegistryError) {
    try expect(name)
    try edit { editor throws(JSONTextEditor.Failure) in editor.remove(["mcpServers", name]) }
  }

  /// Lets a server begin sessions, or not; its entry stays.
  package mutating func setDisabled(_ isDisabled: Bool, of name: ExactText) throws(RegistryError) {
    try expect(name)
    guard self[name]?.isDisabled != isDisabled else { return }
    let path: [ExactText] = ["mcpServers", name, "disabled"]
    try edit { editor throws(JSONTextEditor.Failure) in
      if isDisabled { try editor.set(path, to: JSONNode(.bool(true))) } else { editor.remove(path) }
    }
  }

  private func expect(_ name: ExactText) throws(RegistryError) {
    guard self[name] == nil else { return }
    let hint = nearest(to: name).map { "; is it `\($0.string)`?" } ?? ""
    throw RegistryError("no server `\(name.string)` is registered\(hint)")
  }

  mutating func edit(
    _ change: (inout JSONTextEditor) throws(JSONTextEditor.Failure) -> Void
  ) throws(RegistryError) {
    let before = text ?? Array("{\n  \"mcpServers\": {}\n}\n".utf8)
    do {
      var editor = try JSONTextEditor(before)
      try change(&editor)
      self = try ServerRegistry(text: editor.text)
    } catch let error as RegistryError {
      throw error
    } catch {
      throw RegistryError("the file cannot be changed: \(error)")
    }
  }

  private static let longestTimeout = 86_400_000

  /// The time that a call may take, as clients write it: milliseconds.
  private static func timeout(_ entry: JSONNode) throws(RegistryError) -> Int? {
    guard let value = entry["timeout"], !value.isNull else { return nil }
    guard let milliseconds = value.integer, 1...longestTimeout ~= milliseconds else {
      throw RegistryError("`timeout` must be a whole number of milliseconds from 1 to \(longestTimeout)")
    }
    return milliseconds
  }

  /// A name is a key of the policy, part of a path and a word on the command line.
  ///
  /// Throws: `RegistryError` for a name that is no run of 1 to 64 letters, digits, `_`, `-` and `.`.
  package static func check(name: ExactText) throws(RegistryError) {
    let legal = name.utf8.allSatisfy { byte in
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
      default: false
      }
    }
    guard legal, 1...64 ~= name.utf8.count else {
      throw RegistryError("a server's name has 1 to 64 letters, digits, `_`, `-` and `.`")
    }
  }
}
