import ControlWire
import GateCore
import JSONText
import Policy
import Testing

/// How far an approval reaches, and what ends it.
struct ReachTests {
  private func act(_ play: inout Playbook, _ id: String, _ n: Int = 1) -> Playbook.Step {
    play.client(call(id, "act", #"{"n":\#(n)}"#))
  }

  @Test func aToolForTheSession() throws {
    var play = try Playbook.waiting()
    _ = act(&play, "1")
    _ = act(&play, "2", 2)
    let approved = try play.approve("q-1", .session)
    // What waits already is meant too.
    #expect(approved.toServer.count == 2)
    #expect(
      approved.events == [
        "#5 q-1 approved held for #1 by you", "#6 q-2 approved held for #3 by you along with q-1",
      ])
    #expect(act(&play, "3", 3).toServer.count == 1)
    #expect(play.gate.approvals.standing(at: play.now).map(\.uses) == [1])
    #expect(play.pass(seconds: 100_000).events == [])
    #expect(act(&play, "4", 4).toServer.count == 1)
    // Another policy that still asks changes nothing, one that denies is asked first.
    _ = try play.policy(Playbook.asking(#","limits":[{"window":"minute","max":9}]"#))
    #expect(act(&play, "5", 5).toServer.count == 1)
    _ = try play.policy(#"{"version":"1","default":"deny"}"#)
    #expect(act(&play, "6").toServer == [])
    _ = try play.policy(Playbook.asking())
    let end = play.exit(.code(0))
    #expect(end.events.contains { $0.hasSuffix("q-1 revoked for #1 the session is over") })
    #expect(play.gate.approvals.standing(at: play.now).isEmpty)
  }

  @Test func anotherToolOrSessionIsNotMeant() throws {
    var play = try Playbook.waiting(#"{"version":"1","default":"require_approval"}"#)
    _ = act(&play, "1")
    _ = try play.approve("q-1", .session)
    #expect(play.client(call("2", "other")).toServer == [])
    var next = play
    next.core = SessionCore(session: "s2", server: "notes", pid: 78)
    #expect(act(&next, "1").toServer == [])
  }

  @Test func aToolThatTellsOfItselfOtherwiseIsAskedAboutAgain() throws {
    var play = try Playbook.waiting()
    func list(_ text: String) { tell(of: text, &play) }
    list("pays")
    _ = act(&play, "1")
    _ = try play.approve("q-1", .session)
    list("pays")
    #expect(act(&play, "2").toServer.count == 1)
    list("pays twice")
    #expect(act(&play, "3").toServer == [])
  }

  /// The server's list of tools, which has one that is described so.
  private func tell(of text: String, _ play: inout Playbook) {
    _ = play.client(#"{"jsonrpc":"2.0","id":"l","method":"tools/list"}"#)
    let number = play.output.toServer.split(separator: 0x0A).compactMap {
      try? JSONNode.read(Array($0))["id"]?.integer
    }.last
    _ = play.server(
      #"{"jsonrpc":"2.0","id":\#(number ?? 0),"result":{"tools":[{"name":"act","description":"\#(text)","inputSchema":{}}]}}"#
    )
  }

  @Test("P64: who was shown another description of the tool has not decided about this one")
  func aToolThatChangesWhileItsCallWaits() throws {
    var play = try Playbook.waiting()
    tell(of: "pays", &play)
    _ = act(&play, "1")
    let before = play.gate.approvals.pending(at: play.now)[0].digest
    tell(of: "pays", &play)
    #expect(play.gate.approvals.pending(at: play.now)[0].digest == before)
    tell(of: "pays all", &play)
    #expect(play.told.count == 2)
    let stale = #expect(throws: ApprovalError.self) { try play.approve("q-1", digest: before) }
    #expect(
      stale?.description == "arguments, tool or policy are others than those you were shown; look at it again")
    #expect(try play.approve("q-1").toServer.count == 1)
  }

  @Test func identicalCallsForSomeTime() throws {
    var play = try Playbook.waiting()
    _ = act(&play, "1")
    _ = act(&play, "2")
    _ = act(&play, "3", 2)
    #expect(try play.approve("q-1", .identical(seconds: 60)).toServer.count == 2)
    #expect(play.waiting == ["q-3"])
    _ = play.pass(seconds: 59)
    #expect(act(&play, "4").toServer.count == 1)
    _ = play.pass(seconds: 1)
    #expect(act(&play, "5").toServer == [])
    #expect(play.waiting == ["q-3", "q-4"])
  }

  @Test func onceIsOnceAlsoForCallsThatAreTheSame() throws {
    var play = try Playbook.waiting()
    _ = act(&play, "1")
    _ = act(&play, "2")
    #expect(try play.approve("q-1").toServer.count == 1)
    #expect(play.waiting == ["q-2"])
  }

  @Test func aRuleMayRemember() throws {
    var play = try Playbook.waiting(Playbook.asking(#","approval":{"remember":30}"#))
    _ = act(&play, "1")
    _ = try play.approve("q-1")
    #expect(act(&play, "2").toServer.count == 1)
    #expect(act(&play, "3").toServer.count == 1)
    _ = play.pass(seconds: 30)
    #expect(act(&play, "4").toServer == [])
  }

  /// Who comes late is owed one call, however short the time is for which others are remembered.
  @Test func aLateApprovalThatRemembers() throws {
    var play = try Playbook.waiting(Playbook.asking(#","approval":{"remember":30}"#))
    _ = act(&play, "1")
    _ = play.pass(seconds: 45)
    _ = try play.approve("q-1")
    _ = play.pass(seconds: 100)
    #expect(act(&play, "2").toServer.count == 1)
    #expect(act(&play, "3").toServer == [])
  }

  @Test("P64: what was approved for identical calls ends with the policy")
  func policyEndsIdenticalOnes() throws {
    var play = try Playbook.waiting()
    _ = act(&play, "1")
    _ = act(&play, "2", 2)
    _ = play.pass(seconds: 45)
    _ = try play.approve("q-1", .identical(seconds: 600))
    _ = try play.approve("q-2")
    let changed = try play.policy(Playbook.asking(#","limits":[]"#))
    #expect(
      changed.events == [
        "#9 q-2 revoked for #3 the policy was changed", "#10 q-1 revoked for #1 the policy was changed",
      ])
    #expect(act(&play, "3").toServer == [])
  }

  @Test func whatStandsCanBeRevoked() throws {
    var play = try Playbook.waiting()
    _ = act(&play, "1")
    _ = try play.approve("q-1", .session)
    let revoked = try play.attempt { play throws(ApprovalError) in
      try play.gate.revoke("q-1", by: "you", at: play.now)
      return []
    }
    #expect(revoked.events == ["#4 q-1 revoked for #1 by you"])
    #expect(act(&play, "2").toServer == [])
    let again = #expect(throws: ApprovalError.self) { try play.gate.revoke("q-1", by: "you", at: play.now) }
    #expect(again?.description == "no approval `q-1` stands")
  }

  @Test func moreTime() throws {
    var play = try Playbook.waiting()
    _ = act(&play, "1")
    try play.gate.extend("q-1", seconds: 300, by: "you", at: play.now)
    #expect(play.gate.approvals.pending(at: play.now).map(\.remaining) == [900_000_000])
    // The agent waits no longer for that.
    #expect(play.core.wakeUp == play.now.advanced(byMicroseconds: 45_000_000))
    try play.gate.extend("q-1", seconds: .max, by: "you", at: play.now)
    #expect(play.gate.approvals.pending(at: play.now).map(\.remaining) == [Approvals.longestWait])
    let most = #expect(throws: ApprovalError.self) {
      try play.gate.extend("q-1", seconds: 1, by: "you", at: play.now)
    }
    #expect(most?.description == "nobody can have more than 24 hours to decide")
    #expect(throws: ApprovalError.self) { try play.gate.extend("q-1", seconds: 0, by: "you", at: play.now) }
  }

  // MARK: Lockdown

  @Test func lockedDown() throws {
    let hiding = Playbook.asking("", others: #""hide":["secret"],"#)
    var play = try Playbook.waiting(hiding)
    _ = play.client(call("0", "get"))
    _ = act(&play, "1")
    let locked = play.lockDown(true)
    #expect(locked.events == ["#4 locked true", "#5 q-1 denied held for #2 by you the gate was locked down"])
    #expect(try told(locked.toClient).contains("a person has locked the gate"))
    #expect(locked.toClient[0].contains(#""rule":"(lockdown)""#))
    #expect(play.lockDown(true).events == [])
    for name in ["get", "act"] {
      let denied = play.client(call("2", name))
      #expect(denied.toServer == [])
      #expect(denied.events.last?.hasSuffix("deny tools/call \(name) (lockdown)") == true)
    }
    #expect(try told(play.client(call("3", "secret")).toClient) == "Unknown tool: secret")
    for method in ["ping", "tools/list"] {
      #expect(play.client(#"{"jsonrpc":"2.0","id":"\#(method)","method":"\#(method)"}"#).toServer.count == 1)
    }
    #expect(play.client(#"{"jsonrpc":"2.0","id":5,"method":"resources/read","params":{"uri":"a:b"}}"#).toServer == [])
    // What was forwarded goes on.
    #expect(play.server(#"{"jsonrpc":"2.0","id":1,"result":{"content":[]}}"#).toClient.count == 1)
    #expect(play.server(#"{"jsonrpc":"2.0","id":"e","method":"elicitation/create","params":{}}"#).toClient == [])
    #expect(play.lockDown(false).events.count == 1)
    #expect(play.client(call("4", "get")).toServer.count == 1)
  }

  @Test func aLockdownCountsNothingAndObservesNothing() throws {
    var play = try Playbook.waiting(
      #"{"version":"1","default":"allow","mode":"observe","all_tools":{"limits":[{"window":"hour","max":1}]}}"#)
    _ = play.lockDown(true)
    #expect(play.client(call("1", "get")).toServer == [])
    _ = play.lockDown(false)
    #expect(play.client(call("2", "get")).events == ["#4 only observed: allow tools/call get (default)"])
  }

  // MARK: Bounds

  @Test func aThousandMayWait() throws {
    var play = try Playbook.waiting()
    play.gate.approvals = Approvals(mostOfSession: .max)
    for number in 0..<Approvals.mostPending { _ = act(&play, "\(number)", number) }
    #expect(play.gate.approvals.pendingCount == 1_000)
    let denied = act(&play, "\"x\"")
    #expect(try told(denied.toClient).contains("too many calls wait for a person already"))
    #expect(denied.events.last?.contains("deny tools/call act") == true)
    _ = try play.deny("q-1")
    #expect(act(&play, "\"x\"").toClient == [])
  }

  @Test func theirMessagesAreBounded() throws {
    var play = try Playbook.waiting()
    play.gate.approvals = Approvals(mostBytes: 1_000)
    let long = String(repeating: "x", count: 800)
    #expect(play.client(call("1", "act", #"{"n":"\#(long)"}"#)).toClient == [])
    let denied = play.client(call("2", "act", #"{"n":"\#(long)"}"#))
    #expect(try told(denied.toClient).contains("too long already"))
    _ = try play.deny("q-1")
    #expect(play.client(call("2", "act", #"{"n":"\#(long)"}"#)).toClient == [])
  }
}
