extension Canvas {
  mutating func drawHelp(_ help: HelpList, of state: ConsoleState) -> PopupCursor? {
    drawDoables(
      "Help", "find: ", help.field, help.list, state.found(help), hint: "type to search · Enter does it · Esc",
      of: state)
  }

  mutating func drawPalette(_ palette: Palette, of state: ConsoleState) -> PopupCursor? {
    drawDoables(
      "Palette", "do: ", palette.field, palette.list, state.found(palette),
      hint: "a few letters · Enter does it · Esc", of: state)
  }

  /// A table that is searched as one types: name, key, what it does, why not now.
  private mutating func drawDoables(
    _ title: String, _ prompt: String, _ field: TextField, _ cursor: ListCursor, _ found: [Doable], hint: String,
    of state: ConsoleState
  ) -> PopupCursor? {
    let body = box(title, columns: min(110, grid.size.columns), rows: grid.size.rows - 1, hint: hint)
    guard body.rows > 2 else { return nil }
    put(prompt, .dim, row: body.row, column: body.column, columns: body.columns)
    let start = prompt.utf8.count
    let end = put(
      field.text, .input, row: body.row, column: body.column + start, columns: body.columns - start, isPeer: true)
    let list = Rect(column: body.column, row: body.row + 1, columns: body.columns, rows: body.rows - 1)
    // Where there is little room the names go: the search finds them still.
    let name = list.columns >= 60 ? 13 : nil
    if found.isEmpty { put("nothing is called so", .dim, row: list.row, column: list.column, columns: list.columns) }
    let top = cursor.firstRow(count: found.count, height: list.rows)
    for (offset, doable) in found.dropFirst(top).prefix(list.rows).enumerated() {
      draw(
        doable, of: state, row: list.row + offset, in: list, name: name,
        ground: top + offset == cursor.row ? .selected : .plain)
    }
    return PopupCursor(row: body.row, column: min(end, body.column + body.columns - 1), isTyping: true)
  }

  private mutating func draw(
    _ doable: Doable, of state: ConsoleState, row: Int, in list: Rect, name: Int?, ground: Cell.Ground
  ) {
    fill(Rect(column: list.column, row: row, columns: list.columns, rows: 1), .text, ground: ground)
    put(ground == .selected ? "▶" : " ", .accent, row: row, column: list.column, columns: 1, ground: ground)
    let keys = state.keys(of: doable)
    var at = list.column + (name == nil ? 8 : 1)
    var shown = keys.prefix(2).joined(separator: " ")
    if case .command = doable { shown = ":" }
    if let name {
      put(shown, .key, row: row, column: at, columns: name - 2, ground: ground)
      at = list.column + name
      let end = put(doable.name, .accent, row: row, column: at, columns: list.columns - name, ground: ground)
      at = max(at + 17, end + 2)
    } else {
      let first = shown.isEmpty ? doable.name : keys.first ?? ":\(doable.name.split(separator: " ").first ?? "")"
      let end = put(first, .key, row: row, column: list.column + 1, columns: list.columns - 1, ground: ground)
      at = max(at, end + 1)
    }
    let edge = list.column + list.columns
    guard at < edge else { return }
    at = put(doable.summary, .text, row: row, column: at, columns: edge - at, ground: ground)
    if let refusal = state.refusal(of: doable), at < edge {
      put(" (\(state.safe(refusal)))", .dim, row: row, column: at, columns: edge - at, ground: ground)
    }
  }
}
