internal import ControlWire
internal import JSONSchema
internal import JSONText
internal import MCPWire
internal import Policy
internal import Risk

extension SessionCore {
  /// A decision with its place in the stream.
  struct Judged {
    var decision: Decision
    var sequence: UInt64
    /// What the request holds of limits that may get it back.
    var reservation: Reservation?
    /// The approval on which it passes; 0 for none.
    var approval: UInt64 = 0
    /// What is said of a request that the policy asks about and that does not wait.
    var refusal: ApprovalRefusal?
    /// Set where it is to wait for a person.
    var hold: Holding.Place?

    /// Whether it goes on to whom it is for.
    var letsThrough: Bool { decision.letsThrough || approval != 0 }
  }

  /// Asks the policy about a request and tells the stream.
  ///
  /// With `isContinued` the request is another step of a call that was counted already. What the policy lets through
  /// gets `refusal` instead where there is one, and is not counted. `arguments` is called only where a rule looks at them,
  /// for it reads them anew. Where the policy wants a person to be asked, `words` are what waits; without them nobody can be
  /// asked. `approval` is what the step before has passed on.
  mutating func judge(
    _ target: Call.Target, method: ExactText, argumentsDigest: ContentDigest?, isContinued: Bool = false,
    after approval: UInt64 = 0, unless refusal: Decision? = nil, at now: Moment, gate: inout GateState,
    into output: inout SessionOutput, arguments: () -> JSONNode? = { nil }, words: () -> Question.Words? = { nil }
  ) -> Judged {
    let refusal = gate.lockdown == nil ? refusal : Approvals.lockdown
    // Taken out of the session for as long as others look at that.
    var called = CalledTools()
    swap(&called, &self.called)
    defer { swap(&called, &self.called) }
    func call() -> Call { Call(server: server, target: target, grant: grant, session: session, client: client) }
    let schemas = gate.schemas
    let cache = gate.schemaCache
    var made: (schema: ToolSchema, text: [UInt8], digest: ContentDigest)?
    func inputSchema() -> ToolSchema {
      let told = declaration(of: target, schemas)
      let schema = ToolSchema(told, cache)
      if case .schema(let text, let digest) = told, cache[digest] == nil { made = (schema, text, digest) }
      return schema
    }
    var judgement: Judgement
    var badge: (category: Category, severity: Severity)?
    if isContinued || refusal != nil {
      // No count of its own and none of the others': the step belongs to a call that had its place, or is not sent.
      var uncounted = Counters()
      judgement = gate.engine.judge(
        call(), pin: pin(of: target, gate), counters: &uncounted, at: now, arguments: arguments,
        inputSchema: inputSchema)
      judgement.reservation = nil
      badge = gate.badge(of: target.subject, on: server)
    } else if case .tool(let name) = target {
      let place = called.place(of: name, call)
      let pin = called[place].pin(in: gate.pins, told)
      judgement = gate.engine.judge(
        &called[place].recurring, pin: pin, counters: &gate.counters, at: now, arguments: arguments,
        inputSchema: inputSchema)
      badge = called[place].badge(in: gate)
    } else {
      judgement = gate.engine.judge(
        call(), counters: &gate.counters, at: now, arguments: arguments, inputSchema: inputSchema)
      badge = gate.badge(of: target.subject, on: server)
    }
    if let made { gate.schemaCache.keep(made.schema, of: made.text, made.digest) }
    var decision = judgement.decision
    if let refusal, decision.letsThrough || decision.verdict == .ask { decision = refusal }
    guard decision.verdict == .ask else {
      let sequence = record(
        decision, method: method, subject: target.subject, badge: badge, argumentsDigest: argumentsDigest, at: now,
        gate: &gate)
      return Judged(decision: decision, sequence: sequence, reservation: judgement.reservation)
    }
    let asking = Asking(
      target: target, method: method, argumentsDigest: argumentsDigest, badge: badge, terms: judgement.approval,
      reservation: judgement.reservation, approval: approval)
    return ask(asking, decision, words: words, at: now, gate: &gate)
  }

  /// What the server declared of a tool, as this session was told or else any other; nil if it did not.
  func declaration(
    of target: Call.Target, _ known: [ExactText: ToolSchemas]
  ) -> ToolSchemas.Declaration? {
    guard case .tool(let name) = target else { return nil }
    return tools.schema(of: name) ?? known[server]?[name]
  }

  /// Tells the stream that a message was refused before any rule was looked at.
  func recordMalformed(
    _ refusal: WireRefusal, method: ExactText?, at now: Moment, gate: inout GateState,
    into output: inout SessionOutput
  ) {
    let decision = Decision(.deny, rule: Decision.malformed, reason: refusal.message)
    _ = record(
      decision, method: method ?? "(unreadable)", subject: nil, badge: nil, argumentsDigest: nil, at: now, gate: &gate)
  }

  func record(
    _ decision: Decision, method: ExactText, subject: ExactText?, argumentsDigest: ContentDigest?, at now: Moment,
    gate: inout GateState, into output: inout SessionOutput
  ) -> UInt64 {
    record(
      decision, method: method, subject: subject, badge: gate.badge(of: subject, on: server),
      argumentsDigest: argumentsDigest, at: now, gate: &gate)
  }

  func record(
    _ decision: Decision, method: ExactText, subject: ExactText?, badge: (category: Category, severity: Severity)?,
    argumentsDigest: ContentDigest?, at now: Moment, gate: inout GateState
  ) -> UInt64 {
    gate.tell(
      decision, at: now, source: source, method: method.string, tool: subject.map(Self.shortened)?.string,
      category: badge?.category, severity: badge?.severity, argumentsDigest: argumentsDigest)
  }

  /// A URI may be long, and the stream keeps thousands of events.
  static func shortened(_ subject: ExactText) -> ExactText {
    guard subject.utf8.count > 1024 else { return subject }
    return ExactText(String(subject.string.unicodeScalars.prefix(1000)) + "...")
  }
}

extension JSONNode {
  /// Reads a part of a message that was read already; nil where there is none.
  static func read(part: Range<Int>?, of line: Span<UInt8>) -> JSONNode? {
    guard let part else { return nil }
    var cursor = JSONCursor(at: part.lowerBound)
    // Not deeper than in the message, which kept all bounds.
    return try? read(line, &cursor, depth: 0)
  }

  static let noArguments = JSONNode(.object([]))
}
