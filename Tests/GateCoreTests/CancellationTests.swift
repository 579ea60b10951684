import ControlWire
import GateCore
import JSONText
import Policy
import Testing

struct CancellationTests {
  typealias Step = Playbook.Step

  @Test func P25_aCancelledRequestIsOver() throws {
    var play = try Playbook(policy: Playbook.allowAll)
    _ = play.client(call("\"a\"", "slow"))
    #expect(
      play.client(#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"a","reason":"r"}}"#)
        == Step(
          toServer: [#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1,"reason":"r"}}"#],
          events: ["#2 cancelled for #1"]))
    #expect(play.server(#"{"jsonrpc":"2.0","id":1,"result":{}}"#) == Step())
    #expect(play.core.tally.strayAnswers == 1)
    #expect(play.client(call("\"a\"", "slow")).toServer.count == 1)
  }

  @Test func P22_theHandshakeIsNotCancelled() throws {
    var play = try Playbook(policy: Playbook.allowAll)
    _ = play.client(#"{"jsonrpc":"2.0","id":0,"method":"initialize"}"#)
    #expect(play.client(#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":0}}"#) == Step())
    #expect(play.server(#"{"jsonrpc":"2.0","id":1,"result":{}}"#).toClient.count == 1)
  }

  @Test(arguments: ["1", "\"1\"", "99"]) func anUnknownRequestIsNotCancelled(id: String) throws {
    var play = try Playbook(policy: Playbook.allowAll)
    _ = play.client(call("\"a\"", "slow"))
    #expect(
      play.client(#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":\#(id)}}"#) == Step())
    #expect(play.core.tally.droppedNotifications == 1)
    #expect(play.server(#"{"jsonrpc":"2.0","id":1,"result":{}}"#).events == ["#2 ok for #1"])
  }

  @Test func aServerTakesBackItsOwnRequest() throws {
    var play = try Playbook(policy: Playbook.allowAll)
    _ = play.server(#"{"jsonrpc":"2.0","id":"q","method":"roots/list"}"#)
    let cancel = #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"q"}}"#
    #expect(play.server(cancel) == Step(toClient: [cancel]))
    #expect(play.server(cancel) == Step())
    #expect(play.client(#"{"jsonrpc":"2.0","id":"q","result":{"roots":[]}}"#) == Step())
  }
}
