import ConsoleCore
import JSONText
import Policy
import Testing

/// Pictures of the rule editor.
struct RuleEditorScreenTests {
  /// A rule that two calls are tried on, the cursor on a condition.
  static func sampled(_ columns: Int, _ rows: Int) -> Desk {
    var desk = Desk.editing("git_commit", columns: columns, rows: rows)
    for sample in [
      #"{"repo_path": "/etc/x", "message": "hi", "force": true}"#, #"{"repo_path": "/srv/x", "message": "hi"}"#,
    ] {
      desk.press("c")
      desk.send(.input(.paste(sample)))
    }
    desk.press("g", "j", "j", "j", "j")
    return desk
  }

  /// A path that the schema completes.
  static func completing(_ columns: Int, _ rows: Int) -> Desk {
    var desk = sampled(columns, rows)
    desk.press("a", "fi", "Down")
    return desk
  }

  /// A pattern that is none.
  static func mistaken(_ columns: Int, _ rows: Int) -> Desk {
    var desk = sampled(columns, rows)
    desk.press("a", "args.message", "Enter", "not_regex", "Enter", "(wip", "Enter")
    return desk
  }

  /// What a small screen shows on a key, and a wide one beside the outline.
  static func panel(_ columns: Int, _ rows: Int) -> Desk {
    var desk = sampled(columns, rows)
    desk.press("v")
    return desk
  }

  /// A text that came back broken from an editor.
  static func problems(_ columns: Int, _ rows: Int) -> Desk {
    var desk = Desk.editing("git_commit", columns: columns, rows: rows)
    desk.press("E")
    if case .editText(let edit, _, _) = desk.effects.last {
      let text = "{\n  \"action\": \"alow\",\n  \"reason\": 5\n}\n"
      desk.send(.textEdited(edit, .text(Array(text.utf8))))
    }
    return desk
  }

  /// Leaving with something changed.
  static func asking(_ columns: Int, _ rows: Int) -> Desk {
    var desk = Desk.editing("git_diff", columns: columns, rows: rows)
    desk.press("Space", "Esc")
    return desk
  }

  // MARK: Pictures

  @Test func outlineWithSamples() {
    expectScreen(
      Self.sampled(80, 24).state,
      """
       gatehouse  policy.json saved  gate ● up rev e92cbb              0/s ▁▁▁▁▁▁▁▁▁▁
      ┌Rule of git/git_commit────────────────────────────────────────────────────────┐
      │ /servers/git/tools/git_commit · line 7                                       │
      │  action        none: allow                                                   │
      │  reason        none                                                          │
      │  match_schema  none: false                                                   │
      │  require      ALL of these must hold, else the call is denied           1 2  │
      │ ▶  1          [args.repo_path]      within        ["/srv","/tmp"]       ✗ ✓  │
      │      and       args.message         length_lte    72                    ✓ ✓  │
      │       says     short messages inside of /srv  until  never              ✗ ✓  │
      │  deny_if      ANY of these denies                                       1 2  │
      │    1           args.force           eq            true                  ✓ ✗  │
      │       says     (what the engine says by itself)  until  never           ✓ ✗  │
      │  approve_if   none · n adds one                                         1 2  │
      │  allow_if     none · n adds one                                         1 2  │
      │ ──────────────────────────────────────────────────────────────────── 5 more  │
      │ args.repo_path · string · required · Path of the repository                  │
      │ entry 1 holds: the rest is judged; else denied: short messages inside of     │
      │ /srv                                                                         │
      │ sample 1 fails: args.repo_path is "/etc/x"                                   │
      │ sample 2 holds: args.repo_path is "/srv/x"                                   │
      │                                                                              │
      └─────── Enter edit · ^S keep · ? keys · a row · n entry · d del · c try · Esc ┘

      """)
  }

