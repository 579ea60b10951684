import ConsoleCore
import ControlWire
import Testing

/// Pictures of the page of a tool at its edges: no schema, a broken one, too much, too little room.
struct ToolPageEdgeScreens {
  @Test func noSchema() throws {
    var desk = try Desk.page([ToolTexts.noSchema])
    desk.press("G")
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json saved  gate ● up rev e92cbb              0/s ▁▁▁▁▁▁▁▁▁▁
      ┌Tool of git────────────────────────────────────────────────── 36 of 36 lines ─┐
      │                                                                              │
      │ why it needs a policy                                                        │
      │   It only looks, but what it sees of source code, issues and repositories    │
      │   goes to the agent and to the model behind it.                              │
      │   Allowing it is usual; a limit keeps a loop from draining the source.       │
      │   Nothing declares its arguments, so only whole calls can be judged.         │
      │                                                                              │
      │ what this access invites                                                     │
      │   indirect prompt injection                                                  │
      │     what it returns from source code, issues and repositories was written by │
      │     others, and may be meant as orders to the agent                          │
      │     answer: require_approval on the tools that could carry such orders out:  │
      │             those that send, pay or delete                                   │
      │                                                                              │
      │ why Read · Low                                                               │
      │   name has "list" · Read 78                                                  │
      │   description has "Lists" · Read 72                                          │
      │                                                                              │
      │ the server says                                                              │
      │   Lists rooms.                                                               │
      └──────────────────── j k scroll · w apply the recommended rule · u undo · Esc ┘

      """)
  }

  @Test func aBrokenSchema() throws {
    var desk = try Desk.page([ToolTexts.brokenSchema])
    desk.press("G")
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json saved  gate ● up rev e92cbb              0/s ▁▁▁▁▁▁▁▁▁▁
      ┌Tool of git────────────────────────────────────────────────── 35 of 35 lines ─┐
      │                                                                              │
      │ why it needs a policy                                                        │
      │   It only looks, but what it sees of source code, issues and repositories    │
      │   goes to the agent and to the model behind it.                              │
      │   Allowing it is usual; a limit keeps a loop from draining the source.       │
      │   Nothing declares its arguments, so only whole calls can be judged.         │
      │                                                                              │
      │ what this access invites                                                     │
      │   indirect prompt injection                                                  │
      │     what it returns from source code, issues and repositories was written by │
      │     others, and may be meant as orders to the agent                          │
      │     answer: require_approval on the tools that could carry such orders out:  │
      │             those that send, pay or delete                                   │
      │                                                                              │
      │ why Read · Low                                                               │
      │   name has "list" · Read 78                                                  │
      │   description has "Lists" · Read 72                                          │
      │                                                                              │
      │ the server says                                                              │
      │   Lists rooms.                                                               │
      └──────────────────── j k scroll · w apply the recommended rule · u undo · Esc ┘

      """)
  }

  @Test func aHundredParameters() throws {
    var desk = try Desk.page([ToolTexts.many])
    desk.press("PgDn")
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json saved  gate ● up rev e92cbb              0/s ▁▁▁▁▁▁▁▁▁▁
      ┌Tool of git───────────────────────────────────────────────── 39 of 234 lines ─┐
      │     Number 1                                                                 │
      │   p2 optional · integer                                                      │
      │     Number 2                                                                 │
      │   p3 optional · integer                                                      │
      │     Number 3                                                                 │
      │   p4 optional · integer                                                      │
      │     Number 4                                                                 │
      │   p5 optional · integer                                                      │
      │     Number 5                                                                 │
      │   p6 optional · integer                                                      │
      │     Number 6                                                                 │
      │   p8 optional · integer                                                      │
      │     Number 8                                                                 │
      │   p9 optional · integer                                                      │
      │     Number 9                                                                 │
      │   p10 optional · integer                                                     │
      │     Number 10                                                                │
      │   p11 optional · integer                                                     │
      │     Number 11                                                                │
      │   p12 optional · integer                                                     │
      └──────────────────── j k scroll · w apply the recommended rule · u undo · Esc ┘

      """)
  }

  @Test func small() throws {
    let desk = try Desk.page([ToolTexts.push], columns: 40, rows: 10)
    expectScreen(
      desk.state,
      """
       saved  gate ● up rev e92cbb
      ┌Tool────────────────── 6 of 89 lines ─┐
      │ git_push                             │
      │ Push                                 │
      │ server   git, running, stdio         │
      │ package  not known; it runs          │
      │          mcp-server-git              │
      │ risk     Write · Medium              │
      └─────────────────────── w apply · Esc ┘

      """)
  }
}
