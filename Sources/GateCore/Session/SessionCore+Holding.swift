internal import ControlWire
internal import JSONText
internal import MCPWire
package import Policy

// MARK: The end of waiting for a person
extension SessionCore {
  /// Whether anything waits for a person.
  package var isHolding: Bool { !holding.isEmpty }

  /// A person has approved a request that waits: it is forwarded, as if it came now.
  ///
  /// Does nothing where it waits no longer.
  package mutating func release(
    _ number: UInt64, at now: Moment, gate: inout GateState, into output: inout SessionOutput
  ) {
    guard let held = holding[number] else { return }
    let decision: UInt64
    switch held.way {
    case .client(let request): decision = request.decision
    case .server(let request, _, _): decision = request.decision
    case .answer(let answer): decision = answer.decision
    case .notice(let notice): decision = notice.decision
    }
    holding.hold(held.reservation?.whenForwarded, for: number)
    forward(
      number, sequence: decision, approval: held.place.approval, giving: held.reservation, at: now, gate: &gate,
      into: &output)
  }

  /// A request that waits is refused, by a person or for another reason.
  ///
  /// Does nothing where it waits no longer.
  package mutating func refuse(
    _ number: UInt64, _ refusal: ApprovalRefusal, at now: Moment, gate: inout GateState,
    into output: inout SessionOutput
  ) {
    guard let held = holding.remove(number) else { return }
    giveBack(held.reservation, at: now, gate: &gate)
    remember(refusal, of: held, gate)
    answer(held, refusal, at: now, gate: &gate, into: &output)
  }

  /// A task that asks the same again is told the same.
  private mutating func remember(_ refusal: ApprovalRefusal, of held: Holding.Held, _ gate: GateState) {
    guard let question = held.question, refusal.approval != nil, refusal.decision != Approvals.lockdown else { return }
    questions.refuse(question, refusal, by: gate.engine.revision)
  }

  /// Passes a request on that has waited; `whole` is what it held until now, where that is more than what it holds from now on.
  mutating func forward(
    _ number: UInt64, sequence: UInt64, approval: UInt64, giving whole: Reservation? = nil, at now: Moment,
    gate: inout GateState, into output: inout SessionOutput
  ) {
    guard let held = holding.remove(number) else { return }
    let line = held.place.words.line
    let message = held.place.words.message
    switch held.way {
    case .client(var request):
      if let refusal = unavailable(at: now) {
        _ = record(
          refusal, method: message.methodName(line.span), subject: request.subject,
          argumentsDigest: request.argumentsDigest, at: now, gate: &gate, into: &output)
        giveBack(whole ?? request.reservation, at: now, gate: &gate)
        answer(held, ApprovalRefusal(refusal), at: now, gate: &gate, into: &output)
        return
      }
      if request.method == .subscriptionsListen {
        return resumeSubscription(held, request, sequence: sequence, at: now, gate: &gate, into: &output)
      }
      request.sent = now
      request.decision = sequence
      request.approval = approval
      let sent = requests.insert(request)
      limitWait(for: sent, request, message, line.span, at: now)
      let start = output.toServer.count
      output.toServer.appendRequest(message, line.span, id: sent)
      if !beginning.isOver { begin(message, sent, output.toServer[start...]) }
      output.passing.calls.append(
        Passing.Call(decision: sequence, number: sent, start: start, end: output.toServer.count))
    case .server(var request, let key, let id):
      request.sent = now
      request.decision = sequence
      serverRequests.insert(key, request)
      let start = output.toClient.count
      output.toClient.appendRequest(message, line.span, id: message.id ?? 0..<0)
      output.passing.questions.append(
        Passing.Question(
          decisions: sequence..<sequence + 1, way: .request(key: key, id: id), start: start,
          end: output.toClient.count))
    case .answer(let answer):
      if let question = answer.question {
        resume(answer, question, sequence: sequence, at: now, gate: &gate, into: &output)
      } else {
        resume(answer, sequence: sequence, at: now, gate: &gate, into: &output)
      }
    case .notice(let notice): resume(notice, sequence: sequence, at: now, gate: &gate, into: &output)
    }
  }

  /// A request that waits is taken back, or whoever made it is gone.
  mutating func withdraw(
    _ number: UInt64, _ detail: String, isAnswered: Bool, at now: Moment, gate: inout GateState,
    into output: inout SessionOutput
  ) {
    guard let held = holding.remove(number) else { return }
    giveBack(held.reservation, at: now, gate: &gate)
    gate.tell(gate.approvals.withdraw(held.place.approval, detail, at: now), at: now)
    guard isAnswered else {
      if case .answer(let answer) = held.way {
        conclude(answer.request, .cancelled, bytes: 0, at: now, gate: &gate, into: &output)
      }
      return
    }
    let decision = Decision(
      .deny, rule: "(withdrawn)", reason: "nobody has decided about it yet, and \(detail); it did not run")
    let refusal = ApprovalRefusal(decision, approval: gate.approvals.name(held.place.approval))
    answer(held, refusal, at: now, gate: &gate, into: &output)
  }

  mutating func withdrawAll(
    _ detail: String, at now: Moment, gate: inout GateState, into output: inout SessionOutput
  ) {
    for number in holding.numbers {
      withdraw(number, detail, isAnswered: true, at: now, gate: &gate, into: &output)
    }
    gate.withdrawApprovals(of: session, detail, at: now)
  }

  // MARK: Time

