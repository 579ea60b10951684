import ConsoleCore
import ControlWire
import Testing

/// Pictures of the page of a tool, whole.
struct ToolPageScreens {
  @Test func aWritingTool() throws {
    let desk = try Desk.page(
      [ToolTexts.push], package: ServerPackage(runner: "uvx", kind: .pypi, name: "mcp-git"), columns: 160, rows: 48)
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json saved  gate ● up rev e92cbb072143   0 sessions   servers 1/1 up   1 tool (1 ungoverned)                        0/s ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
      ┌1 Policy───────────┌Tool of git────────────────────────────────────────────────────────────────────────────────────────── 44 of 52 lines ─┐───────────────────┐
      │     kind risk tool│ git_push                                                                                                             │                   │
      │ ▾ git             │ Push                                                                                                                 │                   │
      │▶  ! WRIT MED  git_│ server   git, running, stdio                                                                                         │                   │
      │                   │ package  PyPI mcp-git, no version named, by uvx                                                                      │                   │
      │                   │ risk     Write · Medium                                                                                              │                   │
      │                   │ sure     high, 80%                                                                                                   │                   │
      │                   │ does     makes or changes something                                                                                  │                   │
      │                   │ reaches  source code, issues and repositories (name has "git", title has "Push", description has "repository")       │                   │
      │                   │          files and folders (inputSchema has "repo_path")                                                             │                   │
      │                   │ claims   the server claims: read-only; a hint of its own, not trusted                                                │ule (default).     │
      │                   │          the server calls it read-only, its words say Write                                                          │                   │
      │                   │                                                                                                                      │                   │
      │                   │ now      ✗ deny · global default, line 3                                                                             │                   │
      │                   │ better   30/minute · w applies it                                                                                    │                   │
      │                   │ in words each client may call it 30 times in any minute; more is denied                                              │                   │
      │                   │ as JSON  {"limits":[{"window":"minute","max":30}]}                                                                   │                   │
      │                   │ tighter  require `args.repo_path` within the folders that it needs                                                   │                   │
      │                   │          require `args.mode` in those of its 2 values that are needed                                                │                   │
      │                   │                                                                                                                      │                   │
      │                   │ 3 parameters, 1 required                                                                                             │                   │
      │                   │   repo_path required · string · a file or folder                                                                     │                   │
      │                   │     Where it is                                                                                                      │                   │
      │                   │   force optional · boolean · default false                                                                           │                   │
      │                   │   mode optional · string · what it does                                                                              │                   │
      │                   │     one of normal, mirror                                                                                            │                   │
      │                   │                                                                                                                      │                   │
      └─ ! ungoverned: onl│ why it needs a policy                                                                                                │───────────────────┘
      ┌4 Live ▶ follow────│   A wrong guess of the agent is written as readily as a right one, here to source code, issues and repositories.     │───────ring 100,000┐
      │ time         clien│   A limit keeps a mistake small enough to be taken back by hand.                                                     │                   │
      │ 11:42:07 ── gate c│                                                                                                                      │                   │
      │ No calls yet. Let │ what this access invites                                                                                             │                   │
      │ gatehouse connect │   rug pull                                                                                                           │                   │
      │                   │     the server's command names no version of `mcp-git`: its next start may bring another tool under this name        │                   │
      │                   │     answer: name a version in the server's command, and let `default` be deny, so that what is new stays shut        │                   │
      │                   │   path traversal                                                                                                     │                   │
      │                   │     a value like `../../.ssh/id_ed25519` in `repo_path` leaves the folder that was meant                             │                   │
      │                   │     answer: require with within on `args.repo_path`                                                                  │                   │
      │                   │   confused deputy                                                                                                    │                   │
      │                   │     it acts on source code, issues and repositories with the server's own credentials, not with the rights of        │                   │
      │                   │     whoever put the idea into the agent's head                                                                       │                   │
      │                   │     answer: conditions on call.grant or call.client, and the server's account with as few rights as will do          │                   │
      │                   │   excessive agency                                                                                                   │                   │
      │                   │     one name stands for 2 acts, and `mode` chooses among them                                                        │                   │
      │                   │     answer: require with in on `args.mode`: list the acts that are needed                                            │                   │
      └───────────────────└──────────────────────────────────────────────────────────── j k scroll · w apply the recommended rule · u undo · Esc ┘───────────────────┘

      """)
  }

  @Test func aReadingTool() throws {
    let desk = try Desk.page([ToolTexts.read])
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json saved  gate ● up rev e92cbb              0/s ▁▁▁▁▁▁▁▁▁▁
      ┌Tool of git────────────────────────────────────────────────── 20 of 41 lines ─┐
      │ read_note                                                                    │
      │ server   git, running, stdio                                                 │
      │ package  not known; it runs mcp-server-git                                   │
      │ risk     Read · Low                                                          │
      │ sure     high, 94%                                                           │
      │ does     reads, and changes nothing as far as its words tell                 │
      │ reaches  source code, issues and repositories (server has "git")             │
      │          files and folders (inputSchema has "path")                          │
      │          notes that later sessions read (name has "note")                    │
      │                                                                              │
      │ now      ✗ deny · global default, line 3                                     │
      │ better   allow · w applies it                                                │
      │ in words every call passes                                                   │
      │ as JSON  {"action":"allow"}                                                  │
      │ tighter  require `args.path` within the folders that it needs                │
      │                                                                              │
      │ 1 parameter, 1 required                                                      │
      │   path required · string · a file or folder                                  │
      │                                                                              │
      │ why it needs a policy                                                        │
      └──────────────────── j k scroll · w apply the recommended rule · u undo · Esc ┘

      """)
  }

  @Test func anExecutingTool() throws {
    let desk = try Desk.page(
      [ToolTexts.execute], package: ServerPackage(runner: "npx", kind: .npm, name: "@a/sql", version: "1.2.0"))
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json saved  gate ● up rev e92cbb              0/s ▁▁▁▁▁▁▁▁▁▁
      ┌Tool of git────────────────────────────────────────────────── 20 of 50 lines ─┐
      │ execute_sql                                                                  │
      │ server   git, running, stdio                                                 │
      │ package  npm @a/sql 1.2.0, by npx                                            │
      │ risk     Execute · High                                                      │
      │ sure     high, 96%                                                           │
      │ does     runs something; what happens is up to what it is given              │
      │ reaches  a database (name has "sql", inputSchema has "sql", description has  │
      │          "SQL")                                                              │
      │          source code, issues and repositories (server has "git")             │
      │                                                                              │
      │ now      ✗ deny · global default, line 3                                     │
      │ better   10/minute, arguments match the schema · w applies it                │
      │ in words each client may call it 10 times in any minute, with arguments that │
      │          satisfy the tool's own schema; more is denied                       │
      │ as JSON  {"limits":[{"window":"minute","max":10}],"match_schema":true}       │
      │ tighter  deny_if `args.sql` regex of the statements that nobody should send  │
      │                                                                              │
      │ 2 parameters, 1 required                                                     │
      │   sql required · string · a statement that a database runs                   │
      │     The statement                                                            │
      └──────────────────── j k scroll · w apply the recommended rule · u undo · Esc ┘

      """)
  }

  @Test func itsWhys() throws {
    var desk = try Desk.page([ToolTexts.execute])
    desk.press("PgDn")
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json saved  gate ● up rev e92cbb              0/s ▁▁▁▁▁▁▁▁▁▁
      ┌Tool of git────────────────────────────────────────────────── 39 of 50 lines ─┐
      │     The statement                                                            │
      │   rows optional · integer · 1 or more · 500 or less · default 50             │
      │                                                                              │
      │ why it needs a policy                                                        │
      │   What it does is decided by its arguments, so its name says nothing about   │
      │   the worst call.                                                            │
      │   The arguments need a check, and the number of calls a bound.               │
      │                                                                              │
      │ what this access invites                                                     │
      │   SQL injection                                                              │
      │     `sql` is a whole statement: a `DROP` fits in where a `SELECT` was meant  │
      │     answer: deny_if with regex on `args.sql`, and an account of the database │
      │             that may only read                                               │
      │   indirect prompt injection                                                  │
      │     what it returns from a database was written by others, and may be meant  │
      │     as orders to the agent                                                   │
      │     answer: require_approval on the tools that could carry such orders out:  │
      │             those that send, pay or delete                                   │
      │   confused deputy                                                            │
      │     it acts on a database with the server's own credentials, not with the    │
      └──────────────────── j k scroll · w apply the recommended rule · u undo · Esc ┘

      """)
  }

  @Test func aDestructiveTool() throws {
    let desk = try Desk.page([ToolTexts.destructive])
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json saved  gate ● up rev e92cbb              0/s ▁▁▁▁▁▁▁▁▁▁
      ┌Tool of git────────────────────────────────────────────────── 20 of 47 lines ─┐
      │ delete_note                                                                  │
      │ server   git, running, stdio                                                 │
      │ package  not known; it runs mcp-server-git                                   │
      │ risk     Destructive · Critical                                              │
      │ sure     high, 96%                                                           │
      │ does     deletes or ends something, perhaps for good                         │
      │ reaches  source code, issues and repositories (server has "git")             │
      │          notes that later sessions read (name has "note")                    │
      │ claims   the server claims: destructive; a hint of its own, not trusted      │
      │                                                                              │
      │ now      ✗ deny · global default, line 3                                     │
      │ better   require approval · w applies it                                     │
      │ in words a person decides about each call; it is denied where nobody does    │
      │ as JSON  {"action":"require_approval"}                                       │
      │                                                                              │
      │ 1 parameter, 1 required                                                      │
      │   id required · string                                                       │
      │                                                                              │
      │ why it needs a policy                                                        │
      │   One call can remove what nobody has a copy of, and an agent does not       │
      └──────────────────── j k scroll · w apply the recommended rule · u undo · Esc ┘

      """)
  }

  @Test func aToolWithoutADescription() throws {
    let desk = try Desk.page([ToolTexts.financial])
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json saved  gate ● up rev e92cbb              0/s ▁▁▁▁▁▁▁▁▁▁
      ┌Tool of git────────────────────────────────────────────────── 20 of 43 lines ─┐
      │ pay_bill                                                                     │
      │ server   git, running, stdio                                                 │
      │ package  not known; it runs mcp-server-git                                   │
      │ risk     Financial · Critical                                                │
      │ sure     high, 81%: the description is empty, only the name and schema speak │
      │ does     moves money, or commits to paying                                   │
      │ reaches  money (name has "pay")                                              │
      │          source code, issues and repositories (server has "git")             │
      │                                                                              │
      │ now      ✗ deny · global default, line 3                                     │
      │ better   require approval · w applies it                                     │
      │ in words a person decides about each call; it is denied where nobody does    │
      │ as JSON  {"action":"require_approval"}                                       │
      │ tighter  limits with cost `args.amount`: no more than a sum a day            │
      │          require `args.recipient` in, or ends_with, those that it may write  │
      │          to                                                                  │
      │                                                                              │
      │ 2 parameters, 2 required                                                     │
      │   amount required · number · a sum                                           │
      │   recipient required · string · who gets it                                  │
      └──────────────────── j k scroll · w apply the recommended rule · u undo · Esc ┘

      """)
  }

  @Test func hostileWords() throws {
    let desk = try Desk.page([ToolTexts.hostile])
    expectScreen(
      desk.state,
      #"""
       gatehouse  policy.json saved  gate ● up rev e92cbb              0/s ▁▁▁▁▁▁▁▁▁▁
      ┌Tool of git────────────────────────────────────────────────── 20 of 43 lines ─┐
      │ get‹U+202E›token‹1B›[2J                                                      │
      │ ‹07›Nice                                                                     │
      │ server   git, running, stdio                                                 │
      │ package  not known; it runs mcp-server-git                                   │
      │ risk     Read · Low                                                          │
      │ sure     high, 91%                                                           │
      │ does     reads, and changes nothing as far as its words tell                 │
      │ reaches  source code, issues and repositories (server has "git")             │
      │                                                                              │
      │ now      ✗ deny · global default, line 3                                     │
      │ better   allow · w applies it                                                │
      │ in words every call passes                                                   │
      │ as JSON  {"action":"allow"}                                                  │
      │                                                                              │
      │ 2 parameters, 0 required                                                     │
      │   p‹U+202E›ath optional · str‹1B›ing · default "\u0000"                      │
      │     one of ‹1B›[1m, 😀                                                       │
      │   日本語の道具です長い名前 optional · string                                 │
      │     ‹U+2066›wide‹U+2069›                                                     │
      │                                                                              │
      └──────────────────── j k scroll · w apply the recommended rule · u undo · Esc ┘

      """#)
  }

  @Test func hostileWordsBelow() throws {
    var desk = try Desk.page([ToolTexts.hostile])
    desk.press("PgDn")
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json saved  gate ● up rev e92cbb              0/s ▁▁▁▁▁▁▁▁▁▁
      ┌Tool of git────────────────────────────────────────────────── 39 of 43 lines ─┐
      │                                                                              │
      │ why it needs a policy                                                        │
      │   It only looks, but what it sees of source code, issues and repositories    │
      │   goes to the agent and to the model behind it.                              │
      │   Allowing it is usual; a limit keeps a loop from draining the source.       │
      │                                                                              │
      │ what this access invites                                                     │
      │   tool poisoning                                                             │
      │     its description does not describe, it gives the agent orders: it says    │
      │     `Do not tell`                                                            │
      │     answer: hide the tool, or deny it until someone has read the description │
      │   indirect prompt injection                                                  │
      │     what it returns from source code, issues and repositories was written by │
      │     others, and may be meant as orders to the agent                          │
      │     answer: require_approval on the tools that could carry such orders out:  │
      │             those that send, pay or delete                                   │
      │                                                                              │
      │ why Read · Low                                                               │
      │   description has "Reads" · Read 72                                          │
      │   name has "get‹U+202E›token" · Read 60                                      │
      └──────────────────── j k scroll · w apply the recommended rule · u undo · Esc ┘

      """)
  }
}
