import ConsoleCore
import Terminal
import Testing

/// ncurses has one screen at a time, so these run one after another.
@Suite(.serialized) struct ScreenTests {
  private static let size = Size(columns: 20, rows: 3)

  struct NotOpened: Error {}

  private func open(term: String, isDirect: Bool, size: Size) throws -> Screen {
    guard let screen = Screen(term: term, isDirect: isDirect, size: size) else { throw NotOpened() }
    return screen
  }

  private func grid(_ text: String, role: Role = .text, width: UInt8 = 1) -> Grid {
    var grid = Grid(Self.size)
    var column = 0
    for scalar in text.unicodeScalars {
      grid[0, column] = Cell(scalar: scalar, style: role, width: width)
      if width == 2 { grid[0, column + 1] = Cell(scalar: " ", style: role, width: 0) }
      column += Int(width)
    }
    return grid
  }

  private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

  @Test func theFirstFrameIsDrawnWholeAndTheSameOneNotAgain() throws {
    var screen = try open(term: "xterm-256color", isDirect: false, size: Self.size)
    screen.use { _, _ in CellStyle() }
    let first = text(screen.draw(grid("hello ✓"), cursor: (row: 0, column: 0)))
    #expect(first.contains("\u{1B}[H\u{1B}[2J") && first.contains("hello ✓"), "\(first.debugDescription)")
    #expect(text(screen.draw(grid("hello ✓"), cursor: (row: 0, column: 0))) == "")
    let changed = text(screen.draw(grid("hellu ✓"), cursor: (row: 0, column: 0)))
    #expect(changed.contains("u") && changed.utf8.count < 16, "\(changed.debugDescription)")
    screen.redraw()
    #expect(text(screen.draw(grid("hellu ✓"), cursor: (row: 0, column: 0))).contains("hellu"))
  }

  @Test func itSaysNothingBeforeTheFirstFrame() throws {
    let screen = try open(term: "xterm-256color", isDirect: false, size: Self.size)
    #expect(text(screen.enterText).contains("\u{1B}[?1049h"))
    #expect(text(screen.leaveText).contains("\u{1B}[?1049l"))
    #expect(screen.colours == 256)
  }

  @Test func wideCharactersTakeTwoColumns() throws {
    var screen = try open(term: "xterm-256color", isDirect: false, size: Self.size)
    var wide = grid("日本", width: 2)
    wide[0, 4] = Cell(scalar: "x", style: .text)
    #expect(text(screen.draw(wide, cursor: (row: 0, column: 0))).contains("日本x"))
    let narrow = text(screen.draw(grid("ab"), cursor: (row: 0, column: 0)))
    #expect(narrow.contains("ab") && !narrow.contains("日"))
  }

  @Test func combiningMarksStayWithTheirLetter() throws {
    var screen = try open(term: "xterm-256color", isDirect: false, size: Self.size)
    var grid = Grid(Self.size)
    grid[1, 1] = Cell(scalar: "e", marks: ["\u{301}", "\u{323}"], style: .text)
    #expect(text(screen.draw(grid, cursor: (row: 0, column: 0))).unicodeScalars.contains("\u{301}"))
  }

  /// What ncurses would draw in another width, or hand to the terminal as it is, is replaced.
  @Test(
    arguments: ["\u{202E}", "\u{200B}", "\u{E0041}", "\u{1B}", "\u{9B}", "\u{7}", "\u{301}", "日"] as [Unicode.Scalar])
  func noCharacterGoesOutThatIsNotWhatItClaims(_ scalar: Unicode.Scalar) throws {
    var screen = try open(term: "xterm-256color", isDirect: false, size: Self.size)
    _ = screen.draw(Grid(Self.size), cursor: (row: 0, column: 0))
    var hostile = grid("ab")
    hostile[0, 1] = Cell(scalar: scalar, style: .text)
    #expect(text(screen.draw(hostile, cursor: (row: 0, column: 0))).contains("a\u{FFFD}"))
  }

  /// Whether something is drawn with such parameters of style among others.
  private func says(_ drawn: String, _ parameters: String) -> Bool {
    drawn.split(separator: "\u{1B}[").contains { part in
      guard let end = part.firstIndex(where: { !$0.isNumber && $0 != ";" }), part[end] == "m" else { return false }
      return ";\(part[..<end]);".contains(";\(parameters);")
    }
  }

