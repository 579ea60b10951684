import ControlWire
import GateCore
import JSONText
import Policy
import Testing

@Suite("P39: subscriptions of the stateless era")
struct SubscriptionTests {
  typealias Step = Playbook.Step

  private static let policy = """
    {"version":"1","default":"deny","resources":{"notes://*":{},"notes://secret":{"action":"deny","reason":"private"},\
    "once://*":{"limits":[{"window":"hour","max":1,"scope":"global","counter":"c"}]}}}
    """

  private static func listen(_ id: String, _ filter: String) -> String {
    modern(id, "subscriptions/listen", #""notifications":\#(filter)"#)
  }

  private static let acknowledged = """
    {"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged","params":{"_meta":\
    {"io.modelcontextprotocol/subscriptionId":1},"notifications":{"resourceSubscriptions":["notes://a"]}}}
    """

  @Test("P39: each resource that is named is judged, and what became of it is told when the server agrees")
  func resourcesAreJudged() throws {
    var play = try Playbook(policy: Self.policy)
    let request = Self.listen("\"s\"", #"{"resourceSubscriptions":["notes://a","notes:\/\/b"]}"#)
    let step = play.client(request)
    #expect(step.toServer == [request.replacing("\"id\":\"s\"", with: "\"id\":1")])
    #expect(
      step.events.dropFirst() == [
        "#2 allow subscriptions/listen notes://a /resources/notes:~1~1*",
        "#3 allow subscriptions/listen notes://b /resources/notes:~1~1*",
      ])
    #expect(play.server(Self.acknowledged).events == ["#4 ok for #2", "#5 ok for #3"])
    #expect(play.server(Self.acknowledged).events == [], "said twice")
    #expect(
      play.client(#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"s"}}"#).events == [])
  }

  @Test("P39: one resource that is denied refuses the whole request, and the answer says which")
  func oneIsDenied() throws {
    var play = try Playbook(policy: Self.policy)
    let step = play.client(
      Self.listen("\"s\"", #"{"resourceSubscriptions":["notes://a","notes://secret","once://a"]}"#))
    #expect(step.toServer == [])
    #expect(
      step.events.dropFirst() == ["#2 deny subscriptions/listen notes://secret /resources/notes:~1~1secret"])
    let error = try JSONNode.read(Array(try #require(step.toClient.first).utf8))["error"]
    #expect(error?["code"]?.integer == -31001)
    #expect(
      error?["message"]?.string
        == "[gatehouse] denied: private. Rule /resources/notes:~1~1secret. This was about the resource `notes://secret`."
    )
    #expect(error?["data"]?["gatehouse/decision"]?["verdict"]?.string == "deny")
    // Nothing was counted for it.
    #expect(play.client(Self.listen("2", #"{"resourceSubscriptions":["once://a"]}"#)).toServer.count == 1)
    #expect(play.client(Self.listen("3", #"{"resourceSubscriptions":["once://b"]}"#)).toServer.count == 0)
  }

  @Test("P39: a limit that is reached on the way refuses the whole request")
  func aLimitOnTheWay() throws {
    var play = try Playbook(policy: Self.policy)
    let step = play.client(Self.listen("1", #"{"resourceSubscriptions":["once://a","once://b"]}"#))
    #expect(step.toServer == [] && step.toClient.count == 1)
    #expect(play.core.hasRequestsInFlight == false)
  }

  @Test("P39: what names no resource passes, and is no decision")
  func withoutResources() throws {
    for filter in ["{}", #"{"toolsListChanged":true,"taskIds":["t"]}"#, #"{"resourceSubscriptions":null}"#] {
      var play = try Playbook(policy: #"{"version":"1"}"#)
      let step = play.client(Self.listen("1", filter))
      #expect(step.toServer.count == 1)
      #expect(step.events.count == 1)
    }
  }

  @Test(
    "P39: resources that could be read in two ways are refused",
    arguments: [
      #"{"resourceSubscriptions":"notes://a"}"#, #"{"resourceSubscriptions":[1]}"#, #"{"resourceSubscriptions":[""]}"#,
      #"{"ResourceSubscriptions":["notes://secret"]}"#, #"{"re\u017fourceSubscriptions":["notes://secret"]}"#, "[]",
      #"{"resourceSubscriptions":["\#(String(repeating: "x", count: 9000))"]}"#,
      "{\"resourceSubscriptions\":[\(Array(repeating: "\"notes://a\"", count: 1001).joined(separator: ","))]}",
    ])
  func doubt(filter: String) throws {
    var play = try Playbook(policy: Playbook.allowAll)
    let step = play.client(Self.listen("1", filter))
    #expect(step.toServer == [])
    #expect(step.toClient.first?.contains("\"code\":-32602") == true)
    #expect(step.events.last == "#2 deny subscriptions/listen (malformed)")
    let folded = modern("2", "subscriptions/listen", #""Notifications":{"resourceSubscriptions":["notes://a"]}"#)
    #expect(play.client(folded).toServer == [])
  }

  @Test("P39: a subscription that fails, or is cancelled, fails what was decided about it")
  func itFails() throws {
    func begin() throws -> Playbook {
      var play = try Playbook(policy: Self.policy)
      _ = play.client(Self.listen("\"s\"", #"{"resourceSubscriptions":["notes://a"]}"#))
      return play
    }
    var refused = try begin()
    #expect(
      refused.server(#"{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"no"}}"#).events == ["#3 error for #2"])
    var malformed = try begin()
    #expect(malformed.server(#"{"jsonrpc":"2.0","id":1,"result":{"a":1,"a":2}}"#).events == ["#3 error for #2"])
    var cancelled = try begin()
    #expect(
      cancelled.client(#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"s"}}"#).events
        == ["#3 cancelled for #2"])
    var lost = try begin()
    #expect(lost.exit(.code(1)).events.first == "#3 lost for #2")
  }

  // MARK: The end

  @Test("P39: a gate that stops ends subscriptions as a server does that ends in good order")
  func theGateStops() throws {
    var play = try Playbook(policy: Playbook.allowAll)
    _ = play.client(Self.listen("\"s\"", "{}"))
    _ = play.client(modern("2", "tools/list"))
    let end = play.step { $0.core.end("stopped", isOrderly: true, at: $0.now, gate: &$0.gate, into: &$0.output) }
    #expect(
      end.toClient == [
        """
        {"jsonrpc":"2.0","id":"s","result":{"resultType":"complete","_meta":\
        {"io.modelcontextprotocol/subscriptionId":"s"}}}
        """,
        """
        {"jsonrpc":"2.0","id":2,"error":{"code":-32603,"message":"[gatehouse] stopped; whether the request took effect \
        is not known"}}
        """,
      ])
  }

  @Test("P39: a subscription whose server dies is lost, and its client hears of it")
  func theServerDies() throws {
    var play = try Playbook(policy: Playbook.allowAll)
    _ = play.client(Self.listen("\"s\"", "{}"))
    #expect(
      play.exit(.code(3)).toClient == [
        """
        {"jsonrpc":"2.0","id":"s","error":{"code":-32603,"message":"[gatehouse] the subscription has ended: the server \
        exited with code 3"}}
        """
      ])
  }

  @Test("P39: a change that is told of passes, whatever the policy says to reading it")
  func updatesPass() throws {
    var play = try Playbook(policy: Playbook.allowAll)
    _ = play.client(Self.listen("\"s\"", #"{"resourceSubscriptions":["notes://secret"]}"#))
    _ = try play.policy(Self.policy)
    let updated = """
      {"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"notes://secret","_meta":\
      {"io.modelcontextprotocol/subscriptionId":1}}}
      """
    #expect(play.server(updated).toClient.count == 1)
    #expect(
      play.client(modern("2", "resources/read", #""uri":"notes://secret""#)).events.last
        == "#3 deny resources/read notes://secret /resources/notes:~1~1secret")
  }
}
