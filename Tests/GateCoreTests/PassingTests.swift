import ControlWire
import GateCore
import JSONText
import Policy
import Testing

/// What passes as it is, in both eras.
struct PassingTests {
  typealias Step = Playbook.Step

  @Test("P19: the server sees numbers of the gate's own, each once, and no id of a client")
  func numbers() throws {
    var play = try Playbook(policy: Playbook.allowAll)
    for (number, id) in ["7", "\"1\"", "1", "\"x\"", "-1"].enumerated() {
      #expect(
        play.client(#"{"jsonrpc":"2.0","id":\#(id),"method":"ping"}"#).toServer
          == [#"{"jsonrpc":"2.0","id":\#(number + 1),"method":"ping"}"#])
    }
    #expect(play.server(#"{"jsonrpc":"2.0","id":7,"result":{}}"#) == Step(), "an id of the client's")
    #expect(
      play.server(#"{"jsonrpc":"2.0","id":3,"result":{}}"#).toClient == [#"{"jsonrpc":"2.0","id":1,"result":{}}"#])
    #expect(play.client(#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#).toServer.first?.contains("\"id\":6") == true)
  }

  @Test("P24: pings pass either way while a call waits")
  func pings() throws {
    var play = try Playbook(policy: Playbook.allowAll)
    play.core.limits.call = 10_000_000
    play.handshake()
    _ = play.client(call("1", "slow"))
    #expect(play.client(#"{"jsonrpc":"2.0","id":"p","method":"ping"}"#).toServer.count == 1)
    let answer = #"{"jsonrpc":"2.0","id":"p","result":{}}"#
    #expect(play.server(answer.replacing("\"p\"", with: "3")) == Step(toClient: [answer]))
    let ping = #"{"jsonrpc":"2.0","id":3,"method":"ping"}"#
    #expect(play.server(ping) == Step(toClient: [ping]))
    #expect(
      play.client(#"{"jsonrpc":"2.0","id":3,"result":{}}"#).toServer == [#"{"jsonrpc":"2.0","id":3,"result":{}}"#])
  }

  @Test("P32: each request of the stateless era names its client, without any handshake")
  func clients() throws {
    var play = try Playbook(policy: Playbook.allowAll)
    let first = modern("1", "tools/call", #""name":"get""#)
    #expect(
      play.client(first)
        == Step(toServer: [first], events: ["#1 identified agent", "#2 allow tools/call get (default)"]))
    #expect(play.client(modern("2", "tools/call", #""name":"get""#)).events == ["#3 allow tools/call get (default)"])
    #expect(
      play.client(modern("3", "ping").replacing("\"agent\"", with: "\"other\"")).events == ["#4 identified other"])
    #expect(play.core.negotiatedVersion == nil)
  }

  @Test("P38: a server's requestState passes as it is written, both ways")
  func requestState() throws {
    var play = try Playbook(policy: Playbook.allowAll)
    _ = play.client(modern("1", "tools/call", #""name":"get","arguments":{}"#))
    let state = #""requestState":"\u0041\/+==\"é""#
    let asked = #"{"jsonrpc":"2.0","id":1,"result":{"resultType":"input_required",\#(state)}}"#
    #expect(play.server(asked).toClient == [asked])
    let retry = modern("2", "tools/call", #""name":"get","arguments":{},"inputResponses":{"q":{"a":1.0}},\#(state)"#)
    #expect(play.client(retry).toServer == [retry])
  }

  @Test("P43: no page of a list of the stateless era is to be kept by a cache")
  func everyPage() throws {
    var play = try Playbook(policy: #"{"version":"1","default":"allow","hide":["drop_*"]}"#)
    let hint = #""ttlMs":60000,"cacheScope":"public""#
    let none = #""ttlMs":0,"cacheScope":"private""#
    for (number, more) in [(1, #","nextCursor":"a""#), (2, #","nextCursor":"b""#), (3, "")] {
      _ = play.client(modern("\(number)", "tools/list", number == 1 ? "" : #""cursor":"\#(number == 2 ? "a" : "b")""#))
      func page(_ hint: String, _ tools: String) -> String {
        #"{"jsonrpc":"2.0","id":\#(number),"result":{"tools":[\#(tools)],\#(hint)\#(more)}}"#
      }
      #expect(play.server(page(hint, #"{"name":"drop_it"}"#)).toClient == [page(none, "")])
    }
  }

  @Test("P44: a list stays in its server's order")
  func order() throws {
    var play = try Playbook(policy: #"{"version":"1","default":"allow","hide":["c"]}"#)
    _ = play.client(#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#)
    let tools = ["z", "c", "a", "m"].map { #"{"name":"\#($0)"}"# }
    let left = tools.filter { !$0.contains("\"c\"") }
    #expect(
      play.server(#"{"jsonrpc":"2.0","id":1,"result":{"tools":[\#(tools.joined(separator: ","))]}}"#).toClient
        == [#"{"jsonrpc":"2.0","id":1,"result":{"tools":[\#(left.joined(separator: ","))]}}"#])
  }

  @Test("P46: trace keys and unknown keys of _meta pass, both ways")
  func meta() throws {
    var play = try Playbook(policy: Playbook.allowAll)
    let meta = #""_meta":{"traceparent":"00-0af7-b7ad-01","tracestate":"a=1","baggage":"k=v","vendor/x":[1.50,null]}"#
    let request = #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get",\#(meta)}}"#
    #expect(play.client(request).toServer == [request])
    let answer = #"{"jsonrpc":"2.0","id":1,"result":{"content":[],\#(meta)}}"#
    #expect(play.server(answer).toClient == [answer])
  }
}
