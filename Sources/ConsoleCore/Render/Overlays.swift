internal import ControlWire
internal import JSONText
internal import Policy
internal import Risk

/// Where the cursor stands in a popup.
struct PopupCursor {
  var row: Int
  var column: Int
  var isTyping = false
}

extension Canvas {
  /// Draws what is in front of the panes.
  mutating func drawOverlay(of state: ConsoleState) -> PopupCursor? {
    switch state.overlay {
    case .help(let help): return drawHelp(help, of: state)
    case .confirm(let confirmation): return drawQuestion(confirmation, of: state)
    case .limit(let editor): return drawLimits(editor, of: state)
    case .decision(let serial, let top): return drawDecision(serial, top: top, of: state)
    case .log(let top): return drawLog(top: top, of: state)
    case .messages(let view): return drawMessages(view, of: state)
    case .themes(let picker): return drawThemes(picker, of: state)
    case .palette(let palette): return drawPalette(palette, of: state)
    case .imports(let list): return drawImports(list, of: state)
    case .addServer(let form): return drawServerForm(form, of: state)
    case .server(let details): return drawServer(details, of: state)
    case .added(let added): return drawAdded(added, of: state)
    case .rule(let editor): return drawRuleEditor(editor, of: state)
    case .text(let problems): return drawTextProblems(problems, of: state)
    case .merge(let view): return drawMerge(view, of: state)
    case .part(let part): return drawPart(part, of: state)
    case .left(let view): return drawLeft(view, of: state)
    case .tool(let page): return drawToolPage(page, of: state)
    case .newRule(let rule): return drawNewRule(rule, of: state)
    case .request(let popup): return drawRequest(popup, of: state)
    case .bulk(let bulk): return drawBulk(bulk, of: state)
    case .reply(let reply):
      // What is typed stands below.
      if let popup = reply.popup { _ = drawRequest(popup, of: state) }
      return nil
    case .pins(let popup): return drawPins(popup, of: state)
    case .past(let past): return drawPast(past, of: state)
    case .suggest(let view): return drawSuggestions(view, of: state)
    case .wrap(let view): return drawWrap(view, of: state)
    case .command, .filter, nil: return nil
    }
  }

  /// An empty framed box in the middle; returns what is inside.
  mutating func box(_ title: String, columns: Int, rows: Int, hint: String) -> Rect {
    let columns = min(columns, grid.size.columns)
    // The header's facts stay in view.
    let rows = max(2, min(rows, grid.size.rows - 1 - headRows))
    let frame = Rect(
      column: (grid.size.columns - columns) / 2, row: max(headRows, (grid.size.rows - rows) / 2), columns: columns,
      rows: rows)
    fill(frame, .text)
    border(frame, title: Line(TextSpan(title, .title)), isFocused: true)
    putRight(
      " \(hint) ", .dim, row: frame.row + rows - 1, end: frame.column + columns - 1, columns: max(0, columns - 2))
    return Rect(column: frame.column + 2, row: frame.row + 1, columns: max(0, columns - 4), rows: max(0, rows - 2))
  }

  private mutating func drawQuestion(_ confirmation: Confirmation, of state: ConsoleState) -> PopupCursor? {
    let columns = min(76, grid.size.columns)
    let lines = confirmation.lines.flatMap { line in
      TerminalText.wrap(line, columns: max(1, columns - 4), limit: 6).map { Line(TextSpan(String($0))) }
    }
    let hint = confirmation.question == .quit ? "y quit · s save first · n stay" : "y yes · n no"
    let body = box("Sure?", columns: columns, rows: min(lines.count + 2, grid.size.rows - 1), hint: hint)
    draw(lines, from: 0, in: body)
    return PopupCursor(row: body.row, column: body.column)
  }

  private mutating func drawDecision(_ serial: UInt64, top: Int, of state: ConsoleState) -> PopupCursor? {
    let columns = min(100, grid.size.columns)
    let lines = state.decisionLines(serial, columns: max(1, columns - 4))
    let body = box(
      "Decision", columns: columns, rows: min(lines.count + 2, grid.size.rows - 1),
      hint: columns < 60 ? "w new rule · Esc" : "j k others · PgDn more · J rule · w new rule · Esc")
    draw(lines, from: min(top, max(0, lines.count - body.rows)), in: body)
    return PopupCursor(row: body.row, column: body.column)
  }

  private mutating func drawLog(top: Int, of state: ConsoleState) -> PopupCursor? {
    let body = box("Messages", columns: min(100, grid.size.columns), rows: grid.size.rows - 1, hint: "Esc")
    if state.log.isEmpty {
      put("nothing was said yet", .dim, row: body.row, column: body.column, columns: body.columns)
    }
    let first = max(0, min(top, state.log.count - body.rows))
    for (offset, entry) in state.log.dropFirst(first).prefix(body.rows).enumerated() {
      let role: Role =
        entry.note.weight == .error ? .decisionDeny : entry.note.weight == .warning ? .decisionLimit : .text
      let time = Format.clock(entry.time, secondsFromGMT: state.options.secondsFromGMT)
      let line = Line(TextSpan("\(time) ", .dim), TextSpan("\(entry.note.weight.rawValue): \(entry.note.text)", role))
      put(line, row: body.row + offset, column: body.column, columns: body.columns)
    }
    return PopupCursor(row: body.row, column: body.column)
  }
}
