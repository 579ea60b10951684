/// The keys of a suite.
enum SuiteKey: String, PolicyKey {
  case policy, now, tools, cases
}

/// The keys of one case.
enum CaseKey: String, PolicyKey {
  case name, server, tool, resource, prompt, request, arguments, grant, client, session, at, times, every, fresh, expect

  /// The keys of which a case has exactly one.
  static let targets: [CaseKey] = [.tool, .resource, .prompt, .request]
}

/// The keys of what is expected.
enum ExpectationKey: String, PolicyKey {
  case verdict, rule, reason
  case retryAfter = "retry_after_ms"
}

extension Verdict: PolicyWord {
  static let kind = "a verdict"
}
