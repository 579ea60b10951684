internal import ControlWire
package import JSONText
internal import MCPWire
package import Policy

/// What is to be done with a request after a decision about it, when that is recorded.
package enum ApprovalAction: Hashable, Sendable {
  case release(session: ExactText, request: UInt64)
  case refuse(session: ExactText, request: UInt64, ApprovalRefusal)
}

/// What an agent is told instead of an answer to its call.
package struct ApprovalRefusal: Hashable, Sendable {
  package var decision: Decision
  /// The approval that this is about.
  package var approval: String?

  package init(_ decision: Decision, approval: String? = nil) {
    self.decision = decision
    self.approval = approval
  }
}

/// Why a person's word was not taken, as a clause for that person.
package struct ApprovalError: Error, Hashable, Sendable, CustomStringConvertible {
  package let description: String
  init(_ description: String) { self.description = description }
}

/// Which calls wait for a person, what was decided, and what may pass on that: for all sessions of a gate.
///
/// It knows no clock: whatever depends on time is told it. All of it is bounded. Whoever changes it through `GateState` has the
/// events told; what follows from them is in what the method returns.
package struct Approvals: Sendable {
  /// So many calls may wait; more are denied.
  package static let mostPending = 1_000
  /// So many of them may be of one session, so that none takes the place of all others.
  package static let mostPendingOfSession = 500
  /// So many approvals may stand.
  package static let mostStanding = 1_000
  /// So many that are settled are remembered, so that who comes late learns who was first.
  static let mostSettled = 300
  /// What all messages that wait may take together.
  package static let mostBytes = 64 << 20
  /// From the asking on, nobody can have longer to decide than this, whatever is extended: in microseconds.
  package static let longestWait: Int64 = 86_400_000_000

  /// The length of the key.
  package static let keyLength = KeyedDigest.keyLength

  /// Whether anybody is there who could decide, or is told by a command.
  package var hasApprover = false
  /// Begins every name that an approval gets.
  private let prefix: String
  /// Signs what an agent that asks again must bring along; without it agents are told in words.
  let key: KeyedDigest?
  let mostBytes: Int
  let mostOfSession: Int

  var pending: [PendingApproval] = []
  var bytes = 0
  var earlier: [EarlierApproval] = []
  /// Denials that the agent has not heard, for it waited no longer.
  var unheard: [Unheard] = []
  var settled: [Settled] = []
  var lastNumber: UInt64 = 0

  struct Unheard: Sendable {
    var session: ExactText
    var identity: CallIdentity
    var refusal: ApprovalRefusal
    var until: Moment
  }

  struct Settled: Sendable {
    var event: ApprovalEvent
    /// Which time of asking again was open then.
    var outstanding: UInt64?
    /// What the one who comes second is told.
    var words: String
    var definition: ContentDigest?
  }

  /// `prefix` makes names that no other gate of this user has given; `key` is chance.
  package init(
    prefix: String = "q", key: [UInt8]? = nil, mostBytes: Int = Approvals.mostBytes,
    mostOfSession: Int = Approvals.mostPendingOfSession
  ) {
    self.prefix = prefix
    self.key = key.flatMap { KeyedDigest(key: $0) }
    self.mostBytes = mostBytes
    self.mostOfSession = mostOfSession
  }

  func name(_ number: UInt64) -> String { "\(prefix)-\(number)" }

  func place(of id: String) -> Int? { pending.firstIndex { name($0.number) == id } }
  func place(of number: UInt64) -> Int? { pending.firstIndex { $0.number == number } }

  /// When `timePassed` is to be called; nil for never.
  package var wakeUp: Moment? {
    var next: Moment?
    for row in pending where row.deadline < next ?? Moment(microseconds: .max) { next = row.deadline }
    for approval in earlier {
      if let end = approval.end, end < next ?? Moment(microseconds: .max) { next = end }
    }
    return next
  }

  // MARK: A call that asks

  /// What is to become of a call that the policy wants a person to be asked about.
  enum Finding: Sendable {
    /// It passes on an earlier approval.
    case passes(on: UInt64)
    /// The call is known already, and its agent asks again.
    case joins(UInt64)
    case asks
    case refused(ApprovalRefusal)
  }

  mutating func find(_ question: Question, _ decision: Decision, _ terms: ApprovalTerms, at now: Moment) -> Finding {
    if let number = standing(for: question, isPinned: decision.isOfPin, at: now) { return .passes(on: number) }
    unheard.removeAll { $0.until <= now }
    if let place = unheard.firstIndex(where: {
      $0.session == question.session && $0.identity.isIdentical(to: question.identity)
    }) {
      return .refused(unheard.remove(at: place).refusal)
    }
    let known = pending.first {
      $0.hold == nil && now < $0.deadline && $0.question.session == question.session
        && $0.question.target == question.target && $0.question.identity.isIdentical(to: question.identity)
    }
    if let known { return .joins(known.number) }
    func refused(_ why: String) -> Finding {
      let reason = decision.reason.map { "\($0), and \(why)" } ?? why
      return .refused(ApprovalRefusal(Decision(.deny, rule: decision.rule, reason: reason)))
    }
    if terms.onNoApprover == .deny, !hasApprover { return refused("nobody is there to be asked") }
    guard pending.count < Self.mostPending else { return refused("too many calls wait for a person already") }
    guard pending.count(where: { $0.question.session == question.session }) < mostOfSession else {
      return refused("too many calls of this session wait for a person already")
    }
    guard bytes + question.words.line.count <= mostBytes else {
      return refused("the calls that wait for a person are too long already")
    }
    return .asks
  }

  /// The approval on which a call would pass, the widest first.
  ///
  /// With `isPinned` it must have been given for this very definition.
  func standing(for question: Question, isPinned: Bool = false, at now: Moment) -> UInt64? {
    let fitting = earlier.filter {
      $0.holds(at: now) && $0.covers(question) && (!isPinned || $0.identity.isSamePinned(as: question.identity))
    }
    return (fitting.first { $0.reach == .session } ?? fitting.max { ($0.end ?? now) < ($1.end ?? now) })?.number
  }

  /// A call is asked about that was let in by `find`; it waits until `until`, by the name that its session gives it.
  mutating func open(
    _ question: Question, _ decision: Decision, _ terms: ApprovalTerms, sequence: UInt64, request: UInt64,
    at now: Moment
  ) -> (number: UInt64, until: Moment, event: ApprovalEvent) {
    lastNumber += 1
    let deadline = now.advanced(bySeconds: terms.timeout)
    let until = min(deadline, now.advanced(bySeconds: terms.hold))
    let row = PendingApproval(
      number: lastNumber, question: question, argumentsBytes: question.words.arguments.count, decision: decision,
      terms: terms, sequence: sequence, asked: now, deadline: deadline,
      hold: PendingApproval.Hold(request: request, until: until))
    bytes += row.bytes
    pending.append(row)
    return (row.number, until, event(row, .pending, at: now))
  }

  /// A call that is known waits again.
  mutating func join(
    _ number: UInt64, _ question: Question, _ decision: Decision, _ terms: ApprovalTerms, sequence: UInt64,
    request: UInt64, at now: Moment
  ) -> (until: Moment, event: ApprovalEvent)? {
    guard let place = place(of: number) else { return nil }
    let until = min(pending[place].deadline, now.advanced(bySeconds: terms.hold))
    // These words will run: they say the same as those before, perhaps in another spelling.
    bytes += question.words.line.count - pending[place].bytes
    pending[place].question = question
    pending[place].decision = decision
    pending[place].sequence = sequence
    pending[place].terms = terms
    pending[place].argumentsBytes = question.words.arguments.count
    pending[place].hold = PendingApproval.Hold(request: request, until: until)
    return (until, event(pending[place], .pending, at: now))
  }

  /// A call passes on an earlier approval.
  mutating func use(_ number: UInt64, _ question: Question, _ decision: Decision, sequence: UInt64, at now: Moment)
    -> ApprovalEvent?
  {
    guard let place = earlier.firstIndex(where: { $0.number == number }) else { return nil }
    earlier[place].uses += 1
    let used = earlier[place]
    var event = used.event
    event.state = .used
    event.session = question.session
    event.client = question.client
    event.rule = decision.rule
    event.reason = decision.reason
    event.revision = question.identity.revision
    event.argumentsDigest = question.argumentsDigest?.hexadecimal
    event.argumentsBytes = question.words.arguments.count
    event.decision = sequence
    event.isHeld = false
    event.message = nil
    event.remaining = used.holds(at: now) ? used.end.map { $0.microseconds(since: now) } ?? 0 : 0
    if !used.holds(at: now) { earlier.remove(at: place) }
    return event
  }

  // MARK: A request that waits no longer

  /// The request got an answer that tells to ask again, or its session has another reason to hold it no more.
  mutating func letGo(_ number: UInt64, at now: Moment) -> ApprovalEvent? {
    guard let place = place(of: number), pending[place].hold != nil else { return nil }
    pending[place].hold = nil
    return event(pending[place], .pending, at: now)
  }

  /// The caller has taken it back, or is gone.
  mutating func withdraw(_ number: UInt64, _ detail: String, at now: Moment) -> ApprovalEvent? {
    guard let place = place(of: number) else { return nil }
    return settle(place, .withdrawn, "it is gone: \(detail)", detail: detail, at: now)
  }

  /// Another policy still asks about a call that waits; the time to decide stays what it is.
  mutating func rejudge(
    _ number: UInt64, revision: String?, _ decision: Decision, _ terms: ApprovalTerms, at now: Moment
  ) -> ApprovalEvent? {
    guard let place = place(of: number) else { return nil }
    pending[place].question.identity.revision = revision
    pending[place].decision = decision
    pending[place].terms = terms
    return event(pending[place], .pending, at: now)
  }

  /// The policy denies it now.
  mutating func deny(_ number: UInt64, _ detail: String, at now: Moment) -> ApprovalEvent? {
    guard let place = place(of: number) else { return nil }
    return settle(place, .denied, "it was denied: \(detail)", detail: detail, at: now)
  }

  /// What the agent is told while nobody has decided.
  func waiting(_ number: UInt64, at now: Moment) -> ApprovalRefusal? {
    place(of: number).map { ApprovalRefusal(pending[$0].decision, approval: name(number)) }
  }

  // MARK: Steps of one call

  /// Whether an approval on which a call has passed is good for its next step: while the policy is the same, and with
  /// `isPinned` also the definition.
  func isGood(_ number: UInt64, for question: Question, isPinned: Bool = false) -> Bool {
    let approved = settled.last { $0.event.id == name(number) }?.event ?? earlier.first { $0.number == number }?.event
    guard let approved, approved.state == .approved else { return false }
    return approved.server == question.server && approved.grant == question.grant
      && approved.revision == question.identity.revision
      && (!isPinned || definition(of: number) == question.identity.definition)
  }

  /// The tool's definition as it was when the call was approved.
  private func definition(of number: UInt64) -> ContentDigest? {
    let approval = earlier.first { $0.number == number }
    return approval?.identity.definition ?? settled.last { $0.event.id == name(number) }?.definition
  }

  /// The next step of a call passes.
  func step(
    _ number: UInt64, _ question: Question, _ decision: Decision, sequence: UInt64, at now: Moment
  ) -> ApprovalEvent? {
    let approved = settled.last { $0.event.id == name(number) }?.event ?? earlier.first { $0.number == number }?.event
    guard var event = approved else { return nil }
    event.state = .used
    event.session = question.session
    event.client = question.client
    event.argumentsDigest = question.argumentsDigest?.hexadecimal
    event.argumentsBytes = question.words.arguments.count
    event.decision = sequence
    event.isHeld = false
    event.message = nil
    event.remaining = 0
    event.detail = "another step of the call that was approved"
    return event
  }

  // MARK: Details

  /// Takes a call out of those that wait.
  mutating func settle(
    _ place: Int, _ state: ApprovalEvent.State, _ words: String, by: String? = nil, message: String? = nil,
    scope: ApprovalScope? = nil, detail: String? = nil, at now: Moment
  ) -> ApprovalEvent {
    let row = pending.remove(at: place)
    bytes -= row.bytes
    var event = event(row, state, at: now)
    event.by = by
    event.message = message
    event.scope = scope
    event.detail = detail
    if state != .approved { event.remaining = 0 }
    event.holdRemaining = nil
    if settled.count == Self.mostSettled { settled.removeFirst() }
    settled.append(
      Settled(
        event: event, outstanding: row.outstanding, words: words, definition: row.question.identity.definition))
    return event
  }

  func event(_ row: PendingApproval, _ state: ApprovalEvent.State, at now: Moment) -> ApprovalEvent {
    let question = row.question
    return ApprovalEvent(
      id: name(row.number), state: state, session: question.session, client: question.client, grant: question.grant,
      server: question.server, method: question.method, tool: question.target.subject.map(SessionCore.shortened),
      category: question.category, severity: question.severity, rule: row.decision.rule, reason: row.decision.reason,
      revision: question.identity.revision, digest: question.identity.digest,
      argumentsDigest: question.argumentsDigest?.hexadecimal, argumentsBytes: row.argumentsBytes,
      decision: row.sequence,
      asked: row.asked, remaining: row.deadline.microseconds(since: now),
      holdRemaining: row.hold.map { $0.until.microseconds(since: now) }, isHeld: row.hold != nil)
  }
}

extension Moment {
  func advanced(bySeconds seconds: Int) -> Moment {
    let (microseconds, isOver) = Int64(seconds).multipliedReportingOverflow(by: 1_000_000)
    return advanced(byMicroseconds: isOver ? .max : microseconds)
  }
}
