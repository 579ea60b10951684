/// A piece of text in one role.
struct TextSpan: Hashable {
  var text: String
  var role: Role
  /// It came from an agent, a server, a file or the socket.
  var isPeer: Bool

  init(_ text: String, _ role: Role = .text) {
    self.text = text
    self.role = role
    isPeer = false
  }

  init(peer text: String, _ role: Role = .text) {
    self.text = text
    self.role = role
    isPeer = true
  }
}

/// One line of a pane that is mostly text.
struct Line: Hashable {
  var spans: [TextSpan]

  init(_ spans: TextSpan...) { self.spans = spans }
  init(_ spans: [TextSpan]) { self.spans = spans }
}

/// A grid that text is drawn into; what does not fit is cut, and nothing leaves its columns.
struct Canvas {
  private(set) var grid: Grid
  let set: GlyphSet
  /// Rows at the top that no popup covers.
  var headRows = 1

  init(_ size: Size, _ set: GlyphSet) {
    grid = Grid(size)
    self.set = set
  }

  /// Draws a text and returns the column after it; at most `columns` columns are used.
  @discardableResult
  mutating func put(
    _ text: String, _ role: Role, row: Int, column: Int, columns: Int, ground: Cell.Ground = .plain,
    isPeer: Bool = false
  ) -> Int {
    guard columns > 0, row >= 0, row < grid.size.rows else { return column }
    let role = Self.role(role, on: ground)
    if let end = putPlain(text, role, row: row, column: column, columns: columns, ground: ground, isPeer: isPeer) {
      return end
    }
    let glyphs = TerminalText.glyphs(isPeer || set == .unicode ? text : Self.ascii(text), set, limit: columns + 1)
    return put(
      TerminalText.fitted(glyphs, columns: columns, set), role, row: row, column: column, ground: ground)
  }

  /// The usual case without any list in between: printable ASCII that fits.
  private mutating func putPlain(
    _ text: String, _ role: Role, row: Int, column: Int, columns: Int, ground: Cell.Ground, isPeer: Bool
  ) -> Int? {
    let count = text.utf8.count
    guard count <= columns else { return nil }
    var spaces = 0
    for byte in text.utf8 {
      guard byte >= 0x20, byte < 0x7F else { return nil }
      spaces = byte == 0x20 ? spaces + 1 : 0
      guard !isPeer || spaces <= TerminalText.mostSpaces else { return nil }
    }
    var at = column
    for byte in text.utf8 {
      grid[row, at] = Cell(scalar: Unicode.Scalar(byte), style: role, ground: ground)
      at += 1
    }
    return at
  }

  @discardableResult
  mutating func put(
    _ glyphs: [TerminalText.Glyph], _ role: Role, row: Int, column: Int, ground: Cell.Ground = .plain
  ) -> Int {
    var at = column
    for glyph in glyphs {
      guard at + glyph.width <= grid.size.columns else { break }
      let style = glyph.isToken ? Role.attention : role
      grid[row, at] = Cell(
        scalar: glyph.scalar, marks: glyph.marks, style: style, width: UInt8(clamping: glyph.width), ground: ground)
      if glyph.width == 2 { grid[row, at + 1] = Cell(scalar: " ", style: style, width: 0, ground: ground) }
      at += glyph.width
    }
    return at
  }

  /// Draws spans one after the other into so many columns.
  @discardableResult
  mutating func put(_ line: Line, row: Int, column: Int, columns: Int, ground: Cell.Ground = .plain) -> Int {
    var at = column
    for span in line.spans {
      at = put(
        span.text, span.role, row: row, column: at, columns: column + columns - at, ground: ground,
        isPeer: span.isPeer)
    }
    return at
  }

  /// Draws a text so that it ends before `end`.
  mutating func putRight(_ text: String, _ role: Role, row: Int, end: Int, columns: Int, ground: Cell.Ground = .plain) {
    let width = min(columns, TerminalText.width(set == .unicode ? text : Self.ascii(text), set))
    put(text, role, row: row, column: end - width, columns: width, ground: ground)
  }

