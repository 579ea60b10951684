import ControlWire
import GateCore
import JSONText
import Policy
import Testing

/// What another policy makes of calls that wait, and of servers' requests and their ends.
struct RejudgingTests {
  private func held(_ policy: String = Playbook.asking()) throws -> Playbook {
    var play = try Playbook.waiting(policy)
    #expect(play.client(call("1", "act")).toClient == [])
    return play
  }

  @Test func whatIsAllowedNowGoesOn() throws {
    var play = try held()
    let changed = try play.policy(Playbook.allowAll)
    #expect(changed.toServer.count == 1)
    #expect(
      changed.events == [
        "#3 allow tools/call act (default)", "#4 q-1 withdrawn held for #1 the policy does not ask any more",
      ])
    let answer = play.server(#"{"jsonrpc":"2.0","id":1,"result":{"content":[]}}"#)
    #expect(answer.events == ["#5 ok for #3"])
  }

  @Test func whatIsDeniedNowIsRefused() throws {
    var play = try held()
    let changed = try play.policy(#"{"version":"1","default":"deny"}"#)
    #expect(try told(changed.toClient) == "[gatehouse] denied: no rule allows this tool. Rule (default).")
    #expect(
      changed.events == [
        "#3 deny tools/call act (default)", "#4 q-1 denied held for #1 the policy denies it now",
      ])
  }

