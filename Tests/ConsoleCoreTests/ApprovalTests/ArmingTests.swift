import ConsoleCore
import ControlWire
import Policy
import Risk
import Testing

/// When a key decides about a call, and when it is dropped.
struct ArmingTests {
  /// One call is under the cursor and could be decided.
  static func armed() -> Desk {
    var desk = Desk.ready()
    desk.ask(Desk.event("q1"))
    desk.ask(Desk.event("q2", "git_push", seconds: 60))
    desk.look()
    desk.effects = []
    return desk
  }

  @Test func aKeyDecidesAboutWhatWasShownFor400Milliseconds() {
    var desk = Self.armed()
    #expect(desk.state.isArmed)
    desk.press("a")
    guard case .approve(let id, let digest, let revision, let scope, _, _) = desk.decisions.first else {
      Issue.record("nothing was sent: \(desk.effects)")
      return
    }
    let event = Desk.event("q1")
    #expect((id, digest, revision, scope) == ("q1", event.digest, event.revision, .once))
    #expect(desk.decisions.count == 1)
    // While the gate is asked the keys do nothing.
    desk.press("a", "d", "s")
    #expect(desk.decisions.count == 1)
  }

  @Test(arguments: [
    ("a", 399, false), ("a", 400, true), ("d", 399, false), ("d", 400, true), ("s", 399, false), ("s", 400, true),
  ])
  func notAMillisecondEarlier(key: String, milliseconds: Int64, decides: Bool) {
    var desk = Desk.ready()
    desk.ask(Desk.event("q1"))
    desk.press("3")
    desk.answerDetails()
    desk.draw()
    desk.wait(milliseconds)
    desk.press(key)
    #expect(desk.decisions.isEmpty != decides)
    // A key that was dropped is dropped, not kept.
    desk.draw()
    desk.wait(10_000)
    #expect(desk.decisions.isEmpty != decides)
  }

  @Test func itMustHaveBeenDrawn() {
    var desk = Desk.ready()
    desk.ask(Desk.event("q1"))
    desk.press("3")
    desk.answerDetails()
    desk.wait(5000)
    desk.press("a")
    #expect(desk.decisions.isEmpty)
    desk.draw()
    desk.wait(400)
    desk.press("a")
    #expect(desk.decisions.count == 1)
  }

  @Test func itsArgumentsMustHaveCome() {
    var desk = Desk.ready()
    desk.ask(Desk.event("q1"))
    desk.press("3")
    desk.draw()
    desk.wait(5000)
    #expect(!desk.state.isArmed)
    desk.press("a")
    #expect(desk.decisions.isEmpty)
    #expect(desk.state.note?.text == "its arguments have not come yet: the key is dropped")
  }

  static let disarming: [(String, @Sendable (inout Desk) -> Void)] = [
    ("focus in", { $0.send(.input(.focus(true))) }),
    (
      "focus out and in",
      {
        $0.send(.input(.focus(false))); $0.send(.input(.focus(true)))
      }
    ),
    ("another size", { $0.send(.resized(Size(columns: 100, rows: 30))) }),
    ("pasted text", { $0.send(.input(.paste("aaa"))) }),
    (
      "more keys at once",
      {
        $0.send(.crowded(true)); $0.send(.crowded(false))
      }
    ),
    (
      "another call",
      {
        $0.press("j"); $0.answerDetails()
      }
    ),
    (
      "away and back",
      {
        $0.press("j"); $0.answerDetails(); $0.press("k")
      }
    ),
    ("another pane", { $0.press("4", "3") }),
    ("a popup before it", { $0.press("?", "Esc") }),
    (
      "the gate is lost and back",
      {
        $0.send(.gateLost(reason: "gone", retryIn: 1000))
        $0.send(.gateConnected)
        $0.gate(.hello(Hello(version: 1, build: "1", pid: 7, revision: nil, policyPath: "/p")), sequence: 0)
        var snapshot = $0.snapshot(Desk.servers)
        snapshot.approvals = [Desk.event("q1"), Desk.event("q2", "git_push", seconds: 60)]
        $0.gate(.snapshot(snapshot, id: nil), sequence: 0)
      }
    ),
    (
      "other arguments",
      {
        var event = Desk.event("q1")
        event.digest = "another"
        $0.ask(event)
        $0.answerDetails()
      }
    ),
    ("another of the same kind", { $0.ask(Desk.event("q3")) }),
  ]

  @Test(arguments: disarming.indices)
  func whatDisarms(index: Int) {
    let (name, change) = Self.disarming[index]
    var desk = Self.armed()
    change(&desk)
    desk.effects.removeAll { if case .send(.approval) = $0 { false } else { true } }
    #expect(!desk.state.isArmed, "\(name)")
    desk.press("a")
    desk.press("Esc")
    #expect(desk.decisions.isEmpty, "\(name)")
    // It is armed again after its time, and only then.
    if desk.state.focus != .approvals { desk.press("3") }
    desk.answerDetails()
    desk.draw()
    desk.wait(399)
    #expect(!desk.state.isArmed, "\(name)")
    desk.wait(1)
    #expect(desk.state.isArmed, "\(name)")
  }

  @Test func nothingDecidesWithoutTheFocusOrWhileMoreIsTyped() {
    var desk = Self.armed()
    desk.send(.input(.focus(false)))
    desk.wait(5000)
    desk.press("a")
    #expect(desk.decisions.isEmpty)
    desk = Self.armed()
    desk.send(.crowded(true))
    desk.wait(5000)
    desk.press("a")
    #expect(desk.decisions.isEmpty)
  }

  @Test func mouseAndEscapeNeverDecide() {
    var desk = Self.armed()
    for row in 0..<24 {
      for column in stride(from: 0, to: 80, by: 7) {
        for action in [Mouse.Action.press, .release, .wheelUp, .wheelDown] {
          desk.send(.input(.mouse(Mouse(action, row: row, column: column))))
        }
      }
    }
    #expect(desk.state.approvals.cursor == .request("q1"))
    desk.press("Esc", "Esc", "q", "Enter", "Esc", "ctrl-c")
    #expect(desk.decisions.isEmpty)
  }

  @Test func theClockRedrawsWhenItArms() {
    var desk = Desk.ready()
    desk.ask(Desk.event("q1"))
    desk.press("3")
    desk.answerDetails()
    desk.draw()
    let now = desk.state.now
    #expect(screen(desk.state).contains { $0.contains("arming…") })
    #expect(desk.state.nextTick.map { $0 <= now.advanced(byMicroseconds: 400_000) } == true)
    desk.wait(400)
    #expect(screen(desk.state).contains { $0.hasSuffix("armed┐") })
  }

  @Test func anOldPictureArmsNothing() {
    var desk = Desk.ready()
    desk.ask(Desk.event("q1"))
    desk.ask(Desk.event("q2", "git_push", seconds: 60))
    desk.press("3")
    desk.answerDetails()
    let old = desk.state.undrawnFace
    desk.press("j")
    desk.answerDetails()
    // The terminal was slow: it is still the picture of the first call that it has taken now.
    if let old { desk.send(.drawn(old)) }
    desk.wait(5000)
    #expect(old != nil && !desk.state.isArmed)
  }
}
