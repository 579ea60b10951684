import JSONText
import Policy
import Testing

/// Which limits hold, which one is told, and how much is remembered.
struct LimitChoiceTests {
  @Test func theFirstIsToldWithTheLongestWait() throws {
    let engine = try engine(
      #"""
      {"version":"1","tools":{"x":{"limits":[{"window":"minute","max":1},{"window":"hour","max":1},{"window":5,"max":1}]}},
       "all_tools":{"rate_limit":"1/day"}}
      """#)
    var counters = Counters()
    _ = engine.decide(call("x"), counters: &counters, at: Moment(seconds: 0))
    let decision = engine.decide(call("x"), counters: &counters, at: Moment(seconds: 1))
    #expect(decision.rule == "/tools/x/limits/0")
    #expect(decision.retryAfter == (86_400 - 1) * second)
  }

  @Test func whatNoWaitingMendsHasNoRetry() throws {
    let engine = try engine(
      #"""
      {"version":"1","tools":{"x":{"limits":[{"window":"minute","max":1},{"window":"hour","max":0.5}]}}}
      """#)
    var counters = Counters()
    let decision = engine.decide(call("x"), counters: &counters, at: Moment(seconds: 0))
    #expect(decision == Decision(.deny, rule: "/tools/x/limits/1", reason: "rate limit of 0.5 per hour reached"))
    #expect(counters.count == 0)
  }

  @Test func expiredLimitsAreAsIfAbsent() throws {
    let engine = try engine(
      #"""
      {"version":"1","tools":{"x":{"limits":[
        {"window":"hour","max":1,"expires":"1970-01-01T00:01:00Z"}, {"window":"minute","max":2}]}}}
      """#)
    var counters = Counters()
    let verdicts = [0, 59, 60, 60].map {
      engine.decide(call("x"), counters: &counters, at: Moment(seconds: $0)).verdict
    }
    #expect(verdicts == [.allow, .limit, .allow, .allow])
    #expect(engine.decide(call("x"), counters: &counters, at: Moment(seconds: 61)).rule == "/tools/x/limits/1")
  }

  @Test func periodsEndAtTheBoundariesOfUTC() throws {
    let engine = try engine(
      #"{"version":"1","tools":{"x":{"limits":[{"window":"day","max":2,"align":"calendar"}]}}}"#)
    var counters = Counters()
    let midnight = try #require(Moment(rfc3339: "2026-11-21T00:00:00Z"))
    let late = midnight.advanced(byMicroseconds: -1)
    for _ in 0..<2 { #expect(engine.decide(call("x"), counters: &counters, at: late).verdict == .allow) }
    #expect(engine.decide(call("x"), counters: &counters, at: late).retryAfter == 1)
    for _ in 0..<2 { #expect(engine.decide(call("x"), counters: &counters, at: midnight).verdict == .allow) }
    #expect(engine.decide(call("x"), counters: &counters, at: midnight).retryAfter == 86_400 * second)
  }

  @Test func anEditOfTheAlignmentKeepsTheCount() throws {
    let engines = try ["sliding", "calendar", "sliding"].map {
      try engine("{\"version\":\"1\",\"tools\":{\"x\":{\"limits\":[{\"window\":60,\"max\":2,\"align\":\"\($0)\"}]}}}")
    }
    var counters = Counters()
    var answers: [Int64?] = []
    for (index, time) in [(0, 50), (1, 50), (1, 51), (2, 70), (1, 70), (2, 71)] {
      let decision = engines[index].decide(call("x"), counters: &counters, at: Moment(seconds: time))
      answers.append(decision.verdict == .allow ? 0 : decision.retryAfter.map { $0 / second })
    }
    #expect(answers == [0, 0, 9, 40, 0, 39])
  }

  /// All counts share memory: with more of them each remembers fewer times, and none lets more through.
  @Test func allTimesTogetherAreBounded() throws {
    let engine = try engine(
      #"{"version":"1","tools":{"*":{"limits":[{"window":"hour","max":100,"scope":"session"}]}}}"#)
    var counters = Counters(times: 4_096)
    var allowed: [Int: Int] = [:]
    var now: Int64 = 0
    var greatest = 0
    for sessions in [8, 64, 200] {
      for round in 0..<sessions * 130 {
        now += 7
        let session = round % sessions
        let moment = Moment(microseconds: now)
        if engine.decide(call("x", session: "\(session)"), counters: &counters, at: moment).verdict == .allow {
          allowed[session, default: 0] += 1
        }
        greatest = max(greatest, counters.footprint)
        #expect(counters.footprint <= 4_096)
      }
    }
    #expect(greatest > 2_048)
    #expect(allowed.count == 200)
    #expect(allowed.values.allSatisfy { $0 == 100 })
    // All of it comes back.
    _ = engine.decide(call("x", session: "last"), counters: &counters, at: Moment(microseconds: now + 3_700 * second))
    for session in 0..<200 { counters.forget(session: ExactText("\(session)")) }
    #expect(counters.count == 1)
    #expect(counters.footprint == 4)
  }

  @Test func deniedCallsMakeNoCounts() throws {
    let engine = try engine(
      #"""
      {"version":"1","tools":{"*":{"limits":[{"window":"hour","max":1,"scope":"global","counter":"one"},
        {"window":"hour","max":5,"scope":"session"}]}}}
      """#)
    var counters = Counters()
    for index in 0..<100 {
      _ = engine.decide(call("x", session: "\(index)"), counters: &counters, at: Moment(seconds: 0))
    }
    #expect(counters.count == 2)
  }
}
