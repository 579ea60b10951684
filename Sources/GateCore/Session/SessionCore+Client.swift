internal import ControlWire
internal import JSONText
internal import MCPWire
internal import Policy

// MARK: What a client says
extension SessionCore {
  mutating func clientMessage(
    _ line: Span<UInt8>, at now: Moment, gate: inout GateState, into output: inout SessionOutput
  ) {
    // In place: a message is large, and nearly all are plain.
    var message = WireMessage()
    if !reader.readPlain(line, from: .client, into: &message) {
      do throws(WireRefusal) {
        message = try reader.readStrictly(line, from: .client)
      } catch {
        refuseClient(line, error, at: now, gate: &gate, into: &output)
        return
      }
    }
    if let name = message.clientName { identify(name, line, at: now, gate: &gate, into: &output) }
    switch message.kind {
    case .request:
      clientRequest(message, line, at: now, gate: &gate, into: &output)
    case .notification:
      clientNotification(message, line, at: now, gate: &gate, into: &output)
    case .result, .error:
      clientAnswer(message, line, at: now, gate: &gate, into: &output)
    }
  }

  // MARK: Requests

  private mutating func clientRequest(
    _ message: WireMessage, _ line: Span<UInt8>, at now: Moment, gate: inout GateState,
    into output: inout SessionOutput
  ) {
    guard let id = message.id, !passAgain(message, id, line, at: now, gate: &gate, into: &output) else { return }
    let key = WireID.key(id, line)
    guard !requests.contains(key), !requests.isFull, !holding.contains(client: key) else {
      let refusal =
        requests.isFull
        ? WireRefusal(.internalError, "too many requests are in flight")
        : WireRefusal(.invalidRequest, "a request with this id is in flight already")
      recordMalformed(refusal, method: message.methodName(line), at: now, gate: &gate, into: &output)
      output.toClient.append(refusal, id: line, id)
      return
    }
    if message.requestState != nil, resumes(message, id, line, at: now, gate: &gate, into: &output) { return }
    if message.isModern, refusesVersion(message, id, line, at: now, gate: &gate, into: &output) { return }
    if unknownVersion != nil, refusesSession(message, id, line, into: &output) { return }
    if let refusal = mistakableArgument(message, line, gate: &gate) {
      recordMalformed(refusal, method: message.methodName(line), at: now, gate: &gate, into: &output)
      output.toClient.append(refusal, id: line, id)
      return
    }
    var request = RequestsInFlight.Request(
      clientID: line.exactText(id), key: key, method: message.method, sent: now, isModern: message.isModern,
      isTask: message.wantsTask)
    if let target = Self.target(of: message, line) {
      guard pass(&request, message, target, line, at: now, gate: &gate, into: &output) else { return }
    } else if message.method?.concernsTask ?? false {
      request.subject = Self.taskID(message, line)
      if message.method == .tasksUpdate {
        guard judgeUpdate(&request, message, line, at: now, gate: &gate, into: &output) else { return }
      } else if message.method == .tasksCancel, let id = request.subject {
        taskGoesOn(id, "the agent has cancelled the task", isOver: true, at: now, gate: &gate, into: &output)
      }
    } else if message.method == .toolsList {
      request.cursor = message.cursor.map { WireText($0, line)?.decoded(line) ?? line.exactText($0) }
    }
    if message.method == .subscriptionsListen {
      return listen(message, request, line, at: now, gate: &gate, into: &output)
    }
    let number = requests.insert(request)
    limitWait(for: number, request, message, line, at: now)
    let start = output.toServer.count
    output.toServer.appendRequest(message, line, id: number)
    if !beginning.isOver { begin(message, number, output.toServer[start...]) }
    if request.decision != 0 {
      output.passing.calls.append(
        Passing.Call(decision: request.decision, number: number, start: start, end: output.toServer.count))
    }
  }

