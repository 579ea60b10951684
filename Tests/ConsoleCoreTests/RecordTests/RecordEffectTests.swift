import ConsoleCore
import History
import JSONText
import Policy
import Testing

/// Unsaved edits are tried on the record as they are made.
struct RecordEffectTests {
  private func text(_ desk: Desk) -> String { screen(desk.state).joined(separator: "\n") }

  private func questions(_ desk: Desk) -> [EffectQuestion] {
    desk.asides.compactMap { if case .tryOnRecord(let question) = $0 { question } else { nil } }
  }

  @Test func everyEditIsTriedAnew() throws {
    var desk = Desk.ready()
    desk.press(":", "go git_status", "Enter")
    #expect(questions(desk).isEmpty)
    desk.press("d")
    #expect(text(desk).contains("trying the edits"))
    desk.press("p", "x", "j", "k")
    let all = questions(desk)
    #expect(all.count == 3 && Set(all).count == 3)
    let last = try #require(all.last)
    #expect(last.text == desk.state.policy.draft?.current.text && last.saved == desk.state.policy.draft?.base.text)
    desk.press("u", "u", "u")
    #expect(desk.state.recordTrial == nil && !text(desk).contains("effect on"))
  }

  @Test func onlyTheLastAnswerCounts() throws {
    var desk = Desk.ready()
    desk.press(":", "go git_status", "Enter", "d")
    let first = try #require(desk.effectQuestion)
    desk.press("p")
    desk.send(.effectRead(EffectAnswer(first, problem: "old news")))
    #expect(desk.state.recordTrial?.standing == .asked)
    desk.answerEffect()
    #expect(text(desk).contains("37 allow→ask"))
  }

  @Test func itMovesNothingWhenItComes() {
    for (columns, rows) in [(40, 10), (80, 24), (160, 48)] {
      for pane in ["1", "2", "6"] {
        var desk = Desk.ready(columns: columns, rows: rows)
        desk.press(":", "go git_status", "Enter", "d", pane, "j", "j", "j")
        let before = screen(desk.state)
        desk.answerEffect()
        let after = screen(desk.state)
        let changed = zip(before, after).filter { $0 != $1 }
        #expect(changed.count <= 4, "\(columns)x\(rows), pane \(pane): \(changed)")
        #expect(before.firstIndex { $0.contains("▶") } == after.firstIndex { $0.contains("▶") })
      }
    }
  }

  @Test func theChangesPaneTellsOfEachTool() {
    var desk = Desk.ready(columns: 120, rows: 40)
    desk.press(":", "go git_status", "Enter", "d", ":", "ask git/git_diff", "Enter", "=")
    desk.answerEffect()
    #expect(text(desk).contains("effect on the last 7 days: 74 of 74 calls would be judged otherwise"))
    #expect(text(desk).contains("37 allow→deny: git/git_status 37"))
    #expect(text(desk).contains("37 allow→ask: git/git_diff 37"))
  }

  @Test func whatChangesNothingSaysSo() {
    var desk = Desk.ready()
    desk.press(":", "deny time/convert_time", "Enter")
    desk.answerEffect()
    #expect(text(desk).contains("no call is judged otherwise"))
    desk.press(":", "deny git/git_log", "Enter")
    if let question = desk.effectQuestion {
      desk.send(.effectRead(EffectAnswer(question, problem: "there is no record yet")))
    }
    #expect(text(desk).contains("there is no record yet"))
  }

  @Test func aPersonChoosesHowFarBack() throws {
    var desk = Desk.ready(columns: 120, rows: 40)
    desk.press(":", "go git_status", "Enter", "d")
    let first = try #require(desk.effectQuestion)
    #expect(first.since == desk.state.now.advanced(byMicroseconds: -7 * 86_400_000_000))
    desk.answerEffect()
    #expect(text(desk).contains("effect on the last 7 days b") && text(desk).contains("37 allow→deny of 74 calls"))
    var told: [String] = []
    for _ in 0..<5 {
      desk.press("b")
      told.append(desk.effectQuestion?.period.length.map { "\($0 / 3_600_000_000)" } ?? "all")
    }
    #expect(told == ["720", "all", "1", "24", "168"])
    desk.press(":", "since 3d", "Enter")
    #expect(text(desk).contains("effect on the last 3 days") && text(desk).contains("trying the edits"))
    // What comes for another period is old news.
    desk.send(.effectRead(EffectAnswer(first, problem: "old news")))
    #expect(!text(desk).contains("old news"))
    desk.press(":", "since all", "Enter")
    #expect(desk.effectQuestion?.since == nil)
    desk.answerEffect()
    desk.press("=")
    #expect(text(desk).contains("effect on the whole record: 37 of 74 calls"))
    let asked = questions(desk).count
    for odd in ["since", "since 3", "since 0d", "since -1d", "since 99999999999999999999d", "since 3d 4d"] {
      desk.press(":", odd, "Enter", "Esc")
    }
    #expect(questions(desk).count == asked && desk.state.effectPeriod.length == nil)
  }

  @Test func whereNobodyLooksNothingIsTried() {
    var desk = Desk.ready()
    desk.press("5", ":", "deny git/git_status", "Enter")
    #expect(questions(desk).isEmpty)
    desk.press("7")
    #expect(questions(desk).count == 1)
    desk.answerHistory()
    desk.answerEffect()
    #expect(text(desk).contains("edits 37 allow→deny of 74 recorded calls in the last 7 days"))
    desk.press("1")
    #expect(questions(desk).count == 1, "it is known already")
  }
}
