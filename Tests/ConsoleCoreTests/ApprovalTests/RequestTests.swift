import ConsoleCore
import ControlWire
import JSONText
import Policy
import Testing

/// What stands beside the queue about one request, and its row.
struct RequestTests {
  /// A desk at which a call was asked about, with decisions of its session before, at the same time, and after it.
  private func desk(columns: Int = 160, rows: Int = 70) -> Desk {
    var desk = Desk.ready(columns: columns, rows: rows)
    let digest = String(repeating: "ab", count: 32)
    let asked = desk.state.now.advanced(byMicroseconds: 5_000)
    func decided(
      _ tool: ExactText, _ sequence: UInt64, _ microseconds: Int64, _ verdict: Verdict = .allow,
      session: ExactText = "s1", digest: String? = nil
    ) {
      let event = DecisionEvent(
        session: session, client: "claude", grant: "local", server: "git", method: "tools/call", tool: tool,
        category: nil, severity: nil, decision: Decision(verdict, rule: "r", reason: nil), revision: nil, took: 1,
        argumentsDigest: digest)
      desk.gate(.decision(event), sequence: sequence, at: asked.advanced(byMicroseconds: microseconds))
    }
    decided("git_status", 101, -2_000)
    decided("git_log", 102, -1_000, .deny)
    decided("git_show", 103, -1_000, session: "s2")
    // Three calls that came in one piece, and the call itself once more, for its agent asked again.
    decided("git_diff", 104, 0)
    decided("git_reset", 105, 0, .ask, digest: digest)
    decided("git_branch", 106, 0)
    decided("git_fetch", 107, 3_000)
    decided("git_reset", 108, 4_000, .ask, digest: digest)
    var event = Desk.event("q1", session: "s1")
    event.asked = asked
    event.decision = 108
    event.argumentsDigest = digest
    desk.ask(event)
    desk.look()
    return desk
  }

  @Test func onlyWhatItsSessionDidBeforeIsToldAsSuch() throws {
    let line = try #require(screen(desk().state).first { $0.contains("before this call: ") })
    let told = try #require(line.split(separator: "before this call: ").last)
    #expect(told.hasPrefix("git_status, git_log (deny), git_diff, git_branch "), "\(told)")
  }

  @Test func whatCameInOnePieceIsToldApartByItsNumbers() throws {
    var desk = desk()
    var event = try #require(desk.state.approvals.requests["q1"]?.event)
    event.decision = 105
    event.digest = "another"
    desk.ask(event)
    desk.read()
    let line = try #require(screen(desk.state).first { $0.contains("before this call: ") })
    #expect(line.contains("git_diff") && !line.contains("git_branch"))
  }

  /// What the gate says of the time that is left comes late, never early.
  @Test func aMessageThatComesLateGivesNoMoreTimeAndNoOtherPlace() {
    var desk = Desk.ready(columns: 160, rows: 48)
    desk.ask(Desk.event("q1", "first"))
    desk.ask(Desk.event("q2", "second"))
    let deadline = desk.state.approvals.requests["q1"]?.deadline
    desk.wait(3)
    desk.ask(Desk.event("q1", "first"))
    #expect(desk.state.approvals.requests["q1"]?.deadline == deadline)
    #expect(screen(desk.state)[1].contains("next claude-1 git/first"))
    desk.press("3")
    #expect(desk.state.approvals.rows.map(\.name) == ["q1", "q2"])
    // Told of less, it has less; and a second more is more.
    desk.ask(Desk.event("q1", "first", seconds: 41))
    let less = desk.state.approvals.requests["q1"]?.deadline
    #expect(less == deadline?.advanced(byMicroseconds: -997_000))
    desk.ask(Desk.event("q1", "first", seconds: 42))
    #expect(desk.state.approvals.requests["q1"]?.deadline == less?.advanced(byMicroseconds: 1_000_000))
  }

  @Test func theKeyForARuleIsToldWithTheOthers() {
    var desk = Desk.waiting(columns: 160, rows: 48)
    desk.look()
    #expect(screen(desk.state).contains { $0.contains(" w  write a rule for calls like it, shown first") })
    var small = Desk.waiting()
    small.look()
    #expect(screen(small.state)[23].contains("w rule"))
    desk.press("j", "j")
    desk.read()
    #expect(screen(desk.state).contains { $0.contains(" w  write a rule for calls like them, shown first") })
  }

  @Test func aRowTellsHowManyItsCallsAreOrWere() {
    var desk = Desk.ready(columns: 160, rows: 48)
    for id in ["q1", "q2", "q3"] { desk.ask(Desk.event(id)) }
    func row() -> String { screen(desk.state)[3] }
    desk.look()
    #expect(row().contains("git/git_reset ×3 "))
    desk.ask(Desk.event("q1", state: .withdrawn))
    #expect(row().contains("git/git_reset ×2 "))
    desk.ask(Desk.event("q2", state: .withdrawn))
    #expect(row().contains("git/git_reset ") && !row().contains("×"))
    desk.ask(Desk.event("q3", state: .denied))
    let over = screen(desk.state).first { $0.contains("over") && $0.contains("git/git_reset") }
    #expect(over?.contains("git/git_reset ×3 ") == true, "\(over ?? "")")
  }
}
