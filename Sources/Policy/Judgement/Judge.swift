import JSONSchema
import JSONText

/// The rules that a request must satisfy: its own, and for a tool those for all tools of its server and of every server.
struct ApplicableRules {
  var own: CompiledRule?
  var serverwide: CompiledRule?
  var everywhere: CompiledRule?

  /// The first answer that one of the rules gives, the request's own rule first.
  func first<Answer>(_ answer: (CompiledRule) -> Answer?) -> Answer? {
    if let own, let found = answer(own) { return found }
    if let serverwide, let found = answer(serverwide) { return found }
    if let everywhere, let found = answer(everywhere) { return found }
    return nil
  }

  /// Whether the action of one of them is to ask a person.
  var ask: Bool { own?.asks ?? false || serverwide?.asks ?? false || everywhere?.asks ?? false }

  var haveConditions: Bool {
    own?.hasConditions ?? false || serverwide?.hasConditions ?? false || everywhere?.hasConditions ?? false
  }
}

extension CompiledPolicy {
  /// Judges one request in the order that the format promises; the first denial wins.
  func judge<Trace: JudgementTrace>(
    _ call: Call, pin: PinVerdict, counters: inout Counters, at now: Moment, arguments: () -> JSONNode?,
    inputSchema: () -> ToolSchema, trace: inout Trace
  ) -> Judgement {
    var places = CountPlaces(isKept: false)
    return judge(
      call, find(call, at: now), &places, pin: pin, counters: &counters, at: now, arguments: arguments,
      inputSchema: inputSchema, trace: &trace)
  }

  /// The same by what `find` says of the request at this moment.
  func judge<Trace: JudgementTrace>(
    _ call: Call, _ found: FoundRules, _ places: inout CountPlaces, pin: PinVerdict, counters: inout Counters,
    at now: Moment, arguments: () -> JSONNode?, inputSchema: () -> ToolSchema, trace: inout Trace
  ) -> Judgement {
    let level = found.level
    let section = PolicySection(call.target)
    if let entry = found.hiding {
      trace.note(.init(.hide, rule: entry.pointer, .denies, "`\(entry.text)` hides the tool"))
      return Judgement(hidden)
    }
    if Trace.isOn { noteRules(level, section, call.target, now, &trace) }
    let rules = found.rules
    if rules.own == nil {
      let decision = fallbackDecision(level, section)
      if Trace.isOn { note(default: decision, level, &trace) }
      if decision.verdict == .deny { return Judgement(decision) }
    }
    if !(rules.own?.isExact ?? false), !(rules.own?.denies ?? false) {
      if let judgement = judge(lookalikesOf: call.target, rules.own, level, now, &trace) { return judgement }
    }
    if let denying = rules.first({ $0.denies ? $0 : nil }) {
      trace.note(.init(.action, rule: denying.rule.pointer, .denies, "its action is deny"))
      return Judgement(denying.denial)
    }
    if case .denies(let reason) = pin {
      trace.note(.init(.pin, rule: PinVerdict.rule, .denies, reason))
      return Judgement(Decision(.deny, rule: PinVerdict.rule, reason: reason, isEnforced: isEnforced))
    }
    var question: (decision: Decision, terms: ApprovalTerms)?
    var held: JSONNode??
    // Read once, and only where somebody looks.
    func read() -> JSONNode? {
      if let held { return held }
      let node: JSONNode?
      if case .resource(let uri) = call.target {
        node = JSONNode(.object([JSONMember(key: "uri", value: JSONNode(.string(uri)))]))
      } else {
        node = arguments()
      }
      held = .some(node)
      return node
    }
    if let twin = twin(rules, call.target, read) {
      trace.note(.init(.arguments, rule: Decision.malformed, .denies, twin.inWords))
      return Judgement(Decision(.deny, rule: Decision.malformed, reason: twin.inWords))
    }
    if rules.haveConditions {
      if let denial = schemaDenial(rules, read, inputSchema, &trace) { return Judgement(denial) }
      let subject = ConditionSubject(call: call, arguments: read())
      if let denial = conditionDenial(rules, subject, now, &trace) { return Judgement(denial) }
      question = self.question(rules, level, section, subject, now, &trace)
    } else if rules.ask || rules.own == nil && fallback(level)?.setting == .requireApproval {
      question = self.question(rules, level, section, nil, now, &trace)
    } else {
      question = nil
    }
    if case .asks(let reason) = pin {
      // Whatever else asks, and whatever would spare it: that was said of another definition.
      trace.note(.init(.pin, rule: PinVerdict.rule, .asks, reason))
      let terms = question?.terms ?? rules.first { $0.rule.approval } ?? ApprovalTerms()
      question = (Decision(.ask, rule: PinVerdict.rule, reason: reason, isEnforced: isEnforced), terms)
    }
    let tool: ExactText? = if case .tool(let name) = call.target { name } else { nil }
    let outcome = counters.reserve(
      rules.own, rules.serverwide, rules.everywhere, for: call, tool: tool, at: now, isRevocable: question != nil,
      places: &places, arguments: read)
    if Trace.isOn { noteLimits(rules, outcome, now, &trace) }
    switch outcome {
    case .reserved(let reservation):
      if let question {
        return Judgement(question.decision, reservation: reservation, approval: question.terms)
      }
      return Judgement(rules.own?.allowance ?? allowance, reservation: reservation)
    case .reached, .full, .unpaid:
      return Judgement(decision(outcome))
    }
  }