  /// Judges a request and answers it where it may not pass.
  private mutating func pass(
    _ request: inout RequestsInFlight.Request, _ message: WireMessage, _ target: Call.Target, _ line: Span<UInt8>,
    at now: Moment, gate: inout GateState, into output: inout SessionOutput
  ) -> Bool {
    request.argumentsDigest = message.arguments.map { digest($0, line) }
    request.subject = target.subject
    if request.isModern, message.requestState != nil || message.inputResponses != nil, let subject = request.subject {
      let stateDigest = message.requestState.map { digest($0, line) }
      let key = Continuations.Key(
        subject: subject, argumentsDigest: request.argumentsDigest, stateDigest: stateDigest)
      if let next = continuations.take(key) {
        (request.round, request.reservation, request.approval) = (next.round, next.reservation, next.approval)
      }
    }
    let judged = judge(
      target, method: message.methodName(line), argumentsDigest: request.argumentsDigest,
      isContinued: request.round > 0, after: request.approval, unless: unavailable(at: now), at: now, gate: &gate,
      into: &output, arguments: { JSONNode.read(part: message.arguments, of: line) ?? .noArguments },
      words: { Question.Words(message, line) })
    request.decision = judged.sequence
    gate.recent.keep(judged.sequence, line, message.arguments, meta: message.meta)
    if let reservation = judged.reservation { request.reservation = reservation }
    if let hold = judged.hold {
      self.hold(request, hold, message, line, at: now, into: &output)
      return false
    }
    request.approval = judged.approval
    guard !judged.letsThrough else { return true }
    // Another step that is denied ends a call that had its place.
    giveBack(request.reservation, at: now, gate: &gate)
    let id = request.clientID.utf8
    if judged.decision.rule == Decision.malformed {
      let refusal = WireRefusal(.invalidParams, judged.decision.reason ?? "the arguments can be read in two ways")
      output.toClient.append(refusal, id: line, message.id ?? 0..<0)
      return false
    }
    switch target {
    case .tool(let name) where judged.decision.verdict == .hide:
      let stamp = request.isModern ? self.stamp : nil
      output.toClient.appendResult(Refusing.unknownTool(name, stamp: stamp), id: id)
    case .tool where request.takesToolResult:
      output.toClient.appendResult(Refusing.toolResult(judged.decision, isModern: request.isModern), id: id)
    case .tool, .resource, .prompt, .serverRequest, .other:
      output.toClient.appendError(
        code: Refusing.code, message: Refusing.text(judged.decision), data: Refusing.data(judged.decision), id: id)
    }
    return false
  }

  /// What the policy is asked about; nil for plumbing, which always passes.
  private static func target(of message: WireMessage, _ line: Span<UInt8>) -> Call.Target? {
    switch message.method {
    case .toolsCall: message.name.map { .tool($0.decoded(line)) }
    case .promptsGet: message.name.map { .prompt($0.decoded(line)) }
    case .resourcesRead, .resourcesSubscribe: message.uri.map { .resource(uri: $0.decoded(line)) }
    case .initialize, .discover, .toolsList, .resourcesList, .resourceTemplatesList, .resourcesUnsubscribe,
      .promptsList, .completionComplete, .loggingSetLevel, .subscriptionsListen, .ping, .tasksGet, .tasksResult,
      .tasksList, .tasksCancel, .tasksUpdate, .rootsList:
      nil
    // No client sends these; as requests they are as good as unknown.
    case .samplingCreateMessage, .elicitationCreate, .cancelled, .initialized, .subscriptionsAcknowledged,
      .taskChanged, nil:
      .other(method: message.methodName(line))
    }
  }

  /// The digest of arguments without the blanks between their tokens.
  mutating func digest(_ value: Range<Int>, _ line: Span<UInt8>) -> ContentDigest {
    if reader.isCompact { return ContentDigest(ofArguments: line.extracting(value)) }
    scratch.removeAll(keepingCapacity: scratch.capacity <= 1 << 18)
    scratch.appendCompact(line, value)
    return ContentDigest(ofArguments: scratch.span)
  }

  // MARK: Notifications

  private mutating func clientNotification(
    _ message: WireMessage, _ line: Span<UInt8>, at now: Moment, gate: inout GateState,
    into output: inout SessionOutput
  ) {
    guard unknownVersion == nil else {
      tally.droppedNotifications += 1
      return
    }
    switch message.method {
    case .cancelled:
      cancel(message, line, at: now, gate: &gate, into: &output)
    case .initialized:
      if listPromise == .made { listPromise = .active }
      output.toServer.appendNotification(message, line)
    case .subscriptionsAcknowledged, .taskChanged:
      output.toServer.appendNotification(message, line)
    case .some:
      // A server might act on it, and nobody would hear how it went.
      tally.droppedNotifications += 1
      let refusal = WireRefusal(.invalidRequest, "a request without an id is never passed on")
      recordMalformed(refusal, method: message.methodName(line), at: now, gate: &gate, into: &output)
    case nil:
      let method = message.methodName(line)
      guard !method.string.utf8.starts(with: "notifications/".utf8) else {
        output.toServer.appendNotification(message, line)
        return
      }
      let judged = judge(
        .other(method: method), method: method, argumentsDigest: nil, at: now, gate: &gate, into: &output)
      if judged.decision.letsThrough {
        let start = output.toServer.count
        output.toServer.appendNotification(message, line)
        output.passing.calls.append(
          Passing.Call(decision: judged.sequence, number: 0, start: start, end: output.toServer.count))
      } else {
        tally.droppedNotifications += 1
      }
    }
  }

