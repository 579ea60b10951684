import ConsoleCore
import ControlWire
import JSONText
import Policy
import Testing

/// Pictures of the servers pane and its popups (160x48).
struct ServerScreenWideTests {
  @Test func pane() {
    var desk = Desk.atServers(columns: 160, rows: 48)
    desk.mix()
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json saved  gate ● up rev e92cbb072143   0 sessions   servers 1/4 up   7 tools (4 ungoverned)                       0/s ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
      ┌5 Servers────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────4 servers┐
      │  server                   state      tools sess  over   runs                          news                                                                   │
      │▶ git                      ● running  5     1     stdio  mcp-server-git --repository … 3 tools changed: 1 added, 1 changed, 1 removed                         │
      │  time                     ∅ disabled 2     1     stdio  mcp-server-time                                                                                      │
      │  jira                     ✗ failed   0     0     stdio  npx -y jira-mcp --token [hid… it ended with code 1 before it answered: Error: ‹1B›[31mno such package│
      │  new                      · idle     0     0     stdio  uvx new-server                never asked for tools: R asks                                          │
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
       Enter details  Space disable  R ask tools  A add  I import  X remove  o messages  / filter  :  ? help  q quit
      """)
  }

  @Test func details() {
    var desk = Desk.atServers(columns: 160, rows: 48)
    desk.mix()
    desk.press("Enter")
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json saved  gate ● up rev e92cbb072143   0 sessions   servers 1/4 up   7 tools (4 ungoverned)                       0/s ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
      ┌5 Servers────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────4 servers┐
      │  server                   state      tools sess  over   runs                          news                                                                   │
      │▶ git                      ● running  5     1     stdio  mcp-server-git --repository … 3 tools changed: 1 added, 1 changed, 1 removed                         │
      │  time                     ∅ disabled 2     1     stdio  mcp-server-time                                                                                      │
      │  jira                     ✗ failed   0     0     stdio  npx -y jira-mcp --token [hid… it ended with code 1 before it answered: Error: ‹1B›[31mno such package│
      │  new                      · idle     0     0     stdio  uvx new-server                never asked for tools: R asks                                          │
      │                                                                                                                                                              │
      │                                                                                                                                                              │
      │                                                                                                                                                              │
      │                                                                                                                                                              │
      │                                                                                                                                                              │
      │                                                                                                                                                              │
      │                                                                                                                                                              │
      │                                                                                                                                                              │
      │                                                                                                                                                              │
      │                             ┌Server git────────────────────────────────────────────────────────────────────────────────────────┐                             │
      │                             │ state     running, 1 session                                                                     │                             │
      │                             │ runs      mcp-server-git --repository /srv/app                                                   │                             │
      │                             │ over      stdio                                                                                  │                             │
      │                             │ variables GIT_TOKEN (values not shown)                                                           │                             │
      │                             │ folder    /srv/app                                                                               │                             │
      │                             │ registry  ~/servers.json                                                                         │                             │
      │                             │ tools     5, asked at 2026-11-20T11:42:07.000000Z                                                │                             │
      │                             │ changed   1 added, 1 changed, 1 removed since this console started                               │                             │
      │                             │   added git_push                                                                                 │                             │
      │                             │   changed git_status                                                                             │                             │
      │                             │   removed git_reset                                                                              │                             │
      └─────────────────────────────│ policy    names it in 3 places; other tools: deny                                                │─────────────────────────────┘
      ┌4 Live ▶ follow──────────────│ client    "command": "gatehouse", "args": ["connect", "git"]                                     │─────────────────ring 100,000┐
      │ time         client      ser└────────────────────────────────────────────────────────────────── Enter tools · o messages · Esc ┘ or reason                   │
      │ 11:42:07 ── gate connected ──                                                                                                                                │
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

      """)
  }

  @Test func adding() {
    var desk = Desk.atServers(columns: 160, rows: 48)
    desk.press("A", "jira", "Tab", "TOKEN=abc npx -y 'jira mcp'")
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json saved  gate ● up rev e92cbb072143   0 sessions   servers 1/2 up   7 tools (4 ungoverned)                       0/s ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
      ┌5 Servers────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────2 servers┐
      │  server                   state      tools sess  over   runs                          news                                                                   │
      │▶ git                      ● running  5     1     stdio  mcp-server-git --repository …                                                                        │
      │  time                     · idle     2     1     stdio  mcp-server-time                                                                                      │
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
      │                                  ┌Add a server────────────────────────────────────────────────────────────────────────────┐                                  │
      │                                  │ name     jira                                                                          │                                  │
      │                                  │ command  TOKEN=••• npx -y 'jira mcp'                                                   │                                  │
      │                                  │ folder                                                                                 │                                  │
      │                                  │ as a shell takes it: npx -y some-server; NAME=VALUE in front sets a variable, kept in  │                                  │
      │                                  │ servers.json (0600)                                                                    │                                  │
      │                                  └──────────────────────────────────────────────────────────── Tab next · Enter add · Esc ┘                                  │
      │                                                                                                                                                              │
      └──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────┘
      ┌4 Live ▶ follow───────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────ring 100,000┐
      │ time         client      server/tool                          risk      decision  rule                           took    outcome or reason                   │
      │ 11:42:07 ── gate connected ──                                                                                                                                │
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

      """)
  }
}
