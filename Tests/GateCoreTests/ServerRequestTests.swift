import ControlWire
import GateCore
import JSONText
import Policy
import Testing

struct ServerRequestTests {
  typealias Step = Playbook.Step

  @Test(arguments: ["ping", "roots/list", "tasks/get"]) func P23_plumbingPasses(method: String) throws {
    var play = try Playbook(policy: #"{"version":"1"}"#)
    let request = #"{"jsonrpc":"2.0","id":"s-1","method":"\#(method)"}"#
    #expect(play.server(request) == Step(toClient: [request]))
    let answer = #"{"jsonrpc":"2.0","id":"s-1","result":{}}"#
    #expect(play.client(#"{"result":{ },"id":"s-1","jsonrpc":"2.0"}"#) == Step(toServer: [answer]))
    #expect(play.client(answer) == Step())
    #expect(play.core.tally.strayAnswers == 1)
  }

  @Test func P23_samplingIsJudged() throws {
    var play = try Playbook(
      policy:
        #"{"version":"1","server_requests":{"sampling/createMessage":{"action":"deny","reason":"no"},"elicitation/create":{}}}"#
    )
    #expect(
      play.server(#"{"jsonrpc":"2.0","id":4,"method":"sampling/createMessage","params":{}}"#)
        == Step(
          toServer: [
            """
            {"jsonrpc":"2.0","id":4,"error":{"code":-31001,"message":"[gatehouse] denied: no. \
            Rule /server_requests/sampling~1createMessage.","data":{"gatehouse/decision":{"verdict":"deny",\
            "rule":"/server_requests/sampling~1createMessage","reason":"no"}}}}
            """
          ], events: ["#1 deny sampling/createMessage /server_requests/sampling~1createMessage"]))
    #expect(play.client(#"{"jsonrpc":"2.0","id":4,"result":{}}"#) == Step())
    let question = #"{"jsonrpc":"2.0","id":5,"method":"elicitation/create","params":{"message":"sure?"}}"#
    #expect(
      play.server(question)
        == Step(
          toClient: [question], events: ["#2 allow elicitation/create /server_requests/elicitation~1create"]))
    let answer = #"{"jsonrpc":"2.0","id":5,"result":{"action":"accept"}}"#
    #expect(play.client(answer) == Step(toServer: [answer], events: ["#3 ok for #2"]))
  }

  @Test func P20_theTwoSidesIDsAreApart() throws {
    var play = try Playbook(policy: Playbook.allowAll)
    _ = play.client(#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#)
    let request = #"{"jsonrpc":"2.0","id":1,"method":"ping"}"#
    #expect(play.server(request) == Step(toClient: [request]))
    #expect(
      play.client(#"{"jsonrpc":"2.0","id":1,"result":{"from":"client"}}"#).toServer
        == [#"{"jsonrpc":"2.0","id":1,"result":{"from":"client"}}"#])
    #expect(
      play.server(#"{"jsonrpc":"2.0","id":1,"result":{"from":"server"}}"#).toClient
        == [#"{"jsonrpc":"2.0","id":1,"result":{"from":"server"}}"#])
  }

  @Test func aTakenIDIsRefused() throws {
    var play = try Playbook(policy: Playbook.allowAll)
    let request = #"{"jsonrpc":"2.0","id":1,"method":"ping"}"#
    #expect(play.server(request).toClient == [request])
    let second = play.server(request)
    #expect(second.toClient == [])
    #expect(second.toServer.first?.contains("-32600") == true)
  }

  @Test func aMalformedAnswerFailsTheRequest() throws {
    var play = try Playbook(policy: Playbook.allowAll)
    _ = play.server(#"{"jsonrpc":"2.0","id":"q","method":"roots/list"}"#)
    #expect(
      play.client(#"{"jsonrpc":"2.0","id":"q","result":{"a":1,"a":2}}"#)
        == Step(
          toServer: [
            """
            {"jsonrpc":"2.0","id":"q","error":{"code":-32603,"message":"[gatehouse] refused: the client's answer was \
            malformed: the key `a` occurs twice in one object"}}
            """
          ], events: ["#1 deny (unreadable) (malformed)"]))
  }

  @Test func aRequestWithoutIDDoesNotReachTheClient() throws {
    var play = try Playbook(policy: Playbook.allowAll)
    #expect(play.server(#"{"jsonrpc":"2.0","method":"sampling/createMessage","params":{}}"#) == Step())
    #expect(play.core.tally.droppedNotifications == 1)
  }
}
