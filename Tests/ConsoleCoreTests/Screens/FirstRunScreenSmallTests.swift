import ConsoleCore
import ControlWire
import JSONText
import Policy
import Testing

/// Pictures of the way from nothing to a guarded server (40x10).
struct FirstRunScreenSmallTests {
  @Test func careful() {
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

  @Test func observe() {
    var desk = Desk(columns: 40, rows: 10)
    desk.connect([])
    desk.send(.policyRead(.absent))
    desk.press("j")
    expectScreen(
      desk.state,
      """
       no policy file  gate ● up, DENIES ALL
       1 Policy ──────────────────────────────
       There is no policy file, so every call
       is denied. Start with one of these:
        Careful  deny what no rule allows
      ▶ Observe  let all through, record deci…
        Empty  deny everything

      ─ live 0/s ─────────────────────────────
       j down  k up  Enter write this file
      """)
  }

  @Test func nothingKnown() {
    var desk = Desk(columns: 40, rows: 10)
    desk.connect([])
    desk.send(.policyRead(.absent))
    expectScreen(
      desk.state,
      """
       no policy file  gate ● up, DENIES ALL
       1 Policy ──────────────────────────────
       There is no policy file, so every call
       is denied. Start with one of these:
      ▶ Careful  deny what no rule allows
        Observe  let all through, record deci…
        Empty  deny everything

      ─ live 0/s ─────────────────────────────
       j down  k up  Enter write this file
      """)
  }
}
