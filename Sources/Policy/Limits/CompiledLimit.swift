import JSONText

/// A limit as the judge uses it: everything that a denial says is written already.
struct CompiledLimit: Sendable {
  enum Owner: Sendable {
    /// The user's name: limits of one name, window and scope share one count.
    case named(ExactText)
    /// One count for each tool that the rule governs; the text is the section's place in the policy.
    case eachTool(ExactText)
    /// One count for the rule; the text is its place in the policy.
    case rule(ExactText)
  }

  let owner: Owner
  let window: LimitWindow
  let max: Int
  let scope: LimitScope
  let pointer: String
  let reason: String
  /// What people read, as `10/minute`.
  let summary: String

  init(_ limit: PolicyLimit, place: Owner, reason: String?) {
    var text = limit.max == .zero ? "the limit is 0 per " : "rate limit of \(limit.max) per "
    text += limit.window.inWords
    if limit.max > .zero { text += " reached" }
    if let reason { text += ": \(reason)" }
    owner = limit.counter.map { .named($0) } ?? place
    window = limit.window
    max = limit.max.whole ?? 0
    scope = limit.scope
    pointer = limit.pointer
    self.reason = text
    summary = limit.summary
  }

  func key(for call: Call, tool: ExactText?) -> CounterKey {
    let name: CounterKey.Name =
      switch owner {
      case .named(let name): .named(name)
      case .eachTool(let place): .own(place: place, tool: tool.map(CounterKey.bounded))
      case .rule(let place): .own(place: place, tool: nil)
      }
    let holder: CounterKey.Holder =
      switch scope {
      case .grant: .grant(CounterKey.bounded(call.grant))
      case .session: .session(CounterKey.bounded(call.session))
      case .server: .server(CounterKey.bounded(call.server))
      case .global: .everyone
      }
    return CounterKey(name: name, window: window, holder: holder)
  }
}

/// What a count belongs to: names only, so that it outlives an edit of the policy.
struct CounterKey: Hashable, Sendable {
  enum Name: Hashable, Sendable {
    case named(ExactText)
    case own(place: ExactText, tool: ExactText?)
  }

  enum Holder: Hashable, Sendable {
    case grant(ExactText)
    case session(ExactText)
    case server(ExactText)
    case everyone
  }

  let name: Name
  let window: LimitWindow
  let holder: Holder

  /// A name that is not longer than a digest: a peer chooses tool names, and a key lives as long as its window.
  static func bounded(_ name: ExactText) -> ExactText {
    name.utf8.count <= 256 ? name : ExactText(ContentDigest(of: Array(name.utf8)).hexadecimal)
  }
}
