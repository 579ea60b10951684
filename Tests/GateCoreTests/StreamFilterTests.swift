import ControlWire
import Filters
import GateCore
import JSONText
import Policy
import Risk
import SeededChance
import Testing

/// What a subscriber gets that wants only some decisions.
struct StreamFilterTests {
  private static let filters = [
    "deny", "allow server:git", "tool:get_*", "risk>=high", "!deny", "lat>5us", "deny lat>5us", "deny | lat>5us",
    "!(lat<=5us) server:git", "n>200", "age>1s", "age>1s | n<40", "rule:/tools/*", "\"no\"", "cat:write", "is:observed",
    "agent~^c (tool:get_* | lat<3us)", "lat<3us lat>1us", "session:s1", "text:git", "!lat>0us !n>0",
  ]

  private static func decision(_ chance: inout Chance) -> DecisionEvent {
    let verdict = chance.pick(Verdict.allCases)
    let severity = chance.happens(oneIn: 3) ? nil : chance.pick(Severity.allCases)
    var decision = Decision(
      verdict, rule: chance.pick(["/tools/get_a", "(default)"]),
      reason: chance.happens(oneIn: 2) ? nil : chance.pick(["no", "say \"no\"", "too much"]),
      isEnforced: !chance.happens(oneIn: 4))
    if verdict == .limit { decision.retryAfter = Int64(chance.below(4)) * 1_000 }
    return DecisionEvent(
      session: ExactText(chance.pick(["s1", "s2"])), client: ExactText(chance.pick(["cline", "d\"é"])), grant: "local",
      server: ExactText(chance.pick(["git", "hub", "wéb"])),
      method: chance.happens(oneIn: 5) ? "prompts/get" : "tools/call",
      tool: chance.happens(oneIn: 6) ? nil : ExactText(chance.pick(["get_a", "get_b", "drop\n", "no"])),
      category: severity == nil ? nil : chance.pick(Category.allCases), severity: severity, decision: decision,
      revision: "r1", took: Int64(chance.below(9)), argumentsDigest: chance.happens(oneIn: 2) ? nil : "0123abcd")
  }

  private static func read(_ backlog: inout Backlog, at now: Moment) throws -> [GateMessage] {
    var found: [GateMessage] = []
    var bytes: [UInt8] = []
    while backlog.next(at: now, into: &bytes) {
      found.append(try #require(try GateMessage.read(Array(bytes.dropLast()))))
      bytes = []
    }
    return found
  }

  @Test(arguments: filters) func itGetsJustWhatFitsAndAllThatIsNoDecision(text: String) throws {
    let filter = try #require(try Filter(text, for: .live))
    var chance = Chance(UInt64(text.utf8.count))
    var log = EventLog()
    var expected: [UInt64] = []
    var fitting: Set<UInt64> = []
    var open: [UInt64] = []
    let now = Moment(microseconds: 3_000_000)
    for sequence in UInt64(1)...600 {
      let time = Moment(microseconds: Int64(sequence) * 5_000)
      switch chance.below(8) {
      case 0 where !open.isEmpty:
        let decision = open.remove(at: chance.below(open.count))
        let outcome = chance.pick(ResultEvent.Outcome.allCases)
        let result = ResultEvent(decisionSequence: decision, outcome: outcome, took: 1, bytes: 1)
        log.append(GateMessage(sequence: sequence, time: time, event: .result(result)))
        if fitting.contains(decision) { expected.append(sequence) }
      case 1:
        let event = PolicyEvent(state: .loaded, revision: "r", problems: [])
        log.append(GateMessage(sequence: sequence, time: time, event: .policy(event)))
        expected.append(sequence)
      default:
        let event = Self.decision(&chance)
        log.append(GateMessage(sequence: sequence, time: time, event: .decision(event)))
        open.append(sequence)
        if filter.matches(event, sequence: sequence, age: now.microseconds(since: time)) {
          expected.append(sequence)
          fitting.insert(sequence)
        }
      }
    }
    var backlog = Backlog(filter: filter)
    #expect(!backlog.isTransparent)
    backlog.push(log, from: 0, at: now)
    #expect(try Self.read(&backlog, at: now).map(\.sequence) == expected)
    #expect(!fitting.isEmpty || text == "!lat>0us !n>0")
  }

  @Test func whatThereIsNoTimeForIsToldAsLost() throws {
    let filter = try #require(try Filter("deny", for: .live))
    var chance = Chance(7)
    var log = EventLog()
    let event = Self.decision(&chance)
    func append(_ count: Int, _ change: (inout DecisionEvent, Int) -> Void) {
      for number in 0..<count {
        var event = event
        event.decision = Decision(.deny, rule: "(default)")
        change(&event, number)
        let sequence = log.lastSequence + 1
        log.append(GateMessage(sequence: sequence, time: Moment(microseconds: 0), event: .decision(event)))
      }
    }
    append(10) { $0.tool = ExactText("t\($1)") }
    var backlog = Backlog(filter: filter)
    var reads = 4
    func mayRead() -> Bool {
      reads -= 1
      return reads >= 0
    }
    backlog.push(log, from: 0, mayRead: mayRead)
    let first = try Self.read(&backlog, at: Moment(microseconds: 0))
    #expect(first.map(\.event).prefix(1) == [.gap(missed: 6)])
    #expect(first.dropFirst().map(\.sequence) == [1, 2, 3, 4])
    // What was read once needs no time any more, and neither does what is no decision.
    let position = log.end
    append(20) { event, number in
      event.tool = ExactText("t\(number % 4)")
      event.took = Int64(number)
      event.argumentsDigest = "\(number)"
    }
    log.append(
      GateMessage(sequence: 31, time: Moment(microseconds: 0), event: .toolsChanged(server: "v")))
    backlog.push(log, from: position) { false }
    #expect(try Self.read(&backlog, at: Moment(microseconds: 0)).map(\.sequence) == Array(11...31))
  }

  @Test func aBudgetIsForWhatFits() throws {
    let filter = try #require(try Filter("server:git", for: .live))
    var log = EventLog()
    var chance = Chance(3)
    for sequence in UInt64(1)...40 {
      var event = Self.decision(&chance)
      event.decision = Decision(.allow, rule: "(default)")
      event.server = sequence % 10 == 0 ? "git" : "hub"
      log.append(GateMessage(sequence: sequence, time: Moment(microseconds: 0), event: .decision(event)))
    }
    var backlog = Backlog(budget: 8, filter: filter)
    backlog.push(log, from: 0)
    #expect(try Self.read(&backlog, at: Moment(microseconds: 0)).map(\.sequence) == [10, 20])
  }
}
