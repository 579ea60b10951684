import JSONText
import Policy
import SeededChance
import Testing

/// What speaks of a tool, and why it counts or does not.
struct GoverningTests {
  private let now = Moment(microseconds: 1_795_174_927_000_000)

  private func governing(_ text: String, _ tool: ExactText = "push") throws -> [String] {
    let document = try PolicyDocument.read(Array(text.utf8))
    return PolicyEngine(document).governing(server: "git", tool: tool, at: now).map {
      "\($0.pointer) \($0.summary)" + ($0.overridden.map { ": \($0)" } ?? "")
    }
  }

  @Test func theNearestCountsAndTheOthersAreTold() throws {
    let text = #"""
      {"version":"1","default":"allow","tools":{"push":{"action":"deny"},"*":{}},"all_tools":{"match_schema":true},
      "servers":{"git":{"default":"deny","tools":{"push":{},"pu*":{"action":"deny"},"p*":{}},"all_tools":{}}}}
      """#
    #expect(
      try governing(text) == [
        "/servers/git/tools/push allow", "/servers/git/tools/pu* deny: the exact name comes first",
        "/servers/git/tools/p* allow: the exact name comes first", "/tools/push deny: a rule of the server comes first",
        "/tools/* allow: a rule of the server comes first", "/servers/git/all_tools allow", "/all_tools allow, checked",
        "/servers/git/default deny: a rule names the tool", "/default allow: a rule names the tool",
      ])
    #expect(
      try governing(text, "pux").prefix(2) == [
        "/servers/git/tools/pu* deny", "/servers/git/tools/p* allow: a longer pattern comes first",
      ])
    #expect(try governing(text, "pux").contains("/all_tools allow, checked: the tool is denied before"))
  }

  @Test func defaultsCountWhereNothingElseDoes() throws {
    #expect(try governing(#"{"version":"1"}"#) == ["(default) deny"])
    #expect(
      try governing(#"{"version":"1","default":"allow","servers":{"git":{"default":"require_approval"}}}"#) == [
        "/servers/git/default ask", "/default allow: the server's own default comes first",
      ])
    #expect(
      try governing(#"{"version":"1","tools":{"push":{"expires":"2020-01-01T00:00:00Z"}}}"#) == [
        "/tools/push allow: it has expired", "(default) deny",
      ])
  }

  @Test func hiddenAndLookalikeComeBeforeRules() throws {
    #expect(
      try governing(#"{"version":"1","hide":["pu*"],"tools":{"push":{}}}"#) == [
        "/hide/0 hide", "/tools/push allow: the tool is hidden, and nothing more is asked",
        "(default) deny: the tool is hidden, and nothing more is asked",
      ])
    #expect(
      try governing(#"{"version":"1","default":"allow","tools":{"push":{"action":"deny"}}}"#, "Push") == [
        "/tools/push deny", "/default allow: the name could be taken for one that is denied or hidden",
      ])
  }

  @Test func everyPartOfARuleIsTold() throws {
    let document = try PolicyDocument.read(
      Array(
        #"""
        {"version":"1","tools":{"push":{"action":"require_approval","reason":"why.","expires":"2027-01-01T00:00:00Z",
        "require":[{"conditions":[{"path":"args.a","op":"exists","value":true}],"on_deny":"say a"}],
        "deny_if":[{"conditions":[],"expires":"2020-01-01T00:00:00Z"}],
        "limits":[{"window":60,"max":2,"scope":"session","counter":"c","cost":"args.n","align":"calendar","count":"succeeded"}],
        "approve_if":[{"conditions":[]}],"allow_if":[{"conditions":[]}],
        "approval":{"hold":1,"timeout":2,"remember":3,"on_no_approver":"deny"},"match_schema":true}}}
        """#.utf8))
    let rule = try #require(PolicyEngine(document).governing(server: "git", tool: "push", at: now).first)
    #expect(
      rule.parts.map(\.kind) == [
        "action", "match_schema", "require", "deny_if", "limit", "approve_if", "allow_if", "approval", "expires",
        "reason",
      ])
    #expect(rule.parts[2].told == "say a")
    #expect(rule.parts[3].isExpired)
    #expect(rule.parts[4].text.contains("for each session, counter c, adds args.n, resets on the calendar"))
    #expect(rule.parts[4].text.hasSuffix("counts what succeeds"))
    #expect(rule.parts[6].told == nil)
    #expect(
      rule.parts[7].text == "held 1 s, decided within 2 s, remembered 3 s, nobody there: deny")
    #expect(rule.parts[8].text == "2027-01-01T00:00:00.000000Z")
    #expect(String(decoding: try #require(document.text(of: rule)), as: UTF8.self).hasPrefix(#""push":{"action""#))
  }

  @Test func aLevelsRulesAreListedAndBounded() throws {
    let many = (0..<300).map { #""r\#($0)":{}"# }.joined(separator: ",")
    let document = try PolicyDocument.read(
      Array(
        """
        {"version":"1","default":"allow","hide":["x"],"all_tools":{},"tools":{"known":{},"other":{},"g*":{}},
        "resources":{\(many)},"prompts":{"p":{}},"server_requests":{"elicitation/create":{}}}
        """.utf8))
    let (rules, untold) = document.levelRules(server: nil, knownTools: ["known"], at: now)
    #expect(untold == 100)
    #expect(rules.count == 1 + 1 + 1 + 2 + 200 + 1 + 1)
    #expect(!rules.contains { $0.key == "known" })
    #expect(rules.last?.pointer == "/server_requests/elicitation~1create")
    #expect(document.levelRules(server: "nobody", knownTools: [], at: now).rules.isEmpty)
  }

  /// What counts is what the decision in force is said to come from.
  @Test(arguments: 0..<200 as Range<UInt64>)
  func agreesWithTheStanding(_ seed: UInt64) throws {
    var chance = Chance(seed)
    let text = RandomPolicy.document(&chance, seed)
    guard let document = try? PolicyDocument.read(Array(text.utf8)) else { return }
    let engine = PolicyEngine(document)
    for server in RandomPolicy.servers.compactMap({ $0 }) {
      for tool in RandomPolicy.tools {
        let standing = engine.standing(server: server, tool: tool, at: now)
        let found = engine.governing(server: server, tool: tool, at: now)
        let inForce = found.filter { $0.overridden == nil }
        #expect(!inForce.isEmpty)
        switch standing.source {
        case .hidden: #expect(inForce.first?.summary == "hide")
        case .serverDefault, .globalDefault: #expect(inForce.last?.kind == .fallback)
        case .explicit, .pattern: #expect(inForce.contains { $0.pointer == standing.rule })
        case .noPolicy: break
        }
      }
    }
  }
}
