import ControlWire
import History
import JSONText
import Policy
import Risk
import SeededChance
import Testing

/// A policy from a record, line by line.
struct PolicySuggestionTests {
  private func seen(_ calls: [(server: String, tool: String, category: Risk.Category, verdict: Verdict, count: Int)])
    -> SeenCalls
  {
    var builder = HistoryBuilder()
    var number = 0
    for call in calls {
      for _ in 0..<call.count {
        let event = DecisionEvent(
          session: "s", client: "claude", grant: "local", server: ExactText(call.server), method: "tools/call",
          tool: ExactText(call.tool), category: call.category, severity: .low,
          decision: Decision(call.verdict, rule: "(default)"), revision: "r", took: 1, argumentsDigest: nil)
        let time = Moment(microseconds: Int64(number) * 1_000_000)
        builder.take(
          Array(GateMessage(sequence: UInt64(number + 1), time: time, event: .decision(event)).encoded.dropLast()).span,
          at: number)
        number += 1
      }
    }
    var seen = SeenCalls()
    for block in builder.blocks {
      seen.add(block, 0..<block.count, of: builder.texts, lane: 0, segment: 1) { _ in .unknown }
    }
    return seen
  }

  private func read(_ text: String) throws -> PolicyDocument { try PolicyDocument.read(Array(text.utf8)) }

  private static let base = """
    {"version": "1", "mode": "observe", "default": "allow", "tools": {"log_*": {}, "old": {"action": "deny"}},
     "servers": {"git": {"default": "require_approval", "tools": {"push": {"action": "deny"}}}, "idle": {"all_tools": {}}}}
    """

  @Test func eachLineIsOfOneKind() throws {
    let seen = seen([
      ("git", "push", .write, .allow, 3), ("git", "log_all", .read, .allow, 20), ("bank", "pay", .financial, .allow, 2),
      ("bank", "close", .destructive, .deny, 4),
    ])
    let suggestion = PolicySuggestion(try read(Self.base), seen, at: Moment(microseconds: 0)) { _, _ in nil }
    let words = suggestion.lines.map { line in
      "\(line.kind) \(line.server.map { "\($0.string)/" } ?? "")\(line.name.string): \(line.summary)"
    }
    #expect(
      words == [
        "base mode: enforce", "base default: deny", "base git/default: as for all servers",
        "rule bank/pay: require approval",
        "rule git/log_all: 60/minute", "own git/push: 6/minute", "looser log_*: remove the rule",
        "looser idle/all_tools: remove the rule",
      ])
    #expect(suggestion.refused.map { "\($0.server.string)/\($0.name.string) \($0.calls)" } == ["bank/close 4"])
    #expect(suggestion.calls == 25)
    // For one server nothing is said of the others, and no default changes.
    let one = PolicySuggestion(try read(Self.base), seen, server: "git", at: Moment(microseconds: 0)) { _, _ in nil }
    #expect(one.lines.map(\.kind) == [.rule, .own] && one.refused.isEmpty)
  }

  /// A server may describe its tool more mildly by now, in the record or in the catalogue.
  @Test(arguments: [Risk.Category.destructive, .financial])
  func whatOnceDestroyedOrPaidIsAskedAbout(category: Risk.Category) throws {
    for past in [[category], [category, .read], [.read, category]] {
      let seen = seen(past.map { ("bank", "pay", $0, .allow, 3) })
      let base = try read(#"{"version":"1","default":"deny"}"#)
      let suggestion = PolicySuggestion(base, seen, at: Moment(microseconds: 0)) { _, _ in .read }
      #expect(suggestion.lines.map(\.summary) == ["require approval"], "\(past)")
    }
  }

  /// Whichever lines are taken, in whichever order of a person's choosing: the policy is one, and nothing that destroys
  /// or spends passes without a question.
  @Test(arguments: 0..<40 as Range<UInt64>) func anyChoiceOfLinesIsAPolicy(seed: UInt64) throws {
    var chance = Chance(seed)
    let categories: [Risk.Category] = [.read, .write, .execute, .destructive, .financial]
    let calls = (0..<12).map { number in
      (
        server: ["git", "bank"][chance.below(2)], tool: "t\(number)*\"/~", category: categories[chance.below(5)],
        verdict: Verdict.allow, count: 1 + chance.below(30)
      )
    }
    let base = try read(Self.base)
    let suggestion = PolicySuggestion(base, seen(calls), at: Moment(microseconds: 0)) { _, _ in nil }
    let taken = suggestion.lines.filter { _ in chance.below(3) > 0 }
    var draft = PolicyDraft(base: base)
    try draft.apply(.batch(taken.map(\.edit), title: "taken"))
    for line in taken {
      guard line.rule != nil, let server = line.server, case .tool(let name)? = line.target else { continue }
      let category = try #require(calls.first { $0.tool == name.string }?.category)
      let standing = draft.engine.standing(server: server, tool: name, at: Moment(microseconds: 0))
      #expect(standing.source == .explicit)
      if category == .destructive || category == .financial {
        #expect(standing.verdict == .ask, "\(name) \(standing.summary)")
      }
    }
    #expect(draft.editCount <= 1)
  }
}
