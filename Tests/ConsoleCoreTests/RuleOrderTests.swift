import ConsoleCore
import ControlWire
import JSONText
import Policy
import Testing

/// Everything that governs a tool, in the rule pane.
struct RuleOrderTests {
  static let policy = """
    {
      "version": "1",
      "default": "deny",
      "hide": ["drop_*"],
      "all_tools": {"deny_if": [{"conditions": [{"path": "call.client", "op": "eq", "value": "bad"}], "on_deny": "not you"}]},
      "tools": {"git_*": {"action": "deny"}},
      "resources": {"file:///srv/*": {}},
      "server_requests": {"sampling/createMessage": {"action": "require_approval"}},
      "servers": {
        "git": {
          "default": "allow",
          "prompts": {"greet": {}},
          "tools": {
            "git_status": {
              "action": "require_approval",
              "reason": "look at it",
              "require": [{"conditions": [{"path": "args.path", "op": "within", "value": ["/srv"]}]}],
              "limits": [{"window": "day", "max": 100.5, "cost": "args.n", "align": "calendar", "counter": "c"}],
              "approve_if": [{"conditions": [], "expires": "2020-01-01T00:00:00Z"}],
              "allow_if": [{"conditions": [{"path": "args.a", "op": "eq", "value": 1}]}],
              "approval": {"hold": 10},
              "match_schema": true,
              "expires": "2026-12-31T00:00:00Z"
            },
            "git_s*": {"action": "deny"}
          }
        }
      }
    }

    """

  private func desk(_ columns: Int = 100, _ rows: Int = 56, on tool: String = "git_status") -> Desk {
    var desk = Desk.ready(columns: columns, rows: rows)
    desk.read(Self.policy)
    desk.press(":", "go git/\(tool)", "Enter", "2", "+")
    desk.effects = []
    return desk
  }

  @Test func aToolInTheOrderOfJudgement() {
    expectScreen(
      desk().state,
      """
       gatehouse  policy.json saved  gate ● up rev e92cbb072143                            0/s ▁▁▁▁▁▁▁▁▁▁
      ┌2 Rule────────────────────────────────────────────────────────────────────────────────────────────┐
      │git_status                                                                                        │
      │server   git                                                                                      │
      │risk     Read · Low 90%                                                                           │
      │                                                                                                  │
      │decision ? ask, 100.5/day, checked (all tools allow, checked)                                     │
      │because  explicit, line 14                                                                        │
      │rule     /servers/git/tools/git_status                                                            │
      │so       calls that meet the conditions wait for a person to approve them                         │
      │schema   the arguments match the tool's schema                                                    │
      │must     args.path lies within /srv                                                               │
      │ask if   always · until 2020-01-01T00:00:00.000000Z                                               │
      │unless   args.a = 1                                                                               │
      │deny if  call.client = "bad" · all tools                                                          │
      │limit    100.5/day · adds args.n · resets on the calendar                                         │
      │until    2026-12-31T00:00:00.000000Z                                                              │
      │told     [gatehouse] waiting for approval ID; call again with the same arguments. The call has not│
      │         run: look at it, and nobody has decided yet. Rule /servers/git/tools/git_status.         │
      │                                                                                                  │
      │in the order of judgement                                                                         │
      │  rule git_status: ask, 100.5/day, checked · line 14                                              │
      │    action ask a person                                                                           │
      │      tells [gatehouse] waiting for approval ID; call again with the same arguments. The call has │
      │            not run: look at it, and nobody has decided yet. Rule /servers/git/tools/git_status.  │
      │    match_schema the arguments must match the tool's schema                                       │
      │    require args.path lies within /srv                                                            │
      │      tells [gatehouse] denied: look at it. Rule /servers/git/tools/git_status/require/0.         │
      │    limit 100.5 per day for each grant, counter c, adds args.n, resets on the calendar, counts    │
      │          what is forwarded                                                                       │
      │      tells [gatehouse] denied: rate limit of 100.5 per day reached: look at it. Rule             │
      │            /servers/git/tools/git_status/limits/0. Retry after N s.                              │
      │    approve_if always, which ended 2020-01-01T00:00:00.000000Z                                    │
      │    allow_if args.a = 1                                                                           │
      │    approval held 10 s, decided within 600 s, remembered 0 s, nobody there: wait                  │
      │    expires 2026-12-31T00:00:00.000000Z                                                           │
      │    reason look at it                                                                             │
      │  pattern git_s*: deny · line 25 · not used: the exact name comes first                           │
      │  pattern git_* of all servers: deny · line 6 · not used: a rule of the server comes first        │
      │  all_tools of all servers: allow, checked · line 5                                               │
      │    deny_if call.client = "bad"                                                                   │
      │      tells [gatehouse] denied: not you. Rule /all_tools/deny_if/0.                               │
      │  default of the server: allow · line 11 · not used: a rule names the tool                        │
      │  default of the policy: deny · line 3 · not used: a rule names the tool                          │
      │                                                                                                  │
      │takes    path*  mode                                                                              │
      │                                                                                                  │
      │why Read, Low                                                                                     │
      │name has "git_status" · Read                                                                      │
      │                                                                                                  │
      │the server says                                                                                   │
      │Shows the working tree status                                                                     │
      │                                                                                                  │
      │                                                                                                  │
      └──────────────────────────────────────────────────────────────────────────────────────────────────┘
       a allow  d deny  r limit  p ask  x hide  i inherit  / filter  :  ? help  q quit  4 live
      """)
  }

