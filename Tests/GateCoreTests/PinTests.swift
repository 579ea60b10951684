import ControlWire
import GateCore
import JSONText
import Policy
import Risk
import SeededChance
import Testing

/// Whether a tool that is not as it was accepted can be called.
struct PinTests {
  private static let asking = "the tool's definition changed since 1970-01-01T00:00:01Z"

  /// Lists the tools of a session, each with a description.
  private func list(
    _ play: inout Playbook, _ tools: [(String, String)], cursor: String? = nil, next: String? = nil
  ) -> [GateEvent] {
    let params = cursor.map { #","params":{"cursor":"\#($0)"}"# } ?? ""
    let asked = play.client(#"{"jsonrpc":"2.0","id":"l","method":"tools/list"\#(params)}"#)
    let number = Int(asked.toServer[0].split(separator: "\"id\":")[1].prefix { $0.isNumber }) ?? 0
    let texts = tools.map { #"{"name":"\#($0.0)","description":"\#($0.1)"}"# }
    let end = next.map { #","nextCursor":"\#($0)""# } ?? ""
    _ = play.server(
      #"{"jsonrpc":"2.0","id":\#(number),"result":{"tools":[\#(texts.joined(separator: ","))]\#(end)}}"#)
    return play.told.map(\.event)
  }

  private func decision(_ play: inout Playbook, _ tool: String) -> Decision? {
    play.now = play.now.advanced(byMicroseconds: 1_000)
    _ = play.client(call("\(play.now.microseconds)", tool))
    for message in play.told { if case .decision(let event) = message.event { return event.decision } }
    return nil
  }

  private func digest(_ name: String, _ description: String) throws -> ContentDigest {
    ToolDefinition.digest(
      of: try JSONNode.read(Array(#"{"name":"\#(name)","description":"\#(description)"}"#.utf8)))
  }

  @Test func P52_aCallOfAChangedToolWaitsForAPerson() throws {
    var play = try Playbook(policy: Playbook.allowAll)
    #expect(list(&play, [("push", "1")]).isEmpty)
    #expect(decision(&play, "push")?.verdict == .allow)
    #expect(decision(&play, "push")?.verdict == .allow)
    #expect(list(&play, [("push", "2")]) == [.pin(PinEvent(PinNews(.changed, "notes", ["push"])))])
    let asked = try #require(decision(&play, "push"))
    #expect(asked.verdict == .ask)
    #expect(asked.rule == "(pin)")
    #expect(asked.reason == Self.asking)
    #expect(asked.isEnforced)
    // What a person accepts passes by itself, also what waits for it.
    _ = try play.gate.pins.accept("notes", "push", digest: try digest("push", "2"), by: "me", at: play.now)
    let released = play.step { $0.core.policyChanged(at: $0.now, gate: &$0.gate, into: &$0.output) }
    #expect(released.toServer.count == 1)
    #expect(decision(&play, "push")?.verdict == .allow)
    #expect(list(&play, [("push", "1")]).count == 1)
    #expect(decision(&play, "push")?.rule == "(pin)")
  }

  @Test func whatIsRejectedIsDeniedEvenWhereItWaits() throws {
    var play = try Playbook(policy: Playbook.allowAll)
    _ = list(&play, [("push", "1")])
    _ = list(&play, [("push", "2")])
    #expect(decision(&play, "push")?.verdict == .ask)
    _ = try play.gate.pins.reject("notes", "push", digest: try digest("push", "2"), by: "me", at: play.now)
    let refused = play.step { $0.core.policyChanged(at: $0.now, gate: &$0.gate, into: &$0.output) }
    #expect(refused.toServer.isEmpty)
    #expect(refused.toClient.count == 1)
    #expect(refused.toClient[0].contains("was rejected on 1970-01-01"))
    #expect(decision(&play, "push")?.verdict == .deny)
    #expect(list(&play, [("push", "1")]).count == 1)
    #expect(decision(&play, "push")?.verdict == .allow)
  }

  @Test func nothingSparesTheAskingAndNoDenialIsPassedOver() throws {
    var play = try Playbook(
      policy: """
        {"version":"1","default":"allow","tools":{
          "a":{"allow_if":[{"conditions":[]}]},
          "b":{"deny_if":[{"conditions":[]}]},
          "c":{"action":"require_approval","allow_if":[{"conditions":[]}],"approval":{"on_no_approver":"deny"}},
          "d":{"limits":[{"window":"day","max":0}]},
          "e":{"action":"deny"}}}
        """)
    let names = ["a", "b", "c", "d", "e"]
    _ = list(&play, names.map { ($0, "1") })
    #expect(decision(&play, "c")?.verdict == .allow)
    _ = list(&play, names.map { ($0, "2") })
    #expect(decision(&play, "a")?.rule == "(pin)")
    #expect(decision(&play, "b")?.rule == "/tools/b/deny_if/0")
    let denied = try #require(decision(&play, "c"))
    #expect(denied.verdict == .deny)
    #expect(denied.rule == "(pin)")
    #expect(decision(&play, "d")?.rule == "/tools/d/limits/0")
    #expect(decision(&play, "e")?.rule == "/tools/e")
  }

  @Test func observingAsksNobody() throws {
    var play = try Playbook(policy: #"{"version":"1","default":"allow","mode":"observe"}"#)
    _ = list(&play, [("push", "1")])
    _ = list(&play, [("push", "2")])
    let seen = try #require(decision(&play, "push"))
    #expect(seen.rule == "(pin)")
    #expect(!seen.isEnforced)
    #expect(seen.letsThrough)
  }

  @Test func pagesCountWhenTheyAreSeen() throws {
    var play = try Playbook(policy: Playbook.allowAll)
    _ = list(&play, [("a", "1"), ("b", "1")])
    // The first page of a list that never ends is read all the same.
    _ = list(&play, [("a", "2")], next: "2")
    #expect(decision(&play, "a")?.rule == "(pin)")
    #expect(decision(&play, "b")?.verdict == .allow)
    // A list that begins anew without it does not take that back.
    _ = list(&play, [("b", "1")], next: "2")
    #expect(decision(&play, "a")?.rule == "(pin)")
    _ = list(&play, [("b", "1")])
    #expect(decision(&play, "a")?.rule == "(pin)")
    _ = list(&play, [("b", "1")], next: "2")
    _ = list(&play, [("b", "2")], cursor: "2")
    #expect(decision(&play, "b")?.reason == "the server describes the tool in two ways at once")
    _ = list(&play, [("a", "1"), ("b", "1")])
    #expect(decision(&play, "a")?.verdict == .allow)
    #expect(decision(&play, "b")?.verdict == .allow)
  }

  @Test func anotherSessionGoesByWhatItWasTold() throws {
    var first = try Playbook(policy: Playbook.allowAll)
    _ = list(&first, [("push", "1")])
    var second = first
    second.core = SessionCore(session: "s2", server: "notes", pid: 78)
    _ = list(&second, [("push", "2")])
    #expect(decision(&second, "push")?.rule == "(pin)")
    first.gate = second.gate
    #expect(decision(&first, "push")?.verdict == .allow)
    // Who was told nothing may have read it elsewhere.
    var third = second
    third.core = SessionCore(session: "s3", server: "notes", pid: 79)
    #expect(decision(&third, "push")?.rule == "(pin)")
    _ = list(&third, [("push", "1")])
    #expect(decision(&third, "push")?.verdict == .allow)
  }

  @Test func anApprovalIsForTheDefinitionThatWasShown() throws {
    var play = try Playbook(policy: #"{"version":"1","default":"require_approval"}"#)
    _ = play.client(call("1", "push"))
    let row = try #require(play.gate.approvals.pending(at: play.now).first)
    _ = play.step {
      $0.carryOut(
        (try? $0.gate.approve(
          row.id, digest: row.digest, revision: nil, scope: .session, message: nil, by: "me", at: $0.now)) ?? [])
    }
    // The tool was not listed then; now it is, and then it is another one.
    _ = list(&play, [("push", "1")])
    #expect(play.client(call("2", "push")).toServer.count == 1)
    _ = list(&play, [("push", "2")])
    let asked = play.client(call("3", "push"))
    #expect(asked.toServer.isEmpty, "an approval of another definition lets it pass")
  }

  @Test func instructionsThatChangeAreTold() throws {
    var play = try Playbook(policy: Playbook.allowAll)
    func greet(_ text: String) -> [GateEvent] {
      let asked = play.client(#"{"jsonrpc":"2.0","id":"i","method":"initialize","params":{}}"#)
      let number = Int(asked.toServer[0].split(separator: "\"id\":")[1].prefix { $0.isNumber }) ?? 0
      _ = play.server(
        #"{"jsonrpc":"2.0","id":\#(number),"result":{"protocolVersion":"2025-11-25","instructions":"\#(text)"}}"#)
      return play.told.map(\.event)
    }
    #expect(greet("be kind").isEmpty)
    #expect(greet("be kind").isEmpty)
    #expect(
      greet("be cruel") == [.pin(PinEvent(PinNews(.changed, "notes", [], isOfInstructions: true)))])
  }

  @Test func instructionsOfTheStatelessEraThatChangeAreTold() throws {
    let meta =
      #"{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}"#
    func greet(_ play: inout Playbook, _ text: String?) -> [GateEvent] {
      let asked = play.client(#"{"jsonrpc":"2.0","id":"i","method":"server/discover","params":\#(meta)}"#)
      let number = Int(asked.toServer[0].split(separator: "\"id\":")[1].prefix { $0.isNumber }) ?? 0
      let said = text.map { #","instructions":"\#($0)""# } ?? ""
      _ = play.server(
        #"{"jsonrpc":"2.0","id":\#(number),"result":{"resultType":"complete","supportedVersions":["2026-07-28"],"#
          + #""capabilities":{}\#(said)}}"#)
      return play.told.map(\.event)
    }
    let changed = [GateEvent.pin(PinEvent(PinNews(.changed, "notes", [], isOfInstructions: true)))]
    var play = try Playbook(policy: Playbook.allowAll)
    #expect(greet(&play, "be kind").isEmpty)
    #expect(greet(&play, nil).isEmpty, "the other era says it, perhaps")
    #expect(greet(&play, "be cruel") == changed)
    // Who said nothing at first is not taken at its word later.
    var silent = try Playbook(policy: Playbook.allowAll)
    #expect(greet(&silent, nil).isEmpty)
    #expect(greet(&silent, "be cruel") == changed)
  }

  @Test func whatIsRecalledIsExplainedByThePinToo() throws {
    var play = try Playbook(policy: Playbook.allowAll)
    _ = list(&play, [("push", "1")])
    _ = list(&play, [("push", "2")])
    _ = play.client(call("1", "push"))
    let sequence = try #require(
      play.told.first { if case .decision = $0.event { true } else { false } }?.sequence)
    let explanation = try #require(play.gate.explain(sequence, at: play.now).explanation)
    #expect(explanation.decision.rule == "(pin)")
    #expect(explanation.steps.contains { $0.subject == .pin && $0.outcome == .asks })
  }

  /// Whatever servers tell, clients call and people accept: what reaches the server without a person was accepted as the
  /// client was told it last.
  @Test(arguments: 0..<40) func P52_noOrderOfEventsLetsAChangedToolPass(seed: Int) throws {
    var chance = Chance(UInt64(seed))
    var plays = [try Playbook(policy: Playbook.allowAll)]
    plays[0].gate.pins.isStrict = seed % 4 == 3
    for index in 1..<3 {
      plays.append(plays[0])
      plays[index].core = SessionCore(session: ExactText("s\(index)"), server: "notes", pid: 80)
    }
    let names = ["a", "b", "c"]
    // What each client was told last, and what was accepted: by a person, or heard of first.
    var told = Array(repeating: [String: String](), count: 3)
    var accepted: [String: String] = [:]
    var isStrict: Bool { plays[0].gate.pins.isStrict }
    for _ in 0..<120 {
      let index = chance.below(3)
      let name = chance.pick(names)
      switch chance.below(8) {
      case 0, 1, 2:
        let tools = names.filter { _ in chance.happens(oneIn: 2) }.map { ($0, String(chance.below(3))) }
        let isCut = chance.happens(oneIn: 3)
        _ = list(&plays[index], tools, next: isCut ? "2" : nil)
        for (name, text) in tools {
          told[index][name] = text
          if accepted[name] == nil, !isStrict { accepted[name] = text }
        }
      case 3:
        let text = String(chance.below(3))
        let digest = try digest(name, text)
        if (try? plays[index].gate.pins.accept("notes", ExactText(name), digest: digest, by: "me", at: plays[0].now))
          != nil
        {
          // Who accepts that a tool is gone accepts nothing.
          accepted[name] = plays[index].gate.pins.lock["notes", ExactText(name)] == nil ? nil : text
        }
      case 4:
        let digest = try digest(name, String(chance.below(3)))
        if (try? plays[index].gate.pins.reject("notes", ExactText(name), digest: digest, by: "me", at: plays[0].now))
          != nil, plays[index].gate.pins.lock["notes", ExactText(name)]?.digest == nil
        {
          accepted[name] = "nothing"
        }
      default:
        let decision = try #require(decision(&plays[index], name))
        if decision.verdict == .allow, let text = told[index][name] {
          #expect(text == accepted[name], "seed \(seed): `\(name)` as `\(text)` passed")
        }
        if decision.verdict == .allow, isStrict { #expect(accepted[name] != nil) }
        if let text = told[index][name], text == accepted[name] { #expect(decision.verdict == .allow) }
      }
      let gate = plays[index].gate
      for other in 0..<3 where other != index { plays[other].gate = gate }
    }
  }
}
