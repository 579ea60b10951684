import JSONText

/// The keys of one kind of object in a policy.
protocol PolicyKey: CaseIterable, RawRepresentable<String> {}

enum RootKey: String, PolicyKey {
  case version, `default`, mode, description, hide
  case allTools = "all_tools"
  case tools, resources, prompts
  case serverRequests = "server_requests"
  case servers
}

enum ServerKey: String, PolicyKey {
  case `default`, hide
  case allTools = "all_tools"
  case tools, resources, prompts
  case serverRequests = "server_requests"
}

enum RuleKey: String, PolicyKey {
  case action, reason, limits
  case rateLimit = "rate_limit"
  case require
  case denyIf = "deny_if"
  case approveIf = "approve_if"
  case allowIf = "allow_if"
  case approval, expires
  case matchSchema = "match_schema"
}

enum LimitKey: String, PolicyKey {
  case counter, window, max, scope, align, count, cost, expires
}

/// The keys of an entry of `require`, `deny_if`, `approve_if` or `allow_if`.
enum EntryKey: String, PolicyKey {
  case conditions
  case onDeny = "on_deny"
  case reason, expires

  /// Those of one list.
  static func keys(of kind: ConditionEntry.Kind) -> [EntryKey] {
    switch kind {
    case .require, .denyIf: [.conditions, .onDeny, .expires]
    case .approveIf: [.conditions, .reason, .expires]
    case .allowIf: [.conditions, .expires]
    }
  }
}

enum ConditionKey: String, PolicyKey {
  case path, op, value
}

enum ApprovalKey: String, PolicyKey {
  case hold, timeout, remember
  case onNoApprover = "on_no_approver"
}

/// The keys of the short form `rate_limit`.
enum RateKey: String, PolicyKey {
  case max, window
}

/// A closed list of words that a member's value is one of.
protocol PolicyWord: CaseIterable, RawRepresentable<String> {
  /// What the words are, with its article.
  static var kind: String { get }
  /// What other languages call them.
  static var aliases: [String: String] { get }
}

extension PolicyWord {
  static var aliases: [String: String] { [:] }
}

extension PolicyRule.Action: PolicyWord {
  static let kind = "an action"
  static let aliases = [
    "block": "deny", "reject": "deny", "refuse": "deny", "forbid": "deny", "permit": "allow", "accept": "allow",
    "pass": "allow", "ask": "require_approval", "approve": "require_approval", "approval": "require_approval",
  ]
}

extension DefaultSetting: PolicyWord {
  static let kind = "a default"
  static let aliases = PolicyRule.Action.aliases
}

enum ModeWord: String, PolicyWord {
  case enforce, observe

  static let kind = "a mode"
  static let aliases = [
    "log": "observe", "audit": "observe", "monitor": "observe", "shadow": "observe", "dry_run": "observe",
    "block": "enforce", "strict": "enforce",
  ]
}

extension PolicyLimit.Alignment: PolicyWord {
  static let kind = "a way to align a window"
}

extension PolicyLimit.Counting: PolicyWord {
  static let kind = "a way to count"
}

extension ApprovalTerms.Absence: PolicyWord {
  static let kind = "something to do where nobody can be asked"
}

extension ConditionOperator: PolicyWord {
  static let kind = "an operator"
  static let aliases = [
    "=": "eq", "==": "eq", "equals": "eq", "is": "eq", "!=": "neq", "<>": "neq", "ne": "neq", "not_equals": "neq",
    "<": "lt", "<=": "lte", "le": "lte", ">": "gt", ">=": "gte", "ge": "gte", "min": "gte", "max": "lte",
    "nin": "not_in", "one_of": "in", "includes": "contains", "prefix": "starts_with", "suffix": "ends_with",
    "like": "glob", "match": "regex", "matches": "regex", "pattern": "regex", "not_matches": "not_regex",
    "present": "exists", "max_length": "length_lte", "min_length": "length_gte", "under": "within", "inside": "within",
    "host": "host_in", "domain": "host_in",
  ]
}

extension LimitScope: PolicyWord {
  static let kind = "a scope"
}

extension RawRepresentable<String> {
  /// Compares bytes; `String ==` would also take other spellings of a letter.
  init?(exact text: ExactText) {
    self.init(rawValue: text.string)
    guard ExactText(rawValue) == text else { return nil }
  }
}
