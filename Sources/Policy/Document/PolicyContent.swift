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
  enum Action: String, CaseIterable, Sendable { case allow, deny }

  var pointer: String
  var line: Int
  var action: Action
  var reason: String?
  var limits: [PolicyLimit]

  var denies: Bool { action == .deny || limits.contains { $0.max == 0 } }

  /// What people read, as `deny`, `allow`, `10/minute, 100/day`; a limit of nothing is a denial.
  var summary: String {
    if denies { return "deny" }
    return limits.isEmpty ? "allow" : limits.map(\.summary).joined(separator: ", ")
  }
}

struct PolicyLimit: Hashable, Sendable {
  var pointer: String
  var counter: ExactText?
  var window: LimitWindow
  var max: Int
  var scope: LimitScope

  /// What people read, as `10/minute`.
  var summary: String { "\(max)/\(window.short)" }
}
