import Foundation
import GateCore
import JSONText
import Policy
import Testing

private func greeting(_ number: Int, _ features: String) -> String { Crowd.greeting(number, features) }

private func request(_ id: String, _ method: String, _ params: String = "{}") -> String {
  #"{"jsonrpc":"2.0","id":\#(id),"method":"\#(method)","params":\#(params)}"#
}

private func result(_ id: Int, _ result: String) -> String { #"{"jsonrpc":"2.0","id":\#(id),"result":\#(result)}"# }

/// All servers at once for clients of the stateless era, and tasks.
struct AllServersErasTests {
  private static let meta = #""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}"#

  private static func answer(_ id: Int, to features: String = #"{"tools":{},"prompts":{},"resources":{}}"#) -> String {
    result(id, #"{"resultType":"complete","supportedVersions":["2026-07-28"],"capabilities":\#(features)}"#)
  }

  private static func older(_ id: Int) -> String {
    #"{"jsonrpc":"2.0","id":\#(id),"error":{"code":-32601,"message":"older"}}"#
  }

  @Test("P33, P50: a client of the stateless era is told what there is when every server is known")
  func discover() {
    var crowd = Crowd("a", "b")
    let who =
      #""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"c"},"#
      + #""io.modelcontextprotocol/clientCapabilities":{"x":{}}}"#
    let probe = #"{"jsonrpc":"2.0","id":%,"method":"server/discover","params":{\#(who)}}"#
    #expect(
      crowd.say(request("9", "server/discover", #"{\#(who.replacing("{\"io", with: "{ \"progressToken\":1,\"io"))}"#))
        == [
          "start a", "a < " + probe.replacing("%", with: "1"), "start b", "b < " + probe.replacing("%", with: "2"),
        ])
    #expect(crowd.hear("a", Self.answer(1).replacing("]", with: #"],"instructions":"I am a""#)) == [])
    #expect(
      crowd.hear("b", Self.older(2)) == [
        #"b < {"jsonrpc":"2.0","id":3,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"c"}}}"#
      ])
    let said = crowd.hear("b", greeting(3, #"{"tools":{}}"#))
    #expect(said.first == #"b < {"jsonrpc":"2.0","method":"notifications/initialized"}"#)
    #expect(
      said.last?.hasPrefix(
        #"> {"jsonrpc":"2.0","id":9,"result":{"resultType":"complete","supportedVersions":["2026-07-28"],"#) ?? false)
    #expect(said.last?.hasSuffix(#"\n\nThe server a says of itself:\n  I am a"}}"#) ?? false, "\(said)")
    #expect(crowd.say(request("5", "server/discover", "{\(Self.meta)}")).count == 1, "at once, when all are known")
    #expect(crowd.say(request("6", "server/discover")).first?.contains("-32601") ?? false, "of the older era")
  }

  @Test("P43, P50: lists have the tools of servers of both eras, and no cache keeps them")
  func stateless() {
    var crowd = Crowd("a", "b")
    let said = crowd.say(request("2", "tools/list", "{\(Self.meta)}"))
    #expect(said.map { $0.prefix(7) } == ["start a", #"a < {"j"#, "start b", #"b < {"j"#])
    #expect(
      crowd.hear("a", Self.answer(2)) == [
        #"a < {"jsonrpc":"2.0","id":4,"method":"tools/list","params":{\#(Self.meta)}}"#
      ])
    _ = crowd.hear("b", Self.older(3))
    #expect(
      crowd.hear("b", greeting(5, #"{"tools":{}}"#)).last
        == #"b < {"jsonrpc":"2.0","id":6,"method":"tools/list","params":{}}"#)
    _ = crowd.hear("a", result(4, #"{"resultType":"complete","tools":[{"name":"t"}],"ttlMs":5}"#))
    #expect(
      crowd.hear("b", result(6, #"{"tools":[{"name":"u"}]}"#)) == [
        #"> {"jsonrpc":"2.0","id":2,"result":{"tools":[{"name":"a__t"},{"name":"b__u"}],"resultType":"complete","ttlMs":0,"#
          + #""cacheScope":"private"}}"#
      ])
    let call = crowd.say(request("3", "tools/call", #"{"name":"x",\#(Self.meta)}"#))
    #expect(call.first?.contains(#""isError":true,"resultType":"complete""#) ?? false)
  }

  @Test("P36, P50: a server of the older era gets what it knows, and its client what it needs")
  func olderServer() {
    var crowd = Crowd("a", "b")
    let meta = #""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","progressToken":"p","x":1.0}"#
    let said = crowd.say(request("4", "tools/call", #"{"name":"b__t",\#(meta),"arguments":{"_meta":1}}"#))
    #expect(said.first == "start b")
    _ = crowd.hear("b", Self.older(2))
    #expect(
      crowd.hear("b", greeting(3, "{}")).last
        == #"b < {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"t","_meta":{"progressToken":"p","x":1.0},"arguments":{"_meta":1}}}"#
    )
    #expect(
      crowd.hear("b", result(1, #"{"content":[]}"#)) == [
        #"> {"jsonrpc":"2.0","id":4,"result":{"resultType":"complete","content":[]}}"#
      ])
    #expect(
      crowd.say(request("5", "prompts/get", #"{"name":"b__p",\#(Self.meta)}"#)) == [
        #"b < {"jsonrpc":"2.0","id":4,"method":"prompts/get","params":{"name":"p","_meta":{}}}"#
      ])
    #expect(
      crowd.hear("b", result(4, "{}")) == [#"> {"jsonrpc":"2.0","id":5,"result":{"resultType":"complete"}}"#])
    #expect(
      crowd.say(request("6", "tools/call", #"{"name":"b__t",\#(Self.meta)}"#)).count == 1)
    let refused = #"{"jsonrpc":"2.0","id":5,"error":{"code":-32602,"message":"no"}}"#
    #expect(crowd.hear("b", refused) == ["> " + refused.replacing(#""id":5"#, with: #""id":6"#)])
  }

  @Test("P50: a server that does not say of which era it is is waited for once")
  func silentProbe() {
    var crowd = Crowd("a", "b")
    _ = crowd.say(request("1", "server/discover", "{\(Self.meta)}"))
    _ = crowd.hear("a", Self.answer(1))
    #expect(crowd.wait(3).count == 1)
    _ = crowd.say(request("2", "tools/list", "{\(Self.meta)}"))
    _ = crowd.hear("a", result(4, #"{"tools":[]}"#))
    #expect(crowd.wait(10).last?.contains("gatehouse/missing") ?? false)
    _ = crowd.say(request("3", "tools/list", "{\(Self.meta)}"))
    #expect(crowd.hear("a", result(6, #"{"tools":[]}"#)).last?.contains("it has not started yet") ?? false)
  }

  @Test("P39, P50: a subscription goes to all servers, and is acknowledged and ended once")
  func subscriptions() {
    var crowd = Crowd("a", "b")
    _ = crowd.say(request("1", "server/discover", "{\(Self.meta)}"))
    _ = crowd.hear("a", Self.answer(1))
    _ = crowd.hear("b", Self.answer(2))
    let wish = #""notifications":{"toolsListChanged":true,"resourceSubscriptions":["gatehouse:b/u:1"]}"#
    let said = crowd.say(request("8", "subscriptions/listen", "{\(wish),\(Self.meta)}"))
    #expect(said[0].contains(#""resourceSubscriptions":[]"#) && said[0].hasPrefix("a < "))
    #expect(said[1].contains(#""resourceSubscriptions":["u:1"]"#) && said[1].hasPrefix("b < "))
    #expect(
      crowd.hear("a", Self.tagged("subscriptions/acknowledged", "", 4)) == [
        "> " + Self.tagged("subscriptions/acknowledged", wish + ",", 8)
      ])
    #expect(crowd.hear("b", Self.tagged("subscriptions/acknowledged", "", 5)) == [])
    #expect(
      crowd.hear("b", Self.tagged("resources/updated", #""uri":"u:1","#, 5)) == [
        "> " + Self.tagged("resources/updated", #""uri":"gatehouse:b/u:1","#, 8)
      ])
    #expect(crowd.hear("a", Self.tagged("tools/list_changed", "", 5)) == [], "not its own")
    #expect(crowd.lose("a") == ["missing a: it died"])
    #expect(
      crowd.hear("b", result(5, "{}")).first?.hasPrefix(#"> {"jsonrpc":"2.0","id":8,"result":{"resultType":"complete""#)
        ?? false)
  }

  private static func tagged(_ method: String, _ more: String, _ id: Int) -> String {
    #"{"jsonrpc":"2.0","method":"notifications/\#(method)","params":{\#(more)"_meta":{"io.modelcontextprotocol/subscriptionId":\#(id)}}}"#
  }

  @Test("P39, P50: a subscription hears of the lists of servers that know none")
  func subscriptionToOlderServers() {
    var crowd = Crowd("b")
    _ = crowd.say(request("1", "server/discover", "{\(Self.meta)}"))
    _ = crowd.hear("b", Self.older(1))
    _ = crowd.hear("b", greeting(2, #"{"tools":{}}"#))
    let wish = #""notifications":{"toolsListChanged":true}"#
    #expect(crowd.say(request("8", "subscriptions/listen", "{\(wish),\(Self.meta)}")).count == 1)
    #expect(crowd.hear("b", Self.older(4)) == ["> " + Self.tagged("subscriptions/acknowledged", wish + ",", 8)])
    #expect(
      crowd.hear("b", #"{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}"#) == [
        "> " + Self.tagged("tools/list_changed", "", 8)
      ])
    #expect(crowd.hear("b", #"{"jsonrpc":"2.0","method":"notifications/prompts/list_changed"}"#) == [])
  }

  // MARK: Tasks

  @Test("P31, P50: a task is asked about where it is, under the id that its server gave it")
  func tasks() {
    var crowd = Crowd("a", "b")
    crowd.begin()
    #expect(crowd.say(request("1", "tasks/get", #"{"taskId":"x"}"#)).first?.contains("there is no such task") ?? false)
    _ = crowd.say(request("2", "tools/call", #"{"name":"b__t","task":{}}"#))
    let made = #"{"task":{"taskId":"x","status":"working"}}"#
    #expect(crowd.hear("b", result(3, made)) == [#"> {"jsonrpc":"2.0","id":2,"result":\#(made)}"#])
    for method in ["tasks/get", "tasks/result", "tasks/cancel"] {
      let said = crowd.say(request("\"\(method)\"", method, #"{"taskId":"x"}"#))
      #expect(said.count == 1 && said[0].hasPrefix("b < ") && said[0].contains(#""taskId":"x""#), "\(said)")
    }
    _ = crowd.say(request("3", "tools/call", #"{"name":"a__t","task":{}}"#))
    let said = crowd.hear("a", result(7, made))
    #expect(said.first?.contains("calls its task as another one is called") ?? false)
    #expect(crowd.say(request("4", "tasks/get", #"{"taskId":"x"}"#)).first?.hasPrefix("b < ") ?? false)
    #expect(crowd.say(request("5", "tasks/list")).first?.contains("-32601") ?? false)
  }
}
