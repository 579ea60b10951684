import ConsoleCore
import ControlWire
import JSONText
import Policy
import Testing

/// The changes pane: single changes, the history, what was written and what the gate said.
struct ChangesTests {
  /// Three changes that are not saved, in pane 6.
  static func edited(columns: Int = 80, rows: Int = 24) -> Desk {
    var desk = Desk.ready(columns: columns, rows: rows)
    for line in ["deny git/git_status", "limit 5/hour git/git_log", "allow git/git_commit"] {
      desk.press(":", line, "Enter")
      desk.send(.tick(desk.state.now.advanced(byMicroseconds: 61_000_000)))
    }
    desk.effects = []
    desk.press("6")
    return desk
  }

  /// Moves the cursor to the first line with a text.
  static func go(to text: String, in desk: inout Desk) {
    desk.press("g")
    for _ in 0..<200 {
      let line = screen(desk.state).first { $0.contains("▶") && !$0.contains("Live") } ?? ""
      if line.contains(text) { return }
      desk.press("j")
    }
    Issue.record("no line has \(text)\n\(screen(desk.state).joined(separator: "\n"))")
  }

  private func sentences(_ desk: Desk) -> [String] { desk.state.policy.changes.map(\.sentence) }

  @Test func oneChangeIsDroppedAndTheOthersStay() {
    var desk = Self.edited()
    let all = sentences(desk)
    #expect(all.count == 3)
    Self.go(to: "git/git_log", in: &desk)
    desk.press("u")
    #expect(sentences(desk) == all.filter { !$0.hasPrefix("git/git_log") })
    #expect(desk.state.note?.text == "dropped: git/git_log: 10/minute becomes 5/hour · z undo")
    desk.press("z")
    #expect(sentences(desk) == all)
    Self.go(to: "the text that saving writes", in: &desk)
    desk.press("u")
    #expect(sentences(desk).count == 2, "elsewhere it takes back the last step")
  }

  @Test func everyChangeHasItsPartOfTheDiff() {
    var desk = Self.edited(rows: 40)
    Self.go(to: "git/git_status", in: &desk)
    desk.press("d")
    guard case .part(let part) = desk.state.overlay else {
      Issue.record("no popup")
      return
    }
    #expect(part.title == "git/git_status: allow becomes deny")
    #expect(
      part.lines.filter { $0.kind == .add || $0.kind == .delete } == [
        DiffLine(.delete, #"        "git_status": {},"#), DiffLine(.add, #"        "git_status": {"action": "deny"},"#),
      ])
    desk.press("Esc", "d", "q")
    #expect(desk.state.overlay == nil)
  }

  @Test(arguments: [
    ("git/git_status", "git_status"), ("git/git_log", "git_log"), ("default of time", "time"),
    ("git/git_reset", "git_reset"),
  ])
  func enterGoesToWhatItIsAbout(line: String, row: String) {
    var desk = Self.edited(rows: 40)
    desk.press(":", "default time deny", "Enter", "y", ":", "hide git/git_reset", "Enter", "6")
    Self.go(to: line, in: &desk)
    desk.press("Enter")
    #expect(desk.state.focus == .policy)
    #expect(screen(desk.state).contains { $0.contains("▶") && $0.contains(row) }, "\(screen(desk.state))")
  }

  @Test func anyStepOfTheHistoryCanBeGoneTo() {
    var desk = Self.edited(rows: 40)
    let last = desk.state.policy.draft?.current.text
    Self.go(to: "as it was first read", in: &desk)
    desk.press("Enter")
    #expect(!desk.state.policy.isDirty)
    #expect(desk.state.note?.text == "3 steps undone · U redo")
    #expect(screen(desk.state).contains { $0.contains("▶ here") && $0.contains("first read · as in the file") })
    Self.go(to: "git/git_commit", in: &desk)
    desk.press("Enter")
    #expect(desk.state.policy.draft?.current.text == last)
    #expect(desk.state.note?.text == "3 steps done again · u undo")
    desk.press("Enter")
    #expect(desk.state.note?.text == "this is where you are")
  }

  @Test func theHistoryGoesOnAcrossASave() {
    var desk = Self.edited()
    desk.press("ctrl-s")
    desk.send(.policySaved(.saved))
    desk.press(":", "undo", "Enter", ":", "undo", "Enter", ":", "undo", "Enter")
    #expect(desk.state.policy.draft?.current.text == Array(Desk.policyText.utf8))
    #expect(desk.state.policy.isDirty)
  }

