internal import JSONText
internal import MCPWire
package import Policy

// MARK: What the client says
extension AllServers {
  /// Takes a line of the client's, without its end.
  package mutating func fromClient(_ line: Span<UInt8>, at now: Moment) {
    do throws(WireRefusal) {
      if let elements = try reader.batch(line) {
        guard version.map({ $0 == ExactText(ProtocolVersion.march2025.rawValue) }) ?? false else {
          throw WireRefusal(.invalidRequest, "this protocol version has no batches")
        }
        for element in elements {
          let part = line.extracting(element)
          take(try reader.read(part, from: .client), part, at: now)
        }
      } else {
        take(try reader.read(line, from: .client), line, at: now)
      }
    } catch {
      refuse(nil, error.code.rawValue, "refused: \(error.message)")
    }
  }

  private mutating func take(_ message: WireMessage, _ line: Span<UInt8>, at now: Moment) {
    switch message.kind {
    case .request: request(message, line, at: now)
    case .notification: notification(message, line, at: now)
    case .result, .error:
      guard let id = message.id, let number = WireID.ours(id, line),
        let question = questions.removeValue(forKey: number)
      else { return }
      var answer: [UInt8] = []
      answer.appendAnswer(message, line, id: question.id)
      act(.toServer(question.server, answer.withoutNewline))
    }
  }

  // MARK: Requests

