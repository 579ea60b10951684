import JSONText
import MCPWire
import Testing

struct MessageReaderTests {
  /// All that was found, as text.
  private func found(_ text: String, from sender: Side = .client) throws -> [String: String] {
    let message = try read(text, from: sender)
    let bytes = Array(text.utf8)
    func part(_ range: Range<Int>?) -> String? { range.map { String(decoding: bytes[$0], as: UTF8.self) } }
    let parts: [String: String?] = [
      "kind": "\(message.kind)", "method": message.method?.rawValue, "id": part(message.id),
      "params": part(message.params), "name": message.name?.decoded(bytes.span).string,
      "uri": message.uri?.decoded(bytes.span).string, "arguments": part(message.arguments),
      "requestID": part(message.requestID), "cursor": part(message.cursor),
      "inputResponses": part(message.inputResponses), "requestState": part(message.requestState),
      "clientName": message.clientName?.decoded(bytes.span).string, "progressToken": part(message.progressToken),
      "protocolVersion": message.protocolVersion?.decoded(bytes.span).string,
      "payload": message.payload.isEmpty ? nil : part(message.payload),
      "isToolError": message.isToolError ? "true" : nil,
      "resultType": message.resultType?.decoded(bytes.span).string, "inputRequests": part(message.inputRequests),
      "subscriptionID": part(message.subscriptionID),
    ]
    return parts.compactMapValues { $0 }
  }

  @Test func findsThePartsOfACall() throws {
    let call = """
      {"params" : {"arguments": {"a" : [1, 2]}, "name" : "de\\u006cete", "_meta": {"progressToken": 7}}, "id": "x",
       "method": "tools\\/call", "jsonrpc":"2.0"}
      """
    #expect(
      try found(call) == [
        "kind": "request", "method": "tools/call", "id": "\"x\"", "name": "delete", "arguments": #"{"a" : [1, 2]}"#,
        "progressToken": "7",
        "params": #"{"arguments": {"a" : [1, 2]}, "name" : "de\u006cete", "_meta": {"progressToken": 7}}"#,
      ])
  }

  @Test func findsThePartsOfAModernCall() throws {
    let meta = """
      {"io.modelcontextprotocol/protocolVersion":"2026-07-28",\
      "io.modelcontextprotocol/clientInfo":{"name":"agent","version":"1"},\
      "io.modelcontextprotocol/clientCapabilities":{}}
      """
    let params = #"{"name":"t","inputResponses":{"a":{}},"requestState":"s","_meta":"# + meta + "}"
    #expect(
      try found(#"{"jsonrpc":"2.0","id":3,"method":"tools/call","params":\#(params)}"#) == [
        "kind": "request", "method": "tools/call", "id": "3", "name": "t", "inputResponses": #"{"a":{}}"#,
        "requestState": "\"s\"", "clientName": "agent", "protocolVersion": "2026-07-28", "params": params,
      ])
  }

  @Test func findsThePartsOfAHandshake() throws {
    let params = #"{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"version":"1","name":"agent"}}"#
    #expect(
      try found(#"{"jsonrpc":"2.0","id":0,"method":"initialize","params":\#(params)}"#) == [
        "kind": "request", "method": "initialize", "id": "0", "clientName": "agent", "params": params,
      ])
  }

  @Test func findsThePartsOfAnAnswer() throws {
    let result = """
      {"resultType":"input_required","isError":true,"inputRequests":{"a":{"method":"roots/list"}},"requestState":"q",\
      "_meta":{"io.modelcontextprotocol/subscriptionId":4}}
      """
    #expect(
      try found(#"{"result":\#(result),"jsonrpc":"2.0","id":9}"#, from: .server) == [
        "kind": "result", "id": "9", "payload": result, "isToolError": "true", "resultType": "input_required",
        "inputRequests": #"{"a":{"method":"roots/list"}}"#, "requestState": "\"q\"", "subscriptionID": "4",
      ])
    #expect(
      try found(#"{"jsonrpc":"2.0","id":9,"error":{"code":-32601,"message":"no","data":[]}}"#, from: .server) == [
        "kind": "error", "id": "9", "payload": #"{"code":-32601,"message":"no","data":[]}"#,
      ])
  }

  @Test func findsThePartsOfNotifications() throws {
    #expect(
      try found(#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"a","reason":"r"}}"#) == [
        "kind": "notification", "method": "notifications/cancelled", "requestID": "\"a\"",
        "params": #"{"requestId":"a","reason":"r"}"#,
      ])
    #expect(try found(#"{"jsonrpc":"2.0","method":"vendor/x"}"#) == ["kind": "notification"])
  }

  /// A letter outside ASCII that Swift's string comparison takes for one inside does not make a method known.
  @Test func P11_methodsAreComparedByBytes() throws {
    for other in ["tas\u{212A}s/list", "Tools/Call", "tools/call ", " PING"] {
      let text = #"{"jsonrpc":"2.0","id":1,"method":"\#(other)"}"#
      #expect(throws: WireRefusal.self) { try read(text) }
    }
    #expect(try read(#"{"jsonrpc":"2.0","id":1,"method":"tools/calling"}"#).method == nil)
    for method in MCPMethod.allCases where !method.isNotification {
      let text = #"{"jsonrpc":"2.0","id":1,"method":"\#(method.rawValue)","params":{"name":"n","uri":"u"}}"#
      #expect(try read(text).method == method)
    }
  }

  @Test func aReaderForgetsTheMessageBefore() throws {
    var reader = MessageReader()
    for _ in 0..<3 {
      let bad = Array(#"{"jsonrpc":"2.0","a":{"b":{"c":1,"c":2}}}"#.utf8)
      #expect(throws: WireRefusal.self) { try reader.read(bad.span, from: .client) }
      let good = Array(#"{"jsonrpc":"2.0","a":{"b":{"c":1}},"id":1,"method":"ping"}"#.utf8)
      #expect(try reader.read(good.span, from: .client).method == .ping)
    }
  }

  @Test(arguments: [
    ("[1, {\"a\":[2]} ,3]", ["1", #"{"a":[2]}"#, "3"]), (" [ {} ] ", ["{}"]), ("{}", nil as [String]?),
  ]) func P6_splitsABatch(text: String, expected: [String]?) throws {
    var reader = MessageReader()
    let bytes = Array(text.utf8)
    let elements = try reader.batch(bytes.span)
    #expect(elements?.map { String(decoding: bytes[$0], as: UTF8.self) } == expected)
  }

  @Test(arguments: ["[", "[1,]", "[1}", "[]", "[1] 2", "[" + String(repeating: "1,", count: 1000) + "1]"])
  func P6_refusesABatch(text: String) {
    var reader = MessageReader()
    #expect(throws: WireRefusal.self) { try reader.batch(Array(text.utf8).span) }
  }
}
