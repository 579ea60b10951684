import ConsoleCore
import ControlWire
import Testing

/// Pictures of calls that wait, whole, at the sizes that people have.
struct ApprovalScreenTests {
  @Test func toldInPolicy() {
    let desk = Desk.waiting()
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json saved  gate ● up rev e92cbb              0/s ▁▁▁▁▁▁▁▁▁▁
       ▲ 4 calls wait · claude-1 git/git_reset · 0:42 then DENY · press 3
      ┌1 Policy────────────risk ↓ · 2 servers · 7 tools┐┌2 Rule──────────────────────┐
      │▶▾ git                 1H 1M 3L  2 no rule  deny││git                         │
      │   !DEST HIGH git_reset       ✗ deny ·    L3    ││server   ● running          │
      │   !WRIT MED  git_commit      ✗ deny ·    L3    ││runs     mcp-server-git (st…│
      │    READ LOW  git_status      ✓ allow     L7    ││default  ✗ deny · global de…│
      │    READ LOW  git_log         ≈ 10/minute L8    ││                            │
      │    READ LOW  git_diff        ✓ allow ·   L9    ││✓ allow  2 tools            │
      │ ▾ time             2L  2 no rule  default allow││✗ deny  2 tools             │
      │   !READ LOW  get_current_ti… ✓ allow ·   L12   ││≈ limit  1 tool             │
      │   !READ LOW  convert_time    ✓ allow ·   L12   ││                            │
      │                                                ││D changes its default, m    │
      │                                                ││marks all its tools, Enter  │
      │                                                ││opens or closes it.         │
      └────────────────────────────────────────────────┘└───────────────────── 8 more┘
      ┌4 Live ▶ follow───────────────────────────────────────────────────ring 100,000┐
      │ 11:43:07 claude      git/git_status           ✓ allow   …                    │
      │ 11:43:07 claude      git/git_log              ✓ allow   …                    │
      │ 11:43:07 claude-1    git/git_push             ? asked   1:30 left, then deny…│
      │ 11:43:07 claude-1    git/git_push             ✓ allow   approved by you on p…│
      │ 11:43:07 claude-1    git/git_reset            ✗ expired                      │
      └──────────────────────────────────────────────────────────────────────────────┘
       ! git/git_reset: nobody decided in time, so it is denied
      """)
  }

  @Test func queue() {
    var desk = Desk.waiting()
    desk.look()
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json saved  gate ● up rev e92cbb              0/s ▁▁▁▁▁▁▁▁▁▁
       ▲ 4 calls wait · claude-1 git/git_reset · 0:41 then DENY
      ┌3 Approvals────────────4 waiting┐┌Request 1 of 3─────────────────────────armed┐
      │▶  0:41 HIGH git/git_reset      ││git / git_reset                  HIGH · DEST│
      │        claude-1  session 7f3a  ││agent claude-1 · session 7f3a · as local    │
      │   0:57 HIGH ecr/build_image    ││asked by /servers/git/tools/git_reset       │
      │        claude-2  session 19c0  ││because resets lose work                    │
      │   4:09 MED  slack/post_mess… ×2││                                            │
      │        claude-1  session 7f3a  ││arguments (all 3, 66 bytes)                 │
      │ earlier                        ││  owner   "acme"                            │
      │  ✗ expired git/git_reset       ││  repo    "shop"                            │
      │  ✓ once git/git_push you on pt…││  branch  "release/2026.11\\u202egpj"        │
      │                                ││                                            │
      │                                ││! branch holds 1 invisible character        │
      │                                ││                                            │
      │                                ││similar: looking into the record            │
      │                                ││why high: name has "git_reset"              │
      │                                ││                                            │
      │                                ││0:41 left, then the gate will DENY          │
      │                                ││the agent's request waits 0:29 more         │
      │                                ││                                            │
      │                                ││                                            │
      └────────────────────────────────┘└────────────────────────────────────────────┘
       a approve  d deny  s session  i identical  w rule  e why  t time  o all of it
      """)
  }

