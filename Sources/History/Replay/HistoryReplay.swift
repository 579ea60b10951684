package import JSONSchema
package import JSONText
package import Policy

/// Judges the calls of a record again, by another policy, with limits that count by the recorded times.
///
/// Rows are given in the order in which they were decided, lane by lane: each lane was a gate with counts of its own.
package struct HistoryReplay {
  /// What the other policy is compared with.
  package enum Comparison {
    /// What was decided at the time.
    case recorded
    /// What this policy would have decided.
    case policy(PolicyEngine)
  }

  /// What is known of a call's arguments.
  package enum Arguments {
    case known(JSONNode)
    case unknown
  }

  /// Asked for the arguments of a row that the record has, and for what a tool's server declared.
  package struct Sources {
    package var arguments: (RecordPlace) -> Arguments
    package var schema: (_ server: ExactText, _ tool: ExactText) -> ToolSchema

    package init(
      arguments: @escaping (RecordPlace) -> Arguments = { _ in .unknown },
      schema: @escaping (_ server: ExactText, _ tool: ExactText) -> ToolSchema = { _, _ in .unknown }
    ) {
      self.arguments = arguments
      self.schema = schema
    }
  }

  /// Where a decision's line stands.
  package struct RecordPlace: Hashable, Sendable {
    package var lane: Int
    package var segment: Int
    package var offset: Int

    package init(lane: Int, segment: Int, offset: Int) {
      self.lane = lane
      self.segment = segment
      self.offset = offset
    }
  }

  package private(set) var simulation = HistorySimulation()
  private let sources: Sources
  private let compared: Comparison
  /// Earlier calls are counted by limits, and that is all.
  private let since: Int64
  private let other: PolicyEngine
  private var new: Side
  private var old: Side?
  private var lane: Int?

  package init(_ other: PolicyEngine, comparing compared: Comparison, since: Int64 = .min, _ sources: Sources) {
    self.sources = sources
    self.compared = compared
    self.since = since
    self.other = other
    new = Side(other)
    if case .policy(let engine) = compared { old = Side(engine) }
  }

  /// Judges rows of a block; `segment` keeps what is known of its texts.
  package mutating func add(
    _ block: HistoryBlock, _ rows: some Sequence<Int>, lane: Int, _ segment: inout ForTexts
  ) {
    if lane != self.lane {
      self.lane = lane
      new = Side(other)
      if case .policy(let engine) = compared { old = Side(engine) }
    }
    for row in rows { add(block, row, &segment) }
  }

  private mutating func add(_ block: HistoryBlock, _ row: Int, _ segment: inout ForTexts) {
    let isCompared = block.times[row] >= since
    guard let key = segment.key(block.sources[row], block.shapes[row], isWithRules: old == nil) else {
      if isCompared { simulation.otherwise += 1 }
      return
    }
    let shape = segment.texts.shapes[Int(block.shapes[row])]
    let time = Moment(microseconds: block.times[row])
    let end = HistoryEnd(rawValue: block.ends.outcomes[row]) ?? .none
    var asked = Asked(
      flags: HistoryArguments(rawValue: block.arguments[row]), takesNone: shape.method == "tools/call",
      place: RecordPlace(lane: lane ?? 0, segment: segment.number, offset: Int(block.offsets[row])), sources: sources)
    let failedAt = end.isFailure ? Moment(microseconds: block.times[row] &+ max(0, block.ends.took[row])) : nil
    let after = new.judge(key, segment.calls, &asked, at: time, failedAt: failedAt)
    let before: Verdict? =
      old == nil ? shape.verdict : old?.judge(key, segment.calls, &asked, at: time, failedAt: failedAt)
    guard isCompared else { return }
    guard let before, let after else {
      simulation.unknown += 1
      return
    }
    simulation.note(
      segment.calls[Int(key)], from: before, to: after, at: time,
      wasObserved: old == nil ? !shape.isEnforced : !(old?.engine.isEnforced ?? true), isEnforced: other.isEnforced)
  }

  /// The arguments of one call, looked for once.
  private struct Asked {
    let flags: HistoryArguments
    /// Whether a call without a digest had no arguments.
    let takesNone: Bool
    let place: RecordPlace
    let sources: Sources
    private var found: Arguments?

    init(flags: HistoryArguments, takesNone: Bool, place: RecordPlace, sources: Sources) {
      self.flags = flags
      self.takesNone = takesNone
      self.place = place
      self.sources = sources
    }

    mutating func arguments() -> JSONNode?? {
      let known = found ?? look()
      found = known
      switch known {
      case .known(let node): return .some(node)
      case .unknown: return nil
      }
    }

    private func look() -> Arguments {
      // What a masked value was, nobody can tell.
      if flags.contains(.text) { return flags.contains(.masked) ? .unknown : sources.arguments(place) }
      return takesNone && !flags.contains(.digest) ? .known(JSONNode(.object([]))) : .unknown
    }
  }

  /// One of two policies, with counts of its own.
  private struct Side {
    let engine: PolicyEngine
    private var counters = Counters()
    /// By the call's number in its segment's texts, and the segment they are of.
    private var recurring: [RecurringCall?] = []
    private var segment: CallList?
    private var known: [Call: RecurringCall] = [:]
    /// What is to be given back, by when.
    private var returns = DueHeap<Reservation>()

    init(_ engine: PolicyEngine) { self.engine = engine }

    /// Nil where the policy looks at arguments that are not known.
    mutating func judge(
      _ key: UInt32, _ calls: CallList, _ asked: inout Asked, at time: Moment, failedAt: Moment?
    ) -> Verdict? {
      while let due = returns.takeDue(at: time) { counters.giveBack(due.value, at: due.time) }
      let index = Int(key)
      if segment !== calls { begin(calls) }
      if recurring.count <= index { recurring += repeatElement(nil, count: index + 1 - recurring.count) }
      var call = recurring[index] ?? known[calls[index]] ?? RecurringCall(calls[index])
      recurring[index] = nil
      defer { recurring[index] = call }
      if engine.allowsAgain(&call, counters: &counters, at: time) { return .allow }
      var isMissed = false
      let schema = asked.sources.schema
      let target = call.call
      let judgement = engine.judge(
        &call, counters: &counters, at: time,
        arguments: {
          guard let arguments = asked.arguments() else {
            isMissed = true
            return nil
          }
          return arguments
        },
        inputSchema: {
          guard case .tool(let name) = target.target else { return .unknown }
          return schema(target.server, name)
        })
      if isMissed { return nil }
      if let reservation = judgement.reservation, let failedAt {
        returns.insert(reservation, at: failedAt)
      }
      return judgement.decision.verdict
    }

    /// Keeps what was found out about the calls of the segment before.
    private mutating func begin(_ calls: CallList) {
      for case let call? in recurring { known[call.call] = call }
      recurring.removeAll(keepingCapacity: true)
      if known.count > Self.mostKnown { known.removeAll() }
      segment = calls
    }

    private static let mostKnown = 100_000
  }

  /// The calls that the rows of a segment make, each once.
  fileprivate final class CallList {
    var calls: [Call]
    init(_ calls: [Call]) { self.calls = calls }
    subscript(_ index: Int) -> Call { calls[index] }
  }

  /// The texts of a segment, with what was found out about them.
  package struct ForTexts {
    let texts: HistoryTexts
    let number: Int
    fileprivate let calls = CallList([])
    private var keys: [UInt64: UInt32] = [:]
    private var numbers: [Call: UInt32] = [:]
    private var last: (place: UInt64, key: UInt32)?
    private static let none = UInt32.max

    package init(_ texts: HistoryTexts, number: Int) {
      self.texts = texts
      self.number = number
    }

    /// The number of the call that a row makes; nil where no rule was looked at for it.
    mutating func key(_ source: UInt32, _ shape: UInt32, isWithRules: Bool) -> UInt32? {
      let place = UInt64(source) << 32 | UInt64(shape)
      if let last, last.place == place { return last.key == Self.none ? nil : last.key }
      let key = keys[place] ?? find(Int(source), Int(shape), isWithRules: isWithRules)
      keys[place] = key
      last = (place, key)
      return key == Self.none ? nil : key
    }

    private mutating func find(_ source: Int, _ shape: Int, isWithRules: Bool) -> UInt32 {
      guard let call = Call(texts.sources[source], texts.shapes[shape], isWithRules: isWithRules) else {
        return Self.none
      }
      if let known = numbers[call] { return known }
      let number = UInt32(calls.calls.count)
      calls.calls.append(call)
      numbers[call] = number
      return number
    }
  }
}

extension HistoryEnd {
  fileprivate var isFailure: Bool {
    switch self {
    case .error, .toolError, .lost: true
    case .none, .ok, .cancelled: false
    }
  }
}

extension Call {
  /// What a decision was about; nil for what was decided without a look at the rules, or not by them alone.
  init?(_ source: HistorySource, _ shape: HistoryShape, isWithRules: Bool) {
    let rule = shape.rule
    if rule.utf8.first == UInt8(ascii: "(") {
      let byRules = ["(default)", "(hidden)", "(no policy)"]
      let byOthers = ["(pin)", "(lockdown)", "(record)", "(unavailable)"]
      guard byRules.contains(rule) || !isWithRules && byOthers.contains(rule) else { return nil }
    }
    let target = Target(method: shape.method, name: shape.tool ?? "")
    switch target {
    case .tool, .resource, .prompt: guard shape.tool != nil else { return nil }
    case .serverRequest, .other: break
    }
    self.init(
      server: source.server, target: target, grant: source.grant, session: source.session, client: source.client)
  }
}
