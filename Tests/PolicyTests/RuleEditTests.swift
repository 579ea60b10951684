import JSONText
import Policy
import Testing

/// What edits of single parts of a rule do to a text, byte by byte.
struct RuleEditTests {
  static let text = """
    {
      "version": "1",
      "tools": {
        "push": {"action": "allow", "rate_limit": "10/minute"},
        "pull": {
          "limits": [
            {"max": 1e1, "window": 60},
            {"max": 100, "window": "day", "scope": "grant"}
          ]
        }
      },
      "servers": {"git": {"hide": ["a"], "prompts": {"ask*": {}}}}
    }

    """
  static let push = RuleAddress(.tools, "push")
  static let pull = RuleAddress(.tools, "pull")

  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var edit: PolicyEdit
    var old: String
    var new: String
    var testDescription: String { name }

    init(_ name: String, _ edit: PolicyEdit, _ old: String, _ new: String) {
      self.name = name
      self.edit = edit
      self.old = old
      self.new = new
    }
  }

  static func limit(_ max: String, _ window: String, _ change: (inout LimitTerms) -> Void = { _ in }) -> LimitTerms {
    var terms = LimitTerms(max: max, window: window)
    change(&terms)
    return terms
  }

  static let cases = [
    Case(
      "a member stands where the format has it", .change(push, .reason("Say \"why\".")), #""allow", "#,
      #""allow", "reason": "Say \"why\".", "#),
    Case("an action goes", .change(push, .action(nil)), #""action": "allow", "#, ""),
    Case("an action is added", .change(pull, .action(.deny)), "\"limits\"", "\"action\": \"deny\",\n      \"limits\""),
    Case(
      "an action makes a rule, and what it stands in",
      .change(RuleAddress(server: "git", .resources, "file:*"), .action(.allow)), #""prompts""#,
      #""resources": {"file:*": {"action": "allow"}}, "prompts""#),
    Case(
      "a limit makes the short form long", .change(push, .addLimit(limit("2.5", "90") { $0.scope = "server" })),
      #""rate_limit": "10/minute""#,
      #""limits": [{"window": "minute", "max": 10}, {"window": 90, "max": 2.5, "scope": "server"}]"#),
    Case(
      "a limit changes where it stands, the short form among them",
      .change(push, .changeLimit(0, limit("10", "hour"))), #""rate_limit": "10/minute""#,
      #""limits": [{"window": "hour", "max": 10}]"#),
    Case(
      "the same limit in other words is no change",
      .change(push, .changeLimit(0, limit("1e1", "60") { $0.align = "sliding" })), "", ""),
    Case(
      "what a limit says already stays as it is written",
      .change(
        pull,
        .changeLimit(
          0,
          limit("10", "minute") {
            $0.counter = "c"
            $0.count = "forwarded"
          })), #"{"max": 1e1, "window": 60}"#, #"{"counter": "c", "max": 1e1, "window": 60}"#),
    Case(
      "a limit is added in the manner of the others", .change(pull, .addLimit(limit("1", "second"))),
      #""scope": "grant"}"#, "\"scope\": \"grant\"},\n        {\"window\": \"second\", \"max\": 1}"),
    Case(
      "a limit goes", .change(pull, .removeLimit(0)), "{\"max\": 1e1, \"window\": 60},\n        ", ""),
    Case("the last limit takes its list along", .change(push, .removeLimit(0)), #", "rate_limit": "10/minute""#, ""),
    Case(
      "a limit moves, written as it was", .change(pull, .moveLimit(1, to: 0)),
      "{\"max\": 1e1, \"window\": 60},\n        {\"max\": 100, \"window\": \"day\", \"scope\": \"grant\"}",
      "{\"max\": 100, \"window\": \"day\", \"scope\": \"grant\"},\n        {\"max\": 1e1, \"window\": 60}"),
    Case("a limit that stays where it is", .change(push, .moveLimit(0, to: 0)), "", ""),
    Case(
      "a rule is made as another one is",
      .change(RuleAddress(server: "git", .tools, "push"), .copy(push)), #""prompts""#,
      #""tools": {"push": {"action": "allow", "rate_limit": "10/minute"}}, "prompts""#),
    Case("a rule that is there is no copy", .change(pull, .copy(push)), "", ""),
    Case("a rule gets another name", .change(push, .rename("p*")), #""push""#, #""p*""#),
    Case(
      "a rule goes", .change(RuleAddress(server: "git", .prompts, "ask*"), .remove), #"{"ask*": {}}"#, "{}"),
    Case("a pattern is hidden", .hide(server: "git", pattern: "b*"), #"["a"]"#, #"["a", "b*"]"#),
    Case("a pattern is shown again", .unhide(server: "git", pattern: "a"), #"["a"]"#, "[]"),
    Case("nothing is hidden twice", .hide(server: "git", pattern: "a"), "", ""),
    Case("a mode", .setMode(.observe), "\"1\",\n", "\"1\",\n  \"mode\": \"observe\",\n"),
    Case("a description", .setDescription("ä"), "\"1\",\n", "\"1\",\n  \"description\": \"ä\",\n"),
    Case("a default that asks", .setMode(nil), "", ""),
    Case("all of a server goes", .removeServer("git"), #"{"git": {"hide": ["a"], "prompts": {"ask*": {}}}}"#, "{}"),
    Case("a server that is not there", .removeServer("other"), "", ""),
  ]

  @Test(arguments: cases)
  func makesExactly(_ testCase: Case) throws {
    let base = try policy(Self.text)
    var draft = PolicyDraft(base: base)
    try draft.apply(testCase.edit)
    let expected = testCase.old.isEmpty ? Self.text : Self.text.replacing(testCase.old, with: testCase.new)
    #expect(String(decoding: draft.current.text, as: UTF8.self) == expected)
    #expect(draft.isDirty == !testCase.old.isEmpty)
    #expect((draft.undo() != nil) == !testCase.old.isEmpty)
    #expect(draft.current.text == base.text)
  }

  @Test(arguments: [
    (
      PolicyEdit.change(RuleAddress(.tools, "x"), .reason("r")), "there is no rule `x` in `tools`: set its action first"
    ),
    (
      .change(RuleAddress(server: "s", .prompts, "x"), .removeLimit(0)),
      "there is no rule `x` in `prompts` of the server `s`"
    ),
    (.change(pull, .changeLimit(2, limit("1", "day"))), "there is no limit number 2: there are 2, counted from 0"),
    (.change(pull, .moveLimit(0, to: 2)), "there is no limit number 2: there are 2, counted from 0"),
    (.change(.allTools(), .copy(RuleAddress(.tools, "x"))), "there is no rule `x` in `tools`"),
    (.change(pull, .rename("push")), "`push` has a rule already: remove it first"),
    (.change(.allTools(), .rename("x")), "`all_tools` can have no other name"),
    (
      .change(pull, .rename("a\\n")), "`\\n` in a name means nothing: write `\\*` for a star, `\\\\` for a backslash"
    ),
    (.change(pull, .removeEntry(.require, 0)), "the rule `pull` in `tools` has no `require`"),
    (.change(pull, .addLimit(limit("ten", "day"))), "`max` must be a number, not a string"),
    (.hide(server: "", pattern: "x"), "a server's name must not be empty"),
    (.change(RuleAddress(server: "", .tools, "x"), .action(.deny)), "a server's name must not be empty"),
  ])
  func refuses(_ edit: PolicyEdit, _ error: String) throws {
    let base = try policy(Self.text)
    var draft = PolicyDraft(base: base)
    do {
      try draft.apply(edit)
      Issue.record("it was made")
    } catch let found {
      #expect("\(found)".hasPrefix(error), "\(found)")
    }
    #expect(draft == PolicyDraft(base: base))
  }

  @Test func stepsHaveTitles() throws {
    var draft = PolicyDraft(base: try policy(Self.text))
    try draft.apply(.change(Self.push, .action(.deny)))
    #expect(draft.undoTitle == "push: 10/minute becomes deny")
    try draft.apply(.setMode(.observe))
    #expect(draft.undoTitle == "mode: enforce becomes observe")
    try draft.apply(.removeServer("git"))
    #expect(draft.undoTitle?.hasSuffix("1 more") == true)
  }

  @Test func placesHavePointers() {
    #expect(RuleAddress(server: "a/b", .tools, "x~").pointer == "/servers/a~1b/tools/x~0")
    #expect(RuleAddress.allTools().pointer == "/all_tools")
  }
}
