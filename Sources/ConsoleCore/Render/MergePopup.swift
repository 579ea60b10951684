internal import JSONText
internal import Policy

extension Canvas {
  /// Draws the conflicts with both sides, and below them what the choices come to.
  mutating func drawMerge(_ view: MergeView, of state: ConsoleState) -> PopupCursor? {
    let body = box(
      "Merge", columns: min(120, grid.size.columns), rows: grid.size.rows - 1,
      hint: "m mine · t theirs · Enter takes the result · Esc")
    guard body.rows > 2 else { return nil }
    let open = view.open == 0 ? "all chosen" : "\(Format.count(view.open)) to choose"
    put(
      "\(Format.count(view.conflicts.count, "conflict")), \(open)", .title, row: body.row, column: body.column,
      columns: body.columns)
    // The conflicts take what they need, but leave room for the result.
    let lines = state.mergeLines(view)
    let room = max(4, view.result == nil ? body.rows - 2 : min(lines.count, (body.rows - 2) / 2))
    let cursor = lines.firstIndex { $0.conflict == view.list.row } ?? 0
    let top = max(0, min(room > 4 ? cursor - 1 : cursor, lines.count - room))
    for (offset, line) in lines.dropFirst(top).prefix(room).enumerated() {
      put(line.line, row: body.row + 1 + offset, column: body.column, columns: body.columns)
    }
    let at = PopupCursor(row: body.row + 1 + cursor - top, column: body.column)
    guard let result = view.result else { return at }
    let start = body.row + 1 + min(room, lines.count)
    let rest = Rect(
      column: body.column, row: start + 1, columns: body.columns, rows: max(0, body.row + body.rows - start - 1))
    let words =
      result.isEmpty
      ? "the result is what is on the disk: nothing is left to save" : "what it then changes in the file on the disk"
    put(words, .title, row: start, column: body.column, columns: body.columns)
    draw(
      result.dropFirst(min(view.top, max(0, result.count - rest.rows))).prefix(rest.rows).map {
        Line(ConsoleState.spans(of: $0))
      }, from: 0, in: rest)
    return at
  }
}

extension ConsoleState {
  struct MergeLine {
    var line: Line
    /// Set on a conflict's first line.
    var conflict: Int?
  }

  /// Four lines for each conflict: what it is about, what it was, and both sides with the choice.
  func mergeLines(_ view: MergeView) -> [MergeLine] {
    var lines: [MergeLine] = []
    for (index, conflict) in view.conflicts.enumerated() {
      let isHere = index == view.list.row
      let choice = view.choices[conflict.pointer]
      lines.append(
        MergeLine(
          line: Line(
            TextSpan(isHere ? "▶ " : "  ", .accent), TextSpan("\(index + 1) ", .dim),
            TextSpan(peer: conflict.subject, isHere ? .title : .text), TextSpan("  ", .dim),
            TextSpan(peer: conflict.isRefusal ? conflict.message : conflict.pointer, .dim),
            TextSpan(choice == nil ? "  choose" : "", .attention)),
          conflict: index))
      lines.append(MergeLine(line: Line(TextSpan("      was        ", .dim), value(conflict.base, isChosen: false))))
      for (side, text) in [(PolicyMerge.Side.mine, conflict.mine), (.theirs, conflict.theirs)] {
        let mark = choice == side ? "[x] " : "[ ] "
        let label = side == .mine ? "m mine   " : "t theirs "
        lines.append(
          MergeLine(
            line: Line(
              TextSpan("  \(mark)", choice == side ? .accent : .dim),
              TextSpan("\(label)  ", choice == side ? .accent : .text),
              value(text, isChosen: choice == side))))
      }
    }
    return lines
  }

  private func value(_ text: String?, isChosen: Bool) -> TextSpan {
    guard let text else { return TextSpan("nothing", .dim) }
    return TextSpan(peer: text, isChosen ? .accent : .text)
  }
}
