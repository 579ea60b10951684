import JSONSchema
import JSONText

/// What came of the cases of a suite under one policy.
package struct SuiteRun: Sendable {
  /// What came of one case.
  package struct Outcome: Sendable {
    package var tested: PolicySuite.Case
    /// What the first call got that did not come out as expected; what the last one got where all did.
    package var decision: Decision
    /// The number of the call that `decision` is about, from 1.
    package var call: Int
    /// What is not as expected, one line each; empty where all is.
    package var differences: [String]
    /// Why it was decided so; only of cases that failed.
    package var explanation: Explanation?

    package var passed: Bool { differences.isEmpty }
  }

  package let outcomes: [Outcome]
  /// The rules that decided about no case, in the order of the policy.
  package let idleRules: [String]

  package var failed: Int { outcomes.count { !$0.passed } }
  package var passed: Int { outcomes.count - failed }

  /// Runs the cases in their order, with counts of their own.
  package init(_ suite: PolicySuite, under document: PolicyDocument) {
    let engine = PolicyEngine(document)
    var counters = Counters()
    var outcomes: [Outcome] = []
    var touched: Set<String> = []
    for tested in suite.cases {
      if tested.isFresh { counters = Counters() }
      outcomes.append(Self.outcome(of: tested, suite, engine, &counters, &touched))
    }
    self.outcomes = outcomes
    idleRules = document.rulePointers.filter { !touched.contains($0) }
  }

  private static func outcome(
    of tested: PolicySuite.Case, _ suite: PolicySuite, _ engine: PolicyEngine, _ counters: inout Counters,
    _ touched: inout Set<String>
  ) -> Outcome {
    let schema = suite.schema(for: tested.call)
    let before = counters
    var last = Decision(.deny, rule: "")
    var failure: (decision: Decision, call: Int, differences: [String])?
    for repetition in 0..<tested.times {
      last = judge(tested, repetition, schema, engine, &counters)
      guard failure == nil else { continue }
      let differences = tested.expected.differences(from: last)
      if !differences.isEmpty { failure = (last, repetition + 1, differences) }
    }
    let first = engine.explain(
      tested.call, arguments: tested.arguments, inputSchema: schema, counters: before, at: tested.start)
    for step in first.steps where step.outcome != .skipped { touched.insert(step.rule) }
    guard let failure else {
      return Outcome(tested: tested, decision: last, call: tested.times, differences: [], explanation: nil)
    }
    // Once more up to the call that failed: keeping the counts before every call would cost more.
    var again = before
    for repetition in 0..<failure.call - 1 { _ = judge(tested, repetition, schema, engine, &again) }
    let explanation = engine.explain(
      tested.call, arguments: tested.arguments, inputSchema: schema, counters: again,
      at: tested.moment(failure.call - 1))
    return Outcome(
      tested: tested, decision: failure.decision, call: failure.call, differences: failure.differences,
      explanation: explanation)
  }

  /// Makes one call of a case.
  ///
  /// Where a person would be asked nobody answers, so the call does not count; one that is only observed goes through.
  private static func judge(
    _ tested: PolicySuite.Case, _ repetition: Int, _ schema: ToolSchema, _ engine: PolicyEngine,
    _ counters: inout Counters
  ) -> Decision {
    let now = tested.moment(repetition)
    let judgement = engine.judge(
      tested.call, counters: &counters, at: now, arguments: { tested.arguments }, inputSchema: { schema })
    if judgement.decision.verdict == .ask, judgement.decision.isEnforced, let reservation = judgement.reservation {
      counters.giveBack(reservation, at: now)
    }
    return judgement.decision
  }
}

extension PolicySuite {
  fileprivate func schema(for call: Call) -> ToolSchema {
    guard case .tool(let name) = call.target, let schema = schemas[call.server]?[name] else { return .unknown }
    return .known(schema)
  }
}

extension PolicySuite.Expectation {
  /// What is not as expected, each as `rule: expected /tools/x, got (default)`.
  func differences(from decision: Decision) -> [String] {
    var found: [String] = []
    if verdict != decision.verdict {
      found.append("verdict: expected \(verdict.rawValue), got \(decision.verdict.rawValue)")
    }
    if let rule, rule != ExactText(decision.rule) { found.append("rule: expected \(rule), got \(decision.rule)") }
    if let reason, !(decision.reason.map { ExactText($0).contains(reason) } ?? false) {
      found.append("reason: expected a text with `\(reason)`, got \(decision.reason.map { "`\($0)`" } ?? "none")")
    }
    if let expected = retryAfterMilliseconds, expected != decision.waitMilliseconds {
      let got = decision.waitMilliseconds.map { String($0) } ?? "none"
      found.append("retry_after_ms: expected \(expected), got \(got)")
    }
    return found
  }
}

extension ExactText {
  /// Whether the bytes of another text stand in it.
  fileprivate func contains(_ part: ExactText) -> Bool {
    let (text, part) = (Array(utf8), Array(part.utf8))
    guard part.count <= text.count else { return false }
    return (0...text.count - part.count).contains { text[$0..<$0 + part.count].elementsEqual(part) }
  }
}

extension PolicyDocument {
  /// The JSON pointers of all rules, in the order of the policy.
  var rulePointers: [String] {
    ([content.top] + content.servers.map(\.level)).flatMap { level in
      let named = [level.tools, level.resources, level.prompts, level.serverRequests]
        .flatMap { $0 ?? [] }.map(\.rule)
      return (level.allTools.map { [$0] } ?? []) + named
    }.map(\.pointer)
  }
}
