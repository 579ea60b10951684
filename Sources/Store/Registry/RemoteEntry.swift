internal import HTTPWire
internal import JSONText
package import System

/// A server that is reached over HTTP, as its entry in the registry has it.
///
/// Its headers may hold secrets: nothing here describes itself by more than the host's name.
package struct RemoteEntry: Hashable, Sendable {
  /// A header that goes with every request.
  package struct Header: Hashable, Sendable {
    package enum Value: Hashable, Sendable {
      /// A text, in which `${NAME}` and `${NAME:-OTHERWISE}` stand for variables.
      case text(String)
      /// What a file holds, but for blanks at its end.
      case file(String)
    }

    package var name: String
    package var value: Value

    package init(_ name: String, _ value: Value) {
      self.name = name
      self.value = value
    }
  }

  package var url: String
  package var headers: [Header] = []
  /// A file with the certificates to trust in place of the system's (`"caFile"`).
  package var certificates: String?
  /// It is reached through the proxy that the environment names (`"proxy": "environment"`).
  package var usesProxy = false
  /// Its name may stand for an address that is not public (`"privateAddresses": true`).
  package var allowsPrivate = false
  /// Clients over HTTP log in to it themselves (`"authorization": "client"`).
  package var passesAuthorization = false

  package init(url: String) { self.url = url }

  /// Checks a header's name.
  package static func check(header name: String) throws(RegistryError) {
    guard GivenHeader.isName(name) else { throw RegistryError("a header's name has letters, digits and `-`") }
    guard !GivenHeader.isOurs(name) else { throw RegistryError("the header `\(name)` is set by the gate itself") }
  }

  // MARK: Values

  /// The header lines as they are sent, `Name: value`, and the values alone, which nobody shall read.
  ///
  /// Variables are looked for in `environments`, in this order. No error repeats a value.
  package func lines(
    environments: [ProcessEnvironment]
  ) throws(RegistryError) -> (lines: [[UInt8]], values: [[UInt8]]) {
    var lines: [[UInt8]] = []
    var values: [[UInt8]] = []
    for header in headers {
      let value = try Self.value(of: header, environments)
      lines.append(Array("\(header.name): ".utf8) + value)
      values.append(value)
      // `Bearer TOKEN`: what is secret may be said without what stands before it.
      if let space = value.firstIndex(of: 0x20) { values.append(Array(value[(space + 1)...])) }
    }
    return (lines, values)
  }

  private static func value(
    of header: Header, _ environments: [ProcessEnvironment]
  ) throws(RegistryError) -> [UInt8] {
    var value: [UInt8]
    switch header.value {
    case .text(let text): value = try expand(Array(text.utf8), header.name, environments)
    case .file(let path):
      do throws(SystemError) {
        value = try SafeFile.read(expandHome(path, environments), limit: GivenHeader.longestValue)
      } catch {
        throw RegistryError("the header `\(header.name)`: \(error)")
      }
      while let last = value.last, last <= 0x20 { value.removeLast() }
    }
    guard value.count <= GivenHeader.longestValue else {
      throw RegistryError("the header `\(header.name)` is too long")
    }
    guard GivenHeader.isValue(value) else {
      throw RegistryError("the value of the header `\(header.name)` must be one line of text")
    }
    return value
  }

  private static func expandHome(_ path: String, _ environments: [ProcessEnvironment]) -> String {
    guard path.hasPrefix("~/"), let home = environments.lazy.compactMap({ $0["HOME"] }).first else { return path }
    return String(decoding: home, as: UTF8.self) + path.dropFirst()
  }

  private static func expand(
    _ text: [UInt8], _ header: String, _ environments: [ProcessEnvironment]
  ) throws(RegistryError) -> [UInt8] {
    var value: [UInt8] = []
    var rest = text[...]
    while let byte = rest.first {
      guard byte == 0x24, rest.dropFirst().first == 0x7B, let end = rest.firstIndex(of: 0x7D) else {
        value.append(byte)
        rest.removeFirst()
        continue
      }
      let words = String(decoding: rest[(rest.startIndex + 2)..<end], as: UTF8.self)
      rest = rest[(end + 1)...]
      let mark = words.firstRange(of: ":-")
      let name = String(mark.map { words[..<$0.lowerBound] } ?? words[...])
      if let found = environments.lazy.compactMap({ $0[name] }).first {
        value += found
      } else if let mark {
        value += words[mark.upperBound...].utf8
      } else {
        let isShown = 1...64 ~= name.utf8.count && name.utf8.allSatisfy { 0x21...0x7E ~= $0 }
        throw RegistryError(
          "the header `\(header)` needs the environment variable \(isShown ? "`\(name)`" : "that it names"), which is not set"
        )
      }
    }
    return value
  }
}

