internal import ControlWire
internal import JSONText
internal import Policy

extension Canvas {
  // MARK: Changes

  mutating func drawChanges(of state: ConsoleState, in body: Rect) -> (row: Int, column: Int)? {
    let top = state.changeList.firstRow(count: state.changeRowCount, height: body.rows)
    for offset in 0..<body.rows {
      guard let change = state.changeRow(top + offset) else { break }
      let isCurrent = top + offset == state.changeList.row
      let ground: Cell.Ground = isCurrent ? .selected : .plain
      let row = body.row + offset
      if isCurrent { fill(Rect(column: body.column, row: row, columns: body.columns, rows: 1), .text, ground: ground) }
      put(isCurrent ? "▶" : " ", .accent, row: row, column: body.column, columns: 1, ground: ground)
      put(state.line(of: change), row: row, column: body.column + 2, columns: body.columns - 2, ground: ground)
    }
    return (body.row + state.changeList.row - top, body.column)
  }
}

extension ConsoleState {
  func line(of row: ChangeRow) -> Line {
    switch row {
    case .heading(let text): return Line(TextSpan(text, .title))
    case .blank: return Line()
    case .problem(let problem):
      let place = "line \(problem.place.line), column \(problem.place.column): "
      let role: Role = problem.weight == .error ? .decisionDeny : .decisionLimit
      return Line(
        TextSpan("  \(problem.weight.rawValue) ", role), TextSpan(place, .dim), TextSpan(peer: problem.message),
        TextSpan(problem.help == nil ? "" : ": ", .dim), TextSpan(peer: problem.help ?? "", .dim))
    case .change(let change):
      return Line(TextSpan("~ ", .diffChange), TextSpan(peer: change.sentence))
    case .diff(let diff):
      switch diff.kind {
      case .context: return Line(TextSpan("  ", .dim), TextSpan(peer: diff.text, .dim))
      case .add: return Line(TextSpan("+ ", .diffAdd), TextSpan(peer: diff.text, .diffAdd))
      case .delete: return Line(TextSpan("- ", .diffDelete), TextSpan(peer: diff.text, .diffDelete))
      case .hunk: return Line(TextSpan(peer: diff.text, .accent))
      }
    }
  }
}
