import ConsoleCore
import ControlWire
import JSONText
import Policy
import Testing

/// Keys that must not decide, and what they do instead.
struct DecidingEdgesTests {
  private static let long = "{\"text\":\"\(String(repeating: "x", count: 5000))\"}"

  private func isConfirming(_ desk: Desk) -> Bool {
    if case .bulk = desk.state.overlay { true } else { false }
  }

  @Test func typedAheadIsDropped() {
    var desk = DecidingTests.armed()
    desk.send(.crowded(true))
    desk.press("a")
    #expect(desk.decisions.isEmpty)
    #expect(desk.state.note?.text.contains("more was typed than one key") == true)
  }

  @Test func severalGetNoScopeOfTheirOwn() {
    for key in ["s", "i"] {
      var desk = DecidingTests.marked()
      desk.press(key)
      #expect(desk.state.overlay == nil && desk.decisions.isEmpty)
      #expect(desk.state.note?.text == "several at once are approved once each or denied: a or d")
    }
    // Nor do those that are the same.
    var desk = Desk.waiting()
    desk.look()
    desk.press("j", "j")
    desk.read()
    desk.effects = []
    desk.press("i")
    #expect(desk.state.overlay == nil)
    #expect(desk.state.note?.text == "identical calls are decided together: a or d")
    desk.press("s")
    #expect(desk.state.overlay == nil && desk.decisions.isEmpty)
  }

  @Test func oneRiskyAmongThemIsCountedToo() {
    var desk = Desk.waiting()
    desk.look()
    desk.press("m", "j", "m", "a")
    desk.effects = []
    desk.draw()
    desk.wait(400)
    desk.press("y")
    #expect(desk.decisions.isEmpty && isConfirming(desk))
    #expect(desk.state.note?.text == "1 of them is risky: type 1, then y")
    desk.press("1", "y")
    #expect(desk.decisions.count == 3)
  }

  @Test func whatIsAnotherCallMeanwhileIsLeftOutOfSeveral() {
    var desk = DecidingTests.marked()
    desk.press("d")
    var event = Desk.event("q1-3")
    event.digest = "another"
    desk.ask(event)
    desk.draw()
    desk.wait(400)
    desk.press("y")
    #expect(desk.decisions.count == 3)
    #expect(desk.state.approvals.requests["q1-3"]?.isWaiting == true)
  }

  @Test func minutesHaveBounds() {
    for (typed, isSent) in [
      ("0", false), ("1440", true), ("1441", false), ("99999999999999999999", false), ("x", false),
    ] {
      var desk = DecidingTests.armed()
      desk.press("i", "Backspace", "Backspace", typed, "Enter")
      #expect(desk.decisions.isEmpty != isSent, "\(typed)")
    }
  }

  @Test func riskyOnesThatAreCutAreReadBeforeMinutesCount() {
    var desk = DecidingTests.armed(Desk.event("q1", arguments: Self.long), arguments: Self.long)
    desk.press("i", "Enter")
    #expect(desk.decisions.isEmpty)
    guard case .request = desk.state.overlay else {
      Issue.record("the request is not open")
      return
    }
  }

  @Test func eachUseOfAnApprovalIsCountedOnce() {
    var desk = Desk.ready()
    desk.ask(Desk.event("q1"))
    desk.ask(Desk.event("q1", state: .approved, by: "you", scope: .session))
    for _ in 0..<3 { desk.ask(Desk.event("q1", state: .used)) }
    #expect(desk.state.approvals.settled.map(\.uses) == [3])
  }

  @Test func aCallThatIsTheSameAsOneThatIsOverHasARowOfItsOwn() {
    var desk = Desk.ready()
    desk.ask(Desk.event("q1"))
    desk.look()
    desk.ask(Desk.event("q1", state: .denied, by: "somebody"))
    desk.ask(Desk.event("q2"))
    #expect(desk.state.approvals.rows.map(\.ids) == [["q1"], ["q2"]])
  }