  @Test func whatIsAskedStillWaitsOn() throws {
    var play = try held()
    let before = play.gate.approvals.pending(at: play.now)[0]
    _ = play.pass(seconds: 10)
    let changed = try play.policy(
      #"{"version":"1","default":"allow","tools":{"a*":{"action":"require_approval","approval":{"timeout":9000}}}}"#)
    #expect(changed.toClient == [] && changed.toServer == [])
    #expect(changed.events == ["#3 q-1 pending held for #1"])
    let after = play.gate.approvals.pending(at: play.now)[0]
    #expect(after.rule == "/tools/a*")
    #expect(after.remaining == before.remaining - 10_000_000)
    #expect(after.digest != before.digest && after.revision != before.revision)
    let stale = #expect(throws: ApprovalError.self) { try play.approve("q-1", digest: before.digest) }
    #expect(stale?.description.contains("look at it again") == true)
    #expect(try play.approve("q-1").toServer.count == 1)
  }

  @Test func thatWhichOnlyObservesLetsGo() throws {
    var play = try held()
    let changed = try play.policy(Playbook.asking("", others: #""mode":"observe","#))
    #expect(changed.toServer.count == 1)
    #expect(changed.events.first == "#3 only observed: ask tools/call act /tools/act")
  }

  @Test func thatNobodyWaitsForAnyMore() throws {
    var play = try held()
    _ = play.pass(seconds: 45)
    let allowed = try play.policy(Playbook.allowAll)
    #expect(allowed.events == ["#4 q-1 withdrawn for #1 the policy does not ask any more"])
    #expect(allowed.toServer == [] && allowed.toClient == [])
    play = try held()
    _ = play.pass(seconds: 45)
    #expect(
      try play.policy(#"{"version":"1","default":"deny"}"#).events == ["#4 q-1 denied for #1 the policy denies it now"])
  }

  /// What waits has its place once, whatever happens to the policy, and a limit that is new is asked too.
  @Test("P69: limits count a call once that waits while the policy changes")
  func countedOnce() throws {
    let limited = #","limits":[{"window":"hour","max":2}]"#
    var play = try held(Playbook.asking(limited))
    for round in 0..<5 {
      _ = try play.policy(Playbook.asking(limited, others: #""description":"\#(round)","#))
      #expect(play.waiting == ["q-1"])
    }
    #expect(play.client(call("2", "act", #"{"n":2}"#)).toClient == [])
    #expect(try told(play.client(call("3", "act", #"{"n":3}"#)).toClient).contains("rate limit of 2 per hour"))
    let limit = #""tools":{"act":{"action":"allow","limits":[{"window":"hour","max":1,"counter":"c"}]}}"#
    let changed = try play.policy(#"{"version":"1","default":"deny",\#(limit)}"#)
    #expect(changed.toServer.count == 1)
    #expect(try told(changed.toClient).contains("rate limit of 1 per hour"))
  }

  // MARK: Servers' requests

  private static let sampling =
    #"{"version":"1","default":"allow","server_requests":{"sampling/createMessage":{"action":"require_approval"}}}"#
  private static let ask =
    #"{"jsonrpc":"2.0","id":"s","method":"sampling/createMessage","params":{"maxTokens":1}}"#

  @Test("P23: a server's request waits for a person too") func serversRequest() throws {
    var play = try Playbook.waiting(Self.sampling)
    #expect(
      play.server(Self.ask)
        == Playbook.Step(events: [
          "#1 ask sampling/createMessage /server_requests/sampling~1createMessage", "#2 q-1 pending held for #1",
        ]))
    // The client cannot answer what it was not asked, and the id is taken.
    #expect(play.client(#"{"jsonrpc":"2.0","id":"s","result":{}}"#).toServer == [])
    #expect(try told(play.server(Self.ask).toServer).contains("in flight already"))
    let approved = try play.approve("q-1")
    #expect(approved.toClient == [Self.ask])
    #expect(
      play.client(#"{"jsonrpc":"2.0","id":"s","result":{}}"#).toServer == [#"{"jsonrpc":"2.0","id":"s","result":{}}"#])
  }

  @Test func aServersRequestIsRefusedInItsOwnWay() throws {
    var play = try Playbook.waiting(Self.sampling)
    _ = play.server(Self.ask)
    #expect(try told(play.pass(seconds: 45).toServer).contains("waiting for approval q-1"))
    _ = play.server(Self.ask)
    let denied = try play.deny("q-1", "no")
    #expect(denied.toServer.count == 1 && denied.toServer[0].contains(#""id":"s","error":{"code":-31001"#))
    _ = play.server(Self.ask)
    let taken = play.server(#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"s"}}"#)
    #expect(taken.toClient == [])
    #expect(taken.events.last?.hasSuffix("the server has cancelled it") == true)
    #expect(play.waiting == [])
  }

  @Test func aServersNotificationNeverWaits() throws {
    var play = try Playbook.waiting(#"{"version":"1","default":"require_approval"}"#)
    #expect(play.client(#"{"jsonrpc":"2.0","method":"vendor/x"}"#).events == ["#1 ask vendor/x (default)"])
    #expect(play.waiting == [] && play.core.tally.droppedNotifications == 1)
  }

  // MARK: Progress

  private static func wanting(_ token: String) -> String {
    #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"act","arguments":{},"_meta":{"progressToken":\#(token)}}}"#
  }
  private static func progress(_ token: String, _ value: String) -> String {
    #"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":\#(token),"progress":\#(value)"#
  }

  @Test("P61: who wants to hear of progress hears that the call waits", arguments: ["7", #""a b""#])
  func progressIsTold(token: String) throws {
    var play = try Playbook.waiting()
    #expect(
      play.client(Self.wanting(token)).toClient == [
        Self.progress(token, "0.001") + #","message":"waiting for approval"}}"#
      ])
    for round in 2...5 {
      #expect(play.pass(seconds: 9.9).toClient == [])
      #expect(
        play.pass(seconds: 0.1).toClient == [
          Self.progress(token, "0.00\(round)") + #","message":"waiting for approval"}}"#
        ])
    }
    #expect(play.pass(seconds: 4.9).toClient == [])
    _ = try play.approve("q-1")
    #expect(play.pass(seconds: 60).toClient == [])
    // The server's own numbers go on from there.
    #expect(play.server(Self.progress(token, "0") + "}}").toClient == [])
    for value in ["0.5", "0.6"] {
      #expect(play.server(Self.progress(token, value) + "}}").toClient.count == 1)
    }
  }

  @Test func aBatchWaitsCallByCall() throws {
    var play = try Playbook.waiting()
    play.handshake(version: "2025-03-26")
    let step = play.client("[\(call("5", "act")),\(call("6", "get"))]")
    #expect(step.toServer.count == 1)
    #expect(play.waiting == ["q-1"])
  }

  // MARK: Tasks

  @Test("P31: a call that is to become a task waits before it is one, and its steps pass on its approval")
  func tasks() throws {
    var play = try Playbook.waiting()
    let line =
      #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"act","arguments":{},"task":{"ttl":9}}}"#
    #expect(play.client(line).toServer == [])
    #expect(try play.approve("q-1").toServer.count == 1)
    _ = play.server(#"{"jsonrpc":"2.0","id":1,"result":{"task":{"taskId":"t","status":"working"}}}"#)
    let update = #"{"jsonrpc":"2.0","id":2,"method":"tasks/update","params":{"taskId":"t","inputResponses":{}}}"#
    #expect(play.client(update).toServer.count == 1)
    _ = play.lockDown(true)
    #expect(play.client(update.replacing("\"id\":2", with: "\"id\":3")).toServer == [])
  }

  // MARK: The record

  @Test func whatCannotBeRecordedIsNotForwarded() throws {
    var play = try held()
    _ = play.pass(seconds: 45)
    _ = try play.approve("q-1")
    let end = play.step { play in
      let position = play.gate.stream.end
      let line = Array(call("2", "act").utf8)
      play.core.fromClient(line.span, at: play.now, gate: &play.gate, into: &play.output)
      play.gate.stream.stamp(took: 1)
      play.core.takeBack("the disk is full", events: position, at: play.now, gate: &play.gate, into: &play.output)
    }
    #expect(end.toServer == [])
    #expect(try told(end.toClient) == "[gatehouse] denied: the disk is full. Rule (record).")
    #expect(end.events == ["#5 deny tools/call act (record)", "#6 q-1 denied for #5 by you the disk is full"])
  }
}
