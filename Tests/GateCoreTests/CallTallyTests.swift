import ControlWire
import GateCore
import JSONText
import Policy
import Testing

/// What a subscriber with a budget is told of calls that it does not get.
struct CallTallyTests {
  private static func decision(
    _ server: String, _ tool: String?, _ verdict: Verdict, rule: String = "(default)", method: String = "tools/call"
  ) -> GateMessage {
    GateMessage(
      sequence: 1, time: Moment(microseconds: 0),
      event: .decision(
        DecisionEvent(
          session: "s", client: "c", grant: "local", server: ExactText(server), method: ExactText(method),
          tool: tool.map { ExactText($0) }, category: nil, severity: nil, decision: Decision(verdict, rule: rule),
          revision: nil, took: 1, argumentsDigest: nil)))
  }

  private static func count(_ tally: inout CallTally, _ messages: [GateMessage]) {
    var log = EventLog()
    for message in messages { log.append(message) }
    log.forEach(from: 0) { tally.add($0, $1) }
  }

  /// The next tick, read as a subscriber reads it.
  private static func tick(_ backlog: inout Backlog) throws -> Tick? {
    var bytes: [UInt8] = []
    guard backlog.next(at: Moment(microseconds: 0), into: &bytes) else { return nil }
    #expect(bytes.last == 0x0A)
    let message = try #require(try GateMessage.read(Array(bytes.dropLast())))
    guard case .tick(let tick) = message.event else {
      Issue.record("no tick: \(message)")
      return nil
    }
    // What is put together by hand is what the ordinary writer writes.
    #expect(message.encoded == bytes)
    return tick
  }

  @Test func countsByToolRuleAndVerdict() throws {
    var tally = CallTally()
    var backlog = Backlog(budget: 10)
    let odd = "say \"hi\"\\\u{202E}\n漢"
    Self.count(
      &tally,
      [
        Self.decision("git", "push", .allow), Self.decision("git", "push", .deny, rule: "/servers/git/tools/push"),
        Self.decision("git", "push", .allow), Self.decision(odd, odd, .limit, rule: odd),
        Self.decision("files", "file:///1", .allow, method: "resources/read"),
        Self.decision("files", "file:///2", .allow, method: "resources/read"),
        Self.decision("files", nil, .allow, method: "logging/setLevel"),
        GateMessage(
          sequence: 9, time: Moment(microseconds: 0),
          event: .policy(PolicyEvent(state: .absent, revision: nil, problems: []))),
      ])
    backlog.push(counts: [5, 1, 1, 0, 0], calls: tally.take())
    let tick = try #require(try Self.tick(&backlog))
    #expect(tick.counts == [5, 1, 1, 0, 0])
    #expect(
      tick.calls == [
        CallCount(server: "git", tool: "push", rule: "(default)", verdict: .allow, count: 2),
        CallCount(server: "git", tool: "push", rule: "/servers/git/tools/push", verdict: .deny, count: 1),
        CallCount(server: ExactText(odd), tool: ExactText(odd), rule: odd, verdict: .limit, count: 1),
        CallCount(server: "files", method: "resources/read", rule: "(default)", verdict: .allow, count: 2),
        CallCount(server: "files", method: "logging/setLevel", rule: "(default)", verdict: .allow, count: 1),
      ])
    // Only what has changed is told the next time.
    Self.count(&tally, [Self.decision("git", "push", .allow)])
    backlog.push(counts: [1, 0, 0, 0, 0], calls: tally.take())
    #expect(try Self.tick(&backlog)?.calls.map(\.count) == [1])
    #expect(tally.take().isEmpty)
  }

  @Test func whoHasNoBudgetGetsNoCounts() throws {
    var tally = CallTally()
    var backlog = Backlog()
    Self.count(&tally, [Self.decision("git", "push", .allow)])
    backlog.push(counts: [1, 0, 0, 0, 0], calls: tally.take())
    #expect(try Self.tick(&backlog) == Tick(counts: [1, 0, 0, 0, 0]))
  }

  @Test func tooManyNamesAreCountedTogether() throws {
    var tally = CallTally(capacity: 2)
    var backlog = Backlog(budget: 10)
    let long = String(repeating: "x", count: 2_000)
    Self.count(&tally, ["a", "b", "c", "a", "d", long].map { Self.decision("s", $0, .allow) })
    Self.count(&tally, [Self.decision("s", long, .deny)])
    backlog.push(counts: nil, calls: tally.take())
    let calls = try #require(try Self.tick(&backlog)).calls
    #expect(calls.map { $0.tool?.string } == ["a", "b", nil, nil])
    #expect(calls.map(\.count) == [2, 1, 3, 1])
    #expect(calls[2] == CallCount(server: nil, rule: nil, verdict: .allow, count: 3))
    // The names of then make room.
    Self.count(&tally, [Self.decision("s", "d", .allow)])
    backlog.push(counts: nil, calls: tally.take())
    #expect(try Self.tick(&backlog)?.calls.map { $0.tool?.string } == ["d"])
  }

  /// However seldom it reads, a subscriber is told every count in the end, and little at once.
  @Test func countsThatDoNotFitFollow() throws {
    var tally = CallTally()
    var backlog = Backlog(budget: 10)
    var expected: [String: Int] = [:]
    var found: [String: Int] = [:]
    func take() throws {
      while let tick = try Self.tick(&backlog) {
        #expect(tick.calls.count <= 256)
        for call in tick.calls { found[call.tool?.string ?? "", default: 0] += call.count }
      }
    }
    for round in 0..<6 {
      let names = (0..<400).map { "tool_\(($0 * (round + 1)) % 700)" }
      for name in names { expected[name, default: 0] += 1 }
      Self.count(&tally, names.map { Self.decision("s", $0, .allow) })
      backlog.push(counts: [400, 0, 0, 0, 0], calls: tally.take())
      if round % 2 == 1 { try take() }
    }
    while backlog.hasMoreToCount {
      backlog.push(counts: nil, calls: [])
      try take()
    }
    #expect(found == expected)
    #expect(!backlog.hasNext)
  }
}