// MARK: JSON
extension RemoteEntry {
  /// Reads an entry that has a `url`.
  init(_ node: JSONNode, url: JSONNode) throws(RegistryError) {
    guard let text = url.string, text.hasPrefix("https://") || text.hasPrefix("http://") else {
      throw RegistryError("`url` must be a string that begins with https:// or http://")
    }
    self.url = text
    headers = try Self.headers(node["headers"])
    if let value = node["caFile"], !value.isNull {
      guard let path = value.string, path.hasPrefix("/"), !path.utf8.contains(0) else {
        throw RegistryError("`caFile` must be the path of a file, from / on")
      }
      certificates = path
    }
    if let value = node["proxy"], !value.isNull {
      guard value.string == "environment" else { throw RegistryError("`proxy` must be \"environment\" or absent") }
      usesProxy = true
    }
    allowsPrivate = try .flag("privateAddresses", of: node)
    if let value = node["authorization"], !value.isNull {
      guard value.string == "client" else { throw RegistryError("`authorization` must be \"client\" or absent") }
      guard !headers.contains(where: { $0.name.lowercased() == "authorization" }) else {
        throw RegistryError("an entry has a header `Authorization` or `\"authorization\": \"client\"`, not both")
      }
      passesAuthorization = true
    }
  }

  private static func headers(_ node: JSONNode?) throws(RegistryError) -> [Header] {
    guard let node, !node.isNull else { return [] }
    guard let members = node.members, members.count <= 100 else {
      throw RegistryError("`headers` must be an object, each header a string or {\"file\": PATH}")
    }
    var headers: [Header] = []
    // Entries of clients may have those that are the gate's to set, which are passed over.
    for member in members where !GivenHeader.isOurs(member.key.string) {
      try check(header: member.key.string)
      if let text = member.value.string {
        headers.append(Header(member.key.string, .text(text)))
      } else if let path = member.value["file"]?.string, !path.isEmpty, !path.utf8.contains(0) {
        headers.append(Header(member.key.string, .file(path)))
      } else {
        throw RegistryError("the header `\(member.key)` must be a string or {\"file\": PATH}")
      }
    }
    return headers
  }

  /// The entry as it is written for a new server.
  var node: JSONNode {
    func text(_ value: String) -> JSONNode { JSONNode(.string(ExactText(value))) }
    var members = [JSONMember(key: "url", value: text(url))]
    if !headers.isEmpty {
      let all = headers.map { header in
        let value =
          switch header.value {
          case .text(let value): text(value)
          case .file(let path): JSONNode(.object([JSONMember(key: "file", value: text(path))]))
          }
        return JSONMember(key: ExactText(header.name), value: value)
      }
      members.append(JSONMember(key: "headers", value: JSONNode(.object(all))))
    }
    if let certificates { members.append(JSONMember(key: "caFile", value: text(certificates))) }
    if usesProxy { members.append(JSONMember(key: "proxy", value: text("environment"))) }
    if allowsPrivate { members.append(JSONMember(key: "privateAddresses", value: JSONNode(.bool(true)))) }
    if passesAuthorization { members.append(JSONMember(key: "authorization", value: text("client"))) }
    return JSONNode(.object(members))
  }
}
