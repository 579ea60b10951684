import ControlWire
import GateCore
import JSONText
import Policy
import Testing

/// Calls that wait for a person, with a client of the older era.
struct HoldingTests {
  private static let asked = ["#1 ask tools/call act /tools/act", "#2 q-1 pending held for #1"]
  private static let ok = #""result":{"content":[]}"#

  private func held(_ policy: String = Playbook.asking(), _ arguments: String = #"{"n":1}"#) throws -> Playbook {
    var play = try Playbook.waiting(policy)
    let step = play.client(call("7", "act", arguments))
    #expect(step.toServer == [] && step.toClient == [])
    #expect(step.events == Self.asked)
    return play
  }

  @Test("P61: an approved call is forwarded as it was written, and answered once")
  func approved() throws {
    var play = try held(Playbook.asking(), #"{ "n" : 1.0 }"#)
    play.now = play.now.advanced(byMicroseconds: 5_000_000)
    let approved = try play.approve("q-1")
    #expect(approved.events == ["#3 q-1 approved held for #1 by you"])
    #expect(
      approved.toServer == [
        #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"act","arguments":{"n":1.0}}}"#
      ])
    #expect(approved.toClient == [])
    play.now = play.now.advanced(byMicroseconds: 1_000_000)
    let answer = play.server(#"{"jsonrpc":"2.0","id":1,\#(Self.ok)}"#)
    #expect(answer.toClient == [#"{"jsonrpc":"2.0","id":7,"result":{"content":[]}}"#])
    #expect(answer.events == ["#4 ok for #1"])
    guard case .result(let result) = play.told.first?.event else { return #expect(Bool(false)) }
    #expect(result.took == 1_000_000)
    #expect(play.waiting == [])
  }

  @Test("P64: a decision is bound to what was shown") func bound() throws {
    var play = try held()
    #expect(throws: ApprovalError.self) { try play.approve("q-1", digest: "other") }
    #expect(play.waiting == ["q-1"])
    #expect(throws: ApprovalError.self) {
      try play.attempt { play throws(ApprovalError) in
        let digest = play.gate.approvals.pending(at: play.now)[0].digest
        return try play.gate.approve(
          "q-1", digest: digest, revision: "older", scope: .once, message: nil, by: "you", at: play.now)
      }
    }
    #expect(try play.approve("q-1").toServer.count == 1)
  }

  @Test func theFirstDeciderWins() throws {
    var play = try held()
    _ = try play.approve("q-1", by: "ann on pts/3")
    let again = #expect(throws: ApprovalError.self) { try play.deny("q-1", by: "bob") }
    #expect(again?.description == "already approved by ann on pts/3")
    let unknown = #expect(throws: ApprovalError.self) { try play.approve("q-9", digest: "x") }
    #expect(unknown?.description == "nothing called `q-9` waits for a person")
  }

  @Test func deniedWithWords() throws {
    var play = try held()
    let denied = try play.deny("q-1", "not on a Friday")
    #expect(denied.toServer == [])
    #expect(denied.events == ["#3 q-1 denied for #1 by you"].map { $0.replacing("denied", with: "denied held") })
    #expect(
      denied.toClient == [
        #"{"jsonrpc":"2.0","id":7,"result":{"content":[{"type":"text","text":"[gatehouse] denied: not on a Friday. "#
          + #"Rule /tools/act."}],"isError":true,"_meta":{"gatehouse/decision":{"verdict":"deny","rule":"/tools/act","#
          + #""reason":"not on a Friday","approval":"q-1"}}}}"#
      ])
    // One call was denied, not all that are like it.
    #expect(play.client(call("8", "act", #"{"n":1}"#)).toClient == [])
    #expect(play.waiting == ["q-2"])
  }

