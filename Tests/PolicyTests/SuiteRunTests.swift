import Foundation
import JSONText
import Policy
import Testing

/// What a suite of cases finds out about a policy, and how it tells it.
struct SuiteRunTests {
  static let rules = """
    {
      "version": "1",
      "hide": ["drop_*"],
      "tools": {
        "push": {"limits": [{"window": "minute", "max": 10}]},
        "rm": {"action": "deny", "reason": "we keep what we have."},
        "never": {}
      },
      "resources": {"file:*": {}},
      "prompts": {"*": {"action": "deny"}},
      "server_requests": {"sampling/createMessage": {}}
    }
    """

  func run(_ cases: String, now: String = "2026-11-21T12:00:00Z", under rules: String = rules) throws -> SuiteRun {
    let suite = try PolicySuite.read(Array(#"{"now":"\#(now)","cases":[\#(cases)]}"#.utf8))
    return SuiteRun(suite, under: try policy(rules))
  }

  @Test func aSuiteThatHoldsPasses() throws {
    let run = try run(
      #"""
      {"server":"git","tool":"push","times":10,"every":1,"expect":{"verdict":"allow","rule":"/tools/push"}},
      {"server":"git","tool":"push","expect":{"verdict":"limit","rule":"/tools/push/limits/0","reason":"10 per minute",
       "retry_after_ms":51000}},
      {"server":"git","tool":"push","at":60,"expect":"allow"},
      {"server":"git","tool":"push","at":60,"expect":"limit"},
      {"server":"git","tool":"push","grant":"other","expect":"allow"},
      {"server":"git","tool":"push","fresh":true,"times":10,"expect":"allow"},
      {"server":"git","tool":"rm","expect":{"verdict":"deny","reason":"we keep"}},
      {"server":"git","tool":"drop_all","expect":{"verdict":"hide","rule":"(hidden)"}},
      {"server":"git","tool":"unknown","expect":{"verdict":"deny","rule":"(default)"}},
      {"server":"git","resource":"file:///x","expect":"allow"},
      {"server":"git","prompt":"x","expect":"deny"},
      {"server":"git","request":"sampling/createMessage","expect":"allow"}
      """#)
    #expect(run.outcomes.flatMap(\.differences) == [])
    #expect((run.passed, run.failed) == (12, 0))
    #expect(run.idleRules == ["/tools/never"])
  }

  @Test(arguments: ["enforce", "observe"])
  func nobodyAnswersWhereAPersonIsAskedSoTheCallDoesNotCount(_ mode: String) throws {
    let run = try run(
      #"{"server":"s","tool":"t","times":5,"expect":{"verdict":"ask","rule":"/tools/t"}}"#,
      under: """
        {"version":"1","mode":"\(mode)",
         "tools":{"t":{"action":"require_approval","limits":[{"window":"day","max":1}]}}}
        """)
    // What is only observed goes through, and counts.
    #expect(
      run.outcomes.map(\.differences) == [
        mode == "enforce" ? [] : ["verdict: expected ask, got limit", "rule: expected /tools/t, got /tools/t/limits/0"]
      ])
  }

  @Test func argumentsAndSchemasAreJudged() throws {
    let suite = try PolicySuite.read(
      Array(
        #"""
        {"tools": {"s": {"t": {"properties": {"n": {"type": "integer"}}}}}, "cases": [
          {"server": "s", "tool": "t", "arguments": {"n": 1}, "expect": "allow"},
          {"server": "s", "tool": "t", "arguments": {"n": 6}, "expect": {"verdict": "deny", "rule": "/tools/t/deny_if/0"}},
          {"server": "s", "tool": "t", "arguments": {"n": "1"}, "expect": {"verdict": "deny", "rule": "/tools/t/match_schema"}},
          {"server": "other", "tool": "t", "arguments": {"n": 1}, "expect": {"verdict": "deny", "reason": "not known"}}
        ]}
        """#.utf8))
    let rules = #"""
      {"version":"1","tools":{"t":{"match_schema":true,"deny_if":[{"conditions":[{"path":"args.n","op":"gt","value":5}]}]}}}
      """#
    #expect(SuiteRun(suite, under: try policy(rules)).outcomes.flatMap(\.differences) == [])
    #expect(throws: PolicyRejection.self) {
      try PolicySuite.read(Array(#"{"tools":{"s":{"t":{"type":7}}},"cases":[]}"#.utf8))
    }
  }

  @Test func aFailureIsExplainedWithTheCountsOfItsCall() throws {
    let run = try run(#"{"server":"git","tool":"push","times":12,"expect":"allow"}"#)
    let steps = try #require(run.outcomes[0].explanation).steps
    #expect(steps.last?.outcome == .denies)
    #expect(run.outcomes[0].explanation?.decision == run.outcomes[0].decision)
  }

  @Test func whatIsNotAsExpectedIsTold() throws {
    let run = try run(
      #"""
      {"name":"ten","server":"git","tool":"push","times":12,"expect":"allow"},
      {"server":"git","tool":"rm","expect":{"verdict":"limit","rule":"/tools/r","reason":"keep what","retry_after_ms":1}},
      {"server":"git","tool":"rm","expect":{"verdict":"deny","reason":"We keep"}},
      {"server":"git","tool":"push","fresh":true,"expect":{"verdict":"allow","reason":"x"}}
      """#)
    #expect((run.passed, run.failed) == (0, 4))
    #expect(run.outcomes[0].call == 11)
    #expect(run.outcomes[0].decision.verdict == .limit)
    #expect(
      run.outcomes.map(\.differences) == [
        ["verdict: expected allow, got limit"],
        [
          "verdict: expected limit, got deny", "rule: expected /tools/r, got /tools/rm",
          "retry_after_ms: expected 1, got none",
        ],
        ["reason: expected a text with `We keep`, got `we keep what we have`"],
        ["reason: expected a text with `x`, got none"],
      ])
    #expect(run.outcomes.allSatisfy { $0.explanation != nil })
  }

  @Test func aRuleOfAnotherSpellingIsAnotherRule() throws {
    let run = try run(
      "{\"server\":\"s\",\"tool\":\"\u{E9}\",\"expect\":{\"verdict\":\"allow\",\"rule\":\"/tools/e\u{301}\"}}",
      under: "{\"version\":\"1\",\"tools\":{\"\u{E9}\":{}}}")
    #expect(run.failed == 1)
  }

  @Test func theReportTellsWhereAndWhy() throws {
    let run = try run(
      #"""

      {"name":"\u001b[2Jno","server":"git","tool":"rm","times":2,"expect":"allow"},
      {"server":"git","tool":"rm","expect":"deny"}
      """#)
    var report = ReportText(safe: { text, _ in text.replacing("\u{1B}", with: "<1B>") }, width: \.count)
    run.write(to: &report, suite: "cases.json", places: PolicyPlaces(try policy(Self.rules)))
    let lines = report.text.split(separator: "\n").map(String.init)
    #expect(
      lines.prefix(4) == [
        "FAIL  <1B>[2Jno  (cases.json:2:1)", "  git/rm at 2026-11-21T12:00:00.000000Z, call 1 of 2",
        "  verdict: expected allow, got deny", "  decided: deny by /tools/rm, line 6: we keep what we have",
      ])
    #expect(
      Array(lines.suffix(7)) == [
        "5 rules decided about no case:",
        "  /tools/push                               line 5",
        "  /tools/never                              line 7",
        "  /resources/file:*                         line 9",
        "  /prompts/*                                line 10",
        "  /server_requests/sampling~1createMessage  line 11",
        "1 passed, 1 failed",
      ])
  }

  @Test func theReportForProgramsIsJSON() throws {
    let run = try run(
      #"{"name":"a","server":"git","tool":"rm","expect":"allow"},{"server":"git","tool":"rm","expect":"deny"}"#)
    var writer = JSONWriter()
    writer.beginObject()
    run.writeMembers(to: &writer, places: PolicyPlaces(try policy(Self.rules)))
    writer.endObject()
    let node = try JSONNode.read(writer.bytes)
    #expect((node["passed"]?.integer, node["failed"]?.integer) == (1, 1))
    let cases = try #require(node["cases"]?.elements)
    #expect(cases[0]["decision"]?["rule"]?.string == "/tools/rm")
    #expect(cases[0]["decision"]?["line"]?.integer == 6)
    #expect(cases[0]["differences"]?.elements?.map(\.string) == ["verdict: expected allow, got deny"])
    #expect(cases[0]["steps"]?.elements?.isEmpty == false)
    #expect(cases[1]["passed"]?.bool == true)
    #expect(cases[1]["steps"] == nil)
  }

  @Test func theReportForBuildServersIsXML() throws {
    let run = try run(
      #"{"name":"<&\u0000\"'\n\t\uffff\ud83f\udffe]]>é","server":"a\u001b","tool":"rm","expect":"allow"},"#
        + #"{"server":"git","tool":"rm","expect":"deny"}"#)
    let xml = String(decoding: run.junit(suite: "a\"b.json"), as: UTF8.self)
    #expect(
      xml.hasPrefix(
        """
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites tests="2" failures="1" errors="0">
        <testsuite name="a&quot;b.json" tests="2" failures="1" errors="0" skipped="0" time="0">
        <testcase classname="a\u{FFFD}/rm" name="&lt;&amp;\u{FFFD}&quot;'&#10;&#9;\u{FFFD}\u{FFFD}]]&gt;é" \
        file="a&quot;b.json" line="1" time="0">
        <failure type="deny" message="verdict: expected allow, got deny">a&quot;b.json:1:40
        verdict: expected allow, got deny
        decided: deny by /tools/rm
        """))
    #expect(
      xml.hasSuffix(
        """
        </failure>
        </testcase>
        <testcase classname="git/rm" name="git/rm" file="a&quot;b.json" line="1" time="0"/>
        </testsuite>
        </testsuites>

        """))
  }
}
