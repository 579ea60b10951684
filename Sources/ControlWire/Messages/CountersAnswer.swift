package import JSONText
package import Policy

/// How far the limits of one tool are used up, by everybody who has called it.
package struct CountersAnswer: Hashable, Sendable {
  package struct Count: Hashable, Sendable {
    /// The limit's place in the policy.
    package var rule: String
    package var scope: LimitScope
    /// Whose count it is; nil where the limit counts everybody together.
    package var holder: ExactText?
    /// Decimal numbers: calls, or what they cost.
    package var used: String
    package var max: String
    package var window: String
    /// How long until something of it counts no more, in microseconds.
    package var lessIn: Int64?

    package init(
      rule: String, scope: LimitScope, holder: ExactText?, used: String, max: String, window: String, lessIn: Int64?
    ) {
      self.rule = rule
      self.scope = scope
      self.holder = holder
      self.used = used
      self.max = max
      self.window = window
      self.lessIn = lessIn
    }
  }

  package var server: ExactText
  package var tool: ExactText
  /// The fullest first, at most `most`.
  package var counts: [Count]
  /// How many more there are.
  package var untold: Int

  package static let most = 100

  package init(server: ExactText, tool: ExactText, counts: [Count], untold: Int = 0) {
    self.server = server
    self.tool = tool
    self.counts = counts
    self.untold = untold
  }
}