  @Test func revisionsTellWhatTheGateMadeOfThem() {
    var desk = Self.edited()
    desk.press("ctrl-s")
    desk.send(.tick(desk.state.now.advanced(byMicroseconds: 2000)))
    desk.send(.policySaved(.saved))
    #expect(desk.state.ledger.revisions.map(\.answer) == [.awaited])
    desk.send(.tick(desk.state.now.advanced(byMicroseconds: 1000)))
    let revision = desk.revision ?? ""
    desk.gate(.policy(PolicyEvent(state: .loaded, revision: revision, problems: [])))
    #expect(desk.state.ledger.revisions.map(\.answer) == [.loaded(microseconds: 3000)])
    #expect(desk.state.note?.text == "saved; the gate runs rev \(revision) now, loaded in 3.00ms")
    #expect(desk.state.ledger.revisions.first?.changes.count == 3)
    desk.press(":", "undo", "Enter", "ctrl-s")
    desk.send(.policySaved(.saved))
    let problem = PolicyProblem(
      weight: .error, place: TextPlace(line: 3, column: 5), pointer: "", message: "no such thing")
    desk.gate(.policy(PolicyEvent(state: .rejected, revision: revision, problems: [problem])))
    #expect(desk.state.ledger.revisions.last?.answer == .rejected("line 3: no such thing"))
    #expect(desk.state.ledger.loads.map(\.event.state) == [.loaded, .loaded, .rejected])
    desk.press(":", "redo", "Enter", "ctrl-s")
    desk.send(.policySaved(.saved))
    desk.send(.gateLost(reason: "gone", retryIn: nil))
    #expect(desk.state.ledger.revisions.last?.answer == .noGate)
    desk.press(":", "undo", "Enter", "ctrl-s")
    desk.send(.policySaved(.saved))
    #expect(desk.state.ledger.revisions.last?.answer == .noGate)
    #expect(desk.state.ledger.revisions.map(\.isOwn) == [true, true, true, true])
  }

  @Test func aGateThatRunsAnotherRevisionIsSeen() {
    var desk = Desk.ready()
    #expect(!screen(desk.state)[0].contains("≠ file"))
    let other = Desk.policyText.replacing(#""default": "deny""#, with: #""default": "allow""#)
    desk.read(other)
    #expect(!screen(desk.state)[0].contains("≠ file"), "it takes a gate a moment to follow")
    #expect(desk.state.nextTick == desk.state.now.advanced(byMicroseconds: 1_000_000))
    desk.send(.tick(desk.state.now.advanced(byMicroseconds: 1_000_000)))
    #expect(screen(desk.state)[0].contains("≠ file"))
    desk.gate(.policy(PolicyEvent(state: .loaded, revision: desk.revision, problems: [])))
    #expect(!screen(desk.state)[0].contains("≠ file"))
    #expect(desk.state.ledger.revisions.map(\.isOwn) == [false])
    #expect(desk.state.ledger.revisions.first?.changes == ["default: deny becomes allow"])
  }

  @Test func nothingThatComesInMovesTheCursor() {
    var desk = Self.edited(rows: 40)
    Self.go(to: "git/git_log", in: &desk)
    let line = screen(desk.state).firstIndex { $0.contains("▶") && $0.contains("git_log") }
    for number in 0..<3 {
      let problem = PolicyProblem(
        weight: .error, place: TextPlace(line: number + 1, column: 5), pointer: "", message: "no such thing")
      desk.gate(
        .policy(
          PolicyEvent(state: .rejected, revision: desk.revision, problems: Array(repeating: problem, count: number + 1))
        ))
      let now = screen(desk.state).firstIndex { $0.contains("▶") && $0.contains("git_log") }
      // The banner takes a line of its own.
      #expect(now == line.map { $0 + 1 }, "\(screen(desk.state).joined(separator: "\n"))")
    }
  }

  @Test func ledgersAreBounded() {
    var desk = Desk.ready()
    for number in 0..<500 {
      desk.gate(.policy(PolicyEvent(state: .loaded, revision: "r\(number)", problems: [])))
    }
    #expect(desk.state.ledger.loads.count == 200)
    #expect(desk.state.ledger.droppedLoads == 301)
  }

  @Test func readOnlyChangesNothing() {
    var options = Desk.options
    options.isReadOnly = true
    var desk = Desk.ready(options: options)
    desk.press("6", "u", "m", "r", "x")
    #expect(desk.state.overlay == nil)
    #expect(desk.state.unsavedEdits == nil)
  }
}
