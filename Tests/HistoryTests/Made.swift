import ControlWire
import History
import JSONText
import Policy
import Risk
import SeededChance

/// Lines of a record as gates write them, made by chance.
struct Made {
  var chance: Chance
  var sequence: UInt64 = 0
  var time: Int64 = 1_790_000_000_000_000
  /// What is expected of them.
  var events: [(sequence: UInt64, time: Moment, event: DecisionEvent)] = []
  var results: [UInt64: ResultEvent] = [:]

  init(_ seed: UInt64) { chance = Chance(seed) }

  static let servers = ["git", "files", "Größe", "a\"b\\c", "bank", ""]
  static let tools = ["push", "get_file", "drop_table", "café", "cafe\u{301}", "pay\u{202E}", "x y", "list"]
  static let clients = ["claude", "Cursor", "ci", "=cmd()", ""]
  static let reasons: [String?] = [
    nil, nil, nil, "the policy denies this tool", "no rule", "rate limit of 10 per minute reached", "it says \"no\"\n",
    "größer",
  ]
  static let rules = ["(default)", "/tools/push/limits/0", "/servers/git/tools/get_*", "(hidden)", "(pin)"]

  mutating func decision() -> DecisionEvent {
    let verdict = chance.pick(Verdict.allCases)
    let category: Category? = chance.below(3) == 0 ? nil : chance.pick(Category.allCases)
    let severity: Severity? = chance.below(3) == 0 ? nil : chance.pick(Severity.allCases)
    let hasTool = chance.below(8) > 0
    return DecisionEvent(
      session: ExactText("s\(chance.below(5))"), client: ExactText(chance.pick(Self.clients)),
      grant: "local", server: ExactText(chance.pick(Self.servers)),
      method: hasTool ? "tools/call" : "resources/read", tool: hasTool ? ExactText(chance.pick(Self.tools)) : nil,
      category: category, severity: severity,
      decision: Decision(
        verdict, rule: chance.pick(Self.rules), reason: chance.pick(Self.reasons),
        retryAfter: verdict == .limit ? Int64((1 + chance.below(8))) * 1_000 : nil, isEnforced: chance.below(5) > 0),
      revision: chance.below(9) == 0 ? nil : chance.pick(["e7bce0f0", "11112222"]),
      took: Int64(chance.below(20_000)), argumentsDigest: chance.below(2) == 0 ? nil : "d1gest")
  }

  /// The line of an event, its end not included, and now and then with a hash.
  mutating func line(_ event: GateEvent) -> [UInt8] {
    sequence += UInt64((1 + chance.below(2)))
    time += Int64(chance.below(2_000_000))
    let moment = Moment(microseconds: time)
    if case .decision(let decision) = event { events.append((sequence, moment, decision)) }
    if case .result(let result) = event { results[result.decisionSequence] = result }
    var line = Array(GateMessage(sequence: sequence, time: moment, event: event).encoded.dropLast())
    if chance.below(2) == 0 {
      line.removeLast()
      line += Array(",\"hash\":\"\(String(repeating: "0a", count: 32))\"}".utf8)
    }
    return line
  }

  /// The next line, a decision or a result.
  mutating func next() -> [UInt8] {
    if let call = events.last, results[call.sequence] == nil, chance.below(2) == 0 {
      return line(
        .result(
          ResultEvent(
            decisionSequence: call.sequence, outcome: chance.pick(ResultEvent.Outcome.allCases),
            took: Int64(chance.below(90_000_000)), bytes: chance.below(100_000))))
    }
    let event = decision()
    return line(.decision(event))
  }
}
