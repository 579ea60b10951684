internal import ControlWire
internal import JSONText
internal import MCPWire
internal import Policy

// MARK: Versions and eras
extension SessionCore {
  /// Passes a server's error on, and explains it where client and server seem to speak of different eras.
  mutating func passError(
    _ message: WireMessage, _ request: RequestsInFlight.Request, _ line: Span<UInt8>, into output: inout SessionOutput
  ) {
    var edits: [WireEdit] = []
    if era.state != .settled {
      let error = JSONNode.read(part: message.payload, of: line)
      let failure = EraWitness.Failure(
        code: error?["code"]?.integer,
        supported: error?["data"]?["supported"]?.elements?.prefix(32).compactMap(\.text) ?? [])
      if let mismatch = era.failed(request.method, isModern: request.isModern, failure), let words = error?["message"] {
        var text: [UInt8] = []
        text.appendQuoted(mismatch.text(words.text))
        edits = [WireEdit(words.range, text)]
      }
    }
    output.toClient.appendAnswer(message, line, id: request.clientID, edits: edits)
  }

  // MARK: Versions

  /// Refuses a request of the stateless era in a version that nobody here knows, as a server would.
  ///
  /// - Returns: Whether it was refused.
  mutating func refusesVersion(
    _ message: WireMessage, _ id: Range<Int>, _ line: Span<UInt8>, at now: Moment, gate: inout GateState,
    into output: inout SessionOutput
  ) -> Bool {
    guard let text = message.protocolVersion, !line.isEqual(text.body, to: "2026-07-28") else { return false }
    let version = text.decoded(line)
    guard ProtocolVersion(version) == nil else { return false }
    let refusal = WireRefusal(.invalidRequest, "the request is of a protocol version that is not known here")
    recordMalformed(refusal, method: message.methodName(line), at: now, gate: &gate, into: &output)
    let stateless = ProtocolVersion.allCases.filter(\.isStateless).map { ExactText($0.rawValue) }
    output.toClient.appendError(
      code: Self.unsupportedVersion, message: "[gatehouse] refused: \(Self.unknown(version)); known are \(Self.list)",
      data: Self.versions(supported: stateless, requested: version), id: line.exactText(id).utf8)
    return true
  }

  /// Takes the answer to `server/discover`: passes it on with those versions that are known here.
  mutating func discovered(
    _ message: WireMessage, _ request: RequestsInFlight.Request, _ line: Span<UInt8>, into output: inout SessionOutput
  ) {
    era.succeeded()
    beginning = .over
    let id = request.clientID
    let result = JSONNode.read(part: message.payload, of: line)
    stamp.remember(result.flatMap { ServerInfo.find(in: $0) }, line)
    let list = result?["supportedVersions"]
    guard let list, let elements = list.elements else {
      output.toClient.appendAnswer(message, line, id: id)
      return
    }
    let known = elements.filter { $0.text.flatMap { ProtocolVersion($0) } != nil }
    guard known.count < elements.count else {
      output.toClient.appendAnswer(message, line, id: id)
      return
    }
    guard !known.isEmpty else {
      output.toClient.appendError(
        code: Self.unsupportedVersion,
        message: "[gatehouse] the server speaks no protocol version that is known here; known are \(Self.list)",
        data: Self.versions(supported: elements.prefix(32).compactMap(\.text), requested: nil), id: id.utf8)
      return
    }
    var kept: [UInt8] = [0x5B]
    for element in known {
      if kept.count > 1 { kept.append(0x2C) }
      kept.appendCompact(line, element.range)
    }
    kept.append(0x5D)
    output.toClient.appendAnswer(message, line, id: id, edits: [WireEdit(list.range, kept)])
  }

  /// Takes the answer to `initialize`: what the gate promises in it, and whether the version is known here.
  mutating func handshakeDone(
    _ message: WireMessage, _ request: RequestsInFlight.Request, _ line: Span<UInt8>, into output: inout SessionOutput
  ) {
    let handshake = HandshakeResult(line, result: message.payload)
    if let version = handshake.protocolVersion, ProtocolVersion(version) == nil {
      // By which rules such messages are to be read nobody here can say.
      unknownVersion = version
      output.toClient.appendError(
        code: WireRefusal.Code.internalError.rawValue,
        message: "[gatehouse] the server has chosen a version for this session that cannot be guarded: "
          + "\(Self.unknown(version)); known are \(Self.list)",
        id: request.clientID.utf8)
      return
    }
    era.succeeded()
    beginning = .over
    unknownVersion = nil
    negotiatedVersion = handshake.protocolVersion
    listPromise = handshake.hasTools ? .made : .none
    output.toClient.appendAnswer(message, line, id: request.clientID, edits: handshake.promise)
  }

  /// Refuses what follows on a handshake that agreed on a version that nobody here knows.
  ///
  /// - Returns: Whether it was refused.
  func refusesSession(
    _ message: WireMessage, _ id: Range<Int>, _ line: Span<UInt8>, into output: inout SessionOutput
  ) -> Bool {
    guard let version = unknownVersion, !message.isModern, message.method != .initialize, message.method != .discover
    else { return false }
    output.toClient.append(WireRefusal(.invalidRequest, Self.unknown(version)), id: line, id)
    return true
  }

  /// The code for a version that is not supported.
  static let unsupportedVersion = -32022

  private static let list = ProtocolVersion.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ")

  private static func unknown(_ version: ExactText) -> String {
    // A peer's text is shown only if it is short and plain.
    let isPlain = version.utf8.count <= 32 && version.utf8.allSatisfy { 0x20...0x7E ~= $0 && $0 != 0x60 }
    return isPlain ? "protocol version `\(version)` is not known here" : "its protocol version is not known here"
  }

  private static func versions(supported: [ExactText], requested: ExactText?) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("supported")
    writer.beginArray()
    for version in supported { writer.string(String(version.string.unicodeScalars.prefix(64))) }
    writer.endArray()
    if let requested { writer.member("requested", String(requested.string.unicodeScalars.prefix(64))) }
    writer.endObject()
    return writer.bytes
  }
}
