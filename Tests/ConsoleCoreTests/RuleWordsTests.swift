import ConsoleCore
import ControlWire
import JSONText
import Policy
import Testing

/// Rules written in words, after `:` or in lines of text.
struct RuleWordsTests {
  static let policy = """
    {
      "version": "1",
      "default": "deny",
      "all_tools": {"limits": [{"window": "day", "max": 1000}]},
      "tools": {"convert_time": {}},
      "servers": {
        "git": {
          "tools": {
            "git_status": {},
            "git_log": {"limits": [{"window": "minute", "max": 10}, {"window": "day", "max": 50}]},
            "git_diff*": {"limits": [{"window": "hour", "max": 5}]}
          }
        },
        "time": {"default": "allow"}
      }
    }

    """

  static func desk() -> Desk {
    var desk = Desk()
    desk.read(policy)
    desk.connect()
    desk.effects = []
    return desk
  }

  /// The rule at a place, as compact JSON; nil where there is none.
  func rule(_ pointer: [String], _ desk: Desk) -> String? {
    guard let text = desk.state.policy.draft?.current.text, var node = try? JSONNode.read(text) else { return nil }
    for step in pointer {
      guard let next = node[ExactText(step)] else { return nil }
      node = next
    }
    return String(decoding: node.compact, as: UTF8.self)
  }

  static let status = ["servers", "git", "tools", "git_status"]
  static let log = ["servers", "git", "tools", "git_log"]

