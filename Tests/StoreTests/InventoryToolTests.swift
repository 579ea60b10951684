import ControlWire
import JSONText
import Store
import Testing

struct InventoryToolTests {
  private func answer(_ name: ExactText, _ definitions: [String]?, place: Int? = nil) throws -> ToolAnswer {
    let registry = try ServerRegistry(
      text: Array(#"{"mcpServers":{"git":{"command":"uvx","args":["mcp-git==1.2","--token","s3cret"]}}}"#.utf8))
    return Inventory.answer(
      name, of: "git", registry: registry, definitions: definitions?.map { Array($0.utf8) }, place: place)
  }

  @Test func tellsTheDefinitionAsItWasWritten() throws {
    let texts = [#"{"name":"a","x":1.0}"#, "oops", #"{"name":"b"}"#, #"{"name":"a","second":true}"#]
    for place in [nil, 0, 1, 2, 9, -1] {
      let found = try answer("a", texts, place: place)
      #expect(found.definition == Array(texts[0].utf8))
      #expect(found.package == ServerPackage(runner: "uvx", kind: .pypi, name: "mcp-git", version: "1.2"))
      #expect(found.problem == nil)
    }
  }

  @Test func saysWhyThereIsNone() throws {
    #expect(try answer("a", nil).problem == "nothing is known of the server `git`")
    #expect(try answer("a", [#"{"name":"A"}"#]).problem == "the server `git` listed no tool of this name")
    let long = #"{"name":"a","description":""# + String(repeating: "x", count: ToolAnswer.longestDefinition) + #""}"#
    let answer = try answer("a", [long])
    #expect(answer.definition == nil)
    #expect(answer.problem == "its definition has \(long.utf8.count) bytes, and 1048576 is the most shown")
  }
}
