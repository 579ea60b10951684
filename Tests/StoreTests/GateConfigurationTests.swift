import Foundation
import Policy
import Store
import System
import Testing

struct GateConfigurationTests {
  @Test func readsWhatItKnows() throws {
    #expect(try GateConfiguration.read(Array("{}".utf8)) == GateConfiguration())
    let text = #"{"record": {"on_failure": "continue", "sync": "group"}}"#
    let configuration = try GateConfiguration.read(Array(text.utf8))
    #expect(configuration.record.onFailure == .continue)
    #expect(configuration.record.sync == .group)
    #expect(GateConfiguration().record.onFailure == .deny)
    #expect(GateConfiguration().record.sync == .write)
  }

  @Test(arguments: [
    ("", ["1:1: error: the text ends in the middle of a value"]),
    ("[]", ["1:1: error: a configuration must be an object, not an array"]),
    (
      "{\"record\": {\n  \"on_failure\": \"denny\", \"Sync\": 1}, \"x\": 0}",
      [
        "2:17: error: `denny` is no value of `on_failure`: did you mean `deny`? (at /record/on_failure)",
        "2:26: error: unknown key `Sync`: did you mean `sync`? (at /record/Sync)",
        "2:38: error: unknown key `x`: known here: `record` (at /x)",
      ]
    ),
    (
      #"{"record": {"sync": "always"}}"#,
      ["1:21: error: `always` is no value of `sync`: write `write`, `group` or `each` (at /record/sync)"]
    ),
    (
      #"{"record": {"sync": true}}"#,
      ["1:21: error: `sync` must be a string, not a boolean: write `write`, `group` or `each` (at /record/sync)"]
    ),
    (#"{"record": {}, "record": {}}"#, ["1:16: error: the key `record` occurs twice in one object"]),
  ])
  func saysWhatIsWrongAndWhere(_ text: String, _ problems: [String]) {
    let error = #expect(throws: ConfigurationError.self) { try GateConfiguration.read(Array(text.utf8)) }
    #expect(error?.problems.map(\.description) == problems)
  }

  @Test func aFileThatIsNotThereIsNoneAndOneThatIsNoneIsAnError() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("configuration-\(UUID())").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    #expect(try GateConfiguration.load(folder + "/config.json") == GateConfiguration())
    try SafeFile.makeFolder(folder)
    try SafeFile.replace(folder + "/config.json", with: Array(#"{"record": null}"#.utf8))
    let wrong = #expect(throws: ConfigurationError.self) { try GateConfiguration.load(folder + "/config.json") }
    let words: String? = wrong?.description
    #expect(words == "\(folder)/config.json:1:12: error: `record` must be an object, not null (at /record)")
    let none = #expect(throws: ConfigurationError.self) { try GateConfiguration.load(folder) }
    #expect(none?.problems == [])
  }
}
