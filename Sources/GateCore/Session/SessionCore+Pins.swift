internal import ControlWire
internal import JSONText
internal import MCPWire
internal import Policy

// MARK: Whether tools are as they were accepted
extension SessionCore {
  /// What a tool's pin says to a call by this session; nothing else has one.
  func pin(of target: Call.Target, _ gate: GateState) -> PinVerdict {
    guard case .tool(let name) = target else { return .passes }
    return gate.pins.verdict(server, name, told: told[name])
  }

  /// The digest of a tool's definition as this session was told it, or else as another one was where that is not as it was
  /// accepted; nil where neither is known.
  func definition(of tool: ExactText, _ gate: GateState) -> ContentDigest? {
    if let known = tools.definition(of: tool) { return known }
    if case .definition(let digest) = told[tool] { return digest }
    return gate.pins.deviations[server]?.tools[tool]?.digest
  }

  /// A page of a list goes to the client; `all` is the whole list where this was its last page.
  mutating func hear(
    _ page: ToolsPage, cursor: ExactText?, all: [JSONNode]?, at now: Moment, gate: inout GateState
  ) {
    let (tools, twice) = told.add(page, cursor: cursor)
    let listing = PinListing(session: session, list: told.list)
    var news = gate.pins.hear(tools, twice: twice, of: server, in: listing, at: now)
    if let all {
      news += gate.pins.hearAll(Set(all.lazy.compactMap { $0["name"]?.text }), of: server, at: now)
    }
    gate.tell(news, at: now)
  }

  /// What the server says of itself goes to the client.
  func hearInstructions(_ message: WireMessage, _ line: Span<UInt8>, at now: Moment, gate: inout GateState) {
    guard unknownVersion == nil else { return }
    let text = JSONNode.read(part: message.payload, of: line)?["instructions"]?.string
    // A server of both eras may say it in one of them alone; but who said nothing at first has said nothing.
    let isFirst = gate.pins.lock.servers[server]?.instructions == nil
    guard text != nil || message.resultType == nil || isFirst else { return }
    gate.tell(gate.pins.hear(instructions: text ?? "", of: server, at: now), at: now)
  }
}

extension Decision {
  /// Whether a tool's pin has made it.
  var isOfPin: Bool { rule == PinVerdict.rule }
}

extension GateState {
  /// What is taken as it is when it is heard of first is no news.
  mutating func tell(_ news: [PinNews], at now: Moment) {
    for news in news where news.kind != .recorded { tell(.pin(PinEvent(news)), at: now) }
  }

  /// What the pin of a tool says to a call of which no session is known any more.
  func pin(of target: Call.Target, on server: ExactText) -> PinVerdict {
    guard case .tool(let name) = target else { return .passes }
    return pins.verdict(server, name, told: .nothing)
  }
}
