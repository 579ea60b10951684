import JSONText
import Policy
import Testing

/// How an explanation is told, to people and to programs.
struct ExplanationReportTests {
  static let rules = """
    {
      "version": "1",
      "servers": {
        "git": {"tools": {"a/b": {
          "limits": [
            {"window": "minute", "max": 10}
          ]}}}
      }
    }
    """

  static let explanation = Explanation(
    Decision(.deny, rule: "/servers/git/tools/a~1b/limits/0", reason: "not\u{1B} now", isEnforced: false),
    steps: [
      .init(.hide, rule: "(hidden)", .skipped, "no entry matches"),
      .init(
        .require, rule: "/servers/git/tools/a~1b", .denies, "a condition fails",
        conditions: [
          ConditionReport(
            pointer: "/p/0", path: "args.n", op: "lte", value: "5", outcome: .fails, found: "7"),
          ConditionReport(
            pointer: "/p/1", path: "args.branch", op: "in", value: #"["main"]"#, outcome: .missing, found: nil),
        ]),
    ])

  @Test func peopleReadAlignedColumns() throws {
    var report = ReportText(safe: { text, _ in text.replacing("\u{1B}", with: "<1B>") }, width: \.count)
    Self.explanation.write(of: call("a/b"), to: &report, places: PolicyPlaces(try policy(Self.rules)))
    #expect(
      report.text == """
        deny  git/a/b  by /servers/git/tools/a~1b/limits/0, line 6  (not enforced: the policy only observes)
          not<1B> now

          skipped  hide     (hidden)                         no entry matches
          denies   require  /servers/git/tools/a~1b  line 4  a condition fails
              args.n lte 5             fails    found 7
              args.branch in ["main"]  missing

        """)
  }

  @Test func programsReadJSON() throws {
    var writer = JSONWriter()
    writer.beginObject()
    Self.explanation.decision.writeMembers(to: &writer, places: PolicyPlaces(try policy(Self.rules)))
    Self.explanation.writeSteps(to: &writer, places: nil)
    writer.endObject()
    #expect(
      String(decoding: writer.bytes, as: UTF8.self)
        == #"{"verdict":"deny","enforced":false,"rule":"/servers/git/tools/a~1b/limits/0","line":6,"#
        + #""reason":"not\u001b now","steps":["#
        + #"{"outcome":"skipped","subject":"hide","rule":"(hidden)","text":"no entry matches","conditions":[]},"#
        + #"{"outcome":"denies","subject":"require","rule":"/servers/git/tools/a~1b","text":"a condition fails","#
        + #""conditions":[{"pointer":"/p/0","path":"args.n","op":"lte","value":"5","outcome":"fails","found":"7"},"#
        + #"{"pointer":"/p/1","path":"args.branch","op":"in","value":"[\"main\"]","outcome":"missing"}]}]}"#)
  }

  @Test func aLongCellDoesNotPushTheOthersAway() {
    let report = ReportText(safe: { text, limit in String(text.prefix(limit)) }, width: \.count)
    let long = String(repeating: "x", count: 1_000)
    let lines = report.aligned([["a", "b"], [long, "c"]])
    #expect(lines[0] == "a  b")
    #expect(lines[1] == String(repeating: "x", count: 400) + "  c")
  }

  @Test func placesAreFoundByPointer() throws {
    let places = PolicyPlaces(try policy(Self.rules))
    #expect(places.line(of: "/version") == 2)
    #expect(places.line(of: "/servers/git/tools/a~1b/limits/0/max") == 6)
    for other in ["(default)", "", "/", "/servers/x", "/servers/git/tools/a~1b/limits/1", "/version/x", "/tools/-1"] {
      #expect(places.line(of: other) == nil)
    }
  }
}
