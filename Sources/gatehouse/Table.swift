import ConsoleCore

/// Columns of text for a terminal; text from outside is made safe and padded by the width that it takes on a screen.
struct Table {
  private var rows: [[String]]

  init(header: [String]) { rows = [header] }

  mutating func add(_ cells: [String]) {
    rows.append(cells.map { TerminalText.safe($0) })
  }

  /// The rows; the last column is not padded.
  var text: String {
    let columns = rows.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in
      rows.map { column < $0.count ? TerminalText.width($0[column]) : 0 }.max() ?? 0
    }
    return rows.map { row in
      let cells = row.enumerated().map { column, cell in
        column == row.count - 1
          ? cell : cell + String(repeating: " ", count: widths[column] - TerminalText.width(cell))
      }
      return cells.joined(separator: "  ") + "\n"
    }.joined()
  }
}
