package import JSONText

/// Where a rule stands in a policy.
package struct RuleAddress: Hashable, Sendable {
  package enum Section: String, CaseIterable, Hashable, Sendable {
    case tools, resources, prompts
    case serverRequests = "server_requests"
    case allTools = "all_tools"
  }

  /// Nil for the top level.
  package var server: ExactText?
  package var section: Section
  /// The rule's key as it is written, a name with its escapes or a glob; of no meaning for `all_tools`.
  package var key: ExactText

  package init(server: ExactText? = nil, _ section: Section, _ key: ExactText) {
    self.server = server
    self.section = section
    self.key = key
  }

  /// The rule for all tools of a server, or of all.
  package static func allTools(server: ExactText? = nil) -> RuleAddress { RuleAddress(server: server, .allTools, "") }

  /// The rule's JSON pointer.
  package var pointer: String {
    let level = server.map { "/servers/" + Pointer.token($0.string) } ?? ""
    let name = section == .allTools ? "" : "/" + Pointer.token(key.string)
    return "\(level)/\(section.rawValue)\(name)"
  }
}

/// What can be changed in one rule.
///
/// Limits are counted in the order of the text, a short `rate_limit` among them; it is written in its long form when a limit changes.
package enum RuleChange: Hashable, Sendable {
  /// Sets `action`; makes the rule where there is none, which no other change does but `addLimit`. Nil removes it.
  case action(RuleAction?)
  case reason(String?)
  /// A moment as `2026-12-31T00:00:00Z`.
  case expires(String?)
  case matchSchema(Bool?)
  /// Sets those of the terms that differ from what the rule says; nil removes them all.
  case approval(ApprovalTerms?)
  case addLimit(LimitTerms)
  case changeLimit(Int, LimitTerms)
  case removeLimit(Int)
  case addEntry(RuleList, EntryTerms)
  case changeEntry(RuleList, Int, EntryTerms)
  case removeEntry(RuleList, Int)
  /// Changes a condition of an entry, or adds one (nil).
  case setCondition(RuleList, entry: Int, Int?, ConditionTerms)
  /// Removes a condition, but not an entry's last: without conditions it would always hold.
  case removeCondition(RuleList, entry: Int, Int)
  /// Removes the whole rule.
  case remove
  /// Gives the rule another key, as it is to be written; the rule stays where it stands.
  case rename(ExactText)
  /// Makes the rule say this, and makes it where there is none; only what does not say it yet is written anew.
  case become(JSONNode)
  /// Moves a limit to another place among the limits; the others keep their order.
  case moveLimit(Int, to: Int)
  /// Makes the rule say what another one says, where there is none yet.
  case copy(RuleAddress)
}

/// What a rule does with a call.
package enum RuleAction: String, CaseIterable, Hashable, Sendable {
  case allow, deny
  case requireApproval = "require_approval"
}

/// A rule's lists of entries with conditions.
package enum RuleList: String, CaseIterable, Hashable, Sendable {
  case require
  case denyIf = "deny_if"
  case approveIf = "approve_if"
  case allowIf = "allow_if"

  /// What the text of an entry is called.
  package var textKey: String { self == .require || self == .denyIf ? "on_deny" : "reason" }
}

/// A limit as a person writes it; what is nil is not written.
package struct LimitTerms: Hashable, Sendable {
  package var counter: String?
  /// A word or a number of seconds.
  package var window: String
  /// A number of JSON's grammar.
  package var max: String
  package var scope: String?
  /// A path, as `args.amount`.
  package var cost: String?
  package var align: String?
  package var count: String?
  package var expires: String?

  package init(max: String, window: String) {
    self.max = max
    self.window = window
  }
}

/// An entry of a `RuleList` as a person writes it; what is nil is not written.
package struct EntryTerms: Hashable, Sendable {
  package var conditions: [ConditionTerms]
  /// `on_deny` or `reason`.
  package var text: String?
  package var expires: String?

  package init(_ conditions: [ConditionTerms], text: String? = nil, expires: String? = nil) {
    self.conditions = conditions
    self.text = text
    self.expires = expires
  }
}

/// A condition as a person writes it.
package struct ConditionTerms: Hashable, Sendable {
  package var path: String
  package var op: String
  package var value: JSONNode

  package init(_ path: String, _ op: String, _ value: JSONNode) {
    self.path = path
    self.op = op
    self.value = value
  }
}
