internal import ControlWire
internal import JSONText
internal import MCPWire
internal import Policy

// MARK: Tasks
extension SessionCore {
  /// What the params of a `tasks/...` name.
  static func taskID(_ message: WireMessage, _ line: Span<UInt8>) -> ExactText? {
    JSONNode.read(part: message.params, of: line)?["taskId"]?.text
  }

  // MARK: Input for a task

  /// Judges a `tasks/update`, by which a client answers what a task asks, so that the task goes on.
  ///
  /// It is another step of the call that became the task. Its arguments were judged and counted when it was made; what is
  /// asked again is whether its tool is still let through. A task that no call of this session became is nobody's step,
  /// and whatever governs an unknown method governs it.
  ///
  /// - Returns: Whether it passes; else it was answered.
  mutating func judgeUpdate(
    _ request: inout RequestsInFlight.Request, _ message: WireMessage, _ line: Span<UInt8>, at now: Moment,
    gate: inout GateState, into output: inout SessionOutput
  ) -> Bool {
    let method = message.methodName(line)
    let decision: Decision
    if let task = request.subject.flatMap({ tasks[$0] }) {
      let tool = task.tool
      var standing = standing(of: tool, at: now, gate: gate)
      // A person was asked when the call was made.
      if standing.verdict == .ask, task.isApproved { standing.verdict = .allow }
      decision = standing
      request.decision = record(
        decision, method: method, subject: tool, argumentsDigest: nil, at: now, gate: &gate, into: &output)
    } else {
      let judged = judge(
        .other(method: method), method: method, argumentsDigest: nil, unless: unavailable(at: now), at: now,
        gate: &gate,
        into: &output)
      (decision, request.decision) = (judged.decision, judged.sequence)
    }
    guard !decision.letsThrough else { return true }
    output.toClient.appendError(
      code: Refusing.code, message: Refusing.text(decision), data: Refusing.data(decision), id: request.clientID.utf8)
    return false
  }

  private func standing(of tool: ExactText, at now: Moment, gate: GateState) -> Decision {
    if gate.lockdown != nil { return Approvals.lockdown }
    if let refusal = unavailable(at: now) { return refusal }
    let standing = gate.engine.standing(server: server, tool: tool, at: now)
    let verdict = standing.verdict == .limit ? .allow : standing.verdict
    return Decision(
      verdict, rule: standing.rule, reason: verdict == .allow ? nil : standing.reason,
      isEnforced: gate.engine.isEnforced)
  }

  // MARK: What servers say of tasks

  /// Takes note of the task that a call has become, which is then told how it ended when the task does.
  ///
  /// - Returns: Whether it has become one.
  mutating func becomesTask(
    _ message: WireMessage, _ request: RequestsInFlight.Request, _ line: Span<UInt8>, at now: Moment,
    gate: inout GateState, into output: inout SessionOutput
  ) -> Bool {
    let isTask = message.resultType.map { line.isEqual($0.body, to: "task") } ?? request.isTask
    guard isTask, let tool = request.subject, let result = JSONNode.read(part: message.payload, of: line),
      let id = (result["task"]?["taskId"] ?? result["taskId"])?.text, id.utf8.count <= TasksBegun.longestID
    else { return false }
    if let forgotten = tasks.begin(id, TasksBegun.Begun(call: request, tool: tool, isApproved: request.approval != 0)) {
      conclude(forgotten, .lost, bytes: 0, at: now, gate: &gate, into: &output)
    }
    return true
  }

  /// Judges what the answer to a request about a task wants to ask the client.
  ///
  /// - Returns: Whether it may be passed on; else the request was answered.
  mutating func mayAskForTask(
    _ message: WireMessage, _ request: RequestsInFlight.Request, _ line: Span<UInt8>, at now: Moment,
    gate: inout GateState, into output: inout SessionOutput
  ) -> Bool {
    guard let id = request.subject, let part = message.inputRequests else { return true }
    let asked = JSONNode.read(part: part, of: line)
    guard let refusal = refusesToAsk(asked, id, at: now, gate: &gate, into: &output) else { return true }
    output.toClient.appendError(
      code: Refusing.code, message: Refusing.text(refusal), data: Refusing.data(refusal), id: request.clientID.utf8)
    return false
  }

