import JSONText
import Policy
import SeededChance
import Testing

struct LimitTests {
  /// All calls that were let through, looked at one by one: slow, and plainly right.
  struct Reference {
    struct Limit {
      var key: String
      var window: Int64
      var max: Int
    }

    var taken: [String: [Int64]] = [:]

    func fits(_ limits: [Limit], at now: Int64) -> Bool {
      limits.allSatisfy { limit in
        (taken[limit.key] ?? []).count { $0 > now - limit.window } < limit.max
      }
    }

    /// The first moment, from now on, when all limits would let a call pass.
    func next(_ limits: [Limit], from now: Int64) -> Int64? {
      guard limits.allSatisfy({ $0.max > 0 }) else { return nil }
      let moments = limits.flatMap { limit in (taken[limit.key] ?? []).map { $0 + limit.window } }
      return ([now] + moments.filter { $0 > now }).sorted().first { fits(limits, at: $0) }
    }

    mutating func take(_ limits: [Limit], at now: Int64) {
      for key in Set(limits.map(\.key)) { taken[key, default: []].append(now) }
    }
  }

  static let policyText = """
    {"version": "1", "tools": {
      "a": {"limits": [{"window": "second", "max": 3}, {"window": 7, "max": 10, "scope": "server"},
                       {"counter": "shared", "window": "second", "max": 4, "scope": "global"}]},
      "b": {"limits": [{"counter": "shared", "window": "second", "max": 2, "scope": "global"},
                       {"window": 3, "max": 1, "scope": "session"}]},
      "c*": {"rate_limit": {"max": 2, "window": 2}}},
      "all_tools": {"limits": [{"window": 5, "max": 12, "scope": "grant"},
                               {"counter": "shared", "window": "second", "max": 5, "scope": "global"}]}}
    """

  static func limits(_ tool: String, _ server: String, _ grant: String, _ session: String) -> [Reference.Limit] {
    let own: [Reference.Limit] =
      switch tool {
      case "a":
        [
          .init(key: "a1 \(grant)", window: second, max: 3), .init(key: "a7 \(server)", window: 7 * second, max: 10),
          .init(key: "shared", window: second, max: 4),
        ]
      case "b":
        [.init(key: "shared", window: second, max: 2), .init(key: "b3 \(session)", window: 3 * second, max: 1)]
      default: [.init(key: "\(tool)2 \(grant)", window: 2 * second, max: 2)]
      }
    return own + [
      .init(key: "all5 \(grant)", window: 5 * second, max: 12), .init(key: "shared", window: second, max: 5),
    ]
  }

  @Test(arguments: UInt64(1)...20)
  func agreesWithTheReference(seed: UInt64) throws {
    var chance = Chance(seed)
    let engine = try engine(Self.policyText)
    var counters = Counters()
    var reference = Reference()
    var now: Int64 = Int64(chance.below(1000)) - 500
    var verdicts: [Verdict: Int] = [:]
    for _ in 0..<600 {
      // Often the same instant, often just at the edge of a window.
      now += chance.pick([0, 0, 1, 999_999, second, second / 3, second / 10, 2 * second, Int64(chance.below(400_000))])
      let (tool, server) = (chance.pick(["a", "b", "c1", "c2"]), chance.pick(["s", "t"]))
      let (grant, session) = (chance.pick(["g", "h"]), chance.pick(["1", "2", "3"]))
      let limits = Self.limits(tool, server, grant, session)
      let decision = engine.decide(
        call(tool, on: server, grant: grant, session: session), counters: &counters, at: Moment(microseconds: now))
      verdicts[decision.verdict, default: 0] += 1
      if reference.fits(limits, at: now) {
        #expect(decision.verdict == .allow)
        reference.take(limits, at: now)
      } else {
        #expect(decision.verdict == .limit)
        #expect(decision.retryAfter == reference.next(limits, from: now).map { $0 - now })
      }
    }
    #expect(verdicts[.allow] ?? 0 > 100)
    #expect(verdicts[.limit] ?? 0 > 100)
  }

