import ConsoleCore
import ControlWire
import JSONText
import Policy
import Testing

/// Pictures of the way from nothing to a guarded server (160x48).
struct FirstRunScreenWideTests {
  @Test func careful() {
    var desk = Desk(columns: 160, rows: 48)
    desk.connect()
    desk.send(.policyRead(.absent))
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json no policy file  gate ● up, DENIES ALL   0 sessions   servers 1/2 up   7 tools (7 ungoverned)                   0/s ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
      ┌1 Policy──────────────────────────────risk ↓ · 2 servers · 7 tools · 7 ungoverned┐┌2 Rule─────────────────────────────────────────────────────────────────────┐
      │ There is no policy file, so every call is denied. Start with one of these:      ││Enter in pane 1 writes ~/policy.json:                                      │
      │▶ Careful  7 rules, deny the rest                                                ││{                                                                          │
      │  Observe  let all through, record decisions                                     ││  "version": "1",                                                          │
      │  Empty  deny everything                                                         ││  "description": "Denies what no rule below names. Reading passes, writing…│
      │                                                                                 ││  "default": "deny",                                                       │
      │ Tools that read are allowed; those that write may be called 30 times a minute,  ││  "tools": {},                                                             │
      │ those that run things 10 times; those that destroy or pay ask a person, and wait││  "servers": {                                                             │
      │ until one decides. That is 7 rules for the 7 tools known now; a tool that       ││    "git": {                                                               │
      │ appears later is denied until it has a rule.                                    ││      "tools": {                                                           │
      │                                                                                 ││        "git_status": {"action": "allow"},                                 │
      │ 2 servers known, 7 tools                                                        ││        "git_log": {"action": "allow"},                                    │
      │                                                                                 ││        "git_diff": {"action": "allow"},                                   │
      │                                                                                 ││        "git_commit": {"limits": [{"window": "minute", "max": 30, "scope":…│
      │                                                                                 ││        "git_reset": {"action": "require_approval"}                        │
      │                                                                                 ││      }                                                                    │
      │                                                                                 ││    },                                                                     │
      │                                                                                 ││    "time": {                                                              │
      │                                                                                 ││      "tools": {                                                           │
      │                                                                                 ││        "get_current_time": {"action": "allow"},                           │
      │                                                                                 ││        "convert_time": {"action": "allow"}                                │
      │                                                                                 ││      }                                                                    │
      │                                                                                 ││    }                                                                      │
      │                                                                                 ││  }                                                                        │
      │                                                                                 ││}                                                                          │
      │                                                                                 ││                                                                           │
      │                                                                                 ││                                                                           │
      └─────────────────────────────────────────────────────────────────────────────────┘└───────────────────────────────────────────────────────────────────────────┘
      ┌4 Live ▶ follow───────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────ring 100,000┐
      │ time         client      server/tool                          risk      decision  rule                           took    outcome or reason                   │
      │ 11:42:07 ── gate connected ──                                                                                                                                │
      │ No calls yet. Let your client start its server through the gate:                                                                                             │
      │ gatehouse connect NAME                                                                                                                                       │
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
       j down  k up  Enter write this file  I add servers  E write one  ? help  q quit
      """)
  }

  @Test func nothingKnown() {
    var desk = Desk(columns: 160, rows: 48)
    desk.connect([])
    desk.send(.policyRead(.absent))
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json no policy file  gate ● up, DENIES ALL   0 sessions   servers 0/0 up   0 tools                                  0/s ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
      ┌1 Policy─────────────────────────────────────────────────────────────────────────┐┌2 Rule─────────────────────────────────────────────────────────────────────┐
      │ There is no policy file, so every call is denied. Start with one of these:      ││Enter in pane 1 writes ~/policy.json:                                      │
      │▶ Careful  deny what no rule allows                                              ││{                                                                          │
      │  Observe  let all through, record decisions                                     ││  "version": "1",                                                          │
      │  Empty  deny everything                                                         ││  "description": "Denies what no rule below names. Reading passes, writing…│
      │                                                                                 ││  "default": "deny",                                                       │
      │ No tool is known yet, so every call is denied until its tool has a rule. I adds ││  "tools": {}                                                              │
      │ servers first, and then this writes a rule for each of their tools.             ││}                                                                          │
      │                                                                                 ││                                                                           │
      │ no server is registered yet: they are offered next                              ││                                                                           │
      │                                                                                 ││                                                                           │
      │                                                                                 ││                                                                           │
      │                                                                                 ││                                                                           │
      │                                                                                 ││                                                                           │
      │                                                                                 ││                                                                           │
      │                                                                                 ││                                                                           │
      │                                                                                 ││                                                                           │
      │                                                                                 ││                                                                           │
      │                                                                                 ││                                                                           │
      │                                                                                 ││                                                                           │
      │                                                                                 ││                                                                           │
      │                                                                                 ││                                                                           │
      │                                                                                 ││                                                                           │
      │                                                                                 ││                                                                           │
      │                                                                                 ││                                                                           │
      │                                                                                 ││                                                                           │
      │                                                                                 ││                                                                           │
      └─────────────────────────────────────────────────────────────────────────────────┘└───────────────────────────────────────────────────────────────────────────┘
      ┌4 Live ▶ follow───────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────ring 100,000┐
      │ time         client      server/tool                          risk      decision  rule                           took    outcome or reason                   │
      │ 11:42:07 ── gate connected ──                                                                                                                                │
      │ No calls yet. Let your client start its server through the gate:                                                                                             │
      │ gatehouse connect NAME                                                                                                                                       │
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
       j down  k up  Enter write this file  I add servers  E write one  ? help  q quit
      """)
  }
}
