import Testing

import GateCore

/// The stateless era: every request says all, and hanging up is taking back.
struct StatelessConversationTests {
  @Test("P41: headers say what the body says") func headers() {
    var talk = Talk()
    #expect(talk.say(Talk.modern(1, "tools/call", #""name":"a\u0062c","arguments":{}"#)) == ["POST 1"])
    #expect(talk.header(1, "MCP-Protocol-Version") == "2026-07-28")
    #expect(talk.header(1, "Mcp-Method") == "tools/call")
    #expect(talk.header(1, "Mcp-Name") == "abc")
    #expect(talk.header(1, "Mcp-Session-Id") == nil)
    #expect(talk.say(Talk.modern(2, "resources/read", #""uri":"file:///é""#)) == ["POST 2"])
    #expect(talk.header(2, "Mcp-Name") == "=?base64?ZmlsZTovLy/DqQ==?=")
    #expect(talk.say(Talk.modern(3, "prompts/get", #""name":" x""#)) == ["POST 3"])
    #expect(talk.header(3, "Mcp-Name") == "=?base64?IHg=?=")
    #expect(talk.say(Talk.modern(4, "tools/list")) == ["POST 4"])
    #expect(talk.header(4, "Mcp-Method") == "tools/list")
    #expect(talk.header(4, "Mcp-Name") == nil)
    #expect(talk.say(Talk.modern(5, "tasks/get", #""taskId":"t1""#)) == ["POST 5"])
    #expect(talk.header(5, "Mcp-Name") == "t1")
  }

  @Test(
    "P41: values that no header can hold go as base64",
    arguments: [
      ("us-west1", "us-west1"), ("Hello, 世界", "=?base64?SGVsbG8sIOS4lueVjA==?="),
      (" padded ", "=?base64?IHBhZGRlZCA=?="),
      ("line1\nline2", "=?base64?bGluZTEKbGluZTI=?="), ("=?base64?literal?=", "=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?="),
      ("", ""), ("a", "a"), ("\u{7F}", "=?base64?fw==?="), ("\t", "=?base64?CQ==?="), ("=?base64?x", "=?base64?x"),
    ]) func encoding(value: String, header: String)
  {
    #expect(String(decoding: HeaderText.encoded(value.utf8), as: UTF8.self) == header)
  }

  @Test("P41 P42: arguments that a tool wants in headers") func argumentHeaders() {
    var talk = Talk()
    _ = talk.say(Talk.modern(1, "tools/list"))
    let schema =
      #"{"type":"object","properties":{"region":{"type":"string","x-mcp-header":"Region"},"#
      + #""deep":{"type":"object","properties":{"n":{"type":"integer","x-mcp-header":"N"}}},"#
      + #""yes":{"type":"boolean","x-mcp-header":"Yes"},"f":{"type":"number","x-mcp-header":"F"},"#
      + #""bad":{"type":"string","x-mcp-header":"a b"},"list":{"type":"array","items":{"type":"string","x-mcp-header":"L"}}}}"#
    _ = talk.answer(
      1, #"{"jsonrpc":"2.0","id":1,"result":{"resultType":"complete","tools":[{"name":"t","inputSchema":\#(schema)}]}}"#
    )
    _ = talk.say(
      Talk.modern(
        2, "tools/call",
        #""name":"t","arguments":{"region":"München","deep":{"n":42},"yes":true,"f":1.5,"bad":"x","list":["y"]}"#))
    let params = talk.requests[2]?.headers.filter { $0.name.hasPrefix("Mcp-Param") }.map {
      "\($0.name): \(String(decoding: $0.value, as: UTF8.self))"
    }
    #expect(params == ["Mcp-Param-Region: =?base64?TcO8bmNoZW4=?=", "Mcp-Param-N: 42", "Mcp-Param-Yes: true"])
    _ = talk.say(Talk.modern(3, "tools/call", #""name":"t","arguments":{"region":null}"#))
    #expect(talk.requests[3]?.headers.contains { $0.name.hasPrefix("Mcp-Param") } == false)
  }

  @Test("P40 P45: hanging up takes a call back, and nothing else is said") func cancellation() {
    var talk = Talk()
    _ = talk.say(Talk.modern(1, "tools/call", #""name":"t""#))
    _ = talk.head(1, 200, "text/event-stream")
    #expect(talk.say(#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"#) == ["cancel 1"])
    #expect(talk.body(1, "data: \(Talk.result(1))\n\n") == [])
    // Also when it is over already.
    #expect(talk.say(#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"#) == [])
  }

  @Test("P39: a subscription is a stream of its own, and is not gone on with") func subscription() {
    var talk = Talk()
    #expect(
      talk.say(Talk.modern(1, "subscriptions/listen", #""notifications":{"toolsListChanged":true}"#)) == ["POST 1"])
    _ = talk.head(1, 200, "text/event-stream")
    let known = #"{"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged","params":{}}"#
    #expect(talk.body(1, "id: 5\ndata: \(known)\n\n:\n\n") == ["> \(known)"])
    // Others go beside it.
    #expect(talk.say(Talk.modern(2, "tools/list")) == ["POST 2"])
    #expect(talk.finish(1) == ["fail 1: the server's stream has ended without the answer?"])
    #expect(talk.conversation.wakeUp == nil)
  }

  @Test("P40: a method that the server does not know is no lost session") func unknownMethod() {
    var talk = Talk()
    _ = talk.say(Talk.modern(1, "server/discover"))
    let error = #"{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"Method not found"}}"#
    #expect(talk.answer(1, 404, error) == ["> \(error)"])
    #expect(talk.say(Talk.initialize) == ["POST 2"])
    #expect(talk.header(2, "MCP-Protocol-Version") == nil)
    #expect(talk.header(2, "Mcp-Method") == nil)
  }

  @Test func thereIsNoGoodbye() {
    var talk = Talk()
    _ = talk.say(Talk.modern(1, "tools/list"))
    _ = talk.head(1, 200, "application/json", [("Mcp-Session-Id", "unasked")])
    talk.conversation.close(at: talk.now)
    #expect(talk.done() == ["cancel 1", "end: well"])
  }
}