  @Test func retryAfterIsTheVeryMoment() throws {
    let engine = try engine(#"{"version":"1","tools":{"x":{"rate_limit":"2/minute"}}}"#)
    var counters = Counters()
    for time in [0, 10, 20] { _ = engine.decide(call("x"), counters: &counters, at: Moment(seconds: time)) }
    let wait = engine.decide(call("x"), counters: &counters, at: Moment(seconds: 30)).retryAfter
    #expect(wait == 30 * second)
    let early = Moment(microseconds: 60 * second - 1)
    #expect(engine.decide(call("x"), counters: &counters, at: early).retryAfter == 1)
    #expect(engine.decide(call("x"), counters: &counters, at: Moment(seconds: 60)).verdict == .allow)
    // The call of second 10 still counts, and so does that of second 60.
    #expect(engine.decide(call("x"), counters: &counters, at: Moment(seconds: 60)).retryAfter == 10 * second)
  }

  @Test func aLimitOfNothingIsADenial() throws {
    let engine = try engine(#"{"version":"1","tools":{"x":{"limits":[{"window":"hour","max":0}],"reason":"Frozen."}}}"#)
    var counters = Counters()
    #expect(
      engine.decide(call("x"), counters: &counters, at: Moment(seconds: 0))
        == Decision(.deny, rule: "/tools/x/limits/0", reason: "the limit is 0 per hour: Frozen"))
    let standing = engine.standing(server: "git", tool: "x")
    #expect(standing.verdict == .deny)
    #expect(standing.summary == "deny")
  }

  @Test func anEditKeepsTheCounts() throws {
    let before = try engine(#"{"version":"1","tools":{"x":{"rate_limit":"2/minute"}}}"#)
    let after = try engine(
      #"{"version":"1","tools":{"y":{},"x":{"limits":[{"max":3,"scope":"grant","window":60}]}},"default":"allow"}"#)
    var counters = Counters()
    for _ in 0..<2 { _ = before.decide(call("x"), counters: &counters, at: Moment(seconds: 0)) }
    #expect(before.decide(call("x"), counters: &counters, at: Moment(seconds: 1)).verdict == .limit)
    #expect(after.decide(call("x"), counters: &counters, at: Moment(seconds: 1)).verdict == .allow)
    #expect(after.decide(call("x"), counters: &counters, at: Moment(seconds: 2)).verdict == .limit)
    // Back again: three calls count against a limit of two, so two of them must end first.
    #expect(before.decide(call("x"), counters: &counters, at: Moment(seconds: 3)).retryAfter == 57 * second)
  }

  @Test func whatTheCallerNamesIsCountedTogether() throws {
    let engine = try engine(
      #"{"version":"1","resources":{"file:*":{"rate_limit":"2/minute"},"http:*":{"rate_limit":"2/minute"}}}"#)
    var counters = Counters()
    let verdicts = ["file:0", "file:1", "file:2", "http:0"].map { uri in
      let call = Call(server: "s", target: .resource(uri: ExactText(uri)), session: "1")
      return engine.decide(call, counters: &counters, at: Moment(seconds: 0)).verdict
    }
    #expect(verdicts == [.allow, .allow, .limit, .allow])
  }

  static func engineOfOne() throws -> PolicyEngine {
    try engine(#"{"version":"1","tools":{"x":{"rate_limit":"1/minute"}}}"#)
  }

  @Test func aClockThatGoesBackLetsNothingMoreThrough() throws {
    let engine = try engine(#"{"version":"1","tools":{"x":{"rate_limit":"2/minute"}}}"#)
    var counters = Counters()
    for time in [100, 50] { _ = engine.decide(call("x"), counters: &counters, at: Moment(seconds: time)) }
    #expect(engine.decide(call("x"), counters: &counters, at: Moment(seconds: 120)).verdict == .limit)
    // The call of second 50 counts from second 100 on, where the clock had been.
    let stricter = try Self.engineOfOne()
    #expect(stricter.decide(call("x"), counters: &counters, at: Moment(seconds: 105)).retryAfter == 55 * second)
    let ends = [Int64.min, .max].map { engine.decide(call("x"), counters: &counters, at: Moment(microseconds: $0)) }
    #expect(ends.map(\.verdict) == [.limit, .allow])
  }

  @Test func bigLimitsAreNeverExceededAndNearlyReached() throws {
    let engine = try engine(#"{"version":"1","tools":{"x":{"rate_limit":"20000/minute"}}}"#)
    var counters = Counters()
    var chance = Chance(7)
    var taken: [Int64] = []
    var now: Int64 = 0
    var denied = 0
    var first = 0
    for _ in 0..<90_000 {
      now += Int64(chance.below(3_000))
      if engine.decide(call("x"), counters: &counters, at: Moment(microseconds: now)).verdict == .allow {
        taken.append(now)
        while taken[first] <= now - 60 * second { first += 1 }
        #expect(taken.count - first <= 20_000)
      } else {
        // Never stricter than by the 4,096th part of a window.
        denied += 1
        let edge = now - 60 * second - 60 * second / 4_096
        #expect(taken.count - (taken.firstIndex { $0 > edge } ?? taken.count) >= 20_000)
        now += second / 10
      }
    }
    #expect(denied > 0)
  }

  @Test func memoryIsBoundedAndOldCountsGo() throws {
    let engine = try engine(
      #"{"version":"1","tools":{"*":{"limits":[{"window":"minute","max":5,"scope":"session"}]}}}"#)
    var counters = Counters()
    var full = 0
    for index in 0..<40_000 {
      let decision = engine.decide(call("x\(index)", session: "\(index)"), counters: &counters, at: Moment(seconds: 1))
      if decision.verdict == .limit {
        full += 1
        #expect(decision.reason == "too many rate limits are being counted at once")
      }
    }
    #expect(counters.count == Counters.capacity)
    #expect(full == 40_000 - Counters.capacity)
    // Who has a count keeps it.
    #expect(engine.decide(call("x7", session: "7"), counters: &counters, at: Moment(seconds: 2)).verdict == .allow)
    #expect(engine.decide(call("new", session: "new"), counters: &counters, at: Moment(seconds: 61)).verdict == .allow)
    #expect(counters.count == 2)
    counters.forget(session: "new")
    #expect(counters.count == 1)
  }

  @Test func deniedCallsLeaveNoTrace() throws {
    let engine = try engine(
      #"{"version":"1","tools":{"x":{"limits":[{"window":"minute","max":9},{"window":1,"max":1}]}}}"#)
    var counters = Counters()
    for _ in 0..<50 { _ = engine.decide(call("x"), counters: &counters, at: Moment(seconds: 0)) }
    // One of fifty calls was counted, so eight more fit into the minute.
    let verdicts = (1...9).map { engine.decide(call("x"), counters: &counters, at: Moment(seconds: $0)).verdict }
    #expect(verdicts == Array(repeating: .allow, count: 8) + [.limit])
  }
}
