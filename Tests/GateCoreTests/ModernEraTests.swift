import ControlWire
import GateCore
import JSONText
import Policy
import Testing

struct ModernEraTests {
  typealias Step = Playbook.Step

  @Test func aWholeSession() throws {
    var play = try Playbook(
      policy: #"{"version":"1","default":"deny","tools":{"get":{},"drop":{"action":"deny","reason":"no!"}}}"#)
    #expect(
      play.client(modern("0", "server/discover"))
        == Step(toServer: [modern("1", "server/discover")], events: ["#1 identified agent"]))
    let discovered = #"{"resultType":"complete","supportedVersions":["2026-07-28"],"capabilities":{"tools":{}}}"#
    #expect(
      play.server(#"{"jsonrpc":"2.0","id":1,"result":\#(discovered)}"#)
        == Step(toClient: [#"{"jsonrpc":"2.0","id":0,"result":\#(discovered)}"#]))
    #expect(
      play.client(modern("1", "tools/call", #""name":"get","arguments":{}"#))
        == Step(
          toServer: [modern("2", "tools/call", #""name":"get","arguments":{}"#)],
          events: ["#2 allow tools/call get /tools/get"]))
    #expect(
      play.server(#"{"jsonrpc":"2.0","id":2,"result":{"resultType":"complete","content":[]}}"#)
        == Step(
          toClient: [#"{"jsonrpc":"2.0","id":1,"result":{"resultType":"complete","content":[]}}"#],
          events: ["#3 ok for #2"]))
    #expect(
      play.client(modern("2", "tools/call", #""name":"drop""#))
        == Step(
          toClient: [
            """
            {"jsonrpc":"2.0","id":2,"result":{"resultType":"complete","content":[{"type":"text","text":"[gatehouse] \
            denied: no! Rule /tools/drop."}],"isError":true,"_meta":{"gatehouse/decision":\
            {"verdict":"deny","rule":"/tools/drop","reason":"no!"}}}}
            """
          ], events: ["#4 deny tools/call drop /tools/drop"]))
  }

  // MARK: Subscriptions

  private static func tagged(_ method: String, _ id: String) -> String {
    #"{"jsonrpc":"2.0","method":"\#(method)","params":{"_meta":{"io.modelcontextprotocol/subscriptionId":\#(id)},"uri":"x"}}"#
  }

  @Test func P18_subscriptionsAreRenamedBothWays() throws {
    var play = try Playbook(policy: Playbook.allowAll)
    _ = play.client(modern("\"s\"", "subscriptions/listen", #""notifications":{}"#))
    let updated = "notifications/resources/updated"
    #expect(play.server(Self.tagged(updated, "1")) == Step(toClient: [Self.tagged(updated, "\"s\"")]))
    #expect(play.server(Self.tagged(updated, "2")) == Step(), "nobody subscribed to that")
    _ = play.client(modern("\"p\"", "ping"))
    #expect(play.server(Self.tagged(updated, "2")) == Step(), "that is no subscription")
    #expect(
      play.server(
        #"{"jsonrpc":"2.0","id":1,"result":{"_meta":{"io.modelcontextprotocol/subscriptionId":1},"resultType":"complete"}}"#
      )
        == Step(toClient: [
          #"{"jsonrpc":"2.0","id":"s","result":{"_meta":{"io.modelcontextprotocol/subscriptionId":"s"},"resultType":"complete"}}"#
        ]))
    #expect(play.server(Self.tagged(updated, "1")) == Step(), "it has ended")
    #expect(play.core.tally.droppedNotifications == 3)
  }

  @Test func P39_aServerEndsASubscription() throws {
    var play = try Playbook(policy: Playbook.allowAll)
    _ = play.client(modern("\"s\"", "subscriptions/listen", #""notifications":{}"#))
    _ = play.client(modern("\"p\"", "ping"))
    func cancelled(_ id: String) -> String {
      #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":\#(id)}}"#
    }
    #expect(play.server(cancelled("1")) == Step(toClient: [cancelled("\"s\"")]))
    #expect(play.server(cancelled("1")) == Step())
    #expect(play.server(cancelled("2")) == Step(), "a server cancels nothing else")
    #expect(play.server(#"{"jsonrpc":"2.0","id":2,"result":{}}"#).toClient.count == 1)
  }

  @Test func aClientEndsASubscription() throws {
    var play = try Playbook(policy: Playbook.allowAll)
    _ = play.client(modern("\"s\"", "subscriptions/listen", #""notifications":{}"#))
    #expect(
      play.client(#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"s"}}"#)
        == Step(toServer: [#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"#]))
    #expect(play.server(Self.tagged("notifications/resources/updated", "1")) == Step())
  }

  // MARK: Servers that need more input

  private static let oneCall = """
    {"version":"1","default":"allow","tools":{"push":{"limits":[{"window":"hour","max":1}]},"dry":\
    {"limits":[{"window":"hour","max":1}]}},"server_requests":{"sampling/createMessage":{"action":"deny"}}}
    """

  private static func more(_ id: Int, _ state: String, _ method: String = "elicitation/create") -> String {
    """
    {"jsonrpc":"2.0","id":\(id),"result":{"resultType":"input_required","inputRequests":{"q":{"method":"\(method)",\
    "params":{}}},"requestState":"\(state)"}}
    """
  }

  private static func push(_ id: Int, _ more: String = "") -> String {
    modern("\(id)", "tools/call", #""name":"push","arguments":{"a":1}"# + more)
  }

  @Test func P37_aCallThatNeedsMoreInputCountsOnce() throws {
    var play = try Playbook(policy: Self.oneCall)
    #expect(play.client(Self.push(1)).toServer.count == 1)
    #expect(
      play.server(Self.more(1, "A"))
        == Step(
          toClient: [Self.more(1, "A")],
          events: ["#3 allow elicitation/create (default)", "#4 ok for #2"]))
    let retry = #","inputResponses":{"q":{"action":"accept"}},"requestState":"A""#
    #expect(play.client(Self.push(2, retry)).events == ["#5 allow tools/call push /tools/push"])
    #expect(play.client(Self.push(3, retry)).events == ["#6 limit tools/call push /tools/push/limits/0"])
    #expect(play.server(Self.more(2, "B")).toClient.count == 1)
    #expect(
      play.client(Self.push(4, #","requestState":"C""#)).events == ["#9 limit tools/call push /tools/push/limits/0"])
    #expect(
      play.client(modern("5", "tools/call", #""name":"push","arguments":{"a":2},"requestState":"B""#)).events
        == ["#10 limit tools/call push /tools/push/limits/0"])
    #expect(
      play.client(Self.push(6, #","requestState":"B""#)).events == ["#11 allow tools/call push /tools/push"])
  }

  @Test func P37_theRoundsOfOneCallAreBounded() throws {
    var play = try Playbook(policy: Self.oneCall)
    _ = play.client(Self.push(1))
    var spared = 0
    for round in 1...20 {
      _ = play.server(Self.more(round, "S\(round)"))
      let step = play.client(Self.push(round + 1, #","requestState":"S\#(round)""#))
      guard step.toServer.count == 1 else { break }
      spared += 1
    }
    #expect(spared == 10)
  }

  @Test func samplingInsideAResultIsJudged() throws {
    var play = try Playbook(policy: Self.oneCall)
    _ = play.client(Self.push(1))
    let step = play.server(Self.more(1, "A", "sampling/createMessage"))
    #expect(
      step.events == [
        "#3 deny sampling/createMessage /server_requests/sampling~1createMessage", "#4 error for #2",
      ])
    let result = try JSONNode.read(Array(try #require(step.toClient.first).utf8))["result"]
    #expect(step.toClient.count == 1)
    #expect(result?["isError"]?.bool == true && result?["resultType"]?.string == "complete")
    #expect(result?["requestState"] == nil && result?["inputRequests"] == nil)
  }

  @Test func whatCannotBeReadInsideAResultIsJudged() throws {
    var play = try Playbook(
      policy: #"{"version":"1","tools":{"push":{}},"server_requests":{"elicitation/create":{}}}"#)
    for (id, asked) in [(1, "[]"), (2, #"{"q":1}"#), (3, #"{"q":{"method":"vendor/x"}}"#)] {
      _ = play.client(Self.push(id))
      let step = play.server(
        #"{"jsonrpc":"2.0","id":\#(id),"result":{"resultType":"input_required","inputRequests":\#(asked)}}"#)
      #expect(step.toClient.first?.contains("[gatehouse] denied") == true, "\(asked)")
    }
  }

  @Test("P37: a server asks for a hundred things in one answer at most", arguments: [100, 101])
  func questionsAreBounded(number: Int) throws {
    var play = try Playbook(policy: Playbook.allowAll)
    _ = play.client(Self.push(1))
    let asked = (1...number).map { #""q\#($0)":{"method":"elicitation/create","params":{}}"# }.joined(separator: ",")
    let step = play.server(
      #"{"jsonrpc":"2.0","id":1,"result":{"resultType":"input_required","inputRequests":{\#(asked)}}}"#)
    let answer = try #require(step.toClient.first)
    #expect(answer.contains("more than 100 things") == (number > 100))
    #expect(answer.contains("\"q100\"") == (number <= 100))
    #expect(step.toClient.count == 1)
    #expect(step.events.count == (number > 100 ? 2 : 101))
  }
}
