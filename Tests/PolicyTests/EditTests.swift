import JSONText
import Policy
import Testing

/// What edits do to a text, byte by byte.
struct EditTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var before: String
    var edits: [PolicyEdit]
    var after: String
    var testDescription: String { name }

    init(_ name: String, _ before: String, _ edits: PolicyEdit..., after: String) {
      self.name = name
      self.before = before
      self.edits = edits
      self.after = after
    }
  }

  static let pretty = """
    {
      "version": "1",
      "default": "deny",
      "tools": {
        "read": {},
        "push": {
          "reason": "Costly.",
          "limits": [{ "counter": "c", "window": 60, "max": 10.0 }]
        }
      },
      "servers": { "git": { "tools": { "log": { "action": "allow" } } } }
    }

    """

  static let cases = [
    Case(
      "a first rule in a text on one line", #"{"version":"1"}"#,
      .setRule(server: nil, tool: "push", .deny),
      after: #"{"version":"1","tools":{"push":{"action":"deny"}}}"#),
    Case(
      "blanks as the text has them", #"{ "version": "1", "default": "deny" }"#,
      .setRule(server: nil, tool: "push", .limit(max: 10, window: "minute", scope: "grant")),
      after: """
        { "version": "1", "default": "deny", "tools": { "push": { "limits": \
        [{ "window": "minute", "max": 10, "scope": "grant" }] } } }
        """),
    Case(
      "a first rule in a text of lines", "{\n  \"version\": \"1\"\n}\n",
      .setRule(server: "git", tool: "push", .allow),
      after: """
        {
          "version": "1",
          "servers": {
            "git": {
              "tools": {
                "push": {"action": "allow"}
              }
            }
          }
        }

        """),
    Case(
      "tabs and CR LF", "{\r\n\t\"version\": \"1\",\r\n\t\"tools\": {}\r\n}",
      .setRule(server: nil, tool: "push", .deny),
      after: "{\r\n\t\"version\": \"1\",\r\n\t\"tools\": {\r\n\t\t\"push\": {\"action\": \"deny\"}\r\n\t}\r\n}"),
    Case(
      "a rule looks like its neighbour", pretty,
      .setRule(server: nil, tool: "pull", .deny),
      after: pretty.replacing(
        "\n    }\n  },\n  \"servers\"",
        with: "\n    },\n    \"pull\": {\n      \"action\": \"deny\"\n    }\n  },\n  \"servers\"")),
    Case(
      "a rule on one line beside one on one line", pretty,
      .setRule(server: "git", tool: "push", .deny),
      after: pretty.replacing(
        #""log": { "action": "allow" }"#,
        with: #""log": { "action": "allow" }, "push": { "action": "deny" }"#)),
    Case(
      "deny keeps the other members", pretty,
      .setRule(server: nil, tool: "push", .deny),
      after: pretty.replacing("\"reason\": \"Costly.\"", with: "\"action\": \"deny\",\n      \"reason\": \"Costly.\"")),
    Case(
      "allow after deny gives the limits back", pretty,
      .setRule(server: nil, tool: "push", .deny), .setRule(server: nil, tool: "push", .allow),
      after: pretty.replacing("\"reason\": \"Costly.\"", with: "\"action\": \"allow\",\n      \"reason\": \"Costly.\"")),
    Case(
      "allow on a limited rule takes the limits off", pretty,
      .setRule(server: nil, tool: "push", .allow),
      after: pretty.replacing(
        ",\n      \"limits\": [{ \"counter\": \"c\", \"window\": 60, \"max\": 10.0 }]", with: "")),
    Case(
      "allow on a rule that allows changes nothing", pretty, .setRule(server: nil, tool: "read", .allow), after: pretty),
    Case(
      "the same limit in another spelling changes nothing", pretty,
      .setRule(server: nil, tool: "push", .limit(max: 10, window: "minute", scope: "grant")), after: pretty),
    Case(
      "a limit is changed in place", pretty,
      .setRule(server: nil, tool: "push", .limit(max: 20, window: "60", scope: "session")),
      after: pretty.replacing("\"max\": 10.0 }", with: "\"max\": 20, \"scope\": \"session\" }")),
    Case(
      "a limit on a rule without one", pretty,
      .setRule(server: nil, tool: "read", .limit(max: 5, window: "90", scope: "server")),
      after: pretty.replacing(
        "\"read\": {}",
        with: "\"read\": {\n      \"limits\": [{ \"window\": 90, \"max\": 5, \"scope\": \"server\" }]\n    }")),
    Case(
      "the long form takes the place of the short one",
      #"{"version":"1","tools":{"x":{"action":"deny","rate_limit":"10/minute","reason":"r"}}}"#,
      .setRule(server: nil, tool: "x", .limit(max: 3, window: "hour", scope: "grant")),
      after: """
        {"version":"1","tools":{"x":{"action":"allow","limits":[{"window":"hour","max":3,"scope":"grant"}],"reason":"r"}}}
        """),
    Case(
      "inherit takes a rule out of the middle", pretty,
      .setRule(server: nil, tool: "read", .inherit),
      after: pretty.replacing("\"read\": {},\n    ", with: "")),
    Case(
      "inherit leaves what the file had, though it is empty",
      #"{"version":"1","tools":{"a":{}}}"#, .setRule(server: nil, tool: "a", .inherit),
      after: #"{"version":"1","tools":{}}"#),
    Case(
      "inherit takes along what this draft has made",
      #"{"version":"1"}"#, .setRule(server: "s", tool: "a", .deny), .setRule(server: "s", tool: "a", .inherit),
      after: #"{"version":"1"}"#),
    Case(
      "a server that the file had stays, though it is empty", #"{"version":"1","servers":{"s":{}}}"#,
      .setRule(server: "s", tool: "a", .deny), .setRule(server: "s", tool: "a", .inherit),
      after: #"{"version":"1","servers":{"s":{}}}"#),
    Case(
      "hide makes what is missing and stands before the tools",
      #"{"version":"1","tools":{"a":{}}}"#, .setRule(server: nil, tool: "a*\\", .hide),
      after: #"{"version":"1","hide":["a\\*\\\\"],"tools":{"a":{}}}"#),
    Case(
      "hide joins the list", #"{"version":"1","servers":{"s":{"hide":["a"]}}}"#,
      .setRule(server: "s", tool: "b", .hide),
      after: #"{"version":"1","servers":{"s":{"hide":["a","b"]}}}"#),
    Case(
      "hide what is hidden already", #"{"version":"1","hide":["a*"]}"#,
      .setRule(server: "s", tool: "ab", .hide), after: #"{"version":"1","hide":["a*"]}"#),
    Case(
      "allow takes a tool out of every list that hides it",
      #"{"version":"1","hide":["a","b","a"],"servers":{"s":{"hide":["a"]}}}"#,
      .setRule(server: "s", tool: "a", .allow),
      after: #"{"version":"1","hide":["b"],"servers":{"s":{"hide":[],"tools":{"a":{"action":"allow"}}}}}"#),
    Case(
      "names with escapes", #"{"version":"1","tools":{"a\\*b":{"action":"deny"}}}"#,
      .setRule(server: nil, tool: "a*b", .allow), .setRule(server: nil, tool: "q\"/~\n", .deny),
      after: #"{"version":"1","tools":{"a\\*b":{"action":"allow"},"q\"/~\n":{"action":"deny"}}}"#),
    Case(
      "a default behind the version", pretty.replacing("  \"default\": \"deny\",\n", with: ""),
      .setDefault(server: nil, .deny), after: pretty),
    Case(
      "a default is changed in place", pretty, .setDefault(server: nil, .allow),
      after: pretty.replacing("\"deny\"", with: "\"allow\"")),
    Case(
      "a default goes", pretty, .setDefault(server: nil, nil),
      after: pretty.replacing("  \"default\": \"deny\",\n", with: "")),
    Case(
      "a server's default comes and goes", #"{"version":"1"}"#,
      .setDefault(server: "s", .allow), .setDefault(server: "s", nil), after: #"{"version":"1"}"#),
    Case(
      "a server's default stands first", pretty, .setDefault(server: "git", .allow),
      after: pretty.replacing(#"{ "tools": { "log""#, with: #"{ "default": "allow", "tools": { "log""#)),
    Case(
      "several at once, also on what the same step has made", #"{"version":"1"}"#,
      .batch(
        [
          .setRule(server: "s", tool: "a", .deny), .setRule(server: "s", tool: "b", .hide),
          .setRule(server: "s", tool: "a", .limit(max: 1, window: "day", scope: "global")),
          .setRule(server: "s", tool: "b", .allow), .setRule(server: "t", tool: "c", .deny),
          .setRule(server: "t", tool: "c", .inherit),
        ], title: "all"),
      after: """
        {"version":"1","servers":{"s":{"tools":{"a":{"action":"allow","limits":\
        [{"window":"day","max":1,"scope":"global"}]},"b":{"action":"allow"}}}}}
        """),
    Case(
      "one of several limits",
      """
      {"version":"1","tools":{"x":{"limits":[{"window":"day","max":9},{"window":"minute","max":1}]}}}
      """,
      .setRule(server: nil, tool: "x", .limit(max: 2, window: "minute", scope: "grant")),
      after: """
        {"version":"1","tools":{"x":{"limits":[{"window":"day","max":9},{"window":"minute","max":2}]}}}
        """),
  ]

  @Test(arguments: cases)
  func makesExactly(_ testCase: Case) throws {
    let base = try policy(testCase.before)
    var draft = PolicyDraft(base: base)
    for edit in testCase.edits { try draft.apply(edit) }
    #expect(String(decoding: draft.current.text, as: UTF8.self) == testCase.after)
    while draft.undo() != nil {}
    #expect(draft.current.text == base.text)
    #expect(draft.isDirty == false)
    while draft.redo() != nil {}
    #expect(String(decoding: draft.current.text, as: UTF8.self) == testCase.after)
  }

  struct Refusal: Sendable, CustomTestStringConvertible {
    var before: String
    var edit: PolicyEdit
    var error: String
    var testDescription: String { error }
  }

  @Test(arguments: [
    Refusal(
      before: #"{"version":"1","hide":["dr*"]}"#, edit: .setRule(server: "s", tool: "drop", .allow),
      error: "`drop` is hidden by `dr*`: change that entry of `hide` in the file"),
    Refusal(
      before: #"{"version":"1","servers":{"s":{"hide":["*"]}}}"#, edit: .setRule(server: "s", tool: "drop", .deny),
      error: "`drop` is hidden by `*` of the server `s`: change that entry of `hide` in the file"),
    Refusal(
      before: #"{"version":"1"}"#,
      edit: .setRule(server: nil, tool: "x", .limit(max: -1, window: "minute", scope: "grant")),
      error: "`max` must be a whole number from 0 to 9007199254740991, not `-1`"),
    Refusal(
      before: #"{"version":"1"}"#,
      edit: .setRule(server: nil, tool: "x", .limit(max: 1, window: "month", scope: "grant")),
      error: "`month` is not a window: use second, minute, hour, day or whole seconds from 1 to 2678400"),
    Refusal(
      before: #"{"version":"1"}"#,
      edit: .setRule(server: nil, tool: "x", .limit(max: 1, window: "minute", scope: "tool")),
      error: "`tool` is not a scope: use grant, session, server or global"),
    Refusal(
      before: #"{"version":"1","tools":{"x":{"rate_limit":"1/day","limits":[{"window":"hour","max":1}]}}}"#,
      edit: .setRule(server: nil, tool: "x", .limit(max: 1, window: "minute", scope: "grant")),
      error: "`x` has several limits, none of them per minute and grant: change them in the file"),
    Refusal(
      before: #"{"version":"1"}"#, edit: .setRule(server: nil, tool: "", .deny),
      error: "a tool's name must not be empty"),
    Refusal(
      before: #"{"version":"1"}"#, edit: .setRule(server: "", tool: "x", .deny),
      error: "a server's name must not be empty"),
  ])
  func refuses(_ refusal: Refusal) throws {
    let base = try policy(refusal.before)
    var draft = PolicyDraft(base: base)
    do {
      try draft.apply(.batch([.setRule(server: "other", tool: "y", .deny), refusal.edit], title: "two"))
      Issue.record("it was made")
    } catch {
      #expect("\(error)" == refusal.error)
    }
    #expect(draft == PolicyDraft(base: base))
  }
}
