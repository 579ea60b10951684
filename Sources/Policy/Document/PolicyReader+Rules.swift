import JSONText

extension PolicyReader {
  /// One rule.
  ///
  /// `isNamed` tells a rule that has a name of the user's as its key from `all_tools`.
  mutating func rule(_ member: JSONMember, isNamed: Bool) -> PolicyRule {
    var rule = PolicyRule(pointer: pointer, line: line(of: member), action: .allow)
    let help = member.value.text.flatMap { RuleKey(exact: $0) == nil ? ActionWord(exact: $0) : nil }
      .map { "write `{\"action\": \"\($0.rawValue)\"}`" }
    members(of: member.value, isNamed ? "a rule" : "`all_tools`", help: help) { (reader, key: RuleKey, member) in
      switch key {
      case .action:
        if reader.word(member.value, "`action`", as: ActionWord.self) == .deny { rule.action = .deny }
      case .reason:
        rule.reason = reader.string(member.value, "`reason`")?.string
      case .limits:
        reader.elements(of: member.value, "`limits`") { reader, _, element in
          if let limit = reader.limit(element) { reader.add(limit, element, to: &rule) }
        }
      case .rateLimit:
        if let limit = reader.rateLimit(member.value) { reader.add(limit, member.value, to: &rule) }
      case .require, .denyIf, .approveIf, .allowIf, .approval, .expires, .matchSchema:
        break  // `members` has refused them
      }
    }
    return rule
  }

  /// Two limits of one rule must not share a count: one of them would do nothing.
  private mutating func add(_ limit: PolicyLimit, _ node: JSONNode, to rule: inout PolicyRule) {
    let same = rule.limits.first {
      $0.counter == limit.counter && $0.window == limit.window && $0.scope == limit.scope
    }
    if let same {
      error(
        at: node.range.lowerBound, "this limit counts the same calls as `\(same.pointer)`",
        help: "keep the smaller of the two")
    }
    rule.limits.append(limit)
  }

  private mutating func limit(_ node: JSONNode) -> PolicyLimit? {
    var counter: ExactText?
    var window: LimitWindow?
    var max: Int?
    var scope = LimitScope.grant
    var has: Set<LimitKey> = []
    members(of: node, "a limit") { (reader, key: LimitKey, member) in
      has.insert(key)
      let value = member.value
      switch key {
      case .counter: counter = reader.string(value, "`counter`")
      case .window: window = reader.window(value)
      case .max: max = reader.max(value)
      case .scope: scope = reader.word(value, "`scope`") ?? scope
      case .align: _ = reader.word(value, "`align`", as: AlignWord.self)
      case .count: _ = reader.word(value, "`count`", as: CountWord.self)
      case .cost, .expires: break  // `members` has refused them
      }
    }
    guard node.members != nil else { return nil }
    demand("window", has.contains(.window), node)
    demand("max", has.contains(.max), node)
    guard let window, let max else { return nil }
    return PolicyLimit(
      pointer: pointer, line: line(of: node), counter: counter, window: window, max: Amount(max), scope: scope)
  }

  /// The short form: `{"max": 10, "window": 60}` or `"10/minute"`.
  private mutating func rateLimit(_ node: JSONNode) -> PolicyLimit? {
    if let text = node.text { return rateLimit(text, at: node.range.lowerBound) }
    guard node.members != nil else {
      error(
        at: node.range.lowerBound, "`rate_limit` must be an object or a string, not \(node.kindInWords)",
        help: "write `\"10/minute\"` or `{\"max\": 10, \"window\": 60}`")
      return nil
    }
    var window: LimitWindow?
    var max: Int?
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
    return PolicyLimit(pointer: pointer, line: line(of: node), window: window, max: Amount(max), scope: .grant)
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

  private mutating func demand(_ key: String, _ isThere: Bool, _ node: JSONNode) {
    if !isThere { error(at: node.range.lowerBound, "`\(key)` is missing") }
  }

  private mutating func window(_ node: JSONNode) -> LimitWindow? {
    let help = "write `second`, `minute`, `hour`, `day` or whole seconds from 1 to 2678400"
    let offset = node.range.lowerBound
    switch node.content {
    case .string(let text):
      if let window = LimitWindow(word: text.string) { return window }
      let near = Suggestion.nearest(to: text.string, among: LimitWindow.words.map(\.word))
      error(at: offset, "`\(text)` is not a window", help: near.map { "did you mean `\($0)`?" } ?? help)
    case .number(let number):
      if let seconds = WholeNumber.read(number), let window = LimitWindow(seconds: seconds) { return window }
      error(at: offset, "`\(number.text)` is not a window", help: help)
    case .null, .bool, .array, .object:
      error(at: offset, "`window` must be a string or a number, not \(node.kindInWords)", help: help)
    }
    return nil
  }

  private mutating func max(_ node: JSONNode) -> Int? {
    let offset = node.range.lowerBound
    guard case .number(let number) = node.content else {
      error(at: offset, "`max` must be a number, not \(node.kindInWords)")
      return nil
    }
    guard let max = WholeNumber.read(number) else {
      error(
        at: offset, "`max` must be a whole number from 0 to \(WholeNumber.greatest), not `\(number.text)`")
      return nil
    }
    return max
  }
}
