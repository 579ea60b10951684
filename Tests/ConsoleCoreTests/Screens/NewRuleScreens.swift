import ConsoleCore
import ControlWire
import JSONText
import Policy
import Testing

/// Pictures of the preview of a rule from a call.
struct NewRuleScreens {
  private func denied(columns: Int, rows: Int) -> Desk {
    var desk = Desk.asking(columns: columns, rows: rows)
    desk.call("git", "git_commit", .deny, reason: "no rule allows this tool")
    desk.press("4", "w")
    desk.explain(#"{"message":"fix: \u202Egnp.exe","amend":false,"files":["a","b"]}"#)
    guard case .simulate(_, let id)? = desk.lastRequest else { return desk }
    desk.gate(
      .simulated(
        Simulation(
          revision: "x", calls: 1204, unknown: 2, since: Desk.noon,
          changes: [Simulation.Change(from: .deny, to: .allow, calls: 3)],
          pending: [Simulation.Change(from: .ask, to: .ask, calls: 1)]), id: id), sequence: 0)
    return desk
  }

  @Test func aDeniedCall() {
    expectScreen(
      denied(columns: 80, rows: 24).state,
      """
       gatehouse  policy.json saved  gate ● up rev 1ba533              0/s ▁▁▁▁▁▁▁▁▁▁
      ┌New rule from this call─────────────────────────────── nothing is written yet ┐
      │ allow  git / git_commit                                                      │
      │ it was ✗ denied by (default)                                                 │
      │ ▶scope  [x] this server  git                                                 │
      │         [x] this tool  git_commit                                            │
      │         [x] agent  =  "claude"                                               │
      │  when   [x] message  =  "fix: \\u202egnp.exe"                                 │
      │         [x] amend  =  false                                                  │
      │         [x] files  =  ["a","b"]                                              │
      │         [x] no other arguments                                               │
      │  until  (•) 24 h   ( ) always                                                │
      │ effect on the last 1,204 calls since 11:42:07: 3 change (3 deny→allow); of 2 │
      │ the arguments are not known                                                  │
      │ of 1 call that wait, 0 would pass                                            │
      │ policy.json                                                                  │
      │ @@ -6,7 +6,8 @@                                                              │
      │         "tools": {                                                           │
      │           "git_status": {},                                                  │
      │           "git_reset": {"action": "require_approval", "reason": "look before │
      │           it is gone"},                                                      │
      │ -         "git_log": {"action": "deny"}                                      │
      └─────────────────── Space toggle · ←→ how · Enter value · ^S write · Esc back ┘

      """)
  }

  @Test func aDeniedCallWide() {
    expectScreen(
      denied(columns: 160, rows: 48).state,
      """
       gatehouse  policy.json saved  gate ● up rev 1ba5334e8c6e   0 sessions   servers 1/2 up   7 tools (4 ungoverned)                       0/s ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
      ┌1 Policy──────────────────────────────risk ↓ · 2 servers · 7 tools · 4 ungoverned┐┌2 Rule─────────────────────────────────────────────────────────────────────┐
      │     kind risk tool               decision       rule  source             calls/h││git                                                                        │
      │▶▾ git               5 tools  1 HIGH 1 MED 3 LOW  2 ungoverned  default deny  1/h││server   ● running                                                         │
      │     DEST HIGH git_reset          ? ask          L8    explicit                  ││runs     mcp-server-git (stdio)                                            │
      │   ! WRIT MED  git_commit         ✗ deny ·       L3    global default           1││default  ✗ deny · global default                                           │
      │     READ LOW  git_status         ✓ allow        L7    explicit                  ││                                                                           │
      │     READ LOW  git_log            ✗ deny         L9    explicit                  ││✓ allow  1 tool                                                            │
      │   ! READ LOW  git_diff      ┌New rule from this call─────────────────────────────────────────────────── nothing is written yet ┐                             │
      │ ▾ time                      │ allow  git / git_commit                                                                          │                             │
      │   ! READ LOW  get_current_ti│ it was ✗ denied by (default)                                                                     │                             │
      │   ! READ LOW  convert_time  │ ▶scope  [x] this server  git                                                                     │Enter opens or closes it.    │
      │                             │         [x] this tool  git_commit                                                                │                             │
      │                             │         [x] agent  =  "claude"                                                                   │s                            │
      │                             │  when   [x] message  =  "fix: \\u202egnp.exe"                                                     │                             │
      │                             │         [x] amend  =  false                                                                      │                             │
      │                             │         [x] files  =  ["a","b"]                                                                  │                             │
      │                             │         [x] no other arguments                                                                   │                             │
      │                             │  until  (•) 24 h   ( ) always                                                                    │                             │
      │                             │ effect on the last 1,204 calls since 11:42:07: 3 change (3 deny→allow); of 2 the arguments are   │                             │
      │                             │ not known                                                                                        │                             │
      │                             │ of 1 call that wait, 0 would pass                                                                │                             │
      │                             │ policy.json                                                                                      │                             │
      │                             │ @@ -6,7 +6,8 @@                                                                                  │                             │
      │                             │         "tools": {                                                                               │                             │
      │                             │           "git_status": {},                                                                      │                             │
      │                             │           "git_reset": {"action": "require_approval", "reason": "look before it is gone"},       │                             │
      │                             │ -         "git_log": {"action": "deny"}                                                          │                             │
      └─────────────────────────────│ +         "git_log": {"action": "deny"},                                                         │─────────────────────────────┘
      ┌4 Live ‖ PAUSED · 0 newer · G│ +         "git_commit": {"require": [{"conditions": [{"path": "call.client", "op": "eq",         │─────────────────ring 100,000┐
      │ time         client      ser│ +         "value": "claude"}, {"path": "args.message", "op": "eq", "value": "fix:                │ or reason                   │
      │ 11:42:07 ── gate connected ─│ +         \\u202egnp.exe"}, {"path": "args.amend", "op": "eq", "value": false}, {"path":          │                             │
      │▶11:43:07.001 claude      git│ +         "args.files", "op": "eq", "value": ["a", "b"]}, {"path": "args", "op": "length_lte",   │ allows this tool            │
      │                             │ +         "value": 3}]}], "expires": "2026-11-21T11:44:00Z"}                                     │                             │
      │                             │         }                                                                                        │                             │
      │                             │       }                                                                                          │                             │
      │                             │     }                                                                                            │                             │
      │                             │                                                                                                  │                             │
      │                             └─────────────────────────────────────── Space toggle · ←→ how · Enter value · ^S write · Esc back ┘                             │
      │                                                                                                                                                              │
      │                                                                                                                                                              │
      │                                                                                                                                                              │
      │                                                                                                                                                              │
      │                                                                                                                                                              │
      │                                                                                                                                                              │
      │                                                                                                                                                              │
      └──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────┘

      """)
  }

  @Test func aDeniedCallSmall() {
    expectScreen(
      denied(columns: 40, rows: 10).state,
      """
       saved  gate ● up rev 1ba533
      ┌New rule from this call──── nothing i…┐
      │ allow  git / git_commit              │
      │ ▶scope  [x] this server  git         │
      │         [x] this tool  git_commit    │
      │         [x] agent  =  "claude"       │
      │ effect on the last 1,204 calls since │
      │ 11:42:07: 3 change (3 deny→allow);   │
      └───────────────── ^S write · Esc back ┘

      """)
  }

  @Test func aCallThatWaits() {
    var desk = Desk.asking(columns: 80, rows: 24)
    desk.openNewRule()
    desk.press("j", "j", "Space", "j", "j", "Right", "Enter")
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json saved  gate ● up rev 1ba533              0/s ▁▁▁▁▁▁▁▁▁▁
      ┌New rule from this call─────────────────────────────── nothing is written yet ┐
      │ allow  git / git_reset                                                       │
      │ it was ? asked about by /servers/git/tools/git_reset, line 8                 │
      │  scope  [=] this server  git  the rule that asks is one of this server       │
      │         [=] this tool  git_reset  the rule that asks is one of this tool     │
      │         [ ] any agent                                                        │
      │  when   [x] mode  =  "hard"                                                  │
      │ ▶       [x] path within /srv                                                 │
      │         [x] no other arguments                                               │
      │  until  ( ) this session   (•) 24 h   ( ) always                             │
      │ effect: asking the gate…                                                     │
      │ policy.json                                                                  │
      │ @@ -5,7 +5,7 @@                                                              │
      │       "git": {                                                               │
      │         "tools": {                                                           │
      │           "git_status": {},                                                  │
      │ -         "git_reset": {"action": "require_approval", "reason": "look before │
      │ -         it is gone"},                                                      │
      │ +         "git_reset": {"action": "require_approval", "reason": "look before │
      │ +         it is gone", "allow_if": [{"conditions": [{"path": "args.mode",    │
      │ +         "op": "eq", "value": "hard"}, {"path": "args.path", "op":          │
      └────────────────────────────────────────────────────── Enter keep · Esc leave ┘

      """)
  }

  @Test func aRuleThatWouldChangeNothing() {
    var desk = Desk.asking(columns: 80, rows: 24)
    desk.call("git", "git_log", .deny, rule: "/servers/git/tools/git_log")
    desk.press("4", "w")
    desk.explain("{}")
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json saved  gate ● up rev 1ba533              0/s ▁▁▁▁▁▁▁▁▁▁
      ┌1 Policy────────────risk ↓ · 2 servers · 7 tools┐┌2 Rule──────────────────────┐
      │▶▾ git                 1H 1M 3L  2 no rule  deny││git                         │
      │    DEST HIGH git_reset       ? ask       L8    ││server   ● running          │
      │   !WRIT MED  git_commit      ✗ deny ·    L3    ││runs     mcp-server-git (st…│
      │    READ LOW  git_status      ✓ allow     L7    ││default  ✗ deny · global de…│
      │    READ LOW  git_log         ✗ deny      L9    ││                            │
      │   !READ LOW  git_diff        ✗ deny ·    L3    ││✓ allow  1 tool             │
      ┌New rule from this call─────────────────────────────── nothing is written yet ┐
      │ allow  git / git_log                                                         │
      │ ▶until  (•) 24 h   ( ) always                                                │
      │ ! not possible: `/servers/git/tools/git_log` denies it, and no rule beside   │
      │ that lets it through: change that rule                                       │
      │                                                                              │
      │                                                                              │
      └ Space toggle · ←→ how · Enter value · e edit that rule · ^S write · Esc back ┘
      ┌4 Live ‖ PAUSED · 0 newer · G─────────────────────────────────────ring 100,000┐
      │ 11:42:07 ── gate connected ──                                                │
      │▶11:43:07 claude      git/git_log              ✗ deny                         │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      └──────────────────────────────────────────────────────────────────────────────┘

      """)
  }
}

/// Pictures of the stream's rows and of one call's details.
struct LiveScreens {
  private func busy(columns: Int, rows: Int) -> Desk {
    var desk = Desk.asking(columns: columns, rows: rows)
    desk.call("git", "git_status", rule: "/servers/git/tools/git_status", digest: "0123456789abcdef")
    desk.gate(.result(ResultEvent(decisionSequence: 1, outcome: .ok, took: 12_300, bytes: 1204)))
    desk.call("git", "git_reset", .ask, rule: "/servers/git/tools/git_reset", digest: "1123456789abcdef")
    var event = Desk.approval().event
    event.decision = desk.state.gate.sequence
    desk.gate(.approval(event))
    event.state = .approved
    event.by = "you on pts/3 (console)"
    event.scope = .once
    desk.gate(.approval(event))
    desk.call("git", "git_commit", .deny, reason: "no rule allows this tool", digest: "2123456789abcdef")
    desk.send(.tick(desk.state.now.advanced(byMicroseconds: 300_000)))
    let asked = desk.effects.compactMap { effect -> ([UInt64], Int?)? in
      if case .send(.glimpse(let sequences, let id)) = effect { (sequences, id) } else { nil }
    }
    guard let (sequences, id) = asked.last else { return desk }
    let glimpses = sequences.map {
      CallGlimpse(sequence: $0, text: "path=\"/srv/app/src\" mode=\"hard\" to=\"\u{202E}gpj\"", more: 210)
    }
    desk.gate(.glimpses(glimpses, id: id), sequence: 0)
    return desk
  }

  @Test func rows() {
    var desk = busy(columns: 80, rows: 24)
    desk.press("4", "+")
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json saved  gate ● up rev 1ba533              0/s ▁▁▁▁▁▁▁▁▁▁
      ┌4 Live ▶ follow───────────────────────────────────────────────────ring 100,000┐
      │ time     client      server/tool              decision  outcome or reason    │
      │ 11:42:07 ── gate connected ──                                                │
      │ 11:43:07 claude      git/git_status           ✓ allow   ok path="/srv… +248 B│
      │ 11:43:07 claude      git/git_reset            ? ask                          │
      │ 11:43:07 claude      git/git_reset            ? asked   1:00 left, then deny…│
      │ 11:43:07 claude      git/git_reset            ✓ allow   approved by you on p…│
      │▶11:43:07 claude      git/git_commit           ✗ deny    no rule allows this …│
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      └──────────────────────────────────────────────────────────────────────────────┘
       Space pause  Enter details  J rule  ] next denied  / filter  :  ? help  q quit
      """)
  }

  @Test func rowsWide() {
    var desk = busy(columns: 160, rows: 24)
    desk.press("4", "+")
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json saved  gate ● up rev 1ba5334e8c6e   0 sessions   servers 1/2 up   7 tools (4 ungoverned)                       0/s ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
      ┌4 Live ▶ follow───────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────ring 100,000┐
      │ time         client      server/tool                          risk      decision  rule                           took    outcome or reason                   │
      │ 11:42:07 ── gate connected ──                                                                                                                                │
      │ 11:43:07.001 claude      git/git_status                       READ LOW  ✓ allow   /servers/git/tools/git_status  0.04ms  ok path="/srv/app/src" mode=… +233 B│
      │ 11:43:07.002 claude      git/git_reset                        READ LOW  ? ask     /servers/git/tools/git_reset   0.04ms                                      │
      │ 11:43:07.002 claude      git/git_reset                        DEST HIGH ? asked   /servers/git/tools/git_reset           1:00 left, then deny · look before …│
      │ 11:43:07.002 claude      git/git_reset                        DEST HIGH ✓ allow   /servers/git/tools/git_reset           approved by you on pts/3 (console) …│
      │▶11:43:07.003 claude      git/git_commit                       READ LOW  ✗ deny    (default)                      0.04ms  no rule allows this tool            │
      │                                                                                                                                                              │
      │                                                                                                                                                              │
      │                                                                                                                                                              │
      │                                                                                                                                                              │
      │                                                                                                                                                              │
      │                                                                                                                                                              │
      │                                                                                                                                                              │
      │                                                                                                                                                              │
      │                                                                                                                                                              │
      │                                                                                                                                                              │
      │                                                                                                                                                              │
      │                                                                                                                                                              │
      │                                                                                                                                                              │
      └──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────┘
       Space pause  Enter details  J rule  ] next denied  / filter  :  ? help  q quit  1 policy
      """)
  }

  @Test func fromHere() {
    var desk = busy(columns: 80, rows: 24)
    desk.press("4", "+", "c")
    desk.call("git", "git_status")
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json saved  gate ● up rev 1ba533              0/s ▁▁▁▁▁▁▁▁▁▁
      ┌4 Live ▶ follow───────────────────────────────────────────────────ring 100,000┐
      │ time     client      server/tool              decision  outcome or reason    │
      │ 11:43:07 ── from here · Esc shows what was before ──                         │
      │▶11:43:07 claude      git/git_status           ✓ allow   …                    │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      └──────────────────────────────────────────────────────────────────────────────┘
       Space pause  Enter details  J rule  ] next denied  / filter  :  ? help  q quit
      """)
    desk.press("Esc")
    #expect(screen(desk.state).contains { $0.contains("approved by you") })
  }

  @Test func details() {
    var desk = busy(columns: 100, rows: 40)
    desk.press("4", "Enter")
    for case .send(.explain(let sequence, let id)) in desk.effects.reversed() {
      desk.gate(
        .explained(
          CallExplanation(
            sequence: sequence,
            arguments: Array(#"{"message":"fix","files":["a.swift","b.swift"],"token":"[hidden]"}"#.utf8),
            argumentsBytes: 66, hasHiddenSecrets: true,
            meta: Array(#"{"progressToken":7,"trace\#u{202E}":"00-ab"}"#.utf8), revisionThen: "r0",
            revision: desk.revision,
            explanation: Explanation(
              Decision(.deny, rule: "/servers/git/tools/git_log"),
              steps: [
                Explanation.Step(.rule, rule: "/servers/git/tools/git_log", .passes, "it names the tool exactly"),
                Explanation.Step(
                  .denyIf, rule: "/servers/git/tools/git_log/deny_if/0", .denies, "its conditions hold",
                  conditions: [
                    ConditionReport(
                      pointer: "", path: "args.message", op: "eq", value: "\"fix\"", outcome: .holds, found: "\"fix\"")
                  ]),
              ])), id: id), sequence: 0)
      break
    }
    let shown = screen(desk.state).joined(separator: "\n")
    for words in [
      "arguments 66 bytes", "secrets hidden", "a.swift", "[hidden]", "_meta no rule looks at it",
      "\"progressToken\": 7", "\"trace‹U+202E›\": \"00-ab\"", "trace as judged now by", "then by rev r0",
      "it names the tool exactly", "args.message eq \"fix\" holds, found \"fix\"", "so now",
    ] { #expect(shown.contains(words), "\(words)") }
  }
}
