extension Canvas {
  /// The command line with the ways to go on above it and what is wrong, or what it does, below.
  mutating func drawCommand(_ command: CommandField, of state: ConsoleState, row: Int) -> (row: Int, column: Int) {
    let columns = state.size.columns
    let line = max(0, row - 1)
    drawWays(command, of: state, row: line - 1)
    let place = drawField(":", command.field, .input, row: line, columns: columns)
    if let ghost = state.ghost(of: command) {
      put(ghost, .dim, row: line, column: place.column, columns: columns - place.column, isPeer: true)
    }
    fill(Rect(column: 0, row: row, columns: columns, rows: 1), .text)
    guard row > line else { return place }
    if let error = command.error {
      put(" \(error)", .inputError, row: row, column: 0, columns: columns)
    } else {
      put(Line([TextSpan(" ")] + explanation(command)), row: row, column: 0, columns: columns)
    }
    return place
  }

  /// What the command that is being typed is for.
  private func explanation(_ command: CommandField) -> [TextSpan] {
    let words = CommandWords(command.field.text).words
    guard let verb = words.first?.text else {
      return [TextSpan("Tab completes · Up and Down recall · Enter runs · Esc leaves", .dim)]
    }
    if let entry = CommandEntry.named(verb) {
      return [TextSpan(entry.usage, .key), TextSpan("  \(entry.summary)", .dim)]
    }
    if let action = Action(rawValue: verb) { return [TextSpan(verb, .key), TextSpan("  \(action.summary)", .dim)] }
    return []
  }

  /// The ways to go on in one line, the chosen one in view.
  private mutating func drawWays(_ command: CommandField, of state: ConsoleState, row: Int) {
    let all = state.completions(of: command.cycle?.base ?? command.field.text)
    guard all.count > 1, row >= 1 else { return }
    let columns = state.size.columns
    fill(Rect(column: 0, row: row, columns: columns, rows: 1), .text)
    let chosen = command.cycle?.index
    var at = put(" Tab ", .key, row: row, column: 0, columns: columns)
    // Pages of words: one begins where the last was full.
    var first = 0
    if let chosen {
      var used = at
      for index in 0...min(chosen, all.count - 1) {
        let width = TerminalText.width(all[index].word, set) + 2
        if used + width > columns - 2, index > first {
          first = index
          used = at
        }
        used += width
      }
    }
    for index in first..<all.count {
      let width = TerminalText.width(all[index].word, set)
      guard at + width + 2 < columns || index == first else {
        put("…", .dim, row: row, column: min(at, columns - 1), columns: 1)
        break
      }
      let isChosen = index == chosen
      at = put(
        all[index].word, isChosen ? .text : .dim, row: row, column: at, columns: columns - at,
        ground: isChosen ? .selected : .plain, isPeer: true)
      at += 2
    }
  }
}
