import JSONText
import Policy

/// The rules of one tool while they are put together to one.
struct RuleDraft {
  /// The text of the first rule that denies.
  var denial: Carried?
  var require: [Carried] = []
  var denyIf: [Carried] = []
  var limits: [Carried] = []
  /// What the rules with limits tell the agent.
  var limitTexts: [Carried] = []
  /// The counters of the tool's rules, which Intercept wants to be different.
  var counters: Set<ExactText> = []
}

/// A rule's counter as it is written.
struct CounterDraft {
  var name: String
  /// What conditions call it.
  var path: ExactText
  var window: InterceptWindow
  var increment: Int
  var cost: Carried?
  var place: TextPlace
}

/// What a rule says of its counter.
enum RuleCounter: Sendable {
  case none, refused
  case counts(CounterDraft)
}

extension InterceptReader {
  private enum Action: String, InterceptKey { case evaluate, deny }

  /// One tool with its rules, as one rule.
  mutating func tool(_ member: YAMLMember) -> Carried {
    var draft = RuleDraft()
    let scope = member.key == "*" ? "_global" : member.key.string
    if !member.value.isNull, let members = members(of: member.value, "a tool", as: InterceptToolKey.self) {
      let nodes = elements(of: members[.rules], "`rules`")
      for (index, node) in nodes.enumerated() {
        inside("rules", String(index)) { $0.rule(node, scope, &draft) }
      }
      if let denial = draft.denial, nodes.count > 1 {
        note(denial.place, "a rule of this tool denies every call, so its other rules decide nothing")
      }
    }
    return carried(draft, member.keyPlace)
  }

  private mutating func carried(_ draft: RuleDraft, _ place: TextPlace) -> Carried {
    var members: [Carried.Member] = []
    if let denial = draft.denial {
      members.append(Carried.Member("action", Carried(.text("deny"), denial.place)))
      members.append(Carried.Member("reason", denial))
    } else if let reason = reason(draft.limitTexts) {
      members.append(Carried.Member("reason", reason))
    }
    for (key, list) in [("require", draft.require), ("deny_if", draft.denyIf), ("limits", draft.limits)] {
      if let first = list.first { members.append(Carried.Member(key, Carried(.list(list), first.place))) }
    }
    return Carried(.object(members), place)
  }

  /// A rule has one text for all its limits.
  private mutating func reason(_ texts: [Carried]) -> Carried? {
    guard var reason = texts.first, case .text(var words) = reason.content else { return nil }
    var seen: Set<ExactText> = [ExactText(words)]
    for next in texts.dropFirst() {
      guard case .text(let more) = next.content, seen.insert(ExactText(more)).inserted else { continue }
      words += "; " + more
    }
    if seen.count > 1 {
      note(reason.place, "the limits of one tool share one text, so each of them tells all that is said in `on_deny`")
    }
    reason.content = .text(words)
    return reason
  }

  private mutating func rule(_ node: YAMLNode, _ scope: String, _ draft: inout RuleDraft) {
    guard let members = members(of: node, "a rule", as: InterceptRuleKey.self) else { return }
    let name = members[.name].flatMap { text($0.value, "`name`") }
    if name == nil, !(members[.name]?.value.isRefused ?? false) {
      error(members[.name]?.value.place ?? node.place, "a rule needs a `name`", help: "Intercept refuses it too")
    }
    let own = members[.onDeny].flatMap { member in
      text(member.value, "`on_deny`").map { Carried(.text($0), member.value.place) }
    }
    let told = own ?? Carried(.text(name ?? ""), members[.name]?.value.place ?? node.place)
    let action = members[.action].flatMap { member in
      member.value.isNull ? nil : inside("action") { $0.word(member.value, "`action`", as: Action.self) }
    }
    let conditions = elements(of: members[.conditions], "`conditions`")
    let state = members[.state].flatMap { $0.value.isNull ? nil : $0 }

    if let rate = members[.rateLimit], !rate.value.isNull {
      inside("rate_limit") { $0.rateLimit(rate.value, scope, &draft) }
      if let own { draft.limitTexts.append(own) }
      let help = "write two rules"
      if !conditions.isEmpty { error(rate.keyPlace, "`rate_limit` does not go with `conditions`", help: help) }
      if state != nil { error(rate.keyPlace, "`rate_limit` does not go with `state`", help: help) }
      if action == .deny { error(rate.keyPlace, "`rate_limit` does not go with `action: deny`", help: help) }
      return
    }
    if action == .deny {
      if let first = conditions.first {
        error(first.place, "a rule that denies has no conditions", help: "turn them round in a rule without `action`")
      }
      if let state {
        error(state.keyPlace, "a rule that denies never counts, so its `state` says nothing", help: "take it out")
      }
      draft.denial = draft.denial ?? told
      return
    }
    var counter = RuleCounter.none
    if let state { counter = inside("state") { $0.counter(state, scope, &draft) }.map { .counts($0) } ?? .refused }
    let isEmpty = members[.conditions].map { $0.value.isNull || $0.value.isEmptyList } ?? true
    if isEmpty, action != nil || members[.action]?.value.isNull ?? true {
      error(
        node.place, "a rule without conditions decides nothing",
        help: "write `conditions`, a `rate_limit`, or `action: deny`; Intercept refuses it too")
    }
    var split = ConditionDraft()
    for (index, condition) in conditions.enumerated() {
      inside("conditions", String(index)) { $0.condition(condition, counter, &split) }
    }
    split.finish(told: told, node.place, &draft)
    if case .counts(let counter) = counter, !split.limits.isEmpty || !split.looksAtCounter {
      limit(counter, split.limits, &draft, own)
    }
  }

