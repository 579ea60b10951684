internal import ControlWire
internal import JSONSchema
internal import JSONText
internal import MCPWire
internal import Policy
internal import Risk

// MARK: Requests that a person is asked about
extension SessionCore {
  /// What `judge` knows of a request that the policy asks about.
  struct Asking {
    var target: Call.Target
    var method: ExactText
    var argumentsDigest: ContentDigest?
    var badge: (category: Category, severity: Severity)?
    var terms: ApprovalTerms?
    /// All that it holds of limits.
    var reservation: Reservation?
    /// The approval on which the step before has passed; 0 for none.
    var approval: UInt64
  }

  /// Finds out what becomes of a request that the policy asks about, and tells the stream.
  mutating func ask(
    _ asking: Asking, _ decision: Decision, words: () -> Question.Words?, at now: Moment, gate: inout GateState
  ) -> Judged {
    func recorded(_ decision: Decision) -> UInt64 {
      record(
        decision, method: asking.method, subject: asking.target.subject, badge: asking.badge,
        argumentsDigest: asking.argumentsDigest, at: now, gate: &gate)
    }
    // Where nobody would be asked, it goes through and counts as any other.
    guard decision.isEnforced else {
      return Judged(
        decision: decision, sequence: recorded(decision), reservation: asking.reservation?.whenForwarded)
    }
    guard let words = words(), let terms = asking.terms else {
      giveBack(asking.reservation, at: now, gate: &gate)
      return Judged(decision: decision, sequence: recorded(decision))
    }
    let question = question(asking, words, gate: gate)
    if asking.approval != 0, gate.approvals.isGood(asking.approval, for: question, isPinned: decision.isOfPin) {
      let sequence = recorded(decision)
      gate.tell(gate.approvals.step(asking.approval, question, decision, sequence: sequence, at: now), at: now)
      return Judged(
        decision: decision, sequence: sequence, reservation: asking.reservation?.whenForwarded,
        approval: asking.approval)
    }
    switch gate.approvals.find(question, decision, terms, at: now) {
    case .passes(let number):
      let sequence = recorded(decision)
      gate.tell(gate.approvals.use(number, question, decision, sequence: sequence, at: now), at: now)
      return Judged(
        decision: decision, sequence: sequence, reservation: asking.reservation?.whenForwarded, approval: number)
    case .refused(let refusal):
      giveBack(asking.reservation, at: now, gate: &gate)
      return Judged(decision: refusal.decision, sequence: recorded(refusal.decision), refusal: refusal)
    case .joins(let number):
      let sequence = recorded(decision)
      let request = holding.nextNumber()
      let joined = gate.approvals.join(
        number, question, decision, terms, sequence: sequence, request: request, at: now)
      gate.tell(joined?.event, at: now)
      let place = Holding.Place(
        number: request, approval: number, target: asking.target, words: words, until: joined?.until ?? now)
      return Judged(decision: decision, sequence: sequence, reservation: asking.reservation, hold: place)
    case .asks:
      let sequence = recorded(decision)
      let request = holding.nextNumber()
      let opened = gate.approvals.open(question, decision, terms, sequence: sequence, request: request, at: now)
      gate.tell(opened.event, at: now)
      let place = Holding.Place(
        number: request, approval: opened.number, target: asking.target, words: words, until: opened.until)
      return Judged(decision: decision, sequence: sequence, reservation: asking.reservation, hold: place)
    }
  }

  private func question(_ asking: Asking, _ words: Question.Words, gate: GateState) -> Question {
    let definition: ContentDigest? =
      if case .tool(let name) = asking.target { definition(of: name, gate) } else { nil }
    return Question(
      session: session, client: client, grant: grant, server: server, method: asking.method, target: asking.target,
      category: asking.badge?.category, severity: asking.badge?.severity, argumentsDigest: asking.argumentsDigest,
      identity: CallIdentity(
        grant: grant, server: server, method: asking.method, subject: asking.target.subject,
        params: JSONNode.read(part: words.message.params, of: words.line.span), definition: definition,
        revision: gate.engine.revision),
      words: words)
  }

  // MARK: Waiting

  /// Lets a client's request wait for a person.
  mutating func hold(
    _ request: RequestsInFlight.Request, _ place: Holding.Place, _ message: WireMessage, _ line: Span<UInt8>,
    at now: Moment, into output: inout SessionOutput
  ) {
    var held = Holding.Held(way: .client(request), place: place)
    held.token = message.progressToken.flatMap { WireID.isValid($0, line) ? line.exactText($0) : nil }
    if held.token != nil { held.nextReport = now }
    held.round = holding.round
    holding.insert(held)
    reportProgress(at: now, into: &output)
  }

