import Foundation
import Policy
import Store
import System
import Testing

struct ConsoleConfigurationTests {
  private func read(_ text: String) -> (ConsoleConfiguration, [String]) {
    let (configuration, problems) = ConsoleConfiguration.read(Array(text.utf8))
    return (configuration, problems.map(\.description))
  }

  @Test func readsWhatItKnows() {
    #expect(read("{}") == (ConsoleConfiguration(), []))
    let (all, problems) = read(
      #"{"record": 5, "console": {"theme": "nord", "light_theme": "solarized-light", "background": false, "#
        + #""color": "256", "mouse": false, "ambiguous": "wide"}}"#)
    #expect(problems == [])
    #expect(all.theme == "nord" && all.lightTheme == "solarized-light" && !all.background && !all.mouse)
    #expect(all.color == .indexed && all.ambiguous == .wide)
  }

  @Test func whatIsWrongIsSaidAndLeftOut() {
    let (configuration, problems) = read(
      #"{"console": {"theme": 5, "colour": "16", "color": "many", "ambiguous": 1, "mouse": "no", "background": false}}"#
    )
    var expected = ConsoleConfiguration()
    expected.background = false
    #expect(configuration == expected)
    #expect(
      problems == [
        "1:23: error: `theme` must be a string, not a number (at /console/theme)",
        "1:26: error: unknown key `colour`: did you mean `color`? (at /console/colour)",
        "1:51: error: `many` is no value of `color`: write `never`, `16`, `256` or `true` (at /console/color)",
        "1:72: error: `ambiguous` must be a string, not a number: write `narrow` or `wide` (at /console/ambiguous)",
        "1:84: error: `mouse` must be true or false, not a string (at /console/mouse)",
      ])
  }

  @Test func readsHowAPersonIsCalled() {
    let (all, problems) = read(
      #"{"console": {"approvals": {"open": "idle", "bell": false, "title": false, "notify": "osc777"}}}"#)
    #expect(problems == [])
    #expect(all.approvals.open == .idle && !all.approvals.bell && !all.approvals.title)
    #expect(all.approvals.notify == .osc777)
    let (odd, said) = read(#"{"console": {"approvals": {"open": "always", "bell": 1}}}"#)
    #expect(odd.approvals == ConsoleConfiguration.Approvals())
    #expect(
      said == [
        "1:36: error: `always` is no value of `open`: write `never` or `idle` (at /console/approvals/open)",
        "1:54: error: `bell` must be true or false, not a number (at /console/approvals/bell)",
      ])
  }

  /// A slip in the console's part stops no gate, and one in the gate's part no console.
  @Test func eachReadsItsOwnPart() throws {
    let text = #"{"console": {"them": 5}, "record": {"sync": "each"}}"#
    #expect(try GateConfiguration.read(Array(text.utf8)).record.sync == .each)
    #expect(read(#"{"recrod": 1, "console": {"theme": "nord"}}"#).0.theme == "nord")
    #expect(read("{").1 == [])
  }

  @Test(
    arguments: [
      (nil, false, "{\n  \"console\": {\"theme\": \"nord\"}\n}\n"),
      ("{\"timeouts\": {\"call\": 5}}\n", false, "{\"timeouts\": {\"call\": 5}, \"console\": {\"theme\": \"nord\"}}\n"),
      (
        "{\n  \"console\": {\n    \"theme\": \"dracula\",\n    \"mouse\": false\n  }\n}\n", false,
        "{\n  \"console\": {\n    \"theme\": \"nord\",\n    \"mouse\": false\n  }\n}\n"
      ),
      (
        "{\"console\": {\"theme\": \"dracula\"}}", true,
        "{\"console\": {\"theme\": \"dracula\", \"light_theme\": \"nord\"}}"
      ),
    ] as [(String?, Bool, String)])
  func onlyTheThemeChanges(_ before: String?, _ isLight: Bool, _ after: String) throws {
    let text = try ConsoleConfiguration.text(
      before.map { Array($0.utf8) }, theme: "nord", forLightBackground: isLight)
    #expect(String(decoding: text, as: UTF8.self) == after)
  }

  @Test(arguments: ["{", "[]", #"{"console": 5}"#, #"{"console": {"theme": "a"}, "console": {}}"#])
  func aFileThatIsNotUnderstoodIsLeftAlone(_ text: String) throws {
    #expect(throws: ConsoleConfiguration.NotKept.self) {
      try ConsoleConfiguration.text(Array(text.utf8), theme: "nord", forLightBackground: false)
    }
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("console-\(UUID())").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = folder + "/config.json"
    try SafeFile.makeFolder(folder)
    try SafeFile.replace(path, with: Array(text.utf8))
    #expect(throws: ConsoleConfiguration.NotKept.self) {
      try ConsoleConfiguration.keep(theme: "nord", forLightBackground: false, in: path)
    }
    #expect(try SafeFile.read(path, limit: 1000) == Array(text.utf8))
  }

  @Test func aThemeIsKeptWhereThereWasNoFile() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("console-\(UUID())").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = folder + "/gatehouse/config.json"
    #expect(ConsoleConfiguration.load(path) == (ConsoleConfiguration(), nil))
    try ConsoleConfiguration.keep(theme: "nord", forLightBackground: false, in: path)
    #expect(ConsoleConfiguration.load(path).0.theme == "nord")
    try SafeFile.replace(path, with: Array(#"{"console": {"a": 1, "b": 2}}"#.utf8))
    let problem = ConsoleConfiguration.load(path).problem
    #expect(problem?.hasPrefix("\(path):1:14: error: unknown key `a`") == true)
    #expect(problem?.hasSuffix("(and 1 more)") == true)
  }
}