  /// Tells those that wait that they do, and lets those go that have waited long enough.
  mutating func holdsPassed(at now: Moment, gate: inout GateState, into output: inout SessionOutput) {
    reportProgress(at: now, into: &output)
    guard let due = holding.wakeUp, due <= now else { return }
    for number in holding.numbers {
      guard let place = holding[number]?.place, place.until <= now, let held = holding.remove(number) else { continue }
      giveBack(held.reservation, at: now, gate: &gate)
      if let (event, refusal) = gate.approvals.expire(place.approval, at: now) {
        gate.tell(event, at: now)
        remember(refusal, of: held, gate)
        answer(held, refusal, at: now, gate: &gate, into: &output)
        continue
      }
      let waiting = gate.approvals.waiting(place.approval, at: now)
      let state = held.isAskedAgain ? gate.approvals.issue(place.approval, round: held.round + 1) : nil
      gate.tell(gate.approvals.letGo(place.approval, at: now), at: now)
      tellToAskAgain(held, state, waiting, at: now, gate: &gate, into: &output)
    }
  }

  /// Answers a request that nobody has decided about, so that its caller asks again.
  private mutating func tellToAskAgain(
    _ held: Holding.Held, _ state: String?, _ waiting: ApprovalRefusal?, at now: Moment, gate: inout GateState,
    into output: inout SessionOutput
  ) {
    let refusal = waiting ?? ApprovalRefusal(Approvals.lockdown)
    switch held.way {
    case .client(let request):
      if let state {
        var result = JSONWriter()
        result.beginObject()
        result.member("resultType", "input_required")
        result.member("requestState", state)
        result.endObject()
        output.toClient.appendResult(result.bytes, id: request.clientID.utf8)
      } else {
        Self.answer(request, refusal, text: Refusing.waiting(refusal), into: &output)
      }
    case .server(_, _, let id):
      output.toServer.appendError(
        code: Refusing.code, message: Refusing.waiting(refusal),
        data: Refusing.data(refusal.decision, approval: refusal.approval), id: id.utf8)
    case .answer(let answer) where answer.question != nil:
      answerAsWorking(answer.request, answer.line, refusal, into: &output)
    case .answer(let answer):
      refuse(
        answer.request, refusal, text: Refusing.waitingForAnswer(refusal), bytes: answer.line.count, at: now,
        gate: &gate, into: &output)
    // Its client looks at the task, or is told of it again.
    case .notice: tally.droppedNotifications += 1
    }
  }

  /// Tells those who want to hear of progress that they wait.
  ///
  /// The numbers are small, so that the server's own progress goes on from there.
  mutating func reportProgress(at now: Moment, into output: inout SessionOutput) {
    guard let due = holding.wakeUp, due <= now else { return }
    for number in holding.numbers {
      guard let held = holding[number], let token = held.token, held.nextReport <= now, held.place.until > now
      else { continue }
      let report = holding.report(number, at: now)
      output.toClient.append(
        text: "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{\"progressToken\":\(token),"
          + "\"progress\":\(Self.progress(report)),\"message\":\"waiting for approval\"}}\n")
    }
  }

  /// Thousandths, as JSON.
  private static func progress(_ reports: UInt64) -> String {
    let digits = String(reports % 1000)
    let zeros = String(repeating: "0", count: 3 - digits.utf8.count)
    return "\(reports / 1000).\(zeros)\(digits)"
  }

  /// Whether a server tells of less progress than its client was told while the request waited, which must not be.
  mutating func isOverreported(_ message: WireMessage, _ line: Span<UInt8>) -> Bool {
    guard let text = WireText(message.methodText, line), text.decoded(line) == "notifications/progress",
      let params = JSONNode.read(part: message.params, of: line), let token = params["progressToken"],
      let told = holding.lastReport(of: line.exactText(token.range))
    else { return false }
    guard case .number(let number)? = params["progress"]?.content, let progress = ExactDecimal(number),
      let last = ExactDecimal(Self.progress(told)), last < progress
    else { return true }
    holding.forgetReports(of: line.exactText(token.range))
    return false
  }

  // MARK: Answers

  private mutating func answer(
    _ held: Holding.Held, _ refusal: ApprovalRefusal, at now: Moment, gate: inout GateState,
    into output: inout SessionOutput
  ) {
    switch held.way {
    case .client(let request):
      Self.answer(request, refusal, text: Refusing.text(refusal.decision), into: &output)
    case .server(_, _, let id):
      output.toServer.appendError(
        code: Refusing.code, message: Refusing.text(refusal.decision),
        data: Refusing.data(refusal.decision, approval: refusal.approval), id: id.utf8)
    case .answer(let answer):
      refuse(
        answer.request, refusal, text: Refusing.text(refusal.decision), bytes: answer.line.count, at: now,
        gate: &gate, into: &output)
    case .notice: tally.droppedNotifications += 1
    }
  }

  static func answer(
    _ request: RequestsInFlight.Request, _ refusal: ApprovalRefusal, text: String, into output: inout SessionOutput
  ) {
    let id = request.clientID.utf8
    if request.takesToolResult {
      let result = Refusing.toolResult(
        text, refusal.decision, isModern: request.isModern, approval: refusal.approval)
      output.toClient.appendResult(result, id: id)
    } else {
      output.toClient.appendError(
        code: Refusing.code, message: text, data: Refusing.data(refusal.decision, approval: refusal.approval), id: id)
    }
  }
}

extension Refusing {
  /// What the model reads when nobody has decided while its call waited.
  static func waiting(_ refusal: ApprovalRefusal) -> String {
    let decision = refusal.decision
    return "[gatehouse] waiting for approval \(refusal.approval ?? ""); call again with the same arguments. "
      + "The call has not run: \(reason(decision)), and nobody has decided yet. Rule \(decision.rule)."
  }
}
