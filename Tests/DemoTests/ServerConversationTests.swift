import Demo
import JSONText
import Risk
import Testing

struct ServerConversationTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var line: String
    /// Nil where nothing is to be answered.
    var answer: String?

    init(_ line: String, _ answer: String?) {
      self.line = line
      self.answer = answer
    }

    var testDescription: String { line }
  }

  static func text(_ answer: ServerConversation.Answer?) -> String? {
    answer.map { String(decoding: $0.line, as: UTF8.self) }
  }

  static func error(_ id: String, _ code: Int, _ message: String) -> String {
    "{\"jsonrpc\":\"2.0\",\"id\":\(id),\"error\":{\"code\":\(code),\"message\":\"\(message)\"}}\n"
  }

  /// A conversation after its handshake.
  static func open() -> ServerConversation {
    var conversation = ServerConversation()
    _ = conversation.answer(
      Array(#"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-06-18"}}"#.utf8))
    return conversation
  }

  @Test(arguments: [
    Case(#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n"),
    Case(
      #"{"jsonrpc":"2.0","id":1,"method":"server/discover"}"#, error("1", -32601, "method not found: server/discover")),
    Case(#"{"jsonrpc":"2.0","id":"a","method":"tools/list"}"#, error("\"a\"", -32600, "initialize comes first")),
    Case(#"{"jsonrpc":"2.0","id":1.0,"method":"tools/call"}"#, error("1.0", -32600, "initialize comes first")),
    Case(#"{"jsonrpc":"2.0","id":1,"method":"initialize"}"#, error("1", -32602, "`protocolVersion` is missing")),
    Case(#"{"jsonrpc":"2.0","id":1,"method":7}"#, error("1", -32600, "the method is not a string")),
    Case(
      #"{"jsonrpc":"2.0","id":null,"method":"ping"}"#, error("null", -32600, "the id is neither a string nor a number")),
    Case(#"{"id":1,"method":"ping"}"#, error("null", -32600, "not a JSON-RPC 2.0 message")),
    Case("[]", error("null", -32600, "not a JSON-RPC 2.0 message")),
    Case("{", error("null", -32700, "parse error: the text ends in the middle of a value")),
    Case(#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#, nil),
    Case(#"{"jsonrpc":"2.0","method":"unheard/of"}"#, nil),
    Case(#"{"jsonrpc":"2.0","id":1,"result":{}}"#, nil),
    Case("", nil),
    Case(" \t", nil),
  ])
  func beforeTheHandshake(_ testCase: Case) {
    var conversation = ServerConversation()
    let answer = conversation.answer(Array(testCase.line.utf8))
    #expect(Self.text(answer) == testCase.answer)
  }

  @Test(arguments: [
    ("2024-11-05", "2024-11-05"), ("2025-03-26", "2025-03-26"), ("2025-11-25", "2025-11-25"),
    ("2026-07-28", "2025-11-25"), ("", "2025-11-25"),
  ])
  func version(wanted: String, answered: String) throws {
    var conversation = ServerConversation()
    let line = #"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"\#(wanted)"}}"#
    let reply = conversation.answer(Array(line.utf8))
    let answer = try #require(reply)
    #expect(try JSONNode.read(answer.line)["result"]?["protocolVersion"]?.string == answered)
  }

  @Test(arguments: [
    (#"{"name":"nothing"}"#, -32602), (#"{"name":7}"#, -32602), (#"{}"#, -32602), (#"[]"#, -32602),
    (#"{"name":"get_order","arguments":[]}"#, -32602), (#"{"name":"get_order","arguments":null}"#, -32602),
  ])
  func badCall(_ parameters: String, code: Int) throws {
    var conversation = Self.open()
    let line = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":\(parameters)}"
    let reply = conversation.answer(Array(line.utf8))
    let answer = try #require(reply)
    #expect(try JSONNode.read(answer.line)["error"]?["code"]?.integer == code)
  }

  static func call(_ conversation: inout ServerConversation, _ tool: String, _ arguments: String) throws -> (
    text: String, isError: Bool
  ) {
    let line =
      "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"\(tool)\",\"arguments\":\(arguments)}}"
    let reply = conversation.answer(Array(line.utf8))
    let answer = try #require(reply)
    let result = try #require(try JSONNode.read(answer.line)["result"])
    let text = try #require(result["content"]?.elements?.first?["text"]?.string)
    let isError: Bool? = result["isError"]?.bool
    return (text, isError == true)
  }

  @Test(arguments: [
    ("get_order", "{}", "argument `order_id` is missing"),
    ("get_order", #"{"order_id":1}"#, "argument `order_id` is not a string"),
    ("get_order", #"{"order_id":"A-1"}"#, "there is no order A-1"),
    ("get_order", #"{"order_id":"A-4001","x":1}"#, "unknown argument `x`"),
    ("list_orders", #"{"limit":0}"#, "argument `limit` is not a whole number from 1 to 50"),
    ("list_orders", #"{"limit":99999999999999999999}"#, "argument `limit` is not a whole number from 1 to 50"),
    ("drop_table", #"{"table":"x"}"#, "argument `table` is not one of orders, customers, payments"),
    ("execute_sql", #"{"sql":""}"#, "the statement is empty"),
    ("execute_sql", #"{"sql":"select 1 from nowhere"}"#, "no such table"),
    ("refund_payment", #"{"payment_id":"P-7002","amount":1000000}"#, "that is more than was paid"),
    (
      "refund_payment", #"{"payment_id":"P-7002","amount":-1}"#,
      "argument `amount` is not a sum with at most two digits after the point"
    ),
    (
      "refund_payment", #"{"payment_id":"P-7002","amount":99999999999999999999.00}"#,
      "argument `amount` is not a sum with at most two digits after the point"
    ),
    (
      "transfer_funds", #"{"from":"savings","to":"shop","amount":5000.01,"currency":"EUR"}"#,
      "there is not enough on the account"
    ),
  ])
  func refusedCall(_ tool: String, _ arguments: String, _ reason: String) throws {
    var conversation = Self.open()
    let answer = try Self.call(&conversation, tool, arguments)
    #expect(answer.text == reason)
    #expect(answer.isError)
  }

  @Test func callsChangeTheShop() throws {
    var conversation = Self.open()
    #expect(
      try Self.call(&conversation, "update_order", #"{"order_id":"A-4001","state":"shipped","note":"fragile"}"#).text
        == Self.call(&conversation, "get_order", #"{"order_id":"A-4001"}"#).text)
    #expect(try Self.call(&conversation, "delete_order", #"{"order_id":"A-4001"}"#).isError == false)
    #expect(try Self.call(&conversation, "get_order", #"{"order_id":"A-4001"}"#).text == "there is no order A-4001")
    #expect(
      try Self.call(&conversation, "execute_sql", #"{"sql":"SELECT count(*) FROM orders"}"#).text
        == #"{"rows":[{"count":39}]}"#)
    #expect(try Self.call(&conversation, "drop_table", #"{"table":"orders"}"#).isError == false)
    #expect(
      try Self.call(&conversation, "execute_sql", #"{"sql":"SELECT * FROM orders"}"#).text == "no such table: orders")
    #expect(try Self.call(&conversation, "list_orders", "{}").text == #"{"count":0,"orders":[]}"#)
  }

  @Test func toolsOfEveryCategory() throws {
    var conversation = Self.open()
    let reply = conversation.answer(Array(#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#.utf8))
    let answer = try #require(reply)
    let list = try #require(try JSONNode.read(answer.line)["result"]?["tools"]?.elements)
    let tools = try list.map { try #require(ToolDefinition($0)) }
    #expect(
      tools.map { "\($0.name) \(RiskClassifier.assess($0).category.rawValue)" } == [
        "list_orders Read", "get_order Read", "update_order Write", "delete_order Destructive",
        "search_customers Read", "add_note Write", "send_email Write", "delete_customer Destructive",
        "list_payments Read", "refund_payment Financial", "transfer_funds Financial",
        "run_report_script Execute", "execute_sql Execute", "drop_table Destructive",
      ])
  }
}
