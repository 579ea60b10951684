import ConsoleCore
import ControlWire
import JSONText
import Policy
import Testing

/// Pictures of the way from nothing to a guarded server (80x24).
struct FirstRunScreenTests {
  @Test func careful() {
    var desk = Desk(columns: 80, rows: 24)
    desk.connect()
    desk.send(.policyRead(.absent))
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json no policy file  gate ● up, DENIES ALL    0/s ▁▁▁▁▁▁▁▁▁▁
      ┌1 Policy────────────risk ↓ · 2 servers · 7 tools┐┌2 Rule──────────────────────┐
      │ There is no policy file, so every call is      ││Enter in pane 1 writes      │
      │ denied. Start with one of these:               ││~/policy.json:              │
      │▶ Careful  7 rules, deny the rest               ││{                           │
      │  Observe  let all through, record decisions    ││  "version": "1",           │
      │  Empty  deny everything                        ││  "description": "Denies wh…│
      │                                                ││  "default": "deny",        │
      │ Tools that read are allowed; those that write  ││  "tools": {},              │
      │ may be called 30 times a minute, those that run││  "servers": {              │
      │ things 10 times; those that destroy or pay ask ││    "git": {                │
      │ a person, and wait until one decides. That is 7││      "tools": {            │
      │ rules for the 7 tools known now; a tool that   ││        "git_status": {"act…│
      │ appears later is denied until it has a rule.   ││        "git_log": {"action…│
      │                                                ││        "git_diff": {"actio…│
      └────────────────────────────────────────────────┘└──────────────────── 12 more┘
      ┌4 Live ▶ follow───────────────────────────────────────────────────ring 100,000┐
      │ 11:42:07 ── gate connected ──                                                │
      │ No calls yet. Let your client start its server through the gate:             │
      │ gatehouse connect NAME                                                       │
      │                                                                              │
      │                                                                              │
      └──────────────────────────────────────────────────────────────────────────────┘
       j down  k up  Enter write this file  I add servers  E write one  ? help  q quit
      """)
  }

  @Test func observe() {
    var desk = Desk(columns: 80, rows: 24)
    desk.connect([])
    desk.send(.policyRead(.absent))
    desk.press("j")
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json no policy file  gate ● up, DENIES ALL    0/s ▁▁▁▁▁▁▁▁▁▁
      ┌1 Policy────────────────────────────────────────┐┌2 Rule──────────────────────┐
      │ There is no policy file, so every call is      ││Enter in pane 1 writes      │
      │ denied. Start with one of these:               ││~/policy.json:              │
      │  Careful  deny what no rule allows             ││{                           │
      │▶ Observe  let all through, record decisions    ││  "version": "1",           │
      │  Empty  deny everything                        ││  "description": "Records w…│
      │                                                ││  "default": "allow",       │
      │ Every call passes, and what was called is      ││  "mode": "observe"         │
      │ written down; nothing is stopped, whatever     ││}                           │
      │ rules you add. When they are right, change the ││                            │
      │ mode to enforce.                               ││                            │
      │                                                ││                            │
      │ no server is registered yet: they are offered  ││                            │
      │ next                                           ││                            │
      └────────────────────────────────────────────────┘└────────────────────────────┘
      ┌4 Live ▶ follow───────────────────────────────────────────────────ring 100,000┐
      │ 11:42:07 ── gate connected ──                                                │
      │ No calls yet. Let your client start its server through the gate:             │
      │ gatehouse connect NAME                                                       │
      │                                                                              │
      │                                                                              │
      └──────────────────────────────────────────────────────────────────────────────┘
       j down  k up  Enter write this file  I add servers  E write one  ? help  q quit
      """)
  }

  @Test func nothingKnown() {
    var desk = Desk(columns: 80, rows: 24)
    desk.connect([])
    desk.send(.policyRead(.absent))
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json no policy file  gate ● up, DENIES ALL    0/s ▁▁▁▁▁▁▁▁▁▁
      ┌1 Policy────────────────────────────────────────┐┌2 Rule──────────────────────┐
      │ There is no policy file, so every call is      ││Enter in pane 1 writes      │
      │ denied. Start with one of these:               ││~/policy.json:              │
      │▶ Careful  deny what no rule allows             ││{                           │
      │  Observe  let all through, record decisions    ││  "version": "1",           │
      │  Empty  deny everything                        ││  "description": "Denies wh…│
      │                                                ││  "default": "deny",        │
      │ No tool is known yet, so every call is denied  ││  "tools": {}               │
      │ until its tool has a rule. I adds servers      ││}                           │
      │ first, and then this writes a rule for each of ││                            │
      │ their tools.                                   ││                            │
      │                                                ││                            │
      │ no server is registered yet: they are offered  ││                            │
      │ next                                           ││                            │
      └────────────────────────────────────────────────┘└────────────────────────────┘
      ┌4 Live ▶ follow───────────────────────────────────────────────────ring 100,000┐
      │ 11:42:07 ── gate connected ──                                                │
      │ No calls yet. Let your client start its server through the gate:             │
      │ gatehouse connect NAME                                                       │
      │                                                                              │
      │                                                                              │
      └──────────────────────────────────────────────────────────────────────────────┘
       j down  k up  Enter write this file  I add servers  E write one  ? help  q quit
      """)
  }
}
