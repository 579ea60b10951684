import JSONText
import Policy
import Testing

/// What a person reads who made a mistake in a suite of cases, and what a suite means.
struct SuiteReadingTests {
  struct Mistake: Sendable, CustomTestStringConvertible {
    var text: String
    var messages: [String]
    var testDescription: String { text }

    init(_ text: String, _ messages: String...) {
      self.text = text
      self.messages = messages
    }

    /// A mistake among the members of one case, which begins at 1:11.
    static func one(_ members: String, _ messages: String...) -> Mistake {
      var mistake = Mistake(#"{"cases":[{"# + members + "}]}")
      mistake.messages = messages
      return mistake
    }
  }

  static let mistakes: [Mistake] = [
    Mistake("", "1:1: error: the text ends in the middle of a value"),
    Mistake(#"{"cases":[],"cases":[]}"#, "1:13: error: the key `cases` occurs twice in one object"),
    Mistake("[]", "1:1: error: a suite must be an object, not an array"),
    Mistake(
      "{}",
      #"1:1: error: `cases` is missing: write `"cases": [{"server": "git", "tool": "push", "expect": "deny"}]`"#),
    Mistake(#"{"cases":{}}"#, "1:10: error: `cases` must be an array, not an object (at /cases)"),
    Mistake(#"{"cases":[],"Case":1}"#, "1:13: error: unknown key `Case`: did you mean `cases`? (at /Case)"),
    Mistake(
      #"{"cases":[],"default":1}"#,
      "1:13: error: unknown key `default`: known here: `policy`, `now`, `tools`, `cases` (at /default)"),
    Mistake(#"{"cases":[],"policy":""}"#, "1:22: error: `policy` must not be empty: take it out (at /policy)"),
    Mistake(
      #"{"cases":[],"now":"today"}"#,
      "1:19: error: `today` is not a time: write it in UTC, as `2026-11-21T12:00:00Z` (at /now)"),
    Mistake(
      #"{"cases":[],"now":0}"#,
      "1:19: error: `now` must be a time, not a number: write it in UTC, as `2026-11-21T12:00:00Z` (at /now)"),
    Mistake(#"{"cases":[],"tools":[]}"#, "1:21: error: `tools` must be an object, not an array (at /tools)"),
    Mistake(
      #"{"cases":[],"tools":{"git":1}}"#,
      "1:28: error: the tools of a server must be an object, not a number (at /tools/git)"),
    Mistake(#"{"cases":["push"]}"#, "1:11: error: a case must be an object, not a string (at /cases/0)"),
    .one(
      #""server":"s","tool":"t""#, "1:11: error: `expect` is missing (at /cases/0)"),
    .one(
      #""tool":"t","expect":"deny""#, "1:11: error: `server` is missing (at /cases/0)"),
    .one(
      #""server":"s","expect":"deny""#,
      "1:11: error: the case calls nothing: write one of `tool`, `resource`, `prompt` and `request` (at /cases/0)"),
    .one(
      #""server":"s","tool":"t","prompt":"p","expect":"deny""#,
      """
      1:11: error: the case calls more than one thing: write one of `tool`, `resource`, `prompt` and `request` \
      (at /cases/0)
      """),
    .one(
      #""server":"s","resource":"r","arguments":{},"expect":"deny""#,
      "1:40: error: a resource takes no arguments: take `arguments` out (at /cases/0)"),
    .one(
      #""server":"s","tool":"t","arguments":[],"expect":"deny""#,
      "1:48: error: `arguments` must be an object, not an array (at /cases/0/arguments)"),
    .one(
      #""server":"s","tool":"t","expects":"deny""#, "1:11: error: `expect` is missing (at /cases/0)",
      "1:36: error: unknown key `expects`: did you mean `expect`? (at /cases/0/expects)"),
    .one(
      #""server":"s","tool":7,"expect":"dney""#,
      "1:32: error: `tool` must be a string, not a number (at /cases/0/tool)",
      "1:43: error: `dney` is not a verdict: did you mean `deny`? (at /cases/0/expect)"),
    .one(
      #""server":"s","tool":"t","expect":"block""#,
      """
      1:45: error: `block` is not a verdict: write `allow`, `deny`, `limit`, `ask` or `hide` (at /cases/0/expect)
      """),
    .one(
      #""server":"s","tool":"t","expect":false"#,
      #"""
      1:45: error: `expect` must be an object or a string, not a boolean: write `"deny"` or \#
      `{"verdict": "deny", "rule": "/tools/x"}` (at /cases/0/expect)
      """#),
    .one(
      #""server":"s","tool":"t","expect":{"rule":"/x","retry_after":1}"#,
      "1:45: error: `verdict` is missing (at /cases/0/expect)",
      "1:58: error: unknown key `retry_after`: did you mean `retry_after_ms`? (at /cases/0/expect/retry_after)"),
    .one(
      #""server":"s","tool":"t","expect":{"verdict":"limit","retry_after_ms":0.5}"#,
      """
      1:81: error: `retry_after_ms` must be a whole number from 0 to 9007199254740991, not `0.5` \
      (at /cases/0/expect/retry_after_ms)
      """),
    .one(
      #""server":"s","tool":"t","times":0,"every":"1s","fresh":1,"expect":"deny""#,
      "1:44: error: `times` must be a whole number from 1 to 1000000, not `0` (at /cases/0/times)",
      "1:54: error: `every` must be a number of seconds, not a string (at /cases/0/every)",
      "1:67: error: `fresh` must be a boolean, not a number (at /cases/0/fresh)"),
    .one(
      #""server":"s","tool":"t","at":1e3,"expect":"deny""#,
      """
      1:41: error: `at` must be from 0 to 3153600000 seconds, not `1e3`: write at most six digits behind the point, and \
      no exponent (at /cases/0/at)
      """),
    .one(
      #""server":"s","tool":"t","at":-1,"every":0.0000001,"expect":"deny""#,
      """
      1:41: error: `at` must be from 0 to 3153600000 seconds, not `-1`: write at most six digits behind the point, and \
      no exponent (at /cases/0/at)
      """,
      """
      1:52: error: `every` must be from 0 to 3153600000 seconds, not `0.0000001`: write at most six digits behind the \
      point, and no exponent (at /cases/0/every)
      """),
    Mistake(
      """
      {"now": "2026-11-21T12:00:00Z", "cases": [
        {"server": "s", "tool": "t", "times": 3, "every": 2.5, "expect": "allow"},
        {"server": "s", "tool": "t", "at": 4.999999, "expect": "allow"}
      ]}
      """,
      """
      3:38: error: this is before the end of the case before (2026-11-21T12:00:05.000000Z): put the cases in the order \
      of their times, or write `"fresh": true` to begin with nothing counted (at /cases/1/at)
      """),
    Mistake(
      """
      {"cases": [
        {"server": "s", "tool": "t", "times": 999999, "expect": "allow"},
        {"server": "s", "tool": "t", "times": 2, "expect": "allow"},
        {"server": "s", "tool": "t", "expect": "allow"}
      ]}
      """,
      "3:3: error: the cases up to here make more than 1000000 calls (at /cases/1)"),
  ]

  @Test(arguments: mistakes)
  func isReported(_ mistake: Mistake) {
    do throws(PolicyRejection) {
      _ = try PolicySuite.read(Array(mistake.text.utf8))
      Issue.record("it was accepted")
    } catch {
      #expect(error.problems.map(\.description) == mistake.messages)
    }
  }

  @Test func aTextThatIsTooLongIsNotRead() {
    #expect(throws: PolicyRejection.self) {
      try PolicySuite.read([UInt8](repeating: 0x20, count: PolicySuite.longest + 1))
    }
  }

  @Test func everyMemberIsRead() throws {
    let suite = try PolicySuite.read(
      Array(
        #"""
        {
          "cases": [
            {"name": "é", "server": "git", "tool": "push", "arguments": {"n": 1.0}, "grant": "g", "client": "c",
             "session": "s", "at": 1.5, "times": 3, "every": 0.25, "fresh": true,
             "expect": {"verdict": "limit", "rule": "/x", "reason": "why", "retry_after_ms": 12}},
            {"server": "git", "resource": "file:///x", "expect": "allow"},
            {"server": "git", "prompt": "p", "at": "2026-11-21T12:00:10Z", "expect": "hide"},
            {"server": "git", "request": "elicitation/create", "expect": "ask"},
            {"server": "git", "tool": "push", "fresh": true, "at": 0, "expect": "deny"}
          ],
          "policy": "../policy.json",
          "now": "2026-11-21T12:00:00Z"
        }
        """#.utf8))
    #expect(suite.policy == "../policy.json")
    let start = try #require(Moment(rfc3339: "2026-11-21T12:00:00Z"))
    let first = suite.cases[0]
    #expect(first.name == "é")
    #expect(first.place == TextPlace(line: 3, column: 5))
    #expect(
      first.call == Call(server: "git", target: .tool("push"), grant: "g", session: "s", client: "c"))
    #expect(first.arguments?.compact == Array(#"{"n":1.0}"#.utf8))
    #expect((first.times, first.pause, first.isFresh) == (3, second / 4, true))
    #expect((first.expected.verdict, first.expected.retryAfterMilliseconds) == (.limit, 12))
    #expect((first.expected.rule, first.expected.reason) == ("/x", "why"))
    #expect(
      suite.cases.dropFirst().map(\.name) == [
        "git resource file:///x", "git prompt p", "git request elicitation/create", "git/push",
      ])
    #expect(suite.cases[1].call == Call(server: "git", target: .resource(uri: "file:///x"), session: "test"))
    let seconds = suite.cases.map { Double($0.start.microseconds(since: start)) / 1_000_000 }
    #expect(seconds == [1.5, 2, 10, 10, 0])
    #expect(first.moment(2) == start.advanced(byMicroseconds: 2 * second))
    #expect(suite.cases.map(\.expected.verdict) == [.limit, .allow, .hide, .ask, .deny])
  }

  @Test func aSuiteWithoutATimeBeginsAtTheSameTimeAlways() throws {
    let suite = try PolicySuite.read(Array(#"{"cases":[{"server":"s","tool":"t","expect":"deny"}]}"#.utf8))
    #expect(suite.cases[0].start.rfc3339 == "2026-01-01T00:00:00.000000Z")
  }

  @Test func timesNeverOverflow() throws {
    let suite = try PolicySuite.read(
      Array(
        #"""
        {"now":"9999-12-31T23:59:59Z","cases":[
        {"server":"s","tool":"t","at":3153600000,"times":1000000,"every":3153600000,"expect":"deny"}]}
        """#.utf8))
    #expect(suite.cases[0].moment(999_999).microseconds == .max)
  }
}
