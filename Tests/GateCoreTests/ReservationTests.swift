import ControlWire
import GateCore
import JSONText
import Policy
import Testing

/// Which calls a limit of what succeeds goes on counting.
struct ReservationTests {
  /// One call that succeeds, for every tool together.
  private static let once = policy(#""count":"succeeded","#)

  private static func policy(_ count: String, _ more: String = "") -> String {
    #"{"version":"1","default":"allow",\#(more)"all_tools":{"limits":[{\#(count)"window":"hour","max":1}]}}"#
  }

  private func isLimited(_ play: inout Playbook) -> Bool {
    let answer = play.client(call("99", "probe"))
    // It is in flight now, and holds the place, unless it was denied.
    return answer.toClient.first?.contains(#""verdict":"limit""#) ?? false
  }

  private func played(_ policy: String = once) throws -> Playbook {
    var play = try Playbook(policy: policy)
    #expect(play.client(call("1", "act")).toServer.count == 1)
    return play
  }

  @Test(arguments: [
    (#""result":{"content":[]}"#, true), (#""result":{"content":[],"isError":false}"#, true),
    (#""result":{"content":[],"isError":true}"#, false), (#""error":{"code":1,"message":"no"}"#, false),
  ])
  func theServersAnswerDecides(answer: String, counts: Bool) throws {
    var play = try played()
    _ = play.server(#"{"jsonrpc":"2.0","id":1,\#(answer)}"#)
    #expect(isLimited(&play) == counts)
  }

  @Test(arguments: [#""result":{"content":[],"isError":true}"#, #""error":{"code":1,"message":"no"}"#])
  func aLimitOfWhatIsForwardedGetsNothingBack(answer: String) throws {
    var play = try played(Self.policy(""))
    _ = play.server(#"{"jsonrpc":"2.0","id":1,\#(answer)}"#)
    #expect(isLimited(&play))
  }

  @Test func aCallInFlightCounts() throws {
    var play = try played()
    #expect(isLimited(&play))
  }

  @Test func aCancelledCallCounts() throws {
    var play = try played()
    _ = play.client(#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"#)
    #expect(isLimited(&play))
    _ = play.server(#"{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"cancelled"}}"#)
    #expect(isLimited(&play))
  }

  /// Nobody can tell what the server did.
  @Test func anAnswerThatIsRefusedCounts() throws {
    var play = try played()
    #expect(play.server(#"{"jsonrpc":"2.0","id":1,"result":{"content":[],"content":[]}}"#).toClient.count == 1)
    #expect(isLimited(&play))
  }

  @Test func aLostServerGivesBackUnlessTheClientHungUp() throws {
    for hangsUp in [false, true] {
      var play = try played()
      if hangsUp { play.hangUp() }
      _ = play.exit(.code(1))
      let gate = play.gate
      play = try Playbook(policy: Self.once)
      play.gate = gate
      #expect(isLimited(&play) == hangsUp)
    }
  }

  @Test func aCallThatIsContinuedHoldsOnePlaceToItsEnd() throws {
    let asks =
      #""result":{"resultType":"input_required","inputRequests":{"a":{"method":"elicitation/create","params":{}}},"requestState":"s"}"#
    for (answer, counts) in [(#""result":{"content":[]}"#, true), (#""result":{"content":[],"isError":true}"#, false)] {
      var play = try Playbook(policy: Self.once)
      #expect(play.client(modern("1", "tools/call", #""name":"act","arguments":{}"#)).toServer.count == 1)
      _ = play.server(#"{"jsonrpc":"2.0","id":1,\#(asks)}"#)
      let next = modern("2", "tools/call", #""name":"act","arguments":{},"requestState":"s","inputResponses":{"a":{}}"#)
      #expect(play.client(next).toServer.count == 1)
      _ = play.server(#"{"jsonrpc":"2.0","id":2,\#(answer)}"#)
      #expect(isLimited(&play) == counts)
    }
  }

  @Test func aContinuedCallThatIsDeniedGivesItsPlaceBack() throws {
    let asks = #""result":{"resultType":"input_required","inputRequests":{},"requestState":"s"}"#
    var play = try Playbook(policy: Self.once)
    _ = play.client(modern("1", "tools/call", #""name":"act","arguments":{}"#))
    _ = play.server(#"{"jsonrpc":"2.0","id":1,\#(asks)}"#)
    _ = try play.policy(Self.policy(#""count":"succeeded","#, #""tools":{"act":{"action":"deny"}},"#))
    let next = play.client(modern("2", "tools/call", #""name":"act","arguments":{},"requestState":"s""#))
    #expect(next.toServer == [])
    #expect(!isLimited(&play))
  }

  @Test func aServersRequestIsCountedByTheClientsAnswer() throws {
    let policy = #"""
      {"version":"1","default":"allow","server_requests":{"sampling/createMessage":
      {"limits":[{"count":"succeeded","window":"hour","max":1}]}}}
      """#
    for (answer, counts) in [(#""result":{}"#, true), (#""error":{"code":1,"message":"no"}"#, false)] {
      var play = try Playbook(policy: policy)
      let ask = #"{"jsonrpc":"2.0","id":"a","method":"sampling/createMessage","params":{}}"#
      #expect(play.server(ask).toClient.count == 1)
      _ = play.client(#"{"jsonrpc":"2.0","id":"a",\#(answer)}"#)
      #expect(play.server(ask).toClient.isEmpty == counts)
    }
  }

  private static let asking = #""tools":{"act":{"action":"require_approval","reason":"it costs money"}},"#

  @Test(
    "P69: what waits for a person holds its place, and gives it back when it does not run",
    arguments: ["", #""count":"succeeded","#])
  func whatWaitsHoldsItsPlace(count: String) throws {
    let ends: [(String, (inout Playbook) throws -> Void)] = [
      ("denied", { play in _ = try play.deny("q-1") }),
      ("waited long enough", { play in _ = play.pass(seconds: 45) }),
      (
        "cancelled",
        { play in
          _ = play.client(#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"#)
        }
      ),
      ("hung up", { play in play.hangUp() }),
      ("locked", { play in _ = play.lockDown(true) }),
    ]
    for (name, end) in ends {
      var play = try Playbook.waiting(Self.policy(count, Self.asking))
      #expect(play.client(call("1", "act")).toClient == [])
      #expect(isLimited(&play), "\(name)")
      try end(&play)
      _ = play.lockDown(false)
      var next = try Playbook(policy: Self.policy(count))
      next.gate = play.gate
      next.now = play.now
      #expect(!isLimited(&next), "\(name)")
    }
  }

  @Test func anApprovedCallGoesOnHoldingItsPlace() throws {
    for (count, isKept) in [("", true), (#""count":"succeeded","#, false)] {
      var play = try Playbook.waiting(Self.policy(count, Self.asking))
      _ = play.client(call("1", "act"))
      #expect(try play.approve("q-1").toServer.count == 1)
      #expect(isLimited(&play))
      _ = play.server(#"{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"no"}}"#)
      #expect(isLimited(&play) == isKept)
    }
  }

  /// Where nobody would be asked, the call goes through and counts as any other.
  @Test func whatIsOnlyObservedIsCountedAsIfItHadBeenApproved() throws {
    let rule = #""mode":"observe","tools":{"act":{"action":"require_approval"}},"#
    for (count, counts) in [("", true), (#""count":"succeeded","#, false)] {
      var play = try Playbook(policy: Self.policy(count, rule))
      let first = play.client(call("1", "act"))
      #expect(first.toServer.count == 1)
      #expect(first.events == ["#1 only observed: ask tools/call act /tools/act"])
      _ = play.server(#"{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"no"}}"#)
      let second = play.client(call("2", "act"))
      #expect(second.toServer.count == 1)
      #expect(second.events.first?.contains("limit") == counts)
    }
  }
}
