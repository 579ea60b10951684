internal import JSONText
internal import Policy
internal import Risk

extension GateMessage {
  /// Reads one line that a gate sent, without its end.
  ///
  /// Nil for an event that this build does not know.
  ///
  /// Throws: `ControlError` for a line that is none of this protocol.
  package static func read(_ line: [UInt8]) throws(ControlError) -> GateMessage? {
    let node: JSONNode
    do {
      node = try JSONNode.read(line)
    } catch {
      throw ControlError("the gate sent a line that is not JSON: \(error) at byte \(error.offset)")
    }
    let fields = try Fields(node, of: "an event")
    guard let event = try GateEvent(fields) else { return nil }
    guard fields["time"] != nil else {
      return GateMessage(sequence: 0, time: Moment(microseconds: 0), event: event)
    }
    let sequence = UInt64(clamping: try fields.integer("seq"))
    return GateMessage(sequence: sequence, time: try fields.moment("time"), event: event)
  }
}

extension GateEvent {
  fileprivate init?(_ fields: Fields) throws(ControlError) {
    switch try fields.string("event") {
    case "decision": self = .decision(try DecisionEvent(fields))
    case "result":
      self = .result(
        ResultEvent(
          decisionSequence: UInt64(clamping: try fields.integer("seq_of_decision")),
          outcome: try fields.word("outcome"), took: Int64(try fields.integer("took_us")),
          bytes: try fields.integer("bytes")))
    case "session": self = .session(try SessionEvent(fields))
    case "server":
      self = .server(
        ServerEvent(
          server: try fields.text("server"), state: try fields.word("state"),
          pid: try fields.integerIfPresent("pid").map { Int32(clamping: $0) },
          detail: try fields.stringIfPresent("detail")))
    case "policy": self = .policy(try PolicyEvent(fields))
    case "tools_changed": self = .toolsChanged(server: try fields.text("server"))
    case "record": self = .record(try RecordEvent(fields))
    case "tick": self = .tick(try Tick(fields))
    case "gap": self = .gap(missed: UInt64(clamping: try fields.integer("missed")))
    case "approval": self = .approval(try ApprovalEvent(fields))
    case "lockdown": self = .lockdown(try LockdownEvent(fields))
    case "hello":
      self = .hello(
        Hello(
          version: try fields.integer("version"), build: try fields.string("build"),
          pid: Int32(clamping: try fields.integer("pid")), revision: try fields.stringIfPresent("revision"),
          policyPath: try fields.string("policy_path")))
    case "snapshot": self = .snapshot(try Snapshot(fields), id: try fields.integerIfPresent("id"))
    case "status": self = .status(try GateStatus(fields), id: try fields.integerIfPresent("id"))
    case "stderr": self = .serverMessages(try ServerMessages(fields), id: try fields.integerIfPresent("id"))
    case "done": self = .done(id: try fields.integerIfPresent("id"))
    case "refused":
      self = .refused(message: try fields.string("message"), id: try fields.integerIfPresent("id"))
    case "exit":
      if let code = try fields.integerIfPresent("code") {
        self = .exit(.code(Int32(clamping: code)))
      } else {
        self = .exit(.signal(Int32(clamping: try fields.integer("signal"))))
      }
    case "tool": self = .tool(try ToolAnswer(fields), id: try fields.integerIfPresent("id"))
    case "approvals":
      self = .approvals(
        pending: try ApprovalEvent.list("pending", fields), standing: try StandingApproval.list("standing", fields),
        id: try fields.integerIfPresent("id"))
    case "approval_details":
      self = .approvalDetails(try ApprovalDetails(fields), id: try fields.integerIfPresent("id"))
    case "counters": self = .counters(try CountersAnswer(fields), id: try fields.integerIfPresent("id"))
    case "explained": self = .explained(try CallExplanation(fields), id: try fields.integerIfPresent("id"))
    case "glimpses": self = .glimpses(try CallGlimpse.list(fields), id: try fields.integerIfPresent("id"))
    case "simulated": self = .simulated(try Simulation(fields), id: try fields.integerIfPresent("id"))
    case "pin": self = .pin(try PinEvent(fields))
    case "pins": self = .pins(try PinsAnswer(fields), id: try fields.integerIfPresent("id"))
    case "pin_details": self = .pinDetails(try PinDetails(fields), id: try fields.integerIfPresent("id"))
    default: return nil
    }
  }

  static func counts(_ fields: Fields) throws(ControlError) -> [Int] {
    let counts = try fields.object("counts")
    var values: [Int] = []
    for verdict in Verdict.allCases { values.append(try counts.integer(ExactText(verdict.rawValue))) }
    return values
  }
}

extension DecisionEvent {
  fileprivate init(_ fields: Fields) throws(ControlError) {
    let decision = Decision(
      try fields.word("verdict"), rule: try fields.string("rule"), reason: try fields.stringIfPresent("reason"),
      retryAfter: try fields.integerIfPresent("retry_after_ms").map { Int64($0).multipliedClamping(by: 1000) },
      isEnforced: try fields.bool("enforced"))
    self.init(
      session: try fields.text("session"), client: try fields.text("client"), grant: try fields.text("grant"),
      server: try fields.text("server"), method: try fields.text("method"), tool: try fields.textIfPresent("tool"),
      category: fields["category"] == nil ? nil : try fields.word("category"),
      severity: fields["risk"] == nil ? nil : try fields.word("risk"), decision: decision,
      revision: try fields.stringIfPresent("policy"), took: Int64(try fields.integer("took_us")),
      argumentsDigest: try fields.stringIfPresent("args_digest"))
  }
}

