internal import ControlWire
internal import Policy

extension ConsoleState {
  /// The call whose details are open, by its serial number in the ring.
  var overlaidCall: UInt64? { if case .decision(let serial, _) = overlay { serial } else { nil } }

  /// Another policy may be in force: what was told of calls is no longer how they are judged.
  mutating func judgedAnew() -> [ConsoleEffect] {
    facts.forget()
    return overlaidCall.map { wantFacts(of: $0) } ?? []
  }

  /// The gate does not answer a request that was about a call or a rule; false where it was none of these.
  mutating func refusedCallFacts(_ id: Int, _ text: String) -> Bool {
    if facts.isWaiting(for: id) {
      facts.refuse(id, text)
      if case .newRule(var rule) = overlay, rule.arguments == .asked {
        rule.arguments = .unknown(text)
        _ = refresh(&rule)
        overlay = .newRule(rule)
      }
      return true
    }
    if glimpses.refuse(id) { return true }
    return ruleEffectRefused(id, text) || ruleAnswered(id, refusal: text)
  }
}

extension NewRule {
  /// The tool that it is about; nil for what is no tool.
  var tool: ToolName? {
    if case .tool(let name) = call.target { ToolName(server: call.server, tool: name) } else { nil }
  }
}
