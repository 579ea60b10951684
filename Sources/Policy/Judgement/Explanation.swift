/// A decision with everything that led to it, in the order in which it was looked at.
package struct Explanation: Hashable, Sendable {
  package struct Step: Hashable, Sendable {
    /// What was looked at.
    package enum Subject: String, CaseIterable, Hashable, Sendable {
      case hide, rule, `default`, action, arguments
      case matchSchema = "match_schema"
      case require
      case denyIf = "deny_if"
      case limit
      case approveIf = "approve_if"
      case allowIf = "allow_if"
      /// Whether the tool is as it was accepted.
      case pin
    }

    package enum Outcome: String, CaseIterable, Hashable, Sendable {
      /// Nothing stands in the way here.
      case passes
      /// Does not apply: the name does not match, no condition holds, it has expired.
      case skipped
      case denies
      case asks
      /// A person need not be asked.
      case spares
    }

    package var subject: Subject
    /// The JSON pointer of what was looked at, or `(default)`.
    package var rule: String
    package var outcome: Outcome
    /// Why, as a clause: lower case, no full stop.
    package var text: String
    package var conditions: [ConditionReport]

    package init(
      _ subject: Subject, rule: String, _ outcome: Outcome, _ text: String, conditions: [ConditionReport] = []
    ) {
      self.subject = subject
      self.rule = rule
      self.outcome = outcome
      self.text = text
      self.conditions = conditions
    }
  }

  package var decision: Decision
  package var steps: [Step]

  package init(_ decision: Decision, steps: [Step]) {
    self.decision = decision
    self.steps = steps
  }
}
