import ControlWire
import GateCore
import JSONText
import Policy
import Testing

/// Servers of the stateless era that ask, in an answer, for what a person has to approve.
struct HeldAnswerTests {
  private static let policy = #"""
    {"version":"1","default":"allow","all_tools":{"limits":[{"window":"hour","max":1,"count":"succeeded"}]},
     "server_requests":{"sampling/createMessage":{"action":"require_approval","reason":"it costs money"}}}
    """#
  private static func asks(_ more: String = "") -> String {
    #"""
    {"jsonrpc":"2.0","id":1,"result":{"resultType":"input_required","requestState":"s","inputRequests":{"r":{"method":"roots/list"},"e":{"method":"elicitation/create","params":{}},"m":{"method":"sampling/createMessage","params":{"maxTokens":5}}\#(more)}}}
    """#
  }

  private func held(_ more: String = "") throws -> Playbook {
    var play = try Playbook.waiting(Self.policy)
    #expect(play.client(modern("7", "tools/call", #""name":"act","arguments":{}"#)).toServer.count == 1)
    let asked = play.server(Self.asks(more))
    #expect(asked.toClient == [] && asked.toServer == [])
    #expect(
      asked.events == [
        "#3 allow elicitation/create (default)",
        "#4 ask sampling/createMessage /server_requests/sampling~1createMessage", "#5 q-1 pending held for #4",
      ])
    return play
  }

  @Test("P23: what a server asks for in an answer waits for a person") func approved() throws {
    var play = try held()
    let details = play.gate.approvals.details(of: "q-1", at: play.now) { $0 }
    #expect(details.map { String(decoding: $0.arguments, as: UTF8.self) } == #"{"maxTokens":5}"#)
    let approved = try play.approve("q-1")
    #expect(approved.toClient == [Self.asks().replacing("\"id\":1", with: "\"id\":7")])
    #expect(approved.events == ["#6 q-1 approved held for #4 by you", "#7 ok for #2"])
    let next = play.client(
      modern("8", "tools/call", #""name":"act","arguments":{},"requestState":"s","inputResponses":{"m":{}}"#))
    #expect(next.toServer.count == 1)
  }

  @Test func oneAfterTheOther() throws {
    var play = try held(#","n":{"method":"sampling/createMessage","params":{"maxTokens":6}}"#)
    #expect(try play.approve("q-1").toClient == [])
    #expect(play.waiting == ["q-2"])
    #expect(try play.approve("q-2").toClient.count == 1)
  }

  @Test func deniedOrLeft() throws {
    let ends: [(words: String, (inout Playbook) throws -> Playbook.Step)] = [
      ("[gatehouse] denied: no.", { play in try play.deny("q-1", "no") }),
      (
        "[gatehouse] waiting for approval q-1; call again with the same arguments. The server has begun",
        { play in
          play.pass(seconds: 45)
        }
      ),
      ("nobody has decided about it yet", { play in play.hangUp() }),
      ("nobody has decided about it yet", { play in play.exit(.code(1)) }),
    ]
    for (words, end) in ends {
      var play = try held()
      let step = try end(&play)
      #expect(step.toClient.count == 1)
      #expect(try told(step.toClient).contains(words))
      #expect(step.toClient[0].contains(#""id":7,"result":{"resultType":"complete""#))
      #expect(step.events.contains { $0.hasSuffix("error for #2") })
      #expect(!play.core.hasRequestsInFlight)
      // The call that did not come to its end holds nothing.
      var next = try Playbook(policy: Self.policy)
      next.gate.counters = play.gate.counters
      next.now = play.now
      #expect(next.client(call("1", "act")).toServer.count == 1)
    }
  }

  @Test func cancelled() throws {
    var play = try held()
    let step = play.client(#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7}}"#)
    #expect(step.toClient == [] && step.toServer == [])
    #expect(step.events == ["#6 q-1 withdrawn held for #4 the agent has cancelled it", "#7 cancelled for #2"])
  }

  @Test func anotherPolicy() throws {
    var play = try held()
    #expect(try play.policy(Playbook.allowAll).toClient.count == 1)
    play = try held()
    let denied = try play.policy(#"{"version":"1","default":"deny"}"#)
    #expect(try told(denied.toClient).contains("no rule allows this server request"))
  }

  /// A late approval is used when the call is made again and its server asks the same.
  @Test func aLateApproval() throws {
    var play = try held()
    _ = play.pass(seconds: 45)
    _ = try play.approve("q-1")
    _ = play.client(modern("8", "tools/call", #""name":"act","arguments":{}"#))
    #expect(play.server(Self.asks().replacing("\"id\":1", with: "\"id\":2")).toClient.count == 1)
  }
}
