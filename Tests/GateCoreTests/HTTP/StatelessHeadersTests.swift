import GateCore
import HTTPWire
import MCPWire
import Testing

struct StatelessHeadersTests {
  private func problem(_ fields: String..., body: String) throws -> String? {
    var reader = HTTPRequestReader()
    let lines = (["Host: h", "Content-Length: 0"] + fields).joined(separator: "\r\n")
    let bytes = Array("POST /mcp HTTP/1.1\r\n\(lines)\r\n\r\n".utf8)
    reader.feed(bytes.span)
    guard case .head(let head)? = reader.next() else { throw HTTPRefusal(.badRequest, "no head") }
    let text = Array(body.utf8)
    var messages = MessageReader()
    let message = try messages.read(text.span, from: .client)
    return StatelessHeaders.problem(head, message, text.span)
  }

  private func body(_ method: String, _ params: String) -> String {
    let meta = #""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}"#
    return #"{"jsonrpc":"2.0","id":1,"method":"\#(method)","params":{\#(params)\#(params.isEmpty ? "" : ",")\#(meta)}}"#
  }

  private let version = "mcp-protocol-VERSION: 2026-07-28"

  @Test(
    "P41: fields that repeat the body pass",
    arguments: [
      ("tools/call", #""name":"a""#, "Mcp-Name: a"), ("tools/call", #""name":"\u0061""#, "Mcp-Name: a"),
      ("prompts/get", #""name":"a b""#, "Mcp-Name: a b"),
      ("resources/read", #""uri":"file:///x""#, "Mcp-Name: file:///x"),
      ("tools/call", #""name":"ä""#, "Mcp-Name: =?base64?w6Q=?="), ("tools/list", "", "X: y"),
      ("tasks/get", #""taskId":"t""#, "Mcp-Name: t"),
    ])
  func passes(_ method: String, _ params: String, _ name: String) throws {
    #expect(try problem(version, "Mcp-Method: \(method)", name, body: body(method, params)) == nil)
  }

  @Test(
    "P13 P41: fields that say something else do not",
    arguments: [
      ("Mcp-Method: tools/call", "Mcp-Name: b"), ("Mcp-Method: tools/list", "Mcp-Name: a"),
      ("Mcp-Method: Tools/Call", "Mcp-Name: a"), ("Mcp-Method: tools/call", "X: y"), ("X: y", "Mcp-Name: a"),
      ("Mcp-Method: tools/call", "Mcp-Name: A"), ("Mcp-Method: tools/call", "Mcp-Name: =?base64?YQ?="),
      ("Mcp-Method: tools/call", "Mcp-Name: =?base64?YR==?="), ("Mcp-Method: tools/call", "Mcp-Name: =?BASE64?YQ==?="),
      ("Mcp-Method: tools/call", "Mcp-Name: a\r\nMcp-Name: a"),
    ])
  func refuses(_ method: String, _ name: String) throws {
    #expect(try problem(version, method, name, body: body("tools/call", #""name":"a""#)) != nil)
  }

  @Test("P41: another version, or none")
  func versions() throws {
    let method = "Mcp-Method: tools/list"
    #expect(try problem(method, body: body("tools/list", "")) != nil)
    #expect(try problem("MCP-Protocol-Version: 2025-11-25", method, body: body("tools/list", "")) != nil)
    #expect(try problem(version, version, method, body: body("tools/list", "")) != nil)
  }
}
