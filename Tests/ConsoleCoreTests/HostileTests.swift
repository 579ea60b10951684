import ConsoleCore
import ControlWire
import Foundation
import JSONText
import Policy
import Risk
import Testing

/// Hostile texts in every place that a peer, a file or a person can write: the screen shows plain characters alone.
struct HostileTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var text: String
    var testDescription: String { name }
  }

  struct Screen: Sendable, CustomTestStringConvertible {
    var columns: Int
    var rows: Int
    var glyphs = GlyphSet.unicode
    var testDescription: String { "\(columns)x\(rows) \(glyphs)" }
  }

  static let cases = HostileTexts.all.map { Case(name: $0.name, text: $0.text) }
  static let screens = [Screen(columns: 100, rows: 30), Screen(columns: 40, rows: 10, glyphs: .ascii)]

  // MARK: What may be on a screen

  /// Judged by Swift's own tables, not by those that the console judges by.
  private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
    let properties = scalar.properties
    if scalar == " " { return true }
    guard !properties.isDefaultIgnorableCodePoint, !properties.isVariationSelector, !properties.isEmojiModifier,
      !properties.isBidiControl, !properties.isNoncharacterCodePoint, !(0x1F1E6...0x1F1FF).contains(scalar.value)
    else { return false }
    switch properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator, .spaceSeparator,
      .nonspacingMark, .enclosingMark:
      return false
    default: return true
    }
  }

  private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
    let category = scalar.properties.generalCategory
    return (category == .nonspacingMark || category == .enclosingMark)
      && !scalar.properties.isDefaultIgnorableCodePoint && !scalar.properties.isVariationSelector
  }

  /// The columns that every terminal gives a character, where that is certain.
  private static func certainWidth(_ scalar: Unicode.Scalar) -> UInt8? {
    switch scalar.value {
    case 0x20..<0x7F, 0xC0...0x24F, 0x391...0x3C9, 0x410...0x44F, 0x5D0...0x5EA: 1
    case 0x3041...0x3096, 0x4E00...0x9FFF, 0xAC00...0xD7A3, 0xFF01...0xFF60: 2
    default: scalar.properties.isEmojiPresentation ? 2 : nil
    }
  }

  static func check(_ state: ConsoleState, _ place: String) {
    let frame = render(state)
    let size = frame.grid.size
    var problems: [String] = []
    for row in 0..<size.rows {
      var covered = false
      for column in 0..<size.columns {
        let cell = frame.grid[row, column]
        let name = "U+\(String(cell.scalar.value, radix: 16, uppercase: true)) at \(row):\(column)"
        if covered != (cell.width == 0) { problems.append("\(name): half a wide character") }
        covered = cell.width == 2
        guard cell.width > 0 else { continue }
        if !isPlain(cell.scalar) { problems.append(name) }
        if cell.width > 2 || certainWidth(cell.scalar) ?? cell.width != cell.width {
          problems.append("\(name): width \(cell.width)")
        }
        if cell.marks.count > 2 || !cell.marks.allSatisfy(isMark) { problems.append("\(name): marks \(cell.marks)") }
        if state.options.glyphs == .ascii, cell.scalar.value > 0x7E || cell.hasMarks {
          problems.append("\(name): no ASCII")
        }
      }
      if covered { problems.append("half a wide character ends row \(row)") }
    }
    if !frame.title.unicodeScalars.allSatisfy(isPlain) { problems.append("the title \(frame.title.debugDescription)") }
    if !problems.isEmpty { Issue.record("\(place): \(problems.prefix(5).joined(separator: ", "))") }
  }

  private static func check(_ lines: [String], _ place: String) {
    for line in lines where !line.unicodeScalars.allSatisfy({ isPlain($0) || isMark($0) }) {
      Issue.record("\(place): \(line.prefix(300).debugDescription)")
    }
  }

  // MARK: Where texts come from

  private static func quoted(_ text: String) -> String {
    var bytes: [UInt8] = []
    JSONWriter.append(text, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func policy(_ text: String) -> String {
    let it = quoted(text)
    let named = quoted("t\(text)")
    return """
      {"version": "1", "description": \(it), "default": "deny", "tools": {\(named): {"action": "deny", "reason": \(it)}},
       "servers": {\(named): {"description": \(it), "tools": {\(named): {"action": "allow", "description": \(it),
         "reason": \(it), "require": [{"path": "path", "operator": "equals", "value": \(it)}]}}}}}
      """
  }

  /// A desk at which everybody says `text`.
  private static func desk(_ text: String, _ screen: Screen) -> Desk {
    let name = "t\(text)"
    var options = ConsoleOptions(policyPath: text, build: "1")
    options.glyphs = screen.glyphs
    options.theme = text
    options.themes = [text]
    var desk = Desk(columns: screen.columns, rows: screen.rows, options: options)
    desk.read(policy(text))
    var tool = Desk.tool(name, .destructive, .critical, text)
    tool.title = text
    tool.parameters = [text, name]
    tool.assessment.evidence = [
      Assessment.Evidence(field: "name", found: text, category: .write),
      Assessment.Evidence(field: "description", found: text, category: .destructive),
    ]
    var server = Desk.server(name, [tool, Desk.tool("plain")], state: .failed)
    server.transport = text
    server.program = text
    server.lastError = text
    server.lastLine = text
    desk.send(.gateConnected)
    desk.gate(.hello(Hello(version: 1, build: text, pid: 7, revision: text, policyPath: text)), sequence: 0)
    desk.gate(.snapshot(desk.snapshot([server]), id: nil), sequence: 0)
    for state in SessionEvent.State.allCases {
      desk.gate(
        .session(
          SessionEvent(
            state: state, session: ExactText(text), server: ExactText(name), client: ExactText(text), pid: 1,
            detail: text)))
    }
    for state in ServerEvent.State.allCases {
      desk.gate(.server(ServerEvent(server: ExactText(name), state: state, detail: text)))
    }
    desk.gate(.record(RecordEvent(state: .failing, detail: text, isDenying: true, lost: 5)))
    for verdict in Verdict.allCases {
      desk.gate(
        .decision(
          DecisionEvent(
            session: ExactText(text), client: ExactText(text), grant: ExactText(text), server: ExactText(name),
            method: ExactText(text), tool: ExactText(name), category: .write, severity: .high,
            decision: Decision(verdict, rule: text, reason: text), revision: text, took: 5, argumentsDigest: text)))
    }
    return desk
  }

  private static func definition(_ text: String) -> [UInt8] {
    let it = quoted(text)
    return Array(
      """
      {"name": \(quoted("t\(text)")), "title": \(it), "description": \(it), "annotations": {"title": \(it)},
       "inputSchema": {"type": "object", "required": [\(it)], "description": \(it), "properties": {\(it): {"type": "string",
         "description": \(it), "enum": [\(it)], "default": \(it), "pattern": \(it)}}}}
      """.utf8)
  }

  private static func open(_ desk: inout Desk, _ command: String) { desk.press(":", command, "Enter") }

  private static func close(_ desk: inout Desk) { desk.press("Esc", "Esc", "Esc", "Esc") }

  // MARK: The tests

  @Test(arguments: cases, screens) func everyPlace(_ testCase: Case, _ screen: Screen) {
    let text = testCase.text
    var desk = Self.desk(text, screen)
    Self.check(desk.state, "policy pane")
    desk.press("j")
    for pane in ["rule", "live", "servers", "changes", "policy"] {
      Self.open(&desk, pane)
      Self.check(desk.state, pane)
    }
    desk.press("a", "y")
    Self.open(&desk, "changes")
    Self.check(desk.state, "an edit")
    Self.open(&desk, "live")
    desk.press("Enter")
    Self.check(desk.state, "a decision")
    Self.close(&desk)
    Self.open(&desk, "servers")
    Self.open(&desk, "messages")
    let message = ServerMessage(
      number: 1, time: Desk.noon, session: ExactText(text), source: .noise, text: text)
    desk.gate(
      .serverMessages(
        ServerMessages(server: ExactText("t\(text)"), missed: 1, messages: [message]), id: nil), sequence: 0)
    Self.check(desk.state, "messages of a server")
    Self.close(&desk)
    desk.press("/")
    desk.send(.input(.paste(text)))
    Self.check(desk.state, "a filter that is typed")
    desk.press("Enter")
    Self.check(desk.state, "a filter")
    Self.close(&desk)
    desk.press(":")
    desk.send(.input(.paste(text)))
    Self.check(desk.state, "a command that is typed")
    desk.press("Enter")
    Self.check(desk.state, "a command")
    Self.close(&desk)
    desk.press("?")
    desk.send(.input(.paste(text)))
    Self.check(desk.state, "help")
    Self.close(&desk)
    Self.open(&desk, "theme")
    desk.send(.themesListed([ThemeEntry(name: text, variant: .dark, isOwn: true, problems: [text])]))
    Self.check(desk.state, "themes")
    Self.close(&desk)
  }

  @Test(arguments: cases, screens) func everythingThatIsSaid(_ testCase: Case, _ screen: Screen) {
    let text = testCase.text
    var desk = Self.desk(text, screen)
    let messages: [ConsoleMessage] = [
      .note(Note(.error, text)), .themeSet(text, problem: nil), .themeSet(text, problem: text),
      .policyRead(.unreadable(text)), .policySaved(.failed(text)), .gateLost(reason: text, retryIn: 5),
      .gate(GateMessage(sequence: 0, time: desk.state.now, event: .refused(message: text, id: nil))),
    ]
    for message in messages {
      desk.send(message)
      Self.check(desk.state, "\(message)".prefix(12) + " said")
      Self.check(PlainText.lines(for: message, in: desk.state, level: .all), "plain")
    }
    desk.read("{\"version\": \"1\", \(Self.quoted("x\(text)")): \(Self.quoted(text))}")
    Self.check(desk.state, "a wrong policy")
    Self.open(&desk, "changes")
    Self.check(desk.state, "a wrong policy's changes")
    Self.open(&desk, "log")
    Self.check(desk.state, "log")
  }

  @Test(arguments: cases) func plainText(_ testCase: Case) {
    let text = testCase.text
    var desk = Self.desk(text, Screen(columns: 80, rows: 24, glyphs: .ascii))
    Self.check(PlainText.greeting(desk.state) + [PlainText.prompt(desk.state)], "greeting")
    for line in [
      "list", "show t*", "deny t*", "y", "changes", "status", "servers", "log", text, "show \(text)", "list \(text)",
      "default \(text) deny",
    ] {
      Self.check(PlainText.run(line, on: &desk.state).lines, "plain \(line.prefix(20))")
    }
  }

  /// Every action there is, with everything at once in every name.
  @Test(arguments: ["all at once", "overrides", "spaces", "combining flood"], screens)
  func everyAction(_ name: String, _ screen: Screen) throws {
    let text = try #require(HostileTexts.all.first { $0.name == name }?.text)
    var desk = Self.desk(text, screen)
    desk.press("j")
    for action in Action.allCases where action != .quit && action != .suspend {
      for pane in ["policy", "live", "servers"] {
        Self.open(&desk, pane)
        Self.open(&desk, action.name)
        let tool = ToolAnswer(
          server: ExactText("t\(text)"), name: ExactText("t\(text)"), definition: Self.definition(text))
        desk.gate(.tool(tool, id: 1), sequence: 0)
        Self.check(desk.state, "\(action) in \(pane)")
        desk.press("j")
        Self.check(desk.state, "\(action) in \(pane), further down")
        Self.close(&desk)
      }
    }
  }

  /// The same by the rule: no text, whatever it is made of, gives anything but plain glyphs.
  @Test(arguments: [1, 2, 3]) func anyText(_ seed: UInt64) {
    var dice = Dice(state: seed)
    for _ in 0..<400 {
      var view = String.UnicodeScalarView()
      for _ in 0..<Int(dice.next() % 40) {
        let range: UInt64 = [0x100, 0x2100, 0x11000, 0x110000][Int(dice.next() % 4)]
        if let scalar = Unicode.Scalar(UInt32(dice.next() % range)) { view.append(scalar) }
      }
      for glyph in TerminalText.glyphs(String(view)) {
        if !Self.isPlain(glyph.scalar) || glyph.marks.count > 2 || !glyph.marks.allSatisfy(Self.isMark)
          || Self.certainWidth(glyph.scalar) ?? UInt8(glyph.width) != UInt8(glyph.width)
        {
          Issue.record("U+\(String(glyph.scalar.value, radix: 16)) in \(String(view).debugDescription)")
        }
      }
      Self.check([TerminalText.lines(String(view)).replacing("\n", with: "")], "lines")
    }
  }
}

struct WideCellTests {
  private static func wide(_ grid: inout Grid, _ column: Int) {
    grid[0, column] = Cell(scalar: "日", style: .accent, width: 2)
    grid[0, column + 1] = Cell(scalar: " ", style: .accent, width: 0)
  }

  /// Whatever is drawn over a wide character, no half of it stays.
  @Test func noHalfStays() {
    for place in 0..<5 {
      for isWide in [false, true] where !isWide || place < 4 {
        var grid = Grid(Size(columns: 5, rows: 1))
        Self.wide(&grid, 0)
        Self.wide(&grid, 2)
        if isWide { Self.wide(&grid, place) } else { grid[0, place] = Cell(scalar: "x", style: .text) }
        for column in 0..<5 {
          let isCovered = column > 0 && grid[0, column - 1].width == 2
          #expect((grid[0, column].width == 0) == isCovered, "\(place) \(isWide): \(grid.cells.map(\.width))")
        }
        #expect(grid.text(row: 0).unicodeScalars.contains(isWide ? "日" : "x"))
      }
    }
  }
}
