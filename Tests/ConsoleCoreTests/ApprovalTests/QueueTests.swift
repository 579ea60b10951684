import ConsoleCore
import ControlWire
import JSONText
import Policy
import Testing

/// The queue, the line that every screen has, and calling the person.
struct QueueTests {
  func names(_ desk: Desk) -> [String] { desk.state.approvals.rows.map { $0.ids.joined(separator: "+") } }

  @Test func sortedByDeadlineOnEnteringAndFrozenMeanwhile() {
    var desk = Desk.waiting()
    desk.press("3")
    #expect(names(desk) == ["q1-3", "q1-4", "q1-5+q1-6"])
    desk.ask(Desk.event("q1-8", "git_push", seconds: 5))
    desk.ask(Desk.event("q1-9", "git_pull", seconds: 3))
    desk.ask(Desk.event("q1-5", "post_message", server: "slack", seconds: 1))
    #expect(names(desk) == ["q1-3", "q1-4", "q1-5+q1-6", "q1-8", "q1-9"])
    #expect(screen(desk.state).contains { $0.contains("── new (2) ──") })
    #expect(desk.state.approvals.cursor == .request("q1-3"))
    desk.press("1", "3")
    #expect(names(desk).first == "q1-5")
    #expect(!screen(desk.state).contains { $0.contains("── new") })
  }

  @Test func nothingMovesTheFocusTheCursorOrTheKeys() {
    var desk = Desk.ready()
    desk.press("j", "j")
    let before = desk.state
    for number in 0..<50 { desk.ask(Desk.event("q\(number)", seconds: Int64(number + 5))) }
    #expect(desk.state.focus == before.focus && desk.state.overlay == before.overlay)
    #expect(desk.state.list == before.list)
    desk.press("3")
    desk.press("j", "j")
    let cursor = desk.state.approvals.cursor
    for number in 50..<90 { desk.ask(Desk.event("q\(number)", "t\(number)", seconds: 2)) }
    for number in 0..<30 { desk.ask(Desk.event("q\(number)", state: .withdrawn)) }
    #expect(desk.state.approvals.cursor == cursor)
  }

  @Test func theBannerIsOnEveryScreen() {
    for (columns, rows) in [(40, 10), (60, 12), (80, 24), (160, 48)] {
      var desk = Desk.waiting(columns: columns, rows: rows)
      for pane in ["1", "2", "3", "4", "5", "6"] {
        desk.press(pane)
        let line = screen(desk.state)[1]
        #expect(line.contains("▲ 4") && line.contains("then") && line.contains("DENY"), "\(columns) \(pane) \(line)")
        #expect(line.contains("0:4"), "\(line)")
      }
      // In front of it, nothing stands.
      for key in ["?", "ctrl-p", "!"] {
        desk.press(key)
        #expect(screen(desk.state)[1].contains("▲ 4"), "\(columns) \(key)")
        desk.press("Esc")
      }
    }
    #expect(screen(Desk.waiting(columns: 30, rows: 1).state)[0].hasPrefix("▲4 0:42→DENY"))
  }

  @Test func besideAnErrorItIsStillThere() {
    var desk = Desk.waiting()
    desk.read("{")
    #expect(screen(desk.state)[1].contains("▲ 4"))
    #expect(screen(desk.state)[2].contains("NOT VALID"))
    desk.send(.resized(Size(columns: 40, rows: 10)))
    #expect(screen(desk.state)[0].contains("▲4 0:42→DENY"))
    #expect(screen(desk.state)[1].contains("NOT VALID"))
  }

  @Test func whatHappensAtZero() {
    var desk = Desk.waiting()
    desk.wait(42_000)
    #expect(screen(desk.state)[1].contains("asking the gate…"))
    #expect(!screen(desk.state)[1].contains("0:00"))
    desk.ask(Desk.event("q1-3", state: .expired))
    #expect(screen(desk.state)[1].contains("▲ 3 calls wait"))
    #expect(desk.state.note?.text == "git/git_reset: nobody decided in time, so it is denied")
  }

  @Test func theClockOfOthersDoesNotMatter() {
    // The wall clock of the event is years away; only what remains counts.
    var desk = Desk.ready()
    var event = Desk.event("q1", seconds: 42)
    event.asked = Moment(microseconds: 5)
    desk.ask(event)
    #expect(screen(desk.state)[1].contains("0:42"))
    event.asked = Moment(microseconds: .max)
    desk.ask(event)
    #expect(screen(desk.state)[1].contains("0:42"))
    event.remaining = .max
    event.holdRemaining = .min
    desk.ask(event)
    desk.press("3")
    _ = screen(desk.state)
  }

  @Test func coloursAtHalfAndAFifth() {
    var desk = Desk.ready()
    var event = Desk.event("q1", seconds: 100)
    event.asked = desk.state.now
    desk.ask(event)
    desk.press("3")
    func role() -> Role {
      let grid = render(desk.state).grid
      let row = render(desk.state).cursor?.row ?? 0
      return grid[row, 6].style
    }
    #expect(role() == .rowSelected)
    desk.wait(51_000)
    #expect(role() == .decisionLimit)
    desk.wait(31_000)
    #expect(role() == .decisionDeny)
  }

