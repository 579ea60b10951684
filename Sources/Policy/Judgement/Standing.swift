package import JSONText

/// The decision in force for a tool and where it comes from.
package struct Standing: Hashable, Sendable {
  package enum Source: Hashable, Sendable {
    /// A rule with the tool's exact name.
    case explicit
    /// A glob, as it is written, or `all_tools`.
    case pattern(String)
    case serverDefault
    case globalDefault
    /// The entry of `hide`, as it is written.
    case hidden(String)
    case noPolicy
  }

  /// One limit of the rule in force.
  package struct Limit: Hashable, Sendable {
    package var max: Amount
    package var windowSeconds: Int
    /// `minute`, or the number of seconds, as `RuleSetting.limit` takes it.
    package var window: String
    package var scope: LimitScope
    /// The user's name for the count.
    package var counter: ExactText?
    package var pointer: String
    /// What else there is to say: `by cost args.amount`, `resets on the calendar`, `counts what succeeds`.
    package var details: [String] = []

    package init(
      max: Amount, windowSeconds: Int, window: String, scope: LimitScope, counter: ExactText? = nil, pointer: String
    ) {
      self.max = max
      self.windowSeconds = windowSeconds
      self.window = window
      self.scope = scope
      self.counter = counter
      self.pointer = pointer
    }
  }

  /// One entry of `require`, `deny_if`, `approve_if` or `allow_if`, or `match_schema`.
  package struct Condition: Hashable, Sendable {
    /// `require`, `deny_if`, `approve_if`, `allow_if`, `match_schema`.
    package var kind: String
    /// `args.amount ≤ 100 and args.currency is "EUR"`.
    package var text: String
    package var pointer: String
    package var line: Int
    /// When the entry ends.
    package var expires: Moment?

    package init(kind: String, text: String, pointer: String, line: Int, expires: Moment? = nil) {
      self.kind = kind
      self.text = text
      self.pointer = pointer
      self.line = line
      self.expires = expires
    }
  }

  /// `limit` where an allow has limits, `ask` where every call is asked about.
  package var verdict: Verdict
  /// `allow`, `deny`, `ask`, `10/minute, checked`, `hide`; what `all_tools` adds follows in parentheses.
  package var summary: String
  /// A JSON pointer, or `(default)`, `(hidden)`, `(no policy)`.
  package var rule: String
  package var source: Source
  /// The line of the rule in the file.
  package var line: Int?
  package var reason: String?
  /// The limits of the tool's own rule.
  package var limits: [Limit]
  /// What depends on the arguments or the caller, one line each, of the tool's own rule and then of `all_tools`.
  package var conditions: [Condition] = []
  /// When the rule ends.
  package var expires: Moment?

  package init(
    verdict: Verdict, summary: String, rule: String, source: Source, line: Int? = nil, reason: String? = nil,
    limits: [Limit] = []
  ) {
    self.verdict = verdict
    self.summary = summary
    self.rule = rule
    self.source = source
    self.line = line
    self.reason = reason
    self.limits = limits
  }
}

extension PolicyEngine {
  /// What would be said to a call if no limit were reached and its arguments met all conditions; counts nothing.
  ///
  /// `now` decides what has expired; nil takes everything for valid.
  package func standing(server: ExactText, tool: ExactText, at now: Moment? = nil) -> Standing {
    standing(level: policy?.servers[server], tool, at: now)
  }

  /// Nil asks for what holds on a server that the policy does not name.
  func standing(level: CompiledLevel?, _ tool: ExactText, at now: Moment? = nil) -> Standing {
    guard let policy else {
      return Standing(
        verdict: .deny, summary: "deny", rule: Self.noPolicy.rule, source: .noPolicy, reason: Self.noPolicy.reason)
    }
    if let entry = policy.hiding(level, tool) {
      return Standing(
        verdict: .hide, summary: "hide", rule: "(hidden)", source: .hidden(entry.text.string), line: entry.line,
        reason: policy.hidden.reason)
    }
    let now = now ?? Moment(microseconds: .min)
    let rule =
      level?.tools.find(tool) { !$0.isExpired(at: now) } ?? policy.top.tools.find(tool) { !$0.isExpired(at: now) }
    let own = rule.map(Standing.init(of:)) ?? policy.standingByDefault(level)
    guard own.verdict != .deny else { return own }
    if !(rule?.isExact ?? false), let lookalike = policy.lookalike(level, tool, at: now) {
      return Standing(of: lookalike, in: policy)
    }
    let general = [level?.allTools, policy.top.allTools].compactMap { $0 }.filter { !$0.isExpired(at: now) }
    if let denying = general.first(where: \.denies) { return Standing(of: denying) }
    var standing = own
    for rule in general { standing.add(rule) }
    return standing
  }
}

