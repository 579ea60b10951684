import JSONText
import Policy
import Testing

struct JudgementTests {
  @Test func denialsSayWhy() throws {
    let engine = try engine(
      #"""
      {"version": "1", "default": "deny", "hide": ["hidden"],
       "tools": {"plain": {"action": "deny"}, "told": {"action": "deny", "reason": "Ask Ann first."}, "a/b~c": {"action": "deny"}},
       "resources": {"file:*": {"action": "deny"}}, "prompts": {"p": {"action": "deny"}},
       "server_requests": {"sampling/*": {"action": "deny"}}}
      """#)
    var counters = Counters()
    func decide(_ target: Call.Target) -> Decision {
      engine.decide(Call(server: "s", target: target, session: "1"), counters: &counters, at: Moment(seconds: 0))
    }
    #expect(
      decide(.tool("plain")) == Decision(.deny, rule: "/tools/plain", reason: "the policy denies this tool"))
    #expect(decide(.tool("told")) == Decision(.deny, rule: "/tools/told", reason: "Ask Ann first"))
    #expect(
      decide(.tool("a/b~c")) == Decision(.deny, rule: "/tools/a~1b~0c", reason: "the policy denies this tool"))
    #expect(decide(.tool("hidden")) == Decision(.hide, rule: "(hidden)", reason: "the policy hides this tool"))
    #expect(
      decide(.resource(uri: "file:///x"))
        == Decision(.deny, rule: "/resources/file:*", reason: "the policy denies this resource"))
    #expect(decide(.prompt("p")) == Decision(.deny, rule: "/prompts/p", reason: "the policy denies this prompt"))
    #expect(
      decide(.serverRequest(method: "sampling/createMessage"))
        == Decision(.deny, rule: "/server_requests/sampling~1*", reason: "the policy denies this server request"))
  }

  @Test func absentDefaultDenies() throws {
    let engine = try engine(#"{"version":"1"}"#)
    var counters = Counters()
    #expect(engine.decide(call("x"), counters: &counters, at: Moment(seconds: 0)).verdict == .deny)
    #expect(engine.standing(server: "git", tool: "x").source == .globalDefault)
  }

  @Test func theServersDefaultComesFirst() throws {
    let engine = try engine(#"{"version":"1","default":"deny","servers":{"open":{"default":"allow"},"git":{}}}"#)
    var counters = Counters()
    for (server, verdict, source) in [
      ("open", Verdict.allow, Standing.Source.serverDefault), ("git", .deny, .globalDefault),
      ("other", .deny, .globalDefault),
    ] {
      let decision = engine.decide(call("x", on: server), counters: &counters, at: Moment(seconds: 0))
      #expect(decision.verdict == verdict)
      #expect(decision.rule == "(default)")
      #expect(engine.standing(server: ExactText(server), tool: "x").source == source)
      let other = Call(server: ExactText(server), target: .other(method: "tasks/get"), session: "1")
      #expect(engine.decide(other, counters: &counters, at: Moment(seconds: 0)).verdict == verdict)
    }
  }

  @Test func allToolsIsOnTopOfATool() throws {
    let engine = try engine(
      #"""
      {"version": "1", "default": "allow", "tools": {"x": {"rate_limit": "2/minute"}, "no": {"action": "deny"}},
       "all_tools": {"rate_limit": "3/minute", "reason": "Slow down"},
       "servers": {"frozen": {"all_tools": {"action": "deny", "reason": "Frozen until Monday"}}}}
      """#)
    var counters = Counters()
    func decide(_ tool: String, on server: String = "s") -> Decision {
      engine.decide(call(tool, on: server), counters: &counters, at: Moment(seconds: 0))
    }
    #expect(decide("no").rule == "/tools/no")
    #expect(
      decide("x", on: "frozen")
        == Decision(.deny, rule: "/all_tools", reason: "Frozen until Monday").at("/servers/frozen"))
    #expect(decide("x").verdict == .allow)
    #expect(decide("x").verdict == .allow)
    // The tool's own limit is named first; and a denied call counts nowhere, so one more of another tool fits.
    #expect(decide("x").rule == "/tools/x/rate_limit")
    #expect(decide("y").rule == "(default)")
    let refused = decide("z")
    #expect(
      refused
        == Decision(
          .limit, rule: "/all_tools/rate_limit", reason: "rate limit of 3 per minute reached: Slow down",
          retryAfter: 60 * second))
    let standings = [("s", "x"), ("s", "y"), ("s", "no"), ("frozen", "x")].map { server, tool in
      let standing = engine.standing(server: ExactText(server), tool: ExactText(tool))
      return "\(standing.verdict) \(standing.summary) \(standing.rule) \(standing.line ?? 0)"
    }
    #expect(
      standings == [
        "limit 2/minute (all tools 3/minute) /tools/x 1", "limit allow (all tools 3/minute) (default) 1",
        "deny deny /tools/no 1", "deny deny /servers/frozen/all_tools 3",
      ])
  }

  @Test func allToolsCanDenyEverywhere() throws {
    let engine = try engine(#"{"version":"1","tools":{"x":{}},"all_tools":{"action":"deny"},"prompts":{"x":{}}}"#)
    var counters = Counters()
    #expect(
      engine.decide(call("x"), counters: &counters, at: Moment(seconds: 0))
        == Decision(.deny, rule: "/all_tools", reason: "the policy denies all tools"))
    #expect(engine.standing(server: "s", tool: "x").source == .pattern("all_tools"))
    let prompt = Call(server: "s", target: .prompt("x"), session: "1")
    #expect(engine.decide(prompt, counters: &counters, at: Moment(seconds: 0)).verdict == .allow)
  }

  @Test func observingStopsNothing() throws {
    let text = #"{"version":"1","mode":"observe","hide":["h"],"tools":{"x":{"rate_limit":"1/minute"}}}"#
    let engine = try engine(text)
    var counters = Counters()
    let decisions = ["x", "x", "y", "h"].map { tool in
      engine.decide(call(tool), counters: &counters, at: Moment(seconds: 0))
    }
    #expect(decisions.map(\.verdict) == [.allow, .limit, .deny, .hide])
    #expect(decisions.allSatisfy { $0.letsThrough && !$0.isEnforced })
    #expect(engine.isHidden(server: "git", tool: "h") == false)
    #expect(engine.standing(server: "git", tool: "h").verdict == .hide)
  }

  @Test func spellingsOfNumbersAreRead() throws {
    for (text, max) in [
      ("10.0", 10), ("1e1", 10), ("100e-1", 10), ("-0", 0), ("0.0e9", 0), ("9007199254740991", 9_007_199_254_740_991),
    ] {
      let engine = try engine(#"{"version":"1","tools":{"x":{"limits":[{"max":\#(text),"window":6e1}]}}}"#)
      #expect(engine.standing(server: "s", tool: "x").limits.map(\.max) == [Amount(max)])
      #expect(engine.standing(server: "s", tool: "x").limits.map(\.window) == ["minute"])
    }
  }

  @Test func standingTellsLineAndLimits() throws {
    let engine = try engine(
      """
      {
        "version": "1",
        "default": "deny",
        "hide": [
          "h"
        ],
        "tools": {
          "x": {
            "reason": "Costly.",
            "limits": [{"window": 90, "max": 3, "scope": "session", "counter": "c"}, {"window": "day", "max": 9}]
          }
        }
      }
      """)
    #expect(
      engine.standing(server: "s", tool: "x")
        == Standing(
          verdict: .limit, summary: "3/90s, 9/day", rule: "/tools/x", source: .explicit, line: 8, reason: "Costly.",
          limits: [
            Standing.Limit(
              max: 3, windowSeconds: 90, window: "90", scope: .session, counter: "c", pointer: "/tools/x/limits/0"),
            Standing.Limit(
              max: 9, windowSeconds: 86400, window: "day", scope: .grant, counter: nil, pointer: "/tools/x/limits/1"),
          ]))
    #expect(engine.standing(server: "s", tool: "h").line == 5)
    #expect(engine.standing(server: "s", tool: "y").line == 3)
  }
}

extension Decision {
  fileprivate func at(_ prefix: String) -> Decision {
    var copy = self
    copy.rule = prefix + rule
    return copy
  }
}
