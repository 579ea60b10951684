import JSONText
import Policy
import Testing

/// Limits that add up an argument.
struct LimitCostTests {
  static let spending =
    #"{"version":"1","tools":{"pay":{"limits":[{"window":"hour","max":100,"cost":"args.amount"}]}}}"#

  static func judge(
    _ engine: PolicyEngine, _ arguments: String?, _ counters: inout Counters, at now: Moment = Moment(seconds: 0)
  ) throws -> Decision {
    let node = try arguments.map { try json($0) }
    return engine.judge(call("pay"), counters: &counters, at: now, arguments: { node }).decision
  }

  static let refusals: [(arguments: String?, why: String)] = [
    (nil, "missing"), ("{}", "missing"), (#"{"amounts":1}"#, "missing"), (#"{"amount":null}"#, "null"),
    (#"{"amount":"5"}"#, "a string, not a number"), (#"{"amount":true}"#, "a boolean, not a number"),
    (#"{"amount":[5]}"#, "an array, not a number"), (#"{"amount":{"value":5}}"#, "an object, not a number"),
    (#"{"amount":-1}"#, "negative"), (#"{"amount":-0.0000000001}"#, "negative"), (#"{"amount":-1e999999}"#, "negative"),
    (#"{"amount":1e999999999999}"#, "too extreme to be counted"), (#"{"amount":1e19}"#, "too extreme to be counted"),
    (#"{"amount":101}"#, "101, and the limit is 100 per hour"),
    (#"{"amount":100.000000001}"#, "100.000000001, and the limit is 100 per hour"),
    (#"{"amount":1000000000000000000}"#, "1000000000000000000, and the limit is 100 per hour"),
  ]

  @Test("P15: a cost that is missing, negative, extreme or no number is refused", arguments: refusals)
  func whatCannotBePaidIsDeniedForEver(arguments: String?, why: String) throws {
    let engine = try engine(Self.spending)
    var counters = Counters()
    #expect(
      try Self.judge(engine, arguments, &counters)
        == Decision(.deny, rule: "/tools/pay/limits/0", reason: "the cost args.amount is \(why)"))
    #expect(counters.count == 0)
    #expect(try Self.judge(engine, #"{"amount":100}"#, &counters).verdict == .allow)
  }

  @Test("P7: a cost that is there in another spelling only is no cost")
  func aTwinIsRefused() throws {
    let engine = try engine(Self.spending)
    var counters = Counters()
    #expect(try Self.judge(engine, #"{"Amount":1}"#, &counters).rule == Decision.malformed)
    #expect(counters.count == 0)
  }

  @Test("P14 P15: costs are added exactly")
  func costsAreExact() throws {
    let engine = try engine(
      #"{"version":"1","tools":{"pay":{"limits":[{"window":"hour","max":1,"cost":"args.amount"}]}}}"#)
    var counters = Counters()
    for spelling in ["0.1", "1e-1", "0.10", "100e-3", "0.1", "0.1", "0.1", "0.1", "0.1", "0.1"] {
      #expect(try Self.judge(engine, "{\"amount\":\(spelling)}", &counters).verdict == .allow)
    }
    let decision = try Self.judge(engine, #"{"amount":1e-9}"#, &counters)
    #expect(decision.verdict == .limit)
    #expect(decision.reason == "rate limit of 1 per hour reached")
    #expect(decision.retryAfter == 3_600 * second)
  }

  /// The tenth digit is rounded up: costs never add up to less than they are.
  @Test func smallerCostsThanBillionthsAreRoundedUp() throws {
    let engine = try engine(
      #"{"version":"1","tools":{"pay":{"limits":[{"window":"hour","max":0.000000003,"cost":"args.amount"}]}}}"#)
    var counters = Counters()
    let verdicts = try (0..<4).map { _ in try Self.judge(engine, #"{"amount":1e-30}"#, &counters).verdict }
    #expect(verdicts == [.allow, .allow, .allow, .limit])
  }

  @Test func whatCostsNothingFitsUnlessTheLimitIsExceeded() throws {
    let engine = try engine(Self.spending)
    var counters = Counters()
    for cost in ["0", "100", "0", "-0", "0.0e5"] {
      #expect(try Self.judge(engine, "{\"amount\":\(cost)}", &counters).verdict == .allow)
    }
    let lower = try Self.capped("99.5")
    let decision = try Self.judge(lower, #"{"amount":0}"#, &counters, at: Moment(seconds: 3_000))
    #expect(decision.verdict == .limit)
    #expect(decision.retryAfter == 600 * second)
    let nothing = try Self.capped("0")
    var fresh = Counters()
    #expect(try Self.judge(nothing, #"{"amount":0}"#, &fresh).verdict == .allow)
    #expect(fresh.count == 0)
    #expect(try Self.judge(nothing, #"{"amount":1e-9}"#, &fresh).verdict == .deny)
  }

  static func capped(_ max: String) throws -> PolicyEngine {
    try engine(
      "{\"version\":\"1\",\"tools\":{\"pay\":{\"limits\":[{\"window\":\"hour\",\"max\":\(max),\"cost\":\"args.amount\"}]}}}"
    )
  }

  /// A spend cap and a number of calls in one rule, without names: neither adds to the other.
  @Test func limitsWithoutNamesCountForThemselves() throws {
    let engine = try engine(
      #"""
      {"version":"1","tools":{"pay":{"limits":[{"window":"hour","max":3}, {"window":"hour","max":1000,"cost":"args.amount"},
        {"window":"hour","max":20,"cost":"args.items[0].count"}]}}}
      """#)
    var counters = Counters()
    var verdicts: [String] = []
    for (amount, count) in [(500, 5), (500, 5), (1, 5), (0, 11), (0, 0), (0, 0)] {
      let decision = try Self.judge(engine, "{\"amount\":\(amount),\"items\":[{\"count\":\(count)}]}", &counters)
      verdicts.append(decision.verdict == .allow ? "allow" : decision.rule)
    }
    #expect(
      verdicts == [
        "allow", "allow", "/tools/pay/limits/1", "/tools/pay/limits/2", "allow", "/tools/pay/limits/0",
      ])
  }

  /// One count, two costs of one call: it adds the greater one, once.
  @Test func aSharedCountTakesTheGreatestCost() throws {
    let engine = try engine(
      #"""
      {"version":"1","tools":{"pay":{"limits":[{"counter":"c","window":"hour","max":100,"cost":"args.a"},
        {"counter":"c","window":"hour","max":100,"cost":"args.b","expires":"2100-01-01T00:00:00Z"}]}}}
      """#)
    var counters = Counters()
    var verdicts: [Verdict] = []
    for (a, b) in [(10, 60), (30, 5), (11, 0), (0, 11), (10, 10), (0, 0), (1, 0)] {
      verdicts.append(try Self.judge(engine, "{\"a\":\(a),\"b\":\(b)}", &counters).verdict)
    }
    #expect(verdicts == [.allow, .allow, .limit, .limit, .allow, .allow, .limit])
    #expect(counters.count == 1)
  }

  @Test func argumentsAreReadOnlyForACost() throws {
    let engine = try engine(
      #"""
      {"version":"1","tools":{"free":{"rate_limit":"5/minute"}, "pay":{"limits":[
        {"window":"hour","max":9,"cost":"args.a"}, {"window":"hour","max":9,"cost":"args.b"}]}}}
      """#)
    var counters = Counters()
    var asked = 0
    let arguments = { () -> JSONNode? in
      asked += 1
      return try? json(#"{"a":4,"b":5}"#)
    }
    let free = engine.judge(call("free"), counters: &counters, at: Moment(seconds: 0), arguments: arguments)
    #expect(free.decision.verdict == .allow)
    #expect(asked == 0)
    let verdicts = (0..<2).map { _ in
      engine.judge(call("pay"), counters: &counters, at: Moment(seconds: 0), arguments: arguments).decision
    }
    #expect(verdicts.map(\.verdict) == [.allow, .limit])
    #expect(verdicts[1].rule == "/tools/pay/limits/1")
    #expect(asked == 2)
  }
}
