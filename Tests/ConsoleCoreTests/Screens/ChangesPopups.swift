import ConsoleCore
import Testing

/// Whole pictures of the popups about changes: choosing between two sides, edits that were left, the part of one change.
struct ChangesPopups {
  @Test func merging() {
    let desk = ChangesScreens.merging(columns: 80, rows: 24)
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json ●3 unsaved  gate ● up rev e92cbb ≠ file  0/s ▁▁▁▁▁▁▁▁▁▁
      ┌Merge─────────────────────────────────────────────────────────────────────────┐
      │ 2 conflicts, all chosen                                                      │
      │   1 git/git_status  /servers/git/tools/git_status/action                     │
      │       was        nothing                                                     │
      │   [x] m mine     "deny"                                                      │
      │   [ ] t theirs   "require_approval"                                          │
      │ ▶ 2 git/git_log  /servers/git/tools/git_log/limits                           │
      │       was        [{"window":"minute","max":10,"scope":"grant"}]              │
      │   [ ] m mine     [{"window":"hour","max":5,"scope":"grant"}]                 │
      │   [x] t theirs   [{"window":"minute","max":99,"scope":"grant"}]              │
      │ what it then changes in the file on the disk                                 │
      │ @@ -4,9 +4,10 @@                                                             │
      │     "servers": {                                                             │
      │       "git": {                                                               │
      │         "tools": {                                                           │
      │ -         "git_status": {"action": "require_approval"},                      │
      │ +         "git_status": {"action": "deny"},                                  │
      │           "git_log": {"limits": [{"window": "minute", "max": 99, "scope": "… │
      │ -         "git_diff*": {"action": "allow"}                                   │
      │ +         "git_diff*": {"action": "allow"},                                  │
      │ +         "git_commit": {"action": "allow"}                                  │
      └──────────────────────────── m mine · t theirs · Enter takes the result · Esc ┘

      """)
  }

  @Test func left() throws {
    let desk = try LeftEditsTests.found(columns: 80, rows: 24)
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json saved  gate … starting
      ┌1 Policy────────────────────────────────────────┐┌2 Rule──────────────────────┐
      │ Servers and their tools appear here as soon as ││ Nothing is under the cursor│
      │ a gate answers.                                ││ in pane 1.                 │
      │ asking the gate                                ││                            │
      │ Start one: gatehouse serve, or let a client    ││                            │
      │ connect.                                       ││                            │
      │                                                ││                            │
      │                                                ││                            │
      ┌Unsaved edits were left───────────────────────────────────────────────────────┐
      │ 2 unsaved edits of 11:42:07: a console ended before they were saved.         │
      │ In policy.json as it is they would change:                                   │
      │ ~ git/git_status: allow becomes deny                                         │
      │ ~ git/git_commit: deny by default becomes allow                              │
      └────────────────────────────────────────────── r restore · d drop · Esc later ┘
      └────────────────────────────────────────────────┘└────────────────────────────┘
      ┌4 Live ▶ follow───────────────────────────────────────────────────ring 100,000┐
      │ No gate is connected.                                                        │
      │ gatehouse serve starts one; editing policy.json works without.               │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      └──────────────────────────────────────────────────────────────────────────────┘
       2 unsaved edits of 11:42:07 were left: r restore, d drop, Esc later
      """)
  }

  @Test func leftInConflict() throws {
    let desk = try LeftEditsTests.found(columns: 80, rows: 24, file: MergingTests.theirs)
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json saved  gate … starting
      ┌1 Policy────────────────────────────────────────┐┌2 Rule──────────────────────┐
      │ Servers and their tools appear here as soon as ││ Nothing is under the cursor│
      │ a gate answers.                                ││ in pane 1.                 │
      │ asking the gate                                ││                            │
      │ Start one: gatehouse serve, or let a client    ││                            │
      │ connect.                                       ││                            │
      │                                                ││                            │
      │                                                ││                            │
      ┌Unsaved edits were left───────────────────────────────────────────────────────┐
      │ 2 unsaved edits of 11:42:07: a console ended before they were saved.         │
      │ policy.json was changed since (3 changes), in the same places; restored, you │
      │ choose for each:                                                             │
      │ ! git/git_status                                                             │
      └────────────────────────────────────────────── r restore · d drop · Esc later ┘
      └────────────────────────────────────────────────┘└────────────────────────────┘
      ┌4 Live ▶ follow───────────────────────────────────────────────────ring 100,000┐
      │ No gate is connected.                                                        │
      │ gatehouse serve starts one; editing policy.json works without.               │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      └──────────────────────────────────────────────────────────────────────────────┘
       2 unsaved edits of 11:42:07 were left: r restore, d drop, Esc later
      """)
  }

  @Test func mergingSmall() {
    let desk = ChangesScreens.merging(columns: 40, rows: 10)
    expectScreen(
      desk.state,
      """
       ●3 unsaved  gate ● up rev e92cbb ≠ file
      ┌Merge─────────────────────────────────┐
      │ 2 conflicts, all chosen              │
      │ ▶ 2 git/git_log  /servers/git/tools… │
      │       was        [{"window":"minute… │
      │   [ ] m mine     [{"window":"hour",… │
      │   [x] t theirs   [{"window":"minute… │
      │ what it then changes in the file on… │
      └ m mine · t theirs · Enter takes the …┘

      """)
  }

  @Test func leftSmall() throws {
    let desk = try LeftEditsTests.found(columns: 40, rows: 10)
    expectScreen(
      desk.state,
      """
       saved  gate … starting
      ┌Unsaved edits were left───────────────┐
      │ 2 unsaved edits of 11:42:07: a       │
      │ console ended before they were       │
      │ saved.                               │
      │ In policy.json as it is they would   │
      │ change:                              │
      │ ~ git/git_status: allow becomes deny │
      └────── r restore · d drop · Esc later ┘
       2 unsaved edits of 11:42:07 were left:…
      """)
  }

  @Test func leftInConflictSmall() throws {
    let desk = try LeftEditsTests.found(columns: 40, rows: 10, file: MergingTests.theirs)
    expectScreen(
      desk.state,
      """
       saved  gate … starting
      ┌Unsaved edits were left───────────────┐
      │ 2 unsaved edits of 11:42:07: a       │
      │ console ended before they were       │
      │ saved.                               │
      │ policy.json was changed since (3     │
      │ changes), in the same places;        │
      │ restored, you choose for each:       │
      └────── r restore · d drop · Esc later ┘
       2 unsaved edits of 11:42:07 were left:…
      """)
  }

  @Test func mergingWide() {
    let desk = ChangesScreens.merging(columns: 160, rows: 48)
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json ●3 unsaved  gate ● up rev e92cbb072143 ≠ file   0 sessions   servers 1/2 up   7 tools (3 ungoverned)           0/s ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
       ! policy.json chang┌Merge─────────────────────────────────────────────────────────────────────────────────────────────────────────────────┐
      ┌6 Changes──────────│ 2 conflicts, all chosen                                                                                              │───rev e92cbb072143┐
      │▶ 2 conflicts with │   1 git/git_status  /servers/git/tools/git_status/action                                                             │                   │
      │  ! git/git_status │       was        nothing                                                                                             │                   │
      │  ! git/git_log bot│   [x] m mine     "deny"                                                                                              │                   │
      │                   │   [ ] t theirs   "require_approval"                                                                                  │                   │
      │  3 unsaved changes│ ▶ 2 git/git_log  /servers/git/tools/git_log/limits                                                                   │                   │
      │  ~ git/git_status:│       was        [{"window":"minute","max":10,"scope":"grant"}]                                                      │                   │
      │  ~ git/git_log: 10│   [ ] m mine     [{"window":"hour","max":5,"scope":"grant"}]                                                         │                   │
      │  ~ git/git_commit:│   [x] t theirs   [{"window":"minute","max":99,"scope":"grant"}]                                                      │                   │
      │                   │ what it then changes in the file on the disk                                                                         │                   │
      │  effect on the las│ @@ -4,9 +4,10 @@                                                                                                     │                   │
      │    trying the edit│     "servers": {                                                                                                     │                   │
      │                   │       "git": {                                                                                                       │                   │
      │  the text that sav│         "tools": {                                                                                                   │                   │
      │  @@ -4,9 +4,10 @@ │ -         "git_status": {"action": "require_approval"},                                                              │                   │
      │      "servers": { │ +         "git_status": {"action": "deny"},                                                                          │                   │
      │        "git": {   │           "git_log": {"limits": [{"window": "minute", "max": 99, "scope": "grant"}]},                                │                   │
      │          "tools": │ -         "git_diff*": {"action": "allow"}                                                                           │                   │
      │  -         "git_st│ +         "git_diff*": {"action": "allow"},                                                                          │                   │
      │  -         "git_lo│ +         "git_commit": {"action": "allow"}                                                                          │                   │
      │  -         "git_di│         }                                                                                                            │                   │
      │  +         "git_st│       },                                                                                                             │                   │
      │  +         "git_lo│       "time": {"default": "deny"}                                                                                    │                   │
      │  +         "git_di│                                                                                                                      │                   │
      │  +         "git_co│                                                                                                                      │                   │
      │          }        │                                                                                                                      │                   │
      └───────────────────│                                                                                                                      │───────────────────┘
      ┌4 Live ▶ follow────│                                                                                                                      │───────ring 100,000┐
      │ time         clien│                                                                                                                      │                   │
      │ 11:42:07 ── gate c│                                                                                                                      │                   │
      │ No calls yet. Let │                                                                                                                      │                   │
      │ gatehouse connect │                                                                                                                      │                   │
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
      └───────────────────└──────────────────────────────────────────────────────────────────── m mine · t theirs · Enter takes the result · Esc ┘───────────────────┘

      """)
  }

  @Test func leftToBeDropped() throws {
    var desk = try LeftEditsTests.found()
    desk.press("d")
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json saved  gate … starting
      ┌1 Policy────────────────────────────────────────┐┌2 Rule──────────────────────┐
      │ Servers and their tools appear here as soon as ││ Nothing is under the cursor│
      │ a gate answers.                                ││ in pane 1.                 │
      │ asking the gate                                ││                            │
      │ Start one: gatehouse serve, or let a client    ││                            │
      │ connect.                                       ││                            │
      │                                                ││                            │
      │                                                ││                            │
      │                                                ││                            │
      ┌Unsaved edits were left───────────────────────────────────────────────────────┐
      │ drop 2 unsaved edits of 11:42:07 for ever?                                   │
      └──────────────────────────────────────────────────── y drop for ever · n keep ┘
      │                                                ││                            │
      │                                                ││                            │
      └────────────────────────────────────────────────┘└────────────────────────────┘
      ┌4 Live ▶ follow───────────────────────────────────────────────────ring 100,000┐
      │ No gate is connected.                                                        │
      │ gatehouse serve starts one; editing policy.json works without.               │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      └──────────────────────────────────────────────────────────────────────────────┘

      """)
  }

  @Test func part() {
    var desk = ChangesTests.edited()
    ChangesTests.go(to: "git/git_log", in: &desk)
    desk.press("d")
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json ●3 unsaved  gate ● up rev e92cbb         0/s ▁▁▁▁▁▁▁▁▁▁
      ┌6 Changes─────────────────────────────────────────────────────rev e92cbb072143┐
      │  3 unsaved changes · 3 steps to undo (u) · ctrl-s saves                      │
      │  ~ git/git_status: allow becomes deny                                        │
      │▶ ~ git/git_log: 10/minute becomes 5/hour                                     │
      ┌What it changes───────────────────────────────────────────────────────────────┐
      │ git/git_log: 10/minute becomes 5/hour                                        │
      │                                                                              │
      │ @@ -5,7 +5,7 @@                                                              │
      │       "git": {                                                               │
      │         "tools": {                                                           │
      │           "git_status": {"action": "deny"},                                  │
      │ -         "git_log": {"limits": [{"window": "minute", "max": 10, "scope": "… │
      │ +         "git_log": {"limits": [{"window": "hour", "max": 5, "scope": "gra… │
      │           "git_diff*": {"action": "allow"},                                  │
      │           "git_commit": {"action": "allow"}                                  │
      │         }                                                                    │
      └──────────────────────────────────────────────────────────── j k scroll · Esc ┘
      │ No calls yet. Let your client start its server through the gate:             │
      │ gatehouse connect NAME                                                       │
      │                                                                              │
      │                                                                              │
      └──────────────────────────────────────────────────────────────────────────────┘

      """)
  }
}
