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
        "2:38: error: unknown key `x`: known here: `record`, `timeouts`, `approvals`, `pins`, `http` and `console` (at /x)",
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
    (
      #"{"timeouts": {"call": 0, "list": "10", "discover": 1.5}}"#,
      [
        "1:23: error: `call` must be a whole number of seconds: write one from 1 to 86400, or null for no limit (at /timeouts/call)",
        "1:34: error: `list` must be a whole number of seconds: write one from 1 to 86400, or null for no limit (at /timeouts/list)",
        "1:52: error: `discover` must be a whole number of seconds: write one from 1 to 86400, or null for no limit (at /timeouts/discover)",
      ]
    ),
    (
      #"{"timeouts": {"calls": 1}}"#,
      ["1:15: error: unknown key `calls`: did you mean `call`? (at /timeouts/calls)"]
    ),
    (
      #"{"approvals": {"from": "consol", "notify": "beep"}}"#,
      [
        "1:24: error: `consol` is no value of `from`: did you mean `console`? (at /approvals/from)",
        "1:44: error: `notify` must be an array of strings, a program and its arguments: "
          + "write `[\"notify-send\", \"Gatehouse\"]`, 100 words at most, or null for none (at /approvals/notify)",
      ]
    ),
    (#"{"record": {}, "record": {}}"#, ["1:16: error: the key `record` occurs twice in one object"]),
  ])
  func saysWhatIsWrongAndWhere(_ text: String, _ problems: [String]) {
    let error = #expect(throws: ConfigurationError.self) { try GateConfiguration.read(Array(text.utf8)) }
    #expect(error?.problems.map(\.description) == problems)
  }

  @Test("P67: the limits of time are the user's to say, and null is none")
  func readsTimeouts() throws {
    func timeouts(_ text: String) throws -> GateConfiguration.Timeouts {
      try GateConfiguration.read(Array(text.utf8)).timeouts
    }
    let usual = try timeouts("{}")
    #expect([usual.initialize, usual.discover, usual.list, usual.call] == [60, 3, 10, nil])
    let mine = try timeouts(#"{"timeouts": {"initialize": null, "discover": 5, "call": 600}}"#)
    #expect([mine.initialize, mine.discover, mine.list, mine.call] == [nil, 5, 10, 600])
  }

  @Test func readsWhoDecidesAndWhatIsRun() throws {
    let text = #"{"approvals": {"from": "console", "notify": ["notify-send", "Gatehouse", ""]}}"#
    let configuration = try GateConfiguration.read(Array(text.utf8))
    #expect(configuration.approvals.from == .console)
    #expect(configuration.approvals.notify == ["notify-send", "Gatehouse", ""])
    #expect(GateConfiguration().approvals.from == .anyone)
    #expect(try GateConfiguration.read(Array(#"{"approvals": {"notify": null}}"#.utf8)).approvals.notify == nil)
  }

  @Test(arguments: [
    "[]", #"[""]"#, #"["a", 1]"#, #"["a\u0000b"]"#, "{}", "\"a\"", "[\(String(repeating: "\"a\",", count: 100))\"a\"]",
  ])
  func aCommandIsAProgramAndItsWords(_ value: String) {
    #expect(throws: ConfigurationError.self) {
      try GateConfiguration.read(Array(#"{"approvals": {"notify": \#(value)}}"#.utf8))
    }
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

  @Test func saysHowMuchOfTheRecordStaysAndWhetherItHasArguments() throws {
    let text = #"""
      {"record": {"keep_days": 30, "keep_megabytes": null, "arguments": "redacted", "mask": {"iban": "DE[0-9]{20}"}}}
      """#
    let record = try GateConfiguration.read(Array(text.utf8)).record
    #expect(record.retention == RecordRetention(days: 30))
    #expect(record.arguments == .redacted)
    #expect(record.mask.map(\.name) == ["iban"] && record.mask.map(\.expression) == ["DE[0-9]{20}"])
    let before = try GateConfiguration.read(Array("{}".utf8)).record
    #expect(before.arguments == .digest && before.retention == RecordRetention() && before.mask.isEmpty)
  }

  @Test(arguments: [
    (#"{"keep_days": 0}"#, "`keep_days` must be a whole number of days"),
    (#"{"keep_megabytes": "2 GB"}"#, "`keep_megabytes` must be a whole number of megabytes"),
    (#"{"arguments": "all"}"#, "`all` is no value of `arguments`"),
    (#"{"mask": ["x"]}"#, "`mask` must be an object of patterns by name"),
    (#"{"mask": {"": "x"}}"#, "is no name of a pattern"), (#"{"mask": {"x": 1}}"#, "is no name of a pattern"),
    (#"{"mask": {"x": "("}}"#, "the pattern `x` is no regular expression"),
  ])
  func refusesWhatItCannotKeepOrMaskBy(_ record: String, _ message: String) {
    let error = #expect(throws: ConfigurationError.self) {
      try GateConfiguration.read(Array(#"{"record": \#(record)}"#.utf8))
    }
    #expect(error?.description.contains(message) == true)
  }
}