  /// Passes a cancellation on under our number, and waits for the answer no longer.
  private mutating func cancel(
    _ message: WireMessage, _ line: Span<UInt8>, at now: Moment, gate: inout GateState,
    into output: inout SessionOutput
  ) {
    if let id = message.requestID, let number = holding.number(client: WireID.key(id, line)) {
      withdraw(number, "the agent has cancelled it", isAnswered: false, at: now, gate: &gate, into: &output)
      return
    }
    guard let id = message.requestID, let number = requests.number(of: WireID.key(id, line)),
      // The handshake cannot be cancelled: without it there is no session.
      requests[number]?.method != .initialize, let request = takeCancelled(number, at: now)
    else {
      tally.droppedNotifications += 1
      return
    }
    endSubscription(number, request, .cancelled, at: now, gate: &gate, into: &output)
    output.toServer.appendNotification(message, line, edits: [WireEdit(id, Array(String(number).utf8))])
    conclude(request, .cancelled, bytes: 0, at: now, gate: &gate, into: &output)
  }

  // MARK: Answers

  private mutating func clientAnswer(
    _ message: WireMessage, _ line: Span<UInt8>, at now: Moment, gate: inout GateState,
    into output: inout SessionOutput
  ) {
    guard let key = message.id.map({ WireID.key($0, line) }), let request = serverRequests.remove(key) else {
      tally.strayAnswers += 1
      return
    }
    // A server may know its own spelling only.
    output.toServer.appendAnswer(message, line, id: request.written ?? key)
    let isError = message.kind == .error
    if isError { giveBack(request.reservation, at: now, gate: &gate) }
    conclude(request, isError ? .error : .ok, bytes: line.count, at: now, gate: &gate, into: &output)
  }

  // MARK: Refusals

  /// Answers a line that is no message, as far as it can be told whom to answer.
  private mutating func refuseClient(
    _ line: Span<UInt8>, _ refusal: WireRefusal, at now: Moment, gate: inout GateState,
    into output: inout SessionOutput
  ) {
    let remains = MessageRemains(of: line)
    recordMalformed(refusal, method: remains.method, at: now, gate: &gate, into: &output)
    if remains.hasAnswer, !remains.hasMethod {
      var id: [UInt8] = []
      if let range = remains.id { id.append(line, range) }
      answerIsLost(id: id, refusal, bytes: line.count, at: now, gate: &gate, into: &output)
    } else if let id = remains.id {
      output.toClient.append(refusal, id: line, id)
    } else if remains.hasID || !remains.hasMethod || refusal.code == .parseError {
      output.toClient.append(refusal)
    }
  }

  /// An answer of the client's cannot be passed on: the server waits for it, and the client believes that it has answered.
  mutating func answerIsLost(
    id: [UInt8]?, _ refusal: WireRefusal, bytes: Int, at now: Moment, gate: inout GateState,
    into output: inout SessionOutput
  ) {
    guard let key = id.map({ WireID.key(0..<$0.count, $0.span) }), !key.isEmpty,
      let request = serverRequests.remove(key)
    else {
      tally.strayAnswers += 1
      return
    }
    let reply = WireRefusal(.internalError, "the client's answer was malformed: \(refusal.message)")
    output.toServer.append(reply, id: Array((request.written ?? key).utf8))
    conclude(request, .error, bytes: bytes, at: now, gate: &gate, into: &output)
  }

  // MARK: Who it is

  private mutating func identify(
    _ name: WireText, _ line: Span<UInt8>, at now: Moment, gate: inout GateState, into output: inout SessionOutput
  ) {
    guard !line.isEqual(name.body, to: clientText) else { return }
    clientText.removeAll(keepingCapacity: true)
    guard name.body.count <= WireLimits.name else { return }
    clientText.append(line, name.body)
    let sanitised = ClientName.sanitised(name.decoded(line))
    guard sanitised != client, !sanitised.isEmpty else { return }
    client = sanitised
    emit(.identified, nil, at: now, gate: &gate, into: &output)
  }
}

extension [UInt8] {
  /// Appends the error that a refusal is answered with, to the request whose id stands at `id`.
  mutating func append(_ refusal: WireRefusal, id line: Span<UInt8>, _ id: Range<Int>) {
    appendError(
      code: refusal.code.rawValue, message: "[gatehouse] refused: \(refusal.message)", id: line.exactText(id).utf8)
  }

  /// The same to the request with this id, as it is written.
  mutating func append(_ refusal: WireRefusal, id: [UInt8]) {
    appendError(code: refusal.code.rawValue, message: "[gatehouse] refused: \(refusal.message)", id: id)
  }

  /// Appends the error that a refusal is answered with where no request can be told.
  mutating func append(_ refusal: WireRefusal) {
    appendError(
      code: refusal.code.rawValue, message: "[gatehouse] refused: \(refusal.message)", id: String.UTF8View?.none)
  }
}
