internal import ControlWire
internal import JSONText
internal import Policy
internal import Risk

extension ConsoleState {
  /// Gives tools the rule that their category starts with; several at once after a question with the numbers.
  mutating func recommend(for all: [ToolName]) {
    guard let first = all.first else {
      say(.info, "there is no tool under the cursor")
      return
    }
    var edits: [PolicyEdit] = []
    var groups: [(rule: RecommendedRule, count: Int)] = []
    var losses: [String] = []
    var isRisky = false
    for name in all {
      guard let rule = recommendation(for: name), !has(name, rule) else { continue }
      edits += self.edits(name, rule)
      if let loss = loss(name, rule.setting) { losses.append("\(safe(name.tool.string)): \(loss)") }
      isRisky = isRisky || rule == .allow && self.isRisky(name)
      if let index = groups.firstIndex(where: { $0.rule == rule }) {
        groups[index].count += 1
      } else {
        groups.append((rule, 1))
      }
    }
    guard !edits.isEmpty else {
      let subject = all.count == 1 ? safe(first.tool.string) : "all \(Format.count(all.count, "tool"))"
      say(.info, "\(subject): the recommended rule already")
      return
    }
    let changed = groups.reduce(0) { $0 + $1.count }
    if all.count == 1, let rule = groups.first?.rule {
      let waits = rule == .requireApproval ? ", each call waits for a person" : ""
      let said = "\(safe(first.server.string))/\(safe(first.tool.string)): \(rule.summary)\(waits)"
      let edit = edits.count == 1 ? edits[0] : PolicyEdit.batch(edits, title: said)
      guard losses.isEmpty else {
        overlay = .confirm(
          Confirmation(
            question: .edit(edit, said: said, isRisky: isRisky),
            lines: [said, "what no key here writes again goes with it: \(losses[0])"]))
        return
      }
      return apply(edit, said: said)
    }
    let said = "recommended rules for \(Format.count(changed, "tool"))"
    let edit = PolicyEdit.batch(edits, title: said)
    var lines = [
      "\(said) of \(Format.count(all.count, "tool")): \(changing(edit)) \(changing(edit) == 1 ? "decision changes" : "decisions change")"
    ]
    lines += groups.map { "\(Format.count($0.count, "tool")): \($0.rule.summary)" }
    if let first = losses.first {
      lines.append(
        "\(Format.count(losses.count)) lose what no key here writes again: \(first)\(losses.count > 1 ? ", ..." : "")")
    }
    overlay = .confirm(Confirmation(question: .edit(edit, said: said, isRisky: isRisky), lines: lines))
  }

  func recommendation(for name: ToolName) -> RecommendedRule? {
    catalogue.index(of: name).map { RecommendedRule(for: catalogue.tools[$0].info.assessment.category) }
  }

  /// The tool has just this rule already.
  func has(_ name: ToolName, _ rule: RecommendedRule) -> Bool {
    guard isSo(name, rule.setting), let index = catalogue.index(of: name) else { return false }
    let standing = catalogue.tools[index].standing
    guard case .limit(_, matchSchema: true) = rule else { return true }
    return standing.conditions.contains { $0.kind == "match_schema" }
  }

  /// The same for the rule that a tool's own kind starts with.
  func recommendedEdits(for name: ToolName) -> [PolicyEdit] {
    recommendation(for: name).map { edits(name, $0) } ?? []
  }

  /// The edits that give a tool such a rule: whoever recommends one makes it so.
  private func edits(_ name: ToolName, _ rule: RecommendedRule) -> [PolicyEdit] {
    guard case .limit(_, matchSchema: true) = rule else { return [ruleEdit(name, rule.setting)] }
    return rule.edits(server: name.server, tool: name.tool)
  }
}
