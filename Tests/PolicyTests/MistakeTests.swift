import JSONText
import Policy
import Testing

/// What a person reads who made a mistake in a policy file: one fixture a mistake.
struct MistakeTests {
  struct Mistake: Sendable, CustomTestStringConvertible {
    var text: String
    var messages: [String]
    var testDescription: String { text }

    init(_ text: String, _ messages: String...) {
      self.text = text
      self.messages = messages
    }

    /// A mistake inside one rule, which begins at 1:29.
    static func rule(_ rule: String, _ messages: String...) -> Mistake {
      var mistake = Mistake(#"{"version":"1","tools":{"x":"# + rule + "}}")
      mistake.messages = messages
      return mistake
    }

    /// A mistake inside one limit, which begins at 1:40.
    static func limit(_ limit: String, _ messages: String...) -> Mistake {
      var mistake = Mistake(#"{"version":"1","tools":{"x":{"limits":["# + limit + "]}}}")
      mistake.messages = messages
      return mistake
    }
  }

  static let windowHelp = "write `second`, `minute`, `hour`, `day` or whole seconds from 1 to 2678400"

  static let mistakes: [Mistake] = [
    // The whole text
    Mistake("", "1:1: error: there is nothing in it: write `{\"version\": \"1\"}`, which denies everything"),
    Mistake(#"{"version":"1",}"#, "1:15: error: a comma stands before `}`: take it out"),
    Mistake(
      "{\n  \"version\": \"1\",\n  \"version\": \"1\"\n}",
      "3:3: error: the key `version` occurs twice in one object: the first is at line 2, column 3 (at /version)"),
    Mistake("\u{FEFF}{}", "1:1: error: the text begins with a byte order mark: save the file without it"),
    Mistake("[]", "1:1: error: a policy must be an object, not an array"),
    Mistake("{}", "1:1: error: `version` is missing: write `\"version\": \"1\"`"),
    Mistake(
      #"{"version":1}"#,
      "1:12: error: `version` must be a string, not a number: write `\"version\": \"1\"` (at /version)"),
    Mistake(
      #"{"version":"2"}"#, "1:12: error: `2` is not a version that is known here: write `\"1\"` (at /version)"),
    Mistake(
      #"{"version":"1","Tools":{}}"#, "1:16: error: unknown key `Tools`: did you mean `tools`? (at /Tools)"),
    Mistake(
      #"{"version":"1","allTools":{}}"#,
      "1:16: error: unknown key `allTools`: did you mean `all_tools`? (at /allTools)"),
    Mistake(
      #"{"version":"1","rate/~":{}}"#,
      """
      1:16: error: unknown key `rate/~`: known here: `version`, `default`, `mode`, `description`, `hide`, `all_tools`, \
      `tools`, `resources`, `prompts`, `server_requests`, `servers` (at /rate~1~0)
      """),
    Mistake(
      #"{"version":"1","default":"dney"}"#, "1:26: error: `dney` is not a default: did you mean `deny`? (at /default)"),
    Mistake(
      #"{"version":"1","default":false}"#,
      "1:26: error: `default` must be a string, not a boolean: write `deny` or `allow` (at /default)"),
    Mistake(
      #"{"version":"1","default":"require_approval"}"#,
      """
      1:26: error: `require_approval` is not supported by this version yet: take it out, it would not be enforced \
      (at /default)
      """),
    Mistake(
      #"{"version":"1","mode":"log"}"#, "1:23: error: `log` is not a mode: write `enforce` or `observe` (at /mode)"),
    Mistake(
      #"{"version":"1","description":7}"#,
      "1:30: error: `description` must be a string, not a number (at /description)"),
    Mistake(
      #"{"version":"1","tools":[]}"#, "1:24: error: `tools` must be an object, not an array (at /tools)"),
    // Hidden tools
    Mistake(#"{"version":"1","hide":"x"}"#, "1:23: error: `hide` must be an array, not a string (at /hide)"),
    Mistake(
      #"{"version":"1","hide":["a",null,""]}"#,
      "1:28: error: an entry of `hide` must be a string, not null (at /hide/1)",
      "1:33: error: a name must not be empty (at /hide/2)"),
    Mistake(
      #"{"version":"1","hide":["C:\\x"]}"#,
      #"1:24: error: `\x` in a name means nothing: write `\*` for a star, `\\` for a backslash (at /hide/0)"#),
    // Servers
    Mistake(
      #"{"version":"1","servers":{"git":{"mode":"observe"}}}"#,
      "1:34: error: unknown key `mode`: it is known at the top level only (at /servers/git/mode)"),
    Mistake(
      #"{"version":"1","servers":{"":{}}}"#, "1:27: error: a server's name must not be empty (at /servers/)"),
    Mistake(
      #"{"version":"1","servers":{"a/b":"deny"}}"#,
      "1:33: error: a server's policy must be an object, not a string (at /servers/a~1b)"),
    // Names
    Mistake(#"{"version":"1","tools":{"":{}}}"#, "1:25: error: a name must not be empty (at /tools/)"),
    Mistake(
      #"{"version":"1","tools":{"a\\":{}}}"#,
      #"1:25: error: `\` in a name means nothing: write `\*` for a star, `\\` for a backslash (at /tools/a\)"#),
    Mistake(
      #"{"version":"1","tools":{"get_*":{},"*_all":{},"x*":{}}}"#,
      """
      1:36: error: `*_all` and `get_*` are equally specific and can match the same name: give one more literal \
      characters, or name what you mean exactly (at /tools/*_all)
      """),
    Mistake(
      #"{"version":"1","servers":{"s":{"resources":{"file:*":{},"file:**":{}}}}}"#,
      """
      1:57: error: `file:**` and `file:*` are equally specific and can match the same name: give one more literal \
      characters, or name what you mean exactly (at /servers/s/resources/file:**)
      """),
    // Rules
    .rule(
      #""deny""#, #"1:29: error: a rule must be an object, not a string: write `{"action": "deny"}` (at /tools/x)"#),
    .rule("null", "1:29: error: a rule must be an object, not null (at /tools/x)"),
    .rule(
      #"{"action":"Allow"}"#, "1:39: error: `Allow` is not an action: did you mean `allow`? (at /tools/x/action)"),
    .rule(
      #"{"action":"block"}"#, "1:39: error: `block` is not an action: write `allow` or `deny` (at /tools/x/action)"),
    .rule(
      #"{"action":"require_approval"}"#,
      """
      1:39: error: `require_approval` is not supported by this version yet: take it out, it would not be enforced \
      (at /tools/x/action)
      """),
    .rule(#"{"reason":""}"#, "1:39: error: `reason` must not be empty: take it out (at /tools/x/reason)"),
    .rule(#"{"reason":["no"]}"#, "1:39: error: `reason` must be a string, not an array (at /tools/x/reason)"),
    .rule(#"{"limit":[]}"#, "1:30: error: unknown key `limit`: did you mean `limits`? (at /tools/x/limit)"),
    .rule(#"{"limits":{}}"#, "1:39: error: `limits` must be an array, not an object (at /tools/x/limits)"),
    .rule(
      #"{"deny_if":[]}"#,
      """
      1:30: error: `deny_if` is not supported by this version yet: take it out, it would not be enforced \
      (at /tools/x/deny_if)
      """),
    .rule(
      #"{"denyif":[]}"#, "1:30: error: unknown key `denyif`: did you mean `deny_if`? (at /tools/x/denyif)"),
    // The short form
    .rule(
      #"{"rate_limit":"ten a minute"}"#,
      """
      1:43: error: `ten a minute` is not a rate: write a whole number, a slash, and `second`, `minute`, `hour` or `day`: \
      `10/minute` (at /tools/x/rate_limit)
      """),
    .rule(
      #"{"rate_limit":10}"#,
      #"""
      1:43: error: `rate_limit` must be an object or a string, not a number: write `"10/minute"` or \#
      `{"max": 10, "window": 60}` (at /tools/x/rate_limit)
      """#),
    .rule(
      #"{"rate_limit":{"max":1,"scope":"grant"}}"#,
      "1:43: error: `window` is missing (at /tools/x/rate_limit)",
      "1:52: error: unknown key `scope`: known here: `max`, `window` (at /tools/x/rate_limit/scope)"),
    // Limits
    .limit("7", "1:40: error: a limit must be an object, not a number (at /tools/x/limits/0)"),
    .limit(
      "{}", "1:40: error: `window` is missing (at /tools/x/limits/0)",
      "1:40: error: `max` is missing (at /tools/x/limits/0)"),
    .limit(
      #"{"window":"minutes","max":1}"#,
      "1:50: error: `minutes` is not a window: did you mean `minute`? (at /tools/x/limits/0/window)"),
    .limit(
      #"{"window":"fortnight","max":1}"#,
      "1:50: error: `fortnight` is not a window: \(windowHelp) (at /tools/x/limits/0/window)"),
    .limit(
      #"{"window":2678401,"max":1}"#,
      "1:50: error: `2678401` is not a window: \(windowHelp) (at /tools/x/limits/0/window)"),
    .limit(
      #"{"window":0.5,"max":1}"#, "1:50: error: `0.5` is not a window: \(windowHelp) (at /tools/x/limits/0/window)"),
    .limit(
      #"{"window":true,"max":1}"#,
      "1:50: error: `window` must be a string or a number, not a boolean: \(windowHelp) (at /tools/x/limits/0/window)"),
    .limit(
      #"{"window":1,"max":-1}"#,
      "1:58: error: `max` must be a whole number from 0 to 9007199254740991, not `-1` (at /tools/x/limits/0/max)"),
    .limit(
      #"{"window":1,"max":9007199254740993}"#,
      """
      1:58: error: `max` must be a whole number from 0 to 9007199254740991, not `9007199254740993` \
      (at /tools/x/limits/0/max)
      """),
    .limit(
      #"{"window":1,"max":1e99999999999}"#,
      """
      1:58: error: `max` must be a whole number from 0 to 9007199254740991, not `1e99999999999` \
      (at /tools/x/limits/0/max)
      """),
    .limit(#"{"window":1,"max":"10"}"#, "1:58: error: `max` must be a number, not a string (at /tools/x/limits/0/max)"),
    .limit(
      #"{"window":1,"max":1,"scope":"user"}"#,
      """
      1:68: error: `user` is not a scope: write `grant`, `session`, `server` or `global` (at /tools/x/limits/0/scope)
      """),
    .limit(
      #"{"window":1,"max":1,"counter":""}"#,
      "1:70: error: `counter` must not be empty: take it out (at /tools/x/limits/0/counter)"),
    .limit(
      #"{"window":1,"max":1,"align":"calendar"}"#,
      """
      1:68: error: `calendar` is not supported by this version yet: take it out, it would not be enforced \
      (at /tools/x/limits/0/align)
      """),
    .limit(
      #"{"window":1,"max":1,"count":"succeeded"}"#,
      """
      1:68: error: `succeeded` is not supported by this version yet: take it out, it would not be enforced \
      (at /tools/x/limits/0/count)
      """),
    .limit(
      #"{"window":1,"max":1,"cost":"args.n"}"#,
      """
      1:60: error: `cost` is not supported by this version yet: take it out, it would not be enforced \
      (at /tools/x/limits/0/cost)
      """),
    .limit(
      #"{"window":60,"max":1},{"window":"minute","max":2,"scope":"grant"}"#,
      """
      1:62: error: this limit counts the same calls as `/tools/x/limits/0`: keep the smaller of the two \
      (at /tools/x/limits/1)
      """),
    // Requests of servers
    Mistake(
      #"{"version":"1","server_requests":{"roots/list":{"action":"deny"}}}"#,
      """
      1:35: error: `roots/list` always passes, so no rule can govern it: take it out (at /server_requests/roots~1list)
      """),
  ]

  @Test(arguments: mistakes)
  func isReported(_ mistake: Mistake) {
    #expect(throws: PolicyRejection.self) { try policy(mistake.text) }
    do {
      _ = try policy(mistake.text)
    } catch let rejection as PolicyRejection {
      #expect(rejection.problems.map(\.description) == mistake.messages)
    } catch {
      Issue.record("\(error)")
    }
  }

  @Test func unsupportedMembersAreAllRefused() throws {
    for key in ["require", "deny_if", "approve_if", "allow_if", "approval", "expires", "match_schema"] {
      for place in [#""all_tools":{"\#(key)":[]}"#, #""servers":{"s":{"tools":{"x":{"\#(key)":false}}}}"#] {
        do {
          _ = try policy("{\"version\":\"1\",\(place)}")
          Issue.record("\(key) was accepted")
        } catch let rejection as PolicyRejection {
          #expect(rejection.problems.map(\.message) == ["`\(key)` is not supported by this version yet"])
        }
      }
    }
  }

  @Test func allMistakesAreListedInTheirOrder() throws {
    let text = """
      {
        "default": "no",
        "servers": {"gît": {"tools": {"a": {"limits": [{"max": 1}]}, "é": 1}, "hide": 3}},
        "tool": {}
      }
      """
    do {
      _ = try policy(text)
      Issue.record("it was accepted")
    } catch let rejection as PolicyRejection {
      #expect(
        rejection.description == """
          1:1: error: `version` is missing: write `"version": "1"`
          2:14: error: `no` is not a default: write `deny` or `allow` (at /default)
          3:50: error: `window` is missing (at /servers/gît/tools/a/limits/0)
          3:69: error: a rule must be an object, not a number (at /servers/gît/tools/é)
          3:81: error: `hide` must be an array, not a number (at /servers/gît/hide)
          4:3: error: unknown key `tool`: did you mean `tools`? (at /tool)
          """)
    }
  }

  @Test func oddThingsAreWarnings() throws {
    let document = try policy(
      #"{"version":"1","hide":["a","a"],"server_requests":{"sampling/createMesage":{},"tasks/x":{}}}"#)
    #expect(
      document.warnings.map(\.description) == [
        "1:28: warning: `a` is hidden twice (at /hide/1)",
        """
        1:52: warning: `sampling/createMesage` is no request that servers are known to make: did you mean \
        `sampling/createMessage`? (at /server_requests/sampling~1createMesage)
        """,
        "1:79: warning: `tasks/x` is no request that servers are known to make (at /server_requests/tasks~1x)",
      ])
  }

  @Test func aTextThatIsTooLongIsNotRead() {
    let text = [UInt8](repeating: 0x20, count: PolicyDocument.longest + 1)
    do {
      _ = try PolicyDocument.read(text)
      Issue.record("it was accepted")
    } catch {
      #expect(error.description == "1:1: error: a policy has at most 16777216 bytes, not 16777217")
    }
  }

  @Test func keysAreComparedByBytes() {
    // U+212A, the Kelvin sign, is canonically the letter K; `String ==` would take it for one.
    #expect(throws: PolicyRejection.self) { try policy("{\"version\":\"1\",\"tools\":{\"x\":{\"\u{212A}\":1}}}") }
    #expect(throws: PolicyRejection.self) { try policy("{\"version\":\"1\u{301}\"}") }
  }
}
