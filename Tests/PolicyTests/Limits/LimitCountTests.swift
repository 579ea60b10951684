import JSONText
import Policy
import Testing

/// How far the limits of a tool are used up.
struct LimitCountTests {
  static let second: Int64 = 1_000_000
  static let policy = """
    {"version": "1", "default": "allow",
     "all_tools": {"limits": [{"window": "hour", "max": 100, "scope": "global"}]},
     "tools": {
       "pay": {"limits": [{"window": "minute", "max": 10, "scope": "session"},
                          {"window": "minute", "max": 40, "scope": "grant", "align": "calendar"}]},
       "spend": {"limits": [{"window": "day", "max": 20, "scope": "server", "cost": "args.amount"}]},
       "free": {}}}
    """

  private func engine() throws -> PolicyEngine { PolicyEngine(try PolicyDocument.read(Array(Self.policy.utf8))) }

  private func call(
    _ tool: ExactText, _ session: ExactText, at seconds: Int64, server: ExactText = "bank", amount: String? = nil,
    _ engine: PolicyEngine, _ counters: inout Counters
  ) {
    let call = Call(server: server, target: .tool(tool), session: session)
    _ = engine.judge(
      call, counters: &counters, at: Moment(microseconds: seconds * Self.second),
      arguments: { amount.flatMap { try? JSONNode.read(Array("{\"amount\":\($0)}".utf8)) } })
  }

  private func words(
    _ tool: ExactText, at seconds: Int64, server: ExactText = "bank", most: Int = 100, _ engine: PolicyEngine,
    _ counters: Counters
  ) -> [String] {
    engine.counts(
      server: server, tool: tool, in: counters, at: Moment(microseconds: seconds * Self.second), most: most
    ).counts.map { count in
      let less = count.lessIn.map { ", less in \($0 / Self.second)" } ?? ""
      return
        "\(count.scope.rawValue) \(count.holder?.string ?? "-"): \(count.used) of \(count.max)/\(count.window)\(less)"
    }
  }

  @Test func everyHoldersCountIsTold() throws {
    let engine = try engine()
    var counters = Counters()
    #expect(words("pay", at: 1000, engine, counters) == [], "nobody has called it")
    for second in 0..<9 { call("pay", "a", at: 1000 + Int64(second), engine, &counters) }
    call("pay", "b", at: 1030, engine, &counters)
    // At 1030 the period of the calendar ends at 1080; the first call of `a` leaves at 1060.
    #expect(
      words("pay", at: 1030, engine, counters)
        == [
          "session a: 9 of 10/minute, less in 30", "grant local: 1 of 40/minute, less in 50",
          "global -: 10 of 100/hour, less in 3570", "session b: 1 of 10/minute, less in 60",
        ].sorted { left, right in Self.share(left) > Self.share(right) })
    #expect(words("pay", at: 1062, engine, counters).first == "session a: 6 of 10/minute, less in 1")
    #expect(words("pay", at: 1100, engine, counters) == ["global -: 10 of 100/hour, less in 3500"])
    #expect(words("free", at: 1030, engine, counters) == ["global -: 10 of 100/hour, less in 3570"])
    #expect(words("pay", at: 1030, server: "other", engine, counters).count == 4, "of a tool of that name everywhere")
  }

  private static func share(_ words: String) -> Double {
    let parts = words.split(separator: " ")
    let used = Double(parts[2]) ?? 0
    let most = Double(parts[4].prefix { $0 != "/" }) ?? 1
    return used / most
  }

  @Test func costsAreSumsAndServersKeepTheirOwn() throws {
    let engine = try engine()
    var counters = Counters()
    call("spend", "a", at: 1000, amount: "2.25", engine, &counters)
    call("spend", "b", at: 1001, amount: "1", engine, &counters)
    call("spend", "a", at: 1002, server: "shop", amount: "7", engine, &counters)
    #expect(words("spend", at: 1003, engine, counters).first == "server bank: 3.25 of 20/day, less in 86397")
    #expect(
      words("spend", at: 1003, server: "shop", engine, counters).first == "server shop: 7 of 20/day, less in 86399")
  }

  @Test func manyAreCutAndNotForgotten() throws {
    let engine = try engine()
    var counters = Counters()
    for number in 0..<150 {
      for _ in 0...(number % 3) { call("pay", ExactText("s\(number)"), at: 1000, engine, &counters) }
    }
    let (counts, untold) = engine.counts(
      server: "bank", tool: "pay", in: counters, at: Moment(microseconds: 1000 * Self.second), most: 10)
    #expect(counts.count == 10 && untold > 0)
    #expect(counts.prefix(3).allSatisfy { $0.used >= 3 }, "the fullest first")
  }

  @Test func asNothingIsInForceNothingIsTold() {
    let found = PolicyEngine.denyEverything.counts(
      server: "a", tool: "b", in: Counters(), at: Moment(microseconds: 0), most: 10)
    #expect(found.counts == [] && found.untold == 0)
  }
}
