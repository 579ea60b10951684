import ControlWire
import GateCore
import JSONText
import Policy
import Testing

/// Calls that wait for a person, with a client of the stateless era.
struct PollingTests {
  private static let params = #""name":"act","arguments":{"n":1}"#

  private func asked(_ id: String, state: String? = nil, _ params: String = params, more: String = "") -> String {
    modern(id, "tools/call", params + (state.map { ",\"requestState\":\"\($0)\"" } ?? "") + more)
  }

  /// The state in the last answer; nil where there is none.
  private func state(_ step: Playbook.Step) throws -> String? {
    let line = try #require(step.toClient.last)
    return try JSONNode.read(Array(line.utf8))["result"]?["requestState"]?.string
  }

  /// A call that has waited for as long as it is held, and what its client was given.
  private func waited() throws -> (play: Playbook, state: String) {
    var play = try Playbook.waiting()
    _ = play.client(modern("0", "ping"))
    let first = play.client(asked("1"))
    #expect(first.toServer == [] && first.toClient == [])
    let end = play.pass(seconds: 45)
    let state = try #require(try state(end))
    #expect(
      end.toClient == [#"{"jsonrpc":"2.0","id":1,"result":{"resultType":"input_required","requestState":"\#(state)"}}"#]
    )
    return (play, state)
  }

