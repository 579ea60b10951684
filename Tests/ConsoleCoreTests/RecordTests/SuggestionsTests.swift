import ConsoleCore
import Filters
import History
import JSONText
import Policy
import Testing

/// A policy from the record, taken line by line.
struct SuggestionsTests {
  private struct Closed: Error {}

  private func view(_ desk: Desk) throws -> SuggestView {
    guard case .suggest(let view) = desk.state.overlay else { throw Closed() }
    return view
  }

  private func text(_ desk: Desk) -> String { screen(desk.state).joined(separator: "\n") }

  private func place(_ desk: Desk, _ name: String) throws -> Int {
    try #require(try view(desk).lines.firstIndex { $0.name == ExactText(name) })
  }

  @Test func itListsEachLineWithItsReasonAndWhatHoldsNow() throws {
    var desk = Desk.ready(columns: 100, rows: 30)
    desk.press("H", "w")
    #expect(text(desk).contains("reading what was called"))
    desk.answerSuggestion()
    let lines = try view(desk).lines
    #expect(lines.contains { $0.kind == .own && $0.name == "git_status" })
    #expect(lines.contains { $0.kind == .rule && $0.name == "git_commit" })
    #expect(lines.contains { $0.kind == .looser })
    #expect(text(desk).contains("from 57 calls since 2026-11-18"))
    while try view(desk).current?.name != "git_reset" { desk.press("j") }
    #expect(text(desk).contains("git/git_reset") && text(desk).contains("require approval"))
    #expect(text(desk).contains("✗ deny           → require approval"))
    #expect(text(desk).contains("a person is asked each time, whatever was seen"))
    #expect(text(desk).contains("at    /servers/git/tools/git_reset"))
  }

  @Test func whatHasARuleStaysUnlessItIsTaken() throws {
    let desk = Desk.atSuggestions()
    let view = try view(desk)
    #expect(
      view.lines.indices.allSatisfy { index in
        view.taken.contains(index) == (view.lines[index].kind == .base || view.lines[index].kind == .rule)
      })
  }

  @Test func takenLinesBecomeOneStepOfTheDraft() throws {
    var desk = Desk.atSuggestions()
    let before = try #require(desk.state.policy.draft)
    // All but one line are left.
    desk.press("a")
    #expect(try view(desk).taken.isEmpty)
    let place = try place(desk, "git_commit")
    for _ in 0..<place { desk.press("j") }
    desk.press("Space", "Enter")
    #expect(try view(desk).preview?.count == 1)
    #expect(text(desk).contains("+") && text(desk).contains("git_commit"))
    #expect(desk.state.policy.draft == before, "nothing is in the draft before yes")
    desk.press("Enter", "Space")
    #expect(desk.state.policy.draft == before, "the key that asks does not answer")
    desk.press("y")
    let after = try #require(desk.state.policy.draft)
    #expect(after.editCount == 1 && after.isDirty && desk.state.overlay == nil)
    #expect(String(decoding: after.current.text, as: UTF8.self).contains("git_commit"))
    #expect(!String(decoding: after.current.text, as: UTF8.self).contains("git_reset"))
    #expect(!desk.effects.contains { if case .save = $0 { true } else { false } })
    #expect(desk.state.note?.text.hasPrefix("1 suggested line in the draft") == true)
    desk.press("u")
    #expect(desk.state.policy.draft?.current == before.current)
  }

  @Test func severalLinesAreOneStepToo() throws {
    var desk = Desk.atSuggestions()
    desk.press("Enter", "y")
    #expect(desk.state.policy.draft?.editCount == 1)
    let text = String(decoding: desk.state.policy.draft?.current.text ?? [], as: UTF8.self)
    #expect(text.contains("git_commit") && text.contains("git_reset"))
    desk.press("u")
    #expect(desk.state.policy.isDirty == false)
  }

  /// Whatever is taken, what destroys or spends is asked about.
  @Test func whatDestroysIsNeverAllowedWithoutAsking() throws {
    var desk = Desk.atSuggestions()
    for index in try view(desk).lines.indices {
      if try !view(desk).taken.contains(index) { desk.press("Space") } else { desk.press("j") }
    }
    #expect(try view(desk).taken.count == view(desk).lines.count)
    desk.press("Enter", "y")
    let engine = try #require(desk.state.policy.draft?.engine)
    let standing = engine.standing(server: "git", tool: "git_reset", at: Desk.noon)
    #expect(standing.verdict == .ask)
  }

  @Test func leavingChangesNothing() throws {
    var desk = Desk.atSuggestions()
    let before = desk.state.policy
    desk.press("Enter", "n")
    #expect(try view(desk).preview == nil)
    desk.press("Enter", "Esc", "Esc")
    #expect(desk.state.overlay == nil && desk.state.policy == before)
  }

  @Test func theFilterOfTheRecordNarrowsIt() throws {
    var desk = Desk.atHistory(columns: 100, rows: 30)
    desk.press("/", "server:git", "Enter", "w")
    var question: SuggestQuestion?
    for case .suggest(let asked) in desk.effects { question = asked }
    #expect(question?.filter?.source == "server:git")
    desk.answerSuggestion()
    #expect(text(desk).contains("/server:git"))
  }

  @Test func anAnswerToAnEarlierQuestionIsNoAnswer() throws {
    var desk = Desk.atSuggestions()
    desk.press("Esc", ":", "suggest", "Enter")
    desk.send(.suggested(SuggestAnswer(id: 1, problem: "late")))
    #expect(try view(desk).asked != nil && view(desk).problem == nil)
    let id = try #require(try view(desk).asked)
    desk.send(.suggested(SuggestAnswer(id: id, problem: "there is no record yet")))
    #expect(text(desk).contains("there is no record yet"))
    desk.press("Enter", "Space", "a", "j")
    #expect(try view(desk).preview == nil)
  }

  @Test func aReadOnlyConsoleDoesNotOfferIt() {
    var options = Desk.options
    options.isReadOnly = true
    var desk = Desk.ready(options: options)
    desk.press(":", "suggest", "Enter")
    #expect(desk.state.overlay == nil)
    #expect(desk.state.note?.text.contains("this console is read-only") == true)
  }

  @Test(arguments: [(40, 10), (80, 24), (160, 48)]) func whatOthersWroteIsShownAsItIs(columns: Int, rows: Int) throws {
    var desk = Desk.atSuggestions(columns: columns, rows: rows)
    for _ in try view(desk).lines {
      HostileTests.check(desk.state, "suggested lines")
      desk.press("j")
    }
    desk.press("Enter")
    HostileTests.check(desk.state, "what suggested lines change")
  }
}
