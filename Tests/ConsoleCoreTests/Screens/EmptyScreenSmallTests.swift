import ConsoleCore
import ControlWire
import JSONText
import Policy
import Testing

/// Pictures of panes with nothing in them, which say what to do next (40x10).
struct EmptyScreenSmallTests {
  @Test func noGate() {
    var desk = Desk(columns: 40, rows: 10)
    desk.read(Desk.policyText)
    desk.send(.gateLost(reason: "no gate is running", retryIn: nil))
    expectScreen(
      desk.state,
      """
       saved  gate ✗ LOST 0:00
       1 Policy ──────────────────────────────
       Servers and their tools appear here as
       soon as a gate answers.
       no gate is running
       Start one: gatehouse serve, or let a
       client connect.

      ─ live stopped ─────────────────────────
       I import servers  5 servers  / filter
      """)
  }

  @Test func noServers() {
    var desk = Desk(columns: 40, rows: 10)
    desk.read(Desk.policyText)
    desk.connect([])
    desk.press("5")
    expectScreen(
      desk.state,
      """
       saved  gate ● up rev e92cbb
       5 Servers ────────────────────0 servers
       No server is registered yet.
       I lists those that your MCP clients are
       configured with, to choose from.
       A adds one by its command.
       Its tools appear here by themselves. To
       see how that looks: gatehouse demo
      ─ live 0/s ─────────────────────────────
       I import  A add  / filter  :  ? help
      """)
  }

  @Test func noTools() {
    var desk = Desk.ready(columns: 40, rows: 10)
    desk.gate(.snapshot(desk.snapshot([Desk.server("git", [], state: .idle)]), id: nil), sequence: 0)
    expectScreen(
      desk.state,
      """
       saved  gate ● up rev e92cbb
       1 Policy ───risk ↓ · 1 server · 0 tools
      ▶▾ git                              deny
       No tool is known yet. 5, then R, starts
       a server and asks it for its tools; a
       client's session does so too.


      ─ live 0/s ─────────────────────────────
       Enter open  D default  o messages
      """)
  }

  @Test func noDecisions() {
    var desk = Desk.ready(columns: 40, rows: 10)
    desk.send(.registryRead(Desk.registry))
    desk.press("4")
    expectScreen(
      desk.state,
      """
       saved  gate ● up rev e92cbb
       4 Live ▶ follow ───────────ring 100,000
      ▶11:42:07 ── gate connected ──
       No calls yet. In your client's file,
       put this in place of the server's
       entry:
       "git": { "command": "gatehouse",
       "args": ["connect", "git"] }
      ─ live 0/s ─────────────────────────────
       Space pause  Enter details  J rule
      """)
  }

  @Test func noChanges() {
    var desk = Desk.ready(columns: 40, rows: 10)
    desk.press("6")
    expectScreen(
      desk.state,
      """
       saved  gate ● up rev e92cbb
       6 Changes ─────────────rev e92cbb072143
      ▶ nothing is changed: what is saved is …

        what the gate said
        11:42:07 loaded rev e92cbb072143


      ─ live 0/s ─────────────────────────────
       U redo  E editor  / filter  :  ? help
      """)
  }

  @Test func noMatch() {
    var desk = Desk.ready(columns: 40, rows: 10)
    desk.press("/", "nothing", "Enter")
    expectScreen(
      desk.state,
      """
       saved  gate ● up rev e92cbb
       1 Policy ────0 of 7 · 7 hidden /nothing

       no tool fits /nothing
       Esc clears the filter, / changes it



      ─ live 0/s ─────────────────────────────
       / filter  :  ? help  q quit  4 live
      """)
  }

  @Test func noMessages() {
    var desk = Desk.ready(columns: 40, rows: 10)
    desk.press("o")
    desk.gate(.serverMessages(ServerMessages(server: "git", missed: 0, messages: []), id: nil), sequence: 0)
    expectScreen(
      desk.state,
      """
       saved  gate ● up rev e92cbb
      ┌Messages of git───────────────────────┐
      │ it has written nothing since the ga… │
      │                                      │
      │                                      │
      │                                      │
      │                                      │
      │                                      │
      └─────────────────────── k older · Esc ┘

      """)
  }
}
