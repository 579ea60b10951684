import JSONText

/// A rule as the judge uses it: decisions written in advance, shared by reference.
final class CompiledRule: Sendable {
  let rule: PolicyRule
  /// The key it has in the policy; nil for `all_tools`.
  let key: ExactText?
  let pattern: NamePattern?
  let limits: [CompiledLimit]
  let allowance: Decision
  let denial: Decision
  /// `deny`, `allow`, `10/minute`.
  let summary: String
  var denies: Bool { rule.action == .deny }

  init(_ rule: PolicyRule, key: ExactText?, pattern: NamePattern?, in section: PolicySection, isEnforced: Bool) {
    self.rule = rule
    self.key = key
    self.pattern = pattern
    let reason = rule.reason.map(Self.withoutStop)
    let place = Self.place(of: rule, key: key, pattern: pattern, in: section)
    limits = rule.limits.map { limit in
      var text = limit.max == .zero ? "the limit is 0 per " : "rate limit of \(limit.max) per "
      text += limit.window.inWords
      if limit.max > .zero { text += " reached" }
      if let reason { text += ": \(reason)" }
      return CompiledLimit(
        owner: limit.counter.map { .named($0) } ?? place, window: limit.window, max: limit.max.whole ?? 0,
        scope: limit.scope,
        pointer: limit.pointer, reason: text, summary: limit.summary)
    }
    allowance = Decision(.allow, rule: rule.pointer, isEnforced: isEnforced)
    denial = Decision(
      .deny, rule: rule.pointer, reason: reason ?? section.denial(isForAll: key == nil), isEnforced: isEnforced)
    summary = rule.summary
  }

  /// A limit without a name counts each tool by itself; what is no tool, and `all_tools`, is counted together: there a
  /// caller could choose a fresh name for every call, and the limit would never be reached.
  private static func place(
    of rule: PolicyRule, key: ExactText?, pattern: NamePattern?, in section: PolicySection
  ) -> CompiledLimit.Owner {
    guard section == .tools, let key else { return .rule(ExactText(rule.pointer)) }
    let parent = rule.pointer.utf8.count - Pointer.token(key.string).utf8.count
    return .eachTool(ExactText(String(decoding: rule.pointer.utf8.prefix(parent), as: UTF8.self)))
  }

  /// A reason becomes part of a sentence.
  private static func withoutStop(_ reason: String) -> String {
    reason.hasSuffix(".") && !reason.hasSuffix("..") ? String(reason.dropLast()) : reason
  }
}

/// The parts of a policy that hold rules.
enum PolicySection: Sendable {
  case tools, resources, prompts, serverRequests, others

  /// What the caller asked for, in the words of a denial.
  var noun: String {
    switch self {
    case .tools: "tool"
    case .resources: "resource"
    case .prompts: "prompt"
    case .serverRequests: "server request"
    case .others: "method"
    }
  }

  func denial(isForAll: Bool) -> String {
    isForAll ? "the policy denies all tools" : "the policy denies this \(noun)"
  }
}
