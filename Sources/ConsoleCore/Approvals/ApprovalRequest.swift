package import ControlWire
internal import JSONText
package import Policy

/// One call that waits for a person, or did while the person was looking.
package struct ApprovalRequest: Hashable, Sendable {
  package enum Standing: Hashable, Sendable {
    case waiting
    /// A decision was sent, which the gate has not answered yet.
    case deciding(ApprovalAnswer, since: Moment)
    /// It is over: nothing can be decided any more.
    case over(String)
    /// The gate was lost; whether it still waits is not known.
    case unknown
  }

  package var event: ApprovalEvent
  package var standing = Standing.waiting
  /// When it is denied by itself.
  package var deadline: Moment
  /// Until when the agent's request waits; nil where it has been answered.
  package var holdEnds: Moment?
  /// From its asking, or from being given more time, to its deadline; in microseconds.
  package var span: Int64
  /// What the gate said to the last decision that it did not take.
  package var refusal: String?
  /// Why its arguments cannot be shown.
  var detailsProblem: String?

  init(_ event: ApprovalEvent, at now: Moment, sent time: Moment) {
    self.event = event
    deadline = now.advanced(byMicroseconds: max(0, event.remaining))
    holdEnds = event.holdRemaining.map { now.advanced(byMicroseconds: max(0, $0)) }
    span = max(1, max(0, event.remaining).added(min(time.microseconds(since: event.asked), 86_400_000_000)))
  }

  /// What the gate says of the time that is left may come late by so much, in microseconds.
  private static let lateness: Int64 = 500_000

  /// Takes what the gate says of it now.
  mutating func take(_ event: ApprovalEvent, at now: Moment) {
    let before = deadline
    let told = now.advanced(byMicroseconds: max(0, event.remaining))
    if self.event.digest != event.digest || standing == .unknown { detailsProblem = nil }
    self.event = event
    // A message that took its time tells of more than there is, and would put the call behind others.
    if told < before || told.microseconds(since: before) > Self.lateness { deadline = told }
    holdEnds = event.holdRemaining.map { now.advanced(byMicroseconds: max(0, $0)) }
    // Given more time, it is as new.
    if deadline.microseconds(since: before) > 2_000_000 { span = max(1, max(0, event.remaining)) }
    switch standing {
    case .deciding: break
    case .waiting, .over, .unknown: standing = .waiting
    }
  }

  /// It still waits, as far as is known.
  package var isOpen: Bool {
    switch standing {
    case .waiting, .deciding, .unknown: true
    case .over: false
    }
  }

  package var isWaiting: Bool { standing == .waiting }

  /// What it is about: the tool, or the method where there is none.
  package var target: String { event.tool?.string ?? event.method.string }

  /// How much of its time is left: 0 to 100 percent.
  func percentLeft(at now: Moment) -> Int {
    let left = deadline.microseconds(since: now)
    return left >= span ? 100 : Int(left / max(1, span / 100 + 1))
  }
}

/// What two requests share of which nobody can say which is which.
struct Likeness: Hashable {
  var session: ExactText
  var server: ExactText
  var method: ExactText
  var tool: ExactText?
  var arguments: String

  /// Nil where it is not known what the arguments are.
  init?(_ event: ApprovalEvent) {
    guard let digest = event.argumentsDigest else { return nil }
    session = event.session
    server = event.server
    method = event.method
    tool = event.tool
    arguments = digest
  }
}

/// What a person says to a call that waits.
package enum ApprovalAnswer: Hashable, Sendable {
  case approve(ApprovalScope)
  case deny(message: String?)

  package var isApproval: Bool { if case .approve = self { true } else { false } }
}

/// A request to the gate of which the answer is to come.
struct SentRequest: Hashable, Sendable {
  enum Kind: Hashable, Sendable {
    case details(String)
    case decision(String, ApprovalAnswer)
    case extend(String)
    case revoke(String)
    case list
    case lockdown(Bool)
  }

  var kind: Kind
  var time: Moment
}

/// A question that is settled.
package struct SettledApproval: Hashable, Sendable {
  package var event: ApprovalEvent
  /// When this console heard of it.
  package var time: Moment
  /// How many calls have passed on it since.
  package var uses = 0
}

/// A standing approval, and until when it stands by this program's clock.
package struct StandingRow: Hashable, Sendable {
  package var approval: StandingApproval
  package var ends: Moment?
}

extension Int64 {
  /// The sum, held at the ends of the range.
  func added(_ other: Int64) -> Int64 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? (other < 0 ? .min : .max) : sum
  }
}
