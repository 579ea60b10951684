internal import Filters

extension Canvas {
  /// The filter that is being typed: what is wrong with it, or how it can go on.
  mutating func drawFilter(_ filter: FilterField, of state: ConsoleState, row: Int) -> (row: Int, column: Int) {
    let columns = grid.size.columns
    let cursor = drawField("/", filter.field, .input, row: row, columns: columns)
    if let error = filter.error {
      drawMistake(error, in: filter.field, row: row)
      return cursor
    }
    guard let completion = state.completion(of: filter) else { return cursor }
    put(completion.ghost, .dim, row: row, column: cursor.column, columns: columns - cursor.column - 1, isPeer: true)
    guard completion.choices.count > 1, row > 0 else { return cursor }
    fill(Rect(column: 0, row: row - 1, columns: columns, rows: 1), .dim)
    let words = completion.choices.joined(separator: "  ")
    put(" Tab: \(words)", .dim, row: row - 1, column: 0, columns: columns, isPeer: true)
    return cursor
  }

  /// Marks what is wrong, and says why in the line above it.
  private mutating func drawMistake(_ error: FilterError, in field: TextField, row: Int) {
    let columns = grid.size.columns
    let start = Self.firstShown(of: field, columns: columns)
    let from = min(max(start, error.place), field.scalars.count)
    let to = min(max(from, error.place + error.length), field.scalars.count)
    let column = min(columns - 2, 1 + width(field.scalars[start..<from]))
    let wrong = String(String.UnicodeScalarView(field.scalars[from..<to]))
    // What is missing at the end is marked where it should stand.
    put(wrong.isEmpty ? " " : wrong, .inputError, row: row, column: column, columns: columns - 1 - column, isPeer: true)
    guard row > 0 else { return }
    fill(Rect(column: 0, row: row - 1, columns: columns, rows: 1), .text)
    let message = "filter: \(error.message)"
    // Behind its mark, or from the left where there is not enough room.
    let fits = column + 2 + TerminalText.width(message, set) < columns
    if fits { put("▾", .attention, row: row - 1, column: column, columns: 1) }
    put(message, .inputError, row: row - 1, column: fits ? column + 2 : 1, columns: columns - 2, isPeer: true)
  }

  private func width(_ scalars: ArraySlice<Unicode.Scalar>) -> Int {
    TerminalText.width(String(String.UnicodeScalarView(scalars)), set)
  }
}
