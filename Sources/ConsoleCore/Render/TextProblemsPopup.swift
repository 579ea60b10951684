internal import ControlWire
internal import JSONText
internal import Policy

extension Canvas {
  /// What is wrong with a text that came back from an editor.
  mutating func drawTextProblems(_ problems: TextProblems, of state: ConsoleState) -> PopupCursor? {
    let hint =
      problems.isLeaving
      ? "drop the text? y yes · n no"
      : problems.isOutdated ? "y put it there · e edit again · Esc drop" : "e edit again · j k · Esc drop"
    let body = box(
      "The text is not taken", columns: min(100, grid.size.columns), rows: grid.size.rows - 1, hint: hint)
    guard body.rows > 0 else { return nil }
    var row = body.row
    let end = body.row + body.rows
    if problems.isOutdated {
      for glyphs in TerminalText.wrap(
        "the rule was changed elsewhere while you edited its text: y puts your text in its place",
        columns: max(1, body.columns), limit: 3) where row < end
      {
        put(glyphs, .decisionLimit, row: row, column: body.column)
        row += 1
      }
    }
    let top = problems.list.firstRow(count: problems.problems.count, height: max(1, body.rows / 2))
    var cursor = PopupCursor(row: body.row, column: body.column)
    for (index, problem) in problems.problems.enumerated().dropFirst(top) where row < end {
      let isHere = index == problems.list.row
      if isHere { cursor = PopupCursor(row: row, column: body.column) }
      let place = "\(isHere ? "▶" : " ")line \(problem.place.line), column \(problem.place.column): "
      put(place, isHere ? .accent : .dim, row: row, column: body.column, columns: body.columns)
      row += 1
      let words = state.safe(RuleEditor.words(problem), limit: 600)
      let role: Role = problem.weight == .error ? .inputError : .decisionLimit
      for glyphs in TerminalText.wrap(words, columns: max(1, body.columns - 2), limit: 4) where row < end {
        put(glyphs, role, row: row, column: body.column + 2)
        row += 1
      }
      if let line = problems.line(problem.place.line), row < end {
        put("│ ", .dim, row: row, column: body.column + 2, columns: 2)
        put(line, .dim, row: row, column: body.column + 4, columns: max(0, body.columns - 4), isPeer: true)
        row += 1
      }
    }
    return cursor
  }
}

extension TextProblems {
  /// One line of the text, from 1.
  func line(_ number: Int) -> String? {
    let lines = text.split(separator: 0x0A, maxSplits: number, omittingEmptySubsequences: false)
    guard number > 0, lines.indices.contains(number - 1) else { return nil }
    return String(decoding: lines[number - 1].prefix(400), as: UTF8.self)
  }
}
