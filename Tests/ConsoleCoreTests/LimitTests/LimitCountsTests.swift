import ConsoleCore
import ControlWire
import JSONText
import Policy
import Testing

/// What the limit editor says of the present state of the counts.
struct LimitCountsTests {
  private static func count(
    _ rule: String, _ holder: ExactText?, _ used: String, _ max: String, _ lessIn: Int64?, scope: LimitScope = .session
  ) -> CountersAnswer.Count {
    CountersAnswer.Count(
      rule: rule, scope: scope, holder: holder, used: used, max: max, window: "minute", lessIn: lessIn)
  }

  static let own = "/servers/git/tools/git_log/limits/0"
  static let answer = CountersAnswer(
    server: "git", tool: "git_log",
    counts: [
      count(own, "7f3a", "9", "10", 21_000_000),
      count("/servers/git/tools/git_log/limits/1", nil, "50", "100", nil, scope: .global),
      count(own, "19c0\u{202E}", "1", "10", 60_000_000),
    ])

  static func desk(columns: Int = 80, rows: Int = 24) -> Desk {
    var desk = Desk.limits("git_log", columns: columns, rows: rows)
    desk.press("r")
    return desk
  }

  private func now(_ desk: Desk) -> String {
    let rows = screen(desk.state)
    guard let start = rows.firstIndex(where: { $0.contains("now ") && $0.contains("│") && !$0.contains("now decides") })
    else { return "" }
    return rows[start...].prefix(2).joined(separator: " ")
  }

  private func asked(_ desk: Desk) -> Int {
    desk.effects.count { $0 == .send(.counters(server: "git", tool: "git_log", id: nil)) }
  }

  @Test func theGateIsAskedWhileSomebodyLooks() {
    var desk = Self.desk()
    #expect(asked(desk) == 1)
    desk.send(.tick(desk.state.now.advanced(byMicroseconds: 400_000)))
    #expect(asked(desk) == 1)
    #expect(desk.state.nextTick.map { $0 <= desk.state.now.advanced(byMicroseconds: 1_000_000) } == true)
    desk.send(.tick(desk.state.now.advanced(byMicroseconds: 700_000)))
    #expect(asked(desk) == 2)
    desk.press("Esc")
    desk.send(.tick(desk.state.now.advanced(byMicroseconds: 5_000_000)))
    #expect(asked(desk) == 2, "nobody looks any more")
    desk.gate(.counters(Self.answer, id: nil), sequence: 0)
    #expect(desk.state.overlay == nil)
  }

  @Test func countsOfTheLimitUnderTheCursorAreTold() {
    var desk = Self.desk(columns: 100, rows: 40)
    desk.gate(.counters(Self.answer, id: nil), sequence: 0)
    #expect(now(desk).contains("session 7f3a: 9 of 10, less in 0:21; session 19c0‹U+202E›: 1 of 10, less in 1:00"))
    desk.send(.tick(desk.state.now.advanced(byMicroseconds: 5_000_000)))
    #expect(now(desk).contains("9 of 10, less in 0:16"))
    desk.gate(
      .counters(CountersAnswer(server: "git", tool: "git_log", counts: []), id: nil), sequence: 0)
    #expect(now(desk).contains("nothing is counted at the moment"))
    // Another tool's answer is none.
    desk.gate(.counters(CountersAnswer(server: "git", tool: "other", counts: Self.answer.counts), id: nil), sequence: 0)
    #expect(now(desk).contains("nothing is counted at the moment"))
  }

  @Test func aNewLimitHasNoCountYet() {
    var desk = Desk.limits("convert_time", columns: 100, rows: 40)
    desk.press("r")
    desk.gate(
      .counters(CountersAnswer(server: "time", tool: "convert_time", counts: Self.answer.counts), id: nil), sequence: 0)
    #expect(!now(desk).contains("9 of 10"))
  }

  @Test func withoutAGateNothingIsAsked() {
    var desk = Desk.limits("git_log")
    desk.send(.gateLost(reason: "gone", retryIn: nil))
    desk.effects = []
    desk.press("r")
    #expect(asked(desk) == 0)
  }

  @Test func manyHoldersAreCounted() {
    var desk = Self.desk(columns: 100, rows: 40)
    let counts = (0..<9).map { Self.count(Self.own, ExactText("s\($0)"), "1", "10", 1_000_000) }
    desk.gate(
      .counters(CountersAnswer(server: "git", tool: "git_log", counts: counts, untold: 4), id: nil), sequence: 0)
    #expect(now(desk).contains("and 10 more"))
  }
}
