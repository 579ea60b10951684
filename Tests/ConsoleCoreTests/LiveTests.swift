import ConsoleCore
import ControlWire
import JSONText
import Policy
import Risk
import Testing

/// The stream: following, pausing, filtering, losing.
struct LiveTests {
  /// The tools in the live pane, from the first row that is drawn.
  func shown(_ desk: Desk, rows: Int = 5) -> [String] {
    screen(desk.state).suffix(rows + 2).prefix(rows).map { line in
      line.split(separator: " ").first { $0.contains("git/") }.map(String.init) ?? "-"
    }
  }

  func busy(_ calls: Range<Int> = 0..<20, capacity: Int = 100) -> Desk {
    var options = Desk.options
    options.ringCapacity = capacity
    var desk = Desk.ready(options: options)
    for call in calls { desk.call("git", "t\(call)", call % 5 == 0 ? .deny : .allow) }
    return desk
  }

  @Test func theNewestRowsAreFollowed() {
    var desk = busy()
    #expect(shown(desk) == ["git/t15", "git/t16", "git/t17", "git/t18", "git/t19"])
    desk.call("git", "t20")
    #expect(shown(desk) == ["git/t16", "git/t17", "git/t18", "git/t19", "git/t20"])
  }

  @Test func aPausedViewKeepsItsRowsUnderTraffic() {
    var desk = busy()
    desk.press("4", "k", "k")
    let before = shown(desk)
    let cursor = desk.state.live.cursor
    for call in 20..<60 { desk.call("git", "t\(call)") }
    #expect(shown(desk) == before)
    #expect(desk.state.live.cursor == cursor)
    #expect(desk.state.live.newer == 42)
    #expect(screen(desk.state).contains { $0.contains("‖ PAUSED · 42 newer · G") })
    desk.press("G")
    #expect(desk.state.live.follows)
    #expect(shown(desk).last == "git/t59")
  }

  @Test func aPausedViewKeepsItsRowsUntilTheRingHasLostThem() {
    var desk = busy(capacity: 50)
    desk.press("4", "k", "k")
    let before = shown(desk)
    for call in 20..<60 { desk.call("git", "t\(call)") }
    #expect(shown(desk) == before, "ten older ones went, none of these")
    for call in 60..<200 { desk.call("git", "t\(call)") }
    #expect(desk.state.live.ring.count == 50)
    #expect(desk.state.live.cursor == desk.state.live.ring.firstSerial)
    #expect(shown(desk).first == "git/t150")
  }

  @Test func spacePausesAndFollows() {
    var desk = busy()
    desk.press("4", "Space")
    let before = shown(desk)
    desk.call("git", "t20")
    #expect(shown(desk) == before)
    desk.press("Space")
    #expect(shown(desk).last == "git/t20")
  }

  @Test func aFilterShowsOnlyWhatFitsAndKeepsDoingSo() {
    var desk = busy()
    desk.press("4", "/", "deny", "Enter")
    #expect(desk.state.live.count == 5, "four calls and the remark about the gate")
    desk.call("git", "t20")
    desk.call("git", "t21", .deny)
    #expect(desk.state.live.count == 6)
    #expect(shown(desk).last == "git/t21")
    desk.press("Esc")
    #expect(desk.state.live.filter == nil)
    #expect(desk.state.live.count == 23)
  }

  @Test func aFilteredRingForgetsWhatItLost() {
    var desk = busy(capacity: 20)
    desk.press("4", "/", "deny", "Enter")
    for call in 20..<200 { desk.call("git", "t\(call)", call % 5 == 0 ? .deny : .allow) }
    #expect(desk.state.live.count == 4)
    #expect(desk.state.live.serial(at: 0).flatMap { desk.state.live.ring[$0] }?.verdict == .deny)
  }

  @Test func bracketsGoToDenials() {
    var desk = busy()
    desk.press("4", "[")
    #expect(desk.state.live.current?.sequence == 16)
    desk.press("[", "[")
    #expect(desk.state.live.current?.sequence == 6)
    desk.press("]")
    #expect(desk.state.live.current?.sequence == 11)
  }

  @Test func clearingForgetsNothing() {
    var desk = busy()
    desk.press("4", "c")
    #expect(desk.state.live.count == 1, "the line that says from where")
    #expect(desk.state.live.ring.count == 22)
    desk.call("git", "t20")
    #expect(screen(desk.state).contains { $0.contains("── from here") })
    #expect(shown(desk).filter { $0 != "-" } == ["git/t20"])
    desk.press("Esc")
    #expect(shown(desk).contains("git/t19"))
  }

