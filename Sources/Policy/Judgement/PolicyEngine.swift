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

  /// Judges one request, and counts it in `counters` when it is allowed.
  ///
  /// `arguments` is asked at most once, and only where a condition, a cost or a schema needs them: the arguments of a tool or prompt, the
  /// parameters of a server's request, nil where there are none; of a resource it is not asked. `inputSchema` is asked where a rule
  /// wants the arguments to match the tool's own schema; nil means that it is not known.
  package func judge(
    _ call: Call, counters: inout Counters, at now: Moment, arguments: () -> JSONNode? = { nil },
    inputSchema: () -> JSONSchema? = { nil }
  ) -> Judgement {
    Judgement(decide(call, counters: &counters, at: now))
  }

  private func decide(_ call: Call, counters: inout Counters, at now: Moment) -> Decision {
    guard let policy else { return Self.noPolicy }
    let level = policy.servers.isEmpty ? nil : policy.servers[call.server]
    switch call.target {
    case .tool(let name):
      return policy.judge(tool: name, call, level, &counters, now)
    case .resource(let uri):
      let rule = level?.resources.find(uri) ?? policy.top.resources.find(uri)
      return policy.judge(rule, .resources, call, level, &counters, now)
    case .prompt(let name):
      let rule = level?.prompts.find(name) ?? policy.top.prompts.find(name)
      return policy.judge(rule, .prompts, call, level, &counters, now)
    case .serverRequest(let method):
      let rule = level?.serverRequests.find(method) ?? policy.top.serverRequests.find(method)
      return policy.judge(rule, .serverRequests, call, level, &counters, now)
    case .other:
      return policy.judge(nil, .others, call, level, &counters, now)
    }
  }

  /// Whether a tool is to be left out of the tools that a client sees.
  ///
  /// Never in a policy that only observes: it changes nothing.
  package func isHidden(server: ExactText, tool: ExactText) -> Bool {
    guard let policy, policy.isEnforced else { return false }
    return policy.hiding(policy.servers[server], tool) != nil
  }
}

extension CompiledPolicy {
  fileprivate func judge(
    tool name: ExactText, _ call: Call, _ level: CompiledLevel?, _ counters: inout Counters, _ now: Moment
  ) -> Decision {
    if hiding(level, name) != nil { return hidden }
    let rule = rule(level, name)
    if let rule {
      if rule.denies { return rule.denial }
    } else if fallback(level)?.setting != .allow {
      return fallbackDecision(level, .tools)
    }
    let serverwide = level?.allTools
    let everywhere = top.allTools
    if let serverwide, serverwide.denies { return serverwide.denial }
    if let everywhere, everywhere.denies { return everywhere.denial }
    if let refusal = counters.reserve(rule, serverwide, everywhere, for: call, tool: name, at: now) {
      return decision(refusal)
    }
    return rule?.allowance ?? allowance
  }

  fileprivate func judge(
    _ rule: CompiledRule?, _ section: PolicySection, _ call: Call, _ level: CompiledLevel?,
    _ counters: inout Counters, _ now: Moment
  ) -> Decision {
    guard let rule else { return fallbackDecision(level, section) }
    if rule.denies { return rule.denial }
    if let refusal = counters.reserve(rule, nil, nil, for: call, tool: nil, at: now) { return decision(refusal) }
    return rule.allowance
  }

  private func decision(_ refusal: Counters.Refusal) -> Decision {
    switch refusal {
    case .reached(let limit, let wait):
      Decision(
        limit.max == 0 ? .deny : .limit, rule: limit.pointer, reason: limit.reason, retryAfter: wait,
        isEnforced: isEnforced)
    case .full(let limit):
      Decision(
        .limit, rule: limit.pointer, reason: "too many rate limits are being counted at once",
        isEnforced: isEnforced)
    }
  }
}