  /// Lets a server's request wait for a person.
  mutating func hold(
    _ request: ServerRequests.Request, _ key: ExactText, _ id: Range<Int>, _ place: Holding.Place,
    _ message: WireMessage, _ line: Span<UInt8>
  ) {
    var held = Holding.Held(way: .server(request, key: key, id: line.exactText(id)), place: place)
    let meta = JSONNode.read(part: message.params, of: line)?["_meta"]
    held.relatedTask = meta?["io.modelcontextprotocol/related-task"]?["taskId"]?.text
    holding.insert(held)
  }

  // MARK: Another policy

  /// Judges what waits for a person by the policy that is in force now.
  mutating func judgeAgain(at now: Moment, gate: inout GateState, into output: inout SessionOutput) {
    for row in gate.approvals.pending where row.question.session == session {
      judgeAgain(row, at: now, gate: &gate, into: &output)
    }
  }

  private mutating func judgeAgain(
    _ row: PendingApproval, at now: Moment, gate: inout GateState, into output: inout SessionOutput
  ) {
    let held = row.hold.flatMap { holding[$0.request] }
    let question = row.question
    let line = question.words.line
    let message = question.words.message
    let isOfServer = if case .serverRequest = question.target { true } else { false }
    let part = isOfServer ? message.params : message.arguments
    let call = Call(server: server, target: question.target, grant: grant, session: session, client: client)
    func arguments() -> JSONNode? { JSONNode.read(part: part, of: line.span) ?? (isOfServer ? nil : .noArguments) }
    // It is counted once: what it has held is given back before it is counted again.
    var judgement: Judgement
    if question.method == Self.update, case .tool(let tool) = question.target {
      let terms = gate.engine.approvalTerms(server: server, tool: tool, at: now)
      judgement = Judgement(standing(of: tool, at: now, gate: gate), approval: terms)
    } else if let held, !held.isContinued {
      giveBack(held.reservation, at: now, gate: &gate)
      let schema = schema(of: question.target, gate)
      judgement = gate.engine.judge(
        call, pin: pin(of: question.target, gate), counters: &gate.counters, at: now, arguments: arguments,
        inputSchema: { schema })
    } else {
      var uncounted = Counters()
      let schema = schema(of: question.target, gate)
      judgement = gate.engine.judge(
        call, pin: pin(of: question.target, gate), counters: &uncounted, at: now, arguments: arguments,
        inputSchema: { schema })
      judgement.reservation = held?.reservation
    }
    let decision = judgement.decision
    if decision.verdict == .ask, decision.isEnforced, let terms = judgement.approval {
      if let request = row.hold?.request { holding.hold(judgement.reservation, for: request) }
      guard decision != row.decision || question.identity.revision != gate.engine.revision else { return }
      gate.tell(
        gate.approvals.rejudge(row.number, revision: gate.engine.revision, decision, terms, at: now), at: now)
      return
    }
    guard let number = row.hold?.request, let held else {
      // Nobody waits: an agent that asks again is judged then.
      gate.tell(
        decision.letsThrough
          ? gate.approvals.withdraw(row.number, "the policy does not ask any more", at: now)
          : gate.approvals.deny(row.number, "the policy denies it now", at: now), at: now)
      return
    }
    let sequence = record(
      decision, method: question.method, subject: question.target.subject, argumentsDigest: question.argumentsDigest,
      at: now, gate: &gate, into: &output)
    if decision.letsThrough {
      gate.tell(gate.approvals.withdraw(row.number, "the policy does not ask any more", at: now), at: now)
      let reservation =
        decision.verdict == .ask || held.isContinued ? judgement.reservation?.whenForwarded : judgement.reservation
      holding.hold(reservation, for: number)
      forward(number, sequence: sequence, approval: 0, at: now, gate: &gate, into: &output)
    } else {
      gate.tell(gate.approvals.deny(row.number, "the policy denies it now", at: now), at: now)
      if !held.isContinued { holding.hold(nil, for: number) }
      refuse(number, ApprovalRefusal(decision), at: now, gate: &gate, into: &output)
    }
  }

  private func schema(of target: Call.Target, _ gate: GateState) -> ToolSchema {
    ToolSchema(declaration(of: target, gate.schemas), gate.schemaCache)
  }
}

extension Holding.Held {
  /// Whether it is another step of a call that had its place.
  var isContinued: Bool { if case .client(let request) = way { request.round > 0 } else { false } }
}