  // MARK: Limits

  private mutating func rateLimit(_ node: YAMLNode, _ scope: String, _ draft: inout RuleDraft) {
    let help = "write a whole number from 1 and `minute`, `hour` or `day`, as in `10/minute`"
    guard let text = text(node, "`rate_limit`") else {
      if case .scalar = node.content { error(node.place, "`rate_limit` is empty", help: help) }
      return
    }
    let parts = text.utf8.split(separator: 0x2F, maxSplits: 1, omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
    guard parts.count == 2, let count = Int(parts[0]), let window = InterceptWindow(exact: ExactText(parts[1])) else {
      return error(node.place, "`\(text)` is no rate", help: help)
    }
    guard 1...InterceptNumber.largest ~= count else {
      return error(node.place, "`\(parts[0])` is no number of calls", help: help)
    }
    register("_rate_\(window.rawValue)", scope, node.place, &draft)
    let limit = [
      Carried.Member("window", Carried(.text(window.rawValue), node.place)),
      Carried.Member("max", Carried(.number(String(count)), node.place)),
    ]
    add(limit, node.place, &draft)
  }

  private mutating func add(_ members: [Carried.Member], _ place: TextPlace, _ draft: inout RuleDraft) {
    let counted = [
      Carried.Member("scope", Carried(.text("global"), place)),
      Carried.Member("align", Carried(.text("calendar"), place)),
    ]
    draft.limits.append(Carried(.object(members + counted), place))
    guard !hasToldOfCounting else { return }
    hasToldOfCounting = true
    note(
      place, "Intercept takes back a call that ends in a JSON-RPC error, but none that ends in an `isError`",
      help: "here every call that is sent counts; write `\"count\": \"succeeded\"` to take back both")
  }

  /// Remembers a counter, so that no two limits get one that Intercept keeps apart or together otherwise.
  private mutating func register(_ name: String, _ scope: String, _ place: TextPlace, _ draft: inout RuleDraft) {
    guard draft.counters.insert(ExactText(name)).inserted else {
      return error(
        place, "two rules of this tool use the counter `\(name)`", help: "give each its own; Intercept refuses it too")
    }
    guard counters.insert(ExactText("\(scope).\(name)")).inserted else {
      return error(
        place, "another tool has a counter that Intercept keeps under the same name, `\(scope).\(name)`",
        help: "rename one of the two")
    }
  }

  private mutating func counter(_ member: YAMLMember, _ scope: String, _ draft: inout RuleDraft) -> CounterDraft? {
    guard let members = members(of: member.value, "`state`", as: InterceptStateKey.self) else { return nil }
    let place = member.keyPlace
    let name = members[.counter].flatMap { text($0.value, "`counter`") }
    if name == nil { error(members[.counter]?.value.place ?? place, "`counter` is missing", help: "give it a name") }
    var window: InterceptWindow?
    if let node = members[.window]?.value {
      window = inside("window") { $0.word(node, "`window`", as: InterceptWindow.self) }
    } else {
      error(place, "`window` is missing", help: "write `minute`, `hour` or `day`")
    }
    let cost = members[.incrementFrom].flatMap { member in
      member.value.isNull ? nil : inside("increment_from") { $0.cost(member.value) }
    }
    var increment = 1
    if let node = members[.increment]?.value, !node.isNull {
      if let from = members[.incrementFrom], !from.value.isNull {
        error(node.place, "`increment` says nothing beside `increment_from`", help: "take it out")
      } else {
        increment = inside("increment") { $0.increment(node) } ?? 1
      }
    }
    guard let name, let window else { return nil }
    register(name, scope, place, &draft)
    return CounterDraft(
      name: "\(scope).\(name)", path: ExactText("state.\(scope).\(name)"), window: window, increment: increment,
      cost: cost, place: place)
  }

  private mutating func increment(_ node: YAMLNode) -> Int? {
    guard case .scalar(let scalar) = node.content, case .number(let number) = scalar.resolved,
      let value = number.integer, value > 0
    else {
      if !node.isRefused {
        error(node.place, "`increment` must be a whole number from 1", help: "Intercept counts 1 for 0 and nothing")
      }
      return nil
    }
    return value
  }

  private mutating func cost(_ node: YAMLNode) -> Carried? {
    guard let text = text(node, "`increment_from`") else { return nil }
    guard let path = path(of: ExactText(text), node.place, help: "it begins with `args.`") else { return nil }
    note(
      node.place, "Intercept cuts the fraction off an amount, and takes a negative one off the count",
      help: "here an amount counts in full, and a negative one is denied")
    return Carried(.text(path.string), node.place)
  }

  private mutating func limit(
    _ counter: CounterDraft, _ limits: [Carried], _ draft: inout RuleDraft, _ told: Carried?
  ) {
    guard let limit = limits.first, case .number(let text) = limit.content, let max = Int(text) else {
      return error(
        counter.place, "nothing limits this counter in its own rule, so Intercept never counts it",
        help: "take `state` out, or write a condition `\(counter.path)` with `lte` beside it")
    }
    guard limits.count == 1 else {
      return error(limits[1].place, "a second condition limits the same counter", help: "keep the smaller one")
    }
    var members = [
      Carried.Member("counter", Carried(.text(counter.name), counter.place)),
      Carried.Member("window", Carried(.text(counter.window.rawValue), counter.place)),
      // So many calls fit if each counts as much as `increment` says.
      Carried.Member("max", Carried(.number(String(max / counter.increment)), limit.place)),
    ]
    if let cost = counter.cost { members.append(Carried.Member("cost", cost)) }
    add(members, counter.place, &draft)
    if let told { draft.limitTexts.append(told) }
  }
}