  @Test func completionOfAPath() {
    expectScreen(
      Self.completing(80, 24).state,
      """
       gatehouse  policy.json saved  gate ● up rev e92cbb              0/s ▁▁▁▁▁▁▁▁▁▁
      ┌Rule of git/git_commit────────────────────────────────────────────────────────┐
      │ /servers/git/tools/git_commit · line 7 · changed · 1 mistake                 │
      │  action        none: allow                                                   │
      │  reason        none                                                          │
      │  match_schema  none: false                                                   │
      │  require      ALL of these must hold, else the call is denied           1 2  │
      │    1           args.repo_path       within        ["/srv","/tmp"]            │
      │ ▶    and     ![fi]                  eq            ""                         │
      │      and       args.message         length_lte    72                         │
      │       says     short messages inside of /srv  until  never                   │
      │  deny_if      ANY of these denies                                       1 2  │
      │ ──────────────────────────────────────────────────────────────────── 9 more  │
      │ path fi                                                                      │
      │ ▶ args.files                          array                                  │
      │   args.files[*]                       object                                 │
      │   args.files[*].path                  string                                 │
      │   args.files[*].inner                 object                                 │
      │   args.files[*].inner.path            string                                 │
      │   args.files[*].inner.inner           object                                 │
      │   args.files[*].inner.inner.path      string                                 │
      │   args.files[*].inner.inner.inner     object                                 │
      └────────────────────── Enter keep · Esc leave · Up Down choose · Tab complete ┘

      """)
  }

  @Test func patternThatIsNone() {
    expectScreen(
      Self.mistaken(80, 24).state,
      """
       gatehouse  policy.json saved  gate ● up rev e92cbb              0/s ▁▁▁▁▁▁▁▁▁▁
      ┌Rule of git/git_commit────────────────────────────────────────────────────────┐
      │ /servers/git/tools/git_commit · line 7 · changed · 1 mistake                 │
      │  action        none: allow                                                   │
      │  reason        none                                                          │
      │  match_schema  none: false                                                   │
      │  require      ALL of these must hold, else the call is denied           1 2  │
      │    1           args.repo_path       within        ["/srv","/tmp"]            │
      │ ▶    and     ! args.message         not_regex    [(wip]                      │
      │      and       args.message         length_lte    72                         │
      │       says     short messages inside of /srv  until  never                   │
      │  deny_if      ANY of these denies                                       1 2  │
      │    1           args.force           eq            true                  ✓ ✗  │
      │       says     (what the engine says by itself)  until  never           ✓ ✗  │
      │  approve_if   none · n adds one                                         1 2  │
      │ ──────────────────────────────────────────────────────────────────── 6 more  │
      │ value (wip                                                                   │
      │ `(wip` is no pattern of RE2: missing ): (wip                                 │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      └────────────────────────────────────────────────────── Enter keep · Esc leave ┘

      """)
  }

  @Test func rulesInWords() {
    expectScreen(
      Self.panel(80, 24).state,
      """
       gatehouse  policy.json saved  gate ● up rev e92cbb              0/s ▁▁▁▁▁▁▁▁▁▁
      ┌Rule of git/git_commit────────────────────────────────────────────────────────┐
      │ /servers/git/tools/git_commit · line 7                                       │
      │ In words                                                                     │
      │  ✓ calls go through                                                          │
      │  only if args.repo_path lies within /srv or /tmp and length of args.message  │
      │  ≤ 72                                                                        │
      │    the agent reads: short messages inside of /srv                            │
      │  denied if args.force = true                                                 │
      │    the agent reads: `args.force` is true                                     │
      │                                                                              │
      │ Under test                                                                   │
      │  1 {"repo_path":"/etc/x","message":"hi","force":true}                        │
      │    ✗ deny: short messages inside of /srv                                     │
      │    what it requires does not hold · /servers/git/tools/git_commit/require/0  │
      │  2 {"repo_path":"/srv/x","message":"hi"}                                     │
      │    ✓ allow                                                                   │
      │    what it requires holds · /servers/git/tools/git_commit                    │
      │                                                                              │
      │ JSON                                                                         │
      │  {                                                                           │
      │    "require": [                                                              │
      └─────────────────────────────────────────────────────── j k scroll · Esc back ┘

      """)
  }

