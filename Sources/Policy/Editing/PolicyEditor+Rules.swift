import JSONText

extension PolicyEditor {
  mutating func change(_ place: RuleAddress, _ change: RuleChange) throws(PolicyEditError) {
    if place.server?.isEmpty == true { throw PolicyEditError("a server's name must not be empty") }
    switch change {
    case .remove:
      guard let parent = parent(of: place) else { return }
      tree.remove(key(of: place), from: parent)
      tidy(place.server)
    case .rename(let key): try rename(place, key)
    case .become(let value):
      guard value.members != nil else { throw PolicyEditError("a rule must be an object, not \(value.kindInWords)") }
      tree.become(madeRule(place), value)
    case .moveLimit(let index, let other): try moveLimit(index, to: other, knownRule(place))
    case .copy(let source):
      guard rule(place) == nil else { return }
      let original = try knownRule(source)
      makeRule(place, tree.value(original))
    case .action(let action):
      guard let action else {
        if let rule = rule(place) { tree.remove("action", from: rule) }
        return
      }
      setAction(action.rawValue, madeRule(place))
    case .reason(let text): try set("reason", text.map { .text($0) }, place)
    case .expires(let text): try set("expires", text.map { .text($0) }, place)
    case .matchSchema(let value): try set("match_schema", value.map { .bool($0) }, place)
    case .approval(let terms): try set(terms, place)
    case .addLimit(let terms): addLimit(terms.node, madeRule(place))
    case .changeLimit(let index, let terms): try changeLimit(index, terms.node, knownRule(place))
    case .removeLimit(let index): try removeLimit(index, knownRule(place))
    case .addEntry(let list, let terms):
      let rule = try existingRule(place)
      if let entries = tree.child(rule, list.key) {
        tree.append(terms.node(list), to: entries)
      } else {
        tree.insert(list.key, .array([terms.node(list)]), in: rule)
      }
    case .changeEntry(let list, let index, let terms):
      tree.become(try entry(place, list, index), terms.node(list))
    case .removeEntry(let list, let index):
      let entry = try entry(place, list, index)
      try remove(entry, from: list.key, knownRule(place))
    case .setCondition(let list, let entry, let index, let terms):
      let entry = try self.entry(place, list, entry)
      guard let conditions = tree.child(entry, "conditions") else {
        tree.insert("conditions", .array([terms.node]), in: entry)
        return
      }
      if let index {
        tree.become(try element(index, of: conditions, "condition"), terms.node)
      } else {
        tree.append(terms.node, to: conditions)
      }
    case .removeCondition(let list, let entry, let index):
      guard let conditions = tree.child(try self.entry(place, list, entry), "conditions") else { return }
      let condition = try element(index, of: conditions, "condition")
      guard tree.count(conditions) > 1 else {
        throw PolicyEditError("without its last condition the entry would always hold", help: "remove the entry")
      }
      tree.removeElement(condition, from: conditions)
    }
  }

  // MARK: Finding a rule

  private func key(of place: RuleAddress) -> ExactText { place.section == .allTools ? "all_tools" : place.key }

  /// The object that the rule is a member of.
  private mutating func parent(of place: RuleAddress) -> TextTree.Node? {
    guard let level = level(place.server) else { return nil }
    return place.section == .allTools ? level : tree.child(level, ExactText(place.section.rawValue))
  }

  private mutating func rule(_ place: RuleAddress) -> TextTree.Node? {
    parent(of: place).flatMap { tree.child($0, key(of: place)) }
  }

  private mutating func madeRule(_ place: RuleAddress) -> TextTree.Node {
    rule(place) ?? makeRule(place, .object([:]))
  }

  @discardableResult
  private mutating func makeRule(_ place: RuleAddress, _ value: JSONNode) -> TextTree.Node {
    let level = madeLevel(place.server)
    if place.section == .allTools { return tree.insert("all_tools", value, in: level) }
    let section = ExactText(place.section.rawValue)
    let parent = tree.child(level, section) ?? tree.insert(section, .object([:]), in: level)
    return tree.insert(place.key, value, in: parent)
  }

