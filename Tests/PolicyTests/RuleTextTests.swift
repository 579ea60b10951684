import JSONText
import Policy
import SeededChance
import Testing

/// Rules that are looked at, written and read one by one.
struct RuleTextTests {
  static let text = """
    {
      "version": "1",
      "all_tools": {"limits": [{"window": "day", "max": 5}]},
      "tools": {"a~b/*": {"action": "deny"}},
      "resources": {"file:///*": {}},
      "prompts": {"p": {"reason": "why"}},
      "server_requests": {"sampling/createMessage": {"action": "require_approval"}},
      "servers": {
        "a/b": {
          "all_tools": {},
          "tools": {
            "push": {
              "require": [
                {"conditions": [{"path": "args.x", "op": "eq", "value": 1.50}]}
              ]
            }
          }
        }
      }
    }

    """

  @Test func everyRuleHasAnAddressThatItsPointerLeadsTo() throws {
    let document = try policy(Self.text)
    let addresses = document.ruleAddresses
    #expect(
      addresses.map(\.pointer) == [
        "/all_tools", "/tools/a~0b~1*", "/resources/file:~1~1~1*", "/prompts/p",
        "/server_requests/sampling~1createMessage", "/servers/a~1b/all_tools", "/servers/a~1b/tools/push",
      ])
    for address in addresses {
      #expect(RuleAddress(pointer: address.pointer) == address)
      #expect(RuleAddress(pointer: address.pointer + "/limits/0") == address)
      #expect(document.rule(at: address) != nil)
    }
    #expect(document.rule(at: RuleAddress(.tools, "push")) == nil)
    #expect(document.rule(at: RuleAddress(server: "no", .tools, "push")) == nil)
  }

  @Test(arguments: ["", "(default)", "/", "/tools", "/servers/a", "/servers", "/hide/0", "tools/x", "/default"])
  func otherPointersLeadToNoRule(pointer: String) { #expect(RuleAddress(pointer: pointer) == nil) }

  @Test func aRuleIsGivenAsItStandsInTheFile() throws {
    let document = try policy(Self.text)
    let push = try #require(document.ruleText(at: RuleAddress(server: "a/b", .tools, "push")))
    #expect(
      String(decoding: push, as: UTF8.self) == """
        {
          "require": [
            {"conditions": [{"path": "args.x", "op": "eq", "value": 1.50}]}
          ]
        }

        """)
    #expect(document.ruleText(at: RuleAddress(.tools, "push")) == nil)
  }

  @Test(arguments: [
    ("{\"action\": \"alow\"}", "1:12: error: `alow` is not an action: did you mean `allow`? (at /action)"),
    (
      "{\n  \"require\": [{\"conditions\": [\n    {\"path\": \"args.x\", \"op\": \"regex\", \"value\": \"(\"}]}]}",
      "3:48: error: `(` is no pattern of RE2: missing ): ( (at /require/0/conditions/0/value)"
    ),
    ("{\"limits\": 1", "1:13: error: the text ends before the `{` of line 1, column 1 is closed: write `}`"),
    ("", "1:1: error: there is nothing in it: write `{\"action\": \"deny\"}`, which denies every call"),
    ("[]", "1:1: error: a rule must be an object, not an array"),
    ("{} {}", "1:4: error: something follows after the end of the rule: a text holds one rule"),
  ])
  func whatIsWrongIsToldWithItsPlace(text: String, problem: String) {
    let error = #expect(throws: PolicyRejection.self) {
      try RuleText.read(Array(text.utf8), at: RuleAddress(.tools, "x"))
    }
    #expect(error?.problems.first?.description == problem)
  }

  @Test func theSectionDecidesWhatARuleMaySay() throws {
    let rule = Array(#"{"match_schema": true}"#.utf8)
    #expect(throws: Never.self) { try RuleText.read(rule, at: .allTools()) }
    #expect(throws: PolicyRejection.self) { try RuleText.read(rule, at: RuleAddress(.prompts, "p")) }
    #expect(RuleText.problems(of: try JSONNode.read(rule), at: RuleAddress(.resources, "p")).count == 1)
    #expect(RuleText.problems(of: try JSONNode.read(rule), at: RuleAddress(.tools, "p")).isEmpty)
  }

  // MARK: A rule that is to say something else

  @Test(arguments: UInt64(1)...60)
  func aRuleBecomesAnother(seed: UInt64) throws {
    var chance = Chance(seed)
    let base = try policy(RandomPolicy.document(&chance, seed))
    for address in base.ruleAddresses {
      var draft = PolicyDraft(base: base)
      let old = try #require(base.rule(at: address))
      try draft.apply(.change(address, .become(try JSONNode.read(old.compact))))
      #expect(!draft.isDirty)
      let wanted = RandomPolicy.rule(&chance)
      do throws(PolicyEditError) {
        try draft.apply(.change(address, .become(wanted)))
      } catch {
        continue
      }
      #expect(draft.current.rule(at: address)?.means(wanted) == true)
      let path = address.pointer.split(separator: "/").map {
        String($0).replacing("~1", with: "/").replacing("~0", with: "~")
      }
      try RuleEditPropertyTests.expectUntouched(
        base.text, draft.current.text, RuleEditPropertyTests.Touched(paths: [path]), "\(wanted)")
      _ = draft.undo()
      #expect(draft.current.text == base.text)
    }
  }

  @Test func onlyTheMemberThatIsAnotherIsWrittenAnew() throws {
    var draft = PolicyDraft(base: try policy(Self.text))
    let address = RuleAddress(server: "a/b", .tools, "push")
    let rule = #"{"require":[{"conditions":[{"path":"args.x","op":"neq","value":1.5}]}]}"#
    try draft.apply(.change(address, .become(try JSONNode.read(Array(rule.utf8)))))
    #expect(String(decoding: draft.current.text, as: UTF8.self) == Self.text.replacing(#""eq""#, with: #""neq""#))
    let array = JSONNode(.array([]))
    #expect(throws: PolicyEditError("a rule must be an object, not an array")) {
      try draft.apply(.change(address, .become(array)))
    }
  }

  @Test func aRuleIsMadeWhereThereIsNone() throws {
    var draft = PolicyDraft(base: try policy(#"{"version": "1"}"#))
    try draft.apply(.change(RuleAddress(server: "s", .prompts, "p"), .become(try node(#"{"action": "deny"}"#))))
    #expect(
      String(decoding: draft.current.text, as: UTF8.self)
        == #"{"version": "1", "servers": {"s": {"prompts": {"p": {"action": "deny"}}}}}"#)
  }

  // MARK: Paths, and calls that are thought of

  @Test func everyPathCanBeWritten() throws {
    let steps: [ConditionPath.Step] = [
      .member("a-b"), .each, .member("odd.key"), .element(3), .member(""), .member("\""),
    ]
    let path = ConditionPath(arguments: steps)
    #expect(path.text == #"args.a-b[*]["odd.key"][3][""]["\""]"#)
    #expect(try ConditionPath(path.text) == path)
    #expect(ConditionPath(arguments: []).text == "args")
  }

  @Test(arguments: [
    (nil, "deny"), ("", "deny"), ("{", "deny"), (#"{"type": 5}"#, "deny"), (#"{"type": "object"}"#, "allow"),
    (#"{"type": "object", "required": ["y"]}"#, "deny"),
  ])
  func aCallIsTriedWithTheSchemaThatIsKnown(schema: String?, verdict: String) throws {
    let engine = PolicyEngine(try policy(#"{"version": "1", "tools": {"push": {"match_schema": true}}}"#))
    let call = Call(server: "s", target: .tool("push"), session: "1")
    let explanation = engine.explain(
      trying: call, arguments: try node(#"{"x": 1}"#), inputSchema: schema.map { Array($0.utf8) },
      at: Moment(microseconds: 0))
    #expect(explanation.decision.verdict.rawValue == verdict)
  }
}
