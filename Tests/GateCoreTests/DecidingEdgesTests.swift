import ControlWire
import GateCore
import JSONText
import Policy
import Testing

/// What a person's word does not do, at the edges of what it does.
struct DecidingEdgesTests {
  private func act(_ play: inout Playbook, _ id: String, _ n: Int = 1) -> Playbook.Step {
    play.client(call(id, "act", #"{"n":\#(n)}"#))
  }

  /// A gate where each call is let go at once, so that whoever decides comes late.
  private static func late(_ more: String = "") throws -> Playbook {
    try Playbook.waiting(Playbook.asking(#","approval":{"hold":0\#(more)}"#))
  }

  @Test func onlySoManyApprovalsStand() throws {
    var play = try Playbook.waiting()
    for number in 0..<Approvals.mostStanding {
      _ = act(&play, "\(number)", number)
      _ = try play.approve("q-\(number + 1)", .identical(seconds: 600))
      _ = play.server(#"{"jsonrpc":"2.0","id":\#(number + 1),"result":{}}"#)
    }
    _ = act(&play, "\"x\"", -1)
    let id = try #require(play.waiting.first)
    let most = #expect(throws: ApprovalError.self) { try play.approve(id, .session) }
    #expect(most?.description == "\(Approvals.mostStanding) approvals stand already; revoke some")
    #expect(play.waiting == [id])
    #expect(try play.approve(id).toServer.count == 1, "once leaves nothing standing")
  }

  @Test func whoAsksForLessThanTheRuleRemembersGetsThat() throws {
    var play = try Playbook.waiting(Playbook.asking(#","approval":{"remember":30}"#))
    _ = act(&play, "1")
    _ = try play.approve("q-1", .identical(seconds: 10))
    _ = play.pass(seconds: 20)
    #expect(act(&play, "2").toServer.count == 1)
  }

  @Test func whatIsOwedToOneAgentReleasesNoOtherCall() throws {
    var play = try Playbook.waiting()
    _ = act(&play, "1")
    _ = act(&play, "2")
    _ = play.pass(seconds: 45)
    _ = act(&play, "3")
    #expect(play.gate.approvals.pending(at: play.now).map(\.isHeld) == [true, false])
    #expect(try play.approve("q-2").toServer == [])
    #expect(play.waiting == ["q-1"])
  }

  @Test func aDenialIsBoundToWhatWasShownToo() throws {
    var play = try Playbook.waiting()
    _ = act(&play, "1")
    let other = #expect(throws: ApprovalError.self) {
      try play.gate.deny("q-1", digest: "another", message: nil, by: "you", at: play.now)
    }
    #expect(other?.description.hasPrefix("arguments, tool or policy are others") == true)
    #expect(play.waiting == ["q-1"])
    let digest = play.gate.approvals.pending(at: play.now)[0].digest
    _ = try play.gate.deny("q-1", digest: digest, message: nil, by: "you", at: play.now)
    #expect(play.waiting == [])
  }

  @Test func anEmptyMessageIsNone() throws {
    var play = try Playbook.waiting()
    _ = act(&play, "1")
    #expect(try told(try play.deny("q-1", "").toClient).contains("a person has denied this call"))
  }

  @Test func denialsThatNobodyHeardAreForgottenOldestFirst() throws {
    var play = try Self.late()
    for number in 0...Approvals.mostPending {
      _ = act(&play, "\(number)", number)
      _ = play.pass(seconds: 0)
      _ = try play.deny("q-\(number + 1)", "no \(number).")
    }
    #expect(try told(act(&play, "\"a\"", 1).toClient).contains("no 1."))
    #expect(act(&play, "\"b\"", 0).events.contains { $0.contains("pending") }, "asked anew")
  }

  @Test func aDenialThatNobodyHeardIsForgottenWhenItsTimeIsOver() throws {
    for (seconds, isOver) in [(29.0, false), (30, true)] {
      var play = try Self.late(#","timeout":30"#)
      _ = act(&play, "1")
      _ = play.pass(seconds: 0)
      _ = try play.deny("q-1", "never")
      play.now = play.now.advanced(byMicroseconds: Int64(seconds * 1_000_000))
      let again = act(&play, "2")
      #expect(again.events.contains { $0.contains("q-2 pending") } == isOver)
      if !isOver { #expect(try told(again.toClient).contains("never")) }
    }
  }

  @Test func whatWasSaidWithAnApprovalIsTold() throws {
    var play = try Playbook.waiting()
    _ = act(&play, "1")
    let digest = play.gate.approvals.pending(at: play.now)[0].digest
    _ = try play.gate.approve(
      "q-1", digest: digest, revision: nil, scope: .once, message: "just this once", by: "you", at: play.now)
    #expect(play.gate.approvals.recent.last?.message == "just this once")
  }

  @Test func whoWasFirstIsRememberedOfTheLastOnes() throws {
    var play = try Playbook.waiting()
    func refusal(_ id: String) -> String? {
      let error = #expect(throws: ApprovalError.self) { try play.approve(id) }
      return error?.description
    }
    for number in 1...301 {
      _ = act(&play, "\(number)", number)
      _ = try play.approve("q-\(number)", by: "the first")
      _ = play.server(#"{"jsonrpc":"2.0","id":\#(number),"result":{}}"#)
    }
    #expect(refusal("q-1") == "nothing called `q-1` waits for a person")
    #expect(refusal("q-2") == "already approved by the first")
  }

  @Test func argumentsThatAreTooLongAreCutBetweenCharacters() throws {
    for name in ["n", "nn"] {
      var play = try Playbook.waiting()
      let text = String(repeating: "é", count: ApprovalDetails.longestArguments)
      _ = play.client(call("1", "act", #"{"\#(name)":"\#(text)"}"#))
      let details = try #require(play.gate.approvals.details(of: "q-1", at: play.now, hiding: { $0 }))
      let shown = try #require(String(validating: details.arguments, as: UTF8.self), "\(name)")
      #expect(details.isCut && (0...1).contains(ApprovalDetails.longestArguments - shown.utf8.count))
    }
  }

  @Test func whoGaveMoreTimeIsTold() throws {
    var play = try Playbook.waiting()
    _ = act(&play, "1")
    let step = try play.attempt { play throws(ApprovalError) in
      try play.gate.extend("q-1", seconds: 60, by: "you", at: play.now)
      return []
    }
    #expect(step.events == ["#3 q-1 pending held for #1 by you"])
  }

  /// Nobody has looked at the clock since.
  @Test func whatIsOverCannotBeTakenBackOrJoined() throws {
    var play = try Playbook.waiting()
    _ = act(&play, "1")
    _ = try play.approve("q-1", .identical(seconds: 60))
    play.now = play.now.advanced(byMicroseconds: 60_000_000)
    #expect(throws: ApprovalError.self) { try play.gate.revoke("q-1", by: "you", at: play.now) }
    play = try Self.late(#","timeout":30"#)
    _ = act(&play, "1")
    #expect(play.pass(seconds: 0).toClient.count == 1)
    play.now = play.now.advanced(byMicroseconds: 30_000_000)
    #expect(act(&play, "2").events.contains { $0.contains("q-2 pending") })
  }

  @Test func aLockdownForgetsDenialsThatNobodyHeard() throws {
    var play = try Self.late()
    _ = act(&play, "1")
    _ = play.pass(seconds: 0)
    _ = try play.deny("q-1", "never")
    _ = play.lockDown(true)
    _ = play.lockDown(false)
    #expect(act(&play, "2").events.contains { $0.contains("q-2 pending") })
  }

  @Test func anotherSessionIsToldNoDenialOfThisOne() throws {
    var play = try Self.late()
    _ = act(&play, "1")
    _ = play.pass(seconds: 0)
    _ = try play.deny("q-1", "never")
    play.core = SessionCore(session: "s2", server: "notes", pid: 78)
    #expect(act(&play, "1").events.contains { $0.contains("q-2 pending") })
  }

  @Test func aSessionsEndLeavesWhatWasApprovedForIdenticalCalls() throws {
    var play = try Playbook.waiting()
    _ = act(&play, "1")
    _ = try play.approve("q-1", .identical(seconds: 600))
    _ = play.exit(.code(0))
    #expect(play.gate.approvals.standing(at: play.now).map(\.id) == ["q-1"])
    play.core = SessionCore(session: "s2", server: "notes", pid: 78)
    #expect(act(&play, "1").toServer.count == 1)
  }

  @Test func theWidestApprovalIsUsed() throws {
    var play = try Playbook.waiting()
    _ = act(&play, "1")
    _ = try play.approve("q-1", .identical(seconds: 600))
    _ = act(&play, "2", 2)
    _ = try play.approve("q-2", .session)
    _ = act(&play, "3")
    let standing = play.gate.approvals.standing(at: play.now)
    #expect(standing.map(\.uses) == [0, 1])
  }

  @Test func nobodyHoldsLongerThanThereIsTimeToDecide() throws {
    var play = try Playbook.waiting(Playbook.asking(#","approval":{"hold":45,"timeout":45}"#))
    _ = act(&play, "1")
    _ = play.pass(seconds: 30)
    #expect(play.core.wakeUp == Moment(microseconds: 46_000_000))
    play = try Playbook.waiting(Playbook.asking(#","approval":{"hold":10,"timeout":25}"#))
    _ = act(&play, "1")
    _ = play.pass(seconds: 20)
    _ = act(&play, "2")
    #expect(play.core.wakeUp == Moment(microseconds: 26_000_000))
  }

  /// The words that wait are the last ones, and they are counted.
  @Test func anotherSpellingIsCountedAsItIs() throws {
    var play = try Playbook.waiting(Playbook.asking(#","approval":{"hold":1}"#))
    play.gate.approvals = Approvals(mostBytes: 2_000)
    _ = act(&play, "1")
    _ = play.pass(seconds: 1)
    let blank = String(repeating: " ", count: 1_800)
    let again = play.client(call("2", "act", "{\"n\":\(blank)1}"))
    #expect(again.events.contains { $0.contains("q-1 pending held") || $0.contains("-1 pending held") })
    let other = play.client(call("3", "act", #"{"n":"\#(String(repeating: "x", count: 200))"}"#))
    #expect(try told(other.toClient).contains("too long already"))
  }

  /// A call that a person approved goes on only under the policy that this person saw.
  @Test func theNextStepUnderAnotherPolicyIsAskedAbout() throws {
    for isOther in [false, true] {
      var play = try Playbook.waiting()
      _ = play.client(modern("1", "tools/call", #""name":"act","arguments":{}"#))
      #expect(try play.approve("q-1").toServer.count == 1)
      _ = play.server(
        #"{"jsonrpc":"2.0","id":1,"result":{"resultType":"input_required","requestState":"s","inputRequests":{}}}"#)
      if isOther { _ = try play.policy(Playbook.asking(#","limits":[]"#)) }
      let next = play.client(modern("2", "tools/call", #""name":"act","arguments":{},"requestState":"s""#))
      #expect(next.toServer.count == (isOther ? 0 : 1))
    }
  }

  @Test func aStateIsGoodForSomeTimeAfterItsCallAndOnce() throws {
    func state(_ play: inout Playbook, _ id: String, _ more: String = "") throws -> String {
      _ = play.client(modern(id, "tools/call", #""name":"act","arguments":{}\#(more)"#))
      let answer = try JSONNode.read(Array((play.pass(seconds: 45).toClient.last ?? "").utf8))
      return try #require(answer["result"]?["requestState"]?.string)
    }
    func isRefused(_ play: inout Playbook, _ id: String, _ state: String) -> Bool {
      let step = play.client(
        modern(id, "tools/call", #""name":"act","arguments":{},"requestState":"\#(state)""#))
      return step.toClient.first?.contains("is not valid, or not any more") == true
    }
    var play = try Playbook.waiting()
    let first = try state(&play, "1")
    #expect(!isRefused(&play, "2", first))
    #expect(isRefused(&play, "3", first), "it was used")
    // Its call's time is over after 600 seconds, and so is the state's 600 later.
    for (seconds, isOver) in [(1_154.0, false), (1_156, true)] {
      play = try Playbook.waiting()
      let kept = try state(&play, "1")
      _ = play.pass(seconds: seconds)
      #expect(isRefused(&play, "2", kept) == isOver, "\(seconds)")
      #expect(isRefused(&play, "3", kept), "it was used")
    }
  }
}
