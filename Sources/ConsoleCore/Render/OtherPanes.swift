internal import ControlWire
internal import JSONText
internal import Policy

extension Canvas {
  // MARK: Servers

  mutating func drawServers(of state: ConsoleState, in body: Rect) -> (row: Int, column: Int)? {
    guard !state.catalogue.servers.isEmpty else {
      draw(state.emptyPolicyLines(columns: body.columns), from: 0, in: body)
      return nil
    }
    let width = body.columns
    let nameWidth = width >= 100 ? 28 : width >= 60 ? 20 : 14
    let program = nameWidth + 27
    let error = program + (width >= 100 ? 26 : 17)
    let names: [(Int, String)] = [
      (2, "server"), (nameWidth + 3, "state"), (nameWidth + 14, "tools"), (nameWidth + 20, "sess"),
      (program, "program"),
      (error, "last error"),
    ]
    for (column, name) in names where column < width {
      put(name, .dim, row: body.row, column: body.column + column, columns: width - column)
    }
    let height = body.rows - 1
    let top = state.serverList.firstRow(count: state.catalogue.servers.count, height: height)
    var sessions: [ExactText: Int] = [:]
    for session in state.sessions.values { sessions[session.server, default: 0] += 1 }
    for offset in 0..<max(0, min(height, state.catalogue.servers.count - top)) {
      let server = state.catalogue.servers[top + offset]
      let isCurrent = top + offset == state.serverList.row
      let ground: Cell.Ground = isCurrent ? .selected : .plain
      let (row, left) = (body.row + 1 + offset, body.column)
      fill(Rect(column: left, row: row, columns: width, rows: 1), .text, ground: ground)
      func cell(_ text: String, _ role: Role, _ column: Int, _ columns: Int, isPeer: Bool = false) {
        guard column < width else { return }
        let room = min(columns, width - column)
        put(text, role, row: row, column: left + column, columns: room, ground: ground, isPeer: isPeer)
      }
      cell(isCurrent ? "▶" : " ", .accent, 0, 1)
      cell(server.info.name.string, .text, 2, nameWidth, isPeer: true)
      cell("\(server.info.state.glyph) \(server.info.state.rawValue)", server.info.state.role, nameWidth + 3, 10)
      cell(Format.count(server.tools.count), .text, nameWidth + 14, 5)
      cell(Format.count(sessions[server.info.name] ?? server.info.sessions), .text, nameWidth + 20, 6)
      cell(server.info.program, .dim, program, error - program - 1, isPeer: true)
      let said = [server.info.lastError, server.info.lastLine].compactMap { $0 }.joined(separator: ": ")
      cell(said, .decisionDeny, error, width, isPeer: true)
    }
    return (body.row + 1 + state.serverList.row - top, body.column)
  }

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