  @Test(arguments: [
    (CellStyle(.rgb(RGB(1, 2, 3)), on: .rgb(RGB(0, 0, 0))), "38;2;1;2;3", "48;2;0;0;0"),
    (CellStyle(.rgb(RGB(255, 128, 0)), on: .indexed(4)), "38;2;255;128;0", "44"),
    (CellStyle(.indexed(9), on: .indexed(200)), "91", "48;5;200"),
    (CellStyle(.indexed(1), [.bold, .reverse, .underline]), "31", "7"),
  ])
  func directColours(style: CellStyle, foreground: String, background: String) throws {
    var screen = try open(term: "", isDirect: true, size: Self.size)
    screen.use { role, _ in role == .accent ? style : CellStyle() }
    let drawn = text(screen.draw(grid("x", role: .accent), cursor: (row: 0, column: 0)))
    #expect(says(drawn, foreground) && says(drawn, background), "\(drawn.debugDescription)")
  }

  @Test func indexedColoursAndManyStyles() throws {
    var screen = try open(term: "xterm-256color", isDirect: false, size: Self.size)
    for round in 0..<5 as Range<UInt8> {
      screen.use { role, _ in
        CellStyle(.indexed(UInt8(16 + (role.rawValue.count + 40 * Int(round)) % 240)), on: .indexed(16 + round))
      }
      let drawn = text(screen.draw(grid("x", role: .title), cursor: (row: 0, column: 0)))
      #expect(says(drawn, "38;5;\((21 + 40 * Int(round)))"), "\(drawn.debugDescription)")
    }
  }

  @Test func coloursThatATerminalLacksAreItsOwn() throws {
    var screen = try open(term: "xterm", isDirect: false, size: Self.size)
    #expect(screen.colours == 8)
    screen.use { _, _ in CellStyle(.indexed(200), on: .rgb(RGB(1, 2, 3)), .bold) }
    let drawn = text(screen.draw(grid("x"), cursor: (row: 0, column: 0)))
    #expect(!drawn.contains("48;") && !drawn.contains("38;") && drawn.contains("1m"), "\(drawn.debugDescription)")
  }

  @Test(arguments: [("no-such-terminal", false), ("dumb", false), ("vt100", true), ("linux", true)])
  func descriptions(term: String, opens: Bool) {
    let screen = Screen(term: term, isDirect: false, size: Self.size)
    switch consume screen {
    case .some: #expect(opens)
    case nil: #expect(!opens)
    }
  }

  @Test func resizing() throws {
    var screen = try open(term: "xterm-256color", isDirect: false, size: Self.size)
    for size in [Size(columns: 100, rows: 40), Size(columns: 1, rows: 1), Size(columns: 300, rows: 100)] {
      screen.resize(size)
      var grid = Grid(size)
      grid[size.rows - 1, size.columns - 1] = Cell(scalar: "#", style: .text)
      #expect(text(screen.draw(grid, cursor: (row: 0, column: 0))).contains("#"), "\(size)")
    }
  }

  @Test func oneChangedRowOfALargeScreenCostsFewBytes() throws {
    let size = Size(columns: 160, rows: 48)
    var screen = try open(term: "xterm-256color", isDirect: false, size: size)
    screen.use { CellStyle(.indexed(UInt8(16 + $0.rawValue.count + Int($1.rawValue)))) }
    var grid = Grid(size)
    for row in 0..<size.rows {
      for column in 0..<size.columns { grid[row, column] = Cell(scalar: "a", style: row == 5 ? .rowSelected : .text) }
    }
    _ = screen.draw(grid, cursor: (row: 5, column: 0))
    for column in 0..<size.columns {
      grid[5, column].style = .text
      grid[6, column].style = .rowSelected
    }
    #expect(screen.draw(grid, cursor: (row: 6, column: 0)).count < 700)
  }

  @Test(
    arguments: [
      ("xterm-256color", nil, ColourDepth.indexed), ("xterm-256color", .sixteen, .sixteen),
      ("xterm-256color", .direct, .direct), ("xterm", nil, .eight), ("xterm", .indexed, .indexed),
      ("linux", nil, .eight), ("linux", .sixteen, .eight), ("vt100", nil, .mono), ("vt100", .indexed, .mono),
      ("tmux-256color", .mono, .mono), ("dumb", nil, .mono),
    ] as [(String, ColourDepth?, ColourDepth)])
  func aWishIsGrantedAsFarAsTheTerminalGoes(_ term: String, _ wish: ColourDepth?, _ depth: ColourDepth) throws {
    let environment = ["TERM": term]
    let choice = TerminalChoice(environment: environment, wish: TerminalWish(configuredColours: wish))
    #expect(choice.depth == wish)
    #expect(Terminal.depth(environment: environment, wish: TerminalWish(configuredColours: wish)) == depth)
  }
}
