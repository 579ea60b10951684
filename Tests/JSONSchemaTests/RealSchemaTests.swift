import Foundation
import JSONSchema
import JSONText
import Testing

/// The input schemas of 27 real servers, each once and without its prose.
struct RealSchemaTests {
  @Test func readsAll() throws {
    let file = package.appending(path: "Tests/Fixtures/schemas/input-schemas.jsonl")
    let lines = try Data(contentsOf: file).split(separator: 0x0A)
    #expect(lines.count > 400)
    for line in lines {
      let text = String(decoding: line, as: UTF8.self)
      #expect(try mistake(text) == nil, "\(text)")
    }
  }
}
