package import JSONText
internal import Policy
internal import Risk

// Times that are left are whole milliseconds, rounded up: what says 0 is over.

extension ApprovalEvent {
  /// Writes the event as one object.
  package func write(_ writer: inout JSONWriter) {
    writer.beginObject()
    writeMembers(&writer)
    writer.endObject()
  }

  /// Writes the members alone, for a caller that adds its own.
  package func writeMembers(_ writer: inout JSONWriter) {
    writer.member("id", id)
    writer.member("state", state.rawValue)
    writer.member("session", session.string)
    writer.member("client", client.string)
    writer.member("grant", grant.string)
    writer.member("server", server.string)
    writer.member("method", method.string)
    writer.member("tool", ifPresent: tool?.string)
    writer.member("risk", ifPresent: severity?.rawValue)
    writer.member("category", ifPresent: category?.rawValue)
    writer.member("rule", rule)
    writer.member("reason", ifPresent: reason)
    writer.member("policy", ifPresent: revision)
    writer.member("digest", digest)
    writer.member("args_digest", ifPresent: argumentsDigest)
    writer.member("args_bytes", argumentsBytes)
    writer.member("seq_of_decision", decision)
    writer.member("asked", asked.rfc3339)
    writer.member("remaining_ms", remaining.milliseconds)
    writer.member("hold_remaining_ms", ifPresent: holdRemaining?.milliseconds)
    writer.member("held", isHeld)
    writer.member("by", ifPresent: by)
    writer.member("message", ifPresent: message)
    if let scope {
      writer.key("scope")
      scope.write(&writer)
    }
    writer.member("detail", ifPresent: detail)
  }

  init(_ fields: Fields) throws(ControlError) {
    self.init(
      id: try fields.string("id"), state: try fields.word("state"), session: try fields.text("session"),
      client: try fields.text("client"), grant: try fields.text("grant"), server: try fields.text("server"),
      method: try fields.text("method"), tool: try fields.textIfPresent("tool"),
      category: fields["category"] == nil ? nil : try fields.word("category"),
      severity: fields["risk"] == nil ? nil : try fields.word("risk"), rule: try fields.string("rule"),
      reason: try fields.stringIfPresent("reason"), revision: try fields.stringIfPresent("policy"),
      digest: try fields.string("digest"), argumentsDigest: try fields.stringIfPresent("args_digest"),
      argumentsBytes: max(0, try fields.integer("args_bytes")),
      decision: UInt64(clamping: try fields.integer("seq_of_decision")), asked: try fields.moment("asked"),
      remaining: try fields.milliseconds("remaining_ms"),
      holdRemaining: fields["hold_remaining_ms"] == nil ? nil : try fields.milliseconds("hold_remaining_ms"),
      isHeld: try fields.bool("held"), by: try fields.stringIfPresent("by"),
      message: try fields.stringIfPresent("message"),
      scope: fields["scope"] == nil ? nil : try ApprovalScope(fields), detail: try fields.stringIfPresent("detail"))
  }

  /// The events of an array; none where there is no such member.
  static func list(_ key: ExactText, _ fields: Fields) throws(ControlError) -> [ApprovalEvent] {
    guard fields[key] != nil else { return [] }
    var events: [ApprovalEvent] = []
    for node in try fields.array(key) { events.append(try ApprovalEvent(try Fields(node, of: "an approval"))) }
    return events
  }
}

extension ApprovalScope {
  func write(_ writer: inout JSONWriter) {
    switch self {
    case .once: writer.string("once")
    case .session: writer.string("session")
    case .rule: writer.string("rule")
    case .identical(let seconds):
      writer.beginObject()
      writer.member("identical", seconds)
      writer.endObject()
    }
  }

