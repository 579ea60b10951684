import ConsoleCore
import ControlWire
import JSONText
import Policy
import Testing

/// What the keys of the limit editor write, byte by byte.
struct LimitEditorTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var tool: String
    var keys: [String]
    var old: String
    var new: String
    var testDescription: String { "\(tool) \(keys.joined(separator: " "))" }

    init(_ tool: String, _ keys: [String], _ old: String = "", _ new: String = "") {
      self.tool = tool
      self.keys = keys
      self.old = old
      self.new = new
    }
  }

  static let log = #"{"window": "minute", "max": 10, "scope": "grant"}"#
  static let day = #"{"max": 1e2, "window": "day"}"#
  static let status = #""rate_limit": "10/minute""#

  static func tabs(_ count: Int) -> [String] { Array(repeating: "Tab", count: count) }

  static let cases = [
    Case("git_log", []),
    Case("git_log", ["Up"], log, #"{"window": "minute", "max": 11, "scope": "grant"}"#),
    Case("git_log", ["PgUp", "Down"], log, #"{"window": "minute", "max": 19, "scope": "grant"}"#),
    Case("git_log", ["2", "5", "0", "Backspace"], log, #"{"window": "minute", "max": 25, "scope": "grant"}"#),
    Case("git_log", ["0"], log, #"{"window": "minute", "max": 0, "scope": "grant"}"#),
    Case("git_log", ["PgDn", "PgDn"], log, #"{"window": "minute", "max": 0, "scope": "grant"}"#),
    Case(
      "git_log", ["9", "9", "9", "9", "9", "9", "9", "9", "9", "9"], log,
      #"{"window": "minute", "max": 999999999, "scope": "grant"}"#),
    Case("git_log", ["1", "0"]),
    Case("git_log", ["Up", "Down"]),
    Case("git_log", ["Up", "PgUp", "u"]),
    Case("git_log", ["Tab", "Down"], log, #"{"window": "hour", "max": 10, "scope": "grant"}"#),
    Case("git_log", ["Tab", "Up"], log, #"{"window": "second", "max": 10, "scope": "grant"}"#),
    Case("git_log", ["Tab", "9", "0"], log, #"{"window": 90, "max": 10, "scope": "grant"}"#),
    Case(
      "git_log", ["Tab", "9", "9", "9", "9", "9", "9", "9"], log, #"{"window": 2678400, "max": 10, "scope": "grant"}"#),
    // A minute and sixty seconds are one thing.
    Case("git_log", ["Tab", "Space"]),
    Case("git_log", ["Tab", "Space", "Up"], log, #"{"window": 61, "max": 10, "scope": "grant"}"#),
    Case("git_log", ["Tab", "Space", "Space"]),
    Case("git_log", ["Tab", "Tab", "Down"], log, #"{"window": "minute", "max": 10, "scope": "session"}"#),
    Case("git_log", tabs(3) + ["a b"], log, #"{"counter": "a b", "window": "minute", "max": 10, "scope": "grant"}"#),
    Case("git_log", tabs(3) + ["Down"], log, #"{"counter": "clock", "window": "minute", "max": 10, "scope": "grant"}"#),
    Case(
      "git_log", tabs(3) + ["Down", "Down"], log,
      #"{"counter": "sum", "window": "minute", "max": 10, "scope": "grant"}"#),
    Case("git_log", tabs(3) + ["x", "Backspace"]),
    Case(
      "git_log", tabs(4) + ["Down"], log, #"{"window": "minute", "max": 10, "scope": "grant", "cost": "args.path"}"#),
    Case(
      "git_log", tabs(4) + ["args.n"] + Array(repeating: "S-Tab", count: 4) + ["2", ".", "5"], log,
      #"{"window": "minute", "max": 2.5, "scope": "grant", "cost": "args.n"}"#),
    Case(
      "git_log", tabs(5) + ["Down"], log, #"{"window": "minute", "max": 10, "scope": "grant", "align": "calendar"}"#),
    Case(
      "git_log", tabs(6) + ["Down"], log, #"{"window": "minute", "max": 10, "scope": "grant", "count": "succeeded"}"#),
    Case(
      "git_log", tabs(7) + ["in 2h"], log,
      #"{"window": "minute", "max": 10, "scope": "grant", "expires": "2026-11-20T13:43:07Z"}"#),
    Case(
      "git_log", tabs(7) + ["2030-01-01T00:00:00Z"], log,
      #"{"window": "minute", "max": 10, "scope": "grant", "expires": "2030-01-01T00:00:00Z"}"#),
    Case(
      "git_log", tabs(7) + ["Up"], log,
      #"{"window": "minute", "max": 10, "scope": "grant", "expires": "2026-11-20T12:43:07Z"}"#),
    Case("git_log", tabs(8) + ["Down"], #""git_log": {"#, #""git_log": {"action": "require_approval", "#),
    Case("git_log", ["d"], "\(log), ", ""),
    Case("git_log", ["d", "d"], "\"limits\": [\(log), \(day)]", ""),
    Case("git_log", ["d", "u"]),
    Case("git_log", ["S-Tab", "Down", "d"], ", \(day)", ""),
    Case("git_log", ["J"], "[\(log), \(day)]", "[\(day), \(log)]"),
    Case("git_log", ["J", "K"]),
    Case("git_log", ["K"]),
    Case("git_log", ["a", "5"], day, #"\#(day), {"window": "hour", "max": 5, "scope": "grant"}"#),
    Case("git_log", ["a", "d"]),
    Case(
      "git_log", ["a", "5", "K", "K", "Up"], "[\(log)",
      #"[{"window": "hour", "max": 6, "scope": "grant"}, \#(log)"#),
    // The short form becomes long when it changes, and not before.
    Case("git_status", []),
    Case("git_status", ["Up"], status, #""limits": [{"window": "minute", "max": 11}]"#),
    Case(
      "git_status", ["a", "7"], status,
      #""limits": [{"window": "minute", "max": 10}, {"window": "hour", "max": 7, "scope": "grant"}]"#),
    // A tool under a glob gets a rule that says what the glob's says.
    Case("git_diff", []),
    Case(
      "git_diff", ["Up"], #""git_commit": {"action": "deny", "limits": [{"window": "hour", "max": 5}]}"#,
      #"""
      "git_commit": {"action": "deny", "limits": [{"window": "hour", "max": 5}]},
              "git_diff": {"reason": "Not so fast.", "require": [{"conditions": [{"path": "args.path", \#
      "op": "starts_with", "value": "src"}]}], "limits": [{"window": "minute", "max": 4}]}
      """#),
    // The glob's own rule is the next place.
    Case("git_diff", ["S-Tab", "Down", "Tab", "Up"], #""max": 3"#, #""max": 4"#),
    // Who limits what is denied wants it to pass.
    Case("git_commit", []),
    Case(
      "git_commit", ["Up"], #"{"action": "deny", "limits": [{"window": "hour", "max": 5}]}"#,
      #"{"action": "allow", "limits": [{"window": "hour", "max": 6}]}"#),
    Case("git_commit", ["Up"] + tabs(8) + ["Up"], #""max": 5}"#, #""max": 6}"#),
    Case("git_commit", ["d"], #", "limits": [{"window": "hour", "max": 5}]"#, ""),
    // A tool of one server, whose rule stands in the part for all.
    Case("get_current_time", ["Up"], #""max": 60"#, #""max": 61"#),
    // The row of a server is about all of its tools.
    Case("git_log", ["Esc", "g", "r", "PgUp"], #""max": 1000"#, #""max": 1010"#),
  ]

  @Test(arguments: cases)
  func writesExactly(_ testCase: Case) {
    var desk = Desk.limits("\(testCase.tool)")
    desk.press("r")
    for key in testCase.keys { desk.press(key) }
    #expect(desk.limitEditor?.outcome.mistake == nil)
    desk.press("Enter")
    let expected =
      testCase.old.isEmpty ? Desk.limitsText : Desk.limitsText.replacing(testCase.old, with: testCase.new)
    #expect(desk.text == expected)
    #expect(desk.state.overlay == nil)
    #expect(desk.state.policy.isDirty == !testCase.old.isEmpty)
    if testCase.old.isEmpty {
      #expect(desk.state.note?.text == "no limit is changed")
    } else {
      desk.press("u")
      #expect(desk.text == Desk.limitsText)
    }
  }

  @Test func escapeLeavesEverythingAsItWas() {
    var desk = Desk.limits("git_log")
    desk.press("r", "5", "d", "a", "Tab", "Tab", "Tab", "name", "Esc")
    #expect(desk.text == Desk.limitsText)
    #expect(desk.state.overlay == nil)
    #expect(desk.state.note?.text == "no limit set")
    #expect(!desk.effects.contains { if case .save = $0 { true } else { false } })
  }

  @Test func undoInsideGoesBackFieldByField() {
    var desk = Desk.limits("git_log")
    desk.press("r", "5", "0", "Tab", "Down", "a", "u", "u")
    #expect(desk.limitEditor?.current?.values[.window] == "minute")
    #expect(desk.limitEditor?.current?.values[.most] == "50")
    desk.press("u")
    #expect(desk.limitEditor?.current?.values[.most] == "10")
    desk.press("u")
    #expect(desk.state.note?.text == "nothing to undo in here")
  }

  /// Nothing is kept as long as the engine has something against it, and it says so in its own words.
  @Test(arguments: [
    (["Backspace", "Backspace"], LimitEditor.Field.most, "how many calls? type a number, 0 for none"),
    (LimitEditorTests.tabs(4) + ["n"], .cost, "`n` is not a path: did you mean `args.n`?"),
    (
      LimitEditorTests.tabs(4) + ["args.n[*]"], .cost,
      "`args.n[*]` may be many numbers, and a call has one cost: write `[0]`, or another argument"
    ),
    (
      LimitEditorTests.tabs(7) + ["soon"], .expires,
      "`soon` is not a time: write a date, a time and `Z` or an offset: `2026-12-31T00:00:00Z`"
    ),
    (
      ["Tab", "Up", "Up", "Tab", "1", "0", "0"], nil,
      "this limit counts the same calls as `/servers/git/tools/git_log/limits/0`: keep the smaller of the two"
    ),
  ])
  func whatIsWrongIsNotKept(_ keys: [String], _ field: LimitEditor.Field?, _ words: String) {
    var desk = Desk.limits("git_log")
    desk.press("r")
    for key in keys { desk.press(key) }
    #expect(desk.limitEditor?.outcome.mistake?.text == words)
    #expect(desk.limitEditor?.outcome.mistake?.field == field)
    desk.press("Enter")
    #expect(desk.state.note == Note(.error, "not kept: \(words)"))
    #expect(desk.limitEditor != nil)
    #expect(desk.text == Desk.limitsText)
  }

  @Test func countersThatDifferAreRefusedInTheEnginesWords() {
    var desk = Desk.limits("git_log")
    desk.press("r", "Tab", "Up", "Up", "Tab", "Tab", "sum", "Tab", "Tab", "Down", "Enter")
    #expect(
      desk.state.note?.text.hasPrefix(
        "not kept: this limit shares the counter `sum` with `/servers/git/all_tools/limits/0`")
        == true, "\(desk.state.note?.text ?? "")")
  }

  @Test func aToolOfHighRiskThatIsDeniedIsAskedAbout() {
    var desk = Desk.limits("git_reset")
    desk.press("r", "Enter")
    guard case .confirm(let question)? = desk.state.overlay else {
      Issue.record("it was not asked")
      return
    }
    #expect(
      question.lines == [
        "git/git_reset: 10/minute", "1 of high risk, denied now, will act within the limit unasked: git_reset",
      ])
    desk.press("n")
    #expect(desk.text == Desk.limitsText)
    desk.press("r", "Enter", "y")
    #expect(desk.text.contains(#""git_reset": {"limits": [{"window": "minute", "max": 10, "scope": "grant"}]}"#))
    // Who has said yes once is not asked again.
    desk.press("u", "r", "Enter")
    #expect(desk.state.overlay == nil)
  }

  @Test func aDefaultThatAsksGoesOnAsking() {
    var desk = Desk.limits("git_log", #"{"version": "1", "default": "require_approval"}"#)
    desk.press("r", "Enter")
    #expect(
      desk.text.contains(
        #""git_log": {"action": "require_approval", "limits": [{"window": "minute", "max": 10, "scope": "grant"}]}"#),
      "\(desk.text)")
  }

  @Test func whatIsHiddenIsShownAgain() {
    let text =
      #"{"version": "1", "hide": ["git_log"], "tools": {"git_log": {"limits": [{"window": "day", "max": 5}]}}}"#
    var desk = Desk.limits("git_log", text)
    desk.press("r", "Enter")
    #expect(desk.text == text)
    desk.press("r", "Up", "Enter")
    #expect(desk.text == text.replacing(#""hide": ["git_log"]"#, with: #""hide": []"#).replacing("5}", with: "6}"))
    var other = Desk.limits("git_log", text.replacing(#"["git_log"]"#, with: #"["git_l*"]"#))
    other.press("r", "Up", "Enter")
    #expect(other.state.note?.text == "git_log: still hide, because of hide git_l*")
  }

  @Test func aRuleThatOthersHaveTooIsCopied() {
    let text = #"{"version": "1", "tools": {"both": {"rate_limit": "5/hour", "reason": "r"}}}"#
    var desk = Desk.ready()
    desk.read(text)
    desk.connect([Desk.server("a", [Desk.tool("both")]), Desk.server("b", [Desk.tool("both")])])
    desk.press(":", "go a/both", "Enter", "r", "Up", "Enter")
    #expect(
      desk.text
        == text.dropLast()
        + #", "servers": {"a": {"tools": {"both": {"limits": [{"window": "hour", "max": 6}], "reason": "r"}}}}}"#)
    // The rule of both is the next place.
    desk.press("u", "r", "S-Tab", "Down", "Tab", "Up", "Enter")
    #expect(
      desk.text
        == text.replacing(#""rate_limit": "5/hour""#, with: #""limits": [{"window": "hour", "max": 6}]"#))
  }

  @Test func aRuleThatChangedMeanwhileIsNotWrittenOver() {
    var desk = Desk.limits("git_log")
    desk.press("r", "Up")
    desk.read(Desk.limitsText.replacing("\"max\": 10,", with: "\"max\": 12,"))
    desk.press("Enter")
    #expect(
      desk.state.note?.text
        == "not kept: /servers/git/tools/git_log was changed meanwhile: Esc, then open it again")
    #expect(desk.text.contains("\"max\": 12,"))
  }

  // MARK: Several tools

  @Test func onlyWhatChangedIsWrittenToEach() {
    var desk = Desk.limits("git_log")
    desk.press("m", ":", "go git_status", "Enter", "m", "r")
    #expect(desk.limitEditor?.targets.count == 2)
    #expect(desk.limitEditor?.rows.count == 2)
    #expect(desk.limitEditor?.rows[0].values[.most] == "10")
    #expect(desk.limitEditor?.rows[1].origins == [0, 1].map { $0 == 0 ? desk.limitEditor?.rows[1].origins[0] : 1 })
    desk.press("Enter")
    #expect(desk.state.note?.text == "no limit is changed")
    desk.press("r", "Tab", "Tab", "Down", "Enter")
    #expect(
      desk.text
        == Desk.limitsText.replacing(#""max": 10, "scope": "grant""#, with: #""max": 10, "scope": "session""#)
        .replacing(Self.status, with: #""limits": [{"window": "minute", "max": 10, "scope": "session"}]"#))
    #expect(desk.state.note?.text.hasPrefix("2 tools: 10/minute for each session, 100/day") == true)
    desk.press("u")
    #expect(desk.text == Desk.limitsText)
  }

  @Test func whatDiffersIsMixedUntilItIsSet() {
    let text = """
      {"version": "1", "tools": {
        "git_log": {"limits": [{"window": "minute", "max": 1, "scope": "session"}]},
        "git_diff": {"limits": [{"window": "hour", "max": 2, "counter": "c"}]}, "git_status": {}}}
      """
    var desk = Desk.limits("git_log", text)
    desk.press("m", ":", "go git_diff", "Enter", "m", ":", "go git_status", "Enter", "m", "r")
    let values = desk.limitEditor?.rows.first?.values
    #expect(LimitEditor.Field.members.filter { values?[$0] == nil } == [.most, .window, .scope, .counter])
    // A rule without the limit cannot get it as long as the window is not said.
    desk.press("7", "Enter")
    #expect(desk.text == text.replacing(#""max": 1"#, with: #""max": 7"#).replacing(#""max": 2"#, with: #""max": 7"#))
    desk.press("u", "r", "7", "Tab", "Down", "Enter")
    #expect(
      desk.text.contains(#""git_status": {"limits": [{"window": "second", "max": 7}]}"#)
        && desk.text.contains(#"{"window": "second", "max": 7, "scope": "session"}"#)
        && desk.text.contains(#"{"window": "second", "max": 7, "counter": "c"}"#), "\(desk.text)")
  }

  @Test func pastedTextGoesWhereItFits() {
    var desk = Desk.limits("git_log")
    desk.press("r")
    desk.send(.input(.paste("1,2\n50")))
    #expect(desk.limitEditor?.current?.values[.most] == "1250")
    desk.send(.input(.paste("many")))
    #expect(desk.limitEditor?.current?.values[.most] == "1250")
    desk.press("Tab", "Tab")
    desk.send(.input(.paste("grant")))
    desk.press("Tab")
    desk.send(.input(.paste("a\u{202E}b")))
    #expect(desk.limitEditor?.current?.values[.counter] == "a\u{202E}b")
  }

  // MARK: Beside the list of tools

  @Test(arguments: [
    (
      "limits /resources/file:~1~1*",
      #""resources": {"file://*": {"limits": [{"window": "minute", "max": 11, "scope": "grant"}]}}"#
    ),
    (
      "limits /servers/git/prompts/p",
      #""prompts": {"p": {"limits": [{"window": "minute", "max": 11, "scope": "grant"}]}}"#
    ),
    ("limits /all_tools", #""all_tools": {"limits": [{"window": "minute", "max": 11, "scope": "grant"}]}"#),
    ("limits /tools/get_current_time", #""max": 61}"#),
  ])
  func anyRuleIsReachedByItsPlace(_ command: String, _ written: String) {
    var desk = Desk.limits("git_log")
    desk.press(":", command, "Enter")
    #expect(desk.limitEditor?.targets.first?.tool == nil)
    desk.press("Up", "Enter")
    func bare(_ text: String) -> String { text.filter { !$0.isWhitespace } }
    #expect(bare(desk.text).contains(bare(written)), "\(desk.text)")
    desk.press("u")
    #expect(desk.text == Desk.limitsText)
  }

  @Test func aPlaceThatIsNoneIsRefused() {
    var desk = Desk.limits("git_log")
    desk.press(":", "limits nowhere", "Enter")
    #expect(desk.limitEditor == nil)
    #expect(desk.state.log.last?.note.weight == .error)
    let answer = PlainText.run("limits /all_tools", on: &desk.state)
    #expect(answer.lines == ["`limits` is for the screen; limit, add-limit and drop change limits by words"])
    #expect(desk.limitEditor == nil)
  }

  /// Of the arguments only numbers are offered as a cost, once the schema is known.
  @Test func theSchemaTellsWhatCanBeACost() {
    var desk = Desk.limits("git_log")
    desk.press("r")
    #expect(desk.effects.contains { if case .send(.tool) = $0 { true } else { false } })
    let definition = """
      {"name": "git_log", "inputSchema": {"type": "object", "properties": {"path": {"type": "string"},
        "sum": {"type": "object", "properties": {"in euro": {"type": ["null", "integer"]}}}, "n": {"type": "number"}}}}
      """
    desk.gate(
      .tool(
        ToolAnswer(server: "git", name: "git_log", definition: Array(definition.utf8), package: nil, problem: nil),
        id: 1),
      sequence: 0)
    desk.press("Tab", "Tab", "Tab", "Tab", "Down")
    #expect(desk.limitEditor?.current?.values[.cost] == #"args.sum["in euro"]"#)
    desk.press("Down")
    #expect(desk.limitEditor?.current?.values[.cost] == "args.n")
    desk.press("Down")
    #expect(desk.limitEditor?.current?.values[.cost] == #"args.sum["in euro"]"#)
  }

  /// Other limits are told of when the cursor goes to them.
  @Test func eachLimitHasItsOwnOutcome() {
    var desk = Desk.limits("git_log")
    desk.press("r")
    #expect(desk.limitEditor?.outcome.told?.contains("Rule /servers/git/tools/git_log/limits/0.") == true)
    desk.send(.input(.key(.control("n"))))
    #expect(
      desk.limitEditor?.outcome.told
        == "[gatehouse] denied: rate limit of 100 per day reached. Rule /servers/git/tools/git_log/limits/1. Retry after N s."
    )
    desk.send(.input(.key(.control("p"))))
    #expect(desk.limitEditor?.row == 0)
  }
}
