import ConsoleCore
import ControlWire
import Testing

/// Pictures of calls that wait on a large and on a very small screen.
struct ApprovalScreenSizeTests {
  @Test func queueWide() {
    var desk = Desk.waiting(columns: 160, rows: 48)
    desk.look()
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json saved  gate ● up rev e92cbb072143   0 sessions   servers 1/2 up   7 tools (4 ungoverned)                       0/s ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
       ▲ 4 calls wait for approval · next claude-1 git/git_reset · 0:41 left then the gate will DENY
      ┌3 Approvals──────────────────────────────────────4 waiting┐┌Request 1 of 3───────────────────────────────────────────────────────────────────────────────armed┐
      │▶  0:41 HIGH git/git_reset                                ││git / git_reset                                                                        HIGH · DEST│
      │        claude-1  session 7f3a                            ││agent claude-1 · session 7f3a · as local                                                          │
      │   0:57 HIGH ecr/build_image                              ││asked by /servers/git/tools/git_reset                                                             │
      │        claude-2  session 19c0                            ││because resets lose work                                                                          │
      │   4:09 MED  slack/post_message ×2                        ││                                                                                                  │
      │        claude-1  session 7f3a                            ││arguments (all 3, 66 bytes)                                                                       │
      │ earlier                                                  ││  owner   "acme"                                                                                  │
      │  ✗ expired git/git_reset                                 ││  repo    "shop"                                                                                  │
      │  ✓ once git/git_push you on pts/3                        ││  branch  "release/2026.11\\u202egpj"                                                              │
      │                                                          ││                                                                                                  │
      │                                                          ││! branch holds 1 invisible character                                                              │
      │                                                          ││                                                                                                  │
      │                                                          ││similar: looking into the record                                                                  │
      │                                                          ││why high: name has "git_reset"                                                                    │
      │                                                          ││                                                                                                  │
      │                                                          ││0:41 left, then the gate will DENY                                                                │
      │                                                          ││the agent's request waits 0:29 more                                                               │
      │                                                          ││ a  approve this call                                                                             │
      │                                                          ││ s  approve this tool for its session                                                             │
      │                                                          ││ i  approve identical calls for some minutes                                                      │
      │                                                          ││ w  write a rule for calls like it, shown first                                                   │
      │                                                          ││ d  deny                                                                                          │
      │                                                          ││ e  deny and say why                                                                              │
      │                                                          ││ t  five minutes more                                                                             │
      │                                                          ││ Esc  leave waiting                                                                               │
      └──────────────────────────────────────────────────────────┘└──────────────────────────────────────────────────────────────────────────────────────────────────┘
      ┌4 Live ▶ follow───────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────ring 100,000┐
      │ time         client      server/tool                          risk      decision  rule                           took    outcome or reason                   │
      │ 11:42:07 ── gate connected ──                                                                                                                                │
      │ 11:43:07.001 claude      git/git_status                       READ LOW  ✓ allow   (default)                      0.04ms  …                                   │
      │ 11:43:07.002 claude      git/git_log                          READ LOW  ✓ allow   (default)                      0.04ms  …                                   │
      │ 11:43:07.002 claude-1    git/git_push                         WRIT MED  ? asked   /servers/git/tools/git_reset           1:30 left, then deny · resets lose …│
      │ 11:43:07.002 claude-1    git/git_push                         WRIT MED  ✓ allow   /servers/git/tools/git_reset           approved by you on pts/3 · once     │
      │ 11:43:07.002 claude-1    git/git_reset                        DEST HIGH ✗ expired /servers/git/tools/git_reset                                               │
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
       a approve  d deny  s session  i identical  w rule  e why  t time  o all of it  m mark  / filter  :  ? help  q quit
      """)
  }

  @Test func queueSmall() {
    var desk = Desk.waiting(columns: 40, rows: 10)
    desk.look()
    expectScreen(
      desk.state,
      """
       saved  gate ● up rev e92cbb
       ▲ 4 wait · git_reset · 0:41 then DENY
       3 Approvals ──────────────────4 waiting
      ▶  0:41 H git/git_reset
         0:57 H ecr/build_image
         4:09 M slack/post_message ×2
       earlier
        ✗ expired git/git_reset
      ─ live 0/s ─────────────────────────────
       a approve  d deny  s session
      """)
  }

  @Test func requestSmall() {
    var desk = Desk.waiting(columns: 40, rows: 10)
    desk.look()
    desk.press("o")
    desk.read()
    expectScreen(
      desk.state,
      """
       saved  gate ● up rev e92cbb
       ▲ 4 wait · git_reset · 0:41 then DENY
      ┌Request · lines 1 to 5  0:41 · armed ─┐
      │ git / git_reset          HIGH · DEST │
      │ agent claude-1 · session 7f3a · as   │
      │       local                          │
      │ asked by /servers/git/tools/git_rese │
      │          t                           │
      └────── a s i approve · d e deny · Esc ┘

      """)
  }

  @Test func severalSmall() {
    var desk = Desk.waiting(columns: 40, rows: 10)
    desk.look()
    desk.press("m", "m", "m", "a")
    desk.draw()
    expectScreen(
      desk.state,
      """
       saved  gate ● up rev e92cbb
       ▲ 4 wait · git_reset · 0:41 then DENY
      ┌Approve 4 calls?──────────────────────┐
      │     1  HIGH  ecr/build_image         │
      │     1  HIGH  git/git_reset           │
      │     2  MED   slack/post_message      │
      │                                      │
      │ 2 of them are HIGH or more: type 2,… │
      └── y approve · Esc leave them waiting ┘

      """)
  }

  @Test func locked() {
    var desk = Desk.waiting(columns: 40, rows: 10)
    desk.gate(.lockdown(LockdownEvent(isOn: true)))
    expectScreen(
      desk.state,
      """
       LOCKDOWN: everything is denied  saved
       ▲ 4 wait · git_r… · 0:42 then DENY · 3
       1 Policy ──risk ↓ · 2 servers · 7 tools
      ▶▾ git                   2 no rule  deny
         !DEST H git_reset          ✗ deny ·
         !WRIT M git_commit         ✗ deny ·
          READ L git_status         ✓ allow
          READ L git_log            ≈ 10/min…
      ─ live 0/s ─────────────────────────────
       ! LOCKDOWN: everything that acts is de…
      """)
  }
}
