import ConsoleCore
import ControlWire
import History
import JSONText
import Policy
import Testing

/// One decision of the record: the rule as it was, and as it is.
struct PastDecisionTests {
  private func text(_ desk: Desk) -> String { screen(desk.state).joined(separator: "\n") }

  /// In front of the decision in such a row, with the policy of then.
  private func desk(row: Int, isKept: Bool = true, columns: Int = 110, rows: Int = 40) -> Desk {
    var desk = Desk.atHistory(columns: columns, rows: rows)
    for _ in 0..<row { desk.press("j") }
    desk.effects = []
    desk.press("Enter")
    #expect(desk.effects == [.readPastPolicy(revision: Desk.pastRevision)])
    desk.answerPast(isKept: isKept)
    return desk
  }

  @Test func aRuleThatIsGoneIsShownAsItWas() {
    let desk = desk(row: 2)
    #expect(text(desk).contains("the rule as it was, rev \(Desk.pastRevision), line 8; the policy has it no more"))
    #expect(text(desk).contains("\"limits\": [{\"window\": \"minute\", \"max\": 6}]"))
  }

  @Test func aRuleThatStaysIsShownOnce() {
    let desk = desk(row: 0)
    #expect(text(desk).contains("the rule as it was, rev \(Desk.pastRevision), and as it is"))
    #expect(text(desk).contains("\"max\": 10"))
  }

  @Test func aRuleThatIsAnotherIsShownAsItWasAndAsItIs() {
    var desk = desk(row: 0)
    desk.press("Esc")
    desk.press(":", "go git_log", "Enter", ":", "limit 3/minute git_log", "Enter", "H")
    desk.press("Enter")
    #expect(text(desk).contains("the rule as it was, rev \(Desk.pastRevision)"))
    #expect(text(desk).contains("- {\"limits\": [{\"window\": \"minute\", \"max\": 10"))
    #expect(text(desk).contains("the rule as it is"))
    #expect(text(desk).contains("\"max\": 3"))
  }

  @Test func aDefaultIsShownAsWhatItSays() {
    let desk = desk(row: 3)
    #expect(text(desk).contains("the policy has it no more") && text(desk).contains("\"default\": \"allow\""))
  }

  @Test func aPolicyThatIsNotKeptIsSaidSoPlainly() {
    let desk = desk(row: 2, isKept: false)
    #expect(text(desk).contains("the policy of then, rev \(Desk.pastRevision), is not kept"))
    #expect(text(desk).contains("by    /servers/git/tools/git_commit/limits/0"))
    #expect(text(desk).contains("rate limit of 6 per minute reached"))
    #expect(text(desk).contains("today the policy has no rule there"))
  }

  @Test func untilItIsFoundItIsLookedFor() {
    var desk = Desk.atHistory(columns: 100, rows: 30)
    desk.press("Enter")
    #expect(text(desk).contains("looking for the policy of then, rev \(Desk.pastRevision)"))
    // What is known is not asked for again.
    desk.answerPast()
    desk.press("j", "k")
    #expect(desk.effects.allSatisfy { if case .readPastPolicy = $0 { false } else { true } })
  }

  @Test func itGoesToTheOthersAndToTheRule() {
    var desk = desk(row: 1)
    #expect(text(desk).contains("git/git_gone"))
    desk.press("j")
    #expect(text(desk).contains("git/git_commit") && desk.state.history.cursor.row == 2)
    desk.press("k", "k", "k")
    #expect(desk.state.history.cursor.row == 0)
    desk.press("J")
    #expect(desk.state.overlay == nil && desk.state.focus == .rule)
  }

  @Test(arguments: [(40, 10), (80, 24), (160, 48)]) func whatOthersWroteIsShownAsItIs(columns: Int, rows: Int) {
    var desk = desk(row: 1, columns: columns, rows: rows)
    HostileTests.check(desk.state, "a decision of the record")
    desk.press("G")
    HostileTests.check(desk.state, "the end of it")
    #expect(!text(desk).contains("\u{202E}"))
  }
}
