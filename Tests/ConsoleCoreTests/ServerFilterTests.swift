import ConsoleCore
import ControlWire
import Filters
import JSONText
import Policy
import Testing

/// The filter of the servers pane.
struct ServerFilterTests {
  static let names = ["alpha", "beta", "gamma", "delta"]

  static func desk(columns: Int = 80, rows: Int = 24) -> Desk {
    var desk = Desk.ready(columns: columns, rows: rows)
    desk.gate(.snapshot(desk.snapshot(servers()), id: nil), sequence: 0)
    desk.press("5")
    return desk
  }

  static func servers(_ states: [Snapshot.Server.State] = [.running, .idle, .failed, .running]) -> [Snapshot.Server] {
    zip(names, states).map { Desk.server($0, [Desk.tool("tool_of_\($0)")], state: $1) }
  }

  private func shown(_ desk: Desk) -> [String] {
    screen(desk.state).compactMap { row in Self.names.first { row.contains("│  \($0) ") || row.contains("│▶ \($0) ") } }
  }

  private func current(_ desk: Desk) -> ExactText? {
    desk.state.currentServer.map { desk.state.catalogue.servers[$0].info.name }
  }

  @Test func rowsAreFilteredWhileOneTypes() {
    var desk = Self.desk()
    #expect(shown(desk) == Self.names)
    desk.press("/", "alp")
    #expect(shown(desk) == ["alpha"])
    desk.press(" (")
    #expect(shown(desk) == ["alpha"], "what is no filter changes nothing")
    desk.press("Esc")
    #expect(shown(desk) == Self.names)
    desk.press("/", "is:run")
    desk.press("ning")
    #expect(shown(desk) == ["alpha", "delta"])
    desk.press("Enter")
    #expect(screen(desk.state).contains { $0.contains("2 of 4 · 2 hidden /is:running") })
    #expect(desk.state.list.filter == nil && desk.state.live.filter == nil)
    desk.press("Esc")
    #expect(shown(desk) == Self.names)
    #expect(desk.state.note?.text == "filter cleared")
    desk.press("/", "beta", "Esc")
    #expect(desk.state.serverFilter == nil)
  }

  @Test func keysAreAboutTheRowThatIsShown() {
    var desk = Self.desk()
    desk.press("/", "!alpha !beta", "Enter")
    #expect(shown(desk) == ["gamma", "delta"])
    #expect(current(desk) == "gamma")
    desk.press("j", "j", "j")
    #expect(current(desk) == "delta")
    desk.press("g", "n")
    #expect(current(desk) == "delta")
    desk.press("n")
    #expect(desk.state.note?.text == "that was the last match")
    desk.effects = []
    desk.press("o")
    #expect(desk.effects.contains { "\($0)".contains("delta") })
    desk.press("Esc", "N", "X")
    #expect(screen(desk.state).contains { $0.contains("gamma") })
  }

  /// Nothing that the network does moves the cursor from its server.
  @Test func aServerThatComesOrGoesMovesNoCursor() {
    var desk = Self.desk()
    desk.press("/", "is:running", "Enter", "j")
    #expect(current(desk) == "delta")
    desk.gate(.snapshot(desk.snapshot(Self.servers([.running, .running, .running, .running])), id: nil), sequence: 0)
    #expect(shown(desk) == ["gamma", "delta"], "its row stays where it was on the screen")
    #expect(current(desk) == "delta")
    desk.gate(.snapshot(desk.snapshot(Self.servers([.idle, .idle, .idle, .running])), id: nil), sequence: 0)
    #expect(shown(desk) == ["delta"])
    #expect(current(desk) == "delta")
    desk.gate(.snapshot(desk.snapshot(Self.servers([.idle, .idle, .idle, .idle])), id: nil), sequence: 0)
    #expect(current(desk) == nil)
    #expect(screen(desk.state).contains { $0.contains("No server fits is:running. Esc clears the filter.") })
    desk.press("R", "Space", "Enter", "X", "j", "k", "G")
    #expect(current(desk) == nil)
  }

  @Test func namesCompletionAndMistakesAreItsOwn() {
    var desk = Self.desk()
    desk.press("/", "server:de", "Tab", "Enter")
    #expect(desk.state.serverFilter?.source == "server:delta")
    desk.press("/", " risk:high")
    #expect(screen(desk.state).contains { $0.contains("filter: ") })
    desk.press("Esc", ":", "filter save last", "Enter")
    #expect(desk.effects.contains { if case .saveFilters = $0 { true } else { false } })
    desk.press(":", "filter alpha", "Enter")
    #expect(shown(desk) == ["alpha"])
    #expect(desk.state.note?.text == "1 of 4 servers")
  }

  @Test func aClickMeansTheRowThatIsShown() {
    var desk = Self.desk()
    desk.press("/", "!alpha !beta", "Enter")
    guard let row = screen(desk.state).firstIndex(where: { $0.contains("delta") }) else {
      Issue.record("delta is not shown")
      return
    }
    desk.send(.input(.mouse(Mouse(.press, row: row, column: 4))))
    #expect(current(desk) == "delta")
  }
}
