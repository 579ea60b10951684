import JSONText
import Policy
import SeededChance
import Testing

/// Random policies and calls against a judge that was written apart.
struct JudgePropertyTests {
  /// Writes random policies of a few names.
  private struct Writer {
    var chance: Chance
    var limits = 0

    mutating func policy() -> String {
      var members = [#""version":"1""#] + level(isServer: false)
      var servers: [String] = []
      for server in ["s", "t"] where chance.happens(oneIn: 2) {
        servers.append("\"\(server)\":{\(level(isServer: true).joined(separator: ","))}")
      }
      if !servers.isEmpty { members.append("\"servers\":{\(servers.joined(separator: ","))}") }
      return "{\(members.joined(separator: ","))}"
    }

    private mutating func level(isServer: Bool) -> [String] {
      var members: [String] = []
      if chance.happens(oneIn: 2) {
        members.append("\"default\":\"\(chance.pick(["allow", "allow", "deny", "require_approval"]))\"")
      }
      if chance.happens(oneIn: 6) { members.append("\"hide\":[\"\(chance.pick(["a", "ab*", "c*"]))\"]") }
      if chance.happens(oneIn: 2) { members.append("\"all_tools\":\(rule())") }
      let names = ["a", "ab", "b", "a*", "ab*", "*"].filter { _ in chance.happens(oneIn: 3) }
      if !names.isEmpty { members.append("\"tools\":{\(names.map { "\"\($0)\":\(rule())" }.joined(separator: ","))}") }
      return members
    }

    private mutating func rule() -> String {
      var members: [String] = []
      if chance.happens(oneIn: 3) {
        members.append("\"action\":\"\(chance.pick(["allow", "allow", "deny", "require_approval"]))\"")
      }
      for (kind, odds) in [("require", 4), ("deny_if", 4), ("approve_if", 3), ("allow_if", 3)]
      where chance.happens(oneIn: odds) {
        let entries = (0...chance.below(2)).map { _ in entry() }
        members.append("\"\(kind)\":[\(entries.joined(separator: ","))]")
      }
      if chance.happens(oneIn: 4) {
        let counter = chance.happens(oneIn: 2) ? "\"counter\":\"c\"," : ""
        members.append(
          "\"limits\":[{\(counter)\"window\":\"minute\",\"max\":\(chance.below(4)),\"scope\":\"global\"\(expiry())}]")
      }
      let end = expiry()
      if !end.isEmpty { members.append(String(end.dropFirst())) }
      return "{\(members.joined(separator: ","))}"
    }

    private mutating func entry() -> String {
      let conditions = (0..<chance.below(3)).map { _ in condition() }
      return "{\"conditions\":[\(conditions.joined(separator: ","))]\(expiry())}"
    }

