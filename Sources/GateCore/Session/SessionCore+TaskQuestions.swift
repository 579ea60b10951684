internal import ControlWire
internal import JSONText
internal import MCPWire
internal import Policy

// MARK: What tasks ask for
extension SessionCore {
  /// What a task asks its client for in a notification, as long as it waits for a person.
  struct HeldNotice: Sendable {
    var question: TaskQuestions.Question
    var line: [UInt8]
    var decision: UInt64
    var reservation: Reservation?
  }

  enum TaskAsked: Sendable {
    case mayPass
    case refused(ApprovalRefusal)
    /// Either this waits for a person now, or another message that asks for the same does already.
    case waits(isNew: Bool)
  }

  /// Judges what a task asks its client for, until one thing has to wait; `way` says how that waits.
  private mutating func judge(
    _ asked: JSONNode, of task: ExactText, at now: Moment, gate: inout GateState, into output: inout SessionOutput,
    way: (TaskQuestions.Question, Judged) -> Holding.Held.Way
  ) -> TaskAsked {
    let requests = Self.asked(asked)
    guard requests.count <= Self.mostAsked else {
      let refusal = WireRefusal(
        .invalidRequest, "the server asks for more than \(Self.mostAsked) things in one answer")
      recordMalformed(refusal, method: nil, at: now, gate: &gate, into: &output)
      return .refused(ApprovalRefusal(Decision(.deny, rule: "(malformed)", reason: refusal.message)))
    }
    let revision = gate.engine.revision
    let names = asked.members?.map(\.key) ?? []
    let wanted = requests.indices.map { index in
      TaskQuestions.Question(
        task: task, name: names.indices.contains(index) ? names[index] : "",
        words: asked.members?[index].value.compact ?? [])
    }
    for approval in questions.asks(wanted, task, by: revision) {
      endQuestion(approval, "the task asks for it no longer", at: now, gate: &gate, into: &output)
    }
    if wanted.contains(where: { holding.number(of: $0) != nil }) { return .waits(isNew: false) }
    for (question, (method, params)) in zip(wanted, requests) where method != "roots/list" {
      if questions.mayPass(question) { continue }
      if let refusal = questions.refusal(of: question) {
        _ = record(
          refusal.decision, method: method, subject: nil, argumentsDigest: nil, at: now, gate: &gate, into: &output)
        return .refused(refusal)
      }
      let judged = judge(
        .serverRequest(method: method), method: method, argumentsDigest: nil, at: now, gate: &gate, into: &output,
        arguments: { params }, words: { Self.words(of: method, params) })
      if let place = judged.hold {
        questions.wait(question, for: place.approval, by: revision)
        holding.insert(Holding.Held(way: way(question, judged), place: place))
        return .waits(isNew: true)
      }
      guard judged.letsThrough else {
        let refusal = judged.refusal ?? ApprovalRefusal(judged.decision)
        // A person's word is good for as long as the task asks the same.
        if refusal.approval != nil { questions.refuse(question, refusal, by: revision) }
        return .refused(refusal)
      }
      questions.pass(question, by: revision)
    }
    return .mayPass
  }

  /// Judges what the answer to a request about a task wants to ask the client.
  ///
  /// - Returns: Whether it may be passed on; else it waits, or the request was answered.
  mutating func mayAskForTask(
    _ message: WireMessage, _ request: RequestsInFlight.Request, _ line: Span<UInt8>, at now: Moment,
    gate: inout GateState, into output: inout SessionOutput
  ) -> Bool {
    guard let id = request.subject else { return true }
    guard let part = message.inputRequests, let asked = JSONNode.read(part: part, of: line) else {
      if questions.knows(id) || !holding.isEmpty {
        let isOver = Self.outcome(of: message, request, line) != nil
        if isOver || request.method == .tasksGet {
          taskGoesOn(id, isOver: isOver, at: now, gate: &gate, into: &output)
        }
      }
      return true
    }
    let copy = Array(copying: line)
    let outcome = judge(asked, of: id, at: now, gate: &gate, into: &output) { question, judged in
      .answer(
        HeldAnswer(
          request: request, line: copy, next: 0, decision: judged.sequence, reservation: judged.reservation,
          question: question))
    }
    switch outcome {
    case .mayPass: return true
    case .waits(let isNew):
      if !isNew { answerAsWorking(request, copy, nil, into: &output) }
    case .refused(let refusal):
      Self.answer(request, refusal, text: Refusing.text(refusal.decision), into: &output)
    }
    return false
  }

  /// Judges what a `notifications/tasks` wants to ask the client.
  ///
  /// - Returns: Whether it may be passed on.
  mutating func mayAskInNotice(
    _ asked: JSONNode, of id: ExactText, _ line: Span<UInt8>, at now: Moment, gate: inout GateState,
    into output: inout SessionOutput
  ) -> Bool {
    let copy = Array(copying: line)
    let outcome = judge(asked, of: id, at: now, gate: &gate, into: &output) { question, judged in
      .notice(
        HeldNotice(question: question, line: copy, decision: judged.sequence, reservation: judged.reservation))
    }
    if case .mayPass = outcome { return true }
    if case .waits(isNew: true) = outcome { return false }
    tally.droppedNotifications += 1
    return false
  }

