import ConsoleCore
import ControlWire
import JSONText
import Policy
import Risk
import Testing

/// What is sent, and what becomes of it.
struct DecidingTests {
  static func armed(_ event: ApprovalEvent = Desk.event("q1"), arguments: String = Desk.arguments) -> Desk {
    var desk = Desk.ready()
    desk.ask(event)
    desk.look(["q1": arguments])
    desk.effects = []
    return desk
  }

  func words(_ desk: Desk) -> [String] { screen(desk.state) }

  @Test func scopes() {
    var desk = Self.armed()
    desk.press("s")
    guard case .approve(_, _, _, .session, _, _) = desk.decisions.first else {
      Issue.record("no session")
      return
    }
    desk = Self.armed()
    desk.press("i")
    #expect(desk.decisions.isEmpty)
    desk.press("Backspace", "Backspace", "25", "Enter")
    guard case .approve(_, _, _, .identical(1500), _, _) = desk.decisions.first else {
      Issue.record("no minutes")
      return

    }
  }

  @Test func denyingWithWords() {
    var desk = Self.armed()
    desk.press("e", "not on Sundays", "Enter")
    guard case .deny("q1", _, "not on Sundays", _) = desk.decisions.first else {
      Issue.record("\(desk.decisions)")
      return

    }
    #expect(desk.state.overlay == nil)
  }

  @Test func escapeLeavesItWaitingFromAnywhere() {
    for key in ["e", "i", "o"] {
      var desk = Self.armed()
      desk.press(key)
      #expect(desk.state.overlay != nil)
      desk.press("Esc")
      #expect(desk.state.overlay == nil && desk.decisions.isEmpty)
    }
  }

  @Test func whatIsTypedDecidesOnlyAboutWhatItWasTypedFor() {
    var desk = Self.armed()
    desk.press("e", "no")
    var event = Desk.event("q1")
    event.digest = "another"
    desk.ask(event)
    desk.read()
    desk.press("Enter")
    #expect(desk.decisions.isEmpty)
    #expect(desk.state.note?.text == "the call is another one now: nothing is sent")
  }

  @Test func theGatesAnswerIsShown() {
    var desk = Self.armed()
    desk.press("a")
    #expect(words(desk).contains { $0.contains("asking the gate…") })
    desk.answer()
    desk.ask(Desk.event("q1", state: .approved, by: "you on pts/3 (console)", scope: .once))
    #expect(words(desk).contains { $0.contains("approved by you on pts/3") })
    #expect(desk.state.approvals.openCount == 0)
    // It stays where it was until the person leaves, and does nothing.
    desk.effects = []
    desk.press("a", "d")
    #expect(desk.decisions.isEmpty)
    #expect(desk.state.note?.text.contains("this one is over") == true)
    desk.press("1", "3")
    #expect(desk.state.approvals.rows.isEmpty)
    #expect(words(desk).contains { $0.contains("✓ once") })
  }

  @Test func theSecondDeciderIsToldWhoWasFirst() {
    var desk = Self.armed()
    desk.press("a")
    desk.answer(refused: "already approved by tty2 (you@host)")
    #expect(desk.state.note?.text == "not decided: already approved by tty2 (you@host)")
    desk.ask(Desk.event("q1", state: .approved, by: "tty2 (you@host)", scope: .session))
    #expect(words(desk).contains { $0.contains("approved by tty2") })
  }

  @Test func aRefusalLeavesItWaiting() {
    var desk = Self.armed()
    desk.press("a")
    desk.answer(refused: "the arguments are others than those you were shown")
    #expect(!desk.state.isArmed)
    #expect(words(desk).contains { $0.contains("! not decided:") })
    desk.draw()
    desk.wait(400)
    desk.effects = []
    desk.press("d")
    #expect(desk.decisions.count == 1)
  }