    private mutating func condition() -> String {
      switch chance.below(5) {
      case 0: "{\"path\":\"call.client\",\"op\":\"eq\",\"value\":\"\(chance.pick(["ci", "me"]))\"}"
      case 1:
        "{\"path\":\"args.\(chance.pick(["x", "y"]))\",\"op\":\"exists\",\"value\":\(chance.pick(["true", "false"]))}"
      case 2: "{\"path\":\"args.\(path())\",\"op\":\"lt\",\"value\":\(chance.below(4))}"
      default: "{\"path\":\"args.\(path())\",\"op\":\"eq\",\"value\":\(chance.pick(["0", "1", "2", "\"u\""]))}"
      }
    }

    private mutating func path() -> String { chance.pick(["x", "y", "x[*]", "y[*]"]) }

    private mutating func expiry() -> String {
      chance.happens(oneIn: 5) ? ",\"expires\":\"1970-01-01T00:0\(chance.below(4)):00Z\"" : ""
    }

    mutating func arguments() -> String? {
      if chance.happens(oneIn: 8) { return nil }
      let members = ["x", "y"].filter { _ in !chance.happens(oneIn: 4) }.map { "\"\($0)\":\(value())" }
      return "{\(members.joined(separator: ","))}"
    }

    private mutating func value() -> String {
      switch chance.below(6) {
      case 0: "\"u\""
      case 1: "[\((0..<chance.below(3)).map { _ in chance.pick(["0", "1", "2", "\"u\""]) }.joined(separator: ","))]"
      default: String(chance.below(4))
      }
    }
  }

  @Test(arguments: 0..<8) func decidesAsTheFormatTells(seed: Int) throws {
    var writer = Writer(chance: Chance(UInt64(seed) + 100))
    var verdicts: [Verdict: Int] = [:]
    for _ in 0..<150 {
      let text = writer.policy()
      let engine = try engine(text)
      var reference = try ReferenceJudge(text)
      var counters = Counters()
      var again = Recurring()
      var now: Int64 = 0
      for _ in 0..<40 {
        now += Int64(writer.chance.below(8)) * 1_000_000
        let server = writer.chance.pick(["s", "t", "u"])
        let tool = writer.chance.pick(["a", "ab", "abc", "b", "c"])
        let client = writer.chance.pick(["ci", "me"])
        let written = writer.arguments()
        let arguments = try written.map { try JSONNode.read(Array($0.utf8)) }
        let call = Call(
          server: ExactText(server), target: .tool(ExactText(tool)), session: "1", client: ExactText(client))
        let moment = Moment(microseconds: now)
        let explanation = engine.explain(call, arguments: arguments, counters: counters, at: moment)
        let judgement = engine.judge(call, counters: &counters, at: moment, arguments: { arguments })
        let expected = reference.judge(server: server, tool: tool, client: client, arguments: arguments, now: now)
        let decision = judgement.decision
        verdicts[decision.verdict, default: 0] += 1
        #expect(again.judge(call, engine, at: moment, arguments) == decision, "\(text)")
        guard decision.verdict == expected.0, decision.rule == expected.1, explanation.decision == decision else {
          Issue.record(
            "\(text)\n\(server)/\(tool) of \(client) with \(written ?? "nothing") at \(now): \(decision), not \(expected), explained \(explanation.decision)"
          )
          return
        }
        // An allow was spared or never asked; each other verdict has a step that made it.
        let outcomes = Set(explanation.steps.map(\.outcome))
        switch decision.verdict {
        case .allow: #expect(!outcomes.contains(.denies))
        case .deny, .limit, .hide: #expect(outcomes.contains(.denies), "\(text) \(explanation)")
        case .ask: #expect(outcomes.contains(.asks) && !outcomes.contains(.denies))
        }
      }
    }
    // Every verdict was really met.
    #expect(Verdict.allCases.allSatisfy { verdicts[$0, default: 0] > 20 }, "\(verdicts)")
  }

  /// Judges calls by what is remembered of them.
  private struct Recurring {
    var calls: [Call: RecurringCall] = [:]
    var counters = Counters()
    /// How many were allowed without a judgement.
    var plain = 0

    mutating func judge(_ call: Call, _ engine: PolicyEngine, at now: Moment, _ arguments: JSONNode?) -> Decision {
      var recurring = calls[call] ?? RecurringCall(call)
      if engine.allowsAgain(&recurring, counters: &counters, at: now), let allowance = recurring.allowance {
        calls[call] = recurring
        plain += 1
        return allowance
      }
      let judgement = engine.judge(&recurring, counters: &counters, at: now, arguments: { arguments })
      calls[call] = recurring
      return judgement.decision
    }
  }

  /// Rules expire, policies come and go, counts are forgotten, and clocks go back: what is remembered decides nothing.
  @Test(arguments: 0..<8) func remembersNothingThatDoesNotHold(seed: Int) throws {
    var writer = Writer(chance: Chance(UInt64(seed) + 900))
    var engines = [PolicyEngine.denyEverything]
    for _ in 0..<20 { engines.append(try engine(writer.policy())) }
    var engine = engines[0]
    var counters = Counters(times: 64)
    var again = Recurring()
    again.counters = counters
    var now: Int64 = 0
    var verdicts: [Verdict: Int] = [:]
    for _ in 0..<4_000 {
      now += Int64(writer.chance.below(8)) * 1_000_000
      if writer.chance.happens(oneIn: 100) { now = 0 }
      if writer.chance.happens(oneIn: 20) { engine = writer.chance.pick(engines) }
      let session = ExactText(writer.chance.pick(["1", "2"]))
      if writer.chance.happens(oneIn: 50) {
        counters.forget(session: session)
        again.counters.forget(session: session)
      }
      let call = Call(
        server: ExactText(writer.chance.pick(["s", "t", "u"])),
        target: .tool(ExactText(writer.chance.pick(["a", "ab", "abc", "b", "c"]))), session: session, client: "ci")
      let arguments = try writer.arguments().map { try JSONNode.read(Array($0.utf8)) }
      let moment = Moment(microseconds: now)
      let expected = engine.judge(call, counters: &counters, at: moment, arguments: { arguments }).decision
      verdicts[expected.verdict, default: 0] += 1
      try #require(again.judge(call, engine, at: moment, arguments) == expected)
      try #require(again.counters.count == counters.count)
      try #require(again.counters.footprint == counters.footprint)
    }
    #expect(again.plain > 20)
    #expect(Verdict.allCases.allSatisfy { verdicts[$0, default: 0] > 20 }, "\(verdicts)")
  }
}
