package import JSONText

/// What a rule says about limits, for somebody who changes it.
package struct WrittenLimits: Hashable, Sendable {
  package var action: RuleAction
  /// The line of the rule in the text.
  package var line: Int
  /// In the order of the text, a short `rate_limit` among them.
  package var limits: [LimitTerms]
  /// Their JSON pointers.
  package var pointers: [String]
  /// What a caller is told when a limit is reached, one text for each.
  package var denials: [String]
  /// The rule's own text.
  package var text: [UInt8]
}

/// A limit that has a name, with the rule that it stands in.
package struct NamedLimit: Hashable, Sendable {
  package var counter: ExactText
  package var windowSeconds: Int
  package var scope: LimitScope
  /// The limit's JSON pointer.
  package var pointer: String
}

/// The rules of a policy, for somebody who looks at many of them: the text is read once.
package struct WrittenRules: Sendable {
  private struct Section: Hashable, Sendable {
    var server: ExactText?
    var section: RuleAddress.Section
  }

  private struct Found: Sendable {
    var rule: PolicyRule
    var node: JSONNode
  }

  private let document: PolicyDocument
  private let root: JSONNode?
  private var sections: [Section: [ExactText: Found]] = [:]

  package init(_ document: PolicyDocument) {
    self.document = document
    // It was read once, so it is JSON.
    root = try? JSONNode.read(document.text)
  }

  /// The limits of a rule; nil where there is no such rule.
  package mutating func limits(at place: RuleAddress) -> WrittenLimits? {
    let section = Section(server: place.server, section: place.section)
    if sections[section] == nil { sections[section] = rules(of: section) }
    guard let found = sections[section]?[place.section == .allTools ? "" : place.key] else { return nil }
    let rule = found.rule
    let reason = rule.reason.map(CompiledRule.withoutStop)
    return WrittenLimits(
      action: RuleAction(rawValue: rule.action.rawValue) ?? .deny, line: rule.line,
      limits: LimitTerms.all(of: found.node), pointers: rule.limits.map(\.pointer),
      denials: rule.limits.map { CompiledRule.text(of: $0, reason) }, text: Array(document.text[found.node.range]))
  }

  private func rules(of place: Section) -> [ExactText: Found] {
    guard let level = document.content.level(place.server),
      let object = place.server.map({ root?["servers"]?[$0] }) ?? root,
      let node = object[ExactText(place.section.rawValue)]
    else { return [:] }
    let entries: [PolicyLevel.Entry]?
    switch place.section {
    case .allTools: return level.allTools.map { ["": Found(rule: $0, node: node)] } ?? [:]
    case .tools: entries = level.tools
    case .resources: entries = level.resources
    case .prompts: entries = level.prompts
    case .serverRequests: entries = level.serverRequests
    }
    var found: [ExactText: Found] = [:]
    // Both stand in the order of the text.
    for (entry, member) in zip(entries ?? [], node.members ?? []) where entry.key == member.key {
      found[entry.key] = Found(rule: entry.rule, node: member.value)
    }
    return found
  }
}

extension PolicyDocument {
  /// The limits of a rule; nil where there is no such rule.
  package func limits(at place: RuleAddress) -> WrittenLimits? {
    var rules = WrittenRules(self)
    return rules.limits(at: place)
  }

  /// All limits that have a name, in the order of the text.
  package var namedLimits: [NamedLimit] {
    ([content.top] + content.servers.map(\.level)).flatMap(\.rules).flatMap { rule in
      rule.limits.compactMap { limit in
        limit.counter.map {
          NamedLimit(counter: $0, windowSeconds: limit.window.seconds, scope: limit.scope, pointer: limit.pointer)
        }
      }
    }
  }
}

extension PolicyLevel {
  fileprivate var rules: [PolicyRule] {
    (allTools.map { [$0] } ?? [])
      + [tools, resources, prompts, serverRequests].flatMap { ($0 ?? []).map(\.rule) }
  }
}

extension LimitTerms {
  /// The limits of a rule that was accepted.
  fileprivate static func all(of rule: JSONNode) -> [LimitTerms] {
    (rule.members ?? []).flatMap { member -> [LimitTerms] in
      switch member.key {
      case "limits": (member.value.elements ?? []).map(LimitTerms.init(written:))
      case "rate_limit": [LimitTerms(written: LimitDefaults.long(member.value))]
      default: []
      }
    }
  }

  /// As it is written, but for numbers, which are written out.
  private init(written limit: JSONNode) {
    self.init(max: Self.amount(limit["max"]), window: Self.seconds(limit["window"]))
    counter = limit["counter"]?.string
    scope = limit["scope"]?.string
    cost = limit["cost"]?.string
    align = limit["align"]?.string
    count = limit["count"]?.string
    expires = limit["expires"]?.string
  }

  private static func amount(_ node: JSONNode?) -> String {
    guard case .number(let number)? = node?.content else { return node?.string ?? "" }
    return Amount(exactly: number)?.description ?? number.text
  }

  private static func seconds(_ node: JSONNode?) -> String {
    guard case .number(let number)? = node?.content else { return node?.string ?? "" }
    return WholeNumber.read(number).map(String.init) ?? number.text
  }
}
