import ConsoleCore
import ControlWire
import JSONText
import Policy
import Testing

struct FilterTests {
  /// The tools that a filter shows, by name.
  static func shown(_ source: String) -> [String] {
    var desk = Desk.ready()
    desk.press("f", "/", source, "Enter")
    return desk.state.list.rows.compactMap { row in
      guard case .tool(let tool) = row else { return nil }
      return desk.state.catalogue.tools[tool].info.name.string
    }
  }

  @Test(arguments: [
    ("status", ["git_status"]),
    ("git log", ["git_log"]),
    ("tool:git_*&!deny", ["git_status", "git_log", "git_diff"]),
    ("decision:limit|risk:high", ["git_reset", "git_log"]),
    ("risk>=med", ["git_reset", "git_commit"]),
    ("risk<med time", ["get_current_time", "convert_time"]),
    ("cat:dest", ["git_reset"]),
    ("source:explicit", ["git_status", "git_log"]),
    ("source:\"pattern *\"", ["git_diff"]),
    ("!(server:git|tool=convert_time)", ["get_current_time"]),
    ("!!tool:git_log", ["git_log"]),
    ("GIT", []),
    ("\"working tree\"", []),
    ("server!=git tool:*_time", ["get_current_time", "convert_time"]),
    ("n>0", []),
    ("text:log", ["git_log"]),
  ])
  func findsTools(source: String, expected: [String]) { #expect(Self.shown(source) == expected) }

  @Test(arguments: [
    ("(git", 4, "`)` is missing"),
    ("git)", 3, "`)` has no partner"),
    ("a|", 2, "a condition is missing at the end"),
    ("|a", 0, "a condition is missing before `|`"),
    ("\"git", 0, "the closing quote is missing"),
    ("risk:huge", 5, "`huge` is no risk; there are low med high crit"),
    ("decision:no", 9, "`no` is no decision; there are allow deny limit ask hide"),
    ("tool>a", 5, "`tool` has no order; use : or ="),
    ("tool:", 5, "`tool:` needs a value"),
    ("lat>5ms", 0, "rows of this pane have no `lat`"),
    ("arg.path:x", 0, "the stream does not carry arguments, so `arg` cannot be compared"),
    ("tool~^git", 5, "regular expressions are not in this version; `:` takes * for any run of characters"),
  ])
  func saysWhatIsWrong(source: String, place: Int, message: String) {
    #expect {
      try Filter(source, for: .policy)
    } throws: { error in
      error as? FilterError == FilterError(message: message, place: place)
    }
  }

  @Test func unknownFieldNamesThoseThatExist() {
    #expect {
      try Filter("colour:red", for: .live)
    } throws: { error in
      (error as? FilterError)?.message.hasPrefix("`colour` is no field; there are agent session server tool") == true
    }
  }

  @Test func deepBracketsAreAnErrorAndNoTrap() {
    #expect(throws: FilterError.self) { try Filter(String(repeating: "(", count: 1900), for: .live) }
    let nested = String(repeating: "(", count: 900) + "a" + String(repeating: ")", count: 900)
    #expect(throws: FilterError(message: "brackets are nested too deep", place: 32)) { try Filter(nested, for: .live) }
    #expect(throws: FilterError.self) { try Filter(String(repeating: "a", count: 5000), for: .live) }
    #expect(throws: Never.self) { try Filter(String(repeating: "!", count: 1900) + "a", for: .live) }
  }

  @Test func anInvalidTextLeavesTheLastValidOneInForce() {
    var desk = Desk.ready()
    desk.press("/", "git_log", "(")
    #expect(desk.state.list.filter?.source == "git_log")
    #expect(desk.state.list.matching == 1)
    desk.press("Backspace", "Enter")
    #expect(desk.state.overlay == nil)
    #expect(desk.state.list.filter?.source == "git_log")
    desk.press("/", "x", "Esc")
    #expect(desk.state.list.filter?.source == "git_log")
    desk.press("Esc")
    #expect(desk.state.list.filter == nil)
  }

  @Test func tabCompletesFieldsAndWords() {
    var desk = Desk.ready()
    desk.press("/", "ri", "Tab", "hi", "Tab")
    #expect(desk.state.list.filter?.source == "risk:high")
  }

  @Test func starsCostTimeInProportion() throws {
    // Patterns of many stars are the classic way to make a matcher hang.
    let pattern = "tool:" + String(repeating: "a*", count: 400) + "b"
    #expect(try Filter(pattern, for: .live) != nil)
    var desk = Desk.ready()
    for _ in 0..<20 { desk.call("git", String(repeating: "a", count: 500)) }
    desk.press("4", "/")
    desk.send(.input(.paste(pattern)))
    #expect(desk.state.live.count == 1)
  }
}
