import ConsoleCore
import ControlWire
import JSONText
import Policy
import Risk
import Testing

/// A hundred servers with five thousand tools.
struct ScaleTests {
  static func big() -> Desk {
    var desk = Desk.ready(columns: 160, rows: 48)
    let servers = (0..<100).map { server in
      Desk.server(
        "server\(server)",
        (0..<50).map { tool in
          Desk.tool(
            "tool_\(server)_\(tool)", Risk.Category.allCases[tool % 5], Severity.allCases[tool % 4], "does things")
        })
    }
    desk.gate(.snapshot(desk.snapshot(servers), id: nil), sequence: 0)
    return desk
  }

  @Test func fiveThousandToolsAreMovedThroughAndFiltered() {
    var desk = Self.big()
    #expect(desk.state.list.rows.count == 5100)
    desk.press("G")
    #expect(desk.state.list.cursor.row == 5099)
    desk.press("/", "tool:tool_7_* risk>=high", "Enter")
    #expect(desk.state.list.matching == 24)
    desk.press("Esc", "-")
    #expect(desk.state.list.rows.count == 100)
    desk.press("*", "f", "s")
    #expect(desk.state.list.rows.count == 5000)
    desk.press(":", "all deny", "Enter", "y")
    #expect(desk.state.policy.draft?.editCount == 1)
    #expect(desk.state.policy.changes.count == 5000)
    desk.press("u")
    #expect(!desk.state.policy.isDirty)
  }

  @Test func aFrameCostsTheSameHoweverManyToolsThereAre() {
    let clock = ContinuousClock()
    func time(_ desk: Desk) -> Duration {
      var best = Duration.seconds(1)
      for _ in 0..<5 { best = min(best, clock.measure { _ = render(desk.state) }) }
      return best
    }
    let (small, big) = (time(.ready(columns: 160, rows: 48)), time(Self.big()))
    // Only visible rows are formatted. The factor is for rows that the small one does not have, and for noise.
    #expect(big < small * 20, "\(big) against \(small)")
  }
}
