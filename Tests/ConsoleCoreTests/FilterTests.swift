import ConsoleCore
import ControlWire
import Filters
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
    ("git_d*f", ["git_diff"]),
    ("\"git_d*f\"", []),
    ("tool=git_*", []),
    ("tool~^git_[ls]", ["git_status", "git_log"]),
    ("tool~\"^GIT\"", []),
    ("tool~\"(log|diff)$\"", ["git_log", "git_diff"]),
    ("tool~\"^\\w+_\\S{3}$\"", ["git_log"]),
    ("!tool~git", ["get_current_time", "convert_time"]),
    ("is:ungoverned", ["git_reset", "git_commit", "get_current_time", "convert_time"]),
    ("is:ungoverned !source:global*", ["get_current_time", "convert_time"]),
    ("!is:ungoverned is!=edited", ["git_status", "git_log", "git_diff"]),
    ("is:changed | is:new", []),
    ("age<1m", []),
    ("age=1m tool:git_l*", ["git_log"]),
    ("git_log | git_diff time", ["git_log"]),
    ("(git_log | git_diff) git", ["git_log", "git_diff"]),
    ("!git_log git | time", ["git_reset", "git_commit", "git_status", "git_diff", "get_current_time", "convert_time"]),
    ("tool:*É*", []),
  ])
  func findsTools(source: String, expected: [String]) { #expect(Self.shown(source) == expected) }

  @Test(arguments: [
    ("a (git", 2, 1, "the closing `)` of this one is missing"),
    ("git)", 3, 1, "`)` has no partner"),
    ("a|", 2, 1, "a condition is missing at the end"),
    ("|a", 0, 1, "a condition is missing before `|`"),
    ("a && b", 3, 1, "a condition is missing before `&`"),
    ("x \"git", 2, 1, "the closing quote is missing"),
    ("a risk:huge b", 7, 4, "`huge` is no risk; there are low med high crit"),
    ("decision:no", 9, 2, "`no` is no decision; there are allow deny limit ask hide"),
    ("cat:x", 4, 1, "`x` is no category; there are read write execute destructive financial"),
    ("tool>a", 5, 1, "`tool` has no order; use : or ="),
    ("risk~h", 5, 1, "`risk` is no text; `~` is for texts, use : or ="),
    ("a tool: b", 2, 5, "`tool:` needs a value"),
    ("n:x", 2, 1, "`x` is no number"),
    ("age>5x", 4, 2, "`5x` is no time; write 5ms, 2s, 1m, 1h, 3d"),
    ("age>999999999999d", 4, 13, "`999999999999d` is no time; write 5ms, 2s, 1m, 1h, 3d"),
    ("tool~[a", 5, 2, "`[a` is no regular expression: missing ]: [a"),
    (
      "lat>5ms", 0, 3,
      "rows of this pane have no `lat`; there are server tool rule decision risk cat source age n is text"
    ),
    (
      "x arg.path:x", 2, 8, "arguments are known nowhere here: of a call's arguments only the digest is told"
    ),
    (
      "is:lost", 3, 4,
      "rows of this pane are never `lost`; they may be ungoverned changed new marked edited conditional lookalike"
    ),
  ])
  func saysWhatIsWrong(source: String, place: Int, length: Int, message: String) {
    #expect {
      try Filter(source, for: .policy)
    } throws: { error in
      error as? FilterError == FilterError(message: message, place: place, length: length)
    }
  }

  @Test func regularExpressionsAreBounded() throws {
    let long = "tool~" + String(repeating: "a", count: 301)
    #expect(throws: FilterError.self) { try Filter(long, for: .policy) }
    #expect(throws: FilterError.self) { try Filter("tool~(((a{100}){100}){100})", for: .policy) }
    let many = (0..<9).map { "tool~a\($0)" }.joined(separator: " ")
    #expect {
      try Filter(many, for: .policy)
    } throws: { ($0 as? FilterError)?.message == "a filter has at most 8 regular expressions" }
    #expect(try Filter((0..<8).map { "tool~a\($0)" }.joined(separator: " "), for: .policy) != nil)
  }

  @Test func caseMattersOnceACapitalIsTyped() throws {
    func finds(_ source: String, _ tool: String) throws -> Bool {
      var desk = Desk.ready()
      desk.gate(.snapshot(desk.snapshot([Desk.server("s", [Desk.tool(tool)])]), id: nil), sequence: 0)
      return desk.state.count(try Filter(source, for: .policy)) == 1
    }
    #expect(try finds("pushé", "PUSHÉ_files"))
    #expect(try !finds("Pushé", "PUSHÉ_files"))
    #expect(try finds("tool:push*", "PUSHÉ_files"))
    #expect(try finds("tool~^pushé", "PUSHÉ_files"))
    #expect(try !finds("tool~^Pushé", "PUSHÉ_files"))
    #expect(try finds("tool~^\\S+$", "push"))
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

  @Test(arguments: [
    (["ri", "Tab", "hi", "Tab"], "risk:high"),
    (["server:g", "Tab"], "server:git"),
    (["!server:g", "Tab", " to", "Tab", "GET", "Tab"], "!server:git tool:get_current_time"),
    (["(git_l", "Tab", ")"], "(git_log)"),
    (["source:pat", "Tab"], "source:\"pattern git_diff*\""),
    (["source:\"gl", "Tab"], "source:\"global default\""),
    (["is:e", "Tab"], "is:edited"), (["de", "Tab"], "decision:"), (["den", "Tab"], "deny"),
    (["\"git", "Tab", "\""], "\"git\""), (["zzz", "Tab"], "zzz"), (["tool~g", "Tab"], "tool~g"),
  ])
  func tabCompletes(keys: [String], expected: String) {
    var desk = Desk.ready()
    desk.press("/")
    for key in keys { desk.press(key) }
    guard case .filter(let field) = desk.state.overlay else {
      Issue.record("no filter is being typed")
      return
    }
    #expect(field.field.text == expected)
  }

  @Test func valuesOfTheStreamAreCompleted() {
    var desk = Desk.busy()
    desk.press("4", "/", "agent:c", "Tab", " rule:", "Tab")
    #expect(desk.state.live.filter?.source == "agent:claude rule:/servers/git/tools/git_log/limits/0")
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
