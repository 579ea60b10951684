package import JSONText
package import Policy
package import Risk

extension RecommendedRule {
  /// The part of it that one setting can say.
  var setting: RuleSetting {
    switch self {
    case .allow: .allow
    case .limit(let most, _): .limit(max: most, window: "minute", scope: "grant")
    case .requireApproval: .requireApproval
    }
  }

  /// The edits that give a tool this rule.
  package func edits(server: ExactText, tool: ExactText) -> [PolicyEdit] {
    let rule = PolicyEdit.setRule(server: server, tool: tool, setting)
    guard case .limit(_, matchSchema: true) = self else { return [rule] }
    let address = RuleAddress(server: server, .tools, NamePattern.key(for: tool))
    return [rule, .change(address, .matchSchema(true))]
  }
}
