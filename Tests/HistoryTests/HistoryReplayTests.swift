import ControlWire
import History
import JSONText
import Policy
import Risk
import SeededChance
import Testing

struct HistoryReplayTests {
  /// One call of a record.
  struct Past {
    var tool = "push"
    var at: Int64
    var verdict = Verdict.allow
    var rule = "/tools/push"
    var digest: String? = nil
    var outcome: ResultEvent.Outcome? = .ok
    var isEnforced = true
    var session = "s1"
    var more = ""
  }

  private func replay(
    _ past: [Past], by policy: String, against: String? = nil, since: Int64 = .min,
    arguments: @escaping (HistoryReplay.RecordPlace) -> HistoryReplay.Arguments = { _ in .unknown }
  ) throws -> HistorySimulation {
    var builder = HistoryBuilder()
    for (index, call) in past.enumerated() {
      let sequence = UInt64(index * 2 + 1)
      let event = DecisionEvent(
        session: ExactText(call.session), client: "c", grant: "local", server: "git", method: "tools/call",
        tool: ExactText(call.tool), category: nil, severity: nil,
        decision: Decision(call.verdict, rule: call.rule, isEnforced: call.isEnforced), revision: "r", took: 1,
        argumentsDigest: call.digest)
      var line = Array(
        GateMessage(sequence: sequence, time: Moment(microseconds: call.at * 1_000_000), event: .decision(event))
          .encoded
          .dropLast(2))
      line += Array(call.more.utf8) + [UInt8(ascii: "}")]
      builder.take(line.span, at: index)
      guard let outcome = call.outcome else { continue }
      let result = ResultEvent(decisionSequence: sequence, outcome: outcome, took: 1_000_000, bytes: 1)
      let time = Moment(microseconds: call.at * 1_000_000 + 1_000_000)
      builder.take(
        Array(GateMessage(sequence: sequence + 1, time: time, event: .result(result)).encoded.dropLast()).span, at: 0)
    }
    func engine(_ text: String) throws -> PolicyEngine {
      PolicyEngine(try PolicyDocument.read(Array("{\"version\":\"1\",\(text)}".utf8)))
    }
    var replay = HistoryReplay(
      try engine(policy), comparing: try against.map { .policy(try engine($0)) } ?? .recorded, since: since,
      .init(arguments: arguments))
    var texts = HistoryReplay.ForTexts(builder.texts, number: 1)
    for block in builder.blocks { replay.add(block, 0..<block.count, lane: 0, &texts) }
    return replay.simulation
  }

  /// `allow>deny git/push 3`, one for each line.
  private func words(_ simulation: HistorySimulation) -> [String] {
    simulation.changes.flatMap { change, _, lines in
      lines.map { "\(change.from)>\(change.to) \($0.server)/\($0.target) \($0.calls)" }
    }
  }

