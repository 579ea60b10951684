import JSONText

/// What a policy text says, in the order of the text, before it is compiled.
struct PolicyContent: Sendable {
  var isEnforced = true
  var top = PolicyLevel(pointer: "")
  var servers: [(name: ExactText, level: PolicyLevel)] = []
  var hasServers = false

  func level(_ server: ExactText?) -> PolicyLevel? {
    guard let server else { return top }
    return servers.first { $0.name == server }?.level
  }
}

/// The part of a policy that holds for all servers, or for one.
struct PolicyLevel: Sendable {
  struct Default: Sendable {
    var setting: DefaultSetting
    var line: Int
  }

  struct Hidden: Sendable {
    /// As it is written.
    var text: ExactText
    var pattern: NamePattern
    var pointer: String
    var line: Int
  }

  struct Entry: Sendable {
    /// As it is written.
    var key: ExactText
    var pattern: NamePattern
    var rule: PolicyRule
  }

  /// Where it stands: empty, or `/servers/<name>`.
  var pointer: String
  var fallback: Default?
  var allTools: PolicyRule?
  /// Nil where there is no such member; likewise the sections.
  var hide: [Hidden]?
  var tools: [Entry]?
  var resources: [Entry]?
  var prompts: [Entry]?
  var serverRequests: [Entry]?
}

struct PolicyRule: Sendable {
  enum Action: String, CaseIterable, Sendable {
    case allow, deny
    case requireApproval = "require_approval"
  }

  var pointer: String
  var line: Int
  var action: Action
  var reason: String?
  var require: [ConditionEntry] = []
  var denyIf: [ConditionEntry] = []
  var approveIf: [ConditionEntry] = []
  var allowIf: [ConditionEntry] = []
  var limits: [PolicyLimit] = []
  var approval: ApprovalTerms?
  /// From then on the rule is as if absent.
  var expires: Moment?
  var matchesSchema = false
  /// Its bytes in the text, its key included.
  var range = 0..<0

  var denies: Bool { action == .deny || limits.contains(where: \.allowsNothing) }

  /// What people read, as `deny`, `ask`, `allow`, `10/minute, 100/day, checked`; a limit of nothing is a denial.
  var summary: String {
    if denies { return "deny" }
    var parts = action == .requireApproval ? ["ask"] : limits.isEmpty ? ["allow"] : []
    parts += limits.map(\.summary)
    if matchesSchema || !require.isEmpty || !denyIf.isEmpty { parts.append("checked") }
    if !approveIf.isEmpty, action != .requireApproval { parts.append("may ask") }
    return parts.joined(separator: ", ")
  }
}

struct PolicyLimit: Sendable {
  enum Alignment: String, CaseIterable, Hashable, Sendable { case sliding, calendar }
  enum Counting: String, CaseIterable, Hashable, Sendable { case forwarded, succeeded }

  var pointer: String
  var line: Int
  var counter: ExactText?
  var window: LimitWindow
  var max: Amount
  var scope: LimitScope
  /// The argument that is added instead of 1.
  var cost: ConditionPath?
  var align = Alignment.sliding
  var count = Counting.forwarded
  /// From then on the limit is as if absent.
  var expires: Moment?

  /// Whether it denies every call.
  var allowsNothing: Bool { max == .zero && cost == nil }

  /// What people read, as `10/minute`.
  var summary: String { "\(max)/\(window.short)" }
}
