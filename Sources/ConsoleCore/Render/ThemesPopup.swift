extension ThemePicker {
  /// Rows of the popup that are no themes: its frame, what is odd about the theme, and a sample where there is room.
  static func frameRows(in size: Size) -> Int { 3 + (size.rows >= 16 ? sample.count + 1 : 0) }

  /// What a theme must keep apart, each with its word.
  static let sample: [Line] = [
    Line(
      TextSpan("✓ allow", .decisionAllow), TextSpan("  "), TextSpan("✗ deny", .decisionDeny), TextSpan("  "),
      TextSpan("≈ limit", .decisionLimit), TextSpan("  "), TextSpan("? ask", .decisionAsk), TextSpan("  "),
      TextSpan("∅ hide", .decisionHide)),
    Line(
      TextSpan("LOW", .riskLow), TextSpan("  "), TextSpan("MED", .riskMedium), TextSpan("  "),
      TextSpan("HIGH", .riskHigh), TextSpan("  "), TextSpan("CRIT", .riskCritical), TextSpan("  "),
      TextSpan("‹U+202E›", .attention), TextSpan("  "), TextSpan("match", .match), TextSpan("  "),
      TextSpan("marked", .rowMarked)),
  ]
}

extension Canvas {
  mutating func drawThemes(_ picker: ThemePicker, of state: ConsoleState) -> PopupCursor? {
    let frameRows = ThemePicker.frameRows(in: grid.size)
    let rows = min(max(1, picker.entries.count), state.themesHeight)
    let body = box(
      "Theme", columns: min(54, grid.size.columns), rows: rows + frameRows, hint: "j k try · Enter keep · Esc back")
    guard body.rows > 0 else { return nil }
    guard !picker.entries.isEmpty else {
      put("looking for themes", .dim, row: body.row, column: body.column, columns: body.columns)
      return PopupCursor(row: body.row, column: body.column)
    }
    let height = max(1, min(rows, body.rows))
    let top = picker.list.firstRow(count: picker.entries.count, height: height)
    for (offset, entry) in picker.entries.dropFirst(top).prefix(height).enumerated() {
      draw(entry, row: body.row + offset, in: body, isCurrent: top + offset == picker.list.row)
    }
    var row = body.row + height
    if body.row + body.rows - row > ThemePicker.sample.count {
      row += 1
      for line in ThemePicker.sample {
        put(line, row: row, column: body.column, columns: body.columns)
        row += 1
      }
    }
    if let problem = picker.current?.problems.first, row < body.row + body.rows {
      put(problem, .attention, row: body.row + body.rows - 1, column: body.column, columns: body.columns, isPeer: true)
    }
    return PopupCursor(row: body.row + picker.list.row - top, column: body.column)
  }

  private mutating func draw(_ entry: ThemeEntry, row: Int, in body: Rect, isCurrent: Bool) {
    let ground: Cell.Ground = isCurrent ? .selected : .plain
    fill(Rect(column: body.column, row: row, columns: body.columns, rows: 1), .text, ground: ground)
    put(isCurrent ? "▶" : " ", .accent, row: row, column: body.column, columns: 1, ground: ground)
    let words = body.columns >= 44 ? 24 : 17
    put(
      entry.name, .text, row: row, column: body.column + 2, columns: min(words - 1, body.columns - 2), ground: ground,
      isPeer: true)
    let facts = Line(
      TextSpan(entry.variant == .light ? "light" : "dark ", .dim),
      TextSpan(entry.isOwn ? "  yours" : "       ", .accent),
      TextSpan(entry.problems.isEmpty ? "" : "  \(Format.count(entry.problems.count, "problem"))", .bannerError))
    put(facts, row: row, column: body.column + 2 + words, columns: body.columns - 2 - words, ground: ground)
  }
}
