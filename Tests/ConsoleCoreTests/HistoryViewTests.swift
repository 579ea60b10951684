import ConsoleCore
import ControlWire
import Filters
import History
import JSONText
import Policy
import Risk
import Testing

extension Desk {
  /// Decisions of the record, the newest first.
  static func past(_ count: Int = 12) -> [HistoryRow] {
    var builder = HistoryBuilder()
    for number in 0..<count {
      let (tool, verdict, rule, reason): (ExactText, Verdict, String, String?) =
        switch number % 4 {
        case 0: ("git_status", .allow, "/servers/git/default", nil)
        case 1: ("git_commit", .limit, "/servers/git/tools/git_commit/limits/0", "rate limit of 6 per minute reached")
        case 2: ("git_gone", .deny, "/servers/git/tools/git_gone", "the policy denies this tool")
        default: ("git_status", .allow, "/servers/git/default", nil)
        }
      let event = DecisionEvent(
        session: "s1", client: number % 4 == 3 ? "ci\u{202E}" : "claude", grant: "local", server: "git",
        method: "tools/call", tool: tool, category: .write, severity: .medium,
        decision: Decision(verdict, rule: rule, reason: reason), revision: "0123456789ab", took: 7, argumentsDigest: nil
      )
      let time = Moment(microseconds: 1_795_000_000_000_000 + Int64(number) * 61_000_000)
      let sequence = UInt64(number * 2 + 1)
      let line = GateMessage(sequence: sequence, time: time, event: .decision(event)).encoded.dropLast()
      builder.take(Array(line).span, at: number)
      guard verdict == .allow else { continue }
      let result = ResultEvent(decisionSequence: sequence, outcome: .ok, took: 4_200, bytes: 90)
      builder.take(
        Array(GateMessage(sequence: sequence + 1, time: time, event: .result(result)).encoded.dropLast()).span, at: 0)
    }
    let block = builder.blocks[0]
    return (0..<block.count).reversed().map { HistoryRow(builder.texts, block, $0) }
  }

  /// The question that was asked last.
  var historyQuestion: HistoryQuestion? {
    for case .readHistory(let question) in effects.reversed() { return question }
    return nil
  }

  /// A desk at the record.
  static func atHistory(columns: Int, rows: Int, effect: Bool = false) -> Desk {
    var desk = Desk.ready(columns: columns, rows: rows)
    if effect { desk.press(":", "go git_status", "Enter", "d") }
    desk.press("H")
    desk.answerHistory(effect: effect)
    return desk
  }

  mutating func answerHistory(_ rows: [HistoryRow] = past(), effect: Bool = false) {
    guard let question = historyQuestion else { return }
    var page = HistoryPage(id: question.id)
    page.rows = rows
    page.total = rows.count * 1_000
    var counts = HistoryStatistics.Counts()
    var builder = HistoryBuilder()
    var statistics = HistoryStatistics()
    for (index, row) in rows.enumerated() {
      let message = GateMessage(sequence: UInt64(index + 1), time: row.time, event: .decision(row.event))
      builder.take(Array(message.encoded.dropLast()).span, at: 0)
    }
    var texts = HistoryStatistics.ForTexts(builder.texts)
    for block in builder.blocks { statistics.add(block, 0..<block.count, &texts) }
    for line in statistics.lines(.tool) {
      counts = line.counts
      page.figures[ToolName(server: line.server ?? "", tool: line.name)] = counts
    }
    if effect {
      page.effect = .init(HistorySimulation())
      page.effect?.calls = 12_000
      page.effect?.changes = ["37 calls allow becomes deny: git/git_status 37"]
    }
    send(.historyRead(page))
  }
}

struct HistoryViewTests {
  private func text(_ desk: Desk) -> String { screen(desk.state).joined(separator: "\n") }

  private func view(_ desk: Desk) -> HistoryView? {
    if case .history(let view) = desk.state.overlay { view } else { nil }
  }

