import JSONText

/// What a value of a policy is, by the keys that lead to it.
///
/// It says where a new member belongs, how new text is laid out, and how two changes of one value come together.
enum PolicyShape: Hashable, Sendable {
  case policy, servers, server
  /// `tools` and its like: rules by name.
  case section
  case rule, limits, limit, rate
  /// `require` and its like.
  case entries
  case entry, conditions, condition, approval, hide
  /// What has no parts that the format knows.
  case value

  /// The keys that the format knows here, in its order.
  var keys: [ExactText] {
    switch self {
    case .policy: Self.policyKeys
    case .server: Self.serverKeys
    case .rule: Self.ruleKeys
    case .limit, .rate: Self.limitKeys
    case .entry: Self.entryKeys
    case .condition: Self.conditionKeys
    case .approval: Self.approvalKeys
    case .servers, .section, .limits, .entries, .conditions, .hide, .value: []
    }
  }

  private static let serverKeys: [ExactText] = [
    "default", "hide", "all_tools", "tools", "resources", "prompts", "server_requests",
  ]
  private static let policyKeys: [ExactText] =
    ["version", "default", "mode", "description"] + serverKeys.dropFirst() + ["servers"]
  private static let ruleKeys: [ExactText] = [
    "action", "reason", "require", "deny_if", "approve_if", "allow_if", "rate_limit", "limits", "approval", "expires",
    "match_schema",
  ]
  private static let limitKeys: [ExactText] = [
    "counter", "window", "max", "scope", "cost", "align", "count", "expires",
  ]
  private static let entryKeys: [ExactText] = ["conditions", "on_deny", "reason", "expires"]
  private static let conditionKeys: [ExactText] = ["path", "op", "value"]
  private static let approvalKeys: [ExactText] = ["hold", "timeout", "remember", "on_no_approver"]

  /// What a member's value is.
  func child(_ key: ExactText) -> PolicyShape {
    switch self {
    case .servers: .server
    case .section: .rule
    case .policy, .server:
      switch key {
      case "servers": self == .policy ? .servers : .value
      case "tools", "resources", "prompts", "server_requests": .section
      case "all_tools": .rule
      case "hide": .hide
      default: .value
      }
    case .rule:
      switch key {
      case "limits": .limits
      case "rate_limit": .rate
      case "require", "deny_if", "approve_if", "allow_if": .entries
      case "approval": .approval
      default: .value
      }
    case .entry: key == "conditions" ? .conditions : .value
    case .limits, .limit, .rate, .entries, .conditions, .condition, .approval, .hide, .value: .value
    }
  }

  /// What an element of the array is.
  var element: PolicyShape {
    switch self {
    case .limits: .limit
    case .entries: .entry
    case .conditions: .condition
    default: .value
    }
  }

  /// Whether people give the keys their names.
  var isMap: Bool { self == .servers || self == .section }

  /// Whether it holds rules, so that it is spread over lines wherever lines are.
  var isContainer: Bool { self == .policy || self == .server || isMap }
}