  @Test("P62: the hold ends before most clients give up, and the call is dead")
  func holdEnds() throws {
    var play = try held()
    #expect(play.core.wakeUp == play.now.advanced(byMicroseconds: 45_000_000))
    #expect(play.pass(seconds: 44).toClient == [])
    let end = play.pass(seconds: 1)
    #expect(
      try told(end.toClient)
        == "[gatehouse] waiting for approval q-1; call again with the same arguments. The call has not run: "
        + "it costs money, and nobody has decided yet. Rule /tools/act.")
    #expect(end.events == ["#3 q-1 pending for #1"])
    #expect(play.waiting == ["q-1"])
    #expect(play.core.wakeUp == nil)
    // The request was answered: it can be neither cancelled nor answered by the server.
    let cancel = play.client(#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7}}"#)
    #expect(cancel == Playbook.Step())
    #expect(play.server(#"{"jsonrpc":"2.0","id":1,\#(Self.ok)}"#).toClient == [])
  }

  @Test("P65: an approval that comes late runs nothing, and arms one identical call")
  func armed() throws {
    var play = try held()
    _ = play.pass(seconds: 45)
    let late = try play.approve("q-1")
    #expect(late.toServer == [] && late.toClient == [])
    #expect(late.events == ["#4 q-1 approved for #1 by you"])
    // Another session may make it, in another spelling; other arguments or another tool may not.
    #expect(play.client(call("8", "act", #"{"n":2}"#)).toServer == [])
    let same = play.client(call("9", "act", #"{ "n": 1.0e0 }"#))
    #expect(same.toServer.count == 1)
    #expect(same.events == ["#7 ask tools/call act /tools/act", "#8 q-1 used for #7 by you"])
    #expect(play.client(call("10", "act", #"{"n":1}"#)).toServer == [])
    #expect(play.waiting == ["q-2", "q-3"])
  }

  @Test func anArmedCallLapses() throws {
    var play = try held()
    _ = play.pass(seconds: 45)
    _ = try play.approve("q-1")
    #expect(play.gate.approvals.standing(at: play.now).map(\.id) == ["q-1"])
    #expect(play.gate.approvals.wakeUp == Moment(microseconds: 601_000_000))
    let over = play.pass(seconds: 555)
    #expect(over.events == ["#5 q-1 revoked for #1 it was not used in time"])
    #expect(play.client(call("9", "act", #"{"n":1}"#)).toServer == [])
  }

  @Test func aRetryWaitsUnderTheSameName() throws {
    var play = try held()
    _ = play.pass(seconds: 45)
    let again = play.client(call("8", "act", #"{"n":1}"#))
    #expect(again.events == ["#4 ask tools/call act /tools/act", "#5 q-1 pending held for #4"])
    #expect(try play.approve("q-1").toServer.count == 1)
    let answer = play.server(#"{"jsonrpc":"2.0","id":1,\#(Self.ok)}"#)
    #expect(answer.toClient == [#"{"jsonrpc":"2.0","id":8,"result":{"content":[]}}"#])
    #expect(answer.events == ["#7 ok for #4"])
  }

  @Test func aDenialThatComesLateIsHeardOnce() throws {
    var play = try held()
    _ = play.pass(seconds: 45)
    #expect(try play.deny("q-1", "no").toClient == [])
    let first = play.client(call("8", "act", #"{"n":1}"#))
    #expect(try told(first.toClient) == "[gatehouse] denied: no. Rule /tools/act.")
    #expect(first.events == ["#5 deny tools/call act /tools/act"])
    #expect(play.client(call("9", "act", #"{"n":1}"#)).toClient == [])
    #expect(play.waiting == ["q-2"])
  }

  @Test func nobodyDecidesInTime() throws {
    var play = try held(Playbook.asking(#","approval":{"hold":20,"timeout":20}"#))
    let over = play.pass(seconds: 20)
    #expect(over.events == ["#3 q-1 expired held for #1 nobody decided within 20 s"])
    #expect(
      try told(over.toClient) == "[gatehouse] denied: it costs money, and nobody decided within 20 s. Rule /tools/act.")
    let late = #expect(throws: ApprovalError.self) { try play.approve("q-1", digest: "x") }
    #expect(late?.description == "it has expired")
  }

  @Test func zeroAlwaysDenies() throws {
    var play = try held(Playbook.asking(#","approval":{"hold":20,"timeout":20}"#))
    play.now = play.now.advanced(byMicroseconds: 20_000_000)
    let late = #expect(throws: ApprovalError.self) { try play.approve("q-1") }
    #expect(late?.description == "it has expired")
    #expect(play.pass(seconds: 0).toClient.count == 1)
  }

  @Test func aCancelledCallIsWithdrawn() throws {
    var play = try held()
    let cancel = play.client(#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7}}"#)
    #expect(cancel.toServer == [] && cancel.toClient == [])
    #expect(cancel.events == ["#3 q-1 withdrawn held for #1 the agent has cancelled it"])
    let late = #expect(throws: ApprovalError.self) { try play.approve("q-1", digest: "x") }
    #expect(late?.description == "it is gone: the agent has cancelled it")
    #expect(play.client(call("7", "get")).toServer.count == 1)
  }

  @Test func aClientThatHangsUpWithdraws() throws {
    var play = try held()
    let end = play.hangUp()
    #expect(end.events == ["#3 q-1 withdrawn held for #1 the client has hung up"])
    #expect(end.toServer == [] && end.toClient.count == 1)
    #expect(!play.core.hasRequestsInFlight)
    #expect(play.waiting == [])
  }

  @Test func aServerThatDiesWithdraws() throws {
    var play = try held()
    let end = play.exit(.code(3))
    #expect(end.toClient.count == 1)
    #expect(try told(end.toClient).contains("nobody has decided about it yet, and the server exited with code 3"))
    #expect(
      end.events == [
        "#3 q-1 withdrawn held for #1 the server exited with code 3", "#4 closed  the server exited with code 3",
      ])
    #expect(play.gate.approvals.wakeUp == nil)
  }

  @Test func anIDThatWaitsIsTaken() throws {
    var play = try held()
    let twice = play.client(call("7", "get"))
    #expect(twice.toServer == [])
    #expect(try told(twice.toClient) == "[gatehouse] refused: a request with this id is in flight already")
    #expect(play.client(#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#).toServer.count == 1)
    #expect(play.core.hasRequestsInFlight)
  }

  /// A server cannot answer what it was never sent.
  @Test func aServerCannotAnswerWhatWaits() throws {
    var play = try held()
    for number in 1...3 {
      #expect(play.server(#"{"jsonrpc":"2.0","id":\#(number),\#(Self.ok)}"#).toClient == [])
    }
    #expect(try play.approve("q-1").toServer.count == 1)
  }

  @Test func nobodyIsThere() throws {
    var play = try Playbook.waiting(Playbook.asking(#","approval":{"on_no_approver":"deny"}"#))
    play.gate.approvals.hasApprover = false
    let denied = play.client(call("7", "act"))
    #expect(denied.events == ["#1 deny tools/call act /tools/act"])
    #expect(
      try told(denied.toClient)
        == "[gatehouse] denied: it costs money, and nobody is there to be asked. Rule /tools/act.")
    play.gate.approvals.hasApprover = true
    #expect(play.client(call("7", "act")).toClient == [])
  }

  @Test func oneSessionDoesNotTakeThePlacesOfAllOthers() throws {
    var play = try Playbook.waiting()
    let most = Approvals.mostPendingOfSession
    for id in 1...most { #expect(play.client(call("\(id)", "act")).toClient == []) }
    let denied = play.client(call("\(most + 1)", "act"))
    #expect(try told(denied.toClient).contains("too many calls of this session wait for a person already"))
    #expect(play.waiting.count == most)
    _ = try play.deny(play.waiting[0])
    #expect(play.client(call("\(most + 2)", "act")).toClient == [])
  }
}
