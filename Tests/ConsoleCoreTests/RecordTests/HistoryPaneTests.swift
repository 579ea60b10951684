import ConsoleCore
import ControlWire
import Filters
import History
import JSONText
import Policy
import Testing

/// The pane of the record.
struct HistoryPaneTests {
  private func text(_ desk: Desk) -> String { screen(desk.state).joined(separator: "\n") }

  @Test(arguments: ["H", "7"]) func itIsAPaneLikeTheOthers(key: String) {
    var desk = Desk.ready(columns: 100, rows: 30)
    desk.press(key)
    #expect(desk.state.focus == .history && desk.state.overlay == nil)
    #expect(text(desk).contains("7 History reading") && text(desk).contains("The record is being read."))
    desk.answerHistory()
    #expect(text(desk).contains("7 History") && text(desk).contains("last 12 of 12,000 decisions"))
    desk.press("Tab")
    #expect(desk.state.focus == .live && desk.state.upper == .history)
    desk.press("Tab")
    #expect(desk.state.focus == .history)
    desk.press("Esc")
    #expect(desk.state.focus == .policy)
    desk.effects = []
    desk.press(":", "record", "Enter")
    #expect(desk.state.focus == .history && desk.historyQuestion != nil)
  }

  @Test func onASmallScreenTabReachesIt() {
    var desk = Desk.ready(columns: 60, rows: 18)
    desk.press("6", "Tab")
    #expect(desk.state.focus == .history && desk.historyQuestion != nil)
    desk.answerHistory()
    #expect(text(desk).contains("git/git_log"))
  }

  @Test func itTellsOfTheRowWhatHeldThenAndWhatHoldsNow() {
    var desk = Desk.atHistory(columns: 130, rows: 30)
    desk.press("j")
    #expect(text(desk).contains("then  ✗ deny by /servers/git/tools/git_gone, the policy denies this tool"))
    #expect(text(desk).contains("now   the tool is not in the catalogue"))
    desk.press("j")
    #expect(text(desk).contains("then  ≈ limit by /servers/git/tools/git_commit/limits/0, rate limit of 6 per minute"))
    #expect(text(desk).contains("the policy was another one"))
    #expect(text(desk).contains("tool  3,000 calls, 3,000 refused, 0 failed"))
    desk.press("j")
    #expect(text(desk).contains("tool  3,000 calls, 0 refused, 0 failed, p50 "))
  }

  @Test func itIsSearchedAsItIsTyped() throws {
    var desk = Desk.atHistory(columns: 100, rows: 30)
    desk.effects = []
    desk.press("/", "deny")
    let typed = desk.effects.compactMap { if case .readHistory(let question) = $0 { question } else { nil } }
    #expect(typed.map { $0.filter?.source } == ["d", "de", "den", "deny"])
    #expect(typed.map(\.id) == typed.map(\.id).sorted())
    desk.press(" tool:(")
    #expect(desk.state.history.filter?.source == "deny tool", "the last valid one stays")
    desk.press("Backspace", "g", "Enter")
    let question = try #require(desk.historyQuestion)
    #expect(question.filter?.source == "deny tool:g" && desk.state.history.asked == question.id)
    desk.answerHistory(Array(Desk.past().prefix(1)))
    #expect(text(desk).contains("/deny tool:g") && text(desk).contains("last 1 of 1,000 decisions"))
    desk.press("/", "x", "Esc")
    #expect(desk.state.history.filter?.source == "deny tool:g")
    desk.press("Esc")
    #expect(desk.state.history.filter == nil && desk.state.focus == .history)
  }

  @Test func anAnswerThatNobodyWaitsForChangesNothing() throws {
    var desk = Desk.atHistory(columns: 100, rows: 30)
    let first = try #require(desk.historyQuestion)
    desk.press("R")
    let before = desk.state.history
    var page = HistoryPage(id: first.id)
    page.problem = "late"
    desk.send(.historyRead(page))
    #expect(desk.state.history == before && before.asked != nil)
  }

  @Test func newDecisionsMoveNothing() throws {
    var desk = Desk.atHistory(columns: 100, rows: 20)
    desk.press("j", "j", "j", "R")
    let here = try #require(desk.state.history.row)
    let line = try #require(screen(desk.state).firstIndex { $0.contains("▶") })
    desk.answerHistory(Desk.past(14))
    #expect(desk.state.history.row == here && desk.state.history.cursor.row == 5)
    #expect(screen(desk.state).firstIndex { $0.contains("▶") } == line)
  }

  @Test func theNumbersOfEachToolStandInTheirPlace() {
    var desk = Desk.atHistory(columns: 100, rows: 30)
    desk.press("f")
    let lines = screen(desk.state)
    #expect(lines.contains { $0.contains("server/tool") && $0.contains("refused") && $0.contains("p99") })
    let row = lines.first { $0.contains("git/git_commit") } ?? ""
    #expect(row.split(separator: " ").suffix(8).map(String.init).contains("3,000"))
    while desk.state.history.tool?.tool != "git_log", desk.state.history.numberCursor.row < 3 { desk.press("j") }
    desk.effects = []
    desk.press("Enter")
    #expect(desk.historyQuestion?.filter?.source == "server=git tool=git_log")
    #expect(!desk.state.history.showsNumbers)
  }

  @Test func itGoesToWhatWasNotAllowed() {
    var desk = Desk.atHistory(columns: 100, rows: 30)
    desk.press("j", "j", "]")
    #expect(desk.state.history.row?.event.decision.verdict == .deny && desk.state.history.cursor.row == 5)
    desk.press("[")
    #expect(desk.state.history.cursor.row == 2)
  }

  @Test func jumpsToTheRule() {
    var desk = Desk.atHistory(columns: 100, rows: 30)
    desk.press("j", "j", "J")
    #expect(desk.state.focus == .policy)
    // The policy has the tool, and no such rule any more.
    #expect(text(desk).contains("/servers/git/tools/git_commit/limits/0 is not in the policy as it is edited"))
    desk = Desk.atHistory(columns: 100, rows: 30)
    desk.press("J")
    #expect(desk.state.focus == .rule)
    #expect(text(desk).contains("/servers/git/tools/git_log decided"))
  }

  @Test func saysWhyThereIsNothing() {
    var desk = Desk.ready(columns: 100, rows: 30)
    desk.press("H")
    var page = HistoryPage(id: desk.historyQuestion?.id ?? 0)
    page.problem = "there is no record yet"
    desk.send(.historyRead(page))
    #expect(text(desk).contains("there is no record yet"))
    desk.press("H")
    desk.answerHistory([])
    #expect(text(desk).contains("Nothing is recorded yet."))
    desk.press("/", "tool:none", "Enter")
    desk.answerHistory([])
    #expect(text(desk).contains("no decision of the record fits /tool:none"))
    desk.press("Enter", "J")
    #expect(desk.state.overlay == nil && desk.state.focus == .history)
  }

  @Test func whatOthersWroteIsShownAsItIs() {
    let desk = Desk.atHistory(columns: 120, rows: 30)
    HostileTests.check(desk.state, "the record")
    #expect(text(desk).contains("U+202E"))
  }
}