  // MARK: The end of waiting

  /// A person has approved what a task asks for in an answer: looks at the rest of it, and passes it on.
  mutating func resume(
    _ answer: HeldAnswer, _ question: TaskQuestions.Question, sequence: UInt64, at now: Moment,
    gate: inout GateState, into output: inout SessionOutput
  ) {
    questions.pass(question, by: gate.engine.revision)
    let line = answer.line.span
    guard let message = try? reader.read(line, from: .server) else { return }
    let next = gate.lastSequence + 1
    guard mayAskForTask(message, answer.request, line, at: now, gate: &gate, into: &output) else { return }
    let decisions = gate.lastSequence >= next ? next..<gate.lastSequence + 1 : sequence..<sequence + 1
    passAnswer(message, answer.request, line, decisions: decisions, at: now, gate: &gate, into: &output)
  }

  /// The same in a notification.
  mutating func resume(
    _ notice: HeldNotice, sequence: UInt64, at now: Moment, gate: inout GateState, into output: inout SessionOutput
  ) {
    questions.pass(notice.question, by: gate.engine.revision)
    let line = notice.line.span
    guard let message = try? reader.read(line, from: .server) else { return }
    guard let edits = subscriptionEdits(message, line) else {
      tally.droppedNotifications += 1
      return
    }
    taskChanged(message, edits, line, after: sequence, at: now, gate: &gate, into: &output)
  }

  /// Answers a request about a task that asks for what nobody has decided about: for its client the task still works.
  mutating func answerAsWorking(
    _ request: RequestsInFlight.Request, _ line: [UInt8], _ waiting: ApprovalRefusal?, into output: inout SessionOutput
  ) {
    guard let result = Self.working(line, waiting, &reader) else {
      let refusal = waiting ?? ApprovalRefusal(Decision(.ask, rule: "(task)", reason: "a person has to approve it"))
      Self.answer(request, refusal, text: Refusing.waitingForAnswer(refusal), into: &output)
      return
    }
    output.toClient.appendResult(result, id: request.clientID.utf8)
  }

  /// What a server says of its task, without what it asks for; nil where it says that in no way that is known.
  private static func working(_ line: [UInt8], _ waiting: ApprovalRefusal?, _ reader: inout MessageReader) -> [UInt8]? {
    let line = line.span
    guard let message = try? reader.read(line, from: .server),
      let members = JSONNode.read(part: message.payload, of: line)?.members,
      members.contains(where: { $0.key == "status" && $0.value.string == "input_required" })
    else { return nil }
    var result: [UInt8] = [0x7B]
    for member in members where member.key != "inputRequests" && member.key != "statusMessage" {
      if result.count > 1 { result.append(0x2C) }
      result.append(line, member.keyRange)
      result.append(0x3A)
      if member.key == "status" {
        result.append(text: "\"working\"")
      } else {
        result.appendCompact(line, member.value.range)
      }
    }
    var words = "waiting for approval"
    if let waiting {
      words += " \(waiting.approval ?? ""): \(Refusing.reason(waiting.decision))"
    }
    result.append(text: ",\"statusMessage\":")
    result.appendQuoted(words)
    result.append(0x7D)
    return result
  }

  // MARK: Tasks that go on

  /// A task is told of, or taken back: what it asks a person for and wants no longer waits no more.
  mutating func taskGoesOn(
    _ id: ExactText, _ detail: String? = nil, isOver: Bool, at now: Moment, gate: inout GateState,
    into output: inout SessionOutput
  ) {
    let detail = detail ?? (isOver ? "the task is over" : "the task asks for it no longer")
    for approval in questions.asks([], id, by: gate.engine.revision) {
      endQuestion(approval, detail, at: now, gate: &gate, into: &output)
    }
    guard isOver, !holding.isEmpty else { return }
    for number in holding.numbers(ofTask: id) {
      withdraw(number, detail, isAnswered: true, at: now, gate: &gate, into: &output)
    }
  }

  /// Something that a task has asked for is not to be decided any more.
  private mutating func endQuestion(
    _ approval: UInt64, _ detail: String, at now: Moment, gate: inout GateState, into output: inout SessionOutput
  ) {
    let number = gate.approvals.pending.first { $0.number == approval && $0.question.session == session }?.hold?.request
    gate.tell(gate.approvals.withdraw(approval, detail, at: now), at: now)
    guard let number, let held = holding.remove(number) else { return }
    giveBack(held.reservation, at: now, gate: &gate)
    switch held.way {
    case .answer(let answer): answerAsWorking(answer.request, answer.line, nil, into: &output)
    case .notice: tally.droppedNotifications += 1
    case .client, .server: break
    }
  }
}