  @Test func resultsFindTheirDecisions() {
    var desk = Desk.ready()
    for call in 0..<10 { desk.call("git", "t\(call)") }
    desk.gate(.gap(missed: 3), sequence: 0)
    desk.call("git", "t10")
    desk.gate(.result(ResultEvent(decisionSequence: 4, outcome: .toolError, took: 12_000, bytes: 512)))
    desk.gate(.result(ResultEvent(decisionSequence: 11, outcome: .ok, took: 1000, bytes: 5)))
    desk.gate(.result(ResultEvent(decisionSequence: 999, outcome: .lost, took: 0, bytes: -1)))
    let ring = desk.state.live.ring
    let outcomes = (ring.firstSerial..<ring.endSerial).compactMap { ring[$0]?.outcome }
    #expect(outcomes == [.toolError, .ok])
    #expect(ring.serial(ofSequence: 4).flatMap { ring[$0] }?.extra == 512)
    #expect(desk.state.live.dropped == 3)
    #expect(screen(desk.state).contains { $0.contains("── 3 events missed ──") })
  }

  @Test func anotherGateCountsFromTheBeginning() {
    var desk = busy()
    desk.send(.gateLost(reason: "connection reset", retryIn: 1_000_000))
    #expect(screen(desk.state)[0].contains("gate ✗ LOST 0:00 retry 1s"))
    desk.effects = []
    desk.send(.gateConnected)
    desk.gate(.hello(Hello(version: 1, build: "1", pid: 8, revision: nil, policyPath: "/p")), sequence: 0)
    #expect(
      desk.effects.dropLast() == [
        .send(.hello(version: 1, build: "1")), .send(.subscribe(since: nil, budget: 200, approver: true, id: nil)),
        .send(.snapshot(id: nil)),
      ])
    guard case .send(.pins(nil, false, .some))? = desk.effects.last else {
      Issue.record("the gate is not asked how pins stand")
      return
    }
    desk.call("git", "new", .allow)
    desk.gate(.result(ResultEvent(decisionSequence: 1, outcome: .ok, took: 1, bytes: 1)), sequence: 2)
    #expect(desk.state.live.ring[desk.state.live.ring.endSerial - 1]?.outcome == .ok)
  }

  @Test func theSameGateIsAskedForWhatWasMissed() {
    var desk = busy()
    desk.send(.gateLost(reason: "connection reset", retryIn: nil))
    desk.effects = []
    desk.send(.gateConnected)
    desk.gate(.hello(Hello(version: 1, build: "2", pid: 7, revision: nil, policyPath: "/p")), sequence: 0)
    #expect(desk.effects.contains(.send(.subscribe(since: 20, budget: 200, approver: true, id: nil))))
    #expect(desk.state.note?.weight == .warning, "another build")
  }

  @Test func snapshotsAreAskedForOneAtATime() {
    var desk = Desk.ready()
    for _ in 0..<5 { desk.gate(.toolsChanged(server: "git")) }
    #expect(desk.effects == [.send(.snapshot(id: nil))])
    desk.gate(.snapshot(desk.snapshot(Desk.servers), id: nil), sequence: 0)
    #expect(desk.effects == [.send(.snapshot(id: nil)), .send(.snapshot(id: nil))], "what changed meanwhile")
    desk.gate(.snapshot(desk.snapshot(Desk.servers), id: nil), sequence: 0)
    #expect(desk.effects.count == 2)
  }

  @Test func aSnapshotMovesNothing() {
    var desk = Desk.ready(columns: 80, rows: 20)
    desk.press("j", "j", "j", "j")
    let before = desk.state.list.identity(at: desk.state.list.cursor.row, in: desk.state.catalogue)
    let row = desk.state.list.cursor.row - desk.state.list.cursor.top
    let more = [Desk.server("aaa", (0..<30).map { Desk.tool("new\($0)") })] + Desk.servers
    desk.gate(.snapshot(desk.snapshot(more), id: nil), sequence: 0)
    #expect(desk.state.list.identity(at: desk.state.list.cursor.row, in: desk.state.catalogue) == before)
    #expect(desk.state.list.cursor.row - desk.state.list.cursor.top == row)
    #expect(desk.state.focus == .policy)
    #expect(desk.state.overlay == nil)
  }

  @Test func ratesAreOfTheTicks() {
    var desk = Desk.ready()
    let start = desk.state.now
    for second in 0..<3 {
      desk.gate(
        .tick(counts: [10 * (second + 1), 1, 0, 0, 0]), at: start.advanced(byMicroseconds: Int64(second) * 1_000_000))
    }
    #expect(desk.state.live.rates.totals == [60, 3, 0, 0, 0])
    #expect(desk.state.live.rates.rate(now: desk.state.now) == 31)
    #expect(desk.state.live.rates.bars(3, now: desk.state.now).map(\.total) == [0, 0, 63])
    #expect(desk.state.live.rates.peak == 31)
    desk.gate(.tick(counts: [Int.max, -5, 3]))
    desk.send(.tick(start.advanced(byMicroseconds: 120_000_000)))
    #expect(desk.state.live.rates.rate(now: desk.state.now) == 0)
    #expect(desk.state.nextTick == nil, "nothing moves: the loop may sleep")
  }

  /// What the gate counts is shown, however few of the decisions come.
  @Test func numbersAreOfTheTicks() throws {
    var desk = Desk.ready(columns: 160, rows: 48)
    let counts = [
      CallCount(server: "git", tool: "git_log", rule: "/tools/git_log", verdict: .allow, count: 900),
      CallCount(server: "git", tool: "git_log", rule: "/tools/git_log/limits/0", verdict: .limit, count: 99),
      CallCount(server: "git", method: "resources/read", rule: "(default)", verdict: .allow, count: 5),
      CallCount(server: nil, rule: nil, verdict: .allow, count: 7),
      CallCount(server: "nobody", tool: "x", rule: "(default)", verdict: .deny, count: 3),
      CallCount(server: "git", tool: "git_log", rule: "(default)", verdict: .allow, count: -4),
    ]
    for _ in 0..<2 {
      desk.gate(.tick(Tick(counts: [912, 3, 99, 0, 0], skipped: 880, calls: counts)), sequence: 0)
    }
    let name = ToolName(server: "git", tool: "git_log")
    let tool = desk.state.catalogue.tools[try #require(desk.state.catalogue.index(of: name))]
    #expect(tool.calls == 1_998)
    desk.press("/", "git_log", "Enter", "j")
    var text = screen(desk.state)
    #expect(text.contains { $0.contains("git_log") && $0.contains("1,998") })
    desk.press("2", "+", "G")
    text += screen(desk.state)
    #expect(text.contains { $0.contains("✓ allow 1,800 · /tools/git_log") })
    #expect(text.contains { $0.contains("≈ limit 198 · /tools/git_log/limits/0") })
    #expect(text.contains { $0.contains("1,760 skipped") })
    #expect(!text.contains { $0.contains("dropped") })
    desk.gate(.tick(Tick(counts: [], skipped: .max, calls: [])), sequence: 0)
    desk.gate(.tick(Tick(counts: [], skipped: .max, calls: [])), sequence: 0)
  }

  /// A call that fails comes with the decision that the gate had not sent.
  @Test func aDecisionMayComeLate() {
    var desk = Desk.ready()
    func call(_ sequence: UInt64) {
      let event = DecisionEvent(
        session: "s1", client: "claude", grant: "local", server: "git", method: "tools/call", tool: "git_log",
        category: .read, severity: .low, decision: Decision(.allow, rule: "r"), revision: nil, took: 40,
        argumentsDigest: nil)
      desk.gate(.decision(event), sequence: sequence)
    }
    func end(_ sequence: UInt64, _ outcome: ResultEvent.Outcome) {
      desk.gate(.result(ResultEvent(decisionSequence: sequence, outcome: outcome, took: 1, bytes: 1)), sequence: 99)
    }
    for sequence in [10, 20, 30, 12, 13, 40, 25, 50] as [UInt64] { call(sequence) }
    for sequence in [12, 25] as [UInt64] { end(sequence, .toolError) }
    for sequence in [10, 20, 30, 40, 50] as [UInt64] { end(sequence, .ok) }
    end(13, .lost)
    let ring = desk.state.live.ring
    let found = (ring.firstSerial..<ring.endSerial).compactMap { ring[$0] }.filter { $0.kind == .decision }
    #expect(found.map(\.sequence) == [10, 20, 30, 12, 13, 40, 25, 50])
    #expect(found.map(\.outcome) == [.ok, .ok, .ok, .toolError, .lost, .ok, .toolError, .ok])
    #expect(desk.state.gate.sequence == 99)
  }

  /// Many rows are looked at piece by piece, the newest first, and it ends with what one go would have found.
  @Test func aFilterFindsPieceByPiece() throws {
    let count = 2_000
    var options = Desk.options
    options.ringCapacity = count
    options.searchedAtOnce = 600
    var desk = Desk.ready(options: options)
    for number in 0..<count + 10 {
      let event = DecisionEvent(
        session: "s1", client: "claude", grant: "local", server: "git", method: "tools/call",
        tool: number % 20 == 0 ? "rare" : "git_log", category: nil, severity: nil,
        decision: Decision(.deny, rule: "r"), revision: nil, took: Int64(number % 7), argumentsDigest: nil)
      desk.gate(.decision(event))
    }
    for (filter, wanted) in [("tool:rare", 100), ("tool:rare lat<2us", 28), ("nothing", 0)] {
      desk.press("4", "Space", "k")
      let wasOn = desk.state.live.cursor
      desk.press(":", "filter \(filter)", "Enter")
      #expect(desk.state.live.isSearching)
      #expect(desk.state.nextTick == desk.state.now, "it goes on at once")
      #expect(screen(desk.state).contains { $0.contains("searching") })
      var pieces = 1
      var found = desk.state.live.count
      while desk.state.live.isSearching, pieces < 99 {
        desk.send(.tick(desk.state.now.advanced(byMicroseconds: 1)))
        #expect(desk.state.live.count >= found)
        found = desk.state.live.count
        pieces += 1
      }
      #expect(pieces == 4)
      #expect(found == wanted)
      let rows = (0..<found).compactMap { desk.state.live.serial(at: $0) }
      #expect(rows == rows.sorted() && rows.count == found)
      #expect(rows.enumerated().allSatisfy { desk.state.live.index(of: $1) == $0 })
      if let last = rows.last { #expect(desk.state.live.cursor == rows.first { $0 >= wasOn } ?? last) }
      desk.call("git", "rare")
      desk.press("Esc", "G")
    }
  }

  /// Rows that the ring loses while it is searched are not found, and those that come are.
  @Test func aSearchBearsWhatComesAndGoes() {
    var options = Desk.options
    options.ringCapacity = 4_000
    options.searchedAtOnce = 3_000
    var desk = Desk.ready(options: options)
    func call(_ count: Int) {
      for number in 0..<count {
        let event = DecisionEvent(
          session: "s1", client: "c", grant: "local", server: "git", method: "tools/call", tool: "t", category: nil,
          severity: nil, decision: Decision(number % 10 == 0 ? .deny : .allow, rule: "r"), revision: nil, took: 1,
          argumentsDigest: nil)
        desk.gate(.decision(event))
      }
    }
    call(4_000)
    desk.press("4", ":", "filter deny", "Enter")
    #expect(desk.state.live.isSearching)
    call(500)
    while desk.state.live.isSearching { desk.send(.tick(desk.state.now.advanced(byMicroseconds: 1))) }
    let live = desk.state.live
    #expect(live.count == 400)
    #expect((0..<live.count).allSatisfy { live.serial(at: $0).flatMap { live.ring[$0] }?.verdict == .deny })
    call(3_800)
    #expect(desk.state.live.count == 400)
    desk.press("c")
    #expect(desk.state.live.count == 1, "the line that says from where")
  }

  @Test func jumpingOpensWhatHidesTheTool() {
    var desk = Desk.ready()
    desk.call("git", "git_reset", .deny)
    desk.press("h", "/", "time", "Enter", "4", "J")
    #expect(desk.state.focus == .policy)
    #expect(desk.state.list.filter == nil)
    #expect(
      desk.state.list.identity(at: desk.state.list.cursor.row, in: desk.state.catalogue)
        == .tool(ToolName(server: "git", tool: "git_reset")))
    desk.call("git", "unknown_tool", .deny)
    desk.press("4", "J")
    #expect(desk.state.list.identity(at: desk.state.list.cursor.row, in: desk.state.catalogue) == .server("git"))
    desk.call("nobody", "x", .deny)
    desk.press("4", "J")
    #expect(desk.state.note?.text == "nobody/x is not in the catalogue")
  }

  @Test func aLongNameIsKeptInPart() {
    var desk = Desk.ready()
    let before = desk.state.live.ring.textBytes
    desk.call("git", String(repeating: "n", count: 1_000_000))
    #expect(desk.state.live.ring.textBytes - before < 1000)
  }

  @Test func textsThatAreAllDifferentDoNotFillTheMemory() {
    var desk = busy(0..<0, capacity: 2000)
    let long = String(repeating: "x", count: 400)
    for call in 0..<60_000 { desk.call("git", "t", .deny, reason: "\(call) \(long)") }
    #expect(desk.state.live.ring.count <= 2000)
    #expect(desk.state.live.ring.textBytes < 9 << 20)
    #expect(desk.state.live.current?.sequence == 60_000)
  }
}
