internal import Filters
internal import History
internal import JSONText
internal import Policy

extension ConsoleState {
  /// How many lines the parts of the popup have.
  var suggestRoom: (list: Int, reasons: Int, preview: Int) {
    // Without the frame, what stands above the list, and the last line.
    let rows = max(3, size.rows - 2 - headRows - 2 - 2)
    let reasons = min(rows / 2, rows >= 24 ? 8 : 6)
    return (rows - reasons, reasons, rows + 1)
  }

  private var suggestColumns: Int { max(1, min(120, size.columns) - 4) }

  /// What the line under the cursor would change, and why.
  func suggestReasons(_ view: SuggestView) -> [Line] {
    view.current.map { suggestReasons(of: $0, columns: suggestColumns) } ?? []
  }

  func suggestReasons(of line: PolicySuggestion.Line, columns: Int) -> [Line] {
    var lines: [Line] = []
    switch line.kind {
    case .own:
      lines += wrapped(
        "! ", "it has a rule of its own, which this would replace", .attention, columns: columns, limit: 2)
    case .base, .rule, .looser: break
    }
    if let address = line.address {
      lines += wrapped("at    ", address.pointer, .text, columns: columns, limit: 2)
    }
    for (index, reason) in line.reasons.enumerated() {
      lines += wrapped(index == 0 ? "why   " : "      ", reason, .text, columns: columns, limit: 3)
    }
    return lines
  }

  /// What holds for it now, unsaved edits included.
  private func standingNow(_ line: PolicySuggestion.Line) -> (text: String, role: Role)? {
    guard let server = line.server, let target = line.target, case .tool(let name) = target, let draft = policy.draft
    else { return nil }
    let standing = draft.engine.standing(server: server, tool: name, at: now)
    return ("\(sign(standing.verdict))\(standing.summary)", standing.verdict.role)
  }

  private static let nowColumns = 16

  func suggestRow(_ line: PolicySuggestion.Line, columns: Int) -> Line {
    let subject: String =
      switch line.kind {
      case .base, .rule, .own: line.server.map { "\($0.string)/\(line.name.string)" } ?? line.name.string
      case .looser: line.address?.pointer ?? line.name.string
      }
    let width = columns >= 100 ? 40 : columns >= 60 ? 28 : 16
    let name = TerminalText.cut(subject, columns: width, options.glyphs)
    let gap = String(repeating: " ", count: max(1, width + 1 - TerminalText.width(name, options.glyphs)))
    let summary = TextSpan(peer: line.summary, line.kind == .looser ? .diffDelete : .diffAdd)
    guard columns >= 60 else { return Line(TextSpan(peer: name), TextSpan(gap), summary) }
    // What holds now comes first: the other may be long.
    let held = standingNow(line)
    let now = TerminalText.cut(held?.text ?? "", columns: Self.nowColumns, options.glyphs)
    let rest = String(repeating: " ", count: max(1, Self.nowColumns + 1 - TerminalText.width(now, options.glyphs)))
    return Line(
      TextSpan(peer: name), TextSpan(gap), TextSpan(peer: now, held?.role ?? .dim), TextSpan(rest),
      TextSpan(held == nil ? "  " : "→ ", .dim), summary)
  }

  /// What the suggestion is made of.
  func suggestIntro(_ view: SuggestView) -> [TextSpan] {
    guard let suggestion = view.suggestion else {
      return [TextSpan(view.problem.map { safe($0, limit: 300) } ?? "reading what was called…", .dim)]
    }
    var text = "\(Format.count(view.taken.count)) of \(Format.count(view.lines.count, "line")) taken"
    text += " · from \(Format.count(suggestion.calls, "call"))"
    if let first = suggestion.first { text += " since \(first.rfc3339.prefix(10))" }
    let refused = suggestion.refused.count
    if refused > 0 { text += " · \(Format.count(refused, "tool")) only refused: no rule" }
    var spans = [TextSpan(text, .dim)]
    if let filter = view.filter { spans += [TextSpan(" "), TextSpan(peer: "/\(filter.source)", .match)] }
    return spans
  }
}

