package import JSONText
internal import Policy
internal import Risk

extension GateMessage {
  /// The message as one line, its end included.
  package var encoded: [UInt8] {
    if let line = encodedOften { return line }
    var writer = JSONWriter()
    writer.beginObject()
    if sequence > 0 {
      writer.member("seq", sequence)
      writer.key("time")
      writer.quoted { bytes in time.appendRFC3339(to: &bytes) }
    }
    event.write(&writer)
    writer.endObject()
    return writer.bytes + [0x0A]
  }

  /// The same for what every call makes the stream tell, by its only writer; nil for anything else.
  private var encodedOften: [UInt8]? {
    var encoder = EventEncoder()
    var buffer: LineBuffer
    switch event {
    case .decision(let event):
      let source = EventEncoder.source(
        session: event.session, client: event.client, grant: event.grant, server: event.server)
      buffer = LineBuffer(
        capacity: EventEncoder.room(
          source: source, method: event.method.string, tool: event.tool?.string, decision: event.decision,
          revision: event.revision, argumentsDigest: event.argumentsDigest))
      _ = encoder.decision(
        event.decision, sequence: sequence, at: time, source: source, method: event.method.string,
        tool: event.tool?.string, category: event.category, severity: event.severity, revision: event.revision,
        took: event.took, argumentsDigest: event.argumentsDigest, into: &buffer)
    case .result(let event):
      buffer = LineBuffer(capacity: EventEncoder.roomForResult)
      encoder.result(event, sequence: sequence, at: time, into: &buffer)
    default: return nil
    }
    return Array(buffer.memory.prefix(buffer.count))
  }
}

extension GateEvent {
  fileprivate func write(_ writer: inout JSONWriter) {
    switch self {
    case .decision: writer.member("event", "decision")
    case .result: writer.member("event", "result")
    case .session(let event):
      writer.member("event", "session")
      event.write(&writer)
    case .server(let event):
      writer.member("event", "server")
      writer.member("server", event.server.string)
      writer.member("state", event.state.rawValue)
      writer.member("pid", ifPresent: event.pid)
      writer.member("detail", ifPresent: event.detail)
    case .policy(let event):
      writer.member("event", "policy")
      event.write(&writer)
    case .toolsChanged(let server):
      writer.member("event", "tools_changed")
      writer.member("server", server.string)
    case .record(let event):
      writer.member("event", "record")
      event.write(&writer)
    case .tick(let tick):
      writer.member("event", "tick")
      tick.write(&writer)
    case .gap(let missed):
      writer.member("event", "gap")
      writer.member("missed", missed)
    case .approval(let event):
      writer.member("event", "approval")
      event.writeMembers(&writer)
    case .lockdown(let event):
      writer.member("event", "lockdown")
      event.writeMembers(&writer)
    case .hello(let hello):
      writer.member("event", "hello")
      writer.member("version", hello.version)
      writer.member("build", hello.build)
      writer.member("pid", hello.pid)
      writer.member("revision", ifPresent: hello.revision)
      writer.member("policy_path", hello.policyPath)
    case .snapshot(let snapshot, let id):
      writer.member("event", "snapshot")
      writer.member("id", ifPresent: id)
      snapshot.write(&writer)
    case .status(let status, let id):
      writer.member("event", "status")
      writer.member("id", ifPresent: id)
      status.write(&writer)
    case .serverMessages(let messages, let id):
      writer.member("event", "stderr")
      writer.member("id", ifPresent: id)
      messages.write(&writer)
    case .done(let id):
      writer.member("event", "done")
      writer.member("id", ifPresent: id)
    case .refused(let message, let id):
      writer.member("event", "refused")
      writer.member("id", ifPresent: id)
      writer.member("message", message)
    case .exit(let status):
      writer.member("event", "exit")
      switch status {
      case .code(let code): writer.member("code", code)
      case .signal(let signal): writer.member("signal", signal)
      }
    case .tool(let answer, let id):
      writer.member("event", "tool")
      writer.member("id", ifPresent: id)
      answer.write(&writer)
    case .approvals(let pending, let standing, let id):
      writer.member("event", "approvals")
      writer.member("id", ifPresent: id)
      writer.approvals("pending", pending)
      writer.approvals("standing", standing)
    case .approvalDetails(let details, let id):
      writer.member("event", "approval_details")
      writer.member("id", ifPresent: id)
      details.write(&writer)
    case .counters(let answer, let id):
      writer.member("event", "counters")
      writer.member("id", ifPresent: id)
      answer.write(&writer)
    case .explained(let explanation, let id):
      writer.member("event", "explained")
      writer.member("id", ifPresent: id)
      explanation.write(&writer)
    case .simulated(let simulation, let id):
      writer.member("event", "simulated")
      writer.member("id", ifPresent: id)
      simulation.write(&writer)
    case .glimpses(let calls, let id):
      writer.member("event", "glimpses")
      writer.member("id", ifPresent: id)
      writer.key("calls")
      writer.beginArray()
      for call in calls { call.write(&writer) }
      writer.endArray()
    case .pin(let event):
      writer.member("event", "pin")
      event.write(&writer)
    case .pins(let answer, let id):
      writer.member("event", "pins")
      writer.member("id", ifPresent: id)
      answer.write(&writer)
    case .pinDetails(let details, let id):
      writer.member("event", "pin_details")
      writer.member("id", ifPresent: id)
      details.write(&writer)
    }
  }
}

