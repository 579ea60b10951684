import ConsoleCore
import ControlWire
import JSONText
import Policy
import Testing

/// Pictures of the servers pane and its popups (80x24).
struct ServerScreenTests {
  @Test func pane() {
    var desk = Desk.atServers(columns: 80, rows: 24)
    desk.mix()
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json saved  gate ● up rev e92cbb              0/s ▁▁▁▁▁▁▁▁▁▁
      ┌5 Servers────────────────────────────────────────────────────────────4 servers┐
      │  server             state      tools sess  runs            news              │
      │▶ git                ● running  5     1     mcp-server-git… 3 tools changed: …│
      │  time               ∅ disabled 2     1     mcp-server-time                   │
      │  jira               ✗ failed   0     0     npx -y jira-mc… it ended with cod…│
      │  new                · idle     0     0     uvx new-server  never asked for t…│
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
      │ No calls yet. In your client's file, put this in place of the server's entry:│
      │ "git": { "command": "gatehouse", "args": ["connect", "git"] }                │
      │                                                                              │
      │                                                                              │
      └──────────────────────────────────────────────────────────────────────────────┘
       Enter details  Space disable  R ask tools  A add  I import  X remove
      """)
  }

  @Test func details() {
    var desk = Desk.atServers(columns: 80, rows: 24)
    desk.mix()
    desk.press("Enter")
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json saved  gate ● up rev e92cbb              0/s ▁▁▁▁▁▁▁▁▁▁
      ┌5 Servers────────────────────────────────────────────────────────────4 servers┐
      │  server             state      tools sess  runs            news              │
      │▶ git                ● running  5     1     mcp-server-git… 3 tools changed: …│
      ┌Server git────────────────────────────────────────────────────────────────────┐
      │ state     running, 1 session                                                 │
      │ runs      mcp-server-git --repository /srv/app                               │
      │ over      stdio                                                              │
      │ variables GIT_TOKEN (values not shown)                                       │
      │ folder    /srv/app                                                           │
      │ registry  ~/servers.json                                                     │
      │ tools     5, asked at 2026-11-20T11:42:07.000000Z                            │
      │ changed   1 added, 1 changed, 1 removed since this console started           │
      │   added git_push                                                             │
      │   changed git_status                                                         │
      │   removed git_reset                                                          │
      │ policy    names it in 3 places; other tools: deny                            │
      │ client    "command": "gatehouse", "args": ["connect", "git"]                 │
      └────────────────────────────────────────────── Enter tools · o messages · Esc ┘
      │ "git": { "command": "gatehouse", "args": ["connect", "git"] }                │
      │                                                                              │
      │                                                                              │
      └──────────────────────────────────────────────────────────────────────────────┘

      """)
  }

  @Test func removing() {
    var desk = Desk.atServers(columns: 80, rows: 24)
    desk.press("X")
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json saved  gate ● up rev e92cbb              0/s ▁▁▁▁▁▁▁▁▁▁
      ┌5 Servers────────────────────────────────────────────────────────────2 servers┐
      │  server             state      tools sess  runs            news              │
      │▶ git                ● running  5     1     mcp-server-git…                   │
      │  time               · idle     2     1     mcp-server-time                   │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │ ┌Sure?─────────────────────────────────────────────────────────────────────┐ │
      │ │ remove git from ~/servers.json? its clients can start it no more         │ │
      │ │ the policy names it in 3 places; that stays, for a server of this name   │ │
      │ │ B puts it back                                                           │ │
      │ └──────────────────────────────────────────────────────────── y yes · n no ┘ │
      │                                                                              │
      └──────────────────────────────────────────────────────────────────────────────┘
      ┌4 Live ▶ follow───────────────────────────────────────────────────ring 100,000┐
      │ 11:42:07 ── gate connected ──                                                │
      │ No calls yet. In your client's file, put this in place of the server's entry:│
      │ "git": { "command": "gatehouse", "args": ["connect", "git"] }                │
      │                                                                              │
      │                                                                              │
      └──────────────────────────────────────────────────────────────────────────────┘

      """)
  }

  @Test func adding() {
    var desk = Desk.atServers(columns: 80, rows: 24)
    desk.press("A", "jira", "Tab", "TOKEN=abc npx -y 'jira mcp'")
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json saved  gate ● up rev e92cbb              0/s ▁▁▁▁▁▁▁▁▁▁
      ┌5 Servers────────────────────────────────────────────────────────────2 servers┐
      │  server             state      tools sess  runs            news              │
      │▶ git                ● running  5     1     mcp-server-git…                   │
      │  time               · idle     2     1     mcp-server-time                   │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      ┌Add a server──────────────────────────────────────────────────────────────────┐
      │ name     jira                                                                │
      │ command  TOKEN=••• npx -y 'jira mcp'                                         │
      │ folder                                                                       │
      │ as a shell takes it: npx -y some-server; NAME=VALUE in front sets a          │
      │ variable, kept in servers.json (0600)                                        │
      └────────────────────────────────────────────────── Tab next · Enter add · Esc ┘
      └──────────────────────────────────────────────────────────────────────────────┘
      ┌4 Live ▶ follow───────────────────────────────────────────────────ring 100,000┐
      │ 11:42:07 ── gate connected ──                                                │
      │ No calls yet. In your client's file, put this in place of the server's entry:│
      │ "git": { "command": "gatehouse", "args": ["connect", "git"] }                │
      │                                                                              │
      │                                                                              │
      └──────────────────────────────────────────────────────────────────────────────┘

      """)
  }

  @Test func addingWrongly() {
    var desk = Desk.atServers(columns: 80, rows: 24)
    desk.press("A", "git", "Enter")
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json saved  gate ● up rev e92cbb              0/s ▁▁▁▁▁▁▁▁▁▁
      ┌5 Servers────────────────────────────────────────────────────────────2 servers┐
      │  server             state      tools sess  runs            news              │
      │▶ git                ● running  5     1     mcp-server-git…                   │
      │  time               · idle     2     1     mcp-server-time                   │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      ┌Add a server──────────────────────────────────────────────────────────────────┐
      │ name     git                                                                 │
      │ command                                                                      │
      │ folder                                                                       │
      │ `git` is registered already                                                  │
      │                                                                              │
      └────────────────────────────────────────────────── Tab next · Enter add · Esc ┘
      └──────────────────────────────────────────────────────────────────────────────┘
      ┌4 Live ▶ follow───────────────────────────────────────────────────ring 100,000┐
      │ 11:42:07 ── gate connected ──                                                │
      │ No calls yet. In your client's file, put this in place of the server's entry:│
      │ "git": { "command": "gatehouse", "args": ["connect", "git"] }                │
      │                                                                              │
      │                                                                              │
      └──────────────────────────────────────────────────────────────────────────────┘

      """)
  }
}
