import ConsoleCore
import ControlWire
import JSONText
import Policy
import Testing

/// What a server wrote, in front of the panes.
struct MessagesTests {
  private func messages(
    _ texts: [String], from number: UInt64 = 1, session: ExactText = "q1-1", source: ServerMessage.Source = .stderr,
    missed: Int = 0
  ) -> GateEvent {
    .serverMessages(
      ServerMessages(
        server: "git", missed: missed,
        messages: texts.enumerated().map { index, text in
          ServerMessage(
            number: number + UInt64(index), time: Desk.noon, session: session, source: source, text: text)
        }), id: nil)
  }

  private func open(columns: Int = 80, rows: Int = 24) -> Desk {
    var desk = Desk.ready(columns: columns, rows: rows)
    desk.press("o")
    return desk
  }

  @Test("P73: the console shows what a server wrote") func aFewLines() {
    var desk = open()
    #expect(desk.effects == [.send(.stderr(server: "git", lines: 2_000, after: nil, id: nil))])
    #expect(screen(desk.state)[2].contains("asking the gate"))
    desk.gate(messages(["starting up", "listening \u{1B}[2J on stdio"]), sequence: 0)
    desk.gate(messages(["a banner"], from: 3, source: .noise), sequence: 0)
    desk.gate(
      messages(
        ["another session's line, which is so long that it takes more than one row of what there is"],
        from: 4, session: "q1-2", missed: 1_200), sequence: 0)
    expectScreen(
      desk.state,
      """
       gatehouse  policy.json saved  gate ● up rev e92cbb              0/s ▁▁▁▁▁▁▁▁▁▁
      ┌Messages of git─────────────────────────────────── 1,200 older are not shown ─┐
      │ session q1-1                                                                 │
      │ 11:42:07 starting up                                                         │
      │ 11:42:07 listening ‹1B›[2J on stdio                                          │
      │ 11:42:07 stdout: a banner                                                    │
      │ session q1-2                                                                 │
      │ 11:42:07 another session's line, which is so long that it takes more than    │
      │          one row of what there is                                            │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      └─────────────────────────────────────────────────────────────── k older · Esc ┘

      """)
  }

  @Test func itFollowsUntilItIsScrolled() {
    var desk = open()
    desk.gate(messages((1...100).map { "line \($0)" }), sequence: 0)
    #expect(screen(desk.state).joined().contains("line 100"))
    desk.press("k")
    #expect(!screen(desk.state).joined().contains("line 100"))
    desk.gate(messages(["line 101"], from: 101), sequence: 0)
    let before = screen(desk.state)
    desk.gate(messages(["line 102"], from: 102), sequence: 0)
    #expect(screen(desk.state) == before)
    desk.press("g")
    #expect(screen(desk.state).joined().contains("line 1 "))
    desk.press("PgDn", "PgUp", "Down", "Up")
    #expect(screen(desk.state).joined().contains("line 1 "))
    desk.press("G")
    #expect(screen(desk.state).joined().contains("line 102"))
    desk.press("k", "PgDn")
    desk.gate(messages(["line 103"], from: 103), sequence: 0)
    #expect(screen(desk.state).joined().contains("line 103"))
    desk.press("Esc")
    #expect(desk.state.overlay == nil)
  }

  @Test func itAsksAgainWhileItIsOpen() {
    var desk = open()
    desk.gate(messages(["one", "two"]), sequence: 0)
    desk.effects = []
    #expect(desk.state.nextTick == desk.state.now.advanced(byMicroseconds: 500_000))
    desk.send(.tick(desk.state.now.advanced(byMicroseconds: 500_000)))
    #expect(desk.effects == [.send(.stderr(server: "git", lines: 2_000, after: 2, id: nil))])
    // An answer to an older question adds nothing twice.
    desk.gate(messages(["one", "two", "three"]), sequence: 0)
    #expect(screen(desk.state).filter { $0.contains("two") }.count == 1)
    desk.press("Esc")
    desk.effects = []
    desk.send(.tick(desk.state.now.advanced(byMicroseconds: 5_000_000)))
    #expect(desk.effects.isEmpty)
  }

  @Test func anotherGateBeginsAnew() {
    var desk = open()
    desk.gate(messages(["of the first"], from: 900), sequence: 0)
    desk.send(.gateLost(reason: "gone", retryIn: nil))
    desk.send(.gateConnected)
    desk.gate(
      .hello(Hello(version: 1, build: "1", pid: 8, revision: nil, policyPath: "/p/policy.json")), sequence: 0)
    desk.effects = []
    desk.send(.tick(desk.state.now.advanced(byMicroseconds: 500_000)))
    #expect(desk.effects == [.send(.stderr(server: "git", lines: 2_000, after: nil, id: nil))])
    desk.gate(messages(["of the second"]), sequence: 0)
    #expect(screen(desk.state).joined().contains("of the second"))
    #expect(!screen(desk.state).joined().contains("of the first"))
  }

  @Test func manyAreBounded() {
    var desk = open(columns: 160, rows: 48)
    for round in 0..<5 {
      desk.gate(messages((0..<1_000).map { "\(round)-\($0)" }, from: UInt64(round * 1_000 + 1)), sequence: 0)
    }
    desk.press("g")
    #expect(screen(desk.state).joined().contains("3-0 "))
    #expect(screen(desk.state)[1].contains("3,000 older are not shown"))
  }

  @Test(arguments: [(40, 10), (20, 5), (80, 24), (160, 48)])
  func everySizeIsDrawn(_ columns: Int, _ rows: Int) {
    var desk = open(columns: columns, rows: rows)
    desk.gate(messages(["x", String(repeating: "wide ", count: 1_000), "\u{202E}\u{0}"]), sequence: 0)
    #expect(screen(desk.state).count == rows)
    desk.press("k", "k", "j", "g", "G", "PgUp")
    #expect(screen(desk.state).count == rows)
  }

  @Test func withoutAGateThereIsNothingToAsk() {
    var desk = Desk.ready()
    desk.send(.gateLost(reason: "gone", retryIn: nil))
    desk.effects = []
    desk.press("o")
    #expect(desk.effects.isEmpty && desk.state.overlay == nil)
    #expect(desk.state.note?.text == "messages: no gate is connected")
  }
}