  @Test("P63: a client that asks again waits again, and its call runs when it is approved")
  func asksAgain() throws {
    var (play, state) = try waited()
    let again = play.client(asked("2", state: state, more: #","inputResponses":{}"#))
    #expect(again.toServer == [] && again.toClient == [])
    #expect(play.waiting == ["q-1"])
    let approved = try play.approve("q-1")
    #expect(
      approved.toServer == [
        #"{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{\#(Self.params),\#(modernMeta)}}"#
      ])
    let answer = play.server(#"{"jsonrpc":"2.0","id":2,"result":{"resultType":"complete","content":[]}}"#)
    #expect(answer.toClient == [#"{"jsonrpc":"2.0","id":2,"result":{"resultType":"complete","content":[]}}"#])
  }

  @Test func aDenialInBetweenIsHeardAtTheNextAsking() throws {
    var (play, state) = try waited()
    _ = try play.deny("q-1", "no")
    let next = play.client(asked("2", state: state))
    #expect(try told(next.toClient) == "[gatehouse] denied: no. Rule /tools/act.")
    #expect(next.toClient[0].contains(#""resultType":"complete""#))
  }

  @Test func anApprovalInBetweenIsUsedAtTheNextAsking() throws {
    var (play, state) = try waited()
    _ = try play.approve("q-1")
    #expect(play.client(asked("2", state: state)).toServer.count == 1)
    #expect(play.client(asked("3")).toServer == [])
  }

  @Test func aStateIsGoodOnceAndForItsOwnCall() throws {
    var (play, state) = try waited()
    let wrong = [
      asked("2", state: state, #""name":"act","arguments":{"n":2}"#),
      asked("3", state: state, #""name":"other","arguments":{"n":1}"#),
      asked("4", state: state.dropLast() + (state.last == "0" ? "1" : "0")),
      asked("5", state: state.replacing(".1.1.", with: ".1.0.")),
      asked("6", state: state.replacing("q-1", with: "q-2")),
    ]
    for line in wrong {
      let refused = play.client(line)
      #expect(refused.toServer == [])
      #expect(try told(refused.toClient).contains("`requestState` is not valid"))
    }
    #expect(play.client(asked("7", state: state)).toClient == [])
    #expect(try told(play.client(asked("8", state: state)).toClient).contains("`requestState` is not valid"))
    #expect(play.waiting == ["q-1"])
  }

  @Test func aStateOfAnotherGateIsRefused() throws {
    let (_, state) = try waited()
    var play = try Playbook.waiting()
    play.gate.approvals = Approvals(prefix: "q", key: Array(Playbook.key.reversed()))
    #expect(try told(play.client(asked("1", state: state)).toClient).contains("`requestState` is not valid"))
  }

  @Test("P63: after eight times the client is told in words") func rounds() throws {
    var (play, state) = try waited()
    for round in 2...8 {
      #expect(play.client(asked("\(round)", state: state)).toClient == [])
      state = try #require(try self.state(play.pass(seconds: 45)))
    }
    #expect(play.client(asked("9", state: state)).toClient == [])
    let last = play.pass(seconds: 45)
    #expect(try self.state(last) == nil)
    #expect(
      try told(last.toClient).hasPrefix("[gatehouse] waiting for approval q-1; call again with the same arguments."))
    #expect(last.toClient[0].contains(#""resultType":"complete""#))
    #expect(play.waiting == ["q-1"])
  }

  @Test func withoutAKeyTheClientIsToldInWords() throws {
    var play = try Playbook.waiting()
    play.gate.approvals = Approvals(prefix: "q", key: nil)
    _ = play.client(asked("1"))
    let end = play.pass(seconds: 45)
    #expect(try state(end) == nil)
    #expect(try told(end.toClient).contains("waiting for approval q-1"))
  }

  @Test("P38: a server's own state passes, also where it looks like ours")
  func aServersOwnState() throws {
    var play = try Playbook.waiting(Playbook.asking())
    let theirs = "gatehouse.q-1.1.1.99999999999999999.00"
    _ = play.client(modern("1", "tools/call", #""name":"get","arguments":{}"#))
    _ = play.server(
      #"{"jsonrpc":"2.0","id":1,"result":{"resultType":"input_required","requestState":"\#(theirs)"}}"#)
    let next = play.client(modern("2", "tools/call", #""name":"get","arguments":{},"requestState":"\#(theirs)""#))
    #expect(next.toServer.count == 1)
    #expect(next.toServer[0].contains(theirs))
  }

  @Test("P37: the next step of an approved call passes on the approval, and is counted with it")
  func aCallThatIsContinued() throws {
    var play = try Playbook.waiting()
    _ = play.client(asked("1"))
    _ = try play.approve("q-1")
    _ = play.server(
      #"{"jsonrpc":"2.0","id":1,"result":{"resultType":"input_required","requestState":"s","inputRequests":{}}}"#)
    let next = play.client(asked("2", state: "s", more: #","inputResponses":{"a":{}}"#))
    #expect(next.toServer.count == 1)
    #expect(next.events.last == "#7 q-1 used for #6 by you another step of the call that was approved")
    // Under another policy a person is asked anew, and the client is told in words, for its answers would be lost.
    _ = play.server(
      #"{"jsonrpc":"2.0","id":2,"result":{"resultType":"input_required","requestState":"t","inputRequests":{}}}"#)
    _ = try play.policy(Playbook.asking(#","limits":[]"#))
    #expect(play.client(asked("3", state: "t", more: #","inputResponses":{"a":{}}"#)).toServer == [])
    let end = play.pass(seconds: 45)
    #expect(try state(end) == nil)
  }

  @Test func whatIsNoToolHasAnErrorInstead() throws {
    let policy = #"{"version":"1","default":"require_approval"}"#
    var play = try Playbook.waiting(policy)
    _ = play.client(#"{"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"uri":"a:b"}}"#)
    _ = play.client(modern("2", "prompts/get", #""name":"p""#))
    _ = play.client(modern("3", "vendor/act", #""x":1"#))
    #expect(play.waiting == ["q-1", "q-2", "q-3"])
    let end = play.pass(seconds: 45)
    #expect(end.toClient.count == 3)
    #expect(
      end.toClient[0].contains(#""id":1,"error":{"code":-31001,"message":"[gatehouse] waiting for approval q-1;"#))
    #expect(end.toClient[0].contains(#""approval":"q-1""#))
    #expect(end.toClient[1].contains(#""id":2,"result":{"resultType":"input_required""#))
    #expect(end.toClient[2].contains(#""id":3,"error":{"code":-31001"#))
  }
}
