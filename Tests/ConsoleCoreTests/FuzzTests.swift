import ConsoleCore
import ControlWire
import JSONText
import Policy
import Risk
import Testing

/// Whatever comes, in whatever order: nothing traps, and every picture has its size.
struct FuzzTests {
  static let nasty = [
    "", "git_status", "\u{1B}[31m", "a\u{202E}b", String(repeating: " ", count: 3000), "日本語日本語",
    "e\u{301}\u{302}\u{303}",
    String(repeating: "x", count: 10_000), "\n", "*", "a/b", "\"quoted\"", "\u{E0041}\u{200B}", "👨‍👩‍👧", "\u{0}",
  ]

  static let sizes = [
    (80, 24), (40, 10), (160, 48), (39, 9), (1, 1), (0, 0), (120, 36), (79, 60), (300, 20), (40, 100), (-5, 3), (12, 2),
  ]

  static let policies = [
    Desk.policyText, #"{"version":"1","default":"deny"}"#, "{", "", #"{"version":"1","hide":["*"]}"#,
    #"{"version":"1","default":"allow","mode":"observe","servers":{"git":{"default":"deny"}}}"#,
  ]

  func message(_ dice: inout Dice, _ desk: Desk) -> ConsoleMessage {
    func any<T>(_ values: [T]) -> T { values[Int(dice.next() % UInt64(values.count))] }
    func number(_ below: UInt64) -> Int { Int(dice.next() % below) }
    switch number(24) {
    case 0:
      return .resized(
        {
          let size = any(Self.sizes); return Size(columns: size.0, rows: size.1)
        }())
    case 1: return .tick(desk.state.now.advanced(byMicroseconds: number(400) == 0 ? .max : Int64(number(5_000_000))))
    case 2: return .input(.paste(any(Self.nasty)))
    case 3:
      let action = any([Mouse.Action.press, .release, .wheelUp, .wheelDown])
      return .input(.mouse(Mouse(action, row: number(60) - 5, column: number(200) - 5)))
    case 4: return .policyRead(file(any(Self.policies)))
    case 5: return any([.policyRead(.absent), .policyRead(.unreadable("denied")), .policySaved(.failed("full"))])
    case 6: return any([.policySaved(.saved), .policySaved(.changedUnderneath(file(any(Self.policies))))])
    case 7:
      return any([
        .gateConnected, .gateLost(reason: any(Self.nasty), retryIn: nil), .gateLost(reason: "x", retryIn: .max),
      ])
    case 8, 9: return gate(&dice, desk)
    case 10: return .note(Note(any(Note.Weight.allCases), any(Self.nasty)))
    case 11: return .themeSet(any(Self.nasty), problem: any([nil, "no"]))
    default: return .input(.key(key(&dice)))
    }
  }

  func key(_ dice: inout Dice) -> Key {
    let codes: [Key.Code] = [
      .enter, .escape, .tab, .backspace, .delete, .insert, .up, .down, .left, .right, .home, .end, .pageUp, .pageDown,
      .function(1),
    ]
    if dice.next() % 4 == 0 {
      return Key(codes[Int(dice.next() % UInt64(codes.count))], dice.next() % 8 == 0 ? .shift : [])
    }
    let scalar = Unicode.Scalar(UInt8(0x20 + dice.next() % 0x5F))
    return Key(.scalar(scalar), dice.next() % 8 == 0 ? .control : [])
  }

  func file(_ text: String) -> PolicyFileState {
    do { return .loaded(try PolicyDocument.read(Array(text.utf8))) } catch {
      return .rejected(error.problems, text: Array(text.utf8))
    }
  }

