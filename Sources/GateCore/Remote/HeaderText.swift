internal import JSONText

/// How a value of a message is written in a header, as the 2026-07-28 revision has it.
package enum HeaderText {
  /// The value itself where it can stand in a header, else its base64 between two marks.
  package static func encoded(_ value: some Collection<UInt8>) -> [UInt8] {
    let value = Array(value)
    let isPlain = value.allSatisfy { 0x20...0x7E ~= $0 } && value.first != 0x20 && value.last != 0x20
    let isMarked = value.starts(with: start.utf8) && value.reversed().starts(with: end.utf8.reversed())
    if isPlain, !isMarked { return value }
    return Array(start.utf8) + base64(value) + Array(end.utf8)
  }

  private static let start = "=?base64?"
  private static let end = "?="

  static func base64(_ bytes: [UInt8]) -> [UInt8] {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    for place in stride(from: 0, to: bytes.count, by: 3) {
      let rest = bytes.count - place
      let word =
        UInt32(bytes[place]) << 16 | (rest > 1 ? UInt32(bytes[place + 1]) << 8 : 0)
        | (rest > 2 ? UInt32(bytes[place + 2]) : 0)
      for index in 0..<4 {
        text.append(index <= rest ? alphabet[Int(word >> UInt32(18 - 6 * index) & 63)] : 0x3D)
      }
    }
    return text
  }
}

/// Which arguments of which tools a server of the stateless era wants in headers as well (`x-mcp-header`).
///
/// They are known from the lists of tools that the server gave in this session.
struct ArgumentHeaders: Sendable {
  private struct Mirror: Sendable {
    var path: [ExactText]
    var name: String
  }

  private var mirrors: [ExactText: [Mirror]] = [:]
  private static let mostTools = 10_000
  private static let mostHeaders = 64
  private static let mostDepth = 16

  var isEmpty: Bool { mirrors.isEmpty }

  /// Takes the result of a `tools/list`.
  mutating func take(tools result: JSONNode) {
    for tool in result["tools"]?.elements ?? [] {
      guard let name = tool["name"]?.text else { continue }
      var found: [Mirror] = []
      if let schema = tool["inputSchema"] { Self.find(in: schema, path: [], into: &found) }
      mirrors[name] = found.isEmpty || mirrors.count >= Self.mostTools ? nil : found
    }
  }

  private static func find(in schema: JSONNode, path: [ExactText], into found: inout [Mirror]) {
    guard path.count < mostDepth else { return }
    for member in schema["properties"]?.members ?? [] where found.count < mostHeaders {
      let path = path + [member.key]
      if let name = member.value["x-mcp-header"]?.string, isToken(name),
        ["string", "integer", "boolean"].contains(member.value["type"]?.string ?? "")
      {
        found.append(Mirror(path: path, name: name))
      }
      find(in: member.value, path: path, into: &found)
    }
  }

  /// The headers that go with a call.
  func headers(of tool: ExactText, arguments: JSONNode?) -> [RemoteRequest.Header] {
    guard let mirrors = mirrors[tool], let arguments else { return [] }
    return mirrors.compactMap { mirror in
      var value: JSONNode? = arguments
      for key in mirror.path { value = value?[key] }
      guard let value, let text = Self.text(of: value) else { return nil }
      return RemoteRequest.Header("Mcp-Param-\(mirror.name)", HeaderText.encoded(text))
    }
  }

  private static func text(of value: JSONNode) -> [UInt8]? {
    if value.isNull || value.members != nil || value.elements != nil { return nil }
    if let text = value.text { return Array(text.utf8) }
    return value.compact
  }

  static func isToken(_ name: String) -> Bool {
    1...128 ~= name.utf8.count
      && name.utf8.allSatisfy { byte in
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
      }
  }
}
