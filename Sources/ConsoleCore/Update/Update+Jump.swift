internal import ControlWire
internal import JSONText
internal import Policy

extension ConsoleState {
  /// Puts the rule pane's cursor on the rule that a pointer leads into, if the pane tells of it; the tool is under the cursor already.
  ///
  /// From there the same key leads to the rule's line in the file.
  mutating func revealRule(_ pointer: String) {
    guard focus == .policy, currentTool != nil else { return }
    let text = ruleText(columns: ruleColumns)
    let path = ExactText(pointer)
    let found = text.stops.firstIndex { stop in
      let rule = ExactText(stop.rule.pointer)
      return rule == path || pointer.utf8.starts(with: (stop.rule.pointer + "/").utf8)
    }
    guard let found else {
      let words = pointer.utf8.first == 0x2F ? "is not in the policy as it is edited" : "is no rule of the file"
      say(.info, "\(safe(pointer)) \(words)")
      return
    }
    focus(.rule)
    let height = max(1, height(of: .rule))
    let line = text.stops[found].line
    if line >= height { ruleTop = min(line - height / 2, max(0, text.lines.count - height)) }
    ruleStop = found
    say(.info, "\(safe(pointer)) decided\(hint(.jump, "its line in the file"))")
  }
}
