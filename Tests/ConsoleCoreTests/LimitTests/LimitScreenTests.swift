import ConsoleCore
import ControlWire
import JSONText
import Policy
import Testing

/// Pictures of the limit editor.
struct LimitScreenTests {
  /// A tool with two limits and an hour of calls in waves.
  func desk(columns: Int = 80, rows: Int = 24) -> Desk {
    var desk = Desk.limits("git_log", columns: columns, rows: rows)
    for minute in 0..<20 {
      for call in 0..<[2, 9, 17, 4, 1][minute % 5] {
        desk.pass("git_log", session: call % 3 == 0 ? "s2" : "s1", after: 2)
      }
      desk.send(.tick(desk.state.now.advanced(byMicroseconds: 40_000_000)))
    }
    desk.press("r")
    return desk
  }

  @Test func usual() {
    expectScreen(
      desk().state,
      """
       gatehouse  policy.json saved  gate ● up rev e92cbb ≠ file       0/s ▁▁▁▁▁▁▁▁▁▁
      ┌Rate limit────────────────────────────────────────────────────────────────────┐
      │ in        the rule git_log of git  1 of 3                                    │
      │ ▶  1 of 2  10/minute for each grant                                          │
      │    2 of 2  100/day for each grant                                            │
      │ at most  [10]  calls per  minute   for each  grant                           │
      │ counter   none   adds      none                                              │
      │ align     sliding   counts    forwarded   until     none                     │
      │ what fits is  allowed                                                        │
      │ digits · Up Down 1 · PgUp PgDn 10 · 0 denies every call                      │
      │ calls per minute, busiest grant, last 18   ┄ the limit                       │
      │  17┤                  ███                        ███                         │
      │  10┤┄┄┄▆▆▆███┄┄┄┄┄┄▄▄▄███┄┄┄┄┄┄▆▆▆▆▆▆▆▆▆┄┄┄┄┄┄▄▄▄███┄┄┄┄┄┄                   │
      │   0┤█████████▇▇▇▂▂▂██████▅▅▅▁▁▁█████████▄▄▄▂▂▂██████▅▅▅▁▁▁                   │
      │ would have stopped 32 of 132 calls since 11:43:09, 28 of them by this limit  │
      │ (1 credential); it stops none at 17/minute                                   │
      │ so       each grant may call git_log 10 times in any minute, then it is      │
      │          denied; both limits must let it pass                                │
      │ told     [gatehouse] denied: rate limit of 10 per minute reached. Rule       │
      │          /servers/git/tools/git_log/limits/0. Retry after N s.               │
      │ writes   nothing: no limit is changed                                        │
      │                                                                              │
      └────────────────────── a add · d delete · Tab field · Enter keep · Esc cancel ┘

      """)
  }

