import JSONText

/// What a policy says about one name on one server.
struct FoundRules: Sendable {
  var level: CompiledLevel?
  /// The entry of `hide` that the tool matches; the rules are then not looked up.
  var hiding: PolicyLevel.Hidden?
  var rules = ApplicableRules()
  /// It is so from the first moment on and before the second: then another rule has expired.
  private(set) var from = Int64.min
  private(set) var until = Int64.max

  /// Whether a rule that names the request holds, noting until when the answer does.
  mutating func holds(_ rule: CompiledRule, at now: Moment) -> Bool {
    guard let expires = rule.expires else { return true }
    if expires <= now {
      from = max(from, expires.microseconds)
      return false
    }
    until = min(until, expires.microseconds)
    return true
  }

  func hold(at now: Moment) -> Bool { from <= now.microseconds && now.microseconds < until }
}

extension CompiledPolicy {
  /// Looks up what governs a request.
  func find(_ call: Call, at now: Moment) -> FoundRules {
    var found = FoundRules()
    let level = servers.isEmpty ? nil : servers[call.server]
    found.level = level
    if case .tool(let name) = call.target {
      found.hiding = hiding(level, name)
      if found.hiding != nil { return found }
      if let rule = level?.allTools, found.holds(rule, at: now) { found.rules.serverwide = rule }
      if let rule = top.allTools, found.holds(rule, at: now) { found.rules.everywhere = rule }
    }
    guard let name = call.target.name else { return found }
    let section = PolicySection(call.target)
    found.rules.own = level?.rules(section)?.find(name) { found.holds($0, at: now) }
    if found.rules.own == nil { found.rules.own = top.rules(section)?.find(name) { found.holds($0, at: now) } }
    return found
  }
}

/// A call that may come again and again: who calls what, with what was found out about it before.
///
/// Which rules govern it, and where the counts of its limits are, is used as long as it holds: until another policy is
/// in force, or another rule has expired. It decides nothing: a judgement is the same as of the call itself.
///
/// INVARIANT: it is judged with one and the same `Counters`.
package struct RecurringCall: Sendable {
  package let call: Call
  private var known: Known?
  /// How many times it was looked up: what goes by what was found holds as long as it stays.
  package private(set) var findings = 0
  var places = CountPlaces(isKept: true)
  /// What is to be counted if it is allowed again, and of which places; nil where more is to be looked at.
  private var plan: [PlannedCount]?
  private var plannedFor = -1
  /// What `known` is of, beside it: looking at an object that others hold as well takes longer than the counting.
  private var policy: ObjectIdentifier?
  private var from = Int64.max
  private var until = Int64.min

  package init(_ call: Call) { self.call = call }

  /// What was found, in a place of its own, so that looking at it copies nothing.
  private final class Known: Sendable {
    let policy: CompiledPolicy
    let found: FoundRules
    /// Set where nothing but limits stands between the call and this decision.
    let allowance: Decision?

    init(_ policy: CompiledPolicy, _ call: Call, _ found: FoundRules) {
      self.policy = policy
      self.found = found
      allowance = policy.allowance(of: call, found)
    }
  }

  /// Looks up what is not known, or does not hold any more.
  mutating func find(in policy: CompiledPolicy, at now: Moment) {
    if let known, known.policy === policy, known.found.hold(at: now) { return }
    let known = Known(policy, call, policy.find(call, at: now))
    self.known = known
    findings += 1
    places = CountPlaces(isKept: true)
    plannedFor = -1
    self.policy = known.allowance == nil ? nil : ObjectIdentifier(policy)
    (from, until) = (known.found.from, known.found.until)
  }

  /// Counts the call and answers true, where it is known that this policy allows it if no limit is reached, and none is;
  /// else does nothing, and it is to be judged.
  mutating func isAllowedAgain(by policy: CompiledPolicy, counters: inout Counters, at now: Moment) -> Bool {
    guard ObjectIdentifier(policy) == self.policy, from <= now.microseconds, now.microseconds < until else {
      return false
    }
    if plannedFor != places.revision {
      plannedFor = places.revision
      plan = known.flatMap { PlannedCount.all(of: $0.found.rules, in: places) }
    }
    guard let plan else { return false }
    return counters.countAgain(plan, at: now)
  }

  /// What is decided about it where nothing but limits is in its way; nil where more is to be looked at.
  package var allowance: Decision? { known?.allowance }

  /// What `find` found.
  var found: FoundRules { known?.found ?? FoundRules() }
}

extension CompiledPolicy {
  /// The decision about a tool's call that depends on nothing but whether its limits are reached; nil for any other call.
  fileprivate func allowance(of call: Call, _ found: FoundRules) -> Decision? {
    let rules = found.rules
    guard case .tool(let name) = call.target, found.hiding == nil, !rules.ask, !rules.haveConditions,
      rules.first({ $0.denies || !$0.paths.isEmpty ? true : nil }) == nil
    else { return nil }
    guard let own = rules.own else {
      let decision = fallbackDecision(found.level, .tools)
      return decision.verdict == .allow && cannotBeMistaken(name, found.level) ? decision : nil
    }
    return own.isExact || cannotBeMistaken(name, found.level) ? own.allowance : nil
  }
}
