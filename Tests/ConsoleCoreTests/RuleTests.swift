import ConsoleCore
import ControlWire
import JSONText
import Policy
import Testing

/// Rules that say more than a key can set: conditions, ends, limits of costs, asking a person.
struct RuleTests {
  static let policy = """
    {
      "version": "1",
      "default": "require_approval",
      "all_tools": {"deny_if": [{"conditions": [{"path": "call.client", "op": "eq", "value": "bad"}]}]},
      "servers": {
        "git": {
          "tools": {
            "git_status": {
              "require": [{"conditions": [{"path": "args.path", "op": "within", "value": ["/srv"]}]}],
              "match_schema": true,
              "expires": "2026-12-31T00:00:00Z"
            },
            "git_log": {"limits": [{"window": "day", "max": 100.5, "cost": "args.n", "align": "calendar"}]},
            "git_diff": {"action": "require_approval", "reason": "look at it"}
          }
        }
      }
    }

    """

  private func desk(on tool: String, _ policy: String = RuleTests.policy, columns: Int = 80, rows: Int = 24) -> Desk {
    var desk = Desk.ready(columns: columns, rows: rows)
    desk.read(policy)
    desk.press(":", "go git/\(tool)", "Enter")
    return desk
  }

  private func summary(_ desk: Desk, _ tool: String) -> String? {
    desk.state.catalogue.index(of: ToolName(server: "git", tool: ExactText(tool))).map {
      desk.state.catalogue.tools[$0].standing.summary
    }
  }

  private func text(_ desk: Desk) -> String {
    String(decoding: desk.state.policy.draft?.current.text ?? [], as: UTF8.self)
  }

  private func question(_ desk: Desk) -> [String]? {
    guard case .confirm(let question) = desk.state.overlay else { return nil }
    return question.lines
  }

