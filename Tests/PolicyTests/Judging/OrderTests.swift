import JSONSchema
import JSONText
import Policy
import Testing

/// The order of judgement: the first denial wins, and who asks is asked last.
struct OrderTests {
  /// What stands in a call's way, the first first, and the rule that is then named.
  static let steps: [(text: String, verdict: Verdict, rule: String)] = [
    (#""action":"deny""#, .deny, "/tools/x"),
    (#""match_schema":true"#, .deny, "/tools/x/match_schema"),
    (#""require":[{"conditions":[{"path":"args.a","op":"eq","value":2}]}]"#, .deny, "/tools/x/require/0"),
    (#""deny_if":[{"conditions":[]}]"#, .deny, "/tools/x/deny_if/0"),
    (#""limits":[{"window":"day","max":0}]"#, .deny, "/tools/x/limits/0"),
    (#""approve_if":[{"conditions":[]}]"#, .ask, "/tools/x/approve_if/0"),
    (#""reason":"none""#, .allow, "/tools/x"),
  ]

  @Test("P69: the first denial of the order wins", arguments: steps.indices)
  func theFirstDenialWins(from first: Int) throws {
    let rule = Self.steps[first...].map(\.text).joined(separator: ",")
    let engine = try engine(#"{"version":"1","tools":{"x":{\#(rule)}}}"#)
    var counters = Counters()
    let arguments = try JSONNode.read(Array(#"{"a":1}"#.utf8))
    let judgement = engine.judge(
      call("x"), counters: &counters, at: Moment(seconds: 0), arguments: { arguments }, inputSchema: { .unusable("no") }
    )
    #expect(judgement.decision.verdict == Self.steps[first].verdict)
    #expect(judgement.decision.rule == Self.steps[first].rule)
    #expect((judgement.approval != nil) == (judgement.decision.verdict == .ask))
  }

  @Test func hidingComesBeforeAllElse() throws {
    let engine = try engine(
      #"{"version":"1","hide":["x"],"all_tools":{"action":"deny"},"tools":{"x":{"action":"deny"}}}"#)
    var counters = Counters()
    #expect(engine.decide(call("x"), counters: &counters, at: Moment(seconds: 0)).rule == "(hidden)")
  }

  @Test func requirementsOfAllRulesComeBeforeDenials() throws {
    let engine = try engine(
      """
      {"version":"1","default":"allow",
       "all_tools":{"require":[{"conditions":[{"path":"args.a","op":"exists","value":true}],"on_deny":"say a."}]},
       "tools":{"x":{"deny_if":[{"conditions":[]}]}}}
      """)
    var counters = Counters()
    let decision = engine.decide(call("x"), counters: &counters, at: Moment(seconds: 0))
    #expect(decision.rule == "/all_tools/require/0")
    #expect(decision.reason == "say a")
  }

  @Test func theOwnRuleIsToldFirstThenTheServersThenThatOfAll() throws {
    let denial = #"{"deny_if":[{"conditions":[]}]}"#
    var parts = [
      #""all_tools":\#(denial)"#, #""servers":{"git":{"all_tools":\#(denial)}}"#, #""tools":{"x":\#(denial)}"#,
    ]
    var rules: [String] = []
    while !parts.isEmpty {
      let engine = try engine(#"{"version":"1","default":"allow",\#(parts.joined(separator: ","))}"#)
      var counters = Counters()
      rules.append(engine.decide(call("x"), counters: &counters, at: Moment(seconds: 0)).rule)
      parts.removeLast()
    }
    #expect(rules == ["/tools/x/deny_if/0", "/servers/git/all_tools/deny_if/0", "/all_tools/deny_if/0"])
  }

  @Test func whoAsksGetsTermsOfTheRuleThatAsks() throws {
    let engine = try engine(
      """
      {"version":"1","default":"require_approval",
       "tools":{"own":{"action":"require_approval","approval":{"hold":5,"timeout":50,"remember":7,"on_no_approver":"deny"}},
                "plain":{"action":"require_approval","reason":"ask Ann"}}}
      """)
    var counters = Counters()
    let now = Moment(seconds: 0)
    let own = try #require(engine.judge(call("own"), counters: &counters, at: now).approval)
    #expect([own.hold, own.timeout, own.remember] == [5, 50, 7])
    #expect(own.onNoApprover == .deny)
    let plain = engine.judge(call("plain"), counters: &counters, at: now)
    #expect(plain.decision.reason == "ask Ann")
    #expect(plain.approval == ApprovalTerms())
    let byDefault = engine.judge(call("other"), counters: &counters, at: now)
    #expect(byDefault.decision.verdict == .ask)
    #expect(byDefault.decision.rule == "(default)")
    #expect(byDefault.approval == ApprovalTerms())
    let prompt = Call(server: "s", target: .prompt("p"), session: "s")
    #expect(engine.decide(prompt, counters: &counters, at: now).reason == "a person must approve this prompt")
  }

  @Test func anAskedCallHoldsItsPlaceUntilItIsRefused() throws {
    let engine = try engine(
      #"{"version":"1","tools":{"x":{"action":"require_approval","limits":[{"window":"day","max":1}]}}}"#)
    var counters = Counters()
    let first = engine.judge(call("x"), counters: &counters, at: Moment(seconds: 0))
    #expect(first.decision.verdict == .ask)
    #expect(engine.decide(call("x"), counters: &counters, at: Moment(seconds: 1)).verdict == .limit)
    counters.giveBack(try #require(first.reservation), at: Moment(seconds: 2))
    #expect(engine.decide(call("x"), counters: &counters, at: Moment(seconds: 3)).verdict == .ask)
  }

  @Test func argumentsAreReadOnceAndOnlyWhereTheyMatter() throws {
    let engine = try engine(
      """
      {"version":"1","tools":{"plain":{"limits":[{"window":"day","max":9}]},
       "costly":{"require":[{"conditions":[{"path":"args.a","op":"gt","value":0}]}],
                 "limits":[{"window":"day","max":9,"cost":"args.a"}]}}}
      """)
    var counters = Counters()
    var reads = 0
    let arguments = try JSONNode.read(Array(#"{"a":1}"#.utf8))
    for (tool, wanted) in [("plain", 0), ("costly", 1)] {
      reads = 0
      let judgement = engine.judge(
        call(tool), counters: &counters, at: Moment(seconds: 0),
        arguments: {
          reads += 1
          return arguments
        })
      #expect(judgement.decision.verdict == .allow)
      #expect(reads == wanted)
    }
  }

  @Test func aSchemaIsAskedForNothingButItself() throws {
    let engine = try engine(#"{"version":"1","tools":{"x":{"match_schema":true}}}"#)
    var counters = Counters()
    func reason(_ schema: ToolSchema, _ arguments: String?) throws -> String? {
      let node = try arguments.map { try JSONNode.read(Array($0.utf8)) }
      return engine.judge(
        call("x"), counters: &counters, at: Moment(seconds: 0), arguments: { node }, inputSchema: { schema }
      ).decision.reason
    }
    let text = #"{"type":"object","properties":{"n":{"type":"integer"}},"required":["n"]}"#
    let schema = ToolSchema.known(try JSONSchema(try JSONNode.read(Array(text.utf8))))
    #expect(try reason(schema, #"{"n":1}"#) == nil)
    #expect(try reason(schema, #"{"n":"1"}"#)?.hasPrefix("the arguments do not match the tool's schema: ") == true)
    #expect(try reason(schema, nil)?.hasPrefix("the arguments do not match the tool's schema: ") == true)
    #expect(try reason(.unknown, nil) == "the tool's input schema is not known yet; list the server's tools first")
    #expect(try reason(.unusable("it is no object"), nil) == "the tool's input schema cannot be used: it is no object")
  }

  @Test func resourcesShowTheirAddressAndRequestsTheirParameters() throws {
    let engine = try engine(
      """
      {"version":"1",
       "resources":{"file:*":{"require":[{"conditions":[{"path":"args.uri","op":"within","value":["/srv"]}]}]}},
       "server_requests":{"sampling/createMessage":
         {"require":[{"conditions":[{"path":"args.maxTokens","op":"lte","value":100}]}]}}}
      """)
    var counters = Counters()
    func verdict(_ target: Call.Target, _ arguments: String? = nil) throws -> Verdict {
      let node = try arguments.map { try JSONNode.read(Array($0.utf8)) }
      return engine.judge(
        Call(server: "s", target: target, session: "s"), counters: &counters, at: Moment(seconds: 0),
        arguments: { node }
      ).decision.verdict
    }
    #expect(try verdict(.resource(uri: "file:///srv/a")) == .allow)
    #expect(try verdict(.resource(uri: "file:///srv/../etc/passwd")) == .deny)
    #expect(try verdict(.serverRequest(method: "sampling/createMessage"), #"{"maxTokens":100}"#) == .allow)
    #expect(try verdict(.serverRequest(method: "sampling/createMessage"), #"{"maxTokens":101}"#) == .deny)
    #expect(try verdict(.serverRequest(method: "sampling/createMessage")) == .deny)
  }
}
