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
    package var max: Int
    package var windowSeconds: Int
    /// `minute`, or the number of seconds, as `RuleSetting.limit` takes it.
    package var window: String
    package var scope: LimitScope
    /// The user's name for the count.
    package var counter: ExactText?
    package var pointer: String

    package init(
      max: Int, windowSeconds: Int, window: String, scope: LimitScope, counter: ExactText? = nil, pointer: String
    ) {
      self.max = max
      self.windowSeconds = windowSeconds
      self.window = window
      self.scope = scope
      self.counter = counter
      self.pointer = pointer
    }
  }

  /// `limit` where an allow has limits.
  package var verdict: Verdict
  /// `allow`, `deny`, `10/minute`, `hide`; limits of `all_tools` follow in parentheses.
  package var summary: String
  /// A JSON pointer, or `(default)`, `(hidden)`, `(no policy)`.
  package var rule: String
  package var source: Source
  /// The line of the rule in the file.
  package var line: Int?
  package var reason: String?
  /// The limits of the tool's own rule.
  package var limits: [Limit]

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
  /// What would be said to a call now if no limit were reached; counts nothing.
  package func standing(server: ExactText, tool: ExactText) -> Standing {
    standing(level: policy?.servers[server], tool)
  }

  /// Nil asks for what holds on a server that the policy does not name.
  func standing(level: CompiledLevel?, _ tool: ExactText) -> Standing {
    guard let policy else {
      return Standing(
        verdict: .deny, summary: "deny", rule: Self.noPolicy.rule, source: .noPolicy, reason: Self.noPolicy.reason)
    }
    if let entry = policy.hiding(level, tool) {
      return Standing(
        verdict: .hide, summary: "hide", rule: "(hidden)", source: .hidden(entry.text.string), line: entry.line,
        reason: policy.hidden.reason)
    }
    let rule = policy.rule(level, tool)
    let own = rule.map(Standing.init(of:)) ?? policy.standingByDefault(level)
    guard own.verdict != .deny else { return own }
    let general = [level?.allTools, policy.top.allTools].compactMap { $0 }
    if let denying = general.first(where: \.denies) { return Standing(of: denying) }
    var standing = own
    let limits = general.flatMap(\.limits)
    if !limits.isEmpty {
      standing.verdict = limits.contains { $0.max == 0 } ? .deny : .limit
      standing.summary += " (all tools \(limits.map(\.summary).joined(separator: ", ")))"
    }
    return standing
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
  fileprivate init(of rule: CompiledRule) {
    let source: Source =
      switch rule.pattern {
      case .exact: .explicit
      case .glob: .pattern(rule.key?.string ?? "")
      case nil: .pattern("all_tools")
      }
    self.init(
      verdict: rule.rule.denies ? .deny : rule.limits.isEmpty ? .allow : .limit, summary: rule.summary,
      rule: rule.rule.pointer, source: source, line: rule.rule.line,
      reason: rule.denies ? rule.denial.reason : rule.rule.reason,
      limits: rule.rule.limits.map {
        Limit(
          max: $0.max.whole ?? 0, windowSeconds: $0.window.seconds, window: $0.window.word ?? String($0.window.seconds),
          scope: $0.scope, counter: $0.counter, pointer: $0.pointer)
      })
  }
}