  @Test func spaceNeverDropsConditions() {
    var desk = desk(on: "git_status")
    var seen: [String?] = []
    for _ in 0..<7 {
      desk.press("Space")
      #expect(desk.state.overlay == nil)
      #expect(text(desk).contains(#""require": [{"conditions": [{"path": "args.path""#))
      #expect(text(desk).contains(#""expires": "2026-12-31T00:00:00Z""#))
      seen.append(summary(desk, "git_status"))
    }
    #expect(
      seen == [
        "10/minute, checked (all tools allow, checked)", "ask, 10/minute, checked (all tools allow, checked)", "deny",
        "10/minute, checked (all tools allow, checked)", "ask, 10/minute, checked (all tools allow, checked)", "deny",
        "10/minute, checked (all tools allow, checked)",
      ])
  }

  @Test func spaceOnAHiddenRuleKeepsItsConditions() {
    var desk = desk(on: "git_status")
    desk.press("x")
    #expect(summary(desk, "git_status") == "hide")
    desk.press("Space")
    #expect(summary(desk, "git_status") == "allow, checked (all tools allow, checked)")
    #expect(text(desk) == Self.policy)
  }

  @Test func removingARuleWithConditionsIsAsked() {
    for hidesFirst in [false, true] {
      var desk = desk(on: "git_status")
      if hidesFirst { desk.press("x") }
      desk.press("i")
      #expect(
        question(desk) == [
          "git/git_status: inherit",
          "what no key here writes again goes with it: 2 conditions, its end on 2026-12-31T00:00:00.000000Z",
        ])
      desk.press("n")
      #expect(text(desk).contains("args.path"))
      desk.press("i", "y")
      #expect(!text(desk).contains("args.path"))
      desk.press("u")
      #expect(text(desk).contains("args.path"))
    }
  }

  @Test func takingOffALimitThatSaysMoreIsAsked() {
    var desk = desk(on: "git_log")
    desk.press("a")
    #expect(
      question(desk) == [
        "git/git_log: allow",
        "what no key here writes again goes with it: a limit that adds args.n and resets on the calendar",
      ])
    desk.press("n")
    #expect(text(desk) == Self.policy)
  }

  @Test func severalRulesAreAskedAboutTogether() {
    var desk = desk(on: "git_status")
    desk.press("m", "m", "m", "i")
    #expect(
      question(desk) == [
        "3 tools: inherit",
        "2 of 3 marked tools change: 1 allow → ask, 1 limit → ask",
        "2 have what no key here writes again, and lose it: 2 conditions, its end on 2026-12-31T00:00:00.000000Z, ...",
      ])
  }

  @Test func whatIsAllowedUnderConditionsSaysSo() {
    var desk = desk(on: "git_status")
    desk.press("a")
    #expect(desk.state.note?.text == "git_status: allow already, under 2 conditions that pane 2 shows")
  }

  @Test func aRuleThatEndsIsGoneFromTheScreenInTheSameMoment() throws {
    var desk = desk(on: "git_status")
    desk.gate(.policy(PolicyEvent(state: .loaded, revision: desk.revision, problems: [])))
    let end = try #require(Moment(rfc3339: "2026-12-31T00:00:00Z"))
    #expect(desk.state.nextTick == end || desk.state.noteEnds != nil)
    desk.send(.tick(end.advanced(byMicroseconds: -1)))
    #expect(summary(desk, "git_status") == "allow, checked (all tools allow, checked)")
    #expect(desk.state.nextTick == end)
    desk.send(.tick(end))
    #expect(summary(desk, "git_status") == "ask (all tools allow, checked)")
    #expect(desk.state.nextTick == nil)
  }

  @Test func theDefaultGoesThroughAllSettings() {
    var desk = Desk.ready()
    desk.read(#"{"version":"1","default":"allow"}"#)
    var seen: [String] = []
    for _ in 0..<4 {
      desk.press("D", "y")
      seen.append(text(desk))
    }
    let server = { (setting: String) in
      #"{"version":"1","default":"allow","servers":{"git":{"default":"\#(setting)"}}}"#
    }
    #expect(
      seen.map { $0.filter { !$0.isWhitespace } } == [
        server("deny"), server("require_approval"), server("allow"), #"{"version":"1","default":"allow"}"#,
      ])
    desk.press(":", "default require_approval", "Enter", "y")
    #expect(text(desk) == #"{"version":"1","default":"require_approval"}"#)
  }

  @Test func warningsOfTheGateAreCountedAndListed() {
    var desk = Desk.ready(columns: 140)
    let place = TextPlace(line: 5, column: 3)
    let warnings = (1...3).map { number in
      PolicyProblem(weight: .warning, place: place, pointer: "/tools/x", message: "odd \(number)")
    }
    desk.read(#"{"version":"1","default":"deny"}"#)
    desk.gate(.policy(PolicyEvent(state: .loaded, revision: desk.revision, problems: warnings, untold: 4)))
    let revision = desk.revision ?? ""
    #expect(
      desk.state.note
        == Note(.warning, "the gate loaded rev \(revision), with 7 warnings: line 5: odd 1 · 6 lists all"))
    desk.press("D", "y", "ctrl-s")
    desk.send(.policySaved(.saved))
    desk.gate(.policy(PolicyEvent(state: .loaded, revision: desk.revision, problems: warnings)))
    let saved = "saved; the gate runs rev \(desk.revision ?? "") now, loaded in 0.00ms, with 3 warnings · 6 lists all"
    #expect(desk.state.note == Note(.info, saved))
    desk.gate(.policy(PolicyEvent(state: .loaded, revision: desk.revision, problems: warnings, untold: 4)))
    desk.press("6")
    let shown = screen(desk.state).joined(separator: "\n")
    #expect(shown.contains("3 warnings in policy.json, and 4 more"))
    #expect(shown.contains("odd 3"))
  }

  @Test func aRuleWithConditions() {
    expectScreen(
      desk(on: "git_status", columns: 120, rows: 30).state,
      """
       gatehouse  policy.json saved  gate ● up rev e92cbb072143   0 sessions   servers 1/2 up   7 tools (4 ungoverned)
      ┌1 Policy──────────────────────risk ↓ · 2 servers · 7 tools · 4 ungoverned┐┌2 Rule─────────────────────────────────────┐
      │     kind risk tool                            decision    rule   calls/h││git_status                                 │
      │ ▾ git                       5 tools  1H 1M 3L  2 no rule  default ask if││server   git                               │
      │   ! DEST HIGH git_reset                       ? ask if ·  L3            ││risk     Read · Low 90%                    │
      │   ! WRIT MED  git_commit                      ? ask if ·  L3            ││                                           │
      │▶    READ LOW  git_status                      ✓ allow if  L8            ││decision ✓ allow, checked (all tools allow,│
      │     READ LOW  git_log                         ≈ 100.5/da… L13           ││         checked)                          │
      │     READ LOW  git_diff                        ? ask if    L14           ││because  explicit, line 8                  │
      │ ▾ time                            2 tools  2L  2 no rule  default ask if││rule     /servers/git/tools/git_status     │
      │   ! READ LOW  get_current_time                ? ask if ·  L3            ││so       calls that meet the conditions go │
      │   ! READ LOW  convert_time                    ? ask if ·  L3            ││         through                           │
      │                                                                         ││schema   the arguments match the tool's    │
      │                                                                         ││         schema                            │
      │                                                                         ││must     args.path lies within /srv        │
      │                                                                         ││deny if  call.client = "bad" · all tools   │
      │                                                                         ││until    2026-12-31T00:00:00.000000Z       │
      │                                                                         ││                                           │
      │                                                                         ││in the order of judgement                  │
      │                                                                         ││  rule git_status: allow, checked · line 8 │
      │                                                                         ││    match_schema the arguments must match  │
      └─────────────────────────────────────────────────────────────────────────┘└─────────────────────────────────── 23 more┘
      ┌4 Live ▶ follow───────────────────────────────────────────────────────────────────────────────────────────ring 100,000┐
      │ 11:42:07 ── gate connected ──                                                                                        │
      │ No calls yet. Let your client start its server through the gate:                                                     │
      │ gatehouse connect NAME                                                                                               │
      │                                                                                                                      │
      │                                                                                                                      │
      └──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────┘
       a allow  d deny  r limit  p ask  x hide  i inherit  m mark  / filter  :  ? help  q quit  4 live
      """)
  }

  @Test func aLimitOfCosts() {
    expectScreen(
      desk(on: "git_log", columns: 120, rows: 30).state,
      """
       gatehouse  policy.json saved  gate ● up rev e92cbb072143   0 sessions   servers 1/2 up   7 tools (4 ungoverned)
      ┌1 Policy──────────────────────risk ↓ · 2 servers · 7 tools · 4 ungoverned┐┌2 Rule─────────────────────────────────────┐
      │     kind risk tool                            decision    rule   calls/h││git_log                                    │
      │ ▾ git                       5 tools  1H 1M 3L  2 no rule  default ask if││server   git                               │
      │   ! DEST HIGH git_reset                       ? ask if ·  L3            ││risk     Read · Low 90%                    │
      │   ! WRIT MED  git_commit                      ? ask if ·  L3            ││                                           │
      │     READ LOW  git_status                      ✓ allow if  L8            ││decision ≈ 100.5/day (all tools allow,     │
      │▶    READ LOW  git_log                         ≈ 100.5/da… L13           ││         checked)                          │
      │     READ LOW  git_diff                        ? ask if    L14           ││because  explicit, line 13                 │
      │ ▾ time                            2 tools  2L  2 no rule  default ask if││rule     /servers/git/tools/git_log        │
      │   ! READ LOW  get_current_time                ? ask if ·  L3            ││so       calls that meet the conditions go │
      │   ! READ LOW  convert_time                    ? ask if ·  L3            ││         through up to 100.5/day; more are │
      │                                                                         ││         denied until they fit             │
      │                                                                         ││deny if  call.client = "bad" · all tools   │
      │                                                                         ││limit    100.5/day · adds args.n · resets  │
      │                                                                         ││         on the calendar                   │
      │                                                                         ││told     once it is over: [gatehouse]      │
      │                                                                         ││         denied: rate limit of 100.5 per   │
      │                                                                         ││         day reached. Rule                 │
      │                                                                         ││         /servers/git/tools/git_log/limits/│
      │                                                                         ││         0. Retry after N s.               │
      └─────────────────────────────────────────────────────────────────────────┘└─────────────────────────────────── 26 more┘
      ┌4 Live ▶ follow───────────────────────────────────────────────────────────────────────────────────────────ring 100,000┐
      │ 11:42:07 ── gate connected ──                                                                                        │
      │ No calls yet. Let your client start its server through the gate:                                                     │
      │ gatehouse connect NAME                                                                                               │
      │                                                                                                                      │
      │                                                                                                                      │
      └──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────┘
       a allow  d deny  r limit  p ask  x hide  i inherit  m mark  / filter  :  ? help  q quit  4 live
      """)
  }

  @Test func aRuleThatAsks() {
    expectScreen(
      desk(on: "git_diff", columns: 120, rows: 30).state,
      """
       gatehouse  policy.json saved  gate ● up rev e92cbb072143   0 sessions   servers 1/2 up   7 tools (4 ungoverned)
      ┌1 Policy──────────────────────risk ↓ · 2 servers · 7 tools · 4 ungoverned┐┌2 Rule─────────────────────────────────────┐
      │     kind risk tool                            decision    rule   calls/h││git_diff                                   │
      │ ▾ git                       5 tools  1H 1M 3L  2 no rule  default ask if││server   git                               │
      │   ! DEST HIGH git_reset                       ? ask if ·  L3            ││risk     Read · Low 90%                    │
      │   ! WRIT MED  git_commit                      ? ask if ·  L3            ││                                           │
      │     READ LOW  git_status                      ✓ allow if  L8            ││decision ? ask (all tools allow, checked)  │
      │     READ LOW  git_log                         ≈ 100.5/da… L13           ││because  explicit, line 14                 │
      │▶    READ LOW  git_diff                        ? ask if    L14           ││rule     /servers/git/tools/git_diff       │
      │ ▾ time                            2 tools  2L  2 no rule  default ask if││so       calls that meet the conditions    │
      │   ! READ LOW  get_current_time                ? ask if ·  L3            ││         wait for a person to approve them │
      │   ! READ LOW  convert_time                    ? ask if ·  L3            ││deny if  call.client = "bad" · all tools   │
      │                                                                         ││told     [gatehouse] waiting for approval  │
      │                                                                         ││         ID; call again with the same      │
      │                                                                         ││         arguments. The call has not run:  │
      │                                                                         ││         look at it, and nobody has decided│
      │                                                                         ││         yet. Rule                         │
      │                                                                         ││         /servers/git/tools/git_diff.      │
      │                                                                         ││                                           │
      │                                                                         ││in the order of judgement                  │
      │                                                                         ││  rule git_diff: ask · line 14             │
      └─────────────────────────────────────────────────────────────────────────┘└─────────────────────────────────── 23 more┘
      ┌4 Live ▶ follow───────────────────────────────────────────────────────────────────────────────────────────ring 100,000┐
      │ 11:42:07 ── gate connected ──                                                                                        │
      │ No calls yet. Let your client start its server through the gate:                                                     │
      │ gatehouse connect NAME                                                                                               │
      │                                                                                                                      │
      │                                                                                                                      │
      └──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────┘
       a allow  d deny  r limit  p ask  x hide  i inherit  m mark  / filter  :  ? help  q quit  4 live
      """)
  }
}
