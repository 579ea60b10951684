import ConsoleCore
import ControlWire
import JSONText
import Policy
import Risk
import Testing

/// Pictures of what is not as usual: nothing there yet, a lost gate, a broken file, hostile texts.
struct ConditionsTests {
  @Test func beforeAnything() {
    expectScreen(
      Desk().state,
      """
       gatehouse  policy.json reading…  gate … starting
      ┌1 Policy────────────────────────────────────────┐┌2 Rule──────────────────────┐
      │ Servers and their tools appear here as soon as ││ Nothing is under the cursor│
      │ a gate answers.                                ││ in pane 1.                 │
      │ asking the gate                                ││                            │
      │ Start one: gatehouse serve, or let a client    ││                            │
      │ connect.                                       ││                            │
      │                                                ││                            │
      │                                                ││                            │
      │                                                ││                            │
      │                                                ││                            │
      │                                                ││                            │
      │                                                ││                            │
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
       / filter  :  ? help  q quit
      """)
  }

  @Test func withoutServers() {
    var desk = Desk()
    desk.read(Desk.policyText)
    desk.connect([])
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json saved  gate ● up rev e92cbb              0/s ▁▁▁▁▁▁▁▁▁▁
      ┌1 Policy────────────────────────────────────────┐┌2 Rule──────────────────────┐
      │ No server is registered yet.                   ││ Nothing is under the cursor│
      │ I lists those that your MCP clients are        ││ in pane 1.                 │
      │ configured with, to choose from.               ││                            │
      │ 5, then A, adds one by its command.            ││                            │
      │ Its tools appear here by themselves. To see how││                            │
      │ that looks: gatehouse demo                     ││                            │
      │                                                ││                            │
      │                                                ││                            │
      │                                                ││                            │
      │                                                ││                            │
      │                                                ││                            │
      │                                                ││                            │
      │                                                ││                            │
      └────────────────────────────────────────────────┘└────────────────────────────┘
      ┌4 Live ▶ follow───────────────────────────────────────────────────ring 100,000┐
      │ 11:42:07 ── gate connected ──                                                │
      │ No calls yet. Let your client start its server through the gate:             │
      │ gatehouse connect NAME                                                       │
      │                                                                              │
      │                                                                              │
      └──────────────────────────────────────────────────────────────────────────────┘
       I import servers  5 servers  / filter  :  ? help  q quit  4 live
      """)
  }

  @Test func firstRun() {
    var desk = Desk()
    desk.connect()
    desk.gate(.policy(PolicyEvent(state: .absent, revision: nil, problems: [])))
    desk.send(.policyRead(.absent))
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json no policy file  gate ● up, DENIES ALL    0/s ▁▁▁▁▁▁▁▁▁▁
      ┌1 Policy────────────risk ↓ · 2 servers · 7 tools┐┌2 Rule──────────────────────┐
      │ There is no policy file, so every call is      ││Enter in pane 1 writes      │
      │ denied. Start with one of these:               ││~/policy.json:              │
      │▶ Careful  7 rules, deny the rest               ││{                           │
      │  Observe  let all through, record decisions    ││  "version": "1",           │
      │  Empty  deny everything                        ││  "description": "Denies wh…│
      │                                                ││  "default": "deny",        │
      │ Tools that read are allowed; those that write  ││  "tools": {},              │
      │ may be called 30 times a minute, those that run││  "servers": {              │
      │ things 10 times; those that destroy or pay ask ││    "git": {                │
      │ a person, and wait until one decides. That is 7││      "tools": {            │
      │ rules for the 7 tools known now; a tool that   ││        "git_status": {"act…│
      │ appears later is denied until it has a rule.   ││        "git_log": {"action…│
      │                                                ││        "git_diff": {"actio…│
      └────────────────────────────────────────────────┘└──────────────────── 12 more┘
      ┌4 Live ▶ follow───────────────────────────────────────────────────ring 100,000┐
      │ 11:42:07 ── gate connected ──                                                │
      │ No calls yet. Let your client start its server through the gate:             │
      │ gatehouse connect NAME                                                       │
      │                                                                              │
      │                                                                              │
      └──────────────────────────────────────────────────────────────────────────────┘
       ! the gate has no policy now: it denies everything
      """)
  }

  @Test func firstRunSmall() {
    var desk = Desk(columns: 40, rows: 10)
    desk.connect()
    desk.send(.policyRead(.absent))
    expectScreen(
      desk.state,
      """
       no policy file  gate ● up, DENIES ALL
       1 Policy ──risk ↓ · 2 servers · 7 tools
       There is no policy file, so every call
       is denied. Start with one of these:
      ▶ Careful  7 rules, deny the rest
        Observe  let all through, record deci…
        Empty  deny everything

      ─ live 0/s ─────────────────────────────
       j down  k up  Enter write this file
      """)
  }

  @Test func lostGate() {
    var desk = Desk.busy()
    desk.send(.gateLost(reason: "the socket was closed", retryIn: 2_000_000))
    desk.send(.tick(desk.state.now.advanced(byMicroseconds: 1_200_000)))
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json saved  gate ✗ LOST 0:01 retry 1s
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
      ┌4 Live stale──────────────────────────3/s · peak 3 ▁▁▁▁▁▁▁▁▁▁▁▇ · ring 100,000┐
      │ 11:42:07 ── gate connected ──                                                │
      │ 11:43:07 claude      git/git_status           ✓ allow   ok 12ms 1,204 B      │
      │ 11:43:07 claude      git/git_reset            ✗ deny    no rule allows it    │
      │ 11:43:07 claude      git/git_log              ≈ limit   10 of 10 in the last…│
      │ 11:43:07 ── gate lost: the socket was closed ──                              │
      └──────────────────────────────────────────────────────────────────────────────┘
       Enter open  D default  m mark all  / filter  :  ? help  q quit  4 live
      """)
  }

  @Test func lostGateSmall() {
    var desk = Desk.busy(columns: 40, rows: 10)
    desk.press("j", "d", "j")
    desk.send(.gateLost(reason: "the socket was closed", retryIn: 5_000_000))
    expectScreen(
      desk.state,
      """
       ●1 unsaved  gate ✗ LOST 0:00 retry 5s
       1 Policy ──risk ↓ · 2 servers · 7 tools
       ▾ git        ~1 edited  1 no rule  deny
       +  DEST H git_reset          ✗ deny
      ▶  !WRIT M git_commit         ✗ deny ·
          READ L git_status         ✓ allow
          READ L git_log            ≈ 10/min…
          READ L git_diff           ✓ allow ·
      ─ live stopped ─────────────────────────
       a allow  d deny  r limit  p ask  x hide
      """)
  }

  @Test func brokenFile() {
    var desk = Desk.busy()
    desk.read("{\n  \"version\": \"1\",\n  \"defalt\": \"deny\",\n  \"tools\": []\n}\n")
    desk.press("6")
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json file BROKEN  gate ● up rev e92cbb        3/s ▁▁▁▁▁▁▁▁▁▇
       ! policy.json is NOT VALID, line 3: unknown key `defalt`; E opens it, 6 lists …
      ┌6 Changes─────────────────────────────────────────────────────rev e92cbb072143┐
      │▶ 2 errors in policy.json                                                     │
      │    error line 3, column 3: unknown key `defalt`: did you mean `default`?     │
      │    error line 4, column 12: `tools` must be an object, not an array          │
      │                                                                              │
      │  the gate keeps rev e92cbb072143; panes 1 and 2 show the last valid file     │
      │                                                                              │
      │  what the gate said                                                          │
      │  11:42:07 loaded rev e92cbb072143                                            │
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
       E editor  / filter  :  ? help  q quit
      """)
  }

  @Test func hostileTexts() {
    var desk = Desk.ready()
    desk.gate(.snapshot(desk.snapshot([Desk.hostile]), id: nil))
    desk.call("evil\u{1B}[2J", "x\ny", .deny, reason: "\u{9B}31m")
    desk.press("j", "j", "+", "2")
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json saved  gate ● up rev e92cbb              0/s ▁▁▁▁▁▁▁▁▁▁
      ┌2 Rule────────────────────────────────────────────────────────────────────────┐
      │get‹U+202E›teser                                                              │
      │server   evil‹1B›[2J                                                          │
      │risk     Read · Low 90%                                                       │
      │                                                                              │
      │decision ✗ deny                                                               │
      │because  global default, line 3                                               │
      │rule     (default)                                                            │
      │so       every call is denied                                                 │
      │told     [gatehouse] denied: no rule allows this tool. Rule (default).        │
      │                                                                              │
      │in the order of judgement                                                     │
      │  default of the policy: deny · line 3                                        │
      │                                                                              │
      │takes    path*  mode                                                          │
      │                                                                              │
      │why Read, Low                                                                 │
      │name has "get‹U+202E›teser" · Read                                            │
      │                                                                              │
      │the server says                                                               │
      │Reads.‹U+E0049›‹U+E0067›‹U+200B›                                              │
      └─────────────────────────────────────────────────────────────────────── 1 more┘
       a allow  d deny  r limit  p ask  x hide  i inherit  / filter  :  ? help  q quit
      """)
  }

  @Test func hostileList() {
    var desk = Desk.ready(columns: 40, rows: 10)
    desk.gate(.snapshot(desk.snapshot([Desk.hostile]), id: nil))
    expectScreen(
      desk.state,
      """
       saved  gate ● up rev e92cbb
       1 Policy ───risk ↓ · 1 server · 3 tools
      ▶▾ evil‹1B›[2J           3 no rule  deny
         !EXEC C 日本語の道具です…  ✗ deny ·
         !READ L get‹U+202E›teser   ✗ deny ·
         !READ L é̂‹U+0303›‹U+0304›  ✗ deny ·


      ─ live 0/s ─────────────────────────────
       Enter open  D default  o messages
      """)
  }

  @Test func whatIsHiddenCallsForAttention() {
    var desk = Desk.ready()
    desk.gate(.snapshot(desk.snapshot([Desk.hostile]), id: nil))
    let grid = render(desk.state).grid
    var token = ""
    for column in 0..<50 where grid[4, column].style == .attention {
      token.unicodeScalars.append(grid[4, column].scalar)
    }
    #expect(token == "‹U+202E›")
  }

  @Test func asciiOnly() {
    var options = Desk.options
    options.glyphs = .ascii
    var desk = Desk.busy(options: options)
    desk.press("j", "j", "j", "d", "4", "k")
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json *1 unsaved  gate * up rev e92cbb         3/s .........#
      +1 Policy------------risk v . 2 servers . 7 tools++2 Rule-------------not saved+
      | v git      ~1 edited  1H 1M 3L  2 no rule  deny||git_status                  |
      |   !DEST HIGH git_reset       - deny .    L3    ||server   git                |
      |   !WRIT MED  git_commit      - deny .    L3    ||risk     Read . Low 90%     |
      |>~  READ LOW  git_status      - deny      L7    ||                            |
      |    READ LOW  git_log         ~ 10/minute L8    ||decision - deny             |
      |    READ LOW  git_diff        + allow .   L9    ||because  explicit, line 7   |
      | v time             2L  2 no rule  default allow||rule     /servers/git/tools/|
      |   !READ LOW  get_current_ti> + allow .   L12   ||         git_status         |
      |   !READ LOW  convert_time    + allow .   L12   ||was      + allow, explicit  |
      |                                                ||         in the saved file  |
      |                                                ||                            |
      |                                                ||effect on the last 7 days b |
      |                                                || trying the edits on every >|
      +------------------------------------------------++-------------------- 43 more+
      +4 Live = PAUSED . 1 newer . G------------------------3/s . peak 3 ...........#+
      | 11:42:07 -- gate connected --                                                |
      | 11:43:07 claude      git/git_status           + allow   ok 12ms 1,204 B      |
      |>11:43:07 claude      git/git_reset            - deny    no rule allows it    |
      | 11:43:07 claude      git/git_log              ~ limit   10 of 10 in the last>|
      |                                                                              |
      +------------------------------------------------------------------------------+
       Space follow  Enter details  J rule  ] next denied  u undo  ^S save  = diff
      """)
  }

  @Test func readOnly() {
    var options = Desk.options
    options.isReadOnly = true
    let desk = Desk.ready(columns: 80, rows: 20, options: options)
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json saved  gate ● up rev e92cbb              0/s ▁▁▁▁▁▁▁▁▁▁
       read-only: nothing can be changed or saved here
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
      └────────────────────────────────────────────────┘└──────────────────── 10 more┘
      ┌4 Live ▶ follow───────────────────────────────────────────────────ring 100,000┐
      │ 11:42:07 ── gate connected ──                                                │
      │ No calls yet. Let your client start its server through the gate:             │
      │ gatehouse connect NAME                                                       │
      └──────────────────────────────────────────────────────────────────────────────┘
       4 live  5 servers  / filter  :  ? help  q quit
      """)
  }
}
