import GateCore
import JSONText
import Testing

struct ToolSchemaTests {
  private static func tools(_ text: String) throws -> [JSONNode] {
    try #require(try JSONNode.read(Array(text.utf8)).elements)
  }

  private static func text(_ declaration: ToolSchemas.Declaration?) -> String? {
    guard case .schema(let text, let digest)? = declaration, digest == ContentDigest(of: text) else { return nil }
    return String(decoding: text, as: UTF8.self)
  }

  @Test func aSchemaIsKeptAsItWasDeclared() throws {
    let schemas = ToolSchemas(
      try Self.tools(
        #"[{"name":"a","inputSchema":{ "type" : "object","maximum":1.0 }},{"name":"b"},{"title":"no name"}]"#))
    #expect(schemas.count == 2)
    #expect(Self.text(schemas["a"]) == #"{"type":"object","maximum":1.0}"#)
    #expect(schemas["b"] == .absent)
    #expect(schemas["c"] == nil)
  }

  @Test func aToolThatIsDeclaredTwiceIsAmbiguousUnlessBothSayTheSame() throws {
    let schemas = ToolSchemas(
      try Self.tools(
        #"""
        [{"name":"a","inputSchema":{"type":"object"}},{"name":"a","inputSchema":{}},
        {"name":"b","inputSchema":{"x":1}},{"name":"b","inputSchema":{ "x":1 }},{"name":"c"},{"name":"c","inputSchema":{}},
        {"name":"a","inputSchema":{"type":"object"}}]
        """#))
    #expect(schemas["a"] == .ambiguous)
    #expect(Self.text(schemas["b"]) == #"{"x":1}"#)
    #expect(schemas["c"] == .ambiguous)
  }

  @Test func whatIsTooLongIsNotKept() throws {
    func tool(_ name: String, _ length: Int) -> JSONNode {
      let schema = JSONNode(.object([JSONMember(key: "d", value: text(length - 8))]))
      return JSONNode(
        .object([
          JSONMember(key: "name", value: JSONNode(.string(ExactText(name)))),
          JSONMember(key: "inputSchema", value: schema),
        ]))
    }
    func text(_ length: Int) -> JSONNode { JSONNode(.string(ExactText(String(repeating: "d", count: length)))) }
    var schemas = ToolSchemas()
    schemas.add(tool("fits", ToolSchemas.longest))
    schemas.add(tool("too long", ToolSchemas.longest + 1))
    #expect(Self.text(schemas["fits"])?.utf8.count == ToolSchemas.longest)
    #expect(schemas["too long"] == .tooLong)
    for number in 1..<ToolSchemas.longestTogether / ToolSchemas.longest {
      schemas.add(tool("\(number)", ToolSchemas.longest))
    }
    #expect(Self.text(schemas["31"]) != nil)
    schemas.add(tool("one more", 10))
    #expect(schemas["one more"] == .tooLong)
  }

  @Test func noMoreToolsAreRememberedThanTheCatalogueHas() {
    var schemas = ToolSchemas()
    for number in 0...ToolSchemas.mostTools {
      schemas.add(JSONNode(.object([JSONMember(key: "name", value: JSONNode(.string(ExactText("t\(number)"))))])))
    }
    #expect(schemas.count == ToolSchemas.mostTools)
    #expect(schemas["t9999"] == .absent)
    #expect(schemas["t10000"] == nil)
  }
}