  mutating func fill(_ rect: Rect, _ role: Role, ground: Cell.Ground = .plain, with text: Unicode.Scalar = " ") {
    let scalar = set == .ascii ? Self.ascii(text) : text
    let cell = Cell(scalar: scalar, style: Self.role(role, on: ground), ground: ground)
    for row in max(0, rect.row)..<max(0, min(rect.row + rect.rows, grid.size.rows)) {
      for column in max(0, rect.column)..<max(0, min(rect.column + rect.columns, grid.size.columns)) {
        grid[row, column] = cell
      }
    }
  }

  /// Draws a frame with words in its upper edge.
  mutating func border(_ rect: Rect, title: Line, right: Line = Line(), isFocused: Bool) {
    guard rect.columns >= 2, rect.rows >= 2 else { return }
    let role: Role = isFocused ? .borderFocus : .border
    let (top, bottom) = (rect.row, rect.row + rect.rows - 1)
    let (left, end) = (rect.column, rect.column + rect.columns - 1)
    fill(Rect(column: left, row: top, columns: rect.columns, rows: 1), role, with: "─")
    fill(Rect(column: left, row: bottom, columns: rect.columns, rows: 1), role, with: "─")
    fill(Rect(column: left, row: top, columns: 1, rows: rect.rows), role, with: "│")
    fill(Rect(column: end, row: top, columns: 1, rows: rect.rows), role, with: "│")
    for (row, column, corner) in [(top, left, "┌"), (top, end, "┐"), (bottom, left, "└"), (bottom, end, "┘")] {
      put(corner, role, row: row, column: column, columns: 1)
    }
    heading(title, right, row: top, column: left + 1, columns: rect.columns - 2)
  }

  /// Words at both ends of a line; the right ones give way.
  mutating func heading(_ title: Line, _ right: Line, row: Int, column: Int, columns: Int) {
    let after = put(title, row: row, column: column, columns: columns)
    let width = right.spans.reduce(0) {
      $0 + TerminalText.width(set == .ascii && !$1.isPeer ? Self.ascii($1.text) : $1.text, set)
    }
    guard width > 0 else { return }
    let start = max(after + 1, column + columns - width)
    put(right, row: row, column: start, columns: column + columns - start)
  }

  /// On a selected row plain text takes the row's own role; what has a meaning keeps it.
  static func role(_ role: Role, on ground: Cell.Ground) -> Role {
    guard ground != .plain else { return role }
    switch role {
    case .text, .dim, .accent, .border, .title, .key, .header: return ground == .selected ? .rowSelected : .rowMarked
    default: return role
    }
  }

  // MARK: ASCII

  /// Our own text in ASCII, character by character, so that no column moves.
  static func ascii(_ text: String) -> String {
    guard !text.utf8.allSatisfy({ $0 < 0x80 }) else { return text }
    return String(String.UnicodeScalarView(text.unicodeScalars.map(ascii)))
  }

  static func ascii(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    switch scalar {
    case "✓": "+"
    case "✗", "─", "┄", "–", "—": "-"
    case "≠": "!"
    case "≈": "~"
    case "∅", "×": "x"
    case "·": "."
    case "▶", "▸", "›", "…", "→": ">"
    case "▾": "v"
    case "●", "•": "*"
    case "▲": "^"
    case "│", "┤": "|"
    case "‖": "="
    case "┌", "┐", "└", "┘": "+"
    case "▁": "."
    case "▂": ":"
    case "▃": "-"
    case "▄": "="
    case "▅": "+"
    case "▆": "*"
    case "▇": "#"
    case "█": "@"
    case "‹": "<"
    case "↑": "^"
    case "↓": "v"
    default: scalar
    }
  }
}
