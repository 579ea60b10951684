import ConsoleCore
import ControlWire
import JSONText
import Policy
import Testing

/// Pictures of panes with nothing in them, which say what to do next (80x24).
struct EmptyScreenTests {
  @Test func noGate() {
    var desk = Desk(columns: 80, rows: 24)
    desk.read(Desk.policyText)
    desk.send(.gateLost(reason: "no gate is running", retryIn: nil))
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json saved  gate ✗ LOST 0:00
      ┌1 Policy────────────────────────────────────────┐┌2 Rule──────────────────────┐
      │ Servers and their tools appear here as soon as ││ Nothing is under the cursor│
      │ a gate answers.                                ││ in pane 1.                 │
      │ no gate is running                             ││                            │
      │ Start one: gatehouse serve, or let a client    ││                            │
      │ connect.                                       ││                            │
      │                                                ││                            │
      │                                                ││                            │
      │                                                ││                            │
      │                                                ││                            │
      │                                                ││                            │
      │                                                ││                            │
      │                                                ││                            │
      │                                                ││                            │
      └────────────────────────────────────────────────┘└────────────────────────────┘
      ┌4 Live ▶ follow───────────────────────────────────────────────────ring 100,000┐
      │ No gate is connected: no gate is running.                                    │
      │ gatehouse serve starts one; editing policy.json works without.               │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      └──────────────────────────────────────────────────────────────────────────────┘
       I import servers  5 servers  / filter  :  ? help  q quit  4 live
      """)
  }

  @Test func noServers() {
    var desk = Desk(columns: 80, rows: 24)
    desk.read(Desk.policyText)
    desk.connect([])
    desk.press("5")
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json saved  gate ● up rev e92cbb              0/s ▁▁▁▁▁▁▁▁▁▁
      ┌5 Servers────────────────────────────────────────────────────────────0 servers┐
      │ No server is registered yet.                                                 │
      │ I lists those that your MCP clients are configured with, to choose from.     │
      │ A adds one by its command.                                                   │
      │ Its tools appear here by themselves. To see how that looks: gatehouse demo   │
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
      ┌4 Live ▶ follow───────────────────────────────────────────────────ring 100,000┐
      │ 11:42:07 ── gate connected ──                                                │
      │ No calls yet. Let your client start its server through the gate:             │
      │ gatehouse connect NAME                                                       │
      │                                                                              │
      │                                                                              │
      └──────────────────────────────────────────────────────────────────────────────┘
       I import  A add  / filter  :  ? help  q quit
      """)
  }

  @Test func noTools() {
    var desk = Desk.ready(columns: 80, rows: 24)
    desk.gate(.snapshot(desk.snapshot([Desk.server("git", [], state: .idle)]), id: nil), sequence: 0)
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json saved  gate ● up rev e92cbb              0/s ▁▁▁▁▁▁▁▁▁▁
      ┌1 Policy─────────────risk ↓ · 1 server · 0 tools┐┌2 Rule──────────────────────┐
      │▶▾ git                                      deny││git                         │
      │ No tool is known yet. 5, then R, starts a      ││server   · idle             │
      │ server and asks it for its tools; a client's   ││runs     mcp-server-git (st…│
      │ session does so too.                           ││default  ✗ deny · global de…│
      │                                                ││                            │
      │                                                ││No tools are known:         │
      │                                                ││gatehouse servers scan git  │
      │                                                ││asks for them.              │
      │                                                ││                            │
      │                                                ││D changes its default, m    │
      │                                                ││marks all its tools, Enter  │
      │                                                ││opens or closes it.         │
      │                                                ││                            │
      └────────────────────────────────────────────────┘└──────────────────── 24 more┘
      ┌4 Live ▶ follow───────────────────────────────────────────────────ring 100,000┐
      │ 11:42:07 ── gate connected ──                                                │
      │ No calls yet. Let your client start its server through the gate:             │
      │ gatehouse connect NAME                                                       │
      │                                                                              │
      │                                                                              │
      └──────────────────────────────────────────────────────────────────────────────┘
       Enter open  D default  o messages  m mark all  / filter  :  ? help  q quit
      """)
  }

  @Test func noDecisions() {
    var desk = Desk.ready(columns: 80, rows: 24)
    desk.send(.registryRead(Desk.registry))
    desk.press("4")
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json saved  gate ● up rev e92cbb              0/s ▁▁▁▁▁▁▁▁▁▁
      ┌1 Policy────────────risk ↓ · 2 servers · 7 tools┐┌2 Rule──────────────────────┐
      │▶▾ git                 1H 1M 3L  2 no rule  deny││git                         │
      │   !DEST HIGH git_reset       ✗ deny ·    L3    ││server   ● running          │
      │   !WRIT MED  git_commit      ✗ deny ·    L3    ││runs     mcp-server-git (st…│
      │    READ LOW  git_status      ✓ allow     L7    ││default  ✗ deny · global de…│
      │    READ LOW  git_log         ≈ 10/minute L8    ││                            │
      │    READ LOW  git_diff        ✓ allow ·   L9    ││✓ allow  2 tools            │
      │ ▾ time             2L  2 no rule  default allow││✗ deny  2 tools             │
      │   !READ LOW  get_current_ti… ✓ allow ·   L12   ││≈ limit  1 tool             │
      │   !READ LOW  convert_time    ✓ allow ·   L12   ││                            │
      │                                                ││D changes its default, m    │
      │                                                ││marks all its tools, Enter  │
      │                                                ││opens or closes it.         │
      │                                                ││                            │
      └────────────────────────────────────────────────┘└───────────────────── 7 more┘
      ┌4 Live ▶ follow───────────────────────────────────────────────────ring 100,000┐
      │▶11:42:07 ── gate connected ──                                                │
      │ No calls yet. In your client's file, put this in place of the server's entry:│
      │ "git": { "command": "gatehouse", "args": ["connect", "git"] }                │
      │                                                                              │
      │                                                                              │
      └──────────────────────────────────────────────────────────────────────────────┘
       Space pause  Enter details  J rule  ] next denied  / filter  :  ? help  q quit
      """)
  }

  @Test func noChanges() {
    var desk = Desk.ready(columns: 80, rows: 24)
    desk.press("6")
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json saved  gate ● up rev e92cbb              0/s ▁▁▁▁▁▁▁▁▁▁
      ┌6 Changes─────────────────────────────────────────────────────rev e92cbb072143┐
      │▶ nothing is changed: what is saved is what you see                           │
      │                                                                              │
      │  what the gate said                                                          │
      │  11:42:07 loaded rev e92cbb072143                                            │
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
      ┌4 Live ▶ follow───────────────────────────────────────────────────ring 100,000┐
      │ 11:42:07 ── gate connected ──                                                │
      │ No calls yet. Let your client start its server through the gate:             │
      │ gatehouse connect NAME                                                       │
      │                                                                              │
      │                                                                              │
      └──────────────────────────────────────────────────────────────────────────────┘
       U redo  E editor  / filter  :  ? help  q quit
      """)
  }

  @Test func noMatch() {
    var desk = Desk.ready(columns: 80, rows: 24)
    desk.press("/", "nothing", "Enter")
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json saved  gate ● up rev e92cbb              0/s ▁▁▁▁▁▁▁▁▁▁
      ┌1 Policy─────0 of 7 · 7 hidden /nothing · risk ↓┐┌2 Rule──────────────────────┐
      │                                                ││ Nothing is under the cursor│
      │ no tool fits /nothing                          ││ in pane 1.                 │
      │ Esc clears the filter, / changes it            ││                            │
      │                                                ││                            │
      │                                                ││                            │
      │                                                ││                            │
      │                                                ││                            │
      │                                                ││                            │
      │                                                ││                            │
      │                                                ││                            │
      │                                                ││                            │
      │                                                ││                            │
      │                                                ││                            │
      └────────────────────────────────────────────────┘└────────────────────────────┘
      ┌4 Live ▶ follow───────────────────────────────────────────────────ring 100,000┐
      │ 11:42:07 ── gate connected ──                                                │
      │ No calls yet. Let your client start its server through the gate:             │
      │ gatehouse connect NAME                                                       │
      │                                                                              │
      │                                                                              │
      └──────────────────────────────────────────────────────────────────────────────┘
       / filter  :  ? help  q quit  4 live  5 servers
      """)
  }

  @Test func noMessages() {
    var desk = Desk.ready(columns: 80, rows: 24)
    desk.press("o")
    desk.gate(.serverMessages(ServerMessages(server: "git", missed: 0, messages: []), id: nil), sequence: 0)
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json saved  gate ● up rev e92cbb              0/s ▁▁▁▁▁▁▁▁▁▁
      ┌Messages of git───────────────────────────────────────────────────────────────┐
      │ it has written nothing since the gate started                                │
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
      │                                                                              │
      │                                                                              │
      └─────────────────────────────────────────────────────────────── k older · Esc ┘

      """)
  }
}