  @Test func request() {
    var desk = Desk.waiting()
    desk.look()
    desk.press("o")
    desk.read()
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json saved  gate ● up rev e92cbb              0/s ▁▁▁▁▁▁▁▁▁▁
       ▲ 4 calls wait · claude-1 git/git_reset · 0:41 then DENY
      ┌Request──────────────────────────────────────────────────────── 0:41 · armed ─┐
      │ git / git_reset                                                  HIGH · DEST │
      │ agent claude-1 · session 7f3a · as local                                     │
      │ asked by /servers/git/tools/git_reset                                        │
      │ because resets lose work                                                     │
      │                                                                              │
      │ arguments (all 3, 66 bytes)                                                  │
      │   owner   "acme"                                                             │
      │   repo    "shop"                                                             │
      │   branch  "release/2026.11\\u202egpj"                                         │
      │                                                                              │
      │ ! branch holds 1 invisible character                                         │
      │                                                                              │
      │ similar: looking into the record                                             │
      │ why high: name has "git_reset"                                               │
      │                                                                              │
      │ request q1-3, digest digest of q1-3 66                                       │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      └────────────────────────────────────────────── a s i approve · d e deny · Esc ┘

      """)
  }

  @Test func several() {
    var desk = Desk.waiting()
    desk.look()
    desk.press("m", "m", "m", "a")
    desk.draw()
    desk.wait(400)
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json saved  gate ● up rev e92cbb              0/s ▁▁▁▁▁▁▁▁▁▁
       ▲ 4 calls wait · claude-1 git/git_reset · 0:41 then DENY
      ┌3 Approvals────────────4 waiting┐┌Request─────────────────────────────────────┐
      │ m 0:41 HIGH git/git_reset      ││git / git_reset                             │
      │        claude-1  session 7f3a  ││✗ expired, denied                           │
      │ m 0:57 HIGH ecr/build_image    ││at 11:43:07                                 │
      │        claude-2  session 19c0  ││agent claude-1 · session 7f3a               │
      │ m 4:09 MED  slack/post_mess… ×2││asked by /servers/git/tools/git_reset       │
      │ ┌Approve 4 calls?──────────────────────────────────────────────────────────┐ │
      │ │     1  HIGH  ecr/build_image                                             │ │
      │▶│     1  HIGH  git/git_reset                                               │ │
      │ │     2  MED   slack/post_message                                          │ │
      │ │                                                                          │ │
      │ │ 2 of them are HIGH or more: type 2, then y:                              │ │
      │ └────────────────────────────────────── y approve · Esc leave them waiting ┘ │
      │                                ││                                            │
      │                                ││                                            │
      │                                ││                                            │
      │                                ││                                            │
      │                                ││                                            │
      │                                ││                                            │
      │                                ││                                            │
      └────────────────────────────────┘└────────────────────────────────────────────┘

      """)
  }

  @Test func newAndOver() {
    var desk = Desk.waiting()
    desk.look()
    desk.ask(Desk.event("q1-7", "git_push"))
    desk.ask(Desk.event("q1-3", state: .withdrawn, detail: "the client hung up"))
    desk.ask(
      Desk.event("q1-4", "build_image", server: "ecr", state: .approved, by: "tty2 (you@host)", scope: .session))
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json saved  gate ● up rev e92cbb              0/s ▁▁▁▁▁▁▁▁▁▁
       ▲ 3 calls wait · claude-1 git/git_push · 0:42 then DENY
      ┌3 Approvals────────────3 waiting┐┌Request 1 of 4──────────────────────────over┐
      │▶  over HIGH git/git_reset      ││git / git_reset                  HIGH · DEST│
      │        gone: the client hung up││agent claude-1 · session 7f3a · as local    │
      │   over HIGH ecr/build_image    ││asked by /servers/git/tools/git_reset       │
      │        approved by tty2 (you@h…││because resets lose work                    │
      │   4:09 MED  slack/post_mess… ×2││                                            │
      │        claude-1  session 7f3a  ││arguments (all 3, 66 bytes)                 │
      │── new (1) ──                   ││  owner   "acme"                            │
      │   0:42 HIGH git/git_push       ││  repo    "shop"                            │
      │        claude-1  session 7f3a  ││  branch  "release/2026.11\\u202egpj"        │
      │ earlier                        ││                                            │
      │  ✓ session ecr/build_image tty…││! branch holds 1 invisible character        │
      │  · gone git/git_reset          ││                                            │
      │  ✗ expired git/git_reset       ││similar: looking into the record            │
      │  ✓ once git/git_push you on pt…││why high: name has "git_reset"              │
      │                                ││                                            │
      │                                ││gone: the client hung up: nothing is left to│
      │                                ││decide                                      │
      │                                ││                                            │
      │                                ││                                            │
      └────────────────────────────────┘└────────────────────────────────────────────┘
       j down  k up  1 policy  / filter  :  ? help  q quit
      """)
  }

  @Test func sayingWhy() {
    var desk = Desk.waiting()
    desk.look()
    desk.press("e", "not on Sundays")
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json saved  gate ● up rev e92cbb              0/s ▁▁▁▁▁▁▁▁▁▁
       ▲ 4 calls wait · claude-1 git/git_reset · 0:41 then DENY
      ┌3 Approvals────────────4 waiting┐┌Request 1 of 3─────────────────────────armed┐
      │▶  0:41 HIGH git/git_reset      ││git / git_reset                  HIGH · DEST│
      │        claude-1  session 7f3a  ││agent claude-1 · session 7f3a · as local    │
      │   0:57 HIGH ecr/build_image    ││asked by /servers/git/tools/git_reset       │
      │        claude-2  session 19c0  ││because resets lose work                    │
      │   4:09 MED  slack/post_mess… ×2││                                            │
      │        claude-1  session 7f3a  ││arguments (all 3, 66 bytes)                 │
      │ earlier                        ││  owner   "acme"                            │
      │  ✗ expired git/git_reset       ││  repo    "shop"                            │
      │  ✓ once git/git_push you on pt…││  branch  "release/2026.11\\u202egpj"        │
      │                                ││                                            │
      │                                ││! branch holds 1 invisible character        │
      │                                ││                                            │
      │                                ││similar: looking into the record            │
      │                                ││why high: name has "git_reset"              │
      │                                ││                                            │
      │                                ││0:41 left, then the gate will DENY          │
      │                                ││the agent's request waits 0:29 more         │
      │                                ││                                            │
      │                                ││                                            │
      └────────────────────────────────┘└────────────────────────────────────────────┘
      deny, and say why: not on Sundays
      """)
  }

  @Test func lost() {
    var desk = Desk.waiting()
    desk.look()
    desk.send(.gateLost(reason: "the gate closed the connection", retryIn: 2_000_000))
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json saved  gate ✗ LOST 0:00 retry 2s
       ▲ 4 calls waited: unknown now, the gate is lost
      ┌3 Approvals────────────4 waiting┐┌Request 1 of 3────────────unknown, gate lost┐
      │▶     ? HIGH git/git_reset      ││git / git_reset                  HIGH · DEST│
      │        unknown, gate lost      ││agent claude-1 · session 7f3a · as local    │
      │      ? HIGH ecr/build_image    ││asked by /servers/git/tools/git_reset       │
      │        unknown, gate lost      ││because resets lose work                    │
      │      ? MED  slack/post_mess… ×2││                                            │
      │        unknown, gate lost      ││arguments (all 3, 66 bytes)                 │
      │ earlier                        ││  owner   "acme"                            │
      │  ✗ expired git/git_reset       ││  repo    "shop"                            │
      │  ✓ once git/git_push you on pt…││  branch  "release/2026.11\\u202egpj"        │
      │                                ││                                            │
      │                                ││! branch holds 1 invisible character        │
      │                                ││                                            │
      │                                ││similar: looking into the record            │
      │                                ││why high: name has "git_reset"              │
      │                                ││                                            │
      │                                ││unknown, the gate is lost: keys do nothing  │
      │                                ││                                            │
      │                                ││                                            │
      │                                ││                                            │
      └────────────────────────────────┘└────────────────────────────────────────────┘
       o all of it  / filter  :  ? help  q quit
      """)
  }

  @Test func empty() {
    var desk = Desk.ready()
    desk.press("3")
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json saved  gate ● up rev e92cbb              0/s ▁▁▁▁▁▁▁▁▁▁
      ┌3 Approvals────────nothing waits┐┌Request─────────────────────────────────────┐
      │                                ││                                            │
      │ Nothing waits for a person.    ││                                            │
      │ Calls of tools whose rule asks ││                                            │
      │ stand here, each with its      ││                                            │
      │ deadline. p in pane 1 makes a  ││                                            │
      │ rule ask.                      ││                                            │
      │                                ││                                            │
      │                                ││                                            │
      │                                ││                                            │
      │                                ││                                            │
      │                                ││                                            │
      │                                ││                                            │
      │                                ││                                            │
      │                                ││                                            │
      │                                ││                                            │
      │                                ││                                            │
      │                                ││                                            │
      │                                ││                                            │
      │                                ││                                            │
      │                                ││                                            │
      └────────────────────────────────┘└────────────────────────────────────────────┘
       1 policy  4 live  / filter  :  ? help  q quit
      """)
  }

  @Test func earlier() {
    var desk = Desk.waiting()
    desk.look()
    desk.press("G")
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json saved  gate ● up rev e92cbb              0/s ▁▁▁▁▁▁▁▁▁▁
       ▲ 4 calls wait · claude-1 git/git_reset · 0:41 then DENY
      ┌3 Approvals────────────4 waiting┐┌Request─────────────────────────────────────┐
      │   0:41 HIGH git/git_reset      ││git / git_push                              │
      │        claude-1  session 7f3a  ││✓ approved by you on pts/3                  │
      │   0:57 HIGH ecr/build_image    ││at 11:43:07                                 │
      │        claude-2  session 19c0  ││agent claude-1 · session 7f3a               │
      │   4:09 MED  slack/post_mess… ×2││asked by /servers/git/tools/git_reset       │
      │        claude-1  session 7f3a  ││                                            │
      │ earlier                        ││                                            │
      │  ✗ expired git/git_reset       ││                                            │
      │▶ ✓ once git/git_push you on pt…││                                            │
      │                                ││                                            │
      │                                ││                                            │
      │                                ││                                            │
      │                                ││                                            │
      │                                ││                                            │
      │                                ││                                            │
      │                                ││                                            │
      │                                ││                                            │
      │                                ││                                            │
      │                                ││                                            │
      └────────────────────────────────┘└────────────────────────────────────────────┘
       1 policy  4 live  / filter  :  ? help  q quit
      """)
  }
}
