internal import ControlWire
internal import JSONText
internal import MCPWire
internal import Policy
internal import Risk

extension SessionCore {
  /// A decision with its place in the stream.
  struct Judged {
    var decision: Decision
    var sequence: UInt64
  }

  /// Asks the policy about a request and tells the stream.
  ///
  /// With `isContinued` the request is another step of a call that was counted already.
  func judge(
    _ target: Call.Target, method: ExactText, argumentsDigest: String?, isContinued: Bool = false, at now: Moment,
    gate: inout GateState, into output: inout SessionOutput
  ) -> Judged {
    let call = Call(server: server, target: target, grant: grant, session: session)
    let decision: Decision
    if isContinued {
      // No count of its own and none of the others': the step belongs to a call that had its place.
      var uncounted = Counters()
      decision = gate.engine.judge(call, counters: &uncounted, at: now).decision
    } else {
      decision = gate.engine.judge(call, counters: &gate.counters, at: now).decision
    }
    let subject = Self.subject(of: target)
    let sequence = record(
      decision, method: method, subject: subject, argumentsDigest: argumentsDigest, at: now, gate: &gate,
      into: &output)
    return Judged(decision: decision, sequence: sequence)
  }

  /// Tells the stream that a message was refused before any rule was looked at.
  func recordMalformed(
    _ refusal: WireRefusal, method: ExactText?, at now: Moment, gate: inout GateState,
    into output: inout SessionOutput
  ) {
    let decision = Decision(.deny, rule: "(malformed)", reason: refusal.message)
    _ = record(
      decision, method: method ?? "(unreadable)", subject: nil, argumentsDigest: nil, at: now, gate: &gate,
      into: &output)
  }

  private func record(
    _ decision: Decision, method: ExactText, subject: ExactText?, argumentsDigest: String?, at now: Moment,
    gate: inout GateState, into output: inout SessionOutput
  ) -> UInt64 {
    let badge = subject.flatMap { gate.catalogue[server]?[$0] }
    let event = DecisionEvent(
      session: session, client: client, grant: grant, server: server, method: method,
      tool: subject.map(Self.shortened), category: badge?.category, severity: badge?.severity, decision: decision,
      revision: gate.engine.revision, took: 0, argumentsDigest: argumentsDigest)
    let message = gate.message(.decision(event), at: now)
    output.events.append(message)
    return message.sequence
  }

  static func subject(of target: Call.Target) -> ExactText? {
    switch target {
    case .tool(let name), .prompt(let name), .resource(let name): name
    case .serverRequest, .other: nil
    }
  }

  /// A URI may be long, and the stream keeps thousands of events.
  private static func shortened(_ subject: ExactText) -> ExactText {
    guard subject.utf8.count > 1024 else { return subject }
    return ExactText(String(subject.string.unicodeScalars.prefix(1000)) + "...")
  }
}