  private mutating func request(_ message: WireMessage, _ line: Span<UInt8>, at now: Moment) {
    guard let range = message.id else { return }
    let id = line.exactText(range)
    let key = WireID.key(range, line)
    if caller == nil, message.isModern { caller = Caller(message, line) }
    guard wanted[key] == nil else {
      return refuse(id, -32600, "refused: a request with this id is in flight already")
    }
    guard asked.count < Self.mostRequests, wanted.count < Self.mostRequests else {
      return refuse(id, -32603, "too many requests are in flight")
    }
    switch message.method {
    case .initialize: begin(message, line, id, key, at: now)
    case .ping: answer(id, message.isModern ? #"{"resultType":"complete"}"# : "{}")
    case .toolsCall, .promptsGet: callByName(message, line, id, key, at: now)
    case .resourcesRead, .resourcesSubscribe, .resourcesUnsubscribe: callByURI(message, line, id, key, at: now)
    case .completionComplete: complete(message, line, id, key, at: now)
    case .toolsList, .promptsList, .resourcesList, .resourceTemplatesList: list(message, line, id, key, at: now)
    case .loggingSetLevel: setLevel(message, line, id)
    case .subscriptionsListen where message.isModern: listen(message, line, id, key, at: now)
    case .discover where message.isModern: greet(id, key, isDiscovery: true, at: now)
    case .tasksGet, .tasksResult, .tasksCancel, .tasksUpdate: callOfTask(message, line, id, key, at: now)
    case .tasksList: refuse(id, -32601, "tasks of all servers are not listed; ask for each by its id")
    case .discover, .subscriptionsListen, .samplingCreateMessage, .elicitationCreate, .rootsList, .cancelled,
      .initialized, .subscriptionsAcknowledged, .taskChanged, nil:
      refuse(id, -32601, "this method is not known where all servers are behind one endpoint")
    }
  }

  private mutating func begin(
    _ message: WireMessage, _ line: Span<UInt8>, _ id: ExactText, _ key: ExactText, at now: Moment
  ) {
    guard handshake == nil else { return refuse(id, -32600, "refused: the session has begun already") }
    let params = JSONNode.read(part: message.params, of: line)
    let named = params?["protocolVersion"]?.text
    let known = named.flatMap { ProtocolVersion($0) }
    let chosen: ProtocolVersion = known.flatMap { $0.isStateless ? nil : $0 } ?? .november2025
    let version = ExactText(chosen.rawValue)
    self.version = version
    var copy: [UInt8] = []
    if let range = message.params {
      var text: [UInt8] = []
      text.appendQuoted(chosen.rawValue)
      let edits = params?["protocolVersion"].map { [WireEdit($0.range, text)] } ?? []
      copy.appendCompact(line, range, edits: edits)
    }
    handshake = copy
    greet(id, key, isDiscovery: false, at: now)
  }

  private mutating func callByName(
    _ message: WireMessage, _ line: Span<UInt8>, _ id: ExactText, _ key: ExactText, at now: Moment
  ) {
    guard let text = message.name else { return }
    let name = text.decoded(line)
    guard let place = names.place(name), parts[place.server] != nil else {
      if message.method == .toolsCall { return refuseTool(id, name, isModern: message.isModern) }
      return refuse(id, -32602, "refused: there is no such prompt")
    }
    var quoted: [UInt8] = []
    quoted.appendQuoted(place.name.string)
    let range = text.body.lowerBound - 1..<text.body.upperBound + 1
    route(message, line, id, key, to: place.server, edits: [WireEdit(range, quoted)], at: now)
  }

  private mutating func callByURI(
    _ message: WireMessage, _ line: Span<UInt8>, _ id: ExactText, _ key: ExactText, at now: Moment
  ) {
    guard let text = message.uri else { return refuse(id, -32602, "refused: there is no `uri`") }
    guard let place = ExposedNames.resource(text.decoded(line)), parts[place.server] != nil else {
      return refuse(
        id, message.isModern ? -32602 : -32002, "resource not found; its name begins with gatehouse:SERVER/")
    }
    var quoted: [UInt8] = []
    quoted.appendQuoted(place.name.string)
    let range = text.body.lowerBound - 1..<text.body.upperBound + 1
    route(message, line, id, key, to: place.server, edits: [WireEdit(range, quoted)], at: now)
  }

  private mutating func complete(
    _ message: WireMessage, _ line: Span<UInt8>, _ id: ExactText, _ key: ExactText, at now: Moment
  ) {
    let reference = JSONNode.read(part: message.params, of: line)?["ref"]
    let found: (place: ExposedNames.Place, range: Range<Int>)?
    if let uri = reference?["uri"], let text = uri.text {
      found = ExposedNames.resource(text).map { ($0, uri.range) }
    } else if let name = reference?["name"], let text = name.text {
      found = names.place(text).map { ($0, name.range) }
    } else {
      found = nil
    }
    guard let found, parts[found.place.server] != nil else {
      return refuse(id, -32602, "refused: there is no such prompt or resource")
    }
    var quoted: [UInt8] = []
    quoted.appendQuoted(found.place.name.string)
    route(message, line, id, key, to: found.place.server, edits: [WireEdit(found.range, quoted)], at: now)
  }

  mutating func route(
    _ message: WireMessage, _ line: Span<UInt8>, _ id: ExactText, _ key: ExactText, to server: ExactText,
    edits: [WireEdit], at now: Moment
  ) {
    if !message.isModern, handshake == nil { return refuse(id, -32600, "refused: begin with `initialize`") }
    let number = number()
    let token = message.progressToken.map { WireID.key($0, line) }
    let mayBeTask = message.method == .toolsCall
    asked[number] = Asked(server: server, purpose: .routed(id: id, key: key, token: token, mayBeTask: mayBeTask))
    wanted[key] = .one(number)
    if let token { tokens[token] = server }
    var whole: [UInt8] = []
    whole.appendRequest(message, line, id: number, edits: edits)
    send(whole.withoutNewline, number, to: server, at: now)
  }

  /// Sends a request, as soon as there is a session.
  mutating func send(_ line: [UInt8], _ number: UInt64, to server: ExactText, at now: Moment) {
    join(server, at: now)
    switch parts[server]?.state {
    case .ready: act(.toServer(server, fit(line, for: server)))
    case .probing, .joining:
      guard parts[server]?.queue.count ?? 0 >= Self.mostQueued else {
        parts[server]?.queue.append((number, line))
        return
      }
      fail(number, "too many requests wait for the server to start", at: now)
    case .gone(let reason, _): fail(number, reason, at: now)
    case .absent, nil: fail(number, "the server could not be started", at: now)
    }
  }

  private mutating func setLevel(_ message: WireMessage, _ line: Span<UInt8>, _ id: ExactText) {
    var params: [UInt8] = []
    if let range = message.params { params.appendCompact(line, range) }
    level = params
    answer(id, message.isModern ? #"{"resultType":"complete"}"# : "{}")
    for server in servers where parts[server]?.state == .ready { tellLevel(server) }
  }

  mutating func tellLevel(_ server: ExactText) {
    guard let level, parts[server]?.features.contains(.logging) ?? false else { return }
    let number = number()
    asked[number] = Asked(server: server, purpose: .nothing)
    let head = "{\"jsonrpc\":\"2.0\",\"id\":\(number),\"method\":\"logging/setLevel\",\"params\":"
    act(.toServer(server, Array(head.utf8) + level + [0x7D]))
  }

  // MARK: Notifications

  private mutating func notification(_ message: WireMessage, _ line: Span<UInt8>, at now: Moment) {
    switch message.method {
    case .cancelled:
      guard let id = message.requestID, let what = wanted.removeValue(forKey: WireID.key(id, line)) else { return }
      switch what {
      case .one(let number):
        if let server = asked[number]?.server { cancel(number, of: server) }
      case .round(let round): drop(round: round)
      case .listening(let listening): drop(listening: listening)
      // The handshake cannot be cancelled, and a probe is answered soon.
      case .greeting: wanted[WireID.key(id, line)] = what
      }
    case .initialized: return
    default:
      // Of the client's own: what it has to say of its roots concerns each server.
      guard message.methodName(line) == "notifications/roots/list_changed" else { return }
      var whole: [UInt8] = []
      whole.appendNotification(message, line)
      for server in servers where parts[server]?.state == .ready { act(.toServer(server, whole.withoutNewline)) }
    }
  }

  /// Takes a request back, and waits for no answer to it.
  mutating func cancel(_ number: UInt64, of server: ExactText) {
    if case .routed(_, _, let token, _)? = asked.removeValue(forKey: number)?.purpose, let token { tokens[token] = nil }
    if let place = parts[server]?.queue.firstIndex(where: { $0.number == number }) {
      parts[server]?.queue.remove(at: place)
      return
    }
    guard parts[server]?.state == .ready else { return }
    let text = "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":\(number)}}"
    act(.toServer(server, Array(text.utf8)))
  }
}
