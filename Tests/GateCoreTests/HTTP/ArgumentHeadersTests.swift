import GateCore
import HTTPWire
import JSONText
import Testing

struct ArgumentHeadersTests {
  private static let tool = #"""
    {"name":"t","inputSchema":{"type":"object","properties":{
      "region":{"type":"string","x-mcp-header":"Region"},"count":{"type":"integer","x-mcp-header":"Count"},
      "deep":{"type":"object","properties":{"on":{"type":"boolean","x-mcp-header":"On"}}},
      "odd":{"type":"array","x-mcp-header":"Odd"},"free":{"type":"string"}}}}
    """#

  private func problem(_ fields: [String], _ arguments: String?, tool: ExactText = "t") throws -> String? {
    var headers = ArgumentHeaders()
    headers.take(tool: try JSONNode.read(Array(Self.tool.utf8)))
    var reader = HTTPRequestReader()
    let lines = (["Host: h", "Content-Length: 0"] + fields).joined(separator: "\r\n")
    reader.feed(Array("POST /mcp HTTP/1.1\r\n\(lines)\r\n\r\n".utf8).span)
    guard case .head(let head)? = reader.next() else { throw HTTPRefusal(.badRequest, "no head") }
    return headers.problem(head, of: tool, arguments: try arguments.map { try JSONNode.read(Array($0.utf8)) })
  }

  @Test(
    "P41: fields that repeat arguments pass",
    arguments: [
      (["Mcp-Param-Region: us", "mcp-param-COUNT: 42"], #"{"region":"us","count":42}"#),
      (["Mcp-Param-Count: 42"], #"{"count":42.0}"#), (["Mcp-Param-Count: 042"], #"{"count":42}"#),
      (["Mcp-Param-Region: =?base64?w6Q=?="], #"{"region":"ä"}"#), (["Mcp-Param-On: true"], #"{"deep":{"on":true}}"#),
      ([], #"{"region":null,"free":"x","odd":[]}"#), ([], "{}"), (["Mcp-Param-Other: x"], "{}"),
      (["Mcp-Param-Region: "], #"{"region":""}"#),
    ])
  func passes(_ fields: [String], _ arguments: String) throws { #expect(try problem(fields, arguments) == nil) }

  @Test(
    "P13 P41: fields that say something else than the arguments do not",
    arguments: [
      (["Mcp-Param-Region: eu"], #"{"region":"us"}"#), (["Mcp-Param-Region: US"], #"{"region":"us"}"#),
      ([], #"{"region":"us"}"#), (["Mcp-Param-Region: us"], "{}"), (["Mcp-Param-Region: null"], #"{"region":null}"#),
      (["Mcp-Param-Region: us", "Mcp-Param-Region: us"], #"{"region":"us"}"#),
      (["Mcp-Param-Region: us", "mcp-param-region: us"], #"{"region":"us"}"#),
      (["Mcp-Param-Count: 43"], #"{"count":42}"#), (["Mcp-Param-Count: 4.5"], #"{"count":4}"#),
      (["Mcp-Param-Count: +42"], #"{"count":42}"#), (["Mcp-Param-On: True"], #"{"deep":{"on":true}}"#),
      (["Mcp-Param-Region: =?base64?YR==?="], #"{"region":"a"}"#),
      (["Mcp-Param-Region: 042"], #"{"region":"42"}"#),
    ])
  func refuses(_ fields: [String], _ arguments: String) throws { #expect(try problem(fields, arguments) != nil) }

  @Test func toolsWithoutSuchArgumentsAreNotLookedAt() throws {
    #expect(try problem(["Mcp-Param-Region: eu"], #"{"region":"us"}"#, tool: "u") == nil)
    #expect(try problem(["Mcp-Param-Region: eu"], nil) != nil)
  }
}
