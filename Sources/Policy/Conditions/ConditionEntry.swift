import JSONText

/// One entry of `require`, `deny_if`, `approve_if` or `allow_if`: conditions that hold together or not at all.
struct ConditionEntry: Sendable {
  /// Which list an entry stands in, which decides what it makes of a missing or mistyped value.
  enum Kind: String, CaseIterable, Hashable, Sendable {
    case require
    case denyIf = "deny_if"
    case approveIf = "approve_if"
    case allowIf = "allow_if"

    /// Whether the entry lets a call through where it holds, so that every doubt must keep it from holding.
    var isPermissive: Bool { self == .require || self == .allowIf }
  }

  var pointer: String
  var line: Int
  var conditions: [Condition]
  /// `on_deny`, or `reason`: what the agent or the approver is told.
  var text: String?
  /// From then on the entry is as if absent.
  var expires: Moment?

  /// What an entry says to a call.
  struct Outcome: Hashable, Sendable {
    var holds: Bool
    /// Where a value had a type that its operator cannot take: which path had which type, as part of a sentence.
    var mistyped: String?
  }

  func outcome(_ kind: Kind, _ subject: ConditionSubject) -> Outcome {
    Outcome(holds: !kind.isPermissive, mistyped: nil)
  }

  /// What is said where the policy gives no reason, lower case and without a full stop.
  func sentence(_ kind: Kind) -> String {
    switch kind {
    case .require: "a condition that the policy requires does not hold"
    case .denyIf: "a condition under which the policy denies holds"
    case .approveIf: "a person must approve calls like this"
    case .allowIf: "a condition under which nobody is asked holds"
    }
  }

  /// What its conditions say, as `args.amount ≤ 100 and call.client is "ci"`.
  var inWords: String {
    conditions.isEmpty ? "always" : conditions.map { "\($0.path.text) \($0.op.rawValue)" }.joined(separator: " and ")
  }

  /// The same, condition by condition, for a person.
  func reports(_ kind: Kind, _ subject: ConditionSubject) -> [ConditionReport] { [] }
}

/// How one condition came out.
package struct ConditionReport: Hashable, Sendable {
  package enum Outcome: String, CaseIterable, Hashable, Sendable {
    case holds, fails, missing
    case wrongType = "wrong type"
  }

  /// The condition's place in the policy.
  package var pointer: String
  package var path: String
  package var op: String
  /// The condition's value as compact JSON.
  package var value: String
  package var outcome: Outcome
  /// What was found as compact JSON, cut where it is long; nil where there was nothing.
  package var found: String?

  package init(pointer: String, path: String, op: String, value: String, outcome: Outcome, found: String?) {
    self.pointer = pointer
    self.path = path
    self.op = op
    self.value = value
    self.outcome = outcome
    self.found = found
  }
}
