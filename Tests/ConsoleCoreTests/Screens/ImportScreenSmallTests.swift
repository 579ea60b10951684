import ClientFiles
import ConsoleCore
import ControlWire
import JSONText
import Policy
import Testing

/// Pictures of the servers of clients, to choose from (40x10).
struct ImportScreenSmallTests {
  @Test func choosing() {
    var desk = Desk.atImport(columns: 40, rows: 10)
    desk.press("Space", "Space")
    expectScreen(
      desk.state,
      """
       saved  gate ● up rev e92cbb
      ┌Servers of your clients───────────────┐
      │ 2 of 4 chosen · 5 of 7 unguarded     │
      │  [x] github        docker run -i gh… │
      │ ▶[ ] git-claude-c… uvx mcp-server-g… │
      │ not read: ~/.codex/config.toml: lin… │
      │ runs   uvx mcp-server-git            │
      │ now    around: Claude Code goes      │
      └ Space choose · a all · Enter add · E…┘

      """)
  }

  @Test func renaming() {
    var desk = Desk.atImport(columns: 40, rows: 10)
    desk.press("e")
    expectScreen(
      desk.state,
      """
       saved  gate ● up rev e92cbb
      ┌Servers of your clients───────────────┐
      │ 0 of 4 chosen · 5 of 7 unguarded     │
      │ ▶[ ] filesystem                      │
      │  [ ] github        docker run -i gh… │
      │ not read: ~/.codex/config.toml: lin… │
      │ runs   npx -y                        │
      │ now    around: Claude Code goes      │
      └────────── Enter keeps the name · Esc ┘

      """)
  }

  @Test func notOffered() {
    var desk = Desk.atImport(columns: 40, rows: 10)
    desk.press("G", "Space")
    expectScreen(
      desk.state,
      """
       saved  gate ● up rev e92cbb
      ┌Servers of your clients───────────────┐
      │ 0 of 4 chosen · 5 of 7 unguarded     │
      │   -  time          registered alrea… │
      │ ▶ -  web‹U+202E›g… Cursor logs in t… │
      │ web‹U+202E›gpj: Cursor logs in to i… │
      │ runs   ?                             │
      │ now    around: Cursor goes around    │
      └ Space choose · a all · Enter add · E…┘

      """)
  }

  @Test func nothingFound() {
    var desk = Desk.atServers(columns: 40, rows: 10)
    desk.press("I")
    desk.send(.serversFound(ImportFindings(ImportPlan([], registered: [], homes: ClientHomes(home: "/home/me")))))
    expectScreen(
      desk.state,
      """
       saved  gate ● up rev e92cbb
      ┌Servers of your clients───────────────┐
      │ No configuration file of a client    │
      │ was found.                           │
      │ Looked for those of Claude Code,     │
      │ Claude Desktop, Cursor, Codex, VS    │
      │ Code, Windsurf, Gemini CLI, Zed, 15  │
      │ more, and in this folder.            │
      └────────────── A add by command · Esc ┘

      """)
  }

  @Test func added() {
    var desk = Desk.atImport(columns: 40, rows: 10)
    desk.press("a", "Enter")
    desk.answerChange()
    expectScreen(
      desk.state,
      """
       saved  gate ● up rev e92cbb
      ┌Added─────────────────────────────────┐
      │ filesystem, github, git-claude-code, │
      │ jira: in ~/servers.json now.         │
      │ Nothing else is changed: not         │
      │ ~/.claude.json, ~/.cursor/mcp.json.  │
      │   filesystem: being asked for its    │
      │  tools …                             │
      └────────── y copies the lines · Enter ┘
       added 4 servers to ~/servers.json · as…
      """)
  }
}
