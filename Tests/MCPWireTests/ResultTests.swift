import JSONText
import MCPWire
import Testing

struct ToolsPageTests {
  private func page(_ result: String) throws(WireRefusal) -> ToolsPage {
    try ToolsPage(Array(result.utf8).span, result: 0..<result.utf8.count)
  }

  private func shown(_ result: String, hiding hidden: Set<ExactText>, isUncacheable: Bool = false) throws -> String {
    let bytes = Array(result.utf8)
    let edits = try page(result).edits(bytes.span, isUncacheable: isUncacheable) { hidden.contains($0) }
    var out: [UInt8] = []
    out.appendCompact(bytes.span, 0..<bytes.count, edits: edits)
    return String(decoding: out, as: UTF8.self)
  }

  @Test func P47_filtersAndKeepsTheRest() throws {
    let list = #"{"x": 1.0, "tools":[ {"name":"a", "n":1.50}, {"name":"b"}, {"name":"c"} ], "nextCursor":"\u0041"}"#
    #expect(try page(list).tools.map(\.name) == ["a", "b", "c"])
    #expect(try page(list).nextCursor == "A")
    #expect(
      try shown(list, hiding: ["b"]) == #"{"x":1.0,"tools":[{"name":"a","n":1.50},{"name":"c"}],"nextCursor":"\u0041"}"#
    )
    #expect(try shown(list, hiding: ["a", "b", "c"]) == #"{"x":1.0,"tools":[],"nextCursor":"\u0041"}"#)
    #expect(
      try shown(list, hiding: [])
        == #"{"x":1.0,"tools":[{"name":"a","n":1.50},{"name":"b"},{"name":"c"}],"nextCursor":"\u0041"}"#)
  }

  @Test func P43_aFilteredListIsNotCached() throws {
    #expect(
      try shown(#"{"ttlMs": 60000,"tools":[],"cacheScope":"public"}"#, hiding: [], isUncacheable: true)
        == #"{"ttlMs":0,"tools":[],"cacheScope":"private"}"#)
    #expect(
      try shown(#"{"tools":[{"name":"a"}]}"#, hiding: ["a"], isUncacheable: true)
        == #"{"ttlMs":0,"cacheScope":"private","tools":[]}"#)
  }

  @Test(arguments: [
    "{}", #"{"tools":{}}"#, #"{"tools":null}"#, #"{"tools":[1]}"#, #"{"tools":[{}]}"#, #"{"tools":[{"name":1}]}"#,
    #"{"tools":[],"Tools":[{"name":"a"}]}"#, #"{"tools":[],"tool\u017f":[]}"#, #"{"tools":[{"name":"a","Name":"b"}]}"#,
    #"{"tools":[],"nextCursor":1}"#, #"{"tools":[{"name":"a","name":"b"}]}"#, #"{"tools":["#,
  ]) func P48_aListThatIsNotUnderstoodIsNotShown(list: String) {
    #expect(throws: WireRefusal.self) { try page(list) }
  }
}

struct HandshakeResultTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var result: String
    var version: ExactText? = "2025-11-25"
    var hasTools = true
    var promises = false
    var becomes: String?
    var testDescription: String { result }
  }

  @Test(arguments: [
    Case(
      result: #"{"protocolVersion":"2025-11-25","capabilities":{"tools":{}}}"#,
      becomes: #"{"protocolVersion":"2025-11-25","capabilities":{"tools":{"listChanged":true}}}"#),
    Case(
      result: #"{"capabilities":{"tools":{"listChanged":false,"x":1}},"protocolVersion":"2025-11-25"}"#,
      becomes: #"{"capabilities":{"tools":{"listChanged":true,"x":1}},"protocolVersion":"2025-11-25"}"#),
    Case(
      result: #"{"capabilities":{"tools":{"x":1}},"protocolVersion":"2025-11-25"}"#,
      becomes: #"{"capabilities":{"tools":{"listChanged":true,"x":1}},"protocolVersion":"2025-11-25"}"#),
    Case(result: #"{"capabilities":{"tools":{"listChanged":true}},"protocolVersion":"2025-11-25"}"#, promises: true),
    Case(result: #"{"capabilities":{"prompts":{}},"protocolVersion":"2025-11-25"}"#, hasTools: false),
    Case(result: #"{"capabilities":{"tools":null}}"#, version: nil, hasTools: false),
    Case(result: "{}", version: nil, hasTools: false),
  ]) func P22_promisesToTellOfChanges(_ example: Case) {
    let bytes = Array(example.result.utf8)
    let handshake = HandshakeResult(bytes.span, result: 0..<bytes.count)
    var out: [UInt8] = []
    out.appendCompact(bytes.span, 0..<bytes.count, edits: handshake.promise)
    #expect(handshake.protocolVersion == example.version)
    #expect(handshake.hasTools == example.hasTools)
    #expect(handshake.promisesToolChanges == example.promises)
    #expect(String(decoding: out, as: UTF8.self) == example.becomes ?? example.result)
  }
}
