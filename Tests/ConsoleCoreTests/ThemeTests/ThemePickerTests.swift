import ConsoleCore
import Testing

/// The list of themes: each is shown as soon as the cursor is on it.
struct ThemePickerTests {
  static let entries = [
    ThemeEntry(name: "terminal", variant: .dark), ThemeEntry(name: "dracula", variant: .dark),
    ThemeEntry(name: "gruvbox-light", variant: .light),
    ThemeEntry(
      name: "mine", variant: .dark, isOwn: true,
      problems: ["mine.toml:3:6: `\u{1B}[2J` is not a colour", "mine.toml:4:1: `dimm` is not a role"]),
  ]

  static func open(columns: Int = 80, rows: Int = 24) -> Desk {
    var options = Desk.options
    options.theme = "dracula"
    var desk = Desk.ready(columns: columns, rows: rows, options: options)
    desk.press(":", "theme", "Enter")
    #expect(desk.effects == [.listThemes])
    desk.send(.themesListed(entries))
    desk.effects = []
    return desk
  }

  private func name(_ desk: Desk) -> String? {
    guard case .themes(let picker) = desk.state.overlay else { return nil }
    return picker.current?.name
  }

  @Test func movingPreviewsAndEnterKeeps() {
    var desk = Self.open()
    #expect(name(desk) == "dracula")
    desk.press("j")
    #expect(desk.effects == [.previewTheme("gruvbox-light")])
    desk.press("G", "j", "k", "k")
    #expect(
      desk.effects
        == ["gruvbox-light", "mine", "gruvbox-light", "dracula"].map { .previewTheme($0) })
    desk.effects = []
    desk.press("Enter")
    #expect(desk.effects == [.keepTheme("dracula")])
    #expect(desk.state.overlay == nil)
    desk.send(.themeSet("dracula", problem: nil))
    #expect(desk.state.options.theme == "dracula")
    #expect(desk.state.options.themes == Self.entries.map(\.name))
  }

  @Test(arguments: ["Esc", "q", "ctrl-c"]) func leavingRestores(_ key: String) {
    var desk = Self.open()
    desk.press("G", key)
    #expect(desk.effects == [.previewTheme("mine"), .previewTheme(nil)])
    #expect(desk.state.overlay == nil)
    #expect(desk.state.options.theme == "dracula")
    #expect(desk.state.note?.text == "theme dracula, as before")
  }

  @Test func nothingIsKeptWhileNothingIsListed() {
    var desk = Desk.ready()
    desk.press(":", "theme", "Enter", "j")
    #expect(desk.effects == [.listThemes])
    desk.effects = []
    desk.press("Enter")
    #expect(desk.effects == [])
    // An answer that comes too late opens nothing.
    desk.send(.themesListed(Self.entries))
    #expect(desk.state.overlay == nil)
  }

  @Test func aListThatIsReadAgainKeepsThePlace() {
    var desk = Self.open()
    desk.press("j")
    desk.send(.themesListed([ThemeEntry(name: "alpine", variant: .light)] + Self.entries))
    #expect(name(desk) == "gruvbox-light")
    desk.send(.themesListed([]))
    #expect(name(desk) == nil)
    desk.press("j", "Enter")
  }

  @Test func aProblemOfAThemeIsMadeSafe() {
    var desk = Desk.ready()
    desk.send(.themeSet("x", problem: "there is no theme `\u{1B}[2J`"))
    #expect(desk.state.note?.text == "there is no theme `‹1B›[2J`")
  }

  @Test func small() {
    var desk = Self.open()
    desk.press("G")
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json saved  gate ● up rev e92cbb              0/s ▁▁▁▁▁▁▁▁▁▁
      ┌1 Policy────────────risk ↓ · 2 servers · 7 tools┐┌2 Rule──────────────────────┐
      │▶▾ git                 1H 1M 3L  2 no rule  deny││git                         │
      │   !DEST HIGH git_reset       ✗ deny ·    L3    ││server   ● running          │
      │   !WRIT MED  git_commit      ✗ deny ·    L3    ││runs     mcp-server-git (st…│
      │    READ LOW  git_status      ✓ allow     L7    ││default  ✗ deny · global de…│
      │    READ LOW  git_log         ≈ 10/minute L8    ││                            │
      │    READ LOW┌Theme───────────────────────────────────────────────┐            │
      │ ▾ time     │   terminal                dark                     │            │
      │   !READ LOW│   dracula                 dark                     │            │
      │   !READ LOW│   gruvbox-light           light                    │            │
      │            │ ▶ mine                    dark   yours  2 problems │fault, m    │
      │            │                                                    │ols, Enter  │
      │            │ ✓ allow  ✗ deny  ≈ limit  ? ask  ∅ hide            │it.         │
      │            │ LOW  MED  HIGH  CRIT  ‹U+202E›  match  marked      │            │
      └────────────│ mine.toml:3:6: `‹1B›[2J` is not a colour           │───── 7 more┘
      ┌4 Live ▶ fol└─────────────────── j k try · Enter keep · Esc back ┘ring 100,000┐
      │ 11:42:07 ── gate connected ──                                                │
      │ No calls yet. Let your client start its server through the gate:             │
      │ gatehouse connect NAME                                                       │
      │                                                                              │
      │                                                                              │
      └──────────────────────────────────────────────────────────────────────────────┘

      """)
  }

  @Test func tiny() {
    expectScreen(
      Self.open(columns: 40, rows: 10).state,
      """
       saved  gate ● up rev e92cbb
      ┌Theme─────────────────────────────────┐
      │   terminal         dark              │
      │ ▶ dracula          dark              │
      │   gruvbox-light    light             │
      │   mine             dark   yours  2 … │
      │                                      │
      └───── j k try · Enter keep · Esc back ┘
      ─ live 0/s ─────────────────────────────

      """)
  }

  @Test func wide() {
    expectScreen(
      Self.open(columns: 160, rows: 48).state,
      """
       gatehouse  policy.json saved  gate ● up rev e92cbb072143   0 sessions   servers 1/2 up   7 tools (4 ungoverned)                       0/s ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
      ┌1 Policy──────────────────────────────risk ↓ · 2 servers · 7 tools · 4 ungoverned┐┌2 Rule─────────────────────────────────────────────────────────────────────┐
      │     kind risk tool               decision       rule  source             calls/h││git                                                                        │
      │▶▾ git                    5 tools  1 HIGH 1 MED 3 LOW  2 ungoverned  default deny││server   ● running                                                         │
      │   ! DEST HIGH git_reset          ✗ deny ·       L3    global default            ││runs     mcp-server-git (stdio)                                            │
      │   ! WRIT MED  git_commit         ✗ deny ·       L3    global default            ││default  ✗ deny · global default                                           │
      │     READ LOW  git_status         ✓ allow        L7    explicit                  ││                                                                           │
      │     READ LOW  git_log            ≈ 10/minute    L8    explicit                  ││✓ allow  2 tools                                                           │
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
      │                                                    ┌Theme───────────────────────────────────────────────┐                                                    │
      │                                                    │   terminal                dark                     │                                                    │
      │                                                    │ ▶ dracula                 dark                     │                                                    │
      │                                                    │   gruvbox-light           light                    │                                                    │
      │                                                    │   mine                    dark   yours  2 problems │                                                    │
      │                                                    │                                                    │                                                    │
      │                                                    │ ✓ allow  ✗ deny  ≈ limit  ? ask  ∅ hide            │                                                    │
      │                                                    │ LOW  MED  HIGH  CRIT  ‹U+202E›  match  marked      │                                                    │
      │                                                    │                                                    │                                                    │
      └────────────────────────────────────────────────────└─────────────────── j k try · Enter keep · Esc back ┘────────────────────────────────────────────────────┘
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

      """)
  }
}
