internal import ControlWire
internal import JSONText
internal import MCPWire
internal import Policy

// MARK: What a server says
extension SessionCore {
  mutating func serverMessage(
    _ line: Span<UInt8>, at now: Moment, gate: inout GateState, into output: inout SessionOutput
  ) {
    // In place: a message is large, and nearly all are plain.
    var message = WireMessage()
    if !reader.readPlain(line, from: .server, into: &message) {
      do throws(WireRefusal) {
        message = try reader.readStrictly(line, from: .server)
      } catch {
        refuseServer(line, error, at: now, gate: &gate, into: &output)
        return
      }
    }
    serverSpoke(at: now)
    switch message.kind {
    case .request:
      serverRequest(message, line, at: now, gate: &gate, into: &output)
    case .notification:
      serverNotification(message, line, at: now, gate: &gate, into: &output)
    case .result, .error:
      serverAnswer(message, line, at: now, gate: &gate, into: &output)
    }
  }

  // MARK: Requests to the client

  private mutating func serverRequest(
    _ message: WireMessage, _ line: Span<UInt8>, at now: Moment, gate: inout GateState,
    into output: inout SessionOutput
  ) {
    guard let id = message.id else { return }
    let key = WireID.key(id, line)
    guard !serverRequests.contains(key), !serverRequests.isFull, !holding.contains(server: key) else {
      let refusal =
        serverRequests.isFull
        ? WireRefusal(.internalError, "too many requests are in flight")
        : WireRefusal(.invalidRequest, "a request with this id is in flight already")
      output.toServer.append(refusal, id: line, id)
      return
    }
    var request = ServerRequests.Request(sent: now)
    if !key.isEqual(line.extracting(id)) { request.written = line.exactText(id) }
    if !Self.isPlumbing(message.method) {
      let method = message.methodName(line)
      let judged = judge(
        .serverRequest(method: method), method: method, argumentsDigest: nil, at: now, gate: &gate, into: &output,
        arguments: { JSONNode.read(part: message.params, of: line) }, words: { Question.Words(message, line) })
      gate.recent.keep(judged.sequence, line, message.params)
      if let place = judged.hold {
        request.decision = judged.sequence
        request.reservation = judged.reservation
        hold(request, key, id, place, message, line)
        return
      }
      guard judged.letsThrough else {
        output.toServer.appendError(
          code: Refusing.code, message: Refusing.text(judged.decision), data: Refusing.data(judged.decision),
          id: line.exactText(id).utf8)
        return
      }
      request.decision = judged.sequence
      request.reservation = judged.reservation
    }
    serverRequests.insert(key, request)
    let start = output.toClient.count
    output.toClient.appendRequest(message, line, id: id)
    if request.decision != 0 {
      output.passing.questions.append(
        Passing.Question(
          decisions: request.decision..<request.decision + 1, way: .request(key: key, id: line.exactText(id)),
          start: start, end: output.toClient.count))
    }
  }

  /// Whether a request of a server passes without a judgement.
  private static func isPlumbing(_ method: MCPMethod?) -> Bool {
    switch method {
    case .ping, .rootsList, .tasksGet, .tasksResult, .tasksList, .tasksCancel: true
    case .initialize, .discover, .toolsList, .toolsCall, .resourcesList, .resourceTemplatesList, .resourcesRead,
      .resourcesSubscribe, .resourcesUnsubscribe, .promptsList, .promptsGet, .completionComplete, .loggingSetLevel,
      .subscriptionsListen, .samplingCreateMessage, .elicitationCreate, .cancelled, .initialized,
      .subscriptionsAcknowledged, .tasksUpdate, .taskChanged, nil:
      false
    }
  }

  // MARK: Notifications

