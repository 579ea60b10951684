package import ControlWire
package import JSONText
package import Policy
package import Risk

/// What all sessions of a gate share: the policy in force, its counters, the badges, and the stream's numbering.
package struct GateState: Sendable {
  package var engine: PolicyEngine
  /// Survive a change of `engine`.
  package var counters: Counters
  /// The badge of every tool that is known, by server and name.
  package var catalogue: [ExactText: [ExactText: Assessment]] {
    didSet { catalogueRevision += 1 }
  }
  /// Counts the changes of `catalogue`.
  private(set) var catalogueRevision = 0
  /// What the servers' tools take, by server, as far as it is known without a session's own list.
  package var schemas: [ExactText: ToolSchemas] {
    didSet { schemasRevision += 1 }
  }
  /// Counts the changes of `schemas`.
  private(set) var schemasRevision = 0
  /// Survive a change of `schemas`.
  var schemaCache = SchemaCache()
  /// What was accepted of servers' tools.
  package var pins = PinBook()
  /// What waits for a person, and what people have approved.
  package var approvals = Approvals()
  /// Nil where nothing is locked down.
  package internal(set) var lockdown: LockdownEvent?
  /// What is told of all that, for the record and whoever listens.
  package var stream = EventLog()
  /// What the last calls were made with.
  package var recent = RecentCalls()
  /// The number of the last event of the stream.
  package private(set) var lastSequence: UInt64
  /// Decisions since the start by verdict, in the order of `Verdict.allCases`.
  package private(set) var counts: [Int]
  /// How long calls took since the start.
  package private(set) var latency = LatencyCounts()

  package init(
    engine: PolicyEngine = .denyEverything, counters: Counters = Counters(),
    catalogue: [ExactText: [ExactText: Assessment]] = [:], schemas: [ExactText: ToolSchemas] = [:],
    lastSequence: UInt64 = 0
  ) {
    self.engine = engine
    self.counters = counters
    self.catalogue = catalogue
    self.schemas = schemas
    self.lastSequence = lastSequence
    counts = Array(repeating: 0, count: Verdict.allCases.count)
  }

  /// Gives an event its place in the stream.
  @discardableResult
  package mutating func tell(_ event: GateEvent, at now: Moment) -> UInt64 {
    lastSequence += 1
    if case .decision(let decision) = event { counts[decision.decision.verdict.index] += 1 }
    stream.append(GateMessage(sequence: lastSequence, time: now, event: event))
    return lastSequence
  }

  /// The same for a decision, whose session and client `source` tells.
  mutating func tell(
    _ decision: Decision, at now: Moment, source: [UInt8], method: String, tool: String?, category: Category?,
    severity: Severity?, argumentsDigest: ContentDigest?
  ) -> UInt64 {
    lastSequence += 1
    counts[decision.verdict.index] += 1
    stream.append(
      decision, sequence: lastSequence, at: now, source: source, method: method, tool: tool, category: category,
      severity: severity, revision: engine.revision, argumentsDigest: argumentsDigest)
    return lastSequence
  }

  /// The same for a call that is allowed for the same reason as before, of which `line` tells.
  mutating func tellAgain(_ line: [UInt8], at now: Moment, argumentsDigest: ContentDigest?) -> UInt64 {
    lastSequence += 1
    counts[Verdict.allow.index] += 1
    stream.append(again: line, sequence: lastSequence, at: now, argumentsDigest: argumentsDigest)
    return lastSequence
  }

  /// The same for the end of a request.
  mutating func tell(_ result: ResultEvent, at now: Moment) {
    lastSequence += 1
    latency.add(result.took)
    stream.append(result, sequence: lastSequence, at: now)
  }

  /// Counts a decision under another verdict than before.
  mutating func move(_ verdict: Verdict, to other: Verdict) {
    counts[verdict.index] -= 1
    counts[other.index] += 1
  }
}

extension Verdict {
  /// Its place in counts by verdict, the order of `allCases`.
  package var index: Int {
    switch self {
    case .allow: 0
    case .deny: 1
    case .limit: 2
    case .ask: 3
    case .hide: 4
    }
  }
}
