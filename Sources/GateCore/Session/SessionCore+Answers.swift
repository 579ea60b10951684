internal import ControlWire
internal import JSONText
internal import MCPWire
internal import Policy

// MARK: A server's answers
extension SessionCore {
  mutating func serverAnswer(
    _ message: WireMessage, _ line: Span<UInt8>, at now: Moment, gate: inout GateState,
    into output: inout SessionOutput
  ) {
    let number = message.id.flatMap { WireID.ours($0, line) }
    if let number, passPlainResult(message, number, line, at: now, gate: &gate, into: &output) { return }
    guard let number, let request = takeAnswered(number) else {
      tally.strayAnswers += 1
      return
    }
    guard message.kind == .result else {
      if request.method == .subscriptionsListen {
        endSubscription(number, request, .error, at: now, gate: &gate, into: &output)
      }
      taskFailed(request, bytes: line.count, at: now, gate: &gate, into: &output)
      passError(message, request, line, into: &output)
      giveBack(request.reservation, at: now, gate: &gate)
      conclude(request, .error, bytes: line.count, at: now, gate: &gate, into: &output)
      return
    }
    if request.method != .ping, request.method != .initialize { era.succeeded() }
    switch request.method {
    case .toolsList:
      toolsListed(message, request, line, at: now, gate: &gate, into: &output)
      return
    case .initialize:
      handshakeDone(message, request, line, into: &output)
      hearInstructions(message, line, at: now, gate: &gate)
      return
    case .discover:
      discovered(message, request, line, into: &output)
      hearInstructions(message, line, at: now, gate: &gate)
      return
    case .subscriptionsListen:
      endSubscription(number, request, .ok, at: now, gate: &gate, into: &output)
      let edits = message.subscriptionID.map { [WireEdit($0, Array(request.clientID.utf8))] } ?? []
      output.toClient.appendAnswer(message, line, id: request.clientID, edits: edits)
      return
    case .toolsCall, .resourcesList, .resourceTemplatesList, .resourcesRead, .resourcesSubscribe,
      .resourcesUnsubscribe, .promptsList, .promptsGet, .completionComplete, .loggingSetLevel, .ping, .tasksGet,
      .tasksResult, .tasksList, .tasksCancel, .tasksUpdate, .taskChanged, .samplingCreateMessage, .elicitationCreate,
      .rootsList, .cancelled,
      .initialized, .subscriptionsAcknowledged, nil:
      break
    }
    let next = gate.lastSequence + 1
    if let type = message.resultType, line.isEqual(type.body, to: "input_required") {
      guard mayAsk(message, request, line, at: now, gate: &gate, into: &output) else { return }
    }
    let concernsTask = request.method?.concernsTask ?? false
    if concernsTask {
      guard mayAskForTask(message, request, line, at: now, gate: &gate, into: &output) else { return }
    }
    let decisions = gate.lastSequence >= next ? next..<gate.lastSequence + 1 : nil
    passAnswer(message, request, line, decisions: decisions, at: now, gate: &gate, into: &output)
  }

  /// Passes an answer on that may pass by these decisions.
  mutating func passAnswer(
    _ message: WireMessage, _ request: RequestsInFlight.Request, _ line: Span<UInt8>, decisions: Range<UInt64>?,
    at now: Moment, gate: inout GateState, into output: inout SessionOutput
  ) {
    let start = output.toClient.count
    output.toClient.appendAnswer(message, line, id: request.clientID)
    if let decisions {
      output.passing.questions.append(
        Passing.Question(
          decisions: decisions, way: .answer(request, continuation(message, request, line)),
          start: start, end: output.toClient.count))
    }
    if request.method?.concernsTask ?? false { noteTask(message, request, line, at: now, gate: &gate, into: &output) }
    if request.isTask || message.resultType != nil, request.method == .toolsCall,
      becomesTask(message, request, line, at: now, gate: &gate, into: &output)
    {
      return
    }
    if message.isToolError { giveBack(request.reservation, at: now, gate: &gate) }
    let outcome: ResultEvent.Outcome = message.isToolError ? .toolError : .ok
    conclude(request, outcome, bytes: line.count, at: now, gate: &gate, into: &output)
  }

  // MARK: Lists of tools

