import ConsoleCore
import ControlWire
import JSONText
import Policy
import Testing

/// The terminal's own cursor stands where the attention is, for those who follow it; and what a small screen shows.
struct CursorTests {
  static let sizes = [(80, 24), (160, 48), (40, 10), (100, 30)]

  /// What is in the row that the cursor stands in.
  func row(_ desk: Desk, sourceLocation: SourceLocation = #_sourceLocation) -> String {
    let frame = render(desk.state)
    guard let cursor = frame.cursor, (0..<frame.grid.size.rows).contains(cursor.row),
      (0..<frame.grid.size.columns).contains(cursor.column)
    else {
      Issue.record("the cursor is nowhere: \(String(describing: frame.cursor))", sourceLocation: sourceLocation)
      return ""
    }
    return frame.grid.text(row: cursor.row)
  }

  @Test(arguments: sizes)
  func inEveryPaneOnTheRowOfTheCursor(columns: Int, rows: Int) {
    var desk = Desk.busy(columns: columns, rows: rows)
    desk.press("j", "j")
    #expect(row(desk).contains("git_commit"))
    desk.press("d", "2")
    #expect(row(desk).contains("git_commit"))
    desk.press("4", "k", "k")
    #expect(row(desk).contains("git/git_st"))
    desk.press("5", "j")
    #expect(row(desk).contains("time"))
    desk.press("6", "j")
    #expect(row(desk).contains("git_commit"))
  }

  @Test(arguments: sizes)
  func inEveryEmptyPaneToo(columns: Int, rows: Int) {
    var desk = Desk(columns: columns, rows: rows)
    desk.send(.policyRead(.absent))
    for pane in ["1", "2", "4", "5", "6"] {
      desk.press(pane)
      _ = row(desk)
    }
  }

  @Test(arguments: sizes)
  func inEveryPopup(columns: Int, rows: Int) {
    let desk = Desk.busy(columns: columns, rows: rows)
    let popups: [(keys: [String], text: String)] = [
      (["?"], "find:"), (["ctrl-p"], "do:"), ([":", "deny"], ":deny"), (["/", "git"], "/git"),
      (["j", "j", "D"], "default of git"), (["j", "j", "r"], ""), (["4", "k", "Enter"], "time"), (["!"], ""),
      (["o"], ""),
      (["ctrl-t"], ""),
    ]
    for popup in popups {
      var desk = desk
      for key in popup.keys { desk.press(key) }
      #expect(desk.state.overlay != nil, "\(popup.keys)")
      #expect(row(desk).contains(popup.text), "\(popup.keys)")
      guard let cursor = render(desk.state).cursor else { continue }
      // In front of the panes, and not on a pane's row behind.
      #expect(cursor.row > 0)
    }
  }

  // MARK: The bottom line

  @Test func whatWasSaidStandsAtTheRightOfTheKeys() {
    var desk = Desk.ready(columns: 120, rows: 30)
    desk.press("j", "d")
    #expect(screen(desk.state).last?.hasPrefix(" a allow") == true)
    #expect(screen(desk.state).last?.hasSuffix(" git/git_reset: deny · u undo") == true)
    desk.press(":", "deny nobody", "Enter", "Esc", "!", "Esc")
    #expect(desk.state.log.last?.note.weight == .error)
  }

  @Test func anErrorHasTheWholeLineUntilItIsSeen() {
    var desk = Desk.ready(columns: 120, rows: 30)
    desk.send(.note(Note(.error, "the disk is full")))
    #expect(screen(desk.state).last == " ! error: the disk is full")
    desk.send(.tick(desk.state.now.advanced(byMicroseconds: 600_000_000)))
    #expect(screen(desk.state).last == " ! error: the disk is full")
    desk.press("j")
    #expect(screen(desk.state).last?.contains("full") == false)
    #expect(desk.state.log.last?.note.text == "the disk is full")
  }

  @Test func onlyWhatCanBeDoneIsOffered() {
    var desk = Desk.ready(columns: 160, rows: 48)
    desk.press("j")
    #expect(
      screen(desk.state).last?.hasPrefix(" a allow  d deny  r limit  p ask  x hide  i inherit  m mark  / filter")
        == true)
    desk.press("d")
    desk.send(.tick(desk.state.now.advanced(byMicroseconds: 60_000_000)))
    #expect(screen(desk.state).last?.contains("i inherit  u undo  ^S save  = diff") == true)
    desk.press("6")
    #expect(screen(desk.state).last?.contains("keep mine") == false)
  }

  // MARK: A tiny terminal

  @Test func aTinyTerminalShowsFactsAndTakesCommands() {
    var desk = Desk.ready(columns: 39, rows: 4)
    #expect(screen(desk.state)[0].hasPrefix("gate ● up rev"))
    // Nothing is decided unseen.
    desk.press("j", "d", "x", " ", "D")
    #expect(desk.state.policy.isDirty == false)
    #expect(screen(desk.state)[1].hasPrefix("there is no room to see what D does"))
    desk.press(":", "deny git_log")
    #expect(screen(desk.state)[3] == ":deny git_log")
    #expect(render(desk.state).cursor?.row == 3)
    desk.press("Enter")
    #expect(desk.state.policy.isDirty)
    desk.press("q")
    #expect(screen(desk.state)[1].hasPrefix("y or n? quit and lose 1 unsaved change"))
    desk.press("n")
    desk.send(.resized(Size(columns: 80, rows: 24)))
    #expect(screen(desk.state)[1].hasPrefix("┌1 Policy"))
  }

  @Test func whatCannotBeSeenIsNotConfirmed() {
    var desk = Desk.ready()
    desk.press("j", "D")
    desk.send(.resized(Size(columns: 10, rows: 1)))
    desk.press("y")
    #expect(desk.state.policy.isDirty == false)
    #expect(desk.state.overlay != nil)
    desk.press("Esc")
    #expect(desk.state.overlay == nil)
  }
}
