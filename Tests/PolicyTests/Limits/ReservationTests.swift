import JSONText
import Policy
import Testing

/// Calls that do not count after all.
struct ReservationTests {
  static func judge(
    _ engine: PolicyEngine, _ counters: inout Counters, tool: String = "x", session: String = "s1",
    at seconds: Int = 0
  ) -> Judgement {
    engine.judge(call(tool, session: session), counters: &counters, at: Moment(seconds: seconds))
  }

  static func engineOfOne(_ limits: String, action: String = "allow") throws -> PolicyEngine {
    try engine(
      "{\"version\":\"1\",\"tools\":{\"*\":{\"action\":\"\(action)\",\"limits\":[\(limits)]}}}")
  }

  static let succeeded = #"{"window":"hour","max":2,"count":"succeeded"}"#

  @Test func whatCountsWhenForwardedIsKept() throws {
    let engine = try Self.engineOfOne(#"{"window":"hour","max":2}"#)
    var counters = Counters()
    #expect(Self.judge(engine, &counters).reservation == nil)
  }

  @Test func onlySuccessesCount() throws {
    let engine = try Self.engineOfOne(Self.succeeded)
    var counters = Counters()
    for _ in 0..<10 {
      let failed = try #require(Self.judge(engine, &counters).reservation)
      counters.giveBack(failed, at: Moment(seconds: 0))
    }
    for _ in 0..<2 { #expect(Self.judge(engine, &counters).decision.verdict == .allow) }
    #expect(Self.judge(engine, &counters).decision.verdict == .limit)
  }

  @Test func nothingIsGivenBackTwice() throws {
    let engine = try Self.engineOfOne(Self.succeeded)
    var counters = Counters()
    let first = try #require(Self.judge(engine, &counters).reservation)
    _ = Self.judge(engine, &counters)
    for _ in 0..<3 { counters.giveBack(first, at: Moment(seconds: 1)) }
    #expect(Self.judge(engine, &counters).decision.verdict == .allow)
    #expect(Self.judge(engine, &counters).decision.verdict == .limit)
    // Nor whole, when the part that may come back has come back.
    let asking = try Self.engineOfOne(#"{"window":"hour","max":1},\#(Self.succeeded)"#, action: "require_approval")
    counters = Counters()
    let whole = try #require(Self.judge(asking, &counters).reservation)
    counters.giveBack(try #require(whole.whenForwarded), at: Moment(seconds: 1))
    counters.giveBack(whole, at: Moment(seconds: 1))
    #expect(Self.judge(asking, &counters).decision.rule == "/tools/*/limits/0")
  }

  @Test func whoAsksHoldsEverything() throws {
    let engine = try Self.engineOfOne(#"{"window":"hour","max":1}"#, action: "require_approval")
    var counters = Counters()
    let judgement = Self.judge(engine, &counters)
    #expect(judgement.decision.verdict == .ask)
    #expect(Self.judge(engine, &counters).decision.verdict == .limit)
    let reservation = try #require(judgement.reservation)
    #expect(reservation.whenForwarded == nil)
    counters.giveBack(reservation, at: Moment(seconds: 5))
    #expect(Self.judge(engine, &counters).decision.verdict == .ask)
  }

  /// The place of a count may have gone to another one since.
  @Test func anotherCountIsNotTouched() throws {
    let engine = try Self.engineOfOne(#"{"window":"hour","max":1,"count":"succeeded","scope":"session"}"#)
    var counters = Counters()
    let gone = try #require(Self.judge(engine, &counters, session: "gone").reservation)
    counters.forget(session: "gone")
    #expect(counters.count == 0)
    #expect(Self.judge(engine, &counters, session: "new").decision.verdict == .allow)
    counters.giveBack(gone, at: Moment(seconds: 1))
    #expect(Self.judge(engine, &counters, session: "new").decision.verdict == .limit)
    #expect(Self.judge(engine, &counters, session: "gone").decision.verdict == .allow)
  }

  @Test func whatIsOverStaysOver() throws {
    let engine = try Self.engineOfOne(#"{"window":10,"max":2,"count":"succeeded"}"#)
    var counters = Counters()
    let old = try #require(Self.judge(engine, &counters, at: 0).reservation)
    for time in [9, 12] { _ = Self.judge(engine, &counters, at: time) }
    counters.giveBack(old, at: Moment(seconds: 12))
    #expect(Self.judge(engine, &counters, at: 13).decision.retryAfter == 6 * second)
  }

  @Test func veryOldReservationsAreKept() {
    var returns = Returns()
    let unknown = returns.take(0)
    let numbers = (0...Returns.kept).map { _ in returns.open() }
    let last = numbers[Returns.kept]
    let answers = [numbers[0], numbers[1], numbers[1], last, last + 1].map { returns.take($0) }
    #expect(!unknown)
    #expect(answers == [false, true, false, true, false])
    // The place of a number goes to a later one, which is open.
    let later = returns.open()
    let latest = [numbers[1], later, later].map { returns.take($0) }
    #expect(latest == [false, true, false])
  }
}
