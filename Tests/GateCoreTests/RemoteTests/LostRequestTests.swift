import ControlWire
import GateCore
import JSONText
import Testing

/// Requests to which a remote server gives no answer.
struct LostRequestTests {
  private static func lost(_ play: inout Playbook, _ id: ExactText, _ failure: RemoteFailure) -> Playbook.Step {
    play.step { $0.core.lost(id, failure, at: $0.now, gate: &$0.gate, into: &$0.output) }
  }

  private static let gone = RemoteFailure("the server cannot be reached", mayHaveHappened: false, isOutage: true)
  private static let broken = RemoteFailure("the server has broken off", mayHaveHappened: true)

  @Test("P57: a lost call is answered once, and the model is told whether it may have happened")
  func calls() throws {
    var play = try Playbook(policy: Playbook.allowAll)
    _ = play.client(#"{"jsonrpc":"2.0","id":"a","method":"tools/call","params":{"name":"t","arguments":{}}}"#)
    _ = play.client(#"{"jsonrpc":"2.0","id":"b","method":"resources/read","params":{"uri":"x:y"}}"#)
    #expect(
      Self.lost(&play, "1", Self.broken).toClient == [
        #"{"jsonrpc":"2.0","id":"a","result":{"content":[{"type":"text","text":"[gatehouse] the server has broken off; whether the request took effect is not known"}],"isError":true}}"#
      ])
    #expect(
      Self.lost(&play, "2", Self.gone).toClient == [
        #"{"jsonrpc":"2.0","id":"b","error":{"code":-32603,"message":"[gatehouse] the server cannot be reached; nothing was done"}}"#
      ])
    // Again, or for one that never was, is nothing.
    for id: ExactText in ["1", "2", "3", "x", ""] { #expect(Self.lost(&play, id, Self.gone).toClient == []) }
    #expect(play.server(#"{"jsonrpc":"2.0","id":1,"result":{"content":[]}}"#).toClient == [])
  }

  @Test("P33: a lost discovery lets the client fall back to the handshake") func discovery() throws {
    var play = try Playbook(policy: Playbook.allowAll)
    let meta =
      #""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}"#
    _ = play.client(#"{"jsonrpc":"2.0","id":1,"method":"server/discover","params":{\#(meta)}}"#)
    #expect(Self.lost(&play, "1", Self.gone).toClient.first?.contains(#""code":-32601"#) == true)
    _ = play.client(#"{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"t","arguments":{},\#(meta)}}"#)
    #expect(Self.lost(&play, "2", Self.gone).toClient.first?.contains(#""resultType":"complete""#) == true)
  }

  @Test("P68: five calls that reach nobody, and the server is left in peace until one is tried") func breaker() throws {
    var play = try Playbook(policy: Playbook.allowAll)
    func call(_ id: Int) -> String { GateCoreTests.call("\(id)", "t") }
    for id in 1...5 {
      #expect(play.client(call(id)).toServer.count == 1)
      _ = Self.lost(&play, ExactText("\(id)"), Self.gone)
    }
    #expect(play.client(call(6)).toServer == [])
    _ = play.pass(seconds: 31)
    #expect(play.client(call(7)).toServer.count == 1)
    #expect(play.client(call(8)).toServer == [])
    _ = Self.lost(&play, "6", Self.gone)
    #expect(play.client(call(9)).toServer == [])
    _ = play.pass(seconds: 31)
    #expect(play.client(call(10)).toServer.count == 1)
    _ = play.server(#"{"jsonrpc":"2.0","id":7,"result":{"content":[]}}"#)
    #expect(play.client(call(11)).toServer.count == 1)
    // What is no outage opens nothing.
    for id in 12...20 {
      #expect(play.client(call(id)).toServer.count == 1)
      _ = Self.lost(&play, ExactText("\(id - 3)"), Self.broken)
    }
  }

  @Test("P69: a call that did not happen gives back what it held of a limit, and one that may have does not")
  func limits() throws {
    var play = try Playbook(
      policy:
        #"{"version":"1","default":"allow","all_tools":{"limits":[{"count":"succeeded","window":"hour","max":1}]}}"#)
    #expect(play.client(call("1", "t")).toServer.count == 1)
    _ = Self.lost(&play, "1", Self.gone)
    #expect(play.client(call("2", "t")).toServer.count == 1)
    _ = Self.lost(&play, "2", Self.broken)
    #expect(play.client(call("3", "t")).toServer == [])
  }
}
