import JSONText
import Policy
import Testing

/// Big policies are edited, merged, compared and laid out in a time that grows with their size, not with its square.
struct WritingScaleTests {
  static func text(_ count: Int, _ rule: (Int) -> String) -> [UInt8] {
    let rules = (0..<count).map { "    \"tool_\($0)\": \(rule($0))" }.joined(separator: ",\n")
    return Array("{\n  \"version\": \"1\",\n  \"tools\": {\n\(rules)\n  }\n}\n".utf8)
  }

  @Test func mergesTwoBigChanges() throws {
    let count = 2000
    let base = try PolicyDocument.read(Self.text(count) { _ in #"{"rate_limit": "10/minute"}"# })
    let mine = try PolicyDocument.read(
      Self.text(count) { #"{"rate_limit": "\#($0.isMultiple(of: 3) ? 20 : 10)/minute"}"# })
    let theirs = try PolicyDocument.read(
      Self.text(count) { #"{"rate_limit": "10/minute"\#($0.isMultiple(of: 2) ? #", "reason": "r""# : "")}"# })
    let both = Self.text(count) {
      #"{"rate_limit": "\#($0.isMultiple(of: 3) ? 20 : 10)/minute"\#($0.isMultiple(of: 2) ? #", "reason": "r""# : "")}"#
    }
    var outcome = PolicyMerge.Outcome.merged([])
    let taken = ContinuousClock().measure { outcome = PolicyMerge.merge(base: base, mine: mine, theirs: theirs) }
    // Two big texts that differ would be compared byte by byte for the report.
    let isRight = outcome == .merged(both)
    #expect(isRight)
    #expect(taken < .seconds(20))
    let merged = try PolicyDocument.read(both)
    #expect(
      PolicyChange.between(base, merged).count == (0..<count).count { $0.isMultiple(of: 2) }
        + (0..<count).count { $0.isMultiple(of: 3) })
    let isNeat = merged.formatted == both
    #expect(isNeat)
  }

  @Test func oneRuleOfManyIsEdited() throws {
    let count = 2000
    let base = try PolicyDocument.read(Self.text(count) { _ in #"{"rate_limit": "10/minute"}"# })
    var draft = PolicyDraft(base: base)
    let edits = (0..<count).map { PolicyEdit.change(RuleAddress(.tools, ExactText("tool_\($0)")), .reason("r")) }
    let taken = try ContinuousClock().measure { try draft.apply(.batch(edits, title: "all")) }
    let wanted = Self.text(count) { _ in #"{"reason": "r", "rate_limit": "10/minute"}"# }
    // Two big texts that differ would be compared byte by byte for the report.
    let isRight = draft.current.text == wanted
    #expect(isRight)
    #expect(taken < .seconds(20))
    _ = draft.undo()
    let isBack = draft.current.text == base.text
    #expect(isBack)
  }

  /// A long history on a big policy moves to a changed file as one step, and soon.
  @Test func aLongHistoryMovesAtOnce() throws {
    let count = 2000
    let base = try PolicyDocument.read(Self.text(count) { _ in #"{"rate_limit": "10/minute"}"# })
    let theirs = try PolicyDocument.read(
      Self.text(count) { #"{"rate_limit": "\#($0 == 1999 ? 9 : 10)/minute"}"# })
    var draft = PolicyDraft(base: base)
    let steps = 51
    for index in 0..<steps { try draft.apply(.setRule(server: nil, tool: ExactText("tool_\(index)"), .deny)) }
    let moved = try draft.rebased(onto: theirs)
    #expect(moved.editCount == 1)
    #expect(moved.changes.count == steps)
    #expect(moved.undoTitle == "tool_0: 10/minute becomes deny and 50 more")
  }
}
