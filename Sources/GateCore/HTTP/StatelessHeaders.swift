package import HTTPWire
internal import JSONText
package import MCPWire

/// Whether the fields of a stateless request say what its body says.
package enum StatelessHeaders {
  /// The code for fields that do not.
  package static let mismatch = -32020

  /// Whether a request of a version that is known here does not say what its client can do.
  package static func lacksCapabilities(_ message: WireMessage, _ line: Span<UInt8>) -> Bool {
    guard let version = message.protocolVersion, ProtocolVersion(version.decoded(line)) != nil else { return false }
    return !message.tellsCapabilities
  }

  /// What is wrong; nil for nothing.
  ///
  /// Whoever stands between client and server may go by the fields, so a request that can be read in two ways is refused.
  package static func problem(_ head: HTTPHead, _ message: WireMessage, _ line: Span<UInt8>) -> String? {
    guard message.kind == .request, let version = message.protocolVersion else { return nil }
    if let problem = compare("mcp-protocol-version", head, version.decoded(line), mayBeEncoded: false) {
      return problem
    }
    if let problem = compare("mcp-method", head, message.methodName(line), mayBeEncoded: false) { return problem }
    guard let named = named(message, line) else { return nil }
    return compare("mcp-name", head, named, mayBeEncoded: true)
  }

  /// What `Mcp-Name` has to say.
  private static func named(_ message: WireMessage, _ line: Span<UInt8>) -> ExactText? {
    switch message.method {
    case .toolsCall, .promptsGet: message.name?.decoded(line)
    case .resourcesRead: message.uri?.decoded(line)
    case .tasksGet, .tasksResult, .tasksCancel, .tasksUpdate:
      JSONNode.read(part: message.params, of: line)?["taskId"]?.text
    default: nil
    }
  }

  private static func compare(
    _ name: StaticString, _ head: HTTPHead, _ wanted: ExactText, mayBeEncoded: Bool
  ) -> String? {
    let values = head.all(name)
    guard values.count <= 1 else { return "the field `\(name)` stands there more than once" }
    guard let value = values.first else { return "the field `\(name)` is missing" }
    guard value.allSatisfy({ $0 == 0x09 || 0x20...0x7E ~= $0 }) else { return "the field `\(name)` is not ASCII" }
    guard let text = mayBeEncoded ? decoded(value) : Array(value), text.elementsEqual(wanted.utf8) else {
      return "the field `\(name)` says something else than the body"
    }
    return nil
  }

  /// A value without its Base64; nil where that is none.
  package static func decoded(_ value: ArraySlice<UInt8>) -> [UInt8]? {
    let (prefix, suffix) = (Array("=?base64?".utf8), Array("?=".utf8))
    guard value.count >= prefix.count + suffix.count, value.starts(with: prefix), value.suffix(2).elementsEqual(suffix)
    else { return Array(value) }
    return Base64.decoded(value.dropFirst(prefix.count).dropLast(suffix.count))
  }
}

/// Base64 of RFC 4648, with its padding.
enum Base64 {
  /// Nil for what is none; a text has one spelling only.
  static func decoded(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    guard text.count % 4 == 0 else { return nil }
    let padding = text.reversed().prefix { $0 == 0x3D }.count
    guard padding <= 2 else { return nil }
    var bytes: [UInt8] = []
    var bits: UInt32 = 0
    var count = 0
    for character in text.dropLast(padding) {
      guard let value = value(character) else { return nil }
      bits = bits << 6 | value
      count += 6
      if count >= 8 {
        count -= 8
        bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
        bits &= (1 << UInt32(count)) - 1
      }
    }
    return bits == 0 ? bytes : nil
  }

  private static func value(_ character: UInt8) -> UInt32? {
    switch character {
    case 0x41...0x5A: UInt32(character - 0x41)
    case 0x61...0x7A: UInt32(character - 0x61) + 26
    case 0x30...0x39: UInt32(character - 0x30) + 52
    case 0x2B: 62
    case 0x2F: 63
    default: nil
    }
  }
}
