import JSONText

/// The keys of one kind of object in a policy.
protocol PolicyKey: CaseIterable, RawRepresentable<String> {
  /// False for what the format has and this version does not enforce: an error, never ignored.
  var isSupported: Bool { get }
}

extension PolicyKey {
  var isSupported: Bool { true }
}

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

  var isSupported: Bool {
    switch self {
    case .action, .reason, .limits, .rateLimit: true
    case .require, .denyIf, .approveIf, .allowIf, .approval, .expires, .matchSchema: false
    }
  }
}

enum LimitKey: String, PolicyKey {
  case counter, window, max, scope, align, count, cost, expires

  var isSupported: Bool {
    switch self {
    case .counter, .window, .max, .scope, .align, .count: true
    case .cost, .expires: false
    }
  }
}

/// The keys of the short form `rate_limit`.
enum RateKey: String, PolicyKey {
  case max, window
}

/// A closed list of words that a member's value is one of.
protocol PolicyWord: CaseIterable, RawRepresentable<String> {
  /// What the words are, with its article.
  static var kind: String { get }
  /// False for what the format has and this version does not enforce.
  var isSupported: Bool { get }
}

extension PolicyWord {
  var isSupported: Bool { true }
}

enum ActionWord: String, PolicyWord {
  case allow, deny
  case requireApproval = "require_approval"

  static let kind = "an action"
  var isSupported: Bool { self != .requireApproval }
}

enum DefaultWord: String, PolicyWord {
  case deny, allow
  case requireApproval = "require_approval"

  static let kind = "a default"
  var isSupported: Bool { self != .requireApproval }
}

enum ModeWord: String, PolicyWord {
  case enforce, observe

  static let kind = "a mode"
}

enum AlignWord: String, PolicyWord {
  case sliding, calendar

  static let kind = "a way to align a window"
  var isSupported: Bool { self == .sliding }
}

enum CountWord: String, PolicyWord {
  case forwarded, succeeded

  static let kind = "a way to count"
  var isSupported: Bool { self == .forwarded }
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
