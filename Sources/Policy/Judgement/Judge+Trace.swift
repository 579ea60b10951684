import JSONText

// What a judgement tells a person; none of it decides anything.

extension CompiledPolicy {
  /// Notes the rules that name a request, in the order in which they are looked at.
  func noteRules<Trace: JudgementTrace>(
    _ level: CompiledLevel?, _ section: PolicySection, _ target: Call.Target, _ now: Moment, _ trace: inout Trace
  ) {
    guard let name = target.name else { return }
    var isFound = false
    for rule in (level?.rules(section)?.all(name) ?? []) + (top.rules(section)?.all(name) ?? []) {
      let pointer = rule.rule.pointer
      if rule.isExpired(at: now) {
        trace.note(.init(.rule, rule: pointer, .skipped, "it has expired"))
      } else if isFound {
        trace.note(.init(.rule, rule: pointer, .skipped, "a more specific rule governs"))
      } else {
        let how =
          switch rule.pattern {
          case .glob: "it is the most specific glob that matches"
          case .exact, nil: "it names the \(section.noun) exactly"
          }
        trace.note(.init(.rule, rule: pointer, .passes, how))
        isFound = true
      }
    }
    for rule in [level?.allTools, top.allTools] where section == .tools {
      guard let rule else { continue }
      let isExpired = rule.isExpired(at: now)
      trace.note(
        .init(
          .rule, rule: rule.rule.pointer, isExpired ? .skipped : .passes,
          isExpired ? "it has expired" : "it holds for all tools"))
    }
  }

  func note<Trace: JudgementTrace>(default decision: Decision, _ level: CompiledLevel?, _ trace: inout Trace) {
    let outcome: Explanation.Step.Outcome
    switch decision.verdict {
    case .allow: outcome = .passes
    case .ask: outcome = .asks
    case .deny, .limit, .hide: outcome = .denies
    }
    let place: String
    if let own = level?.fallback {
      place = "the server's default is \(own.setting.rawValue)"
    } else if let setting = top.fallback?.setting {
      place = "the default is \(setting.rawValue)"
    } else {
      place = "there is no default, which means deny"
    }
    trace.note(.init(.default, rule: decision.rule, outcome, "no rule names it, and \(place)"))
  }

  func noteLimits<Trace: JudgementTrace>(
    _ rules: ApplicableRules, _ outcome: Counters.Outcome, _ now: Moment, _ trace: inout Trace
  ) {
    let refusing: CompiledLimit?
    let reason: String
    switch outcome {
    case .reserved: (refusing, reason) = (nil, "")
    case .reached(let limit, _): (refusing, reason) = (limit, limit.reason)
    case .full(let limit): (refusing, reason) = (limit, "too many rate limits are being counted at once")
    case .unpaid(let limit, let why): (refusing, reason) = (limit, why)
    }
    for rule in [rules.own, rules.serverwide, rules.everywhere] {
      for limit in rule?.limits ?? [] {
        if !limit.applies(at: now) {
          trace.note(.init(.limit, rule: limit.pointer, .skipped, "it has expired"))
        } else if limit.pointer == refusing?.pointer {
          trace.note(.init(.limit, rule: limit.pointer, .denies, reason))
        } else {
          trace.note(.init(.limit, rule: limit.pointer, .passes, "\(limit.summary) for \(limit.scope.holder)"))
        }
      }
    }
  }
}

extension CompiledEntry {
  func step(_ outcome: Explanation.Step.Outcome, _ text: String) -> Explanation.Step {
    Explanation.Step(kind.subject, rule: entry.pointer, outcome, text)
  }

  /// What an entry that was looked at did.
  func step(_ outcome: ConditionEntry.Outcome, _ reports: [ConditionReport]) -> Explanation.Step {
    let effect: Explanation.Step.Outcome
    var text: String
    switch (kind, outcome.holds) {
    case (.require, true): (effect, text) = (.passes, "what it requires holds")
    case (.require, false): (effect, text) = (.denies, "what it requires does not hold")
    case (.denyIf, true): (effect, text) = (.denies, "its conditions hold")
    case (.approveIf, true): (effect, text) = (.asks, "its conditions hold")
    case (.allowIf, true): (effect, text) = (.spares, "its conditions hold, so nobody is asked")
    case (.denyIf, false), (.approveIf, false), (.allowIf, false):
      (effect, text) = (.skipped, "its conditions do not hold")
    }
    if let mistyped = outcome.mistyped { text += ": \(mistyped)" }
    return Explanation.Step(kind.subject, rule: entry.pointer, effect, text, conditions: reports)
  }
}

extension ConditionEntry.Kind {
  fileprivate var subject: Explanation.Step.Subject {
    switch self {
    case .require: .require
    case .denyIf: .denyIf
    case .approveIf: .approveIf
    case .allowIf: .allowIf
    }
  }
}

extension LimitScope {
  /// Who shares a count, as `each grant`.
  var holder: String {
    switch self {
    case .grant: "each grant"
    case .session: "each session"
    case .server: "all callers of a server"
    case .global: "everybody"
    }
  }
}