extension PolicyEngine {
  /// How a person is asked about a tool for which every call is asked about.
  package func approvalTerms(server: ExactText, tool: ExactText, at now: Moment) -> ApprovalTerms {
    guard let policy else { return ApprovalTerms() }
    let level = policy.servers[server]
    let own =
      level?.tools.find(tool) { !$0.isExpired(at: now) } ?? policy.top.tools.find(tool) { !$0.isExpired(at: now) }
    let rules = [own, level?.allTools, policy.top.allTools].compactMap { $0 }.filter { !$0.isExpired(at: now) }
    let asking = rules.first { $0.asks }
    return asking?.rule.approval ?? rules.lazy.compactMap(\.rule.approval).first ?? ApprovalTerms()
  }
}

extension CompiledPolicy {
  fileprivate func standingByDefault(_ level: CompiledLevel?) -> Standing {
    let decision = fallbackDecision(level, .tools)
    return Standing(
      verdict: decision.verdict, summary: decision.verdict.rawValue, rule: decision.rule,
      source: level?.fallback == nil ? .globalDefault : .serverDefault, line: fallback(level)?.line,
      reason: decision.reason)
  }
}

extension Standing {
  /// Adds what a rule for all tools says.
  fileprivate mutating func add(_ rule: CompiledRule) {
    conditions += rule.rule.standingConditions
    guard rule.summary != "allow" else { return }
    summary += " (all tools \(rule.summary))"
    if rule.rule.limits.contains(where: \.allowsNothing) {
      verdict = .deny
    } else if rule.asks {
      verdict = .ask
    } else if !rule.limits.isEmpty, verdict == .allow {
      verdict = .limit
    }
  }

  /// Of a tool whose name could be taken for another's.
  fileprivate init(of lookalike: CompiledPolicy.Lookalike, in policy: CompiledPolicy) {
    switch lookalike {
    case .hidden(let entry):
      self.init(
        verdict: .hide, summary: "hide", rule: "(hidden)", source: .hidden(entry.text.string), line: entry.line,
        reason: policy.hidden.reason)
    case .denied(let rule):
      self.init(of: rule)
      reason = policy.decision(lookalike: rule).reason
    }
  }

  fileprivate init(of rule: CompiledRule) {
    let source: Source =
      switch rule.pattern {
      case .exact: .explicit
      case .glob: .pattern(rule.key?.string ?? "")
      case nil: .pattern("all_tools")
      }
    self.init(
      verdict: rule.rule.denies ? .deny : rule.asks ? .ask : rule.limits.isEmpty ? .allow : .limit,
      summary: rule.summary,
      rule: rule.rule.pointer, source: source, line: rule.rule.line,
      reason: rule.denies ? rule.denial.reason : rule.rule.reason, limits: rule.rule.limits.map(Limit.init(of:)))
    conditions = rule.rule.standingConditions
    expires = rule.rule.expires
  }
}

extension Standing.Limit {
  fileprivate init(of limit: PolicyLimit) {
    self.init(
      max: limit.max, windowSeconds: limit.window.seconds, window: limit.window.word ?? String(limit.window.seconds),
      scope: limit.scope, counter: limit.counter, pointer: limit.pointer)
    if let cost = limit.cost { details.append("adds \(cost.text)") }
    if limit.align == .calendar { details.append("resets on the calendar") }
    if limit.count == .succeeded { details.append("counts what succeeds") }
    if let expires = limit.expires { details.append("until \(expires.rfc3339)") }
  }
}

extension PolicyRule {
  fileprivate var standingConditions: [Standing.Condition] {
    var found: [Standing.Condition] = []
    if matchesSchema {
      found.append(
        Standing.Condition(
          kind: "match_schema", text: "the arguments match the tool's schema", pointer: pointer + "/match_schema",
          line: line))
    }
    let lists: [(ConditionEntry.Kind, [ConditionEntry])] = [
      (.require, require), (.denyIf, denyIf), (.approveIf, approveIf), (.allowIf, allowIf),
    ]
    for (kind, entries) in lists {
      for entry in entries {
        found.append(
          Standing.Condition(
            kind: kind.rawValue, text: entry.inWords, pointer: entry.pointer, line: entry.line, expires: entry.expires))
      }
    }
    return found
  }
}
