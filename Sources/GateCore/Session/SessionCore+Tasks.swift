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
    let judged: Judged
    if let task = request.subject.flatMap({ tasks[$0] }) {
      let tool = task.tool
      var standing = standing(of: tool, at: now, gate: gate)
      // A person was asked when the call was made, or nobody had to be.
      if standing.verdict == .ask, task.isApproved || task.revision == gate.engine.revision {
        standing.verdict = .allow
      }
      if standing.verdict == .ask {
        let asking = Asking(
          target: .tool(tool), method: method, argumentsDigest: nil, badge: gate.badge(of: tool, on: server),
          terms: gate.engine.approvalTerms(server: server, tool: tool, at: now), reservation: nil, approval: 0)
        judged = ask(asking, standing, words: { Question.Words(message, line) }, at: now, gate: &gate)
      } else {
        let sequence = record(
          standing, method: method, subject: tool, argumentsDigest: nil, at: now, gate: &gate, into: &output)
        judged = Judged(decision: standing, sequence: sequence)
      }
    } else {
      judged = judge(
        .other(method: method), method: method, argumentsDigest: nil, unless: unavailable(at: now), at: now,
        gate: &gate, into: &output, words: { Question.Words(message, line) })
    }
    request.decision = judged.sequence
    request.reservation = judged.reservation
    if let place = judged.hold {
      hold(request, place, message, line, at: now, into: &output)
      return false
    }
    request.approval = judged.approval
    guard !judged.letsThrough else { return true }
    giveBack(request.reservation, at: now, gate: &gate)
    let decision = judged.decision
    output.toClient.appendError(
      code: Refusing.code, message: Refusing.text(decision),
      data: Refusing.data(decision, approval: judged.refusal?.approval), id: request.clientID.utf8)
    return false
  }

  /// What answers what a task asks.
  static let update: ExactText = "tasks/update"

  func standing(of tool: ExactText, at now: Moment, gate: GateState) -> Decision {
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
    let revision = request.decision > policySince ? gate.engine.revision : nil
    let begun = TasksBegun.Begun(
      call: request, tool: tool, isApproved: request.approval != 0, revision: revision)
    if let forgotten = tasks.begin(id, begun) {
      conclude(forgotten, .lost, bytes: 0, at: now, gate: &gate, into: &output)
    }
    return true
  }

  /// Takes note of what the answer to `tasks/get`, `tasks/result` or `tasks/cancel` tells of the task's end.
  mutating func noteTask(
    _ message: WireMessage, _ request: RequestsInFlight.Request, _ line: Span<UInt8>, at now: Moment,
    gate: inout GateState, into output: inout SessionOutput
  ) {
    guard let id = request.subject, tasks[id]?.call != nil,
      let outcome = Self.outcome(of: message, request, line)
    else { return }
    endTask(id, outcome, bytes: line.count, at: now, gate: &gate, into: &output)
  }

  /// How a task ended by the answer to a request about it; nil where it did not.
  static func outcome(
    of message: WireMessage, _ request: RequestsInFlight.Request, _ line: Span<UInt8>
  ) -> ResultEvent.Outcome? {
    if request.method == .tasksResult { return message.isToolError ? .toolError : .ok }
    return JSONNode.read(part: message.payload, of: line).flatMap { outcome(of: $0["task"] ?? $0) }
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
    _ message: WireMessage, _ edits: [WireEdit], _ line: Span<UInt8>, after decision: UInt64 = 0, at now: Moment,
    gate: inout GateState, into output: inout SessionOutput
  ) {
    let params = JSONNode.read(part: message.params, of: line)
    let id = params?["taskId"]?.text ?? ""
    let next = gate.lastSequence + 1
    let outcome = params.flatMap(Self.outcome(of:))
    if let asked = params?["inputRequests"] {
      guard mayAskInNotice(asked, of: id, line, at: now, gate: &gate, into: &output) else { return }
    } else {
      taskGoesOn(id, isOver: outcome != nil, at: now, gate: &gate, into: &output)
    }
    let start = output.toClient.count
    output.toClient.appendNotification(message, line, edits: edits)
    let decisions = gate.lastSequence >= next ? next..<gate.lastSequence + 1 : decision..<decision + 1
    if decisions != 0..<1 {
      output.passing.questions.append(
        Passing.Question(
          decisions: decisions, way: .notification(task: id), start: start,
          end: output.toClient.count))
    }
    if let outcome {
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
}