  private mutating func toolsListed(
    _ message: WireMessage, _ request: RequestsInFlight.Request, _ line: Span<UInt8>, at now: Moment,
    gate: inout GateState, into output: inout SessionOutput
  ) {
    let page: ToolsPage
    do throws(WireRefusal) {
      page = try ToolsPage(line, result: message.payload)
    } catch {
      fail(
        request, "the server's list of tools was refused: \(error.message)", bytes: line.count, at: now, gate: &gate,
        into: &output)
      return
    }
    tally.toolLists += 1
    let engine = gate.engine
    let server = server
    let isHidden = { (tool: ExactText) in engine.isHidden(server: server, tool: tool) }
    if request.isModern { stamp.remember(page.serverInfo, line) }
    let edits = page.edits(line, isUncacheable: request.isModern, isHidden: isHidden)
    output.toClient.appendAnswer(message, line, id: request.clientID, edits: edits)
    let known = gate.schemas[server]
    let all = tools.add(page, cursor: request.cursor, sharing: known, isHidden: isHidden)
    if let all { output.listedTools = all }
    hear(page, cursor: request.cursor, all: all, at: now, gate: &gate)
    gate.noteDefinitions(of: session, at: now) { tools.definition(of: $0) }
  }

  // MARK: A server that needs more input

  /// Judges what the server wants to ask the client for; answers the request itself where it may not.
  ///
  /// It waits where a person has to be asked; what comes before `first` may pass already.
  mutating func mayAsk(
    _ message: WireMessage, _ request: RequestsInFlight.Request, _ line: Span<UInt8>, from first: Int = 0,
    at now: Moment, gate: inout GateState, into output: inout SessionOutput
  ) -> Bool {
    let asked = Self.asked(message, line)
    switch judge(asked: asked, from: first, request, line, at: now, gate: &gate, into: &output) {
    case .mayPass: break
    case .refused(let refusal):
      refuse(
        request, ApprovalRefusal(refusal), text: Refusing.text(refusal), bytes: line.count, at: now, gate: &gate,
        into: &output)
      return false
    case .waits: return false
    }
    if let key = continuation(message, request, line) {
      continuations.expect(key, round: request.round + 1, holding: request.reservation, approval: request.approval)
    }
    return true
  }

  /// How the client's next try is known, after this answer to the last one.
  private mutating func continuation(
    _ message: WireMessage, _ request: RequestsInFlight.Request, _ line: Span<UInt8>
  ) -> Continuations.Key? {
    guard let subject = request.subject else { return nil }
    return Continuations.Key(
      subject: subject, argumentsDigest: request.argumentsDigest,
      stateDigest: message.requestState.map { digest($0, line) })
  }

  /// Each thing is judged and recorded, so that a server must not ask for any number of them in one answer.
  static let mostAsked = 100

  /// Judges everything that a server wants to ask the client for at once; gives the first denial.
  mutating func refusal(
    ofAsking asked: [(method: ExactText, params: JSONNode?)], at now: Moment, gate: inout GateState,
    into output: inout SessionOutput
  ) -> Decision? {
    guard asked.count <= Self.mostAsked else {
      let refusal = WireRefusal(
        .invalidRequest, "the server asks for more than \(Self.mostAsked) things in one answer")
      recordMalformed(refusal, method: nil, at: now, gate: &gate, into: &output)
      return Decision(.deny, rule: "(malformed)", reason: refusal.message)
    }
    for (method, params) in asked where method != "roots/list" {
      let judged = judge(
        .serverRequest(method: method), method: method, argumentsDigest: nil, at: now, gate: &gate, into: &output
      ) { params }
      guard judged.decision.letsThrough else { return judged.decision }
    }
    return nil
  }

  /// What `inputRequests` holds; a method that cannot be read counts as an unknown one.
  private static func asked(_ message: WireMessage, _ line: Span<UInt8>) -> [(method: ExactText, params: JSONNode?)] {
    guard let range = message.inputRequests else { return [] }
    var scanner = JSONCursor(at: range.lowerBound)
    guard let node = try? JSONNode.read(line, &scanner, depth: 2) else { return [("(unreadable)", nil)] }
    return asked(node)
  }

  static func asked(_ node: JSONNode) -> [(method: ExactText, params: JSONNode?)] {
    guard let members = node.members else { return [("(unreadable)", nil)] }
    return members.map { ($0.value["method"]?.text ?? "(unreadable)", $0.value["params"]) }
  }
}
