import JSONText

/// A limit as the judge uses it: everything that a denial says is written already, and shared by reference.
final class CompiledLimit: Sendable {
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
  let max: Amount
  let scope: LimitScope
  /// The argument that is added instead of 1.
  let cost: ConditionPath?
  /// The same as part of a key: two spellings of one place are one text.
  private let costName: ExactText?
  let align: PolicyLimit.Alignment
  let count: PolicyLimit.Counting
  /// From then on the limit is as if absent.
  let expires: Moment?
  let pointer: String
  let reason: String
  /// What people read, as `10/minute`.
  let summary: String

  init(_ limit: PolicyLimit, owner: Owner, reason: String) {
    self.owner = (limit.counter.map { .named($0) } ?? owner).bounded
    window = limit.window
    max = limit.max
    scope = limit.scope
    cost = limit.cost
    costName = limit.cost.map { CounterKey.bounded(ExactText($0.written(upTo: $0.steps.count, []))) }
    align = limit.align
    count = limit.count
    expires = limit.expires
    pointer = limit.pointer
    self.reason = reason
    summary = limit.summary
  }

  func applies(at now: Moment) -> Bool { expires.map { now < $0 } ?? true }

  func key(for call: Call, tool: ExactText?) -> CounterKey {
    let name: CounterKey.Name =
      switch owner {
      case .named(let name): .named(name)
      case .eachTool(let place): .own(place: place, tool: tool.map(CounterKey.bounded), cost: costName, count: count)
      case .rule(let place): .own(place: place, tool: nil, cost: costName, count: count)
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

extension CompiledLimit.Owner {
  fileprivate var bounded: Self {
    switch self {
    case .named(let name): .named(CounterKey.bounded(name))
    case .eachTool(let place): .eachTool(CounterKey.bounded(place))
    case .rule(let place): .rule(CounterKey.bounded(place))
    }
  }
}