  @Test func aLostGateMakesEverythingUnknown() {
    var desk = Self.armed()
    desk.press("a")
    desk.send(.gateLost(reason: "gone", retryIn: 1_000_000))
    desk.effects = []
    desk.press("a", "d", "t", "e")
    #expect(desk.decisions.isEmpty)
    #expect(words(desk).contains { $0.contains("unknown, gate lost") })
    #expect(words(desk)[1].contains("unknown"))
    // What it was is told by what the gate says when it is back.
    desk.send(.gateConnected)
    desk.gate(.hello(Hello(version: 1, build: "1", pid: 7, revision: nil, policyPath: "/p")), sequence: 0)
    var snapshot = desk.snapshot(Desk.servers)
    snapshot.approvals = [Desk.event("q2", "git_push")]
    snapshot.recent = [Desk.event("q1", state: .approved, by: "you on pts/3", scope: .once)]
    desk.gate(.snapshot(snapshot, id: nil), sequence: 0)
    #expect(desk.state.approvals.requests["q1"]?.isOpen == false)
    #expect(desk.state.approvals.openCount == 1)
    #expect(words(desk).contains { $0.contains("approved by you on pts/3") })
  }

  @Test func goneOnesAreInert() {
    var desk = Self.armed()
    desk.ask(Desk.event("q1", state: .withdrawn, detail: "the client hung up"))
    desk.effects = []
    desk.press("a")
    #expect(desk.decisions.isEmpty)
    #expect(words(desk).contains { $0.contains("gone: the client hung up") })
  }

  @Test func whatIsRiskyAndCutIsReadFirst() {
    let long = "{\"text\":\"\(String(repeating: "x", count: 5000))\"}"
    var desk = Self.armed(Desk.event("q1", arguments: long), arguments: long)
    #expect(words(desk).contains { $0.contains("KB, o shows all") })
    desk.press("a")
    #expect(desk.decisions.isEmpty)
    guard case .request = desk.state.overlay else {
      Issue.record("the request is not open")
      return
    }
    // In there it needs its time again.
    desk.press("a")
    #expect(desk.decisions.isEmpty)
    desk.draw()
    desk.wait(400)
    desk.press("a")
    #expect(desk.decisions.count == 1)
    // What is not risky may be approved as it is, and anything may be denied.
    desk = Self.armed(Desk.event("q1", severity: .low, arguments: long), arguments: long)
    desk.press("a")
    #expect(desk.decisions.count == 1)
    desk = Self.armed(Desk.event("q1", arguments: long), arguments: long)
    desk.press("d")
    #expect(desk.decisions.count == 1)
  }

  @Test func onSmallScreensItIsOpenedFirst() {
    var desk = Desk.ready(columns: 40, rows: 10)
    desk.ask(Desk.event("q1"))
    desk.look()
    desk.press("a")
    #expect(desk.decisions.isEmpty)
    desk.read()
    desk.press("a")
    #expect(desk.decisions.count == 1)
  }

  @Test func moreTime() {
    var desk = Self.armed()
    desk.press("t")
    guard case .send(.extend("q1", 300, _)) = desk.effects.last else {
      Issue.record("\(desk.effects)")
      return
    }
    desk.answer()
    desk.ask(Desk.event("q1", seconds: 342))
    #expect(words(desk).contains { $0.contains("5:4") })
  }

  @Test func readOnlyConsolesDecideOnlyWhereTheyMay() {
    var options = Desk.options
    options.isReadOnly = true
    options.mayDecide = false
    var desk = Desk.ready(options: options)
    desk.ask(Desk.event("q1"))
    desk.look()
    desk.press("a", "d", "s", "e", "t")
    #expect(desk.decisions.isEmpty)
    #expect(desk.state.note?.text.contains("--approve") == true)
    options.mayDecide = true
    desk = Desk.ready(options: options)
    desk.ask(Desk.event("q1"))
    desk.look()
    desk.press("a")
    #expect(desk.decisions.count == 1)
  }

  // MARK: Several

  static func marked() -> Desk {
    var desk = Desk.waiting()
    desk.look()
    desk.press("m", "m", "m")
    desk.effects = []
    return desk
  }

