internal import JSONText
internal import RegularExpressions

extension ConfigurationReader {
  /// Patterns by their names.
  mutating func mask(_ node: JSONNode, _ masks: inout [GateConfiguration.Record.Mask]) {
    let most = GateConfiguration.Record.mostMasks
    guard let members = node.members, members.count <= most else {
      return error(
        at: node.range.lowerBound, "`mask` must be an object of patterns by name, \(most) at most",
        help: "write `{\"iban\": \"DE[0-9]{20}\"}`")
    }
    for member in members {
      let isName = (1...64).contains(member.key.utf8.count) && member.key.utf8.allSatisfy { 0x20...0x7E ~= $0 }
      guard isName, let text = member.value.string else {
        error(
          at: member.keyRange.lowerBound, "`\(member.key)` is no name of a pattern, or has none",
          help: "write a short name and a regular expression")
        continue
      }
      do throws(RegularExpression.Mistake) {
        _ = try RegularExpression(text)
        masks.append(GateConfiguration.Record.Mask(name: member.key.string, expression: text))
      } catch {
        self.error(
          at: member.value.range.lowerBound, "the pattern `\(member.key)` is no regular expression: \(error.message)")
      }
    }
  }
}