  private mutating func knownRule(_ place: RuleAddress) throws(PolicyEditError) -> TextTree.Node {
    guard let rule = rule(place) else { throw PolicyEditError("there is no rule \(words(place))") }
    return rule
  }

  /// A rule that is there, or one that may be made: a new one of a name would allow what the default denies.
  private mutating func existingRule(_ place: RuleAddress) throws(PolicyEditError) -> TextTree.Node {
    if place.section == .allTools { return madeRule(place) }
    guard let rule = rule(place) else {
      throw PolicyEditError("there is no rule \(words(place))", help: "set its action first")
    }
    return rule
  }

  private func words(_ place: RuleAddress) -> String {
    let server = place.server.map { " of the server `\($0)`" } ?? ""
    return place.section == .allTools
      ? "`all_tools`\(server)" : "`\(place.key)` in `\(place.section.rawValue)`\(server)"
  }

  private mutating func rename(_ place: RuleAddress, _ key: ExactText) throws(PolicyEditError) {
    guard place.section != .allTools else { throw PolicyEditError("`all_tools` can have no other name") }
    _ = try knownRule(place)
    guard key != place.key, let parent = parent(of: place) else { return }
    guard tree.child(parent, key) == nil else {
      throw PolicyEditError("`\(key)` has a rule already", help: "remove it first")
    }
    tree.rename(place.key, to: key, in: parent)
  }

  // MARK: Parts of a rule

  private mutating func set(_ key: ExactText, _ value: JSONNode?, _ place: RuleAddress) throws(PolicyEditError) {
    guard let value else {
      if let rule = rule(place) { tree.remove(key, from: rule) }
      return
    }
    let rule = try existingRule(place)
    if let member = tree.child(rule, key) {
      tree.become(member, value)
    } else {
      tree.insert(key, value, in: rule)
    }
  }

  private mutating func set(_ terms: ApprovalTerms?, _ place: RuleAddress) throws(PolicyEditError) {
    guard let terms else {
      if let rule = rule(place) { tree.remove("approval", from: rule) }
      return
    }
    let rule = try existingRule(place)
    let usual = ApprovalTerms()
    let wanted: [(key: ExactText, value: JSONNode, usual: JSONNode)] = [
      ("hold", .number(terms.hold), .number(usual.hold)), ("timeout", .number(terms.timeout), .number(usual.timeout)),
      ("remember", .number(terms.remember), .number(usual.remember)),
      ("on_no_approver", .text(terms.onNoApprover.rawValue), .text(usual.onNoApprover.rawValue)),
    ]
    guard let approval = tree.child(rule, "approval") else {
      let unusual = wanted.filter { !$0.value.means($0.usual) }
      if !unusual.isEmpty {
        let members = unusual.map { JSONMember(key: $0.key, value: $0.value) }
        tree.insert("approval", JSONNode(.object(members)), in: rule)
      }
      return
    }
    for member in wanted {
      if let found = tree.child(approval, member.key) {
        tree.become(found, member.value)
      } else if !member.value.means(member.usual) {
        tree.insert(member.key, member.value, in: approval)
      }
    }
  }

  private mutating func entry(
    _ place: RuleAddress, _ list: RuleList, _ index: Int
  ) throws(PolicyEditError) -> TextTree.Node {
    let rule = try knownRule(place)
    guard let entries = tree.child(rule, list.key) else {
      throw PolicyEditError("the rule \(words(place)) has no `\(list.rawValue)`")
    }
    return try element(index, of: entries, "entry of `\(list.rawValue)`")
  }

  private mutating func element(
    _ index: Int, of list: TextTree.Node, _ noun: String
  ) throws(PolicyEditError) -> TextTree.Node {
    let elements = tree.elements(list)
    guard elements.indices.contains(index) else {
      throw PolicyEditError("there is no \(noun) number \(index)", help: "there are \(elements.count), counted from 0")
    }
    return elements[index]
  }

