import JSONText

extension PolicyReader {
  /// What a count is kept by, where it has a name of the user's.
  struct SharedCount: Hashable {
    let counter: ExactText
    let window: LimitWindow
    let scope: LimitScope
  }

  mutating func add(_ limit: PolicyLimit, _ node: JSONNode, to rule: inout PolicyRule, _ place: RulePlace) {
    if let same = rule.limits.first(where: { $0.countsTheSame(as: limit) }) {
      // Two limits of one rule must not share a count: one of them would do nothing.
      error(
        at: node.range.lowerBound, "this limit counts the same calls as `\(same.pointer)`",
        help: "keep the smaller of the two")
    } else {
      compareWithItsShares(limit, node, place)
    }
    if limit.max == .zero {
      warning(
        at: node.range.lowerBound,
        limit.cost == nil ? "a limit of 0 denies every call" : "a limit of 0 denies every call that costs anything",
        help: limit.cost == nil ? "write `\"action\": \"deny\"`, which says so" : nil)
    }
    rule.limits.append(limit)
  }

  /// Limits that share a count must count the same way.
  private mutating func compareWithItsShares(_ limit: PolicyLimit, _ node: JSONNode, _ place: RulePlace) {
    guard let counter = limit.counter else { return }
    let share = SharedCount(counter: counter, window: limit.window, scope: limit.scope)
    guard let (first, firstPlace) = shares[share] else {
      shares[share] = (limit, place)
      return
    }
    let offset = node.range.lowerBound
    let shared = "shares the counter `\(counter)` with `\(first.pointer)`"
    if limit.align != first.align {
      error(
        at: offset, "this limit \(shared) and is aligned otherwise",
        help: "give both the same `align`, or another `counter`"
      )
    } else if limit.count != first.count {
      error(
        at: offset, "this limit \(shared) and counts otherwise",
        help: "give both the same `count`, or another `counter`")
    } else if (limit.cost == nil) != (first.cost == nil) {
      error(
        at: offset, "this limit \(shared), and only one of them adds costs",
        help: "give both a `cost`, or another `counter`")
    } else if limit.cost != first.cost, place == .allTools || firstPlace == .allTools {
      // One call may meet both, and would have two costs.
      error(
        at: offset, "this limit \(shared), which adds another cost of the same call",
        help: "give both the same `cost`, or another `counter`")
    } else if limit.max != first.max {
      warning(
        at: offset, "this limit \(shared) and allows \(limit.max), not \(first.max)",
        help: "give both the same `max`, unless one shall end earlier")
    }
  }

  mutating func limit(_ node: JSONNode) -> PolicyLimit? {
    var window: LimitWindow?
    var max: Amount?
    var has: Set<LimitKey> = []
    var counter: ExactText?
    var scope = LimitScope.grant
    var align = PolicyLimit.Alignment.sliding
    var count = PolicyLimit.Counting.forwarded
    var cost: ConditionPath?
    var expires: Moment?
    let errorsBefore = errorCount
    members(of: node, "a limit", help: #"write `{"window": "minute", "max": 10}`"#) { (reader, key: LimitKey, member) in
      has.insert(key)
      let value = member.value
      switch key {
      case .counter: counter = reader.string(value, "`counter`")
      case .window: window = reader.window(value)
      case .max: max = reader.max(value)
      case .scope: scope = reader.word(value, "`scope`") ?? scope
      case .align: align = reader.word(value, "`align`") ?? align
      case .count: count = reader.word(value, "`count`") ?? count
      case .cost: cost = reader.cost(value)
      case .expires: expires = reader.moment(value, "`expires`")
      }
    }
    guard node.members != nil else { return nil }
    demand("window", has.contains(.window), node)
    demand("max", has.contains(.max), node)
    // What a mistaken limit would share a count with is not known.
    guard let window, let max, errorCount == errorsBefore else { return nil }
    return PolicyLimit(
      pointer: pointer, line: line(of: node), counter: counter, window: window, max: max, scope: scope, cost: cost,
      align: align, count: count, expires: expires)
  }

