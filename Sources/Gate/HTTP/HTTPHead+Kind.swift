internal import HTTPWire
internal import JSONText
internal import MCPWire

extension HTTPHead {
  /// Whether it only asks for something.
  var isReading: Bool { method == .get || method == .head }

  /// Whether its fields say that it is of the stateless era.
  var isStateless: Bool {
    all("mcp-protocol-version").contains {
      ProtocolVersion(ExactText(String(decoding: $0, as: UTF8.self)))?.isStateless ?? false
    }
  }
}