  /// Reads the member `scope`.
  init(_ fields: Fields) throws(ControlError) {
    let node = try fields.required("scope")
    if let members = node.members {
      guard members.count == 1, let seconds = node["identical"]?.integer, 1...Self.longest ~= seconds else {
        throw fields.wrong("scope", #"{"identical":N} with 1 to \#(Self.longest) seconds"#)
      }
      self = .identical(seconds: seconds)
      return
    }
    switch node.string {
    case "once": self = .once
    case "session": self = .session
    case "rule": self = .rule
    default: throw fields.wrong("scope", #"once, session, rule or {"identical":SECONDS}"#)
    }
  }
}

extension StandingApproval {
  /// Writes the approval as one object.
  package func write(_ writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("id", id)
    writer.key("scope")
    scope.write(&writer)
    writer.member("session", ifPresent: session?.string)
    writer.member("client", client.string)
    writer.member("grant", grant.string)
    writer.member("server", server.string)
    writer.member("method", method.string)
    writer.member("tool", ifPresent: tool?.string)
    writer.member("digest", digest)
    writer.member("by", by)
    writer.member("since", since.rfc3339)
    writer.member("remaining_ms", ifPresent: remaining?.milliseconds)
    writer.member("uses", uses)
    writer.endObject()
  }

  init(_ fields: Fields) throws(ControlError) {
    self.init(
      id: try fields.string("id"), scope: try ApprovalScope(fields), session: try fields.textIfPresent("session"),
      client: try fields.text("client"), grant: try fields.text("grant"), server: try fields.text("server"),
      method: try fields.text("method"), tool: try fields.textIfPresent("tool"), digest: try fields.string("digest"),
      by: try fields.string("by"), since: try fields.moment("since"),
      remaining: fields["remaining_ms"] == nil ? nil : try fields.milliseconds("remaining_ms"),
      uses: max(0, try fields.integer("uses")))
  }

  /// The approvals of an array; none where there is no such member.
  static func list(_ key: ExactText, _ fields: Fields) throws(ControlError) -> [StandingApproval] {
    guard fields[key] != nil else { return [] }
    var approvals: [StandingApproval] = []
    for node in try fields.array(key) {
      approvals.append(try StandingApproval(try Fields(node, of: "a standing approval")))
    }
    return approvals
  }
}

extension LockdownEvent {
  func writeMembers(_ writer: inout JSONWriter) {
    writer.member("on", isOn)
    writer.member("since", ifPresent: since?.rfc3339)
    writer.member("by", ifPresent: by)
  }

  func write(_ writer: inout JSONWriter) {
    writer.beginObject()
    writeMembers(&writer)
    writer.endObject()
  }

  init(_ fields: Fields) throws(ControlError) {
    self.init(
      isOn: try fields.bool("on"), since: fields["since"] == nil ? nil : try fields.moment("since"),
      by: try fields.stringIfPresent("by"))
  }
}

extension ApprovalDetails {
  func write(_ writer: inout JSONWriter) {
    writer.key("approval")
    event.write(&writer)
    // As a string: it may be cut, and what an agent wrote must not be able to make the line one that nobody can read.
    writer.member("arguments", String(decoding: arguments, as: UTF8.self))
    if isCut { writer.member("cut", true) }
    if hasHiddenSecrets { writer.member("hidden_secrets", true) }
    writer.member("definition", ifPresent: definition)
  }

  init(_ fields: Fields) throws(ControlError) {
    self.init(
      event: try ApprovalEvent(try fields.object("approval")), arguments: Array(try fields.string("arguments").utf8),
      isCut: fields["cut"] == nil ? false : try fields.bool("cut"),
      hasHiddenSecrets: fields["hidden_secrets"] == nil ? false : try fields.bool("hidden_secrets"),
      definition: try fields.stringIfPresent("definition"))
  }
}

extension ApprovalStatus {
  func write(_ writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("pending", pending)
    writer.member("standing", standing)
    writer.member("approvers", approvers)
    if let lockdown {
      writer.key("lockdown")
      lockdown.write(&writer)
    }
    if let notify {
      writer.key("notify")
      writer.beginObject()
      writer.member("runs", notify.runs)
      writer.member("skipped", notify.skipped)
      writer.member("failures", notify.failures)
      writer.member("problem", ifPresent: notify.problem)
      writer.endObject()
    }
    writer.endObject()
  }

  init(_ fields: Fields) throws(ControlError) {
    var notify: Notify?
    if fields["notify"] != nil {
      let found = try fields.object("notify")
      notify = Notify(
        runs: UInt64(clamping: try found.integer("runs")), skipped: UInt64(clamping: try found.integer("skipped")),
        failures: UInt64(clamping: try found.integer("failures")), problem: try found.stringIfPresent("problem"))
    }
    self.init(
      pending: max(0, try fields.integer("pending")), standing: max(0, try fields.integer("standing")),
      approvers: max(0, try fields.integer("approvers")),
      lockdown: fields["lockdown"] == nil ? nil : try LockdownEvent(try fields.object("lockdown")), notify: notify)
  }
}

extension Fields {
  /// A time that is left, in microseconds.
  fileprivate func milliseconds(_ key: ExactText) throws(ControlError) -> Int64 {
    let (product, isOver) = Int64(max(0, try integer(key))).multipliedReportingOverflow(by: 1000)
    return isOver ? .max : product
  }
}

extension Int64 {
  /// Of microseconds.
  fileprivate var milliseconds: Int64 { self <= 0 ? 0 : self / 1000 + (self % 1000 > 0 ? 1 : 0) }
}
