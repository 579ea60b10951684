import ConsoleCore
import ControlWire
import JSONText
import Policy
import Testing

/// What the editor says a limit would have done to the calls that were seen.
struct LimitEffectTests {
  /// Thirty calls in a minute by one session, ten by another, and two of another tool.
  func desk(_ text: String = Desk.limitsText, _ tool: String = "git_log") -> Desk {
    var desk = Desk.limits(tool, text)
    for call in 0..<40 { desk.pass("git_log", session: call % 4 == 3 ? "s2" : "s1", after: 1.5) }
    for _ in 0..<2 { desk.pass("git_status", after: 1) }
    return desk
  }

  @Test func theLimitsAreReallyCounted() throws {
    var desk = desk()
    desk.press("r")
    let effect = try #require(desk.limitEditor?.outcome.effect)
    // 40 calls in 58.5 seconds: ten pass.
    #expect((effect.calls, effect.stopped, effect.holders, effect.peak) == (40, 30, 1, 40))
    desk.press("Tab", "Tab", "Down")
    let each = try #require(desk.limitEditor?.outcome.effect)
    #expect((each.calls, each.stopped, each.holders, each.peak) == (40, 20, 1, 30))
    desk.press("S-Tab", "S-Tab", "3", "0")
    #expect(desk.limitEditor?.outcome.effect?.stopped == 0)
    desk.press("Backspace", "Backspace", "2", "9")
    #expect(desk.limitEditor?.outcome.effect?.stopped == 1)
  }

  @Test func aCalendarLimitBeginsAnew() throws {
    var desk = desk()
    desk.press("r", "Tab", "Tab", "Tab", "Tab", "Tab", "Down")
    let effect = try #require(desk.limitEditor?.outcome.effect)
    // They begin 8.5 seconds after a full minute, so that minute holds 35 and the next 5.
    #expect((effect.stopped, effect.peak) == (25, 35))
    #expect(effect.bars == [35, 5])
  }

  @Test func whoSharesTheCounterUsesItUp() throws {
    let text = """
      {"version": "1", "tools": {
        "git_log": {"limits": [{"counter": "c", "window": "hour", "max": 41}]},
        "git_status": {"limits": [{"counter": "d", "window": "hour", "max": 41}]}}}
      """
    var desk = desk(text, "git_status")
    desk.press("r")
    #expect(desk.limitEditor?.outcome.effect?.calls == 2)
    #expect(desk.limitEditor?.outcome.effect?.stopped == 0)
    #expect(desk.limitEditor?.outcome.shares == [])
    desk.press("Tab", "Tab", "Tab", "Backspace", "c")
    #expect(desk.limitEditor?.outcome.effect?.stopped == 1)
    #expect(desk.limitEditor?.outcome.shares == ["/tools/git_log/limits/0"])
  }

  @Test func allToolsOfAServerAreCountedTogether() {
    var desk = desk()
    desk.press("g", "r", "4", "1")
    #expect(desk.limitEditor?.outcome.effect?.calls == 42)
    // The tool's own limits stop thirty before.
    #expect(desk.limitEditor?.outcome.effect?.stopped == 0)
    desk.press("5")
    desk.press("Backspace", "Backspace", "Backspace", "5")
    #expect(desk.limitEditor?.outcome.effect?.stopped == 37)
  }

  @Test func whatWasDeniedCountsOnceItIsLetIn() {
    var desk = Desk.limits("git_reset")
    for _ in 0..<12 { desk.call("git", "git_reset", .deny, rule: "(default)", after: 1_000_000) }
    for _ in 0..<3 { desk.call("git", "git_reset", .deny, rule: "(malformed)", after: 1_000_000) }
    desk.press("r")
    #expect(desk.limitEditor?.outcome.effect?.calls == 12)
    #expect(desk.limitEditor?.outcome.effect?.stopped == 2)
    #expect(desk.limitEditor?.outcome.effect?.notes == ["12 calls that were denied would come to it"])
  }

  @Test func whatFailedIsGivenBackWhereOnlySuccessCounts() {
    var desk = Desk.limits("git_log")
    for call in 0..<12 {
      desk.pass("git_log", after: 1)
      desk.gate(
        .result(
          ResultEvent(
            decisionSequence: desk.state.gate.sequence, outcome: call < 6 ? .toolError : .ok, took: 1000, bytes: 1)))
    }
    desk.press("r")
    #expect(desk.limitEditor?.outcome.effect?.stopped == 2)
    desk.press("Tab", "Tab", "Tab", "Tab", "Tab", "Tab", "Down")
    #expect(desk.limitEditor?.outcome.effect?.stopped == 0)
  }

  @Test func grantsAreToldApart() {
    var desk = Desk.limits("git_log")
    for call in 0..<24 { desk.pass("git_log", grant: call % 2 == 0 ? "a" : "b", after: 1) }
    desk.press("r")
    #expect(desk.limitEditor?.outcome.effect?.stopped == 4)
    #expect(desk.limitEditor?.outcome.effect?.holders == 2)
    #expect(desk.limitEditor?.outcome.effect?.peak == 12)
  }

  @Test func aCostCannotBeCounted() {
    var desk = desk()
    desk.press("r", "Tab", "Tab", "Tab", "Tab", "args.n")
    #expect(desk.limitEditor?.outcome.effect?.stopped == 0)
    #expect(
      desk.limitEditor?.outcome.effect?.notes
        == ["what a call costs is not told to the console: limits of a cost are left out"])
  }

  @Test(arguments: [
    (["r"], "each grant may call git_log 10 times in any minute, then it is denied; both limits must let it pass"),
    (
      ["r", "1", "Tab", "9", "0", "Tab", "Down"],
      "each session may call git_log once in any 90 seconds, then it is denied; both limits must let it pass"
    ),
    (
      ["r", "d", "0"], "each grant may never call git_log: 0 is the same as deny"
    ),
    (
      ["r", "d", "Tab", "Tab", "Tab", "sum", "Tab", "args.n", "Tab", "Down", "Tab", "Down"],
      "each grant may spend 100 of args.n on git_log in each day of the clock, then it is denied; counted as sum; "
        + "what fails is given back"
    ),
    (["r", "d", "d"], "git_log has no limit"),
    (
      ["g", "r"], "each grant may call the tools of git 1,000 times in any day, then it is denied; counted as sum"
    ),
  ])
  func theRuleInWords(_ keys: [String], _ words: String) {
    var desk = Desk.limits("git_log")
    for key in keys { desk.press(key) }
    let subject = keys.first == "g" ? "the tools of git" : "git_log"
    #expect(desk.limitEditor?.inWords(subject) == words)
  }

  @Test func theAgentIsToldTheEnginesWords() {
    var desk = Desk.limits("git_diff")
    desk.press("r", "Up")
    #expect(
      desk.limitEditor?.outcome.told
        == "[gatehouse] denied: rate limit of 4 per minute reached: Not so fast. "
        + "Rule /servers/git/tools/git_diff/limits/0. Retry after N s.")
    desk.press("0")
    #expect(
      desk.limitEditor?.outcome.told
        == "[gatehouse] denied: the limit is 0 per minute: Not so fast. Rule /servers/git/tools/git_diff/limits/0.")
  }
}
