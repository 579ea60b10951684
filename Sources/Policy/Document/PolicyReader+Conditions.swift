import JSONText

extension PolicyReader {
  /// One of a rule's lists of conditions.
  mutating func conditionEntries(_ node: JSONNode, _ kind: ConditionEntry.Kind) -> [ConditionEntry] {
    var entries: [ConditionEntry] = []
    elements(of: node, "`\(kind.rawValue)`") { reader, _, element in
      if let entry = reader.conditionEntry(element, kind) { entries.append(entry) }
    }
    return entries
  }

  private mutating func conditionEntry(_ node: JSONNode, _ kind: ConditionEntry.Kind) -> ConditionEntry? {
    var entry = ConditionEntry(pointer: pointer, line: line(of: node), conditions: [])
    var hasConditions = false
    if let members = node.members, !members.contains(where: { $0.key == "conditions" }),
      members.contains(where: { ConditionKey(exact: $0.key) != nil })
    {
      error(
        at: node.range.lowerBound, "an entry holds a list of conditions, and this is one condition",
        help: "write `{\"conditions\": [` before it and `]}` behind it")
      return nil
    }
    let example = #"write `{"conditions": [{"path": "args.x", "op": "eq", "value": 1}]}`"#
    members(
      of: node, "an entry of `\(kind.rawValue)`", keys: EntryKey.keys(of: kind),
      help: example
    ) { (reader, key: EntryKey, member) in
      switch key {
      case .conditions:
        hasConditions = true
        reader.elements(of: member.value, "`conditions`") { reader, _, element in
          if let condition = reader.condition(element) { entry.conditions.append(condition) }
        }
        if member.value.elements?.isEmpty == true, kind == .require {
          reader.warning(
            at: member.value.range.lowerBound, "without a condition this entry always holds, so it requires nothing",
            help: "take the entry out")
        }
      case .onDeny: entry.text = reader.string(member.value, "`on_deny`")?.string
      case .reason: entry.text = reader.string(member.value, "`reason`")?.string
      case .expires: entry.expires = reader.moment(member.value, "`expires`")
      }
    }
    guard node.members != nil else { return nil }
    if !hasConditions { error(at: node.range.lowerBound, "`conditions` is missing", help: example) }
    return entry
  }

  private mutating func condition(_ node: JSONNode) -> Condition? {
    var path: ConditionPath?
    var op: ConditionOperator?
    var value: JSONNode?
    var has: Set<ConditionKey> = []
    members(
      of: node, "a condition", help: #"write `{"path": "args.x", "op": "eq", "value": 1}`"#
    ) { (reader, key: ConditionKey, member) in
      has.insert(key)
      switch key {
      case .path: path = reader.conditionPath(member.value, "`path`")
      case .op: op = reader.word(member.value, "`op`")
      case .value: value = member.value
      }
    }
    guard node.members != nil else { return nil }
    demand("path", has.contains(.path), node)
    demand("op", has.contains(.op), node)
    demand("value", has.contains(.value), node)
    guard let path, let op, let value else { return nil }
    do throws(ConditionMistake) {
      return try Condition(pointer: pointer, path: path, op: op, value: value)
    } catch {
      inside("value") { $0.report(error, of: value) }
      return nil
    }
  }

  mutating func conditionPath(_ node: JSONNode, _ name: String) -> ConditionPath? {
    guard let text = node.text else {
      error(
        at: node.range.lowerBound, "\(name) must be a string, not \(node.kindInWords)",
        help: "write a path, as `args.x`")
      return nil
    }
    do throws(ConditionMistake) {
      return try ConditionPath(text)
    } catch {
      self.error(
        at: error.range.map { offset(of: $0.lowerBound, in: node) } ?? node.range.lowerBound, error.message,
        help: error.help)
      return nil
    }
  }

  /// A mistake in a condition's value, or in one element of it.
  private mutating func report(_ mistake: ConditionMistake, of value: JSONNode) {
    let offset = mistake.range?.lowerBound ?? value.range.lowerBound
    if let index = value.elements?.firstIndex(where: { $0.range == mistake.range }) {
      inside(String(index)) { $0.error(at: offset, mistake.message, help: mistake.help) }
    } else {
      error(at: offset, mistake.message, help: mistake.help)
    }
  }
}
