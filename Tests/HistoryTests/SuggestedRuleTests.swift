import ControlWire
import History
import JSONText
import Policy
import Risk
import SeededChance
import Testing

struct SuggestedRuleTests {
  /// One call of a record.
  struct Past {
    var tool = "list_files"
    var method = "tools/call"
    var at: Double = 0
    var verdict = Verdict.allow
    var isEnforced = true
    var arguments: String? = nil
    var isMasked = false
    var isDone = true
    var answer: ApprovalEvent.State? = nil
  }

  private func lines(_ past: [Past]) -> (HistoryBuilder, [Int: String]) {
    var builder = HistoryBuilder()
    var arguments: [Int: String] = [:]
    for (index, call) in past.enumerated() {
      let sequence = UInt64(index * 3 + 1)
      let time = Moment(microseconds: Int64(call.at * 1_000_000))
      let event = DecisionEvent(
        session: "s", client: "claude", grant: "local", server: "files", method: ExactText(call.method),
        tool: ExactText(call.tool), category: nil, severity: nil,
        decision: Decision(call.verdict, rule: "(default)", isEnforced: call.isEnforced), revision: "r", took: 1,
        argumentsDigest: call.arguments == nil ? nil : "d")
      var line = Array(
        GateMessage(sequence: sequence, time: time, event: .decision(event)).encoded.dropLast(2))
      if let text = call.arguments {
        arguments[index] = text
        line += Array(",\(call.isMasked ? "\"args_masked\":true," : "")\"args\":\(text)".utf8)
      }
      builder.take((line + [UInt8(ascii: "}")]).span, at: index)
      if call.isDone, call.verdict == .allow || !call.isEnforced || call.answer == .approved {
        let result = ResultEvent(decisionSequence: sequence, outcome: .ok, took: 1_000, bytes: 1)
        builder.take(
          Array(GateMessage(sequence: sequence + 1, time: time, event: .result(result)).encoded.dropLast()).span, at: 0)
      }
      guard let state = call.answer else { continue }
      let approval = ApprovalEvent(
        id: "a\(index)", state: state, session: "s", client: "claude", grant: "local", server: "files",
        method: ExactText(call.method), tool: ExactText(call.tool), rule: "(default)", digest: "x", decision: sequence,
        asked: time, remaining: 0)
      builder.take(
        Array(GateMessage(sequence: sequence + 2, time: time, event: .approval(approval)).encoded.dropLast()).span,
        at: 0)
    }
    return (builder, arguments)
  }

  private func known(_ arguments: [Int: String]) -> (HistoryReplay.RecordPlace) -> HistoryReplay.Arguments {
    { place in
      guard let text = arguments[place.offset], let node = try? JSONNode.read(Array(text.utf8)) else { return .unknown }
      return .known(node)
    }
  }

  private func rules(_ past: [Past], _ category: Risk.Category? = .read, hasSchema: Bool = false) -> [SuggestedRule] {
    let (builder, arguments) = lines(past)
    var seen = SeenCalls()
    for block in builder.blocks {
      seen.add(block, 0..<block.count, of: builder.texts, lane: 0, segment: 1, arguments: known(arguments))
    }
    return seen.all.compactMap { SuggestedRule($0, category: category, hasSchema: hasSchema) }
  }

  private func text(_ past: [Past], _ category: Risk.Category? = .read, hasSchema: Bool = false) -> [String] {
    rules(past, category, hasSchema: hasSchema).map {
      "\($0.address.pointer) \(String(decoding: $0.node.compact, as: UTF8.self))"
    }
  }

  @Test func aToolThatNobodyHasListedAsksAPerson() throws {
    let past = (0..<20).map { Past(at: Double($0)) }
    #expect(text(past, nil) == [#"/servers/files/tools/list_files {"action":"require_approval"}"#])
    #expect(try #require(rules(past, nil).first?.reasons.last).hasPrefix("nobody has listed the server's tools"))
  }

  @Test func aLimitIsAMarginOverThePeak() {
    let burst = (0..<20).map { Past(at: Double($0)) } + (0..<5).map { Past(at: 500 + Double($0)) }
    #expect(
      text(burst) == [#"/servers/files/tools/list_files {"limits":[{"window":"minute","max":60}]}"#])
    #expect(text(burst, .write) == [#"/servers/files/tools/list_files {"limits":[{"window":"minute","max":40}]}"#])
    // Sixty seconds apart they are never two within a minute.
    let slow = (0..<9).map { Past(at: Double($0) * 60) }
    #expect(text(slow, .write) == [#"/servers/files/tools/list_files {"limits":[{"window":"minute","max":5}]}"#])
  }

  @Test func hoursAndDaysAreLimitedWhereTheRecordCoversSeveral() throws {
    // Six calls in each of four hours; then on each of four days.
    func calls(_ windows: Int, apart: Double) -> [Past] {
      (0..<windows).flatMap { window in (0..<6).map { Past(at: Double(window) * apart + Double($0) * 120) } }
    }
    #expect(
      text(calls(4, apart: 3_600), .write) == [
        #"/servers/files/tools/list_files {"limits":[{"window":"minute","max":5},{"window":"hour","max":15}]}"#
      ])
    let rule = try #require(rules(calls(4, apart: 86_400), .write).first)
    // A day lets no more pass than an hour would.
    #expect(rule.summary == "5/minute, 15/day")
    #expect(rule.reasons.contains { $0 == "15 a day: at most 6 were made within one, and a margin over that" })
    #expect(try #require(rules(calls(3, apart: 86_400), .write).first).summary == "5/minute")
    // Of two hours that touch, the calls of any sixty minutes count.
    let touching = (0..<240).map { Past(at: Double($0) * 60) }
    #expect(try #require(rules(touching, .write).first).summary == "5/minute, 150/hour")
  }

  @Test func eachGateHasPeaksOfItsOwn() throws {
    let (builder, _) = lines((0..<10).map { Past(at: 1_000 + Double($0)) })
    var seen = SeenCalls()
    for lane in 0..<3 {
      for block in builder.blocks {
        seen.add(block, 0..<block.count, of: builder.texts, lane: lane, segment: 1) { _ in .unknown }
      }
    }
    let use = try #require(seen.all.first)
    #expect(use.ran == 30 && use.peaks.minute == 10 && use.peaks.day == 10)
    // A clock that was set back makes no crowd of what came before.
    let (odd, _) = lines((0..<10).map { Past(at: 9_000 + Double($0)) } + (0..<10).map { Past(at: 1_000 + Double($0)) })
    var again = SeenCalls()
    for block in odd.blocks {
      again.add(block, 0..<block.count, of: odd.texts, lane: 0, segment: 1) { _ in .unknown }
    }
    #expect(again.all.first?.peaks.minute == 10)
  }

  @Test(arguments: [Risk.Category.destructive, .financial])
  func whatDestroysOrPaysAlwaysAsks(_ category: Risk.Category) {
    let past = (0..<50).map { Past(at: Double($0), arguments: #"{"amount":5}"#) }
    #expect(text(past, category) == [#"/servers/files/tools/list_files {"action":"require_approval"}"#])
  }

  @Test func whatWasNeverLetThroughGetsNoRule() {
    #expect(text([Past(verdict: .deny), Past(verdict: .ask, answer: .denied), Past(verdict: .hide)]).isEmpty)
    #expect(text([Past(verdict: .deny, isEnforced: false)]).count == 1)
    #expect(text([Past(verdict: .ask, answer: .approved)]).count == 1)
  }

  @Test func argumentsThatWereAlikeBecomeConditions() {
    let past = (0..<12).map { number in
      Past(
        at: Double(number),
        arguments: """
          {"path":"/srv/app/\(number % 2 == 0 ? "a/b" : "c")/f\(number).txt","url":"https://api.example.com/v\(number)",
          "n":\(number),"mode":"\(number % 2 == 0 ? "r" : "w")","text":"t\(number)","same":"x","flag":true}
          """)
    }
    let expected =
      #"/servers/files/tools/list_files {"require":[{"conditions":["#
      + #"{"path":"args.mode","op":"in","value":["r","w"]},{"path":"args.n","op":"lte","value":17},"#
      + #"{"path":"args.path","op":"within","value":["/srv/app"]},{"path":"args.same","op":"eq","value":"x"},"#
      + #"{"path":"args.url","op":"host_in","value":["api.example.com"]}]}],"limits":[{"window":"minute","max":40}]}"#
    #expect(text(past) == [expected])
    // Too few to say anything of others.
    #expect(text(Array(past.prefix(9))).allSatisfy { !$0.contains("require") })
  }

  @Test func whereArgumentsAreNotKnownNoRuleLooksAtThem() {
    var past = (0..<20).map { Past(at: Double($0), arguments: #"{"mode":"r"}"#) }
    past[7].isMasked = true
    #expect(text(past).allSatisfy { !$0.contains("require") })
    #expect(rules(past)[0].reasons.contains { $0.contains("does not have the arguments") })
  }

  @Test func aMemberThatIsSometimesMissingIsNoCondition() {
    var past = (0..<20).map { Past(at: Double($0), arguments: #"{"mode":"r"}"#) }
    past[3].arguments = "{}"
    #expect(text(past).allSatisfy { !$0.contains("require") })
  }

  @Test func oddNamesAreWrittenSoThatTheyMeanThemselves() throws {
    let past = (0..<20).map {
      Past(tool: "get_*", at: Double($0), arguments: #"{"odd \"key\"":"r","1":"r"}"#)
    }
    let rule = try #require(rules(past).first)
    #expect(rule.address.pointer == #"/servers/files/tools/get_\*"#)
    var draft = PolicyDraft(base: try PolicyDocument.read(PolicyStarter.emptyText))
    try draft.apply(rule.edit)
    let standing = PolicyEngine(draft.current).standing(server: "files", tool: "get_*")
    #expect(standing.source == .explicit && standing.conditions.count == 1)
  }

  @Test func executingWantsTheSchemaWhereThereIsOne() {
    #expect(text([Past()], .execute, hasSchema: true)[0].contains(#""match_schema":true"#))
    #expect(!text([Past()], .execute, hasSchema: false)[0].contains("match_schema"))
  }

  @Test func resourcesAndPromptsAreAllowedByName() {
    let past = [
      Past(tool: "file:///a", method: "resources/read"), Past(tool: "hello", method: "prompts/get"),
      Past(tool: "", method: "sampling/createMessage"),
    ]
    #expect(
      Set(text(past).map { String($0.prefix { $0 != " " }) }) == [
        "/servers/files/resources/file:~1~1~1a", "/servers/files/prompts/hello",
        "/servers/files/server_requests/sampling~1createMessage",
      ])
  }

  /// What was let through passes under what is suggested, or a person is asked.
  @Test(arguments: 1...20)
  func whatWasSeenPasses(_ seed: UInt64) throws {
    var chance = Chance(seed)
    let tools = ["a", "b*", "c\\", "d"]
    var time = 1_000.0
    let past = (0..<600).map { _ in
      time += Double(chance.below(40))
      let verdict: Verdict = chance.happens(oneIn: 5) ? .deny : .allow
      let number = chance.below(3) == 0 ? "\(chance.below(100_000))" : "\(chance.below(900)).\(chance.below(100))"
      let path = "/\(chance.pick(["srv", "srv", "home"]))/\(chance.pick(["x", "y"]))/\(chance.below(9))"
      return Past(
        tool: chance.pick(tools), at: time, verdict: verdict, isEnforced: !chance.happens(oneIn: 9),
        arguments:
          #"{"n":\#(number),"p":"\#(path)","u":"https://\#(chance.pick(["a.b", "c.d"]))/x","m":"\#(chance.below(3))"}"#)
    }
    let (builder, arguments) = lines(past)
    var seen = SeenCalls()
    for block in builder.blocks {
      seen.add(block, 0..<block.count, of: builder.texts, lane: 0, segment: 1, arguments: known(arguments))
    }
    var draft = PolicyDraft(base: try PolicyDocument.read(PolicyStarter.emptyText))
    let edits = seen.all.compactMap {
      SuggestedRule($0, category: chance.pick([.read, .write]), hasSchema: false)?.edit
    }
    try draft.apply(.batch(edits, title: "t"))
    var replay = HistoryReplay(
      PolicyEngine(draft.current), comparing: .recorded, .init(arguments: known(arguments)))
    var texts = HistoryReplay.ForTexts(builder.texts, number: 1)
    for block in builder.blocks { replay.add(block, 0..<block.count, lane: 0, &texts) }
    #expect(replay.simulation.unknown == 0)
    // What was refused then may pass now: the rule is the tool's, and not the call's.
    #expect(replay.simulation.changes.allSatisfy { $0.change.from != .allow })
  }
}
