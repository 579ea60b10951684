import ConsoleCore
import ControlWire
import JSONText
import Policy
import Risk
import Testing

/// How people decided about calls like the one that waits, in the last days.
struct SimilarTests {
  private func desk(columns: Int = 80, rows: Int = 24) -> Desk {
    var desk = Desk.ready(columns: columns, rows: rows)
    desk.ask(Desk.event("q1"))
    desk.ask(Desk.event("q2", "git_commit", severity: .medium, category: .write, seconds: 240))
    desk.look()
    return desk
  }

  private func line(_ desk: Desk) -> String? { screen(desk.state).first { $0.contains("similar: ") } }

  private func questions(_ desk: Desk) -> [SimilarQuestion] {
    desk.asides.compactMap { if case .readSimilar(let question) = $0 { question } else { nil } }
  }

  @Test func theRecordIsAskedAboutTheToolThatIsLookedAt() throws {
    var desk = desk()
    #expect(questions(desk).count == 1)
    let question = try #require(questions(desk).last)
    #expect(question.server == "git" && question.tool == "git_reset" && question.method == "tools/call")
    #expect(question.now.microseconds - question.since.microseconds == 7 * 86_400_000_000)
    #expect(line(desk)?.contains("looking into the record") == true)
    let before = screen(desk.state)
    desk.send(.similarRead(SimilarAnswer(question, approved: 3, denied: 1)))
    let after = screen(desk.state)
    #expect(line(desk)?.contains("3 approved, 1 denied in 7 days") == true)
    #expect(zip(before, after).filter { $0 != $1 }.count == 1, "only the line itself is another one")
    // Known is known.
    desk.asides = []
    desk.press("j", "k")
    #expect(questions(desk).map(\.tool) == ["git_commit"])
  }

  @Test func itDoesNotDisarm() throws {
    var desk = desk()
    desk.wait(500)
    #expect(desk.state.isArmed)
    desk.send(.similarRead(SimilarAnswer(try #require(questions(desk).last), approved: 1)))
    #expect(desk.state.isArmed)
  }

  @Test func anAnswerAboutAnotherToolIsLeftAlone() throws {
    var desk = desk()
    let first = try #require(questions(desk).last)
    desk.press("j")
    desk.send(.similarRead(SimilarAnswer(first, approved: 9, denied: 9)))
    #expect(line(desk)?.contains("9 approved") != true)
    // It is asked again where it is looked at again.
    desk.asides = []
    desk.press("k")
    #expect(questions(desk).map(\.tool) == ["git_reset"])
  }

  @Test func withoutARecordTheConsoleTellsWhatItSaw() throws {
    var desk = desk()
    desk.send(.similarRead(SimilarAnswer(try #require(questions(desk).last), problem: "there is no record yet")))
    #expect(line(desk)?.contains("similar: nobody decided about it here yet") == true)
  }

  /// What was decided since the record was read counts, and where there is room the last one is told.
  @Test func whatWasDecidedHereIsAdded() throws {
    var desk = desk(columns: 160, rows: 48)
    desk.send(.similarRead(SimilarAnswer(try #require(questions(desk).last), approved: 3, denied: 1)))
    desk.wait(1_000)
    desk.ask(Desk.event("q9", "git_reset", state: .denied))
    #expect(line(desk)?.contains("3 approved, 2 denied in 7 days, last at ") == true, "\(line(desk) ?? "")")
  }

  @Test(arguments: [(80, 24), (100, 30), (160, 48)]) func itIsWholeAtEverySize(columns: Int, rows: Int) throws {
    var desk = desk(columns: columns, rows: rows)
    desk.send(.similarRead(SimilarAnswer(try #require(questions(desk).last), approved: 1_234, denied: 567)))
    #expect(line(desk)?.contains("1,234 approved, 567 denied in 7 d") == true)
    desk.press("o")
    #expect(line(desk)?.contains("1,234 approved, 567 denied in 7 days") == true)
  }
}