  @Test func textThatIsNotTaken() {
    expectScreen(
      Self.problems(80, 24).state,
      """
       gatehouse  policy.json saved  gate ● up rev e92cbb              0/s ▁▁▁▁▁▁▁▁▁▁
      ┌The text is not taken─────────────────────────────────────────────────────────┐
      │ ▶line 2, column 13:                                                          │
      │   `alow` is not an action: did you mean `allow`?                             │
      │   │   "action": "alow",                                                      │
      │  line 3, column 13:                                                          │
      │   `reason` must be a string, not a number                                    │
      │   │   "reason": 5                                                            │
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
      └─────────────────────────────────────────────── e edit again · j k · Esc drop ┘

      """)
  }

  @Test func outlineWithSamplesLarge() {
    expectScreen(
      Self.sampled(160, 48).state,
      """
       gatehouse  policy.json saved  gate ● up rev e92cbb072143   0 sessions   servers 1/2 up   7 tools (5 ungoverned)                       0/s ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
      ┌Rule of git/git_commit────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────┐
      │ /servers/git/tools/git_commit · line 7                                                                                                                       │
      │  action        none: allow                                                                │ In words                                                         │
      │  reason        none                                                                       │  ✓ calls go through                                              │
      │  match_schema  none: false                                                                │  only if args.repo_path lies within /srv or /tmp and length of   │
      │  require      ALL of these must hold, else the call is denied                        1 2  │  args.message ≤ 72                                               │
      │ ▶  1          [args.repo_path]           within        ["/srv","/tmp"]               ✗ ✓  │    the agent reads: short messages inside of /srv                │
      │      and       args.message              length_lte    72                            ✓ ✓  │  denied if args.force = true                                     │
      │       says     short messages inside of /srv  until  never                           ✗ ✓  │    the agent reads: `args.force` is true                         │
      │  deny_if      ANY of these denies                                                    1 2  │                                                                  │
      │    1           args.force                eq            true                          ✓ ✗  │ Under test                                                       │
      │       says     (what the engine says by itself)  until  never                        ✓ ✗  │  1 {"repo_path":"/etc/x","message":"hi","force":true}            │
      │  approve_if   none · n adds one                                                      1 2  │    ✗ deny: short messages inside of /srv                         │
      │  allow_if     none · n adds one                                                      1 2  │    what it requires does not hold ·                              │
      │  approval     hold  45  timeout  600  remember  0  nobody  wait                           │    /servers/git/tools/git_commit/require/0                       │
      │  expires       never                                                                      │  2 {"repo_path":"/srv/x","message":"hi"}                         │
      │  try as       client  claude-code  grant  local  session  s1                              │    ✓ allow                                                       │
      │  sample 1     ✗ deny  {"repo_path":"/etc/x","message":"hi","force":true}                  │    what it requires holds · /servers/git/tools/git_commit        │
      │  sample 2     ✓ allow  {"repo_path":"/srv/x","message":"hi"}                              │                                                                  │
      │                                                                                           │ JSON                                                             │
      │                                                                                           │  {                                                               │
      │                                                                                           │    "require": [                                                  │
      │                                                                                           │      {                                                           │
      │                                                                                           │        "conditions": [                                           │
      │                                                                                           │          {                                                       │
      │                                                                                           │            "path": "args.repo_path",                             │
      │                                                                                           │            "op": "within",                                       │
      │                                                                                           │            "value": ["/srv", "/tmp"]                             │
      │                                                                                           │          },                                                      │
      │                                                                                           │          {                                                       │
      │                                                                                           │            "path": "args.message",                               │
      │                                                                                           │            "op": "length_lte",                                   │
      │                                                                                           │            "value": 72                                           │
      │                                                                                           │          }                                                       │
      │                                                                                           │        ],                                                        │
      │                                                                                           │        "on_deny": "short messages inside of /srv"                │
      │                                                                                           │      }                                                           │
      │                                                                                           │    ],                                                            │
      │ ───────────────────────────────────────────────────────────────────────────────────────── │    "deny_if": [                                                  │
      │ args.repo_path · string · required · Path of the repository                               │      {                                                           │
      │ entry 1 holds: the rest is judged; else denied: short messages inside of /srv             │        "conditions": [                                           │
      │ sample 1 fails: args.repo_path is "/etc/x"                                                │          {"path": "args.force", "op": "eq", "value": true}       │
      │ sample 2 holds: args.repo_path is "/srv/x"                                                │        ]                                                         │
      │                                                                                           │      }                                                           │
      │                                                                                           │    ]                                                             │
      └───────────────────────────────────────────────── Enter edit · ^S keep · ? keys · a row · n entry · d del · c try · v view · u undo · E text · K J move · Esc ┘

      """)
  }

