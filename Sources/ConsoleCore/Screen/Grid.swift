/// One character position of the screen.
package struct Cell: Hashable, Sendable {
  /// The scalar to draw; a wide one is followed by a cell with `width` 0, which draws nothing.
  package var scalar: Unicode.Scalar
  /// Up to two combining marks that belong to it, NUL for none; a cell has no memory of its own, so grids are fast.
  private var firstMark: Unicode.Scalar = "\0"
  private var secondMark: Unicode.Scalar = "\0"
  package var style: Role
  /// Columns that the scalar covers: 1 or 2; 0 for the second half of a wide one.
  package var width: UInt8
  /// What the cell lies on: a selected row's cells keep their own role's foreground over `row.selected`'s background.
  package var ground: Ground

  /// The row that a cell is part of, as far as it shows.
  package enum Ground: UInt8, Hashable, Sendable { case plain, selected, marked }

  package static func blank(_ style: Role) -> Cell { Cell(scalar: " ", style: style) }

  fileprivate mutating func makeBlank() {
    self = Cell(scalar: " ", style: style, ground: ground)
  }

  /// Up to two combining marks that belong to the scalar.
  package var marks: [Unicode.Scalar] {
    guard hasMarks else { return [] }
    return secondMark == "\0" ? [firstMark] : [firstMark, secondMark]
  }
  package var hasMarks: Bool { firstMark != "\0" }

  package init(scalar: Unicode.Scalar, style: Role, width: UInt8 = 1, ground: Ground = .plain) {
    self.scalar = scalar
    self.style = style
    self.width = width
    self.ground = ground
  }

  package init(
    scalar: Unicode.Scalar, marks: [Unicode.Scalar], style: Role, width: UInt8 = 1, ground: Ground = .plain
  ) {
    self.init(scalar: scalar, style: style, width: width, ground: ground)
    if let first = marks.first { firstMark = first }
    if marks.count > 1 { secondMark = marks[1] }
  }
}

package struct Size: Hashable, Sendable {
  package var columns: Int
  package var rows: Int

  package init(columns: Int, rows: Int) {
    self.columns = columns
    self.rows = rows
  }
}

package struct Rect: Hashable, Sendable {
  package var column: Int
  package var row: Int
  package var columns: Int
  package var rows: Int

  package init(column: Int, row: Int, columns: Int, rows: Int) {
    self.column = column
    self.row = row
    self.columns = columns
    self.rows = rows
  }
}

/// A rectangle of cells; what is drawn outside of it is cut off.
package struct Grid: Hashable, Sendable {
  package let size: Size
  package private(set) var cells: [Cell]

  package init(_ size: Size, style: Role = .text) {
    self.size = Size(columns: max(0, size.columns), rows: max(0, size.rows))
    cells = Array(repeating: .blank(style), count: self.size.columns * self.size.rows)
  }

  package subscript(row: Int, column: Int) -> Cell {
    get {
      guard row >= 0, row < size.rows, column >= 0, column < size.columns else { return .blank(.text) }
      return cells[row * size.columns + column]
    }
    set {
      guard row >= 0, row < size.rows, column >= 0, column < size.columns else { return }
      let place = row * size.columns + column
      let old = cells[place]
      cells[place] = newValue
      // Of a wide character that is half covered, nothing stays.
      if old.width == 0, newValue.width > 0, column > 0, cells[place - 1].width == 2 {
        cells[place - 1].makeBlank()
      } else if old.width == 2, newValue.width != 2, column + 1 < size.columns, cells[place + 1].width == 0 {
        cells[place + 1].makeBlank()
      }
    }
  }

  /// The row's characters, blanks at its end cut off.
  package func text(row: Int) -> String {
    var text = String.UnicodeScalarView()
    for column in 0..<size.columns {
      let cell = self[row, column]
      guard cell.width > 0 else { continue }
      text.append(cell.scalar)
      if cell.hasMarks { text.append(contentsOf: cell.marks) }
    }
    while text.last == " " { text.removeLast() }
    return String(text)
  }
}

/// One picture of the screen and the terminal state that goes with it.
package struct Frame: Hashable, Sendable {
  package var grid: Grid
  /// Where the hardware cursor stands: on the focused row, so that magnifiers and screen readers follow.
  package var cursor: (row: Int, column: Int)? {
    get { cursorPlace.map { ($0.row, $0.column) } }
    set { cursorPlace = newValue.map { Place(row: $0.row, column: $0.column) } }
  }
  package var showsCursor: Bool
  /// The terminal window's title; already safe to print.
  package var title: String
  private var cursorPlace: Place?

  private struct Place: Hashable, Sendable {
    var row: Int
    var column: Int
  }

  package init(grid: Grid, cursor: (row: Int, column: Int)? = nil, showsCursor: Bool = false, title: String) {
    self.grid = grid
    self.showsCursor = showsCursor
    self.title = title
    cursorPlace = cursor.map { Place(row: $0.row, column: $0.column) }
  }
}
