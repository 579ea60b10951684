import JSONText

/// A rule as the judge uses it: decisions written in advance, shared by reference.
final class CompiledRule: Sendable {
  let rule: PolicyRule
  /// The key it has in the policy; nil for `all_tools`.
  let key: ExactText?
  let pattern: NamePattern?
  let require: [CompiledEntry]
  let denyIf: [CompiledEntry]
  let approveIf: [CompiledEntry]
  let allowIf: [CompiledEntry]
  let limits: [CompiledLimit]
  let allowance: Decision
  let denial: Decision
  /// What is said where the rule's action asks a person.
  let question: Decision
  /// `deny`, `ask`, `allow`, `10/minute`.
  let summary: String
  let denies: Bool
  let asks: Bool
  let expires: Moment?
  /// Whether there is anything but an action and limits.
  let hasConditions: Bool
  /// Where it looks in the arguments.
  let paths: [ConditionPath]
  /// Whether it was written for this one name.
  var isExact: Bool { if case .exact = pattern { true } else { false } }

  init(_ rule: PolicyRule, key: ExactText?, pattern: NamePattern?, in section: PolicySection, isEnforced: Bool) {
    self.rule = rule
    self.key = key
    self.pattern = pattern
    denies = rule.action == .deny
    asks = rule.action == .requireApproval
    expires = rule.expires
    let reason = rule.reason.map(Self.withoutStop)
    func entries(_ entries: [ConditionEntry], _ kind: ConditionEntry.Kind) -> [CompiledEntry] {
      entries.map { CompiledEntry($0, kind, reason: reason, isEnforced: isEnforced) }
    }
    require = entries(rule.require, .require)
    denyIf = entries(rule.denyIf, .denyIf)
    approveIf = entries(rule.approveIf, .approveIf)
    allowIf = entries(rule.allowIf, .allowIf)
    hasConditions =
      rule.matchesSchema || !(require.isEmpty && denyIf.isEmpty && approveIf.isEmpty && allowIf.isEmpty)
    paths = Self.paths(of: rule)
    let place = Self.place(of: rule, key: key, pattern: pattern, in: section)
    limits = rule.limits.map { CompiledLimit($0, owner: place, reason: Self.text(of: $0, reason)) }
    allowance = Decision(.allow, rule: rule.pointer, isEnforced: isEnforced)
    denial = Decision(
      .deny, rule: rule.pointer, reason: reason ?? section.denial(isForAll: key == nil), isEnforced: isEnforced)
    question = Decision(
      .ask, rule: rule.pointer, reason: reason ?? section.question(isForAll: key == nil), isEnforced: isEnforced)
    summary = rule.summary
  }

  func isExpired(at now: Moment) -> Bool { expires.map { $0 <= now } ?? false }

  /// A limit without a name counts each tool by itself; what is no tool, and `all_tools`, is counted together: there a
  /// caller could choose a fresh name for every call, and the limit would never be reached.
  private static func place(
    of rule: PolicyRule, key: ExactText?, pattern: NamePattern?, in section: PolicySection
  ) -> CompiledLimit.Owner {
    guard section == .tools, let key else { return .rule(ExactText(rule.pointer)) }
    let parent = rule.pointer.utf8.count - Pointer.token(key.string).utf8.count
    return .eachTool(ExactText(String(decoding: rule.pointer.utf8.prefix(parent), as: UTF8.self)))
  }

  /// What is said where a limit is reached.
  static func text(of limit: PolicyLimit, _ reason: String?) -> String {
    var text = limit.max == .zero ? "the limit is 0 per " : "rate limit of \(limit.max) per "
    text += limit.window.inWords
    if limit.max > .zero { text += " reached" }
    return reason.map { "\(text): \($0)" } ?? text
  }

  /// A reason becomes part of a sentence.
  static func withoutStop(_ reason: String) -> String {
    reason.hasSuffix(".") && !reason.hasSuffix("..") ? String(reason.dropLast()) : reason
  }
}

/// An entry of conditions with what it decides.
struct CompiledEntry: Sendable {
  let entry: ConditionEntry
  let kind: ConditionEntry.Kind
  /// A denial, or for `approve_if` a question; not used of `allow_if`.
  let decision: Decision

  init(_ entry: ConditionEntry, _ kind: ConditionEntry.Kind, reason: String?, isEnforced: Bool) {
    self.entry = entry
    self.kind = kind
    let text = entry.text.map(CompiledRule.withoutStop) ?? reason
    decision = Decision(
      kind == .approveIf ? .ask : .deny, rule: entry.pointer, reason: text ?? entry.sentence(kind),
      isEnforced: isEnforced)
  }

  func isExpired(at now: Moment) -> Bool { entry.expires.map { $0 <= now } ?? false }

  /// The decision, which tells of a value whose type kept the condition from being looked at.
  func decision(_ outcome: ConditionEntry.Outcome) -> Decision {
    guard let mistyped = outcome.mistyped else { return decision }
    var decision = decision
    decision.reason = decision.reason.map { "\($0) (\(mistyped))" } ?? mistyped
    return decision
  }
}

/// The parts of a policy that hold rules.
enum PolicySection: Int, CaseIterable, Sendable {
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

  func question(isForAll: Bool) -> String {
    isForAll ? "a person must approve every tool call" : "a person must approve this \(noun)"
  }
}
