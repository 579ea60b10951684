import ConsoleCore
import ControlWire
import JSONText
import Policy
import Risk
import Testing

/// Pictures of the panes, whole, at the sizes that people have.
struct PanesTests {
  @Test func list() {
    expectScreen(
      Desk.busy().state,
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
      │                                                                              │
      └──────────────────────────────────────────────────────────────────────────────┘
       Enter open  D default  o messages  m mark all  / filter  :  ? help  q quit
      """)
  }

  @Test func listWide() {
    expectScreen(
      Desk.busy(columns: 160, rows: 48).state,
      """
       gatehouse  policy.json saved  gate ● up rev e92cbb072143   0 sessions   servers 1/2 up   7 tools (4 ungoverned)                       3/s ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▇
      ┌1 Policy──────────────────────────────risk ↓ · 2 servers · 7 tools · 4 ungoverned┐┌2 Rule─────────────────────────────────────────────────────────────────────┐
      │     kind risk tool               decision       rule  source             calls/h││git                                                                        │
      │▶▾ git               5 tools  1 HIGH 1 MED 3 LOW  2 ungoverned  default deny  3/h││server   ● running                                                         │
      │   ! DEST HIGH git_reset          ✗ deny ·       L3    global default           1││runs     mcp-server-git (stdio)                                            │
      │   ! WRIT MED  git_commit         ✗ deny ·       L3    global default            ││default  ✗ deny · global default                                           │
      │     READ LOW  git_status         ✓ allow        L7    explicit                 1││                                                                           │
      │     READ LOW  git_log            ≈ 10/minute    L8    explicit                 1││✓ allow  2 tools                                                           │
      │     READ LOW  git_diff           ✓ allow ·      L9    pattern git_diff*         ││✗ deny  2 tools                                                            │
      │ ▾ time                               2 tools  2 LOW  2 ungoverned  default allow││≈ limit  1 tool                                                            │
      │   ! READ LOW  get_current_time   ✓ allow ·      L12   server default            ││                                                                           │
      │   ! READ LOW  convert_time       ✓ allow ·      L12   server default            ││D changes its default, m marks all its tools, Enter opens or closes it.    │
      │                                                                                 ││                                                                           │
      │                                                                                 ││rules of this server, beside those of its tools                            │
      │                                                                                 ││  pattern git_diff*: allow · line 9                                        │
      │                                                                                 ││                                                                           │
      │                                                                                 ││rules for all servers                                                      │
      │                                                                                 ││  default of the policy: deny · line 3                                     │
      │                                                                                 ││                                                                           │
      │                                                                                 ││                                                                           │
      │                                                                                 ││                                                                           │
      │                                                                                 ││                                                                           │
      │                                                                                 ││                                                                           │
      │                                                                                 ││                                                                           │
      │                                                                                 ││                                                                           │
      │                                                                                 ││                                                                           │
      │                                                                                 ││                                                                           │
      │                                                                                 ││                                                                           │
      └─────────────────────────────────────────────────────────────────────────────────┘└───────────────────────────────────────────────────────────────────────────┘
      ┌4 Live ▶ follow───────────────────────────────────────────────────────3/s · peak 3 ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▇ · ring 100,000┐
      │ time         client      server/tool                          risk      decision  rule                           took    outcome or reason                   │
      │ 11:42:07 ── gate connected ──                                                                                                                                │
      │ 11:43:07.001 claude      git/git_status                       READ LOW  ✓ allow   /servers/git/tools/git_status  0.04ms  ok 12ms 1,204 B                     │
      │ 11:43:07.251 claude      git/git_reset                        READ LOW  ✗ deny    (default)                      0.04ms  no rule allows it                   │
      │ 11:43:07.252 claude      git/git_log                          READ LOW  ≈ limit   …rs/git/tools/git_log/limits/0 0.04ms  10 of 10 in the last minute         │
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
       Enter open  D default  o messages  m mark all  / filter  :  ? help  q quit  4 live
      """)
  }

  @Test func listSmall() {
    expectScreen(
      Desk.busy(columns: 40, rows: 10).state,
      """
       saved  gate ● up rev e92cbb
       1 Policy ──risk ↓ · 2 servers · 7 tools
      ▶▾ git                   2 no rule  deny
         !DEST H git_reset          ✗ deny ·
         !WRIT M git_commit         ✗ deny ·
          READ L git_status         ✓ allow
          READ L git_log            ≈ 10/min…
          READ L git_diff           ✓ allow ·
      ─ live 3/s ✓1 ✗1 ≈1 ────────────────────
       Enter open  D default  o messages
      """)
  }

  @Test func tooSmallForPanes() {
    expectScreen(
      Desk.busy(columns: 30, rows: 3).state,
      """
      gate ● up rev e92cbb saved (4…


      """)
  }

  @Test func unsaved() {
    var desk = Desk.busy()
    desk.press("j", "j", "j", "d", "j", "i", "j", "m", "j", "j", "j", "D", "y")
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json ●3 unsaved  gate ● up rev e92cbb         3/s ▁▁▁▁▁▁▁▁▁▇
      ┌1 Policy────────1 marked · risk ↓ · 5 ungoverned┐┌2 Rule─────────────not saved┐
      │ ▾ git      ~2 edited  1H 1M 3L  3 no rule  deny││convert_time                │
      │   !DEST HIGH git_reset       ✗ deny ·    L3    ││server   time               │
      │   !WRIT MED  git_commit      ✗ deny ·    L3    ││risk     Read · Low 90%     │
      │ ~  READ LOW  git_status      ✗ deny      L7    ││                            │
      │ - !READ LOW  git_log         ✗ deny ·    L3    ││decision ✗ deny             │
      │  • READ LOW  git_diff        ✓ allow ·   L8    ││because  global default,    │
      │ ▾ time           ~2 edited  2L  2 no rule  deny││         line 3             │
      │ ~ !READ LOW  get_current_ti… ✗ deny ·    L3    ││rule     (default)          │
      │▶~ !READ LOW  convert_time    ✗ deny ·    L3    ││was      ✓ allow, server    │
      │                                                ││         default in the     │
      │                                                ││                            │
      │                                                ││effect on the last 7 days b │
      │                                                ││ trying the edits on every …│
      └─ ! ungoverned: only the global default ────────┘└──────────────────── 21 more┘
      ┌4 Live ▶ follow───────────────────────3/s · peak 3 ▁▁▁▁▁▁▁▁▁▁▁▇ · ring 100,000┐
      │ 11:42:07 ── gate connected ──                                                │
      │ 11:43:07 claude      git/git_status           ✓ allow   ok 12ms 1,204 B      │
      │ 11:43:07 claude      git/git_reset            ✗ deny    no rule allows it    │
      │ 11:43:07 claude      git/git_log              ≈ limit   10 of 10 in the last…│
      │                                                                              │
      └──────────────────────────────────────────────────────────────────────────────┘
       a allow  d deny  r limit       default of time: none · 2 allow → deny · u undo
      """)
  }

  @Test func changes() {
    var desk = Desk.busy()
    desk.press("j", "j", "j", "d", "=")
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json ●1 unsaved  gate ● up rev e92cbb         3/s ▁▁▁▁▁▁▁▁▁▇
      ┌6 Changes─────────────────────────────────────────────────────rev e92cbb072143┐
      │▶ 1 unsaved change · 1 step to undo (u) · ctrl-s saves                        │
      │  ~ git/git_status: allow becomes deny                                        │
      │                                                                              │
      │  effect on the last 7 days                                                   │
      │    trying the edits on every call…                                           │
      │                                                                              │
      │  the text that saving writes, as a diff                                      │
      │  @@ -4,7 +4,7 @@                                                             │
      │      "servers": {                                                            │
      │        "git": {                                                              │
      │          "tools": {                                                          │
      │  -         "git_status": {},                                                 │
      │  +         "git_status": {"action": "deny"},                                 │
      └──────────────────────────────────────────────────────────────────────────────┘
      ┌4 Live ▶ follow───────────────────────3/s · peak 3 ▁▁▁▁▁▁▁▁▁▁▁▇ · ring 100,000┐
      │ 11:42:07 ── gate connected ──                                                │
      │ 11:43:07 claude      git/git_status           ✓ allow   ok 12ms 1,204 B      │
      │ 11:43:07 claude      git/git_reset            ✗ deny    no rule allows it    │
      │ 11:43:07 claude      git/git_log              ≈ limit   10 of 10 in the last…│
      │                                                                              │
      └──────────────────────────────────────────────────────────────────────────────┘
       z undo  ^S save  U redo  E editor  / filter  :  ? help  q quit
      """)
  }

  @Test func serversPane() {
    var desk = Desk.busy()
    desk.gate(.server(ServerEvent(server: "time", state: .failed, detail: "exit status 1: no such file")))
    desk.press("5")
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json saved  gate ● up rev e92cbb              3/s ▁▁▁▁▁▁▁▁▁▇
      ┌5 Servers────────────────────────────────────────────────────────────2 servers┐
      │  server             state      tools sess  runs            news              │
      │▶ git                ● running  5     1     mcp-server-git                    │
      │  time               ✗ failed   2     1     mcp-server-time exit status 1: no…│
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
      └──────────────────────────────────────────────────────────────────────────────┘
      ┌4 Live ▶ follow───────────────────────3/s · peak 3 ▁▁▁▁▁▁▁▁▁▁▁▇ · ring 100,000┐
      │ 11:42:07 ── gate connected ──                                                │
      │ 11:43:07 claude      git/git_status           ✓ allow   ok 12ms 1,204 B      │
      │ 11:43:07 claude      git/git_reset            ✗ deny    no rule allows it    │
      │ 11:43:07 claude      git/git_log              ≈ limit   10 of 10 in the last…│
      │                                                                              │
      └──────────────────────────────────────────────────────────────────────────────┘
       Enter details  Space disable  R ask tools  A add  I import  X remove
      """)
  }

  @Test func pausedWide() {
    var desk = Desk.busy(columns: 160, rows: 48)
    desk.press("4", "k", "+")
    for _ in 0..<30 { desk.call("git", "git_status") }
    desk.gate(.gap(missed: 1204), sequence: 0)
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json saved  gate ● up rev e92cbb072143   0 sessions   servers 1/2 up   7 tools (4 ungoverned)                       3/s ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▇
      ┌4 Live ‖ PAUSED · 32 newer · G────────────────────────3/s · peak 3 ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▇ · ring 100,000 · 1,204 dropped┐
      │ time         client      server/tool                          risk      decision  rule                           took    outcome or reason                   │
      │ 11:42:07 ── gate connected ──                                                                                                                                │
      │ 11:43:07.001 claude      git/git_status                       READ LOW  ✓ allow   /servers/git/tools/git_status  0.04ms  ok 12ms 1,204 B                     │
      │▶11:43:07.251 claude      git/git_reset                        READ LOW  ✗ deny    (default)                      0.04ms  no rule allows it                   │
      │ 11:43:07.252 claude      git/git_log                          READ LOW  ≈ limit   …rs/git/tools/git_log/limits/0 0.04ms  10 of 10 in the last minute         │
      │ 11:43:07.253 claude      git/git_status                       READ LOW  ✓ allow   (default)                      0.04ms  …                                   │
      │ 11:43:07.254 claude      git/git_status                       READ LOW  ✓ allow   (default)                      0.04ms  …                                   │
      │ 11:43:07.255 claude      git/git_status                       READ LOW  ✓ allow   (default)                      0.04ms  …                                   │
      │ 11:43:07.256 claude      git/git_status                       READ LOW  ✓ allow   (default)                      0.04ms  …                                   │
      │ 11:43:07.257 claude      git/git_status                       READ LOW  ✓ allow   (default)                      0.04ms  …                                   │
      │ 11:43:07.258 claude      git/git_status                       READ LOW  ✓ allow   (default)                      0.04ms  …                                   │
      │ 11:43:07.259 claude      git/git_status                       READ LOW  ✓ allow   (default)                      0.04ms  …                                   │
      │ 11:43:07.260 claude      git/git_status                       READ LOW  ✓ allow   (default)                      0.04ms  …                                   │
      │ 11:43:07.261 claude      git/git_status                       READ LOW  ✓ allow   (default)                      0.04ms  …                                   │
      │ 11:43:07.262 claude      git/git_status                       READ LOW  ✓ allow   (default)                      0.04ms  …                                   │
      │ 11:43:07.263 claude      git/git_status                       READ LOW  ✓ allow   (default)                      0.04ms  …                                   │
      │ 11:43:07.264 claude      git/git_status                       READ LOW  ✓ allow   (default)                      0.04ms  …                                   │
      │ 11:43:07.265 claude      git/git_status                       READ LOW  ✓ allow   (default)                      0.04ms  …                                   │
      │ 11:43:07.266 claude      git/git_status                       READ LOW  ✓ allow   (default)                      0.04ms  …                                   │
      │ 11:43:07.267 claude      git/git_status                       READ LOW  ✓ allow   (default)                      0.04ms  …                                   │
      │ 11:43:07.268 claude      git/git_status                       READ LOW  ✓ allow   (default)                      0.04ms  …                                   │
      │ 11:43:07.269 claude      git/git_status                       READ LOW  ✓ allow   (default)                      0.04ms  …                                   │
      │ 11:43:07.270 claude      git/git_status                       READ LOW  ✓ allow   (default)                      0.04ms  …                                   │
      │ 11:43:07.271 claude      git/git_status                       READ LOW  ✓ allow   (default)                      0.04ms  …                                   │
      │ 11:43:07.272 claude      git/git_status                       READ LOW  ✓ allow   (default)                      0.04ms  …                                   │
      │ 11:43:07.273 claude      git/git_status                       READ LOW  ✓ allow   (default)                      0.04ms  …                                   │
      │ 11:43:07.274 claude      git/git_status                       READ LOW  ✓ allow   (default)                      0.04ms  …                                   │
      │ 11:43:07.275 claude      git/git_status                       READ LOW  ✓ allow   (default)                      0.04ms  …                                   │
      │ 11:43:07.276 claude      git/git_status                       READ LOW  ✓ allow   (default)                      0.04ms  …                                   │
      │ 11:43:07.277 claude      git/git_status                       READ LOW  ✓ allow   (default)                      0.04ms  …                                   │
      │ 11:43:07.278 claude      git/git_status                       READ LOW  ✓ allow   (default)                      0.04ms  …                                   │
      │ 11:43:07.279 claude      git/git_status                       READ LOW  ✓ allow   (default)                      0.04ms  …                                   │
      │ 11:43:07.280 claude      git/git_status                       READ LOW  ✓ allow   (default)                      0.04ms  …                                   │
      │ 11:43:07.281 claude      git/git_status                       READ LOW  ✓ allow   (default)                      0.04ms  …                                   │
      │ 11:43:07.282 claude      git/git_status                       READ LOW  ✓ allow   (default)                      0.04ms  …                                   │
      │ 11:43:07 ── 1,204 events missed ──                                                                                                                           │
      │                                                                                                                                                              │
      │                                                                                                                                                              │
      │                                                                                                                                                              │
      │                                                                                                                                                              │
      │                                                                                                                                                              │
      │                                                                                                                                                              │
      │                                                                                                                                                              │
      │                                                                                                                                                              │
      └──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────┘
       Space follow  Enter details  J rule  ] next denied  / filter  :  ? help  q quit  1 policy
      """)
  }

  @Test func liveSmall() {
    var desk = Desk.busy(columns: 40, rows: 10)
    desk.press("4")
    expectScreen(
      desk.state,
      """
       saved  gate ● up rev e92cbb
       4 Live ▶ follow ─3/s · peak 3 ▁▁▁▁▁▁▁▁▁
       11:42:07 ── gate connected ──
       11:43:07 ✓ allow  git/git_status
       11:43:07 ✗ deny   git/git_reset
      ▶11:43:07 ≈ limit  git/git_log


      ─ live 3/s ✓1 ✗1 ≈1 ────────────────────
       Space pause  Enter details  J rule
      """)
  }
}
