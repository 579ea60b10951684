import JSONText

/// One entry of `require`, `deny_if`, `approve_if` or `allow_if`: conditions that hold together or not at all.
package struct ConditionEntry: Sendable {
  /// Which list an entry stands in, which decides what it makes of a missing or mistyped value.
  package enum Kind: String, CaseIterable, Hashable, Sendable {
    case require
    case denyIf = "deny_if"
    case approveIf = "approve_if"
    case allowIf = "allow_if"

    /// Whether the entry lets a call through where it holds, so that every doubt must keep it from holding.
    package var isPermissive: Bool { self == .require || self == .allowIf }
  }

  package var pointer: String
  package var line: Int
  package var conditions: [Condition]
  /// `on_deny`, or `reason`: what the agent or the approver is told.
  package var text: String?
  /// From then on the entry is as if absent.
  package var expires: Moment?

  package init(
    pointer: String, line: Int, conditions: [Condition], text: String? = nil, expires: Moment? = nil
  ) {
    self.pointer = pointer
    self.line = line
    self.conditions = conditions
    self.text = text
    self.expires = expires
  }

  /// What an entry says to a call.
  package struct Outcome: Hashable, Sendable {
    package var holds: Bool
    /// Where a value had a type that its operator cannot take: which path had which type, as part of a sentence.
    package var mistyped: String?
  }

  /// Whether the entry holds: all of its conditions do, and nothing has a type that keeps one from being judged.
  package func outcome(_ kind: Kind, _ subject: ConditionSubject) -> Outcome {
    var holds = true
    for condition in conditions {
      let outcome = condition.outcome(kind, subject)
      if outcome.result == .wrongType {
        return Outcome(holds: !kind.isPermissive, mistyped: condition.mistyped(outcome))
      }
      holds = holds && outcome.result == .holds
    }
    return Outcome(holds: holds, mistyped: nil)
  }

  /// The same, condition by condition, for a person.
  package func reports(_ kind: Kind, _ subject: ConditionSubject) -> [ConditionReport] {
    conditions.map { ConditionReport($0, $0.outcome(kind, subject)) }
  }
}

/// Entries are equal that say the same, wherever they stand.
extension ConditionEntry: Hashable {
  package static func == (left: ConditionEntry, right: ConditionEntry) -> Bool {
    left.conditions == right.conditions && left.exactText == right.exactText
      && left.expires == right.expires
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(conditions)
    hasher.combine(exactText)
    hasher.combine(expires)
  }

  private var exactText: ExactText? { text.map { ExactText($0) } }

  package func saysTheSame(as other: ConditionEntry) -> Bool { self == other }
}