  @Test(arguments: [
    (
      #"require git/git_status args.branch neq "main" say "use a pull request""#, status,
      #"{"require":[{"conditions":[{"path":"args.branch","op":"neq","value":"main"}],"on_deny":"use a pull request"}]}"#
    ),
    (
      "require git_status args.a = 1.0 and args.b not-in x,2,true until 2026-12-31T00:00:00Z", status,
      #"{"require":[{"conditions":[{"path":"args.a","op":"eq","value":1.0},{"path":"args.b","op":"not_in","value":["x",2,true]}],"expires":"2026-12-31T00:00:00Z"}]}"#
    ),
    (
      #"deny-if git_status args["odd key"] exists"#, status,
      #"{"deny_if":[{"conditions":[{"path":"args[\"odd key\"]","op":"exists","value":true}]}]}"#
    ),
    ("deny-if git_status always say closed", status, #"{"deny_if":[{"conditions":[],"on_deny":"closed"}]}"#),
    (
      "approve-if git_status args.n >= 5 say why", status,
      #"{"approve_if":[{"conditions":[{"path":"args.n","op":"gte","value":5}],"reason":"why"}]}"#
    ),
    (
      "allow-if git_status call.client is claude", status,
      #"{"allow_if":[{"conditions":[{"path":"call.client","op":"eq","value":"claude"}]}]}"#
    ),
    (
      "require git_status args.path under /srv", status,
      #"{"require":[{"conditions":[{"path":"args.path","op":"within","value":["/srv"]}]}]}"#
    ),
    ("reason git_status ask a person first", status, #"{"reason":"ask a person first"}"#),
    ("until git_status 2027-01-01T00:00:00Z", status, #"{"expires":"2027-01-01T00:00:00Z"}"#),
    ("match-schema git_status on", status, #"{"match_schema":true}"#),
    ("approval git_status hold 10 on-no-approver deny", status, #"{"approval":{"hold":10,"on_no_approver":"deny"}}"#),
    (
      "limit git_status 10/minute session", status,
      #"{"limits":[{"window":"minute","max":10,"scope":"session"}]}"#
    ),
    (
      "limit git_status 2000/day cost args.amount count succeeded", status,
      #"{"limits":[{"window":"day","max":2000,"cost":"args.amount","count":"succeeded"}]}"#
    ),
    ("limit git_status 7/90", status, #"{"limits":[{"window":90,"max":7,"scope":"grant"}]}"#),
    (
      "limit git_log 2 60/day", log,
      #"{"limits":[{"window":"minute","max":10},{"window":"day","max":60}]}"#
    ),
    (
      "add-limit git_log 100/hour global", log,
      #"{"limits":[{"window":"minute","max":10},{"window":"day","max":50},{"window":"hour","max":100,"scope":"global"}]}"#
    ),
    ("drop git_log limit 1", log, #"{"limits":[{"window":"day","max":50}]}"#),
    ("deny /servers/git/tools/git_diff*", ["servers", "git", "tools", "git_diff*", "action"], #""deny""#),
    (
      "require /all_tools call.client exists", ["all_tools", "require"],
      #"[{"conditions":[{"path":"call.client","op":"exists","value":true}]}]"#
    ),
    ("allow /resources/file:~1~1~1srv~1*", ["resources", "file:///srv/*", "action"], #""allow""#),
    (
      "rename /servers/git/tools/git_diff* git_d*", ["servers", "git", "tools", "git_d*", "limits"],
      #"[{"window":"hour","max":5}]"#
    ),
    // A tool that is let through by a default keeps that when it gets a rule of its own.
    (
      "require time/get_current_time args.zone = UTC", ["servers", "time", "tools", "get_current_time"],
      #"{"action":"allow","require":[{"conditions":[{"path":"args.zone","op":"eq","value":"UTC"}]}]}"#
    ),
    (
      "reason git_commit not by you", ["servers", "git", "tools", "git_commit"],
      #"{"action":"deny","reason":"not by you"}"#
    ),
  ])
  func wordsBecomeARule(line: String, place: [String], expected: String) {
    var desk = Self.desk()
    desk.press(":", line, "Enter")
    #expect(desk.state.note?.weight == .info, "\(desk.state.note?.text ?? "")")
    #expect(rule(place, desk) == expected)
    #expect(desk.state.policy.isDirty)
    desk.press("u")
    #expect(desk.state.policy.isDirty == false)
  }

  @Test func entriesAreChangedAndDroppedByNumber() {
    var desk = Self.desk()
    for line in [
      "require git_status args.a = 1", "require git_status args.b = 2", "require git_status 2 args.b = 3 say no",
      "drop git_status require 1",
    ] { desk.press(":", line, "Enter") }
    #expect(
      rule(Self.status, desk)
        == #"{"require":[{"conditions":[{"path":"args.b","op":"eq","value":3}],"on_deny":"no"}]}"#)
    desk.press(":", "reason git_status x", "Enter", ":", "drop git_status reason", "Enter")
    desk.press(":", "drop git_status require 1", "Enter")
    #expect(rule(Self.status, desk) == "{}")
  }

  @Test(arguments: [
    ("require", "which tool? write: require TOOL [N] PATH OPERATOR VALUE [and ...] [say TEXT] [until TIME]"),
    ("require git_status", "a condition is missing; write: args.NAME OPERATOR VALUE, as args.branch neq \"main\""),
    (
      "require git_status args.a likes 5",
      "`likes` is no operator; there are eq neq in not_in lt lte gt gte contains "
        + "not_contains starts_with ends_with glob regex not_regex exists length_lt length_lte length_gt length_gte "
        + "within host_in"
    ),
    ("require git_status args.a contain 5", "`contain` is no operator; did you mean `contains`?"),
    ("require git_status args.a eq", "a value is missing behind `eq`; write JSON, or a word, which is a text"),
    ("require git_status args.a eq \"x", "a quotation mark or a bracket is not closed"),
    (
      "require git_status args.a eq 1 or args.b eq 2",
      "`or` is not understood here; what may follow is: and PATH OPERATOR VALUE, say \"TEXT\", until TIME"
    ),
    ("require git_status a eq 1", "`a` is not a path: did you mean `args.a`?"),
    (
      "require nobody args.a eq 1",
      "no tool is called `nobody`: write SERVER/TOOL, * stands for any characters, or a rule's place as /tools/NAME"
    ),
    (
      "require git_commit args.a eq 1",
      "`git/git_commit` is denied by global default, so that nothing can narrow it: allow it first"
    ),
    (
      "require git_diff args.a eq 1",
      "`git/git_diff` goes by the pattern `git_diff*`, whose limits and conditions a rule of its own would not have: "
        + "name that rule, `/servers/git/tools/git_diff*`, or allow or deny `git/git_diff` first"
    ),
    (
      "limit git_log 60/day cost args.n",
      "the rule has 2 limits: write limit TOOL 2 10/minute for the second, or add-limit for another"
    ),
    ("drop git_status require 1", "the rule `git_status` in `tools` of the server `git` has no `require`"),
    (
      "drop git_status everything",
      "`everything` cannot be dropped; write: drop TOOL require 1, with require, deny-if, "
        + "approve-if, allow-if or limit and a number, or reason, until, match-schema, approval"
    ),
    ("drop git_status require", "which one? write: drop TOOL require 1; show TOOL counts them"),
    (
      "approval git_status hold long",
      "`long` is no number of seconds; write: approval TOOL [hold SECONDS] "
        + "[timeout SECONDS] [remember SECONDS] [on-no-approver wait|deny]"
    ),
    (
      "deny /nowhere",
      "`/nowhere` is no rule's place; write it as pane 2 shows it: /servers/SERVER/tools/NAME, "
        + "/tools/NAME, /all_tools, /resources/URI, /prompts/NAME, /server_requests/METHOD; ~1 stands for a slash "
        + "inside, ~0 for ~"
    ),
    ("match-schema git_status maybe", "`maybe` is neither on nor off"),
    ("mode silent", "write: mode enforce, or mode observe"),
  ])
  func mistakesSayWhatToWrite(line: String, message: String) {
    var desk = Self.desk()
    desk.press(":", line, "Enter")
    #expect(desk.state.note?.text == message)
    #expect(desk.state.note?.weight == .error)
    #expect(desk.state.policy.isDirty == false)
  }

  @Test func manyToolsAreCountedFirst() {
    var desk = Self.desk()
    desk.press(":", "match-schema time/* on", "Enter")
    guard case .confirm(let question) = desk.state.overlay else {
      Issue.record("nothing was asked")
      return
    }
    #expect(question.lines == ["2 tools: match-schema on: 2 of 7 tools change"])
    desk.press("y")
    #expect(desk.state.policy.isDirty)
  }

  @Test func bulkTakesAFilterOfItsOwn() {
    var desk = Self.desk()
    desk.press(":", "all deny server:git cat:read", "Enter")
    guard case .confirm(let question) = desk.state.overlay else {
      Issue.record("nothing was asked")
      return
    }
    #expect(question.lines.prefix(2).joined(separator: " · ").hasPrefix("3 tools: deny · 3 of 3 found tools change: "))
    desk.press("y")
    #expect(rule(["servers", "git", "tools", "git_log", "action"], desk) == #""deny""#)
    desk.press(":", "all allow risk>=huge", "Enter")
    #expect(desk.state.note?.text == "filter, at character 7: `huge` is no risk; there are low med high crit")
  }

  @Test func thePolicyAsAWhole() {
    var desk = Self.desk()
    for line in ["mode observe", "hide-name git_re*", "unhide-name git_re*", "hide-name convert_* time"] {
      desk.press(":", line, "Enter", "y")
    }
    desk.press(":", "describe for the shop", "Enter", ":", "default git ask", "Enter", "y")
    #expect(rule(["mode"], desk) == #""observe""#)
    #expect(rule(["description"], desk) == #""for the shop""#)
    #expect(rule(["servers", "time", "hide"], desk) == #"["convert_*"]"#)
    #expect(rule(["servers", "git", "default"], desk) == #""require_approval""#)
    desk.press(":", "forget-server git", "Enter", "y")
    #expect(rule(["servers", "git"], desk) == nil)
  }

  @Test func nothingIsEditedInAReadOnlyConsole() {
    var options = Desk.options
    options.isReadOnly = true
    var desk = Desk.ready(options: options)
    for line in ["require git_status args.a = 1", "mode observe", "all deny risk>=low", "limit git_status 1/day"] {
      desk.press(":", line, "Enter", "y")
      #expect(desk.state.policy.isDirty == false)
    }
  }
}
