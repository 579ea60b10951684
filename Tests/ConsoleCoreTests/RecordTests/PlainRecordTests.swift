import ConsoleCore
import ControlWire
import Filters
import History
import JSONText
import Policy
import Testing

/// The record in lines of text: decisions, the effect of edits, suggestions.
struct PlainRecordTests {
  private func desk() -> Desk {
    var desk = Desk.ready()
    desk.state.options.isPlain = true
    return desk
  }

  /// Types a line; the effects wait to be answered.
  private func type(_ line: String, _ desk: inout Desk) -> PlainText.Answer {
    desk.effects = []
    desk.asides = []
    let answer = PlainText.run(line, on: &desk.state)
    desk.effects = answer.effects
    desk.asides = answer.effects
    return answer
  }

  /// What is printed of a message.
  private func told(_ message: ConsoleMessage, _ desk: inout Desk) -> [String] {
    desk.send(message)
    return PlainText.lines(for: message, in: desk.state, level: .denied)
  }

  private func page(_ desk: Desk) throws -> HistoryPage {
    var other = desk
    other.answerHistory()
    return try #require(other.state.history.page)
  }

  @Test func decisionsAreListedByNumber() throws {
    var desk = desk()
    #expect(type("record git", &desk).lines.isEmpty)
    #expect(desk.historyQuestion?.filter?.source == "git" && desk.state.isRecordAsked)
    let page = try page(desk)
    let lines = told(.historyRead(page), &desk)
    #expect(!desk.state.isRecordAsked)
    #expect(lines[0] == "12,000 decisions that fit git, the last 12, the newest first:")
    #expect(lines[1].hasPrefix("1. 2026-") && lines[1].contains("allow, git/git_log, by ci‹U+202E›"), "\(lines[1])")
    #expect(lines[2].contains("deny, git/git_gone") && lines[2].contains("because the policy denies this tool"))
    #expect(lines.last == "decision N tells all about one, numbers how each tool fares")
    #expect(type("record (", &desk).isError && type("record lat>", &desk).isError)
  }

  /// Signs that a reader would spell out, and that a terminal of ASCII alone gets as numbers.
  private static func hasSigns(_ lines: [String]) -> Bool {
    lines.joined().unicodeScalars.contains { "·✓✗≈∅".unicodeScalars.contains($0) }
  }

  @Test func oneDecisionIsToldInFull() throws {
    var desk = desk()
    #expect(type("decision 1", &desk).isError)
    _ = type("record", &desk)
    _ = told(.historyRead(try page(desk)), &desk)
    for odd in ["decision", "decision 0", "decision 13", "decision x"] { #expect(type(odd, &desk).isError) }
    #expect(type("decision 3", &desk).lines.isEmpty && desk.state.isRecordAsked)
    let document = try PolicyDocument.read(Array(Desk.pastPolicy.utf8))
    let lines = told(.pastPolicyRead(PastPolicy(revision: Desk.pastRevision, document: document)), &desk)
    #expect(!desk.state.isRecordAsked && lines[0] == "git/git_commit")
    #expect(lines.contains { $0.contains("rate limit of 6 per minute reached") })
    #expect(lines[1].hasPrefix("when 2026-") && lines[1].contains(", session "))
    #expect(!Self.hasSigns(lines))
    #expect(lines.contains { $0.contains(#""limits": [{"window": "minute", "max": 6}]"#) })
    // Known by now, so it is told at once.
    #expect(type("decision 3", &desk).lines == lines)
  }

  @Test func theNumbersOfEachTool() throws {
    var desk = desk()
    _ = type("numbers", &desk)
    let lines = told(.historyRead(try page(desk)), &desk)
    #expect(lines[0] == "12,000 decisions" && lines.contains { $0.hasPrefix("git/git_log: 3,000 calls, 0 refused") })
    #expect(type("decision 1", &desk).isError)
  }

  @Test func theEffectOfEditsIsToldWhenAsked() throws {
    var desk = desk()
    #expect(type("effect", &desk).lines == ["nothing is changed, so no call is judged otherwise"])
    _ = type("deny git/git_status", &desk)
    #expect(desk.effectQuestion == nil)
    #expect(type("effect soon", &desk).isError)
    #expect(type("effect 3d", &desk).lines.isEmpty && desk.state.isRecordAsked)
    let question = try #require(desk.effectQuestion)
    #expect(question.since == desk.state.now.advanced(byMicroseconds: -3 * 86_400_000_000))
    var other = desk
    other.answerEffect()
    guard case .known(let effect)? = other.state.recordTrial?.standing else { return #expect(Bool(false)) }
    let lines = told(.effectRead(EffectAnswer(question, effect: effect)), &desk)
    #expect(
      lines == [
        "effect on the last 3 days: 37 of 74 calls would be judged otherwise", "37 allow→deny: git/git_status 37",
      ])
    #expect(!desk.state.isRecordAsked)
    _ = type("effect", &desk)
    #expect(desk.effectQuestion?.period == question.period)
  }

  @Test func suggestedLinesAreAcceptedByNumber() throws {
    var desk = desk()
    #expect(type("accept 1", &desk).isError)
    #expect(type("suggest", &desk).lines.isEmpty && desk.state.isRecordAsked)
    guard case .suggest(let question)? = desk.effects.first else { return #expect(Bool(false)) }
    let suggestion = Desk.suggestion(for: question)
    let lines = told(.suggested(SuggestAnswer(id: question.id, suggestion: suggestion)), &desk)
    #expect(!desk.state.isRecordAsked && lines[0].hasPrefix("the least that lets pass what was called, from "))
    let place = try #require(lines.firstIndex { $0.contains("git/git_commit") })
    let number = try #require(Int(lines[place].prefix { $0 != "." }))
    #expect(lines[place...].contains { $0.contains("why called 12 times by claude") })
    #expect(!lines.joined().contains("\u{1B}") && !Self.hasSigns(lines))
    #expect(type("accept", &desk).isError && type("accept 99", &desk).isError && type("accept 1 x", &desk).isError)
    // Something else in between loses nothing.
    _ = type("status", &desk)
    let accepted = type("accept \(number)", &desk)
    #expect(accepted.lines.first == "1 suggested line in the draft" && !accepted.isError)
    #expect(accepted.lines.contains { $0.hasPrefix("+") && $0.contains("git_commit") })
    #expect(desk.state.policy.unsaved == 1)
    #expect(!type("accept usual", &desk).isError && desk.state.policy.unsaved > 2)
  }

  @Test func whatGoesWrongIsSaid() throws {
    var desk = desk()
    _ = type("record", &desk)
    var page = HistoryPage(id: try #require(desk.historyQuestion).id)
    page.problem = "there is no record yet"
    #expect(told(.historyRead(page), &desk) == ["error: there is no record yet"])
    _ = type("suggest", &desk)
    guard case .suggest(let question)? = desk.effects.first else { return #expect(Bool(false)) }
    #expect(
      told(.suggested(SuggestAnswer(id: question.id, problem: "nothing\u{1B}[2J")), &desk)
        == ["error: nothing‹1B›[2J"])
    desk.state.options.isReadOnly = true
    #expect(type("suggest", &desk).isError)
  }
}
