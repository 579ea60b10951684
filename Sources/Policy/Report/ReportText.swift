/// Text for people, line by line: columns are aligned, and what comes from outside is made safe and cut.
///
/// How that is done is the caller's: what is safe to print and how wide it is are questions of the terminal.
package struct ReportText: Sendable {
  /// Makes a text safe to print on one line, and cuts it to about so many characters.
  private let safe: @Sendable (String, Int) -> String
  private let width: @Sendable (String) -> Int
  private(set) var lines: [String] = []

  /// The most characters of one cell.
  private static let longest = 400

  package init(safe: @escaping @Sendable (String, Int) -> String, width: @escaping @Sendable (String) -> Int) {
    self.safe = safe
    self.width = width
  }

  /// All lines, each with its end.
  package var text: String { lines.map { $0 + "\n" }.joined() }

  package mutating func line(_ text: String = "", indent: Int = 0) {
    lines.append(String(repeating: " ", count: indent) + safe(text, Self.longest * 4))
  }

  /// Rows of one table; `below` holds whole lines that follow a row, deeper by two.
  package mutating func table(_ rows: [(cells: [String], below: [String])], indent: Int) {
    let rows = rows.map { (cells: $0.cells.map { safe($0, Self.longest) }, below: $0.below) }
    let widths = columnWidths(rows.map(\.cells))
    for row in rows {
      lines.append(String(repeating: " ", count: indent) + joined(row.cells, widths))
      for line in row.below { self.line(line, indent: indent + 4) }
    }
  }

  /// Rows of cells as aligned lines.
  package func aligned(_ rows: [[String]]) -> [String] {
    let rows = rows.map { row in row.map { safe($0, Self.longest) } }
    let widths = columnWidths(rows)
    return rows.map { joined($0, widths) }
  }

  private func columnWidths(_ rows: [[String]]) -> [Int] {
    // A single long cell must not push the columns behind it off everyone's screen.
    (0..<(rows.map(\.count).max() ?? 0)).map { column in
      rows.filter { column < $0.count }.map { width($0[column]) }.filter { $0 <= 64 }.max() ?? 0
    }
  }

  /// Cells with two spaces between; blanks at the end are left out.
  private func joined(_ cells: [String], _ widths: [Int]) -> String {
    var line = ""
    var blanks = 0
    for (column, cell) in cells.enumerated() {
      if !cell.isEmpty {
        line += String(repeating: " ", count: blanks) + cell
        blanks = 0
      }
      blanks += 2 + max(0, widths[column] - width(cell))
    }
    return line
  }
}
