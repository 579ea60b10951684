package import JSONText
internal import MCPWire
package import Policy

// MARK: What the servers' sessions say
extension AllServers {
  /// Sees to it that there is a session with a server, or will be.
  mutating func join(_ server: ExactText, at now: Moment) {
    guard var part = parts[server] else { return }
    switch part.state {
    case .probing, .joining, .ready: return
    case .gone(_, let ended) where now.microseconds(since: ended) < Self.respite: return
    case .absent, .gone: break
    }
    part.state = handshake == nil ? .probing : .joining
    (part.isOlder, part.instructions) = (false, nil)
    parts[server] = part
    act(.start(server))
    if let handshake { shakeHands(server, handshake) } else { probe(server) }
  }

  mutating func shakeHands(_ server: ExactText, _ params: [UInt8]) {
    let number = number()
    asked[number] = Asked(server: server, purpose: .handshake)
    let head = "{\"jsonrpc\":\"2.0\",\"id\":\(number),\"method\":\"initialize\",\"params\":"
    act(.toServer(server, Array(head.utf8) + params + [0x7D]))
  }

  /// Takes whole lines that a server's session wrote for its client.
  package mutating func fromServer(_ server: ExactText, _ lines: Span<UInt8>, at now: Moment) {
    var start = 0
    while start < lines.count {
      let end = lines.firstNewline(from: start)
      if end > start { take(lines.extracting(start..<end), from: server, at: now) }
      start = end + 1
    }
  }

  private mutating func take(_ line: Span<UInt8>, from server: ExactText, at now: Moment) {
    // The session has read it before.
    guard let message = try? reader.read(line, from: .server) else { return }
    switch message.kind {
    case .request: question(message, line, from: server)
    case .notification: news(message, line, from: server)
    case .result, .error:
      guard let id = message.id, let number = WireID.ours(id, line), let request = asked[number],
        request.server == server
      else { return }
      asked[number] = nil
      switch request.purpose {
      case .handshake: greeted(message, line, server, at: now)
      case .probe: probed(message, line, server, at: now)
      case .routed(let id, let key, let token, let mayBeTask):
        wanted[key] = nil
        if let token { tokens[token] = nil }
        if mayBeTask, !noteTask(message, line, of: server) {
          return refuse(id, -32603, "the server calls its task as another one is called")
        }
        var answer: [UInt8] = []
        answer.appendAnswer(message, line, id: id, edits: amendments(message, line, of: server))
        act(.toClient(answer))
      case .page(let round): page(round, message, line, server, at: now)
      case .listen(let listening): ended(listening, number, message, line)
      case .nothing: break
      }
    }
  }

  private mutating func greeted(
    _ message: WireMessage, _ line: Span<UInt8>, _ server: ExactText, at now: Moment
  ) {
    guard message.kind == .result, let result = JSONNode.read(part: message.payload, of: line) else {
      let words = JSONNode.read(part: message.payload, of: line)?["message"]?.string
      return gone(server, words ?? "the server has refused the handshake", at: now)
    }
    act(.toServer(server, Array("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}".utf8)))
    ready(server, result, at: now)
  }

  /// A server has said what it has, and takes requests.
  mutating func ready(_ server: ExactText, _ result: JSONNode, at now: Moment) {
    guard var part = parts[server] else { return }
    let capabilities = result["capabilities"]
    part.features = Set(Feature.allCases.filter { capabilities?[ExactText($0.rawValue)]?.members != nil })
    part.instructions = result["instructions"]?.string
    part.earlier = part.instructions ?? ""
    part.state = .ready
    let (queue, wasLate) = (part.queue, part.isLate)
    (part.queue, part.isLate) = ([], false)
    parts[server] = part
    tellLevel(server)
    for waiting in queue { act(.toServer(server, fit(waiting.line, for: server))) }
    for round in rounds.keys.sorted() { askWhereWaited(round, server, at: now) }
    settleGreetings(at: now)
    guard wasLate else { return }
    guard handshake != nil else { return Feature.allCases.forEach { tellListeners($0) } }
    for feature in [Feature.tools, .prompts, .resources] where parts[server]?.features.contains(feature) ?? false {
      act(
        .toClient(Array("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/\(feature.rawValue)/list_changed\"}\n".utf8)))
    }
  }

  private mutating func question(_ message: WireMessage, _ line: Span<UInt8>, from server: ExactText) {
    guard let id = message.id else { return }
    let number = number()
    questions[number] = Question(server: server, id: line.exactText(id))
    var whole: [UInt8] = []
    whole.appendRequest(message, line, id: number)
    act(.toClient(whole))
  }

  private mutating func news(_ message: WireMessage, _ line: Span<UInt8>, from server: ExactText) {
    if let tag = message.subscriptionID { return news(of: tag, message, line, from: server) }
    var edits: [WireEdit] = []
    if handshake == nil, let feature = Self.changedList(message, line) { return tellListeners(feature) }
    switch message.methodName(line) {
    case "notifications/cancelled":
      guard let id = message.requestID else { return }
      let text = line.exactText(id)
      guard let number = questions.first(where: { $0.value == Question(server: server, id: text) })?.key else { return }
      questions[number] = nil
      edits = [WireEdit(id, Array(String(number).utf8))]
    case "notifications/progress":
      // Only about what this server was asked.
      guard let token = JSONNode.read(part: message.params, of: line)?["progressToken"],
        tokens[WireID.key(token.range, line)] == server
      else { return }
    case "notifications/resources/updated":
      guard let uri = JSONNode.read(part: message.params, of: line)?["uri"], let text = uri.text else { return }
      edits = [WireEdit(uri.range, quoted(ExposedNames.uri(ExposedNames.Place(server, text))))]
    default: break
    }
    var whole: [UInt8] = []
    whole.appendNotification(message, line, edits: edits)
    act(.toClient(whole))
  }

  /// Which list a notification says has changed.
  private static func changedList(_ message: WireMessage, _ line: Span<UInt8>) -> Feature? {
    switch message.methodName(line) {
    case "notifications/tools/list_changed": .tools
    case "notifications/prompts/list_changed": .prompts
    case "notifications/resources/list_changed": .resources
    default: nil
    }
  }

  func quoted(_ text: ExactText) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.appendQuoted(text.string)
    return bytes
  }

  // MARK: Ends

  /// A server's session is over, or could not begin.
  package mutating func gone(_ server: ExactText, _ reason: String, at now: Moment) {
    guard let part = parts[server], !part.isGone else { return }
    parts[server]?.state = .gone("the server `\(server.string)` is not there: \(reason)", at: now)
    parts[server]?.queue = []
    act(.missing(server, reason))
    for number in asked.filter({ $0.value.server == server }).keys.sorted() { fail(number, reason, at: now) }
    questions = questions.filter { $0.value.server != server }
    for round in rounds.keys.sorted() { leave(round, server, reason, at: now) }
    settleGreetings(at: now)
  }

  /// A request of ours gets no answer.
  mutating func fail(_ number: UInt64, _ reason: String, at now: Moment) {
    guard let request = asked.removeValue(forKey: number) else { return }
    switch request.purpose {
    case .handshake, .probe, .nothing: break
    case .routed(let id, let key, let token, _):
      wanted[key] = nil
      if let token { tokens[token] = nil }
      refuse(id, -32603, reason)
    case .page(let round): leave(round, request.server, reason, at: now)
    case .listen(let listening): lost(listening, number, reason)
    }
  }
}
