internal import JSONText
internal import MCPWire
internal import Policy

/// What a client of the stateless era says of itself with each request, as it wrote it.
struct Caller: Sendable {
  let version: ExactText
  let info: [UInt8]?
  let capabilities: [UInt8]

  init?(_ message: WireMessage, _ line: Span<UInt8>) {
    guard let version = message.protocolVersion?.decoded(line) else { return nil }
    self.version = version
    let meta = JSONNode.read(part: message.meta, of: line)
    func copy(_ name: ExactText) -> [UInt8]? {
      guard let node = meta?[name], node.members != nil else { return nil }
      var copy: [UInt8] = []
      copy.appendCompact(line, node.range)
      return copy
    }
    info = copy(Self.infoKey)
    capabilities = copy(Self.capabilitiesKey) ?? Array("{}".utf8)
  }

  static let versionKey: ExactText = "io.modelcontextprotocol/protocolVersion"
  static let infoKey: ExactText = "io.modelcontextprotocol/clientInfo"
  static let capabilitiesKey: ExactText = "io.modelcontextprotocol/clientCapabilities"
  /// What only the stateless era has in `_meta`.
  static let keys: Set<ExactText> = [versionKey, infoKey, capabilitiesKey, "io.modelcontextprotocol/logLevel"]
}

// MARK: Clients of the stateless era, and servers that speak the older versions alone
extension AllServers {
  /// Asks a server whether it speaks the client's version.
  mutating func probe(_ server: ExactText) {
    guard let caller else { return }
    let number = number()
    asked[number] = Asked(server: server, purpose: .probe)
    var line = Array(
      "{\"jsonrpc\":\"2.0\",\"id\":\(number),\"method\":\"server/discover\",\"params\":{\"_meta\":{".utf8)
    line += quoted(Caller.versionKey) + [0x3A] + quoted(caller.version)
    if let info = caller.info { line += [0x2C] + quoted(Caller.infoKey) + [0x3A] + info }
    line += [0x2C] + quoted(Caller.capabilitiesKey) + [0x3A] + caller.capabilities
    act(.toServer(server, line + Array("}}}".utf8)))
  }

  /// A server has said whether it does, or does not know what it was asked.
  mutating func probed(_ message: WireMessage, _ line: Span<UInt8>, _ server: ExactText, at now: Moment) {
    guard parts[server]?.state == .probing, let caller else { return }
    let result = message.kind == .result ? JSONNode.read(part: message.payload, of: line) : nil
    if let result, result["supportedVersions"]?.elements?.contains(where: { $0.text == caller.version }) ?? false {
      return ready(server, result, at: now)
    }
    parts[server]?.isOlder = true
    parts[server]?.state = .joining
    var params = Array("{\"protocolVersion\":\"\(ProtocolVersion.november2025.rawValue)\",\"capabilities\":{},".utf8)
    params += Array("\"clientInfo\":".utf8)
    params += caller.info ?? Array("{\"name\":\"gatehouse\",\"version\":".utf8) + quoted(ExactText(build)) + [0x7D]
    shakeHands(server, params + [0x7D])
  }

  /// A request as its server understands it: without what the older versions do not have.
  func fit(_ line: [UInt8], for server: ExactText) -> [UInt8] {
    guard parts[server]?.isOlder ?? false else { return line }
    var reader = reader
    guard let message = try? reader.read(line.span, from: .client), let id = message.id,
      let number = WireID.ours(id, line.span), let meta = message.meta,
      let members = JSONNode.read(part: meta, of: line.span)?.members
    else { return line }
    var kept: [UInt8] = [0x7B]
    for member in members where !Caller.keys.contains(member.key) {
      if kept.count > 1 { kept.append(0x2C) }
      kept += quoted(member.key) + [0x3A]
      kept.appendCompact(line.span, member.value.range)
    }
    var whole: [UInt8] = []
    whole.appendRequest(message, line.span, id: number, edits: [WireEdit(meta, kept + [0x7D])])
    return whole.withoutNewline
  }

  /// What an answer says that a client of the stateless era needs, and its server does not know of.
  func amendments(_ message: WireMessage, _ line: Span<UInt8>, of server: ExactText) -> [WireEdit] {
    guard parts[server]?.isOlder ?? false, message.kind == .result, message.resultType == nil,
      message.payload.count >= 2
    else { return [] }
    let start = message.payload.lowerBound + 1
    let comma = line[start] == 0x7D ? "" : ","
    return [WireEdit(start..<start, Array("\"resultType\":\"complete\"\(comma)".utf8))]
  }
}