extension Canvas {
  mutating func drawSuggestions(_ view: SuggestView, of state: ConsoleState) -> PopupCursor? {
    if let preview = view.preview { return drawSuggested(preview, view, of: state) }
    let isNarrow = grid.size.columns < 60
    let body = box(
      isNarrow ? "The least for what was called" : "The least that lets pass what was called",
      columns: min(120, grid.size.columns),
      rows: grid.size.rows - 1 - headRows,
      hint: view.lines.isEmpty
        ? "Esc" : isNarrow ? "Space · Enter · Esc" : "Space take or leave · a usual · Enter show · Esc")
    guard body.rows > 2 else { return nil }
    put(Line(state.suggestIntro(view)), row: body.row, column: body.column, columns: body.columns)
    let room = state.suggestRoom
    let rows = max(1, min(room.list, body.rows - 2))
    let top = view.list.firstRow(count: view.lines.count, height: rows)
    var cursor = PopupCursor(row: body.row + 1, column: body.column)
    for (offset, line) in view.lines.dropFirst(top).prefix(rows).enumerated() {
      let (place, row) = (top + offset, body.row + 1 + offset)
      let isCurrent = place == view.list.row
      let ground: Cell.Ground = isCurrent ? .selected : .plain
      if isCurrent { cursor = PopupCursor(row: row, column: body.column + 1) }
      fill(Rect(column: body.column, row: row, columns: body.columns, rows: 1), .text, ground: ground)
      put(isCurrent ? "▶" : " ", .accent, row: row, column: body.column, columns: 1, ground: ground)
      put(
        view.taken.contains(place) ? "[x]" : "[ ]", .key, row: row, column: body.column + 1, columns: 3, ground: ground)
      put(
        state.suggestRow(line, columns: body.columns), row: row, column: body.column + 5, columns: body.columns - 5,
        ground: ground)
    }
    if view.suggestion != nil, view.lines.isEmpty {
      put(
        "nothing was called that could be let through", .text, row: body.row + 1, column: body.column,
        columns: body.columns)
    }
    let reasons = state.suggestReasons(view)
    let foot = Rect(
      column: body.column, row: body.row + 1 + rows, columns: body.columns,
      rows: max(0, min(room.reasons, body.rows - 2 - rows)))
    draw(reasons, from: view.reasonTop, in: foot)
    let last = body.row + body.rows - 1
    let more = reasons.count - view.reasonTop - foot.rows
    if let hint = view.hint {
      put(hint, .decisionLimit, row: last, column: body.column, columns: body.columns)
    } else if more > 0 {
      put("l shows \(Format.count(more, "more line"))", .dim, row: last, column: body.column, columns: body.columns)
    }
    return cursor
  }

  private mutating func drawSuggested(
    _ preview: SuggestView.Preview, _ view: SuggestView, of state: ConsoleState
  ) -> PopupCursor? {
    let body = box(
      "What the taken lines change", columns: min(120, grid.size.columns), rows: grid.size.rows - 1 - headRows,
      hint: grid.size.columns < 60 ? "j k · y into the draft · n" : "j k scroll · y into the draft · n back")
    guard body.rows > 1 else { return nil }
    let rows = max(1, min(state.suggestRoom.preview, body.rows - 1))
    let top = max(0, min(preview.top, preview.lines.count - rows))
    let shown = preview.lines.dropFirst(top).prefix(rows).map { Line(ConsoleState.spans(of: $0)) }
    draw(shown, from: 0, in: Rect(column: body.column, row: body.row, columns: body.columns, rows: rows))
    if preview.lines.count > rows {
      putRight(
        " \(min(preview.lines.count, top + rows)) of \(preview.lines.count) lines ", .dim, row: body.row - 1,
        end: body.column + body.columns, columns: body.columns)
    }
    let question =
      view.hint ?? "put \(Format.count(preview.count, "line")) into the draft, as one step? only saving writes them"
    let row = body.row + body.rows - 1
    put(question, view.hint == nil ? .text : .decisionLimit, row: row, column: body.column, columns: body.columns)
    return PopupCursor(row: row, column: body.column)
  }
}
