package import JSONText
package import Policy
package import Risk

/// One line that the gate sends: a numbered event of the stream, or an answer to a request.
package struct GateMessage: Hashable, Sendable {
  /// Position in the gate's stream, from 1; 0 for answers, which are not part of it.
  package var sequence: UInt64
  package var time: Moment
  package var event: GateEvent

  package init(sequence: UInt64, time: Moment, event: GateEvent) {
    self.sequence = sequence
    self.time = time
    self.event = event
  }
}

/// What a message tells.
///
/// Payloads are boxed: a message is copied from hand to hand many times for each time that it is read.
package indirect enum GateEvent: Hashable, Sendable {
  // The stream
  case decision(DecisionEvent)
  case result(ResultEvent)
  case session(SessionEvent)
  case server(ServerEvent)
  case policy(PolicyEvent)
  /// A server's tools are now others than the catalogue had.
  case toolsChanged(server: ExactText)
  /// The record cannot be written, or can be again.
  case record(RecordEvent)
  /// What was decided in the last 100 ms, in numbers.
  case tick(Tick)
  /// Events that this subscriber did not get because it read too slowly, or came too late.
  case gap(missed: UInt64)
  /// Something becomes of a question to a person.
  case approval(ApprovalEvent)
  /// Everything is denied from now on, or no longer.
  case lockdown(LockdownEvent)
  /// Something becomes of pins.
  case pin(PinEvent)

  // Answers
  case hello(Hello)
  case snapshot(Snapshot, id: Int?)
  case status(GateStatus, id: Int?)
  case serverMessages(ServerMessages, id: Int?)
  case done(id: Int?)
  case refused(message: String, id: Int?)
  /// The end of an attached session: what `connect` exits with.
  case exit(ExitStatus)
  case tool(ToolAnswer, id: Int?)
  /// All that waits for a person, the next deadline first, and all standing approvals.
  case approvals(pending: [ApprovalEvent], standing: [StandingApproval], id: Int?)
  case approvalDetails(ApprovalDetails, id: Int?)
  case counters(CountersAnswer, id: Int?)
  case explained(CallExplanation, id: Int?)
  case simulated(Simulation, id: Int?)
  case glimpses([CallGlimpse], id: Int?)
  case pins(PinsAnswer, id: Int?)
  case pinDetails(PinDetails, id: Int?)
}

extension GateEvent {
  /// A tick of nothing but decisions by verdict, in the order of `Verdict.allCases`.
  package static func tick(counts: [Int]) -> GateEvent { .tick(Tick(counts: counts)) }
}

package struct Hello: Hashable, Sendable {
  package var version: Int
  package var build: String
  package var pid: Int32
  /// The policy's revision; nil if none is in force.
  package var revision: String?
  package var policyPath: String

  package init(version: Int, build: String, pid: Int32, revision: String?, policyPath: String) {
    self.version = version
    self.build = build
    self.pid = pid
    self.revision = revision
    self.policyPath = policyPath
  }
}

/// What was decided about one request.
package struct DecisionEvent: Hashable, Sendable {
  package var session: ExactText
  package var client: ExactText
  package var grant: ExactText
  package var server: ExactText
  package var method: ExactText
  /// The tool's name, prompt's name or resource's URI; nil where the method has no such thing.
  package var tool: ExactText?
  package var category: Category?
  package var severity: Severity?
  package var decision: Decision
  package var revision: String?
  /// How long judging took, in microseconds.
  package var took: Int64
  package var argumentsDigest: String?

  package init(
    session: ExactText, client: ExactText, grant: ExactText, server: ExactText, method: ExactText, tool: ExactText?,
    category: Category?, severity: Severity?, decision: Decision, revision: String?, took: Int64,
    argumentsDigest: String?
  ) {
    self.session = session
    self.client = client
    self.grant = grant
    self.server = server
    self.method = method
    self.tool = tool
    self.category = category
    self.severity = severity
    self.decision = decision
    self.revision = revision
    self.took = took
    self.argumentsDigest = argumentsDigest
  }
}

/// How a request that was let through ended.
package struct ResultEvent: Hashable, Sendable {
  package enum Outcome: String, CaseIterable, Hashable, Sendable {
    case ok, error
    case toolError = "tool_error"
    case cancelled, lost
  }

  package var decisionSequence: UInt64
  package var outcome: Outcome
  /// From forwarding to the answer, in microseconds.
  package var took: Int64
  /// Size of the answer.
  package var bytes: Int

  package init(decisionSequence: UInt64, outcome: Outcome, took: Int64, bytes: Int) {
    self.decisionSequence = decisionSequence
    self.outcome = outcome
    self.took = took
    self.bytes = bytes
  }
}

package struct SessionEvent: Hashable, Sendable {
  package enum State: String, CaseIterable, Hashable, Sendable { case opened, identified, closed }

  package var state: State
  package var session: ExactText
  package var server: ExactText
  package var client: ExactText
  /// The process that asked for the session.
  package var pid: Int32
  /// Why it closed, in words.
  package var detail: String?

  package init(
    state: State, session: ExactText, server: ExactText, client: ExactText, pid: Int32, detail: String? = nil
  ) {
    self.state = state
    self.session = session
    self.server = server
    self.client = client
    self.pid = pid
    self.detail = detail
  }
}

package struct ServerEvent: Hashable, Sendable {
  package enum State: String, CaseIterable, Hashable, Sendable { case started, exited, failed, added, removed, scanned }

  package var server: ExactText
  package var state: State
  package var pid: Int32?
  package var detail: String?

  package init(server: ExactText, state: State, pid: Int32? = nil, detail: String? = nil) {
    self.server = server
    self.state = state
    self.pid = pid
    self.detail = detail
  }
}

/// How it goes with the record; it is told here and not in the record, which tells of its gaps itself.
package struct RecordEvent: Hashable, Sendable {
  package enum State: String, CaseIterable, Hashable, Sendable { case failing, resumed }

  package var state: State
  /// Why it cannot be written.
  package var detail: String?
  /// Whether calls are denied as long as it cannot.
  package var isDenying: Bool
  /// How many events are not in it, since it began to fail.
  package var lost: UInt64

  package init(state: State, detail: String? = nil, isDenying: Bool, lost: UInt64) {
    self.state = state
    self.detail = detail
    self.isDenying = isDenying
    self.lost = lost
  }
}

package struct PolicyEvent: Hashable, Sendable {
  /// `absent` and `rejected` without a revision mean: everything is denied.
  package enum State: String, CaseIterable, Hashable, Sendable { case loaded, rejected, absent }

  package var state: State
  /// The revision in force now, which after a rejection is the last good one.
  package var revision: String?
  /// The errors, which all stand before the warnings.
  package var problems: [PolicyProblem]
  /// How many more there are than are told.
  package var untold: Int

  /// So many errors are told, and so many warnings.
  package static let most = 100

  package init(state: State, revision: String?, problems: [PolicyProblem], untold: Int = 0) {
    self.state = state
    self.revision = revision
    self.problems =
      Array(problems.filter { $0.weight == .error }.prefix(Self.most))
      + problems.filter { $0.weight == .warning }.prefix(Self.most)
    self.untold = untold + problems.count - self.problems.count
  }

  package var warnings: [PolicyProblem] { problems.filter { $0.weight == .warning } }
}

package enum ExitStatus: Hashable, Sendable {
  case code(Int32)
  case signal(Int32)
}