  @Test func tellsWhatWouldHaveChangedByTool() throws {
    let past = [Past(at: 1), Past(at: 2), Past(tool: "list", at: 3), Past(tool: "drop", at: 4, verdict: .deny)]
    let simulation = try replay(past, by: #""tools":{"list":{},"drop":{"action":"require_approval"}}"#)
    #expect(words(simulation) == ["allow>deny git/push 2", "deny>ask git/drop 1"])
    #expect(simulation.calls == 4 && simulation.changedCalls == 3 && simulation.unknown == 0)
    #expect(simulation.first == Moment(microseconds: 1_000_000) && simulation.last == Moment(microseconds: 4_000_000))
  }

  @Test func limitsCountByTheRecordedTimes() throws {
    let policy = #""tools":{"push":{"limits":[{"window":"minute","max":2}]}}"#
    let past = [0, 10, 20, 59, 61, 65, 80].map { Past(at: $0) }
    #expect(words(try replay(past, by: policy)) == ["allow>limit git/push 3"])
    // Those of before the time count, and are not told.
    #expect(words(try replay(past, by: policy, since: 61_000_000)) == ["allow>limit git/push 1"])
  }

  @Test func aCallThatFailedGivesItsPlaceBackWhereOnlySuccessCounts() throws {
    let policy = #""tools":{"push":{"limits":[{"window":"hour","max":1,"count":"succeeded"}]}}"#
    let past = [Past(at: 0, outcome: .toolError), Past(at: 5), Past(at: 9)]
    #expect(words(try replay(past, by: policy)) == ["allow>limit git/push 1"])
    let quick = [Past(at: 0, outcome: .toolError), Past(at: 0), Past(at: 9)]
    // The second came before the first had failed.
    #expect(words(try replay(quick, by: policy)) == ["allow>limit git/push 1"])
  }

  @Test func endsThatLieFarAheadTakeNoTime() throws {
    // Each call's end lies before that of the call before it, and all behind the last call.
    let count = 40_000
    var builder = HistoryBuilder()
    for index in 0..<count {
      let event = DecisionEvent(
        session: "s", client: "c", grant: "local", server: "git", method: "tools/call", tool: "push", category: nil,
        severity: nil, decision: Decision(.allow, rule: "/tools/push"), revision: "r", took: 1, argumentsDigest: nil)
      let time = Moment(microseconds: Int64(index))
      let sequence = UInt64(index * 2 + 1)
      builder.take(
        Array(GateMessage(sequence: sequence, time: time, event: .decision(event)).encoded.dropLast()).span, at: index)
      let result = ResultEvent(
        decisionSequence: sequence, outcome: .error, took: 1 << 40 + Int64(index) * 2, bytes: 1)
      builder.take(
        Array(GateMessage(sequence: sequence + 1, time: time, event: .result(result)).encoded.dropLast()).span, at: 0)
    }
    let policy = #"{"version":"1","tools":{"push":{"limits":[{"window":"hour","max":99999,"count":"succeeded"}]}}}"#
    var replay = HistoryReplay(
      PolicyEngine(try PolicyDocument.read(Array(policy.utf8))), comparing: .recorded, .init())
    var texts = HistoryReplay.ForTexts(builder.texts, number: 1)
    let start = ContinuousClock.now
    for block in builder.blocks { replay.add(block, 0..<block.count, lane: 0, &texts) }
    #expect(replay.simulation.calls == count)
    #expect(ContinuousClock.now - start < .seconds(20))
  }

  @Test(arguments: 1...10) func whatIsDueFirstComesFirst(_ seed: UInt64) {
    var chance = Chance(seed)
    var heap = DueHeap<Int>()
    var expected: [Int] = []
    var now = 0
    for _ in 0..<2_000 {
      if chance.below(3) > 0 {
        let time = now + chance.below(500)
        heap.insert(time, at: Moment(microseconds: Int64(time)))
        expected.append(time)
      } else {
        now += chance.below(100)
        var taken: [Int] = []
        while let due = heap.takeDue(at: Moment(microseconds: Int64(now))) {
          #expect(due.time.microseconds == Int64(due.value))
          taken.append(due.value)
        }
        #expect(taken == expected.filter { $0 <= now }.sorted())
        expected.removeAll { $0 <= now }
      }
    }
    #expect(heap.count == expected.count)
  }

  @Test func argumentsThatAreNotThereCannotBeJudged() throws {
    let policy = #""tools":{"push":{"deny_if":[{"conditions":[{"path":"args.branch","op":"eq","value":"main"}]}]}}"#
    let past = [Past(at: 1, digest: "d"), Past(at: 2), Past(tool: "other", at: 3, digest: "d")]
    let simulation = try replay(past, by: policy)
    // The second had none, and no rule lets the third pass whatever it had.
    #expect(simulation.unknown == 1 && simulation.calls == 2)
    #expect(words(simulation) == ["allow>deny git/other 1"])
  }

  @Test func argumentsThatWereRecordedAreJudged() throws {
    let policy = #""tools":{"push":{"deny_if":[{"conditions":[{"path":"args.branch","op":"eq","value":"main"}]}]}}"#
    let past = [
      Past(at: 1, digest: "d", more: #","args":{"branch":"main"}"#),
      Past(at: 2, digest: "d", more: #","args":{"branch":"x"}"#),
      Past(at: 3, digest: "d", more: #","args_masked":true,"args":{"branch":"[hidden]"}"#),
    ]
    let simulation = try replay(past, by: policy) { place in
      (try? JSONNode.read(Array(#"{"branch":"\#(place.offset == 0 ? "main" : "x")"}"#.utf8))).map { .known($0) }
        ?? .unknown
    }
    #expect(words(simulation) == ["allow>deny git/push 1"])
    #expect(simulation.unknown == 1)
  }

  @Test func whatNoRuleDecidedIsCountedApart() throws {
    let past = [
      Past(at: 1, verdict: .ask, rule: "(pin)"), Past(at: 2, verdict: .deny, rule: "(malformed)"),
      Past(at: 3, verdict: .deny, rule: "(default)"),
    ]
    let simulation = try replay(past, by: #""default":"allow""#)
    #expect(simulation.otherwise == 2 && words(simulation) == ["deny>allow git/push 1"])
    let beside = try replay(past, by: #""default":"allow""#, against: #""default":"deny""#)
    #expect(beside.otherwise == 1 && words(beside) == ["deny>allow git/push 2"])
  }

  @Test func whatWasOnlyObservedIsTold() throws {
    let past = [Past(at: 1, verdict: .deny, isEnforced: false), Past(at: 2, isEnforced: false)]
    #expect(try replay(past, by: #""tools":{}"#).newlyEnforced == 2)
    #expect(try replay(past, by: #""default":"allow""#).newlyEnforced == 0)
    #expect(try replay(past, by: #""mode":"observe","tools":{}"#).newlyEnforced == 0)
  }

  @Test func countsOfOneSessionAreItsOwn() throws {
    let policy = #""default":"allow","all_tools":{"limits":[{"window":"hour","max":1,"scope":"session"}]}"#
    let past = [Past(at: 1), Past(at: 2, session: "s2"), Past(at: 3), Past(at: 4, session: "s2")]
    #expect(try replay(past, by: policy).changes.map(\.calls) == [2])
  }

  @Test func longestWindowIsThatOfAllLimits() throws {
    let text = """
      {"version":"1","all_tools":{"limits":[{"window":"minute","max":1}]},"servers":{"s":{"prompts":{"p":{"limits":[
      {"window":"day","max":1}]}}}}}
      """
    #expect(try PolicyDocument.read(Array(text.utf8)).longestWindow == 86_400)
    #expect(try PolicyDocument.read(Array(#"{"version":"1"}"#.utf8)).longestWindow == 0)
  }
}