  @Test func atMostOneBellInTenSeconds() {
    var desk = Desk.ready()
    func bells() -> Int { desk.effects.count { $0 == .bell } }
    for number in 0..<20 { desk.ask(Desk.event("q\(number)")) }
    #expect(bells() == 1)
    desk.wait(9_999)
    desk.ask(Desk.event("r1"))
    #expect(bells() == 1)
    desk.wait(1)
    desk.ask(Desk.event("r2"))
    #expect(bells() == 2)
    // What is told again is no news.
    desk.wait(20_000)
    desk.ask(Desk.event("r2", seconds: 300))
    #expect(bells() == 2)
  }

  @Test func bellTitleAndNoticeAsTheConfigurationSays() {
    var options = Desk.options
    var desk = Desk.ready(options: options)
    desk.ask(Desk.event("q1"))
    #expect(render(desk.state).title == "(1) gatehouse")
    #expect(!desk.effects.contains { if case .notify = $0 { true } else { false } })
    options.alerts.bell = false
    options.alerts.title = false
    options.alerts.notice = .osc9
    desk = Desk.ready(options: options)
    desk.ask(Desk.event("q1", "re\u{202E}set"))
    #expect(render(desk.state).title == "gatehouse")
    #expect(
      desk.effects.filter { if case .notify = $0 { true } else { $0 == .bell } } == [
        .notify("approval wanted: git/re‹U+202E›set", .osc9)
      ])
  }

  @Test func thePaneComesByItselfOnlyWhereNobodyIsAtTheKeys() {
    var options = Desk.options
    options.alerts.opens = true
    var desk = Desk.ready(options: options)
    desk.press("j")
    desk.ask(Desk.event("q1"))
    #expect(desk.state.focus == .policy)
    desk.wait(9_999)
    #expect(desk.state.focus == .policy)
    desk.wait(1)
    #expect(desk.state.focus == .approvals)
    desk = Desk.ready(options: options)
    desk.press(":")
    desk.wait(60_000)
    desk.ask(Desk.event("q1"))
    #expect(desk.state.focus == .policy && desk.state.overlay != nil)
    desk = Desk.ready()
    desk.wait(60_000)
    desk.ask(Desk.event("q1"))
    desk.wait(60_000)
    #expect(desk.state.focus == .policy)
  }

  @Test func whatTheGateKnowsTakesThePlaceOfWhatWasKnown() {
    var desk = Desk.waiting()
    desk.press("3", "j")
    var snapshot = desk.snapshot(Desk.servers)
    snapshot.approvals = [Desk.event("q1-4", "build_image", server: "ecr", session: "19c0"), Desk.event("q2-1", "new")]
    desk.gate(.snapshot(snapshot, id: nil), sequence: 0)
    #expect(names(desk) == ["q1-3", "q1-4", "q1-5+q1-6", "q2-1"])
    #expect(desk.state.approvals.openCount == 2)
    #expect(desk.state.approvals.cursor == .request("q1-4"))
    #expect(desk.state.approvals.requests["q1-3"]?.isOpen == false)
  }

  @Test func filter() {
    var desk = Desk.waiting()
    desk.press("3", "/", "server:slack", "Enter")
    let lines = screen(desk.state)
    #expect(lines.contains { $0.contains("slack/post_mess") } && !lines.contains { $0.contains("ecr/") })
    #expect(lines.contains { $0.contains("2 of 4") })
    #expect(lines[1].contains("▲ 4"))
    desk.press("Esc")
    #expect(screen(desk.state).contains { $0.contains("ecr/") })
    desk.press("/", "lat>5ms", "Enter")
    #expect(desk.state.note?.weight == .error)
  }

  @Test func aThousandStayQuickAndBounded() {
    var desk = Desk.ready()
    for number in 0..<2100 {
      desk.ask(
        Desk.event("q\(number)", "tool\(number % 700)", seconds: Int64(100 + number % 400), arguments: "\(number)"))
    }
    #expect(desk.state.approvals.openCount == 2000)
    desk.press("3", "G", "g", "PgDn")
    for number in 0..<40 { desk.ask(Desk.event("q\(number)", "tool\(number % 700)", state: .expired)) }
    #expect(desk.state.approvals.openCount == 1960)
    desk.press("1")
    for number in 40..<2100 { desk.ask(Desk.event("q\(number)", "tool\(number % 700)", state: .expired)) }
    #expect(desk.state.approvals.settled.count == 500)
    #expect(desk.state.approvals.requests.isEmpty)
  }

  @Test func cachesAreBounded() {
    var desk = Desk.ready()
    for number in 0..<60 { desk.ask(Desk.event("q\(number)", "t\(number)")) }
    desk.press("3")
    for _ in 0..<60 {
      desk.answerDetails()
      desk.press("j")
    }
    #expect(desk.state.approvals.details.count <= 32)
  }
}
