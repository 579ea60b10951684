internal import ControlWire
internal import Filters
internal import History
internal import JSONText
internal import Policy

extension ConsoleState {
  /// How much room the record has.
  var historySize: Size { Size(columns: max(1, min(160, size.columns) - 4), rows: max(1, size.rows - 4)) }

  /// Rows that are left for decisions.
  func historyRows(_ view: HistoryView) -> Int {
    max(1, min(historySize.rows, size.rows - 3 - headRows) - 1 - historyFoot(view, columns: historySize.columns).count)
  }

  /// What is known of the decision under the cursor, and of unsaved edits.
  func historyFoot(_ view: HistoryView, columns: Int) -> [Line] {
    var lines: [Line] = []
    if let row = view.row {
      let decision = row.event.decision
      var then = [TextSpan("then  ", .dim), TextSpan(decision.verdict.rawValue, decision.verdict.role)]
      then += [TextSpan(" by ", .dim), TextSpan(peer: decision.rule)]
      if let reason = decision.reason { then += [TextSpan(", ", .dim), TextSpan(peer: reason)] }
      lines.append(Line(then))
      lines.append(Line([TextSpan("now   ", .dim)] + standingNow(row)))
      lines.append(Line([TextSpan("tool  ", .dim)] + figures(row, view)))
    }
    if let effect = view.page?.effect { lines += effectLines(effect, columns: columns) }
    return lines
  }

  /// What the policy says today, unsaved edits included.
  private func standingNow(_ row: HistoryRow) -> [TextSpan] {
    let name = ToolName(server: row.event.server, tool: row.event.tool ?? "")
    guard let tool = catalogue.index(of: name) else { return [TextSpan("the tool is not in the catalogue", .dim)] }
    let standing = catalogue.tools[tool].standing
    var spans = [TextSpan(peer: standing.summary, standing.verdict.role)]
    spans += [TextSpan(" by ", .dim), TextSpan(peer: standing.rule)]
    if let then = row.event.revision, let now = policy.draft?.base.revision, !now.hasPrefix(then), !then.hasPrefix(now)
    {
      spans.append(TextSpan("; the policy was another one", .attention))
    }
    return spans
  }

  private func figures(_ row: HistoryRow, _ view: HistoryView) -> [TextSpan] {
    let name = ToolName(server: row.event.server, tool: row.event.tool ?? row.event.method)
    guard let counts = view.page?.figures[name] else { return [TextSpan("no numbers", .dim)] }
    var text = "\(Format.count(counts.calls, "call")), \(Format.count(counts.refused)) refused, "
    text += "\(Format.count(counts.failed)) failed"
    for percent in [50, 95, 99] {
      guard let span = counts.latency.percentile(percent) else { continue }
      text += ", p\(percent) \(HistoryWords.span(span))"
    }
    return [TextSpan(text)]
  }

  private func effectLines(_ effect: HistoryPage.Effect, columns: Int) -> [Line] {
    guard !effect.changes.isEmpty else {
      let words =
        effect.unknown > 0
        ? "unsaved edits: \(Format.count(effect.unknown)) calls cannot be told, the record has no arguments"
        : "unsaved edits change none of \(Format.count(effect.calls, "call"))"
      return [Line(TextSpan(words, .attention))]
    }
    var lines = effect.changes.map { Line(TextSpan("unsaved edits: ", .dim), TextSpan(peer: $0, .attention)) }
    if effect.unknown > 0 {
      lines.append(Line(TextSpan("and \(Format.count(effect.unknown)) calls cannot be told: no arguments", .dim)))
    }
    return lines
  }

