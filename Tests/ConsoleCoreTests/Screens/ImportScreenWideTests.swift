import ClientFiles
import ConsoleCore
import ControlWire
import JSONText
import Policy
import Testing

/// Pictures of the servers of clients, to choose from (160x48).
struct ImportScreenWideTests {
  @Test func choosing() {
    var desk = Desk.atImport(columns: 160, rows: 48)
    desk.press("Space", "Space")
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json saved  gate ● up rev e92cbb072143   0 sessions   servers 1/2 up   7 tools (4 ungoverned)                       0/s ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
      ┌5 Servers──────────┌Servers of your clients───────────────────────────────────────────────────────────────────────────────────────────────┐──────────2 servers┐
      │  server           │ 2 of 4 chosen for servers.json · 5 of 7 servers go around the gate                                                   │                   │
      │▶ git              │  [x] filesystem              Claude Code    around   npx -y @modelcontextprotocol/server-filesystem /home/me/work    │                   │
      │  time             │  [x] github                  Claude Code    around   docker run -i ghcr.io/github/github-mcp-server                  │                   │
      │                   │ ▶[ ] git-claude-code         Claude Code    around   uvx mcp-server-git --repository .                               │                   │
      │                   │  [ ] jira                    Cursor         off      jira-mcp --token [hidden]                                       │                   │
      │                   │   -  notes                   Cursor         guarded  it runs through the gate already                                │                   │
      │                   │   -  time                    Cursor         around   registered already as time                                      │                   │
      │                   │   -  web‹U+202E›gpj          Cursor         around   Cursor logs in to it by itself (`auth`), which the gate cannot… │                   │
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
      │                   │                                                                                                                      │                   │
      │                   │                                                                                                                      │                   │
      └───────────────────│                                                                                                                      │───────────────────┘
      ┌4 Live ▶ follow────│                                                                                                                      │───────ring 100,000┐
      │ time         clien│                                                                                                                      │                   │
      │ 11:42:07 ── gate c│                                                                                                                      │                   │
      │ No calls yet. In y│                                                                                                                      │                   │
      │ "git": { "command"│                                                                                                                      │                   │
      │                   │                                                                                                                      │                   │
      │                   │                                                                                                                      │                   │
      │                   │                                                                                                                      │                   │
      │                   │                                                                                                                      │                   │
      │                   │                                                                                                                      │                   │
      │                   │ not read: ~/.codex/config.toml: line 3: `=` is missing                                                               │                   │
      │                   │ runs   uvx mcp-server-git --repository .                                                                             │                   │
      │                   │ now    around: Claude Code goes around the gate; W in pane 5 changes that                                            │                   │
      │                   │ from   ~/.claude.json, for ~/shop                                                                                    │                   │
      │                   │ so     it would be git-claude-code, for its name is taken; e changes that                                            │                   │
      │                   │                                                                                                                      │                   │
      │                   │                                                                                                                      │                   │
      └───────────────────└────────────────────────────────────────────────────────────────────────────── Space choose · a all · Enter add · Esc ┘───────────────────┘

      """)
  }

  @Test func nothingFound() {
    var desk = Desk.atServers(columns: 160, rows: 48)
    desk.press("I")
    desk.send(.serversFound(ImportFindings(ImportPlan([], registered: [], homes: ClientHomes(home: "/home/me")))))
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json saved  gate ● up rev e92cbb072143   0 sessions   servers 1/2 up   7 tools (4 ungoverned)                       0/s ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
      ┌5 Servers──────────┌Servers of your clients───────────────────────────────────────────────────────────────────────────────────────────────┐──────────2 servers┐
      │  server           │ No configuration file of a client was found.                                                                         │                   │
      │▶ git              │ Looked for those of Claude Code, Claude Desktop, Cursor, Codex, VS Code, Windsurf, Gemini CLI, Zed, 15 more, and in  │                   │
      │  time             │ this folder.                                                                                                         │                   │
      │                   │                                                                                                                      │                   │
      │                   │ A adds a server by its command. From a file elsewhere:                                                               │                   │
      │                   │ gatehouse servers import --from FILE                                                                                 │                   │
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
      │                   │                                                                                                                      │                   │
      │                   │                                                                                                                      │                   │
      │                   │                                                                                                                      │                   │
      │                   │                                                                                                                      │                   │
      └───────────────────│                                                                                                                      │───────────────────┘
      ┌4 Live ▶ follow────│                                                                                                                      │───────ring 100,000┐
      │ time         clien│                                                                                                                      │                   │
      │ 11:42:07 ── gate c│                                                                                                                      │                   │
      │ No calls yet. In y│                                                                                                                      │                   │
      │ "git": { "command"│                                                                                                                      │                   │
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
      └───────────────────└────────────────────────────────────────────────────────────────────────────────────────────── A add by command · Esc ┘───────────────────┘

      """)
  }

  @Test func added() {
    var desk = Desk.atImport(columns: 160, rows: 48)
    desk.press("a", "Enter")
    desk.answerChange()
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
      │                             ┌Added─────────────────────────────────────────────────────────────────────────────────────────────┐                             │
      │                             │ filesystem, github, git-claude-code, jira: in ~/servers.json now.                                │                             │
      │                             │ Nothing else is changed: not ~/.claude.json, ~/.cursor/mcp.json.                                 │                             │
      │                             │   filesystem: being asked for its tools …                                                        │                             │
      │                             │   github: being asked for its tools …                                                            │                             │
      │                             │   git-claude-code: being asked for its tools …                                                   │                             │
      │                             │   jira: being asked for its tools …                                                              │                             │
      │                             │                                                                                                  │                             │
      │                             │ Agents go around the gate until their client starts it. W in pane 5 changes the client's file;   │                             │
      │                             │ by hand, put this in place of the server's entry:                                                │                             │
      │                             │ "filesystem": { "command": "gatehouse", "args": ["connect", "filesystem"] }                      │                             │
      │                             │ "github": { "command": "gatehouse", "args": ["connect", "github"] }                              │                             │
      │                             │ "git-claude-code": { "command": "gatehouse", "args": ["connect", "git-claude-code"] }            │                             │
      └─────────────────────────────│ "jira": { "command": "gatehouse", "args": ["connect", "jira"] }                                  │─────────────────────────────┘
      ┌4 Live ▶ follow──────────────│                                                                                                  │─────────────────ring 100,000┐
      │ time         client      ser│ What no rule names goes by the default: W in pane 1 gives every such tool its recommended rule.  │ or reason                   │
      │ 11:42:07 ── gate connected ─└────────────────────────────────────────────────────────────────────── y copies the lines · Enter ┘                             │
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
       added 4 servers to ~/servers.json · asking for the tools
      """)
  }
}