  /// The short form: `{"max": 10, "window": 60}` or `"10/minute"`.
  mutating func rateLimit(_ node: JSONNode) -> PolicyLimit? {
    if let text = node.text { return rateLimit(text, at: node.range.lowerBound) }
    guard node.members != nil else {
      error(
        at: node.range.lowerBound, "`rate_limit` must be an object or a string, not \(node.kindInWords)",
        help: "write `\"10/minute\"` or `{\"max\": 10, \"window\": 60}`")
      return nil
    }
    var window: LimitWindow?
    var max: Amount?
    var has: Set<RateKey> = []
    members(of: node, "`rate_limit`") { (reader, key: RateKey, member) in
      has.insert(key)
      switch key {
      case .window: window = reader.window(member.value)
      case .max: max = reader.max(member.value)
      }
    }
    demand("window", has.contains(.window), node)
    demand("max", has.contains(.max), node)
    guard let window, let max else { return nil }
    return PolicyLimit(pointer: pointer, line: line(of: node), window: window, max: max, scope: .grant)
  }

  private mutating func rateLimit(_ text: ExactText, at offset: Int) -> PolicyLimit? {
    let parts = text.string.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard let first = parts.first, let last = parts.last, parts.count == 2,
      !first.isEmpty, first.utf8.count <= 16, first.utf8.allSatisfy({ 0x30...0x39 ~= $0 }),
      let max = WholeNumber.read(JSONNumber(text: first)), let window = LimitWindow(word: last)
    else {
      error(
        at: offset, "`\(text)` is not a rate",
        help: "write a whole number, a slash, and `second`, `minute`, `hour` or `day`: `10/minute`")
      return nil
    }
    return PolicyLimit(pointer: pointer, line: lines.line(of: offset), window: window, max: Amount(max), scope: .grant)
  }

  private mutating func window(_ node: JSONNode) -> LimitWindow? {
    let help = "write `second`, `minute`, `hour`, `day` or whole seconds from 1 to 2678400"
    let offset = node.range.lowerBound
    switch node.content {
    case .string(let text):
      if let window = LimitWindow(word: text.string) { return window }
      let aliases = [
        "s": "second", "sec": "second", "m": "minute", "min": "minute", "h": "hour", "hr": "hour", "d": "day",
      ]
      let near = aliases[text.string] ?? Suggestion.nearest(to: text.string, among: LimitWindow.words.map(\.word))
      error(at: offset, "`\(text)` is not a window", help: near.map { "did you mean `\($0)`?" } ?? help)
    case .number(let number):
      if let seconds = WholeNumber.read(number), let window = LimitWindow(seconds: seconds) { return window }
      error(at: offset, "`\(number.text)` is not a window", help: help)
    case .null, .bool, .array, .object:
      error(at: offset, "`window` must be a string or a number, not \(node.kindInWords)", help: help)
    }
    return nil
  }

  private mutating func max(_ node: JSONNode) -> Amount? {
    let offset = node.range.lowerBound
    guard case .number(let number) = node.content else {
      error(at: offset, "`max` must be a number, not \(node.kindInWords)")
      return nil
    }
    guard let max = Amount(exactly: number), max <= Amount(WholeNumber.greatest) else {
      error(
        at: offset,
        "`max` must be a number from 0 to \(WholeNumber.greatest) with at most 9 digits behind the point, not `\(number.text)`"
      )
      return nil
    }
    return max
  }

  /// The path of the argument that is added up.
  private mutating func cost(_ node: JSONNode) -> ConditionPath? {
    guard let path = conditionPath(node, "`cost`") else { return nil }
    guard path.root == .arguments, !path.steps.isEmpty else {
      error(
        at: node.range.lowerBound, "`\(path.text)` is no number among the arguments",
        help: "write a path that begins with `args.`")
      return nil
    }
    guard !path.hasStars else {
      error(
        at: node.range.lowerBound, "`\(path.text)` may be many numbers, and a call has one cost",
        help: "write `[0]`, or another argument")
      return nil
    }
    return path
  }
}

extension PolicyLimit {
  /// Whether another limit of the same rule would share this one's count and never matter.
  fileprivate func countsTheSame(as other: PolicyLimit) -> Bool {
    guard counter == other.counter, window == other.window, scope == other.scope, expires == other.expires else {
      return false
    }
    // A name is one count whatever it counts; without one, each limit has its own.
    return counter != nil || (align == other.align && count == other.count && cost == other.cost)
  }
}
