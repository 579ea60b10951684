import JSONText

/// Where a rule stands, which decides what it may say.
enum RulePlace: Sendable {
  case allTools, tool, resource, prompt, serverRequest

  var isOfTools: Bool { self == .allTools || self == .tool }
}

extension PolicyReader {
  /// One rule.
  mutating func rule(_ member: JSONMember, _ place: RulePlace) -> PolicyRule {
    var rule = PolicyRule(pointer: pointer, line: line(of: member), action: .allow)
    rule.range = member.keyRange.lowerBound..<max(member.keyRange.lowerBound, member.value.range.upperBound)
    let help = member.value.text.flatMap { PolicyRule.Action(exact: $0) }
      .map { "write `{\"action\": \"\($0.rawValue)\"}`" }
    members(
      of: member.value, place == .allTools ? "`all_tools`" : "a rule", help: help
    ) { (reader, key: RuleKey, member) in
      let value = member.value
      switch key {
      case .action: rule.action = reader.word(value, "`action`") ?? rule.action
      case .reason: rule.reason = reader.string(value, "`reason`")?.string
      case .require: rule.require = reader.conditionEntries(value, .require)
      case .denyIf: rule.denyIf = reader.conditionEntries(value, .denyIf)
      case .approveIf: rule.approveIf = reader.conditionEntries(value, .approveIf)
      case .allowIf: rule.allowIf = reader.conditionEntries(value, .allowIf)
      case .limits:
        reader.elements(of: value, "`limits`") { reader, _, element in
          if let limit = reader.limit(element) { reader.add(limit, element, to: &rule, place) }
        }
      case .rateLimit:
        if let limit = reader.rateLimit(value) { reader.add(limit, value, to: &rule, place) }
      case .approval: rule.approval = reader.approval(value)
      case .expires: rule.expires = reader.moment(value, "`expires`")
      case .matchSchema: rule.matchesSchema = reader.matchSchema(member, place)
      }
    }
    return rule
  }

  private mutating func matchSchema(_ member: JSONMember, _ place: RulePlace) -> Bool {
    guard place.isOfTools else {
      error(
        at: member.keyRange.lowerBound, "`match_schema` has a meaning for tools only", help: "take it out")
      return false
    }
    return bool(member.value, "`match_schema`") ?? false
  }

  private mutating func approval(_ node: JSONNode) -> ApprovalTerms? {
    var terms = ApprovalTerms()
    var hold: (seconds: Int, offset: Int)?
    members(of: node, "`approval`") { (reader, key: ApprovalKey, member) in
      let value = member.value
      switch key {
      case .hold: hold = reader.seconds(value, "`hold`", from: 0).map { ($0, value.range.lowerBound) }
      case .timeout: terms.timeout = reader.seconds(value, "`timeout`", from: 1) ?? terms.timeout
      case .remember: terms.remember = reader.seconds(value, "`remember`", from: 0) ?? terms.remember
      case .onNoApprover: terms.onNoApprover = reader.word(value, "`on_no_approver`") ?? terms.onNoApprover
      }
    }
    guard node.members != nil else { return nil }
    // Nobody waits longer than somebody may still decide.
    terms.hold = hold?.seconds ?? min(terms.hold, terms.timeout)
    if let hold, hold.seconds > terms.timeout {
      inside(ApprovalKey.hold.rawValue) { reader in
        reader.error(
          at: hold.offset, "`hold` is \(hold.seconds) seconds and `timeout` only \(terms.timeout)",
          help:
            "a call cannot wait longer than somebody may decide: write at most \(terms.timeout), or a longer `timeout`")
      }
    }
    return terms
  }
}
