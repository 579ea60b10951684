import ConsoleCore
import ControlWire
import JSONText
import Policy
import Risk
import Testing

/// Pictures of what stands in front of the panes, and of the lines that are typed into.
struct PopupsTests {
  @Test func help() {
    var desk = Desk.ready()
    desk.press("?", "mark")
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json saved  gate ● up rev e92cbb              0/s ▁▁▁▁▁▁▁▁▁▁
      ┌Help──────────────────────────────────────────────────────────────────────────┐
      │ find: mark                                                                   │
      │ ▶a           allow            allow the tool, or every marked one            │
      │  m Space     mark             mark or unmark; on a server all its tools      │
      │  v           range            begin a range of marks, or end it              │
      │  M           clear-marks      clear all marks                                │
      │  w           recommend        give the tool, or every marked one, the rule … │
      │  Esc         back             leave, clear the filter, clear the marks, in … │
      │  :           mark FILTER      mark every tool that fits                      │
      │  :           unmark FILTER    take the marks of tools that fit               │
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
      └──────────────────────────────────────── type to search · Enter does it · Esc ┘

      """)
  }

  @Test func helpSmall() {
    var desk = Desk.ready(columns: 40, rows: 10)
    desk.press("?")
    expectScreen(
      desk.state,
      """
       saved  gate ● up rev e92cbb
      ┌Help──────────────────────────────────┐
      │ find:                                │
      │ ▶a      allow the tool, or every ma… │
      │  d      deny it                      │
      │  r      limit how often it is called │
      │  x      hide it: not listed, denied… │
      │  i      remove its own rule, so tha… │
      └ type to search · Enter does it · Esc ┘

      """)
  }

  @Test func filterWithAMistake() {
    var desk = Desk.busy()
    desk.press("/", "git risk>=huge")
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json saved  gate ● up rev e92cbb              3/s ▁▁▁▁▁▁▁▁▁▇
      ┌1 Policy────0 of 7 · 7 hidden /git risk · risk ↓┐┌2 Rule──────────────────────┐
      │                                                ││ Nothing is under the cursor│
      │ no tool fits /git risk                         ││ in pane 1.                 │
      │ Esc clears the filter, / changes it            ││                            │
      │                                                ││                            │
      │                                                ││                            │
      │                                                ││                            │
      │                                                ││                            │
      │                                                ││                            │
      │                                                ││                            │
      │                                                ││                            │
      │                                                ││                            │
      │                                                ││                            │
      │                                                ││                            │
      └────────────────────────────────────────────────┘└────────────────────────────┘
      ┌4 Live ▶ follow───────────────────────3/s · peak 3 ▁▁▁▁▁▁▁▁▁▁▁▇ · ring 100,000┐
      │ 11:42:07 ── gate connected ──                                                │
      │ 11:43:07 claude      git/git_status           ✓ allow   ok 12ms 1,204 B      │
      │ 11:43:07 claude      git/git_reset            ✗ deny    no rule allows it    │
      │ 11:43:07 claude      git/git_log              ≈ limit   10 of 10 in the last…│
      │                                                                              │
                 ▾ filter: `huge` is no risk; there are low med high crit
      /git risk>=huge
      """)
  }

  @Test func filterThatFindsNothing() {
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

  @Test func question() {
    var desk = Desk.busy()
    desk.press("v", "j", "j", "a")
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json saved  gate ● up rev e92cbb              3/s ▁▁▁▁▁▁▁▁▁▇
      ┌1 Policy────────2 marked · risk ↓ · 4 ungoverned┐┌2 Rule──────────────────────┐
      │ ▾ git                 1H 1M 3L  2 no rule  deny││git_commit                  │
      │  •!DEST HIGH git_reset       ✗ deny ·    L3    ││server   git                │
      │▶ •!WRIT MED  git_commit      ✗ deny ·    L3    ││risk     Write · Medium 90% │
      │    READ LOW  git_status      ✓ allow     L7    ││                            │
      │    READ LOW  git_log         ≈ 10/minute L8    ││decision ✗ deny             │
      │    READ LOW  git_diff        ✓ allow ·   L9    ││because  global default,    │
      │ ▾ time             2L  2 no rule  default allow││         line 3             │
      │ ┌Sure?─────────────────────────────────────────────────────────────────────┐ │
      │ │ 2 tools: allow                                                           │ │
      │ │ 2 of 2 marked tools change: 2 deny → allow; 1 is HIGH                    │ │
      │ │ 1 of high risk will act unasked: git_reset                               │:│
      │ └──────────────────────────────────────────────────────────── y yes · n no ┘s│
      │                                                ││         tool. Rule         │
      └─ ! ungoverned: only the global default ────────┘└──────────────────── 14 more┘
      ┌4 Live ▶ follow───────────────────────3/s · peak 3 ▁▁▁▁▁▁▁▁▁▁▁▇ · ring 100,000┐
      │ 11:42:07 ── gate connected ──                                                │
      │ 11:43:07 claude      git/git_status           ✓ allow   ok 12ms 1,204 B      │
      │ 11:43:07 claude      git/git_reset            ✗ deny    no rule allows it    │
      │ 11:43:07 claude      git/git_log              ≈ limit   10 of 10 in the last…│
      │                                                                              │
      └──────────────────────────────────────────────────────────────────────────────┘

      """)
  }

  @Test func decisionDetails() {
    var desk = Desk.busy()
    desk.press("4", "k", "Enter")
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json saved  gate ● up rev e92cbb              3/s ▁▁▁▁▁▁▁▁▁▇
      ┌1 Policy────────────risk ↓ · 2 servers · 7 tools┐┌2 Rule──────────────────────┐
      │▶▾ git                 1H 1M 3L  2 no rule  deny││git                         │
      ┌Decision──────────────────────────────────────────────────────────────────────┐
      │ time      11:43:07.251                                                       │
      │ decision  ✗ deny                                                             │
      │ rule      (default)                                                          │
      │ reason    no rule allows it                                                  │
      │ server    git                                                                │
      │ tool      git_reset                                                          │
      │ method    tools/call                                                         │
      │ client    claude                                                             │
      │ session   s1                                                                 │
      │ risk      Read · Low                                                         │
      │ judged in 0.04ms                                                             │
      │ policy    rev e92cbb072143                                                   │
      │ event     number 2                                                           │
      │                                                                              │
      │ asking the gate for arguments and trace…                                     │
      └────────────────────────── j k others · PgDn more · J rule · w new rule · Esc ┘
      │ 11:43:07 claude      git/git_log              ≈ limit   10 of 10 in the last…│
      │                                                                              │
      └──────────────────────────────────────────────────────────────────────────────┘

      """)
  }

  @Test func commandLine() {
    var desk = Desk.busy()
    desk.press(":", "default ")
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json saved  gate ● up rev e92cbb              3/s ▁▁▁▁▁▁▁▁▁▇
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
      │                                                ││                            │
      └────────────────────────────────────────────────┘└───────────────────── 7 more┘
      ┌4 Live ▶ follow───────────────────────3/s · peak 3 ▁▁▁▁▁▁▁▁▁▁▁▇ · ring 100,000┐
      │ 11:42:07 ── gate connected ──                                                │
      │ 11:43:07 claude      git/git_status           ✓ allow   ok 12ms 1,204 B      │
      │ 11:43:07 claude      git/git_reset            ✗ deny    no rule allows it    │
      │ 11:43:07 claude      git/git_log              ≈ limit   10 of 10 in the last…│
       Tab allow  ask  deny  none  git  time
      :default allow
       default [SERVER] allow|ask|deny|none  what holds where no rule does; it asks f…
      """)
  }

  @Test func messages() {
    var desk = Desk.busy(columns: 80, rows: 20)
    desk.press("j", "d", "u", "!")
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json saved  gate ● up rev e92cbb              3/s ▁▁▁▁▁▁▁▁▁▇
      ┌Messages──────────────────────────────────────────────────────────────────────┐
      │ 11:43:07 info: git/git_reset: deny · u undo                                  │
      │ 11:43:07 info: undone: git/git_reset: deny by default becomes deny · U redo  │
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
      └───────────────────────────────────────────────────────────────────────── Esc ┘

      """)
  }
}