  func gate(_ dice: inout Dice, _ desk: Desk) -> ConsoleMessage {
    func any<T>(_ values: [T]) -> T { values[Int(dice.next() % UInt64(values.count))] }
    let name = ExactText(any(Self.nasty + ["git", "time"]))
    let event: GateEvent
    switch dice.next() % 10 {
    case 0:
      event = .hello(
        Hello(version: 1, build: any(["1", "2"]), pid: any([7, 8]), revision: nil, policyPath: any(Self.nasty)))
    case 1: event = .snapshot(snapshot(&dice, desk), id: nil)
    case 2: event = .tick(counts: any([[], [1, 2, 3, 4, 5, 6], [.max, .min]]))
    case 3: event = .gap(missed: any([0, .max]))
    case 4: event = .server(ServerEvent(server: name, state: any(ServerEvent.State.allCases), detail: any(Self.nasty)))
    case 5:
      event = .session(
        SessionEvent(state: any(SessionEvent.State.allCases), session: name, server: name, client: name, pid: 1))
    case 6:
      event = .policy(PolicyEvent(state: any(PolicyEvent.State.allCases), revision: any([nil, "abc"]), problems: []))
    case 7:
      event = .result(
        ResultEvent(
          decisionSequence: any([0, 1, 5, .max]), outcome: any(ResultEvent.Outcome.allCases),
          took: any([.min, .max, 5]), bytes: any([-1, .max])))
    default:
      event = .decision(
        DecisionEvent(
          session: name, client: name, grant: name, server: name, method: name, tool: any([nil, name]),
          category: any([nil, .financial]), severity: any([nil, .critical]),
          decision: Decision(
            any(Verdict.allCases), rule: any(Self.nasty), reason: any([nil, any(Self.nasty)]),
            retryAfter: any([nil, .max]), isEnforced: any([true, false])),
          revision: any([nil, "r"]), took: any([.min, .max, 5]), argumentsDigest: any([nil, "zz", "0123456789abcdef"])))
    }
    return .gate(
      GateMessage(
        sequence: any([0, desk.state.gate.sequence &+ 1, 3]),
        time: any([desk.state.now, Moment(microseconds: .min), Moment(microseconds: .max), Moment(microseconds: 5)]),
        event: event))
  }

  func snapshot(_ dice: inout Dice, _ desk: Desk) -> Snapshot {
    let servers = (0..<dice.next() % 4).map { _ in
      Desk.server(
        Self.nasty[Int(dice.next() % UInt64(Self.nasty.count))],
        (0..<dice.next() % 9).map { _ in
          var tool = Desk.tool(
            Self.nasty[Int(dice.next() % UInt64(Self.nasty.count))], .destructive, .critical,
            Self.nasty[Int(dice.next() % UInt64(Self.nasty.count))])
          tool.requiredParameters = Int(truncatingIfNeeded: dice.next())
          return tool
        })
    }
    return desk.snapshot(dice.next() % 3 == 0 ? Desk.servers : servers)
  }

  /// Checks what must hold for every picture.
  func check(_ state: ConsoleState) {
    let frame = render(state)
    let size = Size(columns: max(0, state.size.columns), rows: max(0, state.size.rows))
    #expect(frame.grid.size == size)
    var column = 0
    for cell in frame.grid.cells {
      let scalar = cell.scalar.value
      if scalar < 0x20 || (0x7F...0x9F).contains(scalar) || scalar == 0x202E || scalar == 0x200B {
        Issue.record("U+\(String(scalar, radix: 16)) is on the screen")
      }
      if cell.width == 2, column == size.columns - 1 { Issue.record("half a wide character at the edge") }
      if state.options.glyphs == .ascii, scalar > 0x7E { Issue.record("U+\(String(scalar, radix: 16)) is no ASCII") }
      column = column + 1 == size.columns ? 0 : column + 1
    }
    if let cursor = frame.cursor, size.columns > 0, size.rows > 0 {
      #expect((0..<size.rows).contains(cursor.row))
      #expect((0..<size.columns).contains(cursor.column))
    }
  }

  @Test(arguments: [GlyphSet.unicode, .ascii], [1, 2, 3])
  func nothingTraps(glyphs: GlyphSet, seed: UInt64) {
    var dice = Dice(state: seed)
    var options = Desk.options
    options.glyphs = glyphs
    options.ringCapacity = 40
    var desk = Desk(options: options)
    for step in 0..<4000 {
      if step % 500 == 0 {
        desk = Desk(options: options)
        if step % 1000 == 0 { desk = Desk.ready(options: options) }
      }
      desk.send(message(&dice, desk))
      desk.effects = []
      if step % 3 == 0 { check(desk.state) }
    }
  }

  @Test(arguments: [1, 2])
  func nothingOfTheNetworkMovesThePerson(seed: UInt64) {
    var dice = Dice(state: seed)
    var desk = Desk.ready()
    desk.press("j", "j", "j")
    let focus = (desk.state.focus, desk.state.overlay, desk.state.upper)
    for _ in 0..<1000 {
      let before = desk.state.list.identity(at: desk.state.list.cursor.row, in: desk.state.catalogue)
      let message = gate(&dice, desk)
      desk.send(message)
      #expect(desk.state.focus == focus.0)
      #expect(desk.state.overlay == focus.1)
      #expect(desk.state.upper == focus.2)
      guard case .some(.tool(let name)) = before, desk.state.catalogue.index(of: name) != nil else { continue }
      #expect(desk.state.list.identity(at: desk.state.list.cursor.row, in: desk.state.catalogue) == before)
    }
  }
}
