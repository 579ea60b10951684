package import HTTPWire
package import JSONText

/// Which arguments of which tools a server of the stateless era wants in headers as well (`x-mcp-header`).
///
/// They are known from the lists of tools that the server gave in this session.
package struct ArgumentHeaders: Sendable {
  private struct Mirror: Sendable {
    var path: [ExactText]
    var name: String
    var isInteger: Bool
  }

  private var mirrors: [ExactText: [Mirror]] = [:]
  private static let mostTools = 10_000
  private static let mostHeaders = 64
  private static let mostDepth = 16

  package init() {}

  package var isEmpty: Bool { mirrors.isEmpty }

  /// Takes the result of a `tools/list`.
  mutating func take(tools result: JSONNode) {
    for tool in result["tools"]?.elements ?? [] { take(tool: tool) }
  }

  /// Takes one tool's definition.
  package mutating func take(tool: JSONNode) {
    guard let name = tool["name"]?.text else { return }
    var found: [Mirror] = []
    if let schema = tool["inputSchema"] { Self.find(in: schema, path: [], into: &found) }
    mirrors[name] = found.isEmpty || mirrors.count >= Self.mostTools ? nil : found
  }

  private static func find(in schema: JSONNode, path: [ExactText], into found: inout [Mirror]) {
    guard path.count < mostDepth else { return }
    for member in schema["properties"]?.members ?? [] where found.count < mostHeaders {
      let path = path + [member.key]
      if let name = member.value["x-mcp-header"]?.string, isToken(name), let type = member.value["type"]?.string,
        ["string", "integer", "boolean"].contains(type)
      {
        found.append(Mirror(path: path, name: name, isInteger: type == "integer"))
      }
      find(in: member.value, path: path, into: &found)
    }
  }

  /// The headers that go with a call.
  func headers(of tool: ExactText, arguments: JSONNode?) -> [RemoteRequest.Header] {
    guard let mirrors = mirrors[tool], let arguments else { return [] }
    return mirrors.compactMap { mirror in
      guard let text = Self.text(of: mirror, in: arguments) else { return nil }
      return RemoteRequest.Header("Mcp-Param-\(mirror.name)", HeaderText.encoded(text))
    }
  }

  private static func text(of mirror: Mirror, in arguments: JSONNode?) -> [UInt8]? {
    var value = arguments
    for key in mirror.path { value = value?[key] }
    return value.flatMap { text(of: $0) }
  }

  /// What is wrong with the fields of a call to a tool; nil for nothing.
  ///
  /// Each argument that the tool wants in a field has to be there, and to say the same; one that is missing or null has no
  /// field.
  package func problem(_ head: HTTPHead, of tool: ExactText, arguments: JSONNode?) -> String? {
    for mirror in mirrors[tool] ?? [] {
      let field = "mcp-param-\(mirror.name)".utf8.map { 0x41...0x5A ~= $0 ? $0 | 0x20 : $0 }
      let values = head.fields.filter { head.bytes[$0.name].map { 0x41...0x5A ~= $0 ? $0 | 0x20 : $0 } == field }
      let name = "mcp-param-\(mirror.name.lowercased())"
      guard values.count <= 1 else { return "the field `\(name)` stands there more than once" }
      let wanted = Self.text(of: mirror, in: arguments)
      guard let value = values.first.map({ head.bytes[$0.value] }) else {
        if wanted != nil { return "the field `\(name)` is missing" }
        continue
      }
      guard value.allSatisfy({ $0 == 0x09 || 0x20...0x7E ~= $0 }), let text = StatelessHeaders.decoded(value),
        let wanted,
        text == wanted || mirror.isInteger && Self.isSameInteger(text, wanted)
      else { return "the field `\(name)` says something else than the body" }
    }
    return nil
  }

  /// Whether two texts are the same whole number; `1.0` is 1.
  private static func isSameInteger(_ one: [UInt8], _ other: [UInt8]) -> Bool {
    func plain(_ text: [UInt8]) -> Int? {
      var digits = String(decoding: text, as: UTF8.self)[...]
      if let point = digits.firstIndex(of: ".") {
        guard digits[digits.index(after: point)...].utf8.allSatisfy({ $0 == 0x30 }) else { return nil }
        digits = digits[..<point]
      }
      // Not what only Swift takes for a number.
      return digits.first == "+" ? nil : Int(digits)
    }
    guard let number = plain(one) else { return false }
    return number == plain(other)
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
