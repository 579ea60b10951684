internal import ControlWire
internal import JSONText
internal import Policy

extension DecisionRing {
  /// So far back it is looked whether a question was told of already.
  private static let mostLookedBack: UInt64 = 2_000

  /// Keeps a line for what became of a question to a person; one that is only told of again gets none.
  mutating func append(_ event: ApprovalEvent, at time: Moment) {
    if event.state == .pending {
      var serial = endSerial
      let first = endSerial - min(endSerial - firstSerial, Self.mostLookedBack)
      while serial > first {
        serial -= 1
        if let other = self[serial], other.kind == .approval, other.sequence == event.decision { return }
      }
    }
    var facts = Facts(kind: .approval)
    facts.verdict = event.state.verdict
    facts.category = event.category
    facts.severity = event.severity
    facts.client = intern(event.client.string)
    facts.session = intern(event.session.string)
    facts.grant = intern(event.grant.string)
    facts.server = intern(event.server.string)
    facts.tool = intern(event.tool?.string ?? "")
    facts.method = intern(event.method.string)
    facts.rule = intern(event.rule)
    facts.reason = intern(event.wordsInStream)
    facts.revision = intern(event.revision ?? "")
    var record = Record(facts: facts, time: time)
    record.sequence = event.decision
    record.extra = UInt64(ApprovalEvent.State.allCases.firstIndex(of: event.state) ?? 0)
    append(record)
  }
}

extension DecisionRing.Record {
  /// What became of the question, for a line about one.
  var approvalState: ApprovalEvent.State? {
    guard facts.kind == .approval, extra < UInt64(ApprovalEvent.State.allCases.count) else { return nil }
    return ApprovalEvent.State.allCases[Int(extra)]
  }
}

extension ApprovalEvent.State {
  /// What it comes to for the call.
  var verdict: Verdict {
    switch self {
    case .pending: .ask
    case .approved, .used: .allow
    case .denied, .expired, .withdrawn, .revoked: .deny
    }
  }

  /// One word for the stream.
  var word: String {
    switch self {
    case .pending: "asked"
    case .approved: "allow"
    case .denied: "deny"
    case .expired: "expired"
    case .withdrawn: "gone"
    case .used: "used"
    case .revoked: "revoked"
    }
  }
}

extension ApprovalEvent {
  /// By whom, for how long, in which words.
  fileprivate var wordsInStream: String {
    var parts: [String] = []
    let done = state == .approved ? "approved " : state == .denied ? "denied " : ""
    if let by { parts.append("\(done)by \(by)") }
    switch (state, scope) {
    case (.approved, .once?): parts.append("once")
    case (.approved, .session?): parts.append("for the session")
    case (.approved, .identical(let seconds)?): parts.append("identical calls for \(seconds) s")
    case (.approved, .rule?): parts.append("with a rule")
    default: break
    }
    if let message { parts.append("\"\(message)\"") }
    if let detail { parts.append(detail) }
    if state == .pending {
      parts.append("\(Format.timer(microseconds: remaining)) left, then deny")
      if let reason { parts.append(reason) }
    }
    return parts.joined(separator: " · ")
  }
}
