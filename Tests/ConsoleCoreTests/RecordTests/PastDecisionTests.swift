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

  // MARK: Arguments

  /// In front of a decision of which the record has so much.
  private func recorded(_ flags: HistoryArguments, columns: Int = 100, rows: Int = 40) -> Desk {
    var desk = Desk.ready(columns: columns, rows: rows)
    desk.press("H")
    var row = Desk.past()[0]
    row.arguments = flags
    row.place = HistoryReplay.RecordPlace(lane: 1, segment: 2, offset: 300)
    desk.answerHistory([row])
    desk.press("Enter")
    desk.answerPast()
    return desk
  }

  private func question(_ desk: Desk) -> PastArgumentsQuestion? {
    for case .readPastArguments(let question) in desk.effects { return question }
    return nil
  }

  private func answer(_ desk: inout Desk, _ line: String) throws {
    let asked = try #require(question(desk))
    let node = try JSONNode.read(Array(line.utf8))
    desk.send(.pastArgumentsRead(PastArguments(asked, line: node)))
  }

  @Test func recordedArgumentsAreShown() throws {
    var desk = recorded([.digest, .text, .masked])
    #expect(question(desk)?.place == HistoryReplay.RecordPlace(lane: 1, segment: 2, offset: 300))
    #expect(text(desk).contains("arguments looking for them"))
    try answer(
      &desk, #"{"args_digest":"d1","args_masked":true,"args":{"message":"fix \u202e\u001b[2J","token":"[hidden]"}}"#)
    let shown = text(desk)
    #expect(shown.contains(" bytes · secrets hidden · digest d1"), "\(shown)")
    #expect(shown.contains(#""token": "[hidden]""#))
    #expect(shown.contains(#""message": "fix "#) && !shown.contains("\u{202E}") && !shown.contains("\u{1B}"))
    desk.press("Esc", "Enter")
    #expect(text(desk).contains("arguments looking for them"))
  }

  @Test func whatTheRecordDoesNotHaveIsSaidSo() throws {
    var desk = recorded([.digest])
    try answer(&desk, #"{"args_digest":"d1"}"#)
    #expect(text(desk).contains("arguments digest d1") && text(desk).contains("`record.arguments` in config.json"))
    desk = recorded([])
    #expect(question(desk) == nil && text(desk).contains("arguments none"))
    desk = recorded([.digest, .text])
    let asked = try #require(question(desk))
    desk.send(.pastArgumentsRead(PastArguments(asked, problem: "its line is no longer there")))
    #expect(text(desk).contains("arguments its line is no longer there"))
  }

  @Test func longArgumentsAreScrolledAndCut() throws {
    var desk = recorded([.digest, .text], columns: 60, rows: 20)
    let texts = (0..<200).map { "\"\($0) \(String(repeating: "x", count: 2_000))\"" }.joined(separator: ",")
    try answer(&desk, #"{"args":[\#(texts)]}"#)
    #expect(text(desk).contains("more") && text(desk).contains("not shown"))
    desk.press("PgDn")
    #expect(text(desk).contains("xxxx"))
    desk.press("G")
    #expect(text(desk).contains("gatehouse log --json tells all of it"))
    HostileTests.check(desk.state, "the end of long arguments")
  }

  @Test func whatIsOfAnotherDecisionIsNotTaken() throws {
    var desk = recorded([.digest, .text])
    var other = try #require(question(desk))
    other.sequence += 1
    desk.send(.pastArgumentsRead(PastArguments(other, problem: "another")))
    #expect(text(desk).contains("arguments looking for them"))
  }

  @Test(arguments: [(40, 10), (80, 24), (160, 48)]) func whatOthersWroteIsShownAsItIs(columns: Int, rows: Int) {
    var desk = desk(row: 1, columns: columns, rows: rows)
    HostileTests.check(desk.state, "a decision of the record")
    desk.press("G")
    HostileTests.check(desk.state, "the end of it")
    #expect(!text(desk).contains("\u{202E}"))
  }
}
