import JSONText

/// The keys of one kind of mapping in an Intercept policy.
protocol InterceptKey: CaseIterable, Hashable, RawRepresentable<String> {}

extension InterceptKey {
  /// Compares bytes.
  init?(exact text: ExactText) {
    guard let key = Self.allCases.first(where: { ExactText($0.rawValue) == text }) else { return nil }
    self = key
  }
}

enum InterceptRootKey: String, InterceptKey {
  case version, description, `default`, hide, tools
}

enum InterceptToolKey: String, InterceptKey {
  case rules
}

enum InterceptRuleKey: String, InterceptKey {
  case name, action
  case rateLimit = "rate_limit"
  case conditions
  case onDeny = "on_deny"
  case state
}

enum InterceptConditionKey: String, InterceptKey {
  case path, op, value
}

enum InterceptStateKey: String, InterceptKey {
  case counter, window, increment
  case incrementFrom = "increment_from"
}

enum InterceptOperator: String, InterceptKey {
  case eq, neq
  case `in`
  case notIn = "not_in"
  case lt, lte, gt, gte, regex, contains, exists
}

enum InterceptWindow: String, InterceptKey {
  case minute, hour, day
}