extension Int64 {
  fileprivate func multipliedClamping(by factor: Int64) -> Int64 {
    let (product, overflow) = multipliedReportingOverflow(by: factor)
    return overflow ? .max : product
  }
}

extension SessionEvent {
  fileprivate init(_ fields: Fields) throws(ControlError) {
    self.init(
      state: try fields.word("state"), session: try fields.text("session"), server: try fields.text("server"),
      client: try fields.text("client"), pid: Int32(clamping: try fields.integer("pid")),
      detail: try fields.stringIfPresent("detail"))
  }
}

extension RecordEvent {
  fileprivate init(_ fields: Fields) throws(ControlError) {
    self.init(
      state: try fields.word("state"), detail: try fields.stringIfPresent("detail"),
      isDenying: try fields.bool("denying"), lost: UInt64(clamping: try fields.integer("lost")))
  }
}

extension PolicyEvent {
  fileprivate init(_ fields: Fields) throws(ControlError) {
    var problems: [PolicyProblem] = []
    let warnings = fields["warnings"] == nil ? [] : try fields.array("warnings")
    for node in try fields.array("errors") + warnings {
      let problem = try Fields(node, of: "an error of a policy event")
      problems.append(
        PolicyProblem(
          weight: try problem.word("weight"),
          place: TextPlace(line: try problem.integer("line"), column: try problem.integer("column")),
          pointer: try problem.string("pointer"), message: try problem.string("message"),
          help: try problem.stringIfPresent("help")))
    }
    self.init(
      state: try fields.word("state"), revision: try fields.stringIfPresent("revision"), problems: problems,
      untold: max(0, try fields.integerIfPresent("untold") ?? 0))
  }
}

extension GateStatus {
  fileprivate init(_ fields: Fields) throws(ControlError) {
    self.init(
      pid: Int32(clamping: try fields.integer("pid")), build: try fields.string("build"),
      started: try fields.moment("started"), policy: try PolicyEvent(try fields.object("policy")),
      policyPath: try fields.string("policy_path"), sessions: try fields.integer("sessions"),
      subscribers: try fields.integer("subscribers"), counts: try GateEvent.counts(fields),
      record: fields["record"] == nil ? nil : try RecordStatus(try fields.object("record")),
      settings: fields["config"] == nil ? nil : try SettingsStatus(try fields.object("config")),
      counters: fields["counters"] == nil ? nil : try CounterStatus(try fields.object("counters")),
      approvals: fields["approvals"] == nil ? nil : try ApprovalStatus(try fields.object("approvals")))
  }
}

extension Snapshot {
  init(_ fields: Fields) throws(ControlError) {
    var servers: [Server] = []
    for node in try fields.array("servers") { servers.append(try Server(try Fields(node, of: "a server"))) }
    var sessions: [SessionEvent] = []
    for node in try fields.array("sessions") {
      sessions.append(try SessionEvent(try Fields(node, of: "a session")))
    }
    self.init(
      servers: servers, sessions: sessions, policy: try PolicyEvent(try fields.object("policy")),
      policyPath: try fields.string("policy_path"),
      record: fields["record"] == nil ? nil : try RecordEvent(try fields.object("record")),
      sequence: UInt64(clamping: try fields.integer("seq")), approvals: try ApprovalEvent.list("approvals", fields),
      standing: try StandingApproval.list("standing", fields), recent: try ApprovalEvent.list("recent", fields),
      lockdown: fields["lockdown"] == nil ? nil : try LockdownEvent(try fields.object("lockdown")))
  }
}

extension Snapshot.Server {
  init(_ fields: Fields) throws(ControlError) {
    var tools: [Snapshot.Tool] = []
    for node in try fields.array("tools") { tools.append(try Snapshot.Tool(try Fields(node, of: "a tool"))) }
    self.init(
      name: try fields.text("name"), isRegistered: try fields.bool("registered"),
      transport: try fields.string("transport"), program: try fields.string("program"),
      state: try fields.word("state"), sessions: try fields.integer("sessions"),
      lastError: try fields.stringIfPresent("last_error"), lastLine: try fields.stringIfPresent("last_line"),
      scanned: fields["scanned"] == nil ? nil : try fields.moment("scanned"), tools: tools)
  }
}

extension Snapshot.Tool {
  fileprivate init(_ fields: Fields) throws(ControlError) {
    var evidence: [Assessment.Evidence] = []
    for node in try fields.array("evidence") {
      let found = try Fields(node, of: "a piece of evidence")
      evidence.append(
        Assessment.Evidence(
          field: try found.string("field"), found: try found.string("found"), category: try found.word("category"),
          weight: found["weight"] == nil ? 0 : try found.integer("weight")))
    }
    var parameters: [String] = []
    for node in try fields.array("parameters") { parameters.append(node.string ?? "") }
    self.init(
      name: try fields.text("name"), title: try fields.stringIfPresent("title"),
      description: try fields.string("description"),
      assessment: Assessment(
        category: try fields.word("category"), severity: try fields.word("severity"),
        confidence: try fields.integer("confidence"), evidence: evidence),
      parameters: parameters, requiredParameters: try fields.integer("required_parameters"))
  }
}
