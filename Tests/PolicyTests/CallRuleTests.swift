import JSONText
import Policy
import SeededChance
import Testing

/// Rules that are made from one call: what is written, and what they let through.
struct CallRuleTests {
  static let now = Moment(microseconds: 1_795_174_927_000_000)

  static func policy(_ text: String) throws -> PolicyDocument { try PolicyDocument.read(Array(text.utf8)) }

  static func call(_ tool: String, server: String = "github", client: String = "claude-1") -> Call {
    Call(
      server: ExactText(server), target: .tool(ExactText(tool)), session: "s1", client: ExactText(client))
  }

  static func arguments(_ text: String) throws -> JSONNode { try JSONNode.read(Array(text.utf8)) }

  static func json(_ node: JSONNode) -> String { String(decoding: node.compact, as: UTF8.self) }

  static func decision(_ document: PolicyDocument, _ call: Call, _ arguments: JSONNode) -> Decision {
    PolicyEngine(document).explain(trying: call, arguments: arguments, inputSchema: nil, at: now).decision
  }

  /// The narrowest rule for a call, as the policy judges it.
  static func narrow(_ document: PolicyDocument, _ call: Call, _ arguments: JSONNode) -> CallRule {
    var rule = CallRule(call, decision(document, call, arguments))
    rule.conditions =
      [ConditionTerms("call.client", "eq", JSONNode(.string(call.client)))] + CallRule.conditions(for: arguments)
    return rule
  }

  static func written(_ rule: CallRule, on document: PolicyDocument) throws -> PolicyDocument {
    var draft = PolicyDraft(base: document)
    try draft.apply(try rule.edit(on: document))
    return draft.current
  }

  /// Why a rule cannot be made; nil where it can.
  static func refusal(_ rule: CallRule, _ document: PolicyDocument) -> String? {
    do throws(PolicyEditError) {
      _ = try rule.edit(on: document)
      return nil
    } catch {
      return error.message
    }
  }