extension Decision {
  /// The wait in milliseconds, rounded up so that a call after it fits.
  package var retryAfterMilliseconds: Int64? {
    retryAfter.map { $0 / 1000 + ($0 % 1000 > 0 ? 1 : 0) }
  }
}

extension SessionEvent {
  fileprivate func write(_ writer: inout JSONWriter) {
    writer.member("session", session.string)
    writer.member("state", state.rawValue)
    writer.member("server", server.string)
    writer.member("client", client.string)
    writer.member("pid", pid)
    writer.member("detail", ifPresent: detail)
  }
}

extension RecordEvent {
  fileprivate func write(_ writer: inout JSONWriter) {
    writer.member("state", state.rawValue)
    writer.member("detail", ifPresent: detail)
    writer.member("denying", isDenying)
    writer.member("lost", lost)
  }
}

extension PolicyEvent {
  fileprivate func write(_ writer: inout JSONWriter) {
    writer.member("state", state.rawValue)
    writer.member("revision", ifPresent: revision)
    writer.member("errors", problems.filter { $0.weight == .error })
    writer.member("warnings", warnings)
    if untold > 0 { writer.member("untold", untold) }
  }
}

extension GateStatus {
  fileprivate func write(_ writer: inout JSONWriter) {
    writer.member("pid", pid)
    writer.member("build", build)
    writer.member("started", started.rfc3339)
    writer.member("policy_path", policyPath)
    writer.key("policy")
    writer.beginObject()
    policy.write(&writer)
    writer.endObject()
    writer.member("sessions", sessions)
    writer.member("subscribers", subscribers)
    writer.counts(counts)
    if let record {
      writer.key("record")
      record.write(&writer)
    }
    if let settings {
      writer.key("config")
      settings.write(&writer)
    }
    if let counters {
      writer.key("counters")
      counters.write(&writer)
    }
    if let approvals {
      writer.key("approvals")
      approvals.write(&writer)
    }
  }
}

extension Snapshot {
  fileprivate func write(_ writer: inout JSONWriter) {
    writer.member("seq", sequence)
    writer.member("policy_path", policyPath)
    writer.key("policy")
    writer.beginObject()
    policy.write(&writer)
    writer.endObject()
    if let record {
      writer.key("record")
      writer.beginObject()
      record.write(&writer)
      writer.endObject()
    }
    writer.key("sessions")
    writer.beginArray()
    for session in sessions {
      writer.beginObject()
      session.write(&writer)
      writer.endObject()
    }
    writer.endArray()
    writer.key("servers")
    writer.beginArray()
    for server in servers { server.write(&writer) }
    writer.endArray()
    writer.approvals("approvals", approvals)
    writer.approvals("standing", standing)
    writer.approvals("recent", recent)
    if let lockdown {
      writer.key("lockdown")
      lockdown.write(&writer)
    }
  }
}

extension Snapshot.Server {
  fileprivate func write(_ writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("name", name.string)
    writer.member("registered", isRegistered)
    writer.member("transport", transport)
    writer.member("program", program)
    writer.member("state", state.rawValue)
    writer.member("sessions", sessions)
    writer.member("last_error", ifPresent: lastError)
    writer.member("last_line", ifPresent: lastLine)
    writer.member("scanned", ifPresent: scanned?.rfc3339)
    writer.key("tools")
    writer.beginArray()
    for tool in tools { tool.write(&writer) }
    writer.endArray()
    writer.endObject()
  }
}

extension Snapshot.Tool {
  /// Writes the tool as one object.
  package func write(_ writer: inout JSONWriter) {
    writer.beginObject()
    writeMembers(&writer)
    writer.endObject()
  }

  /// Writes the members alone, for a caller that adds its own.
  package func writeMembers(_ writer: inout JSONWriter) {
    writer.member("name", name.string)
    writer.member("title", ifPresent: title)
    writer.member("description", description)
    writer.member("category", assessment.category.rawValue)
    writer.member("severity", assessment.severity.rawValue)
    writer.member("confidence", assessment.confidence)
    writer.key("evidence")
    writer.beginArray()
    for evidence in assessment.evidence {
      writer.beginObject()
      writer.member("field", evidence.field)
      writer.member("found", evidence.found)
      writer.member("category", evidence.category.rawValue)
      writer.member("weight", evidence.weight)
      writer.endObject()
    }
    writer.endArray()
    writer.key("parameters")
    writer.beginArray()
    for parameter in parameters { writer.string(parameter) }
    writer.endArray()
    writer.member("required_parameters", requiredParameters)
  }
}

extension JSONWriter {
  fileprivate mutating func approvals(_ key: StaticString, _ events: [ApprovalEvent]) {
    self.key(key)
    beginArray()
    for event in events { event.write(&self) }
    endArray()
  }

  fileprivate mutating func approvals(_ key: StaticString, _ standing: [StandingApproval]) {
    self.key(key)
    beginArray()
    for approval in standing { approval.write(&self) }
    endArray()
  }

  /// Writes counts by verdict under the verdicts' names.
  mutating func counts(_ counts: [Int]) {
    key("counts")
    beginObject()
    for (verdict, count) in zip(Verdict.allCases, counts) {
      key(text: verdict.rawValue)
      integer(count)
    }
    endObject()
  }
}
