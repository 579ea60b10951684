package import JSONSchema
package import JSONText

/// The form of a policy that judges; made once a load, cheap to copy.
package struct PolicyEngine: Sendable {
  /// Nil where no policy is in force.
  let policy: CompiledPolicy?

  package init(_ document: PolicyDocument) { policy = CompiledPolicy(document) }

  private init() { policy = nil }

  /// No policy is in force: nothing passes.
  package static let denyEverything = PolicyEngine()

  static let noPolicy = Decision(
    .deny, rule: "(no policy)", reason: "the policy file is absent or unreadable, so everything is denied")

  /// The revision of the policy, nil where none is in force.
  package var revision: String? { policy?.revision }

  /// False for a policy that only observes, so that nothing is kept from anyone.
  package var isEnforced: Bool { policy?.isEnforced ?? true }

  /// Judges one request, and counts it in `counters` when it is allowed or somebody is asked.
  ///
  /// The result depends on nothing but the policy and what is given here. `arguments` is asked at most once, and only where a
  /// condition, a cost or a schema needs them: the arguments of a tool or prompt, the parameters of a server's request, nil where
  /// there are none; of a resource it is not asked. `pin` is what the tool's pin says. `inputSchema` is asked where a rule wants the arguments to match the tool's own
  /// schema. Nothing is allocated where neither is asked, all limits were counted before, and all of them count what is forwarded.
  package func judge(
    _ call: Call, pin: PinVerdict = .passes, counters: inout Counters, at now: Moment,
    arguments: () -> JSONNode? = { nil }, inputSchema: () -> ToolSchema = { .unknown }
  ) -> Judgement {
    guard let policy else { return Judgement(Self.noPolicy) }
    var trace = NoTrace()
    return policy.judge(
      call, pin: pin, counters: &counters, at: now, arguments: arguments, inputSchema: inputSchema, trace: &trace)
  }

  /// The same for a call that may come again, which remembers what was found out about it.
  package func judge(
    _ recurring: inout RecurringCall, pin: PinVerdict = .passes, counters: inout Counters, at now: Moment,
    arguments: () -> JSONNode? = { nil }, inputSchema: () -> ToolSchema = { .unknown }
  ) -> Judgement {
    guard let policy else { return Judgement(Self.noPolicy) }
    recurring.find(in: policy, at: now)
    var trace = NoTrace()
    return policy.judge(
      recurring.call, recurring.found, &recurring.places, pin: pin, counters: &counters, at: now,
      arguments: arguments, inputSchema: inputSchema, trace: &trace)
  }

  /// Counts a call and answers true where `judge` would allow it as it allowed the last one, and nothing could be given
  /// back; else does nothing.
  ///
  /// It is for the calls that nearly all are: no rule looks at their arguments, and no limit is reached. What is decided
  /// about them is the call's `allowance`. Nothing is allocated.
  package func allowsAgain(_ recurring: inout RecurringCall, counters: inout Counters, at now: Moment) -> Bool {
    guard let policy else { return false }
    return recurring.isAllowedAgain(by: policy, counters: &counters, at: now)
  }

  /// Judges one request as `judge` does, and tells how the decision came about; counts nothing.
  package func explain(
    _ call: Call, pin: PinVerdict = .passes, arguments: JSONNode?, inputSchema: ToolSchema = .unknown,
    counters: Counters = Counters(), at now: Moment
  ) -> Explanation {
    guard let policy else { return Explanation(Self.noPolicy, steps: []) }
    var counters = counters
    var trace = StepList()
    let judgement = policy.judge(
      call, pin: pin, counters: &counters, at: now, arguments: { arguments }, inputSchema: { inputSchema },
      trace: &trace)
    return Explanation(judgement.decision, steps: trace.steps)
  }

  /// Whether a tool is to be left out of the tools that a client sees.
  ///
  /// Never in a policy that only observes: it changes nothing.
  package func isHidden(server: ExactText, tool: ExactText) -> Bool {
    guard let policy, policy.isEnforced else { return false }
    let level = policy.servers[server]
    if policy.hiding(level, tool) != nil { return true }
    let now = Moment(microseconds: .min)
    let own = level?.tools.find(tool) ?? policy.top.tools.find(tool)
    guard !(own?.isExact ?? false), case .hidden = policy.lookalike(level, tool, at: now) else { return false }
    return true
  }
}
