/// A small picture with every role of a theme, each under its name, for looking at a theme outside of the console.
package enum ThemeSample {
  private static let columns = 72

  /// The picture's rows with the sequences that colour them; without colour and attributes for a depth of nil.
  package static func lines(of theme: Theme, depth: ColourDepth?, _ set: GlyphSet) -> [String] {
    let grid = picture(of: theme, set)
    return (0..<grid.size.rows).map { row in
      guard let depth else { return grid.text(row: row) }
      var text = ""
      var last: CellStyle?
      for column in 0..<grid.size.columns {
        let cell = grid[row, column]
        let style = theme.style(cell.style, on: cell.ground, depth: depth)
        if style != last { text += style.sequence }
        last = style
        text.unicodeScalars.append(cell.scalar)
      }
      return text + CellStyle.plainSequence
    }
  }

  private static func picture(of theme: Theme, _ set: GlyphSet) -> Grid {
    var canvas = Canvas(Size(columns: columns, rows: rows.count + grounds.count + 2), set)
    let frame = Rect(column: 0, row: 0, columns: columns, rows: canvas.grid.size.rows)
    canvas.border(
      frame, title: Line(TextSpan("title", .title)), right: Line(TextSpan("border.focus", .borderFocus)),
      isFocused: true)
    for (index, line) in rows.enumerated() {
      canvas.put(line, row: index + 1, column: 2, columns: columns - 4)
    }
    for (index, ground) in grounds.enumerated() {
      let row = rows.count + 1 + index
      canvas.fill(Rect(column: 1, row: row, columns: columns - 2, rows: 1), .text, ground: ground.ground)
      canvas.put(
        Line([TextSpan("▶ \(ground.name)  ")] + decisions), row: row, column: 1, columns: columns - 2,
        ground: ground.ground)
    }
    return canvas.grid
  }

  private static let decisions: [TextSpan] = [
    TextSpan("✓ allow", .decisionAllow), TextSpan("  "), TextSpan("✗ deny", .decisionDeny), TextSpan("  "),
    TextSpan("≈ limit", .decisionLimit), TextSpan("  "), TextSpan("? ask", .decisionAsk), TextSpan("  "),
    TextSpan("∅ hide", .decisionHide), TextSpan("  "), TextSpan("· inherit", .decisionInherit),
  ]

  private static let grounds: [(name: String, ground: Cell.Ground)] = [
    ("row.selected", .selected), ("row.marked", .marked),
  ]

  private static let rows: [Line] = [
    words([.header, .text, .dim, .accent, .key, .border]),
    Line([TextSpan("decision  ", .dim)] + decisions),
    Line(
      [TextSpan("risk      ", .dim)]
        + words([
          ("LOW low", .riskLow), ("MED med", .riskMedium), ("HIGH high", .riskHigh), ("CRIT crit", .riskCritical),
        ])
        .spans),
    Line(
      [TextSpan("diff      ", .dim)]
        + words([("+ add", .diffAdd), ("- del", .diffDelete), ("~ chg", .diffChange)]).spans
        + [TextSpan("     spark  ", .dim)]
        + words([("▁▂▃ low", .sparkLow), ("▃▄▅ mid", .sparkMiddle), ("▆▇█ high", .sparkHigh)]).spans),
    words([
      ("attention ‹U+202E›", .attention), ("match", .match), (" input ", .input), (" input.error ", .inputError),
    ]),
    words([("▲ banner.waiting ", .bannerWaiting), ("! banner.error ", .bannerError)]),
  ]

  private static func words(_ roles: [Role]) -> Line { words(roles.map { ($0.rawValue, $0) }) }

  private static func words(_ words: [(String, Role)]) -> Line {
    Line(words.flatMap { [TextSpan($0.0, $0.1), TextSpan("  ")] })
  }
}
