import ClientFiles
import ConsoleCore
import ControlWire
import JSONText
import Policy
import Testing

/// Pictures of the servers of clients, to choose from (80x24).
struct ImportScreenTests {
  @Test func choosing() {
    var desk = Desk.atImport(columns: 80, rows: 24)
    desk.press("Space", "Space")
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json saved  gate ● up rev e92cbb              0/s ▁▁▁▁▁▁▁▁▁▁
      ┌Servers of your clients───────────────────────────────────────────────────────┐
      │ 2 of 4 chosen for servers.json · 5 of 7 servers go around the gate           │
      │  [x] filesystem        Claude Code    around   npx -y @modelcontextprotocol… │
      │  [x] github            Claude Code    around   docker run -i ghcr.io/github… │
      │ ▶[ ] git-claude-code   Claude Code    around   uvx mcp-server-git --reposit… │
      │  [ ] jira              Cursor         off      jira-mcp --token [hidden]     │
      │   -  notes             Cursor         guarded  it runs through the gate alr… │
      │   -  time              Cursor         around   registered already as time    │
      │   -  web‹U+202E›gpj    Cursor         around   Cursor logs in to it by itse… │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │ not read: ~/.codex/config.toml: line 3: `=` is missing                       │
      │ runs   uvx mcp-server-git --repository .                                     │
      │ now    around: Claude Code goes around the gate; W in pane 5 changes that    │
      │ from   ~/.claude.json, for ~/shop                                            │
      │ so     it would be git-claude-code, for its name is taken; e changes that    │
      │                                                                              │
      │                                                                              │
      └────────────────────────────────────── Space choose · a all · Enter add · Esc ┘

      """)
  }

  @Test func renaming() {
    var desk = Desk.atImport(columns: 80, rows: 24)
    desk.press("e")
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json saved  gate ● up rev e92cbb              0/s ▁▁▁▁▁▁▁▁▁▁
      ┌Servers of your clients───────────────────────────────────────────────────────┐
      │ 0 of 4 chosen for servers.json · 5 of 7 servers go around the gate           │
      │ ▶[ ] filesystem                                                              │
      │  [ ] github            Claude Code    around   docker run -i ghcr.io/github… │
      │  [ ] git-claude-code   Claude Code    around   uvx mcp-server-git --reposit… │
      │  [ ] jira              Cursor         off      jira-mcp --token [hidden]     │
      │   -  notes             Cursor         guarded  it runs through the gate alr… │
      │   -  time              Cursor         around   registered already as time    │
      │   -  web‹U+202E›gpj    Cursor         around   Cursor logs in to it by itse… │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │ not read: ~/.codex/config.toml: line 3: `=` is missing                       │
      │ runs   npx -y @modelcontextprotocol/server-filesystem /home/me/work          │
      │ now    around: Claude Code goes around the gate; W in pane 5 changes that    │
      │ from   ~/.claude.json                                                        │
      │ so     it would be filesystem; e changes the name                            │
      │                                                                              │
      │                                                                              │
      └────────────────────────────────────────────────── Enter keeps the name · Esc ┘

      """)
  }

  @Test func notOffered() {
    var desk = Desk.atImport(columns: 80, rows: 24)
    desk.press("G", "Space")
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json saved  gate ● up rev e92cbb              0/s ▁▁▁▁▁▁▁▁▁▁
      ┌Servers of your clients───────────────────────────────────────────────────────┐
      │ 0 of 4 chosen for servers.json · 5 of 7 servers go around the gate           │
      │  [ ] filesystem        Claude Code    around   npx -y @modelcontextprotocol… │
      │  [ ] github            Claude Code    around   docker run -i ghcr.io/github… │
      │  [ ] git-claude-code   Claude Code    around   uvx mcp-server-git --reposit… │
      │  [ ] jira              Cursor         off      jira-mcp --token [hidden]     │
      │   -  notes             Cursor         guarded  it runs through the gate alr… │
      │   -  time              Cursor         around   registered already as time    │
      │ ▶ -  web‹U+202E›gpj    Cursor         around   Cursor logs in to it by itse… │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │ web‹U+202E›gpj: Cursor logs in to it by itself (`auth`), which the gate can… │
      │ runs   ?                                                                     │
      │ now    around: Cursor goes around the gate; W in pane 5 changes that         │
      │ from   ~/.cursor/mcp.json                                                    │
      │ so     Cursor logs in to it by itself (`auth`), which the gate cannot do     │
      │                                                                              │
      │                                                                              │
      └────────────────────────────────────── Space choose · a all · Enter add · Esc ┘

      """)
  }

  @Test func nothingFound() {
    var desk = Desk.atServers(columns: 80, rows: 24)
    desk.press("I")
    desk.send(.serversFound(ImportFindings(ImportPlan([], registered: [], homes: ClientHomes(home: "/home/me")))))
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json saved  gate ● up rev e92cbb              0/s ▁▁▁▁▁▁▁▁▁▁
      ┌Servers of your clients───────────────────────────────────────────────────────┐
      │ No configuration file of a client was found.                                 │
      │ Looked for those of Claude Code, Claude Desktop, Cursor, Codex, VS Code,     │
      │ Windsurf, Gemini CLI, Zed, 15 more, and in this folder.                      │
      │                                                                              │
      │ A adds a server by its command. From a file elsewhere:                       │
      │ gatehouse servers import --from FILE                                         │
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
      └────────────────────────────────────────────────────── A add by command · Esc ┘

      """)
  }

  @Test func added() {
    var desk = Desk.atImport(columns: 80, rows: 24)
    desk.press("a", "Enter")
    desk.answerChange()
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json saved  gate ● up rev e92cbb              0/s ▁▁▁▁▁▁▁▁▁▁
      ┌5 Servers────────────────────────────────────────────────────────────2 servers┐
      ┌Added─────────────────────────────────────────────────────────────────────────┐
      │ filesystem, github, git-claude-code, jira: in ~/servers.json now.            │
      │ Nothing else is changed: not ~/.claude.json, ~/.cursor/mcp.json.             │
      │   filesystem: being asked for its tools …                                    │
      │   github: being asked for its tools …                                        │
      │   git-claude-code: being asked for its tools …                               │
      │   jira: being asked for its tools …                                          │
      │                                                                              │
      │ Agents go around the gate until their client starts it. W in pane 5 changes  │
      │ the client's file; by hand, put this in place of the server's entry:         │
      │ "filesystem": { "command": "gatehouse", "args": ["connect", "filesystem"] }  │
      │ "github": { "command": "gatehouse", "args": ["connect", "github"] }          │
      │ "git-claude-code": { "command": "gatehouse", "args": ["connect",             │
      │ "git-claude-code"] }                                                         │
      │ "jira": { "command": "gatehouse", "args": ["connect", "jira"] }              │
      │                                                                              │
      │ What no rule names goes by the default: W in pane 1 gives every such tool    │
      │ its recommended rule.                                                        │
      └────────────────────────────────────────────────── y copies the lines · Enter ┘
      │                                                                              │
      └──────────────────────────────────────────────────────────────────────────────┘
       added 4 servers to ~/servers.json · asking for the tools
      """)
  }
}
