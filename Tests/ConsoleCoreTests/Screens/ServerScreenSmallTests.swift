import ConsoleCore
import ControlWire
import JSONText
import Policy
import Testing

/// Pictures of the servers pane and its popups (40x10).
struct ServerScreenSmallTests {
  @Test func pane() {
    var desk = Desk.atServers(columns: 40, rows: 10)
    desk.mix()
    expectScreen(
      desk.state,
      """
       saved  gate ● up rev e92cbb
       5 Servers ────────────────────4 servers
        server         state      tools
      ▶ git            ● running  5
        time           ∅ disabled 2
        jira           ✗ failed   0
        new            · idle     0

      ─ live 0/s ─────────────────────────────
       Enter details  Space disable
      """)
  }

  @Test func details() {
    var desk = Desk.atServers(columns: 40, rows: 10)
    desk.mix()
    desk.press("Enter")
    expectScreen(
      desk.state,
      """
       saved  gate ● up rev e92cbb
      ┌Server git────────────────────────────┐
      │ state     running, 1 session         │
      │ runs      mcp-server-git             │
      │           --repository /srv/app      │
      │ over      stdio                      │
      │ variables GIT_TOKEN (values not      │
      │           shown)                     │
      └────── Enter tools · o messages · Esc ┘

      """)
  }

  @Test func removing() {
    var desk = Desk.atServers(columns: 40, rows: 10)
    desk.press("X")
    expectScreen(
      desk.state,
      """
       saved  gate ● up rev e92cbb
      ┌Sure?─────────────────────────────────┐
      │ remove git from ~/servers.json? its  │
      │ clients can start it no more         │
      │ the policy names it in 3 places;     │
      │ that stays, for a server of this     │
      │ name                                 │
      │ B puts it back                       │
      └──────────────────────── y yes · n no ┘

      """)
  }

  @Test func adding() {
    var desk = Desk.atServers(columns: 40, rows: 10)
    desk.press("A", "jira", "Tab", "TOKEN=abc npx -y 'jira mcp'")
    expectScreen(
      desk.state,
      """
       saved  gate ● up rev e92cbb
      ┌Add a server──────────────────────────┐
      │ name     jira                        │
      │ command  KEN=••• npx -y 'jira mcp'   │
      │ folder                               │
      │ as a shell takes it: npx -y          │
      │ some-server; NAME=VALUE in front     │
      │ sets a variable, kept in             │
      └────────── Tab next · Enter add · Esc ┘

      """)
  }

  @Test func addingWrongly() {
    var desk = Desk.atServers(columns: 40, rows: 10)
    desk.press("A", "git", "Enter")
    expectScreen(
      desk.state,
      """
       saved  gate ● up rev e92cbb
      ┌Add a server──────────────────────────┐
      │ name     git                         │
      │ command                              │
      │ folder                               │
      │ `git` is registered already          │
      │                                      │
      └────────── Tab next · Enter add · Esc ┘
      ─ live 0/s ─────────────────────────────

      """)
  }
}
