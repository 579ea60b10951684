import ConsoleCore
import ControlWire
import JSONText
import Policy
import Testing

/// Pictures of panes with nothing in them, which say what to do next (160x48).
struct EmptyScreenWideTests {
  @Test func noGate() {
    var desk = Desk(columns: 160, rows: 48)
    desk.read(Desk.policyText)
    desk.send(.gateLost(reason: "no gate is running", retryIn: nil))
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json saved  gate ✗ LOST 0:00   0 sessions   servers 0/0 up   0 tools
      ┌1 Policy─────────────────────────────────────────────────────────────────────────┐┌2 Rule─────────────────────────────────────────────────────────────────────┐
      │ Servers and their tools appear here as soon as a gate answers.                  ││ Nothing is under the cursor in pane 1.                                    │
      │ no gate is running                                                              ││                                                                           │
      │ Start one: gatehouse serve, or let a client connect.                            ││                                                                           │
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
      │                                                                                 ││                                                                           │
      │                                                                                 ││                                                                           │
      │                                                                                 ││                                                                           │
      │                                                                                 ││                                                                           │
      │                                                                                 ││                                                                           │
      │                                                                                 ││                                                                           │
      └─────────────────────────────────────────────────────────────────────────────────┘└───────────────────────────────────────────────────────────────────────────┘
      ┌4 Live ▶ follow───────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────ring 100,000┐
      │ No gate is connected: no gate is running.                                                                                                                    │
      │ gatehouse serve starts one; editing policy.json works without.                                                                                               │
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
      │                                                                                                                                                              │
      └──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────┘
       I import servers  5 servers  / filter  :  ? help  q quit  4 live
      """)
  }

  @Test func noServers() {
    var desk = Desk(columns: 160, rows: 48)
    desk.read(Desk.policyText)
    desk.connect([])
    desk.press("5")
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json saved  gate ● up rev e92cbb072143   0 sessions   servers 0/0 up   0 tools                                      0/s ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
      ┌5 Servers────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────0 servers┐
      │ No server is registered yet.                                                                                                                                 │
      │ I lists those that your MCP clients are configured with, to choose from.                                                                                     │
      │ A adds one by its command.                                                                                                                                   │
      │ Its tools appear here by themselves. To see how that looks: gatehouse demo                                                                                   │
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
       I import  A add  / filter  :  ? help  q quit
      """)
  }

  @Test func noTools() {
    var desk = Desk.ready(columns: 160, rows: 48)
    desk.gate(.snapshot(desk.snapshot([Desk.server("git", [], state: .idle)]), id: nil), sequence: 0)
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json saved  gate ● up rev e92cbb072143   0 sessions   servers 0/1 up   0 tools                                      0/s ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
      ┌1 Policy──────────────────────────────────────────────risk ↓ · 1 server · 0 tools┐┌2 Rule─────────────────────────────────────────────────────────────────────┐
      │     kind risk tool               decision       rule  source             calls/h││git                                                                        │
      │▶▾ git                                                      0 tools  default deny││server   · idle                                                            │
      │ No tool is known yet. 5, then R, starts a server and asks it for its tools; a   ││runs     mcp-server-git (stdio)                                            │
      │ client's session does so too.                                                   ││default  ✗ deny · global default                                           │
      │                                                                                 ││                                                                           │
      │                                                                                 ││No tools are known: gatehouse servers scan git asks for them.              │
      │                                                                                 ││                                                                           │
      │                                                                                 ││D changes its default, m marks all its tools, Enter opens or closes it.    │
      │                                                                                 ││                                                                           │
      │                                                                                 ││rules of this server, beside those of its tools                            │
      │                                                                                 ││  rule git_status: allow · line 7                                          │
      │                                                                                 ││  rule git_log: 10/minute · line 8                                         │
      │                                                                                 ││    limit 10 per minute for each grant, in any such time, counts what is   │
      │                                                                                 ││          forwarded                                                        │
      │                                                                                 ││      tells [gatehouse] denied: rate limit of 10 per minute reached. Rule  │
      │                                                                                 ││            /servers/git/tools/git_log/limits/0. Retry after N s.          │
      │                                                                                 ││  pattern git_diff*: allow · line 9                                        │
      │                                                                                 ││                                                                           │
      │                                                                                 ││rules for all servers                                                      │
      │                                                                                 ││  default of the policy: deny · line 3                                     │
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
       Enter open  D default  o messages  m mark all  / filter  :  ? help  q quit  4 live
      """)
  }

  @Test func noDecisions() {
    var desk = Desk.ready(columns: 160, rows: 48)
    desk.send(.registryRead(Desk.registry))
    desk.press("4")
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json saved  gate ● up rev e92cbb072143   0 sessions   servers 1/2 up   7 tools (4 ungoverned)                       0/s ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
      ┌1 Policy──────────────────────────────risk ↓ · 2 servers · 7 tools · 4 ungoverned┐┌2 Rule─────────────────────────────────────────────────────────────────────┐
      │     kind risk tool               decision       rule  source             calls/h││git                                                                        │
      │▶▾ git                    5 tools  1 HIGH 1 MED 3 LOW  2 ungoverned  default deny││server   ● running                                                         │
      │   ! DEST HIGH git_reset          ✗ deny ·       L3    global default            ││runs     mcp-server-git (stdio)                                            │
      │   ! WRIT MED  git_commit         ✗ deny ·       L3    global default            ││default  ✗ deny · global default                                           │
      │     READ LOW  git_status         ✓ allow        L7    explicit                  ││                                                                           │
      │     READ LOW  git_log            ≈ 10/minute    L8    explicit                  ││✓ allow  2 tools                                                           │
      │     READ LOW  git_diff           ✓ allow ·      L9    pattern git_diff*         ││✗ deny  2 tools                                                            │
      │ ▾ time                               2 tools  2 LOW  2 ungoverned  default allow││≈ limit  1 tool                                                            │
      │   ! READ LOW  get_current_time   ✓ allow ·      L12   server default            ││                                                                           │
      │   ! READ LOW  convert_time       ✓ allow ·      L12   server default            ││D changes its default, m marks all its tools, Enter opens or closes it.    │
      │                                                                                 ││                                                                           │
      │                                                                                 ││rules of this server, beside those of its tools                            │
      │                                                                                 ││  pattern git_diff*: allow · line 9                                        │
      │                                                                                 ││                                                                           │
      │                                                                                 ││rules for all servers                                                      │
      │                                                                                 ││  default of the policy: deny · line 3                                     │
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
      │▶11:42:07 ── gate connected ──                                                                                                                                │
      │ No calls yet. In your client's file, put this in place of the server's entry:                                                                                │
      │ "git": { "command": "gatehouse", "args": ["connect", "git"] }                                                                                                │
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

  @Test func noChanges() {
    var desk = Desk.ready(columns: 160, rows: 48)
    desk.press("6")
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json saved  gate ● up rev e92cbb072143   0 sessions   servers 1/2 up   7 tools (4 ungoverned)                       0/s ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
      ┌6 Changes─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────rev e92cbb072143┐
      │▶ nothing is changed: what is saved is what you see                                                                                                           │
      │                                                                                                                                                              │
      │  what the gate said                                                                                                                                          │
      │  11:42:07 loaded rev e92cbb072143                                                                                                                            │
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
       U redo  E editor  / filter  :  ? help  q quit
      """)
  }

  @Test func noMessages() {
    var desk = Desk.ready(columns: 160, rows: 48)
    desk.press("o")
    desk.gate(.serverMessages(ServerMessages(server: "git", missed: 0, messages: []), id: nil), sequence: 0)
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json saved  gate ● up rev e92cbb072143   0 sessions   servers 1/2 up   7 tools (4 ungoverned)                       0/s ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
      ┌1 Policy───────────┌Messages of git───────────────────────────────────────────────────────────────────────────────────────────────────────┐───────────────────┐
      │     kind risk tool│ it has written nothing since the gate started                                                                        │                   │
      │▶▾ git             │                                                                                                                      │                   │
      │   ! DEST HIGH git_│                                                                                                                      │                   │
      │   ! WRIT MED  git_│                                                                                                                      │                   │
      │     READ LOW  git_│                                                                                                                      │                   │
      │     READ LOW  git_│                                                                                                                      │                   │
      │     READ LOW  git_│                                                                                                                      │                   │
      │ ▾ time            │                                                                                                                      │                   │
      │   ! READ LOW  get_│                                                                                                                      │                   │
      │   ! READ LOW  conv│                                                                                                                      │s or closes it.    │
      │                   │                                                                                                                      │                   │
      │                   │                                                                                                                      │                   │
      │                   │                                                                                                                      │                   │
      │                   │                                                                                                                      │                   │
      │                   │                                                                                                                      │                   │
      │                   │                                                                                                                      │                   │
      │                   │                                                                                                                      │                   │
      │                   │                                                                                                                      │                   │
      │                   │                                                                                                                      │                   │
      │                   │                                                                                                                      │                   │
      │                   │                                                                                                                      │                   │
      │                   │                                                                                                                      │                   │
      │                   │                                                                                                                      │                   │
      │                   │                                                                                                                      │                   │
      │                   │                                                                                                                      │                   │
      │                   │                                                                                                                      │                   │
      └───────────────────│                                                                                                                      │───────────────────┘
      ┌4 Live ▶ follow────│                                                                                                                      │───────ring 100,000┐
      │ time         clien│                                                                                                                      │                   │
      │ 11:42:07 ── gate c│                                                                                                                      │                   │
      │ No calls yet. Let │                                                                                                                      │                   │
      │ gatehouse connect │                                                                                                                      │                   │
      │                   │                                                                                                                      │                   │
      │                   │                                                                                                                      │                   │
      │                   │                                                                                                                      │                   │
      │                   │                                                                                                                      │                   │
      │                   │                                                                                                                      │                   │
      │                   │                                                                                                                      │                   │
      │                   │                                                                                                                      │                   │
      │                   │                                                                                                                      │                   │
      │                   │                                                                                                                      │                   │
      │                   │                                                                                                                      │                   │
      │                   │                                                                                                                      │                   │
      │                   │                                                                                                                      │                   │
      └───────────────────└─────────────────────────────────────────────────────────────────────────────────────────────────────── k older · Esc ┘───────────────────┘

      """)
  }
}
