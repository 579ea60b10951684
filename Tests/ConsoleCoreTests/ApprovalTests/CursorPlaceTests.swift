import ConsoleCore
import ControlWire
import JSONText
import Policy
import SeededChance
import Testing

/// The cursor of the approvals pane stays on its line of the screen, whatever the gate tells.
struct CursorPlaceTests {
  private static let sizes = [(80, 24), (160, 48), (60, 16), (40, 10)]

  @Test func aQuestionThatIsSettledMovesNoLine() {
    for (columns, rows) in Self.sizes {
      var desk = Desk.waiting(columns: columns, rows: rows)
      // Onto the rows of earlier.
      desk.press("3", "j", "j", "j", "j")
      guard case .settled = desk.state.approvals.cursor else {
        Issue.record("\(String(describing: desk.state.approvals.cursor))")
        continue
      }
      let row = render(desk.state).cursor?.row
      desk.ask(Desk.event("q1-3", state: .denied, by: "you on pts/4"))
      #expect(render(desk.state).cursor?.row == row, "\(columns)x\(rows)")
      desk.ask(Desk.event("q1-8", "git_push", seconds: 5))
      #expect(render(desk.state).cursor?.row == row, "\(columns)x\(rows)")
    }
  }

  @Test func theBannerMovesNoLine() {
    var desk = Desk.waiting()
    desk.press("3", "G")
    let open = desk.state.approvals.open.map(\.event)
    let row = render(desk.state).cursor?.row
    #expect((row ?? 0) > 5)
    var snapshot = desk.snapshot(Desk.servers)
    desk.gate(.snapshot(snapshot, id: nil), sequence: 0)
    #expect(!screen(desk.state)[1].contains("▲"))
    #expect(render(desk.state).cursor?.row == row)
    snapshot.approvals = open
    desk.gate(.snapshot(snapshot, id: nil), sequence: 0)
    #expect(screen(desk.state)[1].contains("▲ 4"))
    #expect(render(desk.state).cursor?.row == row)
  }

  @Test func nothingThatTheGateTellsMovesIt() {
    for seed in 0..<60 {
      var chance = Chance(UInt64(seed))
      let (columns, rows) = chance.pick(Self.sizes)
      var desk = Desk.waiting(columns: columns, rows: rows)
      desk.press("3")
      for number in 0..<60 {
        if chance.happens(oneIn: 4) { desk.press(chance.pick(["j", "k", "j", "G", "g", "ctrl-d", "ctrl-u"])) }
        let before = desk.state.approvals.cursor
        let place = render(desk.state).cursor
        let text = place.map { screen(desk.state)[$0.row] }
        let open = desk.state.approvals.open.map(\.event)
        switch chance.below(4) {
        case 0, 1:
          desk.ask(Desk.event("r\(number)", "t\(chance.below(9))", seconds: Int64(chance.below(200) + 30)))
        case 2:
          guard var event = open.isEmpty ? nil : chance.pick(open) else { continue }
          event.state = chance.pick([.approved, .denied, .withdrawn, .expired])
          event.by = "somebody"
          desk.ask(event)
        default:
          var snapshot = desk.snapshot(Desk.servers)
          snapshot.approvals = open.filter { _ in !chance.happens(oneIn: 3) }
          desk.gate(.snapshot(snapshot, id: nil), sequence: 0)
        }
        #expect(desk.state.approvals.cursor == before, "seed \(seed)")
        let after = render(desk.state).cursor
        // The banner takes the first line where nothing waited, and gives the last one back.
        let isOther = open.isEmpty != desk.state.approvals.open.isEmpty
        if isOther, place.map({ [1, 2, 3, rows - 2, rows - 1].contains($0.row) }) ?? true { continue }
        #expect(after?.row == place?.row, "seed \(seed) step \(number)")
        // The row may say now how it ended, and is the same row.
        guard case .settled = before, let after, let text else { continue }
        #expect(screen(desk.state)[after.row].prefix(20) == text.prefix(20), "seed \(seed) step \(number)")
      }
      // The next key puts things right where lines were left free.
      desk.press("g")
      #expect(render(desk.state).cursor != nil)
      let first = screen(desk.state).first { $0.contains("git") || $0.contains("t") }
      #expect(first != nil)
    }
  }

  /// A row that stood above the cursor goes, and the list had nothing above that could come down.
  @Test func linesAreLeftFreeRatherThanMoved() {
    var desk = Desk.waiting()
    let standing = StandingApproval(
      id: "q0-1", scope: .session, session: "7f3a", client: "claude-1", grant: "local", server: "git",
      method: "tools/call", tool: "git_add", digest: "d", by: "you", since: desk.state.now, remaining: nil, uses: 0)
    var snapshot = desk.snapshot(Desk.servers)
    snapshot.approvals = desk.state.approvals.open.map(\.event)
    snapshot.standing = [standing]
    desk.gate(.snapshot(snapshot, id: nil), sequence: 0)
    desk.press("3", "j", "j", "j", "j")
    let row = render(desk.state).cursor?.row
    snapshot.standing = []
    desk.gate(.snapshot(snapshot, id: nil), sequence: 0)
    #expect(render(desk.state).cursor?.row == row)
    desk.press("k", "j")
    #expect(render(desk.state).cursor?.row == row.map { $0 - 2 })
  }
}
