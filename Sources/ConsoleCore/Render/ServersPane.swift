internal import ControlWire
internal import JSONText
internal import Policy

extension ConsoleState {
  /// The state of a server in a word with its glyph.
  func serverState(_ server: Catalogue.Server) -> (text: String, role: Role) {
    if scanning.contains(server.info.name) { return ("… asking", .accent) }
    if isDisabled(server.info.name) { return ("∅ disabled", .dim) }
    return ("\(server.info.state.glyph) \(server.info.state.rawValue)", server.info.state.role)
  }

  func stateWords(_ server: Catalogue.Server) -> String {
    let name = server.info.name
    let count = sessions.values.count { $0.server == name }
    let running = "\(Format.count(max(count, server.info.sessions), "session"))"
    if isDisabled(name) { return "disabled: no session of it begins; \(running) run" }
    return "\(server.info.state.rawValue), \(running)"
  }

  /// What is worth telling at the end of a server's row.
  func serverNews(_ server: Catalogue.Server) -> (text: String, role: Role) {
    if let changes = definitionChanges[server.info.name] {
      return ("\(Format.count(changes.count, "tool")) changed: \(changes.words)", .attention)
    }
    let said = [server.info.lastError, server.info.lastLine].compactMap { $0 }.joined(separator: ": ")
    if said.isEmpty, server.tools.isEmpty, !isDisabled(server.info.name) {
      return (server.info.scanned == nil ? "never asked for tools: R asks" : "it has no tools", .dim)
    }
    return (said, .decisionDeny)
  }

  /// What the servers pane says below its last row.
  func serverHintLines(columns: Int) -> [Line] {
    var lines: [Line] = []
    if let problem = registry.problem {
      lines += paragraphs(
        [(" servers.json cannot be read: \(safe(problem, limit: 400))", .decisionDeny)], columns: columns)
    }
    return lines
  }
}

extension Canvas {
  mutating func drawServers(of state: ConsoleState, in body: Rect) -> (row: Int, column: Int)? {
    guard !state.catalogue.servers.isEmpty else {
      draw(
        state.serverHintLines(columns: body.columns) + state.emptyServersLines(columns: body.columns), from: 0, in: body
      )
      return nil
    }
    let width = body.columns
    let nameWidth = width >= 100 ? 24 : width >= 60 ? 18 : 14
    let isWide = width >= 100
    // Columns from the left; what does not fit is not drawn.
    var columns: [(String, Int)] = [("server", 2), ("state", nameWidth + 3), ("tools", nameWidth + 14)]
    if width >= 60 { columns.append(("sess", nameWidth + 20)) }
    if isWide { columns.append(("over", nameWidth + 26)) }
    if width >= 60 { columns.append(("runs", isWide ? nameWidth + 33 : nameWidth + 26)) }
    let runs = width >= 60 ? (isWide ? nameWidth + 33 : nameWidth + 26) : width
    let news = width >= 60 ? runs + (isWide ? 30 : 16) : width
    if news < width { columns.append(("news", news)) }
    for (name, column) in columns where column < width {
      put(name, .dim, row: body.row, column: body.column + column, columns: width - column)
    }
    let height = body.rows - 1
    let servers = state.serverRows
    let count = servers.count
    if count == 0 {
      draw(
        state.noServerFitsLines(columns: width), from: 0,
        in: Rect(column: body.column, row: body.row + 1, columns: width, rows: height))
    }
    let top = state.serverList.firstRow(count: count, height: height)
    var sessions: [ExactText: Int] = [:]
    for session in state.sessions.values { sessions[session.server, default: 0] += 1 }
    for offset in 0..<max(0, min(height, count - top)) {
      let server = state.catalogue.servers[servers[top + offset]]
      let isCurrent = top + offset == state.serverList.row
      let ground: Cell.Ground = isCurrent ? .selected : .plain
      let (row, left) = (body.row + 1 + offset, body.column)
      fill(Rect(column: left, row: row, columns: width, rows: 1), .text, ground: ground)
      func cell(_ text: String, _ role: Role, _ column: Int, _ columns: Int, isPeer: Bool = false) {
        guard column < width else { return }
        let room = min(columns, width - column)
        put(text, role, row: row, column: left + column, columns: room, ground: ground, isPeer: isPeer)
      }
      let isDisabled = state.isDisabled(server.info.name)
      cell(isCurrent ? "▶" : " ", .accent, 0, 1)
      cell(server.info.name.string, isDisabled ? .dim : .text, 2, nameWidth, isPeer: true)
      let (word, role) = state.serverState(server)
      cell(word, role, nameWidth + 3, 10)
      cell(Format.count(server.tools.count), .text, nameWidth + 14, 5)
      if width >= 60 {
        cell(Format.count(sessions[server.info.name] ?? server.info.sessions), .text, nameWidth + 20, 5)
      }
      if isWide { cell(server.info.transport, .dim, nameWidth + 26, 6, isPeer: true) }
      let command = state.registry[server.info.name]?.command ?? server.info.program
      cell(command, .dim, runs, news - runs - 1, isPeer: true)
      let (text, newsRole) = state.serverNews(server)
      cell(text, newsRole, news, width, isPeer: true)
    }
    let below = body.row + 1 + min(height, count - top)
    let lines = state.serverHintLines(columns: width)
    if below + lines.count <= body.row + body.rows {
      draw(lines, from: 0, in: Rect(column: body.column, row: below, columns: width, rows: lines.count))
    }
    return (body.row + 1 + state.serverList.row - top, body.column)
  }
}