  private mutating func serverNotification(
    _ message: WireMessage, _ line: Span<UInt8>, at now: Moment, gate: inout GateState,
    into output: inout SessionOutput
  ) {
    switch message.method {
    case .cancelled:
      cancelFromServer(message, line, at: now, gate: &gate, into: &output)
      return
    case .some(let method) where !method.isNotification:
      tally.droppedNotifications += 1  // a request that nobody could answer
      return
    case nil:
      noteProgress(message, line, at: now)
      guard !holding.hasReported || !isOverreported(message, line) else {
        tally.droppedNotifications += 1
        return
      }
    case .some: break
    }
    guard let edits = subscriptionEdits(message, line) else {
      tally.droppedNotifications += 1  // of a subscription that has ended
      return
    }
    if message.method == .subscriptionsAcknowledged, let tag = message.subscriptionID,
      let number = WireID.ours(tag, line), let request = requests[number]
    {
      subscriptionAcknowledged(number, request, message, line, at: now, gate: &gate, into: &output)
    }
    if message.method == .taskChanged {
      taskChanged(message, edits, line, at: now, gate: &gate, into: &output)
    } else {
      output.toClient.appendNotification(message, line, edits: edits)
    }
  }

  /// By what a notification comes under the client's own name for its subscription; nil for one of a subscription that has
  /// ended.
  func subscriptionEdits(_ message: WireMessage, _ line: Span<UInt8>) -> [WireEdit]? {
    guard let tag = message.subscriptionID else { return [] }
    guard let number = WireID.ours(tag, line), subscriptions[number] != nil, let request = requests[number] else {
      return nil
    }
    return [WireEdit(tag, Array(request.clientID.utf8))]
  }

  /// A server takes back a request of its own, or ends a subscription of the client's.
  private mutating func cancelFromServer(
    _ message: WireMessage, _ line: Span<UInt8>, at now: Moment, gate: inout GateState,
    into output: inout SessionOutput
  ) {
    guard let id = message.requestID else {
      tally.droppedNotifications += 1
      return
    }
    if let number = holding.number(server: WireID.key(id, line)) {
      withdraw(number, "the server has cancelled it", isAnswered: false, at: now, gate: &gate, into: &output)
    } else if serverRequests.remove(WireID.key(id, line)) != nil {
      output.toClient.appendNotification(message, line)
    } else if let number = WireID.ours(id, line), subscriptions[number] != nil,
      let request = requests.remove(number)
    {
      endSubscription(number, request, .ok, at: now, gate: &gate, into: &output)
      output.toClient.appendNotification(message, line, edits: [WireEdit(id, Array(request.clientID.utf8))])
    } else {
      tally.droppedNotifications += 1
    }
  }

  // MARK: Lines that are no messages

  private mutating func refuseServer(
    _ line: Span<UInt8>, _ refusal: WireRefusal, at now: Moment, gate: inout GateState,
    into output: inout SessionOutput
  ) {
    var isMessage = false
    if let messages = try? reader.batch(line) {
      // Answers may stand in it, for which somebody waits.
      for message in messages {
        let message = line.extracting(message)
        if refuse(message, fromServer: refusal, at: now, gate: &gate, into: &output) { isMessage = true }
      }
    } else {
      isMessage = refuse(line, fromServer: refusal, at: now, gate: &gate, into: &output)
    }
    guard !isMessage else { return }
    tally.noiseLines += 1
    output.appendNoise(line)
  }

  /// Tells who waits for a message, or for an answer to it, that it was refused; false where it is none.
  ///
  /// Servers log JSON to their output, too, with ids and methods in it; that is nobody's answer.
  private mutating func refuse(
    _ line: Span<UInt8>, fromServer refusal: WireRefusal, at now: Moment, gate: inout GateState,
    into output: inout SessionOutput
  ) -> Bool {
    let remains = MessageRemains(of: line)
    guard let id = remains.id, remains.hasVersion || remains.hasAnswer else { return false }
    if remains.hasMethod {
      output.toServer.append(refusal, id: line, id)
    } else if let number = WireID.ours(id, line), let request = takeAnswered(number) {
      endSubscription(number, request, .error, at: now, gate: &gate, into: &output)
      fail(
        request, "the server's answer was refused: \(refusal.message)", bytes: line.count, at: now, gate: &gate,
        into: &output)
    } else {
      tally.strayAnswers += 1
      output.appendNoise(line)
    }
    return true
  }

  /// Answers a request with an error of ours.
  func fail(
    _ request: RequestsInFlight.Request, _ reason: String, bytes: Int, at now: Moment, gate: inout GateState,
    into output: inout SessionOutput
  ) {
    output.toClient.appendError(
      code: WireRefusal.Code.internalError.rawValue, message: "[gatehouse] \(reason)", id: request.clientID.utf8)
    conclude(request, .error, bytes: bytes, at: now, gate: &gate, into: &output)
  }
}
