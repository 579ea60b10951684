import JSONText

/// Counts calls that were seen as the limits of a policy would have counted them; what else the policy says is left out.
///
/// Limits of a cost are left out, too: what a call cost stood in its arguments.
package struct LimitReplay: Sendable {
  /// A count that limits look at, whoever it is kept for.
  package struct Count: Hashable, Sendable {
    fileprivate var owner: ExactText
    fileprivate var isNamed: Bool
    /// Nil where all tools of the rule are counted together.
    fileprivate var tool: ExactText?
    fileprivate var window: Int
    fileprivate var scope: LimitScope
  }

  /// What is known of the limits for one name on one server.
  private struct Governing {
    var rules: [CompiledRule]
    var pointers: [String]
    var counts: Set<Count>
  }

  private let policy: CompiledPolicy?
  private let now: Moment
  private var counters = Counters()
  private var stripped: [ExactText: CompiledRule] = [:]
  private var known: [ExactText: [Call.Target: Governing]] = [:]
  /// What is to be given back, the earliest last.
  private var returns: [(time: Moment, reservation: Reservation)] = []
  private var places = CountPlaces(isKept: false)

  /// `now` decides what has expired, for all calls alike.
  package init(_ engine: PolicyEngine, at now: Moment) {
    policy = engine.policy
    self.now = now
  }

  /// The JSON pointers of the rules that govern a call, its own rule first.
  package mutating func rules(for call: Call) -> [String] { governing(call).pointers }

  /// The counts that a call is in.
  package mutating func counts(of call: Call) -> Set<Count> { governing(call).counts }

  /// Counts a call, or answers the JSON pointer of the limit that keeps it from the server.
  ///
  /// Calls must come in the order of time. `failedAt` is when it was over, where it came to nothing.
  package mutating func meet(_ call: Call, at time: Moment, failedAt: Moment? = nil) -> String? {
    while let due = returns.last, due.time <= time {
      counters.giveBack(due.reservation, at: due.time)
      returns.removeLast()
    }
    let rules = governing(call).rules
    let tool: ExactText? = if case .tool(let name) = call.target { name } else { nil }
    let outcome = counters.reserve(
      rules.first, rules.count > 1 ? rules[1] : nil, rules.count > 2 ? rules[2] : nil, for: call, tool: tool,
      at: time, places: &places)
    switch outcome {
    case .reserved(let reservation):
      guard let reservation, let failedAt else { return nil }
      let index = returns.firstIndex { $0.time < failedAt } ?? returns.count
      returns.insert((failedAt, reservation), at: index)
      return nil
    case .reached(let limit, _), .full(let limit), .unpaid(let limit, _): return limit.pointer
    }
  }

  private mutating func governing(_ call: Call) -> Governing {
    if let found = known[call.server]?[call.target] { return found }
    guard let policy else { return Governing(rules: [], pointers: [], counts: []) }
    let found = policy.find(call, at: now).rules
    let all = [found.own, found.serverwide, found.everywhere].compactMap { $0 }
    let section = PolicySection(call.target)
    let rules = all.map { rule -> CompiledRule in
      let pointer = ExactText(rule.rule.pointer)
      if let made = stripped[pointer] { return made }
      let made = CompiledRule(
        rule.rule.withLimits(at: now), key: rule.key, pattern: rule.pattern, in: section, isEnforced: true)
      stripped[pointer] = made
      return made
    }
    var counts: Set<Count> = []
    for limit in rules.flatMap(\.limits) { counts.insert(Count(limit, call.target)) }
    let governing = Governing(rules: rules, pointers: all.map(\.rule.pointer), counts: counts)
    known[call.server, default: [:]][call.target] = governing
    return governing
  }
}

extension LimitReplay.Count {
  fileprivate init(_ limit: CompiledLimit, _ target: Call.Target) {
    window = limit.window.seconds
    scope = limit.scope
    switch limit.owner {
    case .named(let name): (owner, isNamed, tool) = (name, true, nil)
    case .eachTool(let place):
      let name: ExactText? = if case .tool(let name) = target { name } else { nil }
      (owner, isNamed, tool) = (place, false, name)
    case .rule(let place): (owner, isNamed, tool) = (place, false, nil)
    }
  }
}

extension PolicyRule {
  /// The rule with nothing but the limits that count calls, and are in force.
  fileprivate func withLimits(at now: Moment) -> PolicyRule {
    var rule = PolicyRule(pointer: pointer, line: line, action: .allow)
    rule.limits = limits.filter { limit in
      limit.cost == nil && (limit.expires.map { now < $0 } ?? true)
    }
    return rule
  }
}
