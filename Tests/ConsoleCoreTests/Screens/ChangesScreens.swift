import ConsoleCore
import ControlWire
import Policy
import Testing

/// Whole pictures of the changes pane.
struct ChangesScreens {
  static func saved(columns: Int, rows: Int) -> Desk {
    var desk = ChangesTests.edited(columns: columns, rows: rows)
    desk.press("ctrl-s")
    desk.send(.policySaved(.saved))
    desk.gate(.policy(PolicyEvent(state: .loaded, revision: desk.revision, problems: [])))
    desk.press(":", "deny git/git_reset", "Enter", "g")
    desk.send(.tick(desk.state.now.advanced(byMicroseconds: 9_000_000)))
    return desk
  }

  static func contested(columns: Int, rows: Int) -> Desk {
    var desk = MergingTests.contested(columns: columns, rows: rows)
    desk.send(.tick(desk.state.now.advanced(byMicroseconds: 9_000_000)))
    desk.press("g")
    return desk
  }

  static func merging(columns: Int, rows: Int) -> Desk {
    var desk = contested(columns: columns, rows: rows)
    desk.press("m", "m", "j", "t")
    return desk
  }

  @Test func saved() {
    let desk = Self.saved(columns: 80, rows: 24)
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json ●1 unsaved  gate ● up rev 9a28e2         0/s ▁▁▁▁▁▁▁▁▁▁
      ┌6 Changes─────────────────────────────────────────────────────rev 9a28e297ea19┐
      │▶ 1 unsaved change · 1 step to undo (u) · ctrl-s saves                        │
      │  ~ git/git_reset: deny by default becomes deny                               │
      │                                                                              │
      │  effect on the last 7 days                                                   │
      │    trying the edits on every call…                                           │
      │                                                                              │
      │  the text that saving writes, as a diff                                      │
      │  @@ -7,7 +7,8 @@                                                             │
      │            "git_status": {"action": "deny"},                                 │
      │            "git_log": {"limits": [{"window": "hour", "max": 5, "scope": "gra…│
      │            "git_diff*": {"action": "allow"},                                 │
      │  -         "git_commit": {"action": "allow"}                                 │
      │  +         "git_commit": {"action": "allow"},                                │
      └──────────────────────────────────────────────────────────────────────────────┘
      ┌4 Live ▶ follow───────────────────────────────────────────────────ring 100,000┐
      │ 11:42:07 ── gate connected ──                                                │
      │ No calls yet. Let your client start its server through the gate:             │
      │ gatehouse connect NAME                                                       │
      │                                                                              │
      │                                                                              │
      └──────────────────────────────────────────────────────────────────────────────┘
       z undo  ^S save  U redo  E editor  / filter  :  ? help  q quit
      """)
  }

  @Test func contested() {
    let desk = Self.contested(columns: 80, rows: 24)
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json ●3 unsaved  gate ● up rev e92cbb ≠ file  0/s ▁▁▁▁▁▁▁▁▁▁
       ! changed on disk: theirs 3, yours 3, conflicts 2 · m merge, K keep mine, T ta…
      ┌6 Changes─────────────────────────────────────────────────────rev e92cbb072143┐
      │▶ 2 conflicts with what is on the disk: m chooses for each · K keeps mine · T…│
      │  ! git/git_status both changed: mine "deny" theirs "require_approval"        │
      │  ! git/git_log both changed: mine [{"window":"hour","max":5,"scope":"grant"}]│
      │                                                                              │
      │  3 unsaved changes · 3 steps to undo (u) · ctrl-s saves                      │
      │  ~ git/git_status: allow becomes deny                                        │
      │  ~ git/git_log: 10/minute becomes 5/hour                                     │
      │  ~ git/git_commit: deny by default becomes allow                             │
      │                                                                              │
      │  effect on the last 7 days                                                   │
      │    trying the edits on every call…                                           │
      │                                                                              │
      └──────────────────────────────────────────────────────────────────────────────┘
      ┌4 Live ▶ follow───────────────────────────────────────────────────ring 100,000┐
      │ 11:42:07 ── gate connected ──                                                │
      │ No calls yet. Let your client start its server through the gate:             │
      │ gatehouse connect NAME                                                       │
      │                                                                              │
      │                                                                              │
      └──────────────────────────────────────────────────────────────────────────────┘
       m merge  K keep mine  T take theirs  z undo  ^S save  U redo  E editor
      """)
  }

  @Test func savedSmall() {
    let desk = Self.saved(columns: 40, rows: 10)
    expectScreen(
      desk.state,
      """
       ●1 unsaved  gate ● up rev 9a28e2
       6 Changes ─────────────rev 9a28e297ea19
      ▶ 1 unsaved change · 1 step to undo (u)…
        ~ git/git_reset: deny by default beco…

        effect on the last 7 days
          trying the edits on every call…

      ─ live 0/s ─────────────────────────────
       z undo  ^S save  U redo  E editor
      """)
  }

  @Test func contestedSmall() {
    let desk = Self.contested(columns: 40, rows: 10)
    expectScreen(
      desk.state,
      """
       ●3 unsaved  gate ● up rev e92cbb ≠ file
       ! changed on disk: theirs 3, yours 3, …
       6 Changes ─────────────rev e92cbb072143
      ▶ 2 conflicts with what is on the disk:…
        ! git/git_status both changed: mine "…
        ! git/git_log both changed: mine [{"w…

        3 unsaved changes · 3 steps to undo (…
      ─ live 0/s ─────────────────────────────
       m merge  K keep mine  T take theirs
      """)
  }

  @Test func savedWide() {
    let desk = Self.saved(columns: 160, rows: 48)
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json ●1 unsaved  gate ● up rev 9a28e297ea19   0 sessions   servers 1/2 up   7 tools (2 ungoverned)                  0/s ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
      ┌6 Changes─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────rev 9a28e297ea19┐
      │▶ 1 unsaved change · 1 step to undo (u) · ctrl-s saves                                                                                                        │
      │  ~ git/git_reset: deny by default becomes deny                                                                                                               │
      │                                                                                                                                                              │
      │  effect on the last 7 days                                                                                                                                   │
      │    trying the edits on every call…                                                                                                                           │
      │                                                                                                                                                              │
      │  the text that saving writes, as a diff                                                                                                                      │
      │  @@ -7,7 +7,8 @@                                                                                                                                             │
      │            "git_status": {"action": "deny"},                                                                                                                 │
      │            "git_log": {"limits": [{"window": "hour", "max": 5, "scope": "grant"}]},                                                                          │
      │            "git_diff*": {"action": "allow"},                                                                                                                 │
      │  -         "git_commit": {"action": "allow"}                                                                                                                 │
      │  +         "git_commit": {"action": "allow"},                                                                                                                │
      │  +         "git_reset": {"action": "deny"}                                                                                                                   │
      │          }                                                                                                                                                   │
      │        },                                                                                                                                                    │
      │        "time": {"default": "allow"}                                                                                                                          │
      │                                                                                                                                                              │
      │  history: Enter goes to a step · u takes back, U does again                                                                                                  │
      │  here   11:46:10 git/git_reset: deny by default becomes deny                                                                                                 │
      │         11:45:09 git/git_commit: deny by default becomes allow · as in the file                                                                              │
      │         11:44:08 git/git_log: 10/minute becomes 5/hour                                                                                                       │
      │         11:43:07 git/git_status: allow becomes deny                                                                                                          │
      │                  the file as it was first read                                                                                                               │
      │                                                                                                                                                              │
      │  the file while this console ran: Enter shows what changed                                                                                                   │
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
       z undo  ^S save  U redo  E editor  / filter  :  ? help  q quit
      """)
  }
}