  @Test func marksEndWithLeavingThePane() {
    var desk = Desk.waiting()
    desk.look()
    desk.press("m", "1", "3")
    desk.read()
    desk.effects = []
    desk.press("a")
    #expect(!isConfirming(desk))
    #expect(desk.decisions.count == 1)
  }

  @Test func moreTimeIsForTheRowUnderTheCursorAlone() {
    var desk = DecidingTests.marked()
    desk.press("G")
    desk.effects = []
    desk.press("t")
    #expect(!desk.effects.contains { if case .send(.extend) = $0 { true } else { false } })
    #expect(desk.state.note?.text.contains("no call is under the cursor") == true)
  }

  @Test func whatAnEarlierDecisionLeftStandingIsTakenBackFromItsRow() {
    var desk = Desk.ready()
    desk.ask(Desk.event("q1"))
    desk.ask(Desk.event("q1", state: .approved, by: "you", scope: .session))
    var snapshot = desk.snapshot(Desk.servers)
    snapshot.standing = [
      StandingApproval(
        id: "q1", scope: .session, session: "7f3a", client: "claude-1", grant: "local", server: "git",
        method: "tools/call", tool: "git_reset", digest: "d", by: "you", since: desk.state.now, remaining: nil, uses: 0)
    ]
    desk.gate(.snapshot(snapshot, id: nil), sequence: 0)
    desk.press("3", "G")
    guard case .settled("q1") = desk.state.approvals.cursor else {
      Issue.record("\(String(describing: desk.state.approvals.cursor))")
      return
    }
    desk.effects = []
    desk.press(":", "revoke", "Enter")
    #expect(desk.effects.contains { if case .send(.revoke("q1", _)) = $0 { true } else { false } })
  }

  @Test func detailsThatComeLateReviveNothing() {
    var desk = Desk.ready()
    let event = Desk.event("q1")
    desk.ask(event)
    desk.press("3")
    desk.ask(Desk.event("q1", state: .withdrawn))
    desk.gate(.approvalDetails(ApprovalDetails(event: event, arguments: Array("{}".utf8)), id: nil), sequence: 0)
    #expect(desk.state.approvals.requests["q1"]?.isOpen == false)
    #expect(desk.state.approvals.openCount == 0)
  }

  @Test func theListIsAskedForAgainWhereMoreChangedMeanwhile() {
    var desk = Desk.ready()
    for id in ["q1", "q2"] { desk.ask(Desk.event(id)) }
    desk.effects = []
    for id in ["q1", "q2"] { desk.ask(Desk.event(id, state: .approved, by: "you", scope: .session)) }
    func asked() -> [Int?] {
      desk.effects.compactMap { if case .send(.approvals(let id)) = $0 { id } else { nil } }
    }
    #expect(asked().count == 1)
    desk.gate(.approvals(pending: [], standing: [], id: asked().first ?? nil), sequence: 0)
    #expect(asked().count == 2)
  }

  @Test func whoMayNotDecideLocksNothing() {
    var options = Desk.options
    options.isReadOnly = true
    options.mayDecide = false
    var desk = Desk.ready(options: options)
    for word in ["lockdown on", "lockdown off"] {
      desk.press(":", word, "Enter")
      #expect(desk.state.overlay == nil)
      #expect(desk.state.note?.text.contains("--approve") == true)
    }
  }

  /// Only more time begins the countdown's colours anew, and not what the clocks of two processes differ by.
  @Test func aSecondMoreIsNoMoreTime() {
    var desk = Desk.ready()
    var event = Desk.event("q1", seconds: 100)
    event.asked = desk.state.now
    desk.ask(event)
    desk.press("3")
    func role() -> Role {
      let row = render(desk.state).cursor?.row ?? 0
      return render(desk.state).grid[row, 6].style
    }
    desk.wait(51_000)
    #expect(role() == .decisionLimit)
    event.remaining = 50_000_000
    desk.ask(event)
    #expect(role() == .decisionLimit)
    event.remaining = 350_000_000
    desk.ask(event)
    #expect(role() == .rowSelected)
  }
}