  // MARK: Names and keys that could be taken for others

  private func judge<Trace: JudgementTrace>(
    lookalikesOf target: Call.Target, _ own: CompiledRule?, _ level: CompiledLevel?, _ now: Moment,
    _ trace: inout Trace
  ) -> Judgement? {
    let decision: Decision?
    switch target {
    case .tool(let name): return judge(lookalikesOf: name, level, now, &trace)
    case .resource(let uri): decision = self.decision(misread: uri, own, level, at: now)
    case .prompt(let name):
      decision = lookalike(prompt: name, level, at: now).map { self.decision(lookalikePrompt: $0) }
    case .serverRequest, .other: decision = nil
    }
    guard let decision else { return nil }
    trace.note(.init(.rule, rule: decision.rule, .denies, decision.reason ?? ""))
    return Judgement(decision)
  }

  private func judge<Trace: JudgementTrace>(
    lookalikesOf name: ExactText, _ level: CompiledLevel?, _ now: Moment, _ trace: inout Trace
  ) -> Judgement? {
    switch lookalike(level, name, at: now) {
    case nil: return nil
    case .hidden(let entry):
      trace.note(
        .init(.hide, rule: entry.pointer, .denies, "the name could be taken for one that `\(entry.text)` hides"))
      return Judgement(hidden)
    case .denied(let rule):
      let decision = decision(lookalike: rule)
      trace.note(.init(.rule, rule: decision.rule, .denies, "no rule names it exactly, and \(decision.reason ?? "")"))
      return Judgement(decision)
    }
  }

  /// A key of the arguments that a careless server takes for one at which a rule looks.
  ///
  /// A tool's and a prompt's arguments were read already as strictly as their server needs it.
  private func twin(
    _ rules: ApplicableRules, _ target: Call.Target, _ arguments: () -> JSONNode?
  ) -> ConditionPath.Twin? {
    let mayStandBeside =
      switch target {
      case .tool, .prompt: true
      case .resource, .serverRequest, .other: false
      }
    return rules.first { rule in
      guard !rule.paths.isEmpty, let arguments = arguments() else { return nil }
      for path in rule.paths {
        if let twin = path.twin(in: arguments, mayStandBeside: mayStandBeside) { return twin }
      }
      return nil
    }
  }

  // MARK: Steps 6 to 8

  private func schemaDenial<Trace: JudgementTrace>(
    _ rules: ApplicableRules, _ arguments: () -> JSONNode?, _ inputSchema: () -> ToolSchema, _ trace: inout Trace
  ) -> Decision? {
    guard let asking = rules.first({ $0.rule.matchesSchema ? $0 : nil }) else { return nil }
    let pointer = asking.rule.pointer + "/match_schema"
    let reason: String
    switch inputSchema() {
    case .unknown:
      reason = "the tool's input schema is not known yet; list the server's tools first"
    case .unusable(let why):
      reason = "the tool's input schema cannot be used: \(why)"
    case .known(let schema):
      guard let failure = schema.failure(of: arguments() ?? JSONNode(.object([]))) else {
        trace.note(.init(.matchSchema, rule: pointer, .passes, "the arguments match the tool's schema"))
        return nil
      }
      reason = "the arguments do not match the tool's schema: \(failure)"
    }
    trace.note(.init(.matchSchema, rule: pointer, .denies, reason))
    return Decision(.deny, rule: pointer, reason: reason, isEnforced: isEnforced)
  }