  /// One decision in a line.
  func historyLine(_ row: HistoryRow, columns: Int) -> Line {
    let event = row.event
    let isToday = now.microseconds - row.time.microseconds < 86_400_000_000
    let clock = Format.clock(row.time, secondsFromGMT: options.secondsFromGMT)
    let day = columns >= 70 && !isToday ? "\(row.time.rfc3339.dropFirst(5).prefix(5)) " : columns >= 70 ? "      " : ""
    var spans = [TextSpan("\(day)\(clock) ", .dim)]
    let verdict = event.decision.isEnforced ? event.decision.verdict.rawValue : "(\(event.decision.verdict.rawValue))"
    spans.append(
      TextSpan(verdict + String(repeating: " ", count: max(1, 8 - verdict.count)), event.decision.verdict.role))
    if columns >= 60 {
      let end =
        row.end.outcome.map { "\($0 == .toolError ? "failed" : $0.rawValue) \(HistoryWords.span(row.endTook))" }
        ?? row.answer.word ?? "-"
      spans.append(TextSpan(end + String(repeating: " ", count: max(1, 15 - end.count)), .dim))
    }
    spans.append(TextSpan(peer: "\(event.server)/\(event.tool ?? event.method)"))
    if columns >= 60 { spans += [TextSpan("  "), TextSpan(peer: event.client.string, .dim)] }
    return Line(spans)
  }
}

extension Canvas {
  mutating func drawHistory(_ view: HistoryView, of state: ConsoleState) -> PopupCursor? {
    let room = state.historySize
    let hint =
      view.isTyping
      ? "Enter searches · Esc" : room.columns < 60 ? "/ · J rule · Esc" : "j k · / search · J rule · r again · Esc"
    var title = "Record"
    if let page = view.page, page.problem == nil {
      title += " · \(Format.count(page.rows.count)) of \(Format.count(page.total, "decision"))"
    }
    let body = box(title, columns: room.columns + 4, rows: room.rows + 2, hint: hint)
    let cursor = drawHistoryFilter(view, of: state, in: body)
    let foot = state.historyFoot(view, columns: body.columns)
    let rows = max(0, body.rows - 1 - foot.count)
    guard let page = view.page, page.problem == nil, !page.rows.isEmpty else {
      let text = view.page?.problem ?? (view.page == nil ? "the record is read" : "nothing in the record fits")
      draw(
        state.block("", text, .dim, columns: body.columns), from: 0,
        in: Rect(column: body.column, row: body.row + 1, columns: body.columns, rows: max(0, body.rows - 1)))
      return cursor
    }
    let first = view.cursor.firstRow(count: page.rows.count, height: rows)
    for offset in 0..<min(rows, page.rows.count - first) {
      let line = state.historyLine(page.rows[first + offset], columns: body.columns - 1)
      let row = body.row + 1 + offset
      let ground: Cell.Ground = first + offset == view.cursor.row ? .selected : .plain
      fill(Rect(column: body.column, row: row, columns: body.columns, rows: 1), .text, ground: ground)
      put(ground == .selected ? "▶" : " ", .accent, row: row, column: body.column, columns: 1, ground: ground)
      put(line, row: row, column: body.column + 1, columns: body.columns - 1, ground: ground)
    }
    draw(
      foot, from: 0,
      in: Rect(column: body.column, row: body.row + 1 + rows, columns: body.columns, rows: min(foot.count, body.rows)))
    return view.isTyping ? cursor : PopupCursor(row: body.row + 1 + view.cursor.row - first, column: body.column)
  }

  /// The line that says what is searched for; answers where the cursor is while somebody types.
  private mutating func drawHistoryFilter(_ view: HistoryView, of state: ConsoleState, in body: Rect) -> PopupCursor {
    put("/ ", .key, row: body.row, column: body.column, columns: 2)
    let (column, columns) = (body.column + 2, max(1, body.columns - 2))
    if view.isTyping {
      let end = put(view.field.text, .input, row: body.row, column: column, columns: columns, isPeer: true)
      if let mistake = view.mistake {
        putRight(
          " \(state.safe(mistake, limit: 200))", .attention, row: body.row, end: column + columns,
          columns: max(1, columns - 8))
      }
      return PopupCursor(row: body.row, column: min(end, body.column + body.columns - 1), isTyping: true)
    }
    if let filter = view.filter {
      put(filter.source, .input, row: body.row, column: column, columns: columns, isPeer: true)
    } else {
      put("every decision", .dim, row: body.row, column: column, columns: columns)
    }
    return PopupCursor(row: body.row, column: body.column)
  }
}