  @Test func wide() {
    var desk = desk(columns: 160, rows: 48)
    desk.press("2", "0")
    // The panes beside it have their own pictures.
    let popup = screen(desk.state)[9...38].map { String(Array($0)[25..<135]) }
    #expect(
      popup.joined(separator: "\n") == """
        ┌Rate limit──────────────────────────────────────────────────────────────────────────────────────────────────┐
        │ in        the rule git_log of git  1 of 3                                                                  │
        │ ▶~ 1 of 2  20/minute for each grant                                                                        │
        │    2 of 2  100/day for each grant                                                                          │
        │ at most  [20]  calls per  minute   for each  grant                                                         │
        │ counter   none   adds      none                                                                            │
        │ align     sliding   counts    forwarded   until     none                                                   │
        │ what fits is  allowed                                                                                      │
        │ digits · Up Down 1 · PgUp PgDn 10 · 0 denies every call                                                    │
        │ calls per minute, busiest grant, last 18   ┄ the limit                                                     │
        │  20┤┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄                               │
        │    ┤                        ▇▇▇▇                                ▇▇▇▇                                       │
        │    ┤        ▁▁▁▁            ████                                ████                                       │
        │    ┤    ▄▄▄▄████        ▁▁▁▁████        ▄▄▄▄▄▄▄▄▄▄▄▄        ▁▁▁▁████                                       │
        │    ┤    ████████        ████████        ████████████        ████████                                       │
        │    ┤████████████▆▆▆▆    ████████▃▃▃▃    ████████████        ████████▃▃▃▃                                   │
        │   0┤████████████████▅▅▅▅████████████▂▂▂▂████████████████▅▅▅▅████████████▂▂▂▂                               │
        │ would have stopped 32 of 132 calls since 11:43:09, none of them by this limit (1 credential); it stops     │
        │ none at 17/minute                                                                                          │
        │ so       each grant may call git_log 20 times in any minute, then it is denied; both limits must let it    │
        │          pass                                                                                              │
        │ told     [gatehouse] denied: rate limit of 20 per minute reached. Rule                                     │
        │          /servers/git/tools/git_log/limits/0. Retry after N s.                                             │
        │ writes                                                                                                     │
        │ - "git_log": {"limits": [{"window": "minute", "max": 10, "scope": "grant"}, {"max": 1e2, "window":         │
        │   "day"}]}                                                                                                 │
        │ + "git_log": {"limits": [{"window": "minute", "max": 20, "scope": "grant"}, {"max": 1e2, "window":         │
        │   "day"}]}                                                                                                 │
        │                                                                                                            │
        └─────────────────────────────────────────── a add · d delete · u undo · Tab field · Enter keep · Esc cancel ┘
        """)
  }

  @Test func small() {
    expectScreen(
      desk(columns: 40, rows: 10).state,
      """
       saved  gate ● up rev e92cbb ≠ file
      ┌Rate limit────────────────────────────┐
      │ in        the rule git_log of git  … │
      │ ▶  1 of 2  10/minute for each grant  │
      │ at most  [10]                        │
      │ per       minute                     │
      │ for each  grant                      │
      │ digits · ↑↓ 1 · PgUp PgDn 10 · Tab   │
      └ 13 more: Tab Enter keep · Esc cancel ┘

      """)
  }

  @Test func smallAtTheEnd() {
    var desk = desk(columns: 40, rows: 10)
    desk.press("2", "0", "S-Tab", "S-Tab", "S-Tab", "Down", "Down")
    expectScreen(
      desk.state,
      """
       saved  gate ● up rev e92cbb ≠ file
      ┌Rate limit────────────────────────────┐
      │    ┤ ▄▆  ▂█  ▄▄▄  ▂█                 │
      │   0┤▇██▆▂██▄▁███▃▂██▄▁               │
      │ would have stopped 32 of 132 calls   │
      │ since 11:43:09, none of them by this │
      │ limit (1 credential); it stops none  │
      │ Up Down scrolls                      │
      └ 17 more ──── Enter keep · Esc cancel ┘

      """)
  }

  @Test func smallWithAMistake() {
    var desk = desk(columns: 40, rows: 10)
    desk.press("Tab", "Tab", "Tab", "Tab", "amount")
    expectScreen(
      desk.state,
      """
       saved  gate ● up rev e92cbb ≠ file
      ┌Rate limit────────────────────────────┐
      │ for each  grant                      │
      │ counter   none                       │
      │ adds     [amount]                    │
      │ ! limit 1: `amount` is not a path:   │
      │ did you mean `args.amount`?          │
      │ an argument that is added instead o… │
      └ 4 more: Tab  Enter keep · Esc cancel ┘

      """)
  }

  @Test func mistake() {
    var desk = desk()
    desk.press("a", "5", "Tab", "Tab", "Tab", "clock", "Tab", "amount", "Enter")
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json saved  gate ● up rev e92cbb ≠ file       0/s ▁▁▁▁▁▁▁▁▁▁
      ┌Rate limit────────────────────────────────────────────────────────────────────┐
      │ in        the rule git_log of git  1 of 3                                    │
      │    1 of 3  10/minute for each grant                                          │
      │    2 of 3  100/day for each grant                                            │
      │ ▶+ 3 of 3  5/hour for each grant · clock · adds amount                       │
      │ at most   5   calls per  hour   for each  grant                              │
      │ counter   clock   adds     [amount]                                          │
      │ ! limit 3: `amount` is not a path: did you mean `args.amount`?               │
      │ align     sliding   counts    forwarded   until     none                     │
      │ what fits is  allowed                                                        │
      │ an argument that is added instead of 1 · Down: args.path, args.mode          │
      │ so       each grant may spend 5 of amount on git_log in any hour, then it is │
      │          denied; counted as clock; all 3 limits must let it pass             │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      └───────────────────────────────────────── Tab field · Enter keep · Esc cancel ┘
       ! error: not kept: `amount` is not a path: did you mean `args.amount`?
      """)
  }

  @Test func severalToolsThatDiffer() {
    var desk = Desk.limits("git_log")
    desk.press("m", ":", "go git_status", "Enter", "m", ":", "go git_commit", "Enter", "m", "r", "Tab", "7")
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json saved  gate ● up rev e92cbb              0/s ▁▁▁▁▁▁▁▁▁▁
      ┌Rate limit────────────────────────────────────────────────────────────────────┐
      │ 3 tools, each tool's own rule                                                │
      │ ▶~ 1 of 2  mixed/7s for each grant                                           │
      │    2 of 2  100/day for each grant · 1 of 3 tools have it                     │
      │ at most   mixed   calls per [7]seconds  for each  grant                      │
      │ counter   none   adds      none                                              │
      │ align     sliding   counts    forwarded   until     none                     │
      │ what fits is  allowed                                                        │
      │ Up Down · digits for any number of seconds · Space changes between both      │
      │ no call was seen yet, so nothing can be told of its effect                   │
      │ so       each grant may call each of them as often as each says now in any 7 │
      │          seconds, then it is denied; both limits must let it pass            │
      │ told     [gatehouse] denied: rate limit of 10 per 7 seconds reached. Rule    │
      │          /servers/git/tools/git_status/limits/0. Retry after N s.            │
      │ writes of the first of 3                                                     │
      │ - "git_status": {"rate_limit": "10/minute"}                                  │
      │ + "git_status": {"limits": [{"window": 7, "max": 10}]}                       │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      └───────────── a add · d delete · u undo · Tab field · Enter keep · Esc cancel ┘

      """)
  }

  @Test func aDeniedToolWithoutALimit() {
    var options = Desk.options
    options.glyphs = .ascii
    var desk = Desk.ready(options: options)
    desk.read(Desk.limitsText)
    for _ in 0..<30 { desk.call("git", "git_reset", .deny, after: 3_000_000) }
    desk.press(":", "go git_reset", "Enter", "r")
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json saved  gate * up rev e92cbb ! file       0/s ..........
      +Rate limit--------------------------------------------------------------------+
      | in        a new rule for git_reset of git  1 of 3                            |
      | >+ 1 of 1  10/minute for each grant                                          |
      | at most  [10]  calls per  minute   for each  grant                           |
      | counter   none   adds      none                                              |
      | align     sliding   counts    forwarded   until     none                     |
      | what fits is  allowed                                                        |
      | digits . Up Down 1 . PgUp PgDn 10 . 0 denies every call                      |
      | would have stopped 10 of 30 calls since 11:43:10 (1 credential); it stops    |
      | none at 20/minute                                                            |
      |   30 calls that were denied would come to it                                 |
      | so       each grant may call git_reset 10 times in any minute, then it is    |
      |          denied                                                              |
      | told     [gatehouse] denied: rate limit of 10 per minute reached. Rule       |
      |          /servers/git/tools/git_reset/limits/0. Retry after N s.             |
      | writes                                                                       |
      | + "git_reset": {"limits": [{"window": "minute", "max": 10, "scope":          |
      |   "grant"}]}                                                                 |
      |                                                                              |
      |                                                                              |
      |                                                                              |
      +---------------------- a add . d delete . Tab field . Enter keep . Esc cancel +

      """)
  }

  @Test func hostileNames() {
    let text =
      #"{"version": "1", "servers": {"git": {"tools": {"git_log": {"reason": "a\u001b[2Jb\u202e", "limits": [{"counter": "x\u001b]0;t\u0007\u202ey", "window": "day", "max": 5}]}}}}}"#
    var desk = Desk.limits("git_log", text)
    desk.press("r")
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json saved  gate ● up rev e92cbb              0/s ▁▁▁▁▁▁▁▁▁▁
      ┌Rate limit────────────────────────────────────────────────────────────────────┐
      │ in        the rule git_log of git  1 of 3                                    │
      │ ▶  1 of 1  5/day for each grant · x‹1B›]0;t‹07›‹U+202E›y                     │
      │ at most  [5]  calls per  day   for each  grant                               │
      │ counter   x‹1B›]0;t‹07›‹U+202E›y   adds      none                            │
      │ align     sliding   counts    forwarded   until     none                     │
      │ what fits is  allowed                                                        │
      │ digits · Up Down 1 · PgUp PgDn 10 · 0 denies every call                      │
      │ no call was seen yet, so nothing can be told of its effect                   │
      │ so       each grant may call git_log 5 times in any day, then it is denied;  │
      │          counted as x‹1B›]0;t‹07›‹U+202E›y                                   │
      │ told     [gatehouse] denied: rate limit of 5 per day reached:                │
      │          a‹1B›[2Jb‹U+202E›. Rule /servers/git/tools/git_log/limits/0. Retry  │
      │          after N s.                                                          │
      │ writes   nothing: no limit is changed                                        │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      └────────────────────── a add · d delete · Tab field · Enter keep · Esc cancel ┘

      """)
  }
}