  private func conditionDenial<Trace: JudgementTrace>(
    _ rules: ApplicableRules, _ subject: ConditionSubject, _ now: Moment, _ trace: inout Trace
  ) -> Decision? {
    let unmet = rules.first { rule in
      for entry in rule.require {
        if let outcome = look(entry, subject, now, &trace), !outcome.holds { return entry.decision(outcome) }
      }
      return nil
    }
    if let unmet { return unmet }
    return rules.first { rule in
      for entry in rule.denyIf {
        if let outcome = look(entry, subject, now, &trace), outcome.holds { return entry.decision(outcome) }
      }
      return nil
    }
  }

  /// What an entry says; nil if it has expired.
  private func look<Trace: JudgementTrace>(
    _ entry: CompiledEntry, _ subject: ConditionSubject, _ now: Moment, _ trace: inout Trace
  ) -> ConditionEntry.Outcome? {
    if entry.isExpired(at: now) {
      trace.note(entry.step(.skipped, "it has expired"))
      return nil
    }
    let outcome = entry.entry.outcome(entry.kind, subject)
    if Trace.isOn { trace.note(entry.step(outcome, entry.entry.reports(entry.kind, subject))) }
    return outcome
  }

  // MARK: Step 10

  /// Whether a person is to be asked, and in which words; nil where nobody is.
  private func question<Trace: JudgementTrace>(
    _ rules: ApplicableRules, _ level: CompiledLevel?, _ section: PolicySection, _ subject: ConditionSubject?,
    _ now: Moment, _ trace: inout Trace
  ) -> (decision: Decision, terms: ApprovalTerms)? {
    // Who asks says how long; else the tool's own rule, else what is said for all tools.
    let general = rules.first { $0.rule.approval } ?? ApprovalTerms()
    var asked = rules.first { rule -> (decision: Decision, terms: ApprovalTerms)? in
      let terms = rule.rule.approval ?? general
      if rule.asks {
        trace.note(.init(.action, rule: rule.rule.pointer, .asks, "its action is require_approval"))
        return (rule.question, terms)
      }
      guard let subject else { return nil }
      for entry in rule.approveIf {
        if let outcome = look(entry, subject, now, &trace), outcome.holds { return (entry.decision(outcome), terms) }
      }
      return nil
    }
    if asked == nil, rules.own == nil, fallback(level)?.setting == .requireApproval {
      asked = (fallbackDecision(level, section), general)
    }
    guard asked != nil, let subject else { return asked }
    let isSpared: Bool? = rules.first { rule in
      for entry in rule.allowIf {
        if let outcome = look(entry, subject, now, &trace), outcome.holds { return true }
      }
      return nil
    }
    return isSpared == true ? nil : asked
  }

  // MARK: Step 9

  private func decision(_ outcome: Counters.Outcome) -> Decision {
    switch outcome {
    case .reserved: allowance
    case .reached(let limit, let wait):
      Decision(
        wait == nil ? .deny : .limit, rule: limit.pointer, reason: limit.reason, retryAfter: wait,
        isEnforced: isEnforced)
    case .full(let limit):
      Decision(
        .limit, rule: limit.pointer, reason: "too many rate limits are being counted at once", isEnforced: isEnforced)
    case .unpaid(let limit, let why):
      Decision(.deny, rule: limit.pointer, reason: why, isEnforced: isEnforced)
    }
  }
}

extension PolicySection {
  init(_ target: Call.Target) {
    self =
      switch target {
      case .tool: .tools
      case .resource: .resources
      case .prompt: .prompts
      case .serverRequest: .serverRequests
      case .other: .others
      }
  }
}

extension Call.Target {
  /// What rules are looked up by; nil for what no rule can name.
  var name: ExactText? {
    switch self {
    case .tool(let name), .prompt(let name): name
    case .resource(let uri): uri
    case .serverRequest(let method): method
    case .other: nil
    }
  }
}
