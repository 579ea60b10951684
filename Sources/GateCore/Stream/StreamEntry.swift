package import ControlWire
package import Policy

/// What is known of a line of the stream without reading it.
package struct StreamEntry: Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    case decision(Verdict)
    case result
    /// What becomes of questions to people, lockdowns and pins: recorded before anything follows from it.
    case approval
    /// What is told of the record itself, and is no part of it.
    case aside
    /// Sessions, servers, the policy: what is told last of all to whoever reads too slowly.
    case other
  }

  /// Position in the stream; 0 for what is no part of it.
  package var sequence: UInt64
  package var time: Moment
  /// For a result the number of its decision, otherwise 0.
  package var decision: UInt64 = 0
  package var kind: Kind
  /// A result that is none: an error, a request that was cancelled or lost.
  package var isFailure = false

  /// Where the line stands, with its end, in whatever holds it.
  var start = 0
  var length = 0
  /// Where in the same memory a decision says how long judging took; 0 once that is known.
  var took = 0

  static let blank = StreamEntry(sequence: 0, time: Moment(microseconds: 0), kind: .aside)

  package init(sequence: UInt64, time: Moment, decision: UInt64 = 0, kind: Kind) {
    self.sequence = sequence
    self.time = time
    self.decision = decision
    self.kind = kind
  }

  package init(_ message: GateMessage) {
    self.init(sequence: message.sequence, time: message.time, kind: .other)
    switch message.event {
    case .decision(let event): kind = .decision(event.decision.verdict)
    case .result(let event):
      kind = .result
      decision = event.decisionSequence
      isFailure = event.outcome != .ok
    case .record: kind = .aside
    case .approval, .lockdown, .pin: kind = .approval
    case .session, .server, .policy, .toolsChanged, .gap, .tick, .hello, .snapshot, .status, .serverMessages, .done,
      .refused, .exit, .tool, .approvals, .approvalDetails, .counters, .explained, .simulated,
      .glimpses, .pins, .pinDetails:
      break
    }
  }

  var end: Int { start + length }

  var isAside: Bool { if case .aside = kind { true } else { false } }
}