  @Test func aRuleThatAsksGetsAnEntryOfAllowIf() throws {
    let document = try Self.policy(
      """
      {
        "version": "1",
        "servers": {"github": {"tools": {
          "delete_branch": {"action": "require_approval", "reason": "ask first"}
        }}}
      }

      """)
    let arguments = try Self.arguments(#"{"owner": "acme", "repo": "shop"}"#)
    var rule = Self.narrow(document, Self.call("delete_branch"), arguments)
    rule.expires = Moment(rfc3339: "2026-11-21T11:42:00Z")
    #expect(try rule.kind() == .spare(RuleAddress(server: "github", .tools, "delete_branch")))
    let after = try Self.written(rule, on: document)
    let entry = after.rule(at: RuleAddress(server: "github", .tools, "delete_branch"))?["allow_if"]?.elements?.first
    #expect(
      entry.map(Self.json) == #"{"conditions":[{"path":"call.client","op":"eq","value":"claude-1"},"#
        + #"{"path":"args.owner","op":"eq","value":"acme"},{"path":"args.repo","op":"eq","value":"shop"},"#
        + #"{"path":"args","op":"length_lte","value":2}],"expires":"2026-11-21T11:42:00Z"}"#)
    #expect(
      after.rule(at: RuleAddress(server: "github", .tools, "delete_branch"))?["action"]?.string == "require_approval")
    #expect(Self.decision(after, rule.call, arguments).verdict == .allow)
    let others = [
      #"{"owner": "acme", "repo": "shop2"}"#, #"{"owner": "acme"}"#,
      #"{"owner": "acme", "repo": "shop", "force": true}"#,
    ]
    for other in others { #expect(try Self.decision(after, rule.call, Self.arguments(other)).verdict == .ask) }
    #expect(Self.decision(after, Self.call("delete_branch", client: "cursor"), arguments).verdict == .ask)
  }

  @Test func whatTheRulesPlaceDoesNotSayIsSaidByConditions() throws {
    let document = try Self.policy(
      #"{"version": "1", "default": "allow", "tools": {"delete_*": {"action": "require_approval"}}}"#)
    let arguments = try Self.arguments("{}")
    let rule = Self.narrow(document, Self.call("delete_branch"), arguments)
    let after = try Self.written(rule, on: document)
    #expect(Self.decision(after, rule.call, arguments).verdict == .allow)
    #expect(Self.decision(after, Self.call("delete_repo"), arguments).verdict == .ask)
    #expect(Self.decision(after, Self.call("delete_branch", server: "gitlab"), arguments).verdict == .ask)
    var wide = rule
    wide.isForTarget = false
    wide.isForServer = false
    let wider = try Self.written(wide, on: document)
    #expect(Self.decision(wider, Self.call("delete_repo", server: "gitlab"), arguments).verdict == .allow)
  }

  @Test func aDefaultThatAsksIsSparedWithoutARuleOfTheTool() throws {
    let document = try Self.policy(#"{"version": "1", "default": "require_approval"}"#)
    let arguments = try Self.arguments(#"{"n": 1}"#)
    let rule = Self.narrow(document, Self.call("push"), arguments)
    #expect(try rule.kind() == .spareDefault)
    let after = try Self.written(rule, on: document)
    #expect(Self.decision(after, rule.call, arguments).verdict == .allow)
    #expect(Self.decision(after, Self.call("pull"), arguments).verdict == .ask)
    #expect(Self.decision(after, Self.call("push", server: "gitlab"), arguments).verdict == .ask)
    #expect(after.rule(at: RuleAddress(server: "github", .tools, "push")) == nil)
  }

  @Test func whatTheDefaultDeniesGetsARuleOfItsOwn() throws {
    let document = try Self.policy(#"{"version": "1", "servers": {"github": {"tools": {"a*b": {}}}}}"#)
    let arguments = try Self.arguments(#"{"n": 1.50}"#)
    var rule = Self.narrow(document, Self.call("x*y"), arguments)
    #expect(try rule.kind() == .new)
    let after = try Self.written(rule, on: document)
    #expect(Self.decision(after, rule.call, arguments).verdict == .allow)
    #expect(try Self.decision(after, rule.call, Self.arguments(#"{"n": 1.51}"#)).verdict == .deny)
    #expect(Self.decision(after, Self.call("xzy"), arguments).verdict == .deny, "the star is a letter of the name")
    #expect(String(decoding: after.text, as: UTF8.self).contains(#""value": 1.50"#), "numbers keep their spelling")
    rule.conditions = []
    rule.expires = Moment(rfc3339: "2026-12-01T00:00:00Z")
    let open = try Self.written(rule, on: document)
    let key = NamePattern.key(for: "x*y")
    #expect(
      open.rule(at: RuleAddress(server: "github", .tools, key)).map(Self.json)
        == #"{"action":"allow","expires":"2026-12-01T00:00:00Z"}"#)
  }

  @Test(arguments: [
    (#"{"version": "1", "tools": {"t": {"action": "deny"}}}"#, "`/tools/t` denies it"),
    (#"{"version": "1", "tools": {"t": {"deny_if": [{"conditions": []}]}}}"#, "`/tools/t/deny_if/0` denies it"),
    (#"{"version": "1", "tools": {"t": {}}}"#, "is let through already, by `/tools/t`"),
    (#"{"version": "1", "hide": ["t"]}"#, "the tool is hidden"),
  ]) func whatNoNewRuleChangesIsRefusedByName(_ text: String, _ words: String) throws {
    let document = try Self.policy(text)
    let rule = Self.narrow(document, Self.call("t"), try Self.arguments("{}"))
    #expect(Self.refusal(rule, document)?.contains(words) == true)
  }

  @Test func aStrongerRuleIsNamed() throws {
    let document = try Self.policy(
      """
      {"version": "1", "all_tools": {"deny_if": [{"conditions": [{"path": "args.n", "op": "gt", "value": 5}]}]}}
      """)
    let arguments = try Self.arguments(#"{"n": 9}"#)
    // The default is looked at first; what stands behind it shows only when there is a rule.
    let rule = Self.narrow(document, Self.call("t"), arguments)
    let after = try Self.written(rule, on: document)
    let obstacle = rule.obstacle(in: PolicyEngine(after), arguments: arguments, inputSchema: nil, at: Self.now)
    #expect(obstacle?.pointer == "/all_tools/deny_if/0")
    #expect(obstacle?.words.contains("`/all_tools/deny_if/0` denies it all the same") == true)
  }

  @Test func aRuleThatIsGoneIsNotMade() throws {
    let document = try Self.policy(#"{"version": "1", "tools": {"t": {"action": "require_approval"}}}"#)
    let rule = Self.narrow(document, Self.call("t"), try Self.arguments("{}"))
    let other = try Self.policy(#"{"version": "1", "tools": {"u": {}}}"#)
    #expect(Self.refusal(rule, other)?.contains("the rule that asked, `/tools/t`, is not in the file") == true)
  }

  /// Policies, calls and arguments by chance: the hunk changes nothing else, the call passes, another one does not.
  @Test(arguments: 0..<200) func anyCallThatWasStoppedPassesAndNoOther(_ seed: Int) throws {
    var chance = Chance(UInt64(seed))
    let others = #""other": {"limits": [{"window": "minute", "max": 10}]}"#
    let asks = [
      #"{"action": "require_approval"}"#, #"{"approve_if": [{"conditions": []}]}"#,
      #"{"action": "require_approval", "allow_if": [{"conditions": [{"path": "args.z", "op": "exists", "value": true}]}]}"#,
      #"{  "action":"require_approval" ,"reason" : "é" }"#,
    ]
    let ask = chance.pick(asks)
    let level: String =
      switch chance.below(5) {
      case 0: #""tools": {\#(others), "push": \#(ask)}"#
      case 1: #""tools": {"p*": \#(ask), \#(others)}"#
      case 2: #""default": "allow", "all_tools": \#(ask)"#
      case 3: #""default": "require_approval""#
      default: #""default": "deny""#
      }
    let text: String =
      chance.happens(oneIn: 2)
      ? "{\"version\": \"1\",\n \"servers\": { \"github\": {\(level)} },\n \"description\": \"x\"}\n"
      : "{\"version\": \"1\", \(level)}"
    let document = try Self.policy(text)
    let values = [#""a""#, #""/srv/é""#, "1", "1.0", "-0", "true", "null", "[1,2]", #"{"k":"v"}"#, #""\u0000x""#]
    let keys = ["owner", "odd key", "n", "ä", "a.b"].shuffled(using: &chance).prefix(chance.below(4))
    let members = keys.map { key in (key, chance.pick(values)) }
    func made(_ members: [(String, String)]) throws -> JSONNode {
      try Self.arguments("{" + members.map { "\"\($0.0)\": \($0.1)" }.joined(separator: ",") + "}")
    }
    let arguments = try made(members)
    let call = Self.call("push")
    let before = Self.decision(document, call, arguments)
    let rule = Self.narrow(document, call, arguments)
    let after = try Self.written(rule, on: document)
    #expect(Self.decision(after, call, arguments).verdict == .allow)
    for index in members.indices {
      var changed = members
      changed[index].1 = #""another""#
      let decision = Self.decision(after, call, try made(changed))
      #expect(decision.verdict == before.verdict || decision.rule.contains("/require/"), "\(decision)")
      #expect(decision.verdict != .allow)
    }
    #expect(try Self.decision(after, call, made(members + [("more", "1")])).verdict != .allow)
    #expect(Self.decision(after, Self.call("push", client: "cursor"), arguments).verdict != .allow)
    // One piece is put in, and every other byte stays.
    let (old, new) = (document.text, after.text)
    let start = zip(old, new).prefix { $0 == $1 }.count
    let end = zip(old.reversed(), new.reversed()).prefix { $0 == $1 }.count
    #expect(start + end >= old.count, "\(String(decoding: new, as: UTF8.self))")
  }
}
