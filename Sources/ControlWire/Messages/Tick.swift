package import JSONText
package import Policy

/// What was decided since the last one, for whoever does not get every decision, and for rates.
package struct Tick: Hashable, Sendable {
  /// Decisions by verdict, in the order of `Verdict.allCases`.
  package var counts: [Int]
  /// Allow decisions that this subscriber's budget kept back.
  package var skipped: Int
  /// The same decisions by tool and rule, for subscribers with a budget.
  ///
  /// What does not fit comes with a later one.
  package var calls: [CallCount]

  package init(counts: [Int], skipped: Int = 0, calls: [CallCount] = []) {
    self.counts = counts
    self.skipped = skipped
    self.calls = calls
  }
}

/// How often a rule has decided on a tool, or on a method that is of no tool.
package struct CallCount: Hashable, Sendable {
  /// Nil for the sum of what is too much, or too long, to be told apart.
  package var server: ExactText?
  package var tool: ExactText?
  /// Where there is no tool.
  package var method: ExactText?
  package var rule: String?
  package var verdict: Verdict
  package var count: Int

  package init(
    server: ExactText?, tool: ExactText? = nil, method: ExactText? = nil, rule: String?, verdict: Verdict, count: Int
  ) {
    self.server = server
    self.tool = tool
    self.method = method
    self.rule = rule
    self.verdict = verdict
    self.count = count
  }
}
