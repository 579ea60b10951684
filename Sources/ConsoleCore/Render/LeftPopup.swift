internal import JSONText
internal import Policy

extension Canvas {
  /// Draws what edits that were left behind would change now.
  mutating func drawLeft(_ view: LeftView, of state: ConsoleState) -> PopupCursor? {
    let columns = min(100, grid.size.columns)
    let hint = view.isDropping ? "y drop for ever · n keep" : "r restore · d drop · Esc later"
    let lines = state.leftLines(view, columns: max(1, columns - 4))
    let body = box(
      "Unsaved edits were left", columns: columns, rows: min(lines.count + 2, grid.size.rows - 1), hint: hint)
    draw(lines, from: min(view.top, max(0, lines.count - body.rows)), in: body)
    return PopupCursor(row: body.row, column: body.column)
  }
}

extension ConsoleState {
  func leftLines(_ view: LeftView, columns: Int) -> [Line] {
    guard let first = left.first else { return [Line(TextSpan("they are gone", .dim))] }
    var shown = first
    if focus == .changes, case .left(let edits) = changeRow(changeList.row) { shown = edits }
    func paragraph(_ text: String, _ role: Role = .text) -> [Line] {
      TerminalText.wrap(text, columns: columns, options.glyphs, limit: 6).map { Line(TextSpan(String($0), role)) }
    }
    if view.isDropping { return paragraph("drop \(words(of: shown)) for ever?", .attention) }
    var lines = paragraph("\(words(of: shown)): a console ended before they were saved.")
    switch view.preview {
    case .noFile:
      lines += paragraph("The file cannot be read as a policy now; restored, they are kept until it is mended.")
    case .nothing: lines += paragraph("The file has all of them already.")
    case .changes(let changes):
      lines += paragraph("In policy.json as it is they would change:", .dim)
      lines += changes.map { Line(TextSpan("~ ", .diffChange), TextSpan(peer: $0.sentence)) }
    case .merged(let changes, let theirs):
      lines += paragraph(
        "policy.json was changed since (\(Format.count(theirs, "change"))); put on top of that they would change:", .dim
      )
      lines += changes.map { Line(TextSpan("~ ", .diffChange), TextSpan(peer: $0.sentence)) }
    case .conflicts(let conflicts, let theirs):
      lines += paragraph(
        "policy.json was changed since (\(Format.count(theirs, "change"))), in the same places; restored, you choose for each:",
        .dim)
      lines += conflicts.map { Line(TextSpan("! ", .attention), TextSpan(peer: $0.subject)) }
    }
    if left.count > 1, !options.isPlain {
      lines += paragraph("\(Format.count(left.count - 1)) more of other consoles: 6 lists all.", .dim)
    }
    return lines
  }
}