  @Test func outlineWithSamplesSmall() {
    expectScreen(
      Self.sampled(40, 10).state,
      """
       saved  gate ● up rev e92cbb
      ┌Rule of git/git_commit────────────────┐
      │ /servers/git/tools/git_commit · lin… │
      │  schema    none: false               │
      │  require  ALL of these must ho… 1 2  │
      │ ▶  1  [args.re…] within  ["/s…  ✗ ✓  │
      │ args.repo_path · string · required · │
      │ Path of the repository               │
      └─────── Enter edit · ^S keep · ? keys ┘

      """)
  }

  @Test func completionOfAPathSmall() {
    expectScreen(
      Self.completing(40, 10).state,
      """
       saved  gate ● up rev e92cbb
      ┌Rule of git/git_commit────────────────┐
      │ /servers/git/tools/git_commit · lin… │
      │    1   args.re…  within  ["/s…       │
      │ ▶ and![fi]       eq      ""          │
      │ path fi                              │
      │ ▶ args.files      array              │
      │   args.files[*]   object             │
      └────────────── Enter keep · Esc leave ┘

      """)
  }

  @Test func patternThatIsNoneSmall() {
    expectScreen(
      Self.mistaken(40, 10).state,
      """
       saved  gate ● up rev e92cbb
      ┌Rule of git/git_commit────────────────┐
      │ /servers/git/tools/git_commit · lin… │
      │    1   args.re…  within  ["/s…       │
      │ ▶ and! args.me…  not_r… [(wip]       │
      │ value (wip                           │
      │ `(wip` is no pattern of RE2: missing │
      │ ): (wip                              │
      └────────────── Enter keep · Esc leave ┘

      """)
  }

  @Test func rulesInWordsSmall() {
    expectScreen(
      Self.panel(40, 10).state,
      """
       saved  gate ● up rev e92cbb
      ┌Rule of git/git_commit────────────────┐
      │ /servers/git/tools/git_commit · lin… │
      │ In words                             │
      │  ✓ calls go through                  │
      │  only if args.repo_path lies within  │
      │  /srv or /tmp and length of          │
      │  args.message ≤ 72                   │
      └─────────────── j k scroll · Esc back ┘

      """)
  }

  @Test func textThatIsNotTakenSmall() {
    expectScreen(
      Self.problems(40, 10).state,
      """
       saved  gate ● up rev e92cbb
      ┌The text is not taken─────────────────┐
      │ ▶line 2, column 13:                  │
      │   `alow` is not an action: did you   │
      │   mean `allow`?                      │
      │   │   "action": "alow",              │
      │  line 3, column 13:                  │
      │   `reason` must be a string, not a   │
      └─────── e edit again · j k · Esc drop ┘

      """)
  }

  @Test func leavingAsksSmall() {
    expectScreen(
      Self.asking(40, 10).state,
      """
       saved  gate ● up rev e92cbb
      ┌Rule of git/git_diff──────────────────┐
      │ /servers/git/tools/git_diff · new, … │
      │ ▶action   [require_approval]         │
      │  reason    look first                │
      │  schema    none: false               │
      │ the rule is changed: y keeps it, n   │
      │ drops it, Esc goes on                │
      └────────── y yes · n drop · Esc go on ┘

      """)
  }
}