  /// Removes an element, and its list when it was the last.
  private mutating func remove(_ element: TextTree.Node, from key: ExactText, _ rule: TextTree.Node) {
    guard let list = tree.child(rule, key) else { return }
    if tree.count(list) == 1 { tree.remove(key, from: rule) } else { tree.removeElement(element, from: list) }
  }

  // MARK: Limits

  /// A limit of a rule, in the order of the text.
  private enum Slot {
    case long(TextTree.Node)
    case short(TextTree.Node)
  }

  private mutating func slots(_ rule: TextTree.Node) -> [Slot] {
    let short = tree.child(rule, "rate_limit")
    let long = tree.child(rule, "limits")
    let first = tree.items(rule).first { !$0.isRemoved && ($0.key == "rate_limit" || $0.key == "limits") }?.key
    let elements = long.map { tree.elements($0).map { Slot.long($0) } } ?? []
    guard let short else { return elements }
    return first == "rate_limit" ? [.short(short)] + elements : elements + [.short(short)]
  }

  private mutating func addLimit(_ limit: JSONNode, _ rule: TextTree.Node) {
    let limits = longLimits(rule)
    if let limits {
      tree.append(limit, to: limits)
    } else {
      tree.insert("limits", .array([limit]), in: rule)
    }
  }

  private mutating func changeLimit(
    _ index: Int, _ wanted: JSONNode, _ rule: TextTree.Node
  ) throws(PolicyEditError) {
    let slots = slots(rule)
    try demand(index, slots.count)
    let current: JSONNode
    switch slots[index] {
    case .long(let node): current = tree.value(node)
    case .short(let node): current = LimitDefaults.long(tree.value(node))
    }
    let wanted = LimitDefaults.wanted(wanted, like: current)
    guard !wanted.means(current), let limits = longLimits(rule) else { return }
    tree.become(tree.elements(limits)[index], wanted)
  }

  private mutating func removeLimit(_ index: Int, _ rule: TextTree.Node) throws(PolicyEditError) {
    let slots = slots(rule)
    try demand(index, slots.count)
    if case .short = slots[index] {
      tree.remove("rate_limit", from: rule)
      return
    }
    guard let limits = longLimits(rule) else { return }
    remove(tree.elements(limits)[index], from: "limits", rule)
  }

  private mutating func moveLimit(_ index: Int, to other: Int, _ rule: TextTree.Node) throws(PolicyEditError) {
    let count = slots(rule).count
    try demand(index, count)
    try demand(other, count)
    guard index != other, let limits = longLimits(rule) else { return }
    let moved = tree.elements(limits)[index]
    let value = tree.value(moved)
    tree.removeElement(moved, from: limits)
    tree.insert(value, after: other == 0 ? nil : tree.elements(limits)[other - 1], in: limits)
  }

  private func demand(_ index: Int, _ count: Int) throws(PolicyEditError) {
    guard (0..<count).contains(index) else {
      throw PolicyEditError("there is no limit number \(index)", help: "there are \(count), counted from 0")
    }
  }

  /// The list of limits, with a short form as one of them; nil where there is neither.
  private mutating func longLimits(_ rule: TextTree.Node) -> TextTree.Node? {
    guard let short = tree.child(rule, "rate_limit") else { return tree.child(rule, "limits") }
    let limit = LimitDefaults.long(tree.value(short))
    let limits: TextTree.Node
    if let known = tree.child(rule, "limits") {
      if case .short = slots(rule).first {
        tree.insert(limit, after: nil, in: known)
      } else {
        tree.append(limit, to: known)
      }
      limits = known
    } else {
      limits = tree.insert("limits", .array([limit]), at: .before("rate_limit"), in: rule)
    }
    tree.remove("rate_limit", from: rule)
    return limits
  }
}

extension RuleList {
  var key: ExactText { ExactText(rawValue) }
}