  @Test func aServerAndAllServers() {
    var desk = desk(100, 50)
    desk.press("1", "g", "2")
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json saved  gate ● up rev e92cbb072143                            0/s ▁▁▁▁▁▁▁▁▁▁
      ┌2 Rule────────────────────────────────────────────────────────────────────────────────────────────┐
      │git                                                                                               │
      │server   ● running                                                                                │
      │runs     mcp-server-git (stdio)                                                                   │
      │default  ✓ allow (all tools allow, checked) · server default                                      │
      │                                                                                                  │
      │✗ deny  4 tools                                                                                   │
      │? ask  1 tool                                                                                     │
      │                                                                                                  │
      │D changes its default, m marks all its tools, Enter opens or closes it.                           │
      │                                                                                                  │
      │rules of this server, beside those of its tools                                                   │
      │  default of the server: allow · line 11                                                          │
      │  pattern git_s*: deny · line 25                                                                  │
      │    action deny                                                                                   │
      │      tells [gatehouse] denied: the policy denies this tool. Rule /servers/git/tools/git_s*.      │
      │  prompts greet: allow · line 12                                                                  │
      │                                                                                                  │
      │rules for all servers                                                                             │
      │  default of the policy: deny · line 3                                                            │
      │  hide drop_* of all servers: hide · line 4                                                       │
      │  all_tools of all servers: allow, checked · line 5                                               │
      │    deny_if call.client = "bad"                                                                   │
      │      tells [gatehouse] denied: not you. Rule /all_tools/deny_if/0.                               │
      │  pattern git_* of all servers: deny · line 6                                                     │
      │    action deny                                                                                   │
      │      tells [gatehouse] denied: the policy denies this tool. Rule /tools/git_*.                   │
      │  resources pattern file:///srv/* of all servers: allow · line 7                                  │
      │  server_requests sampling/createMessage of all servers: ask · line 8                             │
      │    action ask a person                                                                           │
      │      tells [gatehouse] waiting for approval ID; call again with the same arguments. The call has │
      │            not run: a person must approve this server request, and nobody has decided yet. Rule  │
      │            /server_requests/sampling~1createMessage.                                             │
      │                                                                                                  │
      │                                                                                                  │
      │                                                                                                  │
      │                                                                                                  │
      │                                                                                                  │
      │                                                                                                  │
      │                                                                                                  │
      │                                                                                                  │
      │                                                                                                  │
      │                                                                                                  │
      │                                                                                                  │
      │                                                                                                  │
      │                                                                                                  │
      │                                                                                                  │
      └──────────────────────────────────────────────────────────────────────────────────────────────────┘
       Enter open  D default  o messages  / filter  :  ? help  q quit  4 live
      """)
  }

  @Test func theCursorGoesFromRuleToRule() {
    var desk = desk(80, 24)
    desk.press("J")
    // The first one is what decides.
    #expect(desk.effects == [.openEditor(line: 14)])
    var lines: [Int?] = []
    for _ in 0..<60 {
      desk.effects = []
      desk.press("j", "J")
      if case .openEditor(let line)? = desk.effects.first, lines.last != line { lines.append(line) }
    }
    #expect(lines == [14, 25, 6, 5, 11, 3])
    for _ in 0..<80 { desk.press("k") }
    desk.effects = []
    desk.press("J")
    #expect(desk.effects == [.openEditor(line: 14)])
  }

  @Test func theRulesTextIsCopied() {
    var desk = desk(on: "git_diff")
    desk.press("y")
    #expect(desk.effects == [.copy(#""git_*": {"action": "deny"}"#)])
    desk = self.desk(on: "git_status")
    desk.press("j", "j", "y")
    #expect(desk.effects == [.copy(#""git_s*": {"action": "deny"}"#)])
    desk = self.desk(80, 24, on: "git_status")
    desk.press("y")
    guard case .copy(let text)? = desk.effects.first else {
      Issue.record("nothing is copied")
      return
    }
    #expect(text.hasPrefix("\"git_status\": {\n  \"action\": \"require_approval\",\n"))
    #expect(text.hasSuffix("\n}"))
  }

  @Test func theEditOfTheRuleIsShown() {
    var desk = desk(on: "git_diff")
    desk.press("d")
    let shown = screen(desk.state).map { $0.filter { $0 != "│" } }
    #expect(shown.contains { $0.hasPrefix("+ \"git_diff\": {\"action\": \"deny\"}") }, "\(shown)")
  }

  @Test func whatItsRulesDidIsCounted() {
    var desk = desk()
    for _ in 0..<3 { desk.call("git", "git_status", .allow, rule: "/x") }
    desk.call("git", "git_status", .deny, rule: "/y")
    desk.call("git", "git_diff", .deny, rule: "/z")
    let shown = screen(desk.state).joined(separator: "\n")
    #expect(shown.contains("✗ deny 1 · /y"))
    #expect(shown.contains("✓ allow 3 · /x"))
    #expect(!shown.contains("/z"))
  }

  @Test func anObservingPolicySaysSo() {
    var desk = desk()
    desk.read(#"{"version":"1","mode":"observe"}"#)
    #expect(screen(desk.state).joined().contains("mode observe: all of this is decided and recorded"))
  }

  /// What is kept from one picture to the next is kept for as long as it is right.
  @Test func aPreparedPictureIsTheSame() {
    var prepared = Desk.ready(columns: 120, rows: 40)
    var bare = prepared
    var seen: Set<[String]> = []
    func step(_ body: (inout Desk) -> Void) {
      body(&prepared)
      body(&bare)
      prepared.state.prepareFrame()
      let picture = screen(prepared.state)
      #expect(picture == screen(bare.state))
      seen.insert(picture)
    }
    step { _ in }
    step { $0.read(Self.policy) }
    step { $0.press("G", "k", "k") }
    step { $0.press("g") }
    step { $0.press(":", "default git deny", "Enter", "y") }
    step { $0.press("u") }
    step { $0.send(.resized(Size(columns: 100, rows: 30))) }
    step { $0.connect([Desk.server("git", [Desk.tool("git_log")]), Desk.server("x", [])]) }
    step { $0.read(#"{"version":"1","all_tools":{"action":"deny"}}"#) }
    #expect(seen.count >= 7)
  }
}
