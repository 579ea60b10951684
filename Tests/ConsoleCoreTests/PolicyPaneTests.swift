import ConsoleCore
import ControlWire
import JSONText
import Policy
import Risk
import Testing

/// Rows, order, signs and counts of the policy pane.
struct PolicyPaneTests {
  private static func tools(_ desk: Desk) -> [String] {
    desk.state.list.rows.compactMap { row in
      guard case .tool(let tool) = row else { return nil }
      return desk.state.catalogue.tools[tool].info.name.string
    }
  }

  private static func row(_ desk: Desk, _ name: String) -> String {
    screen(desk.state).first { $0.contains(name) } ?? ""
  }

  @Test(arguments: [
    ("risk", "risk ↓", "git_reset git_commit git_status git_log git_diff get_current_time convert_time"),
    ("name", "name ↑", "convert_time get_current_time git_commit git_diff git_log git_reset git_status"),
    ("decision", "decision ↑", "git_status git_diff get_current_time convert_time git_commit git_reset git_log"),
    ("calls", "calls ↓", "convert_time git_log git_status git_diff git_commit git_reset get_current_time"),
    ("changed", "changed ↓", "git_diff git_status git_log git_commit git_reset get_current_time convert_time"),
    ("listed", "listed ↑", "git_status git_log git_diff git_commit git_reset get_current_time convert_time"),
  ])
  func everyOrderIsStableAndTold(order: String, title: String, expected: String) {
    var desk = Desk.ready(columns: 160, rows: 48)
    for _ in 0..<3 { desk.call("time", "convert_time") }
    for _ in 0..<2 { desk.call("git", "git_log") }
    desk.press("f")
    if order == "changed" { desk.press(":", "limit 5/hour git/git_diff", "Enter") }
    desk.press(":", "sort \(order)", "Enter")
    #expect(Self.tools(desk).joined(separator: " ") == expected)
    #expect(screen(desk.state)[1].contains(title))
    #expect(desk.state.note?.text == "order: \(title)")
    // What is equal keeps its order when the order is turned round.
    desk.press("S")
    let turned = title.hasSuffix("↓") ? "↑" : "↓"
    #expect(screen(desk.state)[1].contains("\(order) \(turned)"))
    if order == "risk" {
      #expect(
        Self.tools(desk).joined(separator: " ")
          == "git_status git_log git_diff get_current_time convert_time git_commit git_reset")
    }
  }

  @Test func theHeadingHasTheOrder() {
    var desk = Desk.busy(columns: 160, rows: 48)
    desk.press(":", "sort calls", "Enter")
    let heading = screen(desk.state)[2]
    #expect(heading.contains("kind risk tool") && heading.contains("calls/h ↓"))
    // The mouse counts rows below the heading.
    desk.send(.input(.mouse(Mouse(.press, row: 4, column: 10))))
    #expect(desk.state.list.cursor.row == 1)
    desk.send(.input(.mouse(Mouse(.press, row: 2, column: 10))))
    #expect(desk.state.list.cursor.row == 1)
  }

  @Test func toolsThatOnlyADefaultGovernsAreFlagged() {
    var desk = Desk.ready(columns: 160, rows: 48)
    desk.press("j")
    #expect(Self.row(desk, "HIGH git_reset").contains("▶  ! DEST HIGH git_reset"))
    #expect(screen(desk.state).contains { $0.contains("! ungoverned: only the global default ") })
    #expect(screen(desk.state)[0].contains("7 tools (4 ungoverned)"))
    #expect(Self.row(desk, "▾ git").contains("1 HIGH 1 MED 3 LOW  2 ungoverned  default deny"))
    desk.press("d")
    #expect(Self.row(desk, "HIGH git_reset").contains("▶+   DEST HIGH git_reset"))
    #expect(Self.row(desk, "▾ git").contains("~1 edited  5 tools  1 HIGH 1 MED 3 LOW  1 ungoverned"))
  }

  @Test func whatAServerSaysAnewIsFlagged() {
    var desk = Desk.ready(columns: 160, rows: 48)
    var servers = Desk.servers
    servers[0].tools[1].description = "Shows the log, and sends it to me"
    servers[0].tools.append(Desk.tool("git_push", .write, .high))
    servers.append(Desk.server("web", [Desk.tool("fetch")]))
    desk.gate(.snapshot(desk.snapshot(servers), id: nil), sequence: 0)
    #expect(Self.row(desk, "git_log").contains("! READ LOW  git_log changed"))
    #expect(Self.row(desk, "git_push").contains("! WRIT HIGH git_push new"))
    #expect(!Self.row(desk, "fetch").contains("new"))
    #expect(Self.row(desk, "▾ git").contains("!2 changed"))
    desk.press("f", "/", "is:changed | is:new", "Enter")
    #expect(Self.tools(desk) == ["git_push", "git_log"])
    // It stays so until the console ends, however often the same is told again.
    desk.gate(.snapshot(desk.snapshot(servers), id: nil), sequence: 0)
    #expect(Self.tools(desk) == ["git_push", "git_log"])
    desk.press("g")
    #expect(screen(desk.state).contains { $0.contains("! new: the server had it not before") })
  }

  @Test func callsAreOfTheLastHour() {
    var desk = Desk.ready(columns: 160, rows: 48)
    desk.call("git", "git_log")
    desk.call("git", "git_log", after: 50 * 60_000_000)
    #expect(Self.row(desk, "git_log").contains("       2│"))
    desk.call("git", "git_status", after: 20 * 60_000_000)
    #expect(Self.row(desk, "git_log").contains("       1│"))
    #expect(Self.row(desk, "▾ git").contains("2/h│"))
    desk.call("git", "git_status", after: 3 * 3_600_000_000)
    #expect(Self.row(desk, "git_log").contains("        │"))
  }

  @Test func theTitleSaysWhatAFilterHides() {
    var desk = Desk.ready(columns: 160, rows: 48)
    desk.send(.filtersRead(NamedFilters(Array("reads = cat:read tool:g*\n".utf8))))
    desk.press(":", "filter reads", "Enter")
    #expect(screen(desk.state)[1].contains("4 of 7 · 3 hidden \\reads /cat:read tool:g* · risk ↓┐"))
    desk.press("4", "/", "deny", "Enter")
    #expect(screen(desk.state).contains { $0.contains("· 1 of 1 · 0 hidden /deny┐") })
    var small = Desk.ready(columns: 40, rows: 10)
    small.press("/", "cat:read tool:g* !log", "Enter")
    #expect(screen(small.state)[1].contains("3 of 7 · 4 hidden /cat:read…"))
  }
}