  @Test func showsTheRecordWithTheRuleThenAndNow() {
    var desk = Desk.atHistory(columns: 100, rows: 30)
    #expect(text(desk).contains("Record · 12 of 12,000 decisions"))
    desk.press("j")
    #expect(text(desk).contains("then  deny by /servers/git/tools/git_gone, the policy denies this tool"))
    #expect(text(desk).contains("now   the tool is not in the catalogue"))
    desk.press("j")
    #expect(text(desk).contains("then  limit by /servers/git/tools/git_commit/limits/0, rate limit of 6 per minute"))
    #expect(text(desk).contains("the policy was another one"))
    #expect(text(desk).contains("tool  3 calls, 3 refused, 0 failed"))
  }

  @Test func searchesInTheWordsOfTheFilters() throws {
    var desk = Desk.atHistory(columns: 100, rows: 30)
    desk.press("/", "deny tool:(", "Enter")
    #expect(text(desk).contains("value") && view(desk)?.isTyping == true)
    desk.press("Backspace", "g", "Enter")
    let question = try #require(desk.historyQuestion)
    #expect(question.filter?.source == "deny tool:g" && question.trial == nil)
    #expect(view(desk)?.asked == question.id)
    desk.answerHistory(Array(Desk.past().prefix(1)))
    #expect(text(desk).contains("/ deny tool:g") && text(desk).contains("Record · 1 of 1,000 decisions"))
    desk.press("/", "x", "Esc")
    #expect(view(desk)?.field.text == "deny tool:g")
  }

  @Test func anAnswerThatNobodyWaitsForChangesNothing() {
    var desk = Desk.atHistory(columns: 100, rows: 30)
    let before = view(desk)
    var page = HistoryPage(id: 1)
    page.problem = "late"
    desk.send(.historyRead(page))
    #expect(view(desk) == before)
    desk.press("Esc")
    desk.send(.historyRead(page))
    #expect(desk.state.overlay == nil)
  }

  @Test func newDecisionsDoNotMoveTheCursor() {
    var desk = Desk.atHistory(columns: 100, rows: 30)
    desk.press("j", "j", "r")
    let here = view(desk)?.row
    desk.answerHistory(Desk.past(14))
    #expect(view(desk)?.row?.sequence == here?.sequence)
    #expect(view(desk)?.cursor.row == 4)
  }

  @Test func unsavedEditsAreTriedOnTheRecord() throws {
    var desk = Desk.ready(columns: 100, rows: 30)
    desk.press(":", "go git_status", "Enter", "d", "H")
    let trial = try #require(desk.historyQuestion?.trial)
    #expect(trial.text == desk.state.policy.draft?.current.text && trial.saved == desk.state.policy.draft?.base.text)
    desk.answerHistory(effect: true)
    #expect(text(desk).contains("unsaved edits: 37 calls allow becomes deny: git/git_status 37"))
  }

  @Test func jumpsToTheRule() {
    var desk = Desk.atHistory(columns: 100, rows: 30)
    desk.press("j", "j", "J")
    #expect(desk.state.overlay == nil && desk.state.focus == .policy)
    // The policy has the tool, and no such rule any more.
    #expect(text(desk).contains("/servers/git/tools/git_commit/limits/0 is not in the policy as it is edited"))
    #expect(text(desk).contains("git_commit"))
  }

  @Test func saysWhyThereIsNothing() {
    var desk = Desk.ready(columns: 100, rows: 30)
    desk.press("H")
    #expect(text(desk).contains("the record is read"))
    var page = HistoryPage(id: desk.historyQuestion?.id ?? 0)
    page.problem = "there is no record yet"
    desk.send(.historyRead(page))
    #expect(text(desk).contains("there is no record yet"))
    desk.press("r")
    desk.answerHistory([])
    #expect(text(desk).contains("nothing in the record fits"))
    desk.press("J")
    #expect(desk.state.overlay != nil)
  }

  @Test func whatOthersWroteIsShownAsItIs() {
    let desk = Desk.atHistory(columns: 120, rows: 30)
    HostileTests.check(desk.state, "the record")
    #expect(text(desk).contains("‹U+202E›") || text(desk).contains("U+202E"))
  }
}