  /// Takes note of what the answer to `tasks/get`, `tasks/result` or `tasks/cancel` tells of the task's end.
  mutating func noteTask(
    _ message: WireMessage, _ request: RequestsInFlight.Request, _ line: Span<UInt8>, at now: Moment,
    gate: inout GateState, into output: inout SessionOutput
  ) {
    guard let id = request.subject, tasks[id]?.call != nil else { return }
    let outcome: ResultEvent.Outcome?
    if request.method == .tasksResult {
      outcome = message.isToolError ? .toolError : .ok
    } else {
      outcome = JSONNode.read(part: message.payload, of: line).flatMap { Self.outcome(of: $0["task"] ?? $0) }
    }
    if let outcome { endTask(id, outcome, bytes: line.count, at: now, gate: &gate, into: &output) }
  }

  /// A request about a task was answered with an error: for its result that is how the task ended.
  mutating func taskFailed(
    _ request: RequestsInFlight.Request, bytes: Int, at now: Moment, gate: inout GateState,
    into output: inout SessionOutput
  ) {
    guard request.method == .tasksResult, let id = request.subject else { return }
    endTask(id, .error, bytes: bytes, at: now, gate: &gate, into: &output)
  }

  /// Passes a `notifications/tasks` on, which may hold what the server wants to ask the client.
  mutating func taskChanged(
    _ message: WireMessage, _ edits: [WireEdit], _ line: Span<UInt8>, at now: Moment, gate: inout GateState,
    into output: inout SessionOutput
  ) {
    let params = JSONNode.read(part: message.params, of: line)
    let id = params?["taskId"]?.text ?? ""
    let next = gate.lastSequence + 1
    guard refusesToAsk(params?["inputRequests"], id, at: now, gate: &gate, into: &output) == nil else {
      tally.droppedNotifications += 1
      return
    }
    let start = output.toClient.count
    output.toClient.appendNotification(message, line, edits: edits)
    if gate.lastSequence >= next {
      output.passing.questions.append(
        Passing.Question(
          decisions: next..<gate.lastSequence + 1, way: .notification(task: id), start: start,
          end: output.toClient.count))
    }
    if let outcome = params.flatMap(Self.outcome(of:)) {
      endTask(id, outcome, bytes: line.count, at: now, gate: &gate, into: &output)
    }
  }

  private static func outcome(of task: JSONNode) -> ResultEvent.Outcome? {
    switch task["status"]?.string {
    case "completed": task["result"]?["isError"]?.bool == true ? .toolError : .ok
    case "failed": task["error"] == nil ? .toolError : .error
    case "cancelled": .cancelled
    default: nil
    }
  }

  private mutating func endTask(
    _ id: ExactText, _ outcome: ResultEvent.Outcome, bytes: Int, at now: Moment, gate: inout GateState,
    into output: inout SessionOutput
  ) {
    guard let call = tasks.end(id) else { return }
    switch outcome {
    case .error, .toolError: giveBack(call.reservation, at: now, gate: &gate)
    // A cancellation makes nothing undone.
    case .ok, .cancelled, .lost: break
    }
    conclude(call, outcome, bytes: bytes, at: now, gate: &gate, into: &output)
  }

  /// Judges what a task wants to ask the client, once for as long as it asks the same; gives the denial, if there is one.
  private mutating func refusesToAsk(
    _ asked: JSONNode?, _ id: ExactText, at now: Moment, gate: inout GateState, into output: inout SessionOutput
  ) -> Decision? {
    guard let asked else { return nil }
    // Another policy is another question.
    let digest = ContentDigest(of: asked.compact).hexadecimal + (gate.engine.revision ?? "")
    guard tasks[id]?.asked != digest else { return nil }
    if let refusal = refusal(ofAsking: Self.asked(asked), at: now, gate: &gate, into: &output) { return refusal }
    tasks.noteAsked(digest, of: id)
    return nil
  }
}
