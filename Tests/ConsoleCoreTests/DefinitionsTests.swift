import ConsoleCore
import ControlWire
import JSONText
import Testing

struct DefinitionsTests {
  @Test func readsTheParts() throws {
    let text =
      #"{"name":"a","title":"T","description":"d","inputSchema":{"type":"object"},"annotations":{"x":1.0}}"#
    let definition = try #require(ToolDefinition(Array(text.utf8)))
    #expect(definition.title == "T")
    #expect(definition.description == "d")
    #expect(String(decoding: definition.inputSchema, as: UTF8.self) == #"{"type":"object"}"#)
    #expect(String(decoding: definition.annotations, as: UTF8.self) == #"{"x":1.0}"#)
    #expect(definition.outputSchema.isEmpty)
    #expect(ToolDefinition(Array("[]".utf8)) == nil)
    #expect(ToolDefinition(Array("{".utf8)) == nil)
  }
}