  @Test func severalAreListedAndTheRiskyOnesCounted() {
    var desk = Self.marked()
    desk.press("a")
    desk.draw()
    desk.wait(400)
    let shown = words(desk).joined(separator: "\n")
    #expect(shown.contains("Approve 4 calls?"))
    #expect(shown.contains("2  MED   slack/post_message"))
    #expect(shown.contains("2 of them are HIGH or more: type 2, then y"))
    // The key that began it does not confirm it, and y alone is not enough.
    desk.press("a", "y")
    #expect(desk.decisions.isEmpty)
    desk.press("3", "y")
    #expect(desk.decisions.isEmpty)
    desk.press("Backspace", "2", "y")
    #expect(desk.decisions.count == 4)
    #expect(desk.state.overlay == nil)
  }

  @Test func whatIsOverMeanwhileIsLeftOut() {
    var desk = Self.marked()
    desk.press("d")
    desk.draw()
    desk.wait(400)
    desk.ask(Desk.event("q1-3", state: .withdrawn))
    // The list is another one: it must be read again.
    desk.press("y")
    #expect(desk.decisions.isEmpty)
    desk.draw()
    desk.wait(400)
    desk.press("y")
    #expect(desk.decisions.count == 3)
  }

  @Test func identicalOnesAreDecidedTogetherAfterAQuestion() {
    var desk = Desk.waiting()
    desk.look()
    desk.press("j", "j")
    desk.read()
    #expect(words(desk).contains { $0.contains("post_mess… ×2") })
    desk.effects = []
    desk.press("a")
    #expect(desk.decisions.isEmpty)
    desk.draw()
    desk.wait(400)
    desk.press("y")
    #expect(desk.decisions.count == 2)
  }

  // MARK: Lockdown

  @Test func lockdownTakesTheWord() {
    var desk = Desk.ready()
    desk.press(":", "lockdown", "Enter", "lock", "Enter")
    #expect(!desk.effects.contains { if case .send(.lockdown) = $0 { true } else { false } })
    desk.press(":", "lockdown on", "Enter", "LOCK", "Enter")
    guard case .send(.lockdown(true, _)) = desk.effects.last else {
      Issue.record("\(desk.effects)")
      return
    }
    desk.gate(.lockdown(LockdownEvent(isOn: true, since: desk.state.now, by: "you")))
    #expect(words(desk)[0].contains("LOCKDOWN"))
    let header = render(desk.state).grid[0, 1].style
    #expect(header == .bannerError)
    desk.press(":", "lockdown off", "Enter", "y")
    guard case .send(.lockdown(false, _)) = desk.effects.last else {
      Issue.record("\(desk.effects)")
      return
    }
    desk.gate(.lockdown(LockdownEvent(isOn: false)))
    #expect(!words(desk)[0].contains("LOCKDOWN"))
  }

  @Test func standingApprovalsAreTakenBack() {
    var desk = Desk.ready()
    var snapshot = desk.snapshot(Desk.servers)
    snapshot.standing = [
      StandingApproval(
        id: "q9", scope: .session, session: "7f3a", client: "claude-1", grant: "local", server: "git",
        method: "tools/call", tool: "git_push", digest: "d", by: "you", since: desk.state.now, uses: 2)
    ]
    desk.gate(.snapshot(snapshot, id: nil), sequence: 0)
    desk.press("3")
    #expect(words(desk).contains { $0.contains("✓ session git/git_push used 2") })
    desk.press("x")
    guard case .send(.revoke("q9", _)) = desk.effects.last else {
      Issue.record("\(desk.effects)")
      return
    }
    desk.answer()
    guard case .send(.approvals(let id)) = desk.effects.last else {
      Issue.record("\(desk.effects)")
      return
    }
    desk.gate(.approvals(pending: [], standing: [], id: id), sequence: 0)
    #expect(desk.state.approvals.standing.isEmpty)
  }
}
