internal import ControlWire
internal import Filters
internal import History
internal import JSONText
internal import Policy

/// Where the columns of the record's pane are; those without room are left out.
private struct HistoryColumns {
  /// Behind the cursor's sign.
  let time = 1
  var timeWidth = 8
  var decision = 10
  static let decisionWidth = 9
  var ended: Int?
  static let endedWidth = 15
  var tool: Int
  var toolWidth: Int
  var client: Int?
  static let clientWidth = 12
  var rule: Int?

  init(_ width: Int) {
    tool = decision + Self.decisionWidth + 1
    toolWidth = max(1, width - tool)
    guard width >= 60 else { return }
    timeWidth = 14
    decision = 16
    tool = decision + Self.decisionWidth + 1
    if width >= 76 {
      ended = tool
      tool += Self.endedWidth + 1
    }
    toolWidth = width >= 140 ? 36 : width >= 100 ? 30 : max(1, width - tool - Self.clientWidth - 1)
    client = tool + toolWidth + 1
    if width >= 100 { rule = tool + toolWidth + Self.clientWidth + 2 }
  }
}

extension ConsoleState {
  /// The part of the pane that has rows: below a line of headings, above what is known of the row.
  func historyRows(of body: Rect) -> Rect {
    let head = body.rows >= 8 && body.columns >= 60 ? 1 : 0
    let foot = history.showsNumbers ? 0 : min(Self.historyFoot + (policy.isDirty ? 1 : 0), body.rows / 2)
    return Rect(
      column: body.column, row: body.row + head, columns: body.columns, rows: max(1, body.rows - head - foot))
  }

  /// So many lines tell of the row under the cursor, where there is room; always as many, so that nothing moves.
  private static let historyFoot = 3

  /// What the pane's title says at its right end.
  var historyFacts: Line {
    var spans: [TextSpan] = []
    if let page = history.page, page.problem == nil {
      let shown =
        history.showsNumbers || page.rows.count == page.total ? "" : "last \(Format.count(page.rows.count)) of "
      spans.append(TextSpan("\(shown)\(Format.count(page.total, "decision"))", .dim))
    }
    if let filter = history.filter {
      let name = filters.name(of: filter.source).map { "\\\($0) " } ?? ""
      spans.append(TextSpan(" "))
      spans.append(TextSpan(peer: TerminalText.cut("\(name)/\(filter.source)", columns: 30, options.glyphs), .match))
    }
    return Line(spans)
  }

  /// What the pane says in place of rows; nil where it has some.
  func historyInstead(columns: Int) -> [Line]? {
    guard let page = history.page else { return paragraphs([(" The record is being read.", .dim)], columns: columns) }
    if let problem = page.problem {
      return paragraphs([(" \(safe(problem, limit: 600))", .text)], columns: columns)
    }
    guard history.count == 0 else { return nil }
    guard let filter = history.filter else {
      return paragraphs(
        [(" Nothing is recorded yet. What a gate decides from now on appears here, and stays.", .text)],
        columns: columns)
    }
    return [
      Line(),
      Line(TextSpan(" no decision of the record fits /", .text), TextSpan(peer: filter.source, .match)),
      Line(
        TextSpan(" Esc", .key), TextSpan(" clears the filter, ", .dim), TextSpan("/", .key),
        TextSpan(" changes it", .dim)),
    ]
  }

  /// What is known of the decision under the cursor.
  func historyFootLines(_ row: HistoryRow) -> [Line] {
    let lines = [
      Line([TextSpan("then  ", .dim)] + standingThen(row)), Line([TextSpan("now   ", .dim)] + standingNow(row)),
      Line([TextSpan("tool  ", .dim), TextSpan(figures(of: row))]),
    ]
    guard let effect = recordEffectWords else { return lines }
    return lines + [Line([TextSpan("edits ", .dim)] + effect + [TextSpan(" of \(recordEffectScope)", .dim)])]
  }

  func standingThen(_ row: HistoryRow) -> [TextSpan] {
    let decision = row.event.decision
    var spans = [
      TextSpan("\(decision.verdict.glyph) \(decision.verdict.rawValue)", decision.verdict.role),
      TextSpan(" by ", .dim), TextSpan(peer: decision.rule),
    ]
    if let reason = decision.reason { spans += [TextSpan(", ", .dim), TextSpan(peer: reason)] }
    return spans
  }

  /// What the policy says today, unsaved edits included.
  func standingNow(_ row: HistoryRow) -> [TextSpan] {
    let name = ToolName(server: row.event.server, tool: row.event.tool ?? "")
    guard let tool = catalogue.index(of: name) else { return [TextSpan("the tool is not in the catalogue", .dim)] }
    let standing = catalogue.tools[tool].standing
    var spans = [
      TextSpan("\(standing.verdict.glyph) ", standing.verdict.role),
      TextSpan(peer: standing.summary, standing.verdict.role),
      TextSpan(" by ", .dim), TextSpan(peer: standing.rule),
    ]
    if let then = row.event.revision, let now = policy.draft?.base.revision, then != now {
      spans.append(TextSpan("; the policy was another one, Enter shows its rule", .attention))
    }
    return spans
  }

  /// `412 calls, 3 refused, 1 failed, p50 4.2ms, p95 12ms, p99 1.2s`.
  func figures(of row: HistoryRow) -> String {
    figures(of: ToolName(server: row.event.server, tool: row.event.tool ?? row.event.method))
  }

  func figures(of name: ToolName) -> String {
    guard let counts = history.page?.figures[name] else { return "no numbers" }
    var text = "\(Format.count(counts.calls, "call")), \(Format.count(counts.refused)) refused, "
    text += "\(Format.count(counts.failed)) failed"
    for percent in [50, 95, 99] {
      guard let span = counts.latency.percentile(percent) else { continue }
      text += ", p\(percent) \(HistoryWords.span(span))"
    }
    return text + (history.filter == nil ? "" : " among what was found")
  }

  /// `11-21 14:03:22`, without the day today.
  func historyTime(_ time: Moment, isShort: Bool) -> String {
    let clock = Format.clock(time, secondsFromGMT: options.secondsFromGMT)
    guard !isShort else { return clock }
    let offset = Int64(clamping: options.secondsFromGMT).multiplied(1_000_000)
    let local = time.advanced(byMicroseconds: offset).rfc3339.prefix(10)
    let today = now.advanced(byMicroseconds: offset).rfc3339.prefix(10)
    return local == today ? "      \(clock)" : "\(local.dropFirst(5)) \(clock)"
  }

  /// How the call ended, and after which time.
  func endWords(_ row: HistoryRow) -> String {
    guard let outcome = row.end.outcome else { return row.answer.word ?? "-" }
    return "\(outcome == .toolError ? "failed" : outcome.rawValue) \(HistoryWords.span(row.endTook))"
  }
}

extension Canvas {
  mutating func drawHistory(of state: ConsoleState, in body: Rect) -> (row: Int, column: Int)? {
    if let lines = state.historyInstead(columns: body.columns) {
      draw(lines, from: 0, in: body)
      return nil
    }
    let rows = state.historyRows(of: body)
    return state.history.showsNumbers
      ? drawNumbers(of: state, rows, in: body) : drawDecisions(of: state, rows, in: body)
  }

  private mutating func drawDecisions(of state: ConsoleState, _ rows: Rect, in body: Rect) -> (row: Int, column: Int)? {
    guard let page = state.history.page else { return nil }
    let columns = HistoryColumns(body.columns)
    if rows.row > body.row {
      drawHeadings(
        [
          (columns.time, "time"), (columns.decision, "decision"), (columns.ended, "ended"),
          (columns.tool, "server/tool"), (columns.client, "client"), (columns.rule, "rule"),
        ], in: body)
    }
    let top = state.history.cursor.firstRow(count: page.rows.count, height: rows.rows)
    for offset in 0..<max(0, min(rows.rows, page.rows.count - top)) {
      let isCurrent = top + offset == state.history.cursor.row
      draw(page.rows[top + offset], of: state, columns, row: rows.row + offset, in: body, isCurrent: isCurrent)
    }
    if let row = state.history.row {
      let foot = rows.row + rows.rows
      draw(
        state.historyFootLines(row), from: 0,
        in: Rect(column: body.column + 1, row: foot, columns: body.columns - 1, rows: body.row + body.rows - foot))
    }
    return (rows.row + state.history.cursor.row - top, body.column)
  }

  private mutating func drawHeadings(_ names: [(Int?, String)], in body: Rect) {
    for case (.some(let column), let name) in names where column < body.columns {
      put(name, .dim, row: body.row, column: body.column + column, columns: body.columns - column)
    }
  }

  private mutating func draw(
    _ row: HistoryRow, of state: ConsoleState, _ columns: HistoryColumns, row line: Int, in body: Rect, isCurrent: Bool
  ) {
    let (event, left) = (row.event, body.column)
    let ground: Cell.Ground = isCurrent ? .selected : .plain
    fill(Rect(column: left, row: line, columns: body.columns, rows: 1), .text, ground: ground)
    put(isCurrent ? "▶" : " ", .accent, row: line, column: left, columns: 1, ground: ground)
    func cell(_ text: String, _ role: Role, _ column: Int?, _ width: Int, isPeer: Bool = false) {
      guard let column, column < body.columns else { return }
      put(
        text, role, row: line, column: left + column, columns: min(width, body.columns - column), ground: ground,
        isPeer: isPeer)
    }
    cell(state.historyTime(row.time, isShort: columns.timeWidth < 14), .dim, columns.time, columns.timeWidth)
    let verdict = event.decision.verdict
    let word = event.decision.isEnforced ? verdict.rawValue : "(\(verdict.rawValue))"
    cell("\(verdict.glyph) \(word)", verdict.role, columns.decision, HistoryColumns.decisionWidth)
    cell(state.endWords(row), .dim, columns.ended, HistoryColumns.endedWidth)
    cell(
      "\(event.server.string)/\((event.tool ?? event.method).string)", .text, columns.tool, columns.toolWidth,
      isPeer: true)
    cell(event.client.string, .dim, columns.client, HistoryColumns.clientWidth, isPeer: true)
    if let column = columns.rule, column < body.columns {
      // The end of a pointer tells more than its beginning.
      let rule = TerminalText.cutStart(event.decision.rule, columns: body.columns - column, set)
      cell(rule, .dim, column, body.columns)
    }
  }

  // MARK: Numbers

  private mutating func drawNumbers(of state: ConsoleState, _ rows: Rect, in body: Rect) -> (row: Int, column: Int)? {
    guard let page = state.history.page else { return nil }
    let width = body.columns
    let isNarrow = width < 60
    // From the right, each so wide; the tool has the rest.
    let names = isNarrow ? ["calls", "p95"] : ["calls", "refused", "failed", "p50", "p95", "p99"]
    let each = 9
    let toolWidth = max(1, min(width >= 100 ? 48 : 40, width - 2 - names.count * each))
    if rows.row > body.row {
      put("server/tool", .dim, row: body.row, column: body.column + 1, columns: toolWidth)
      for (index, name) in names.enumerated() {
        putRight(
          name, .dim, row: body.row, end: body.column + 2 + toolWidth + (index + 1) * each, columns: each)
      }
    }
    let cursor = state.history.numberCursor
    let top = cursor.firstRow(count: page.tools.count, height: rows.rows)
    for offset in 0..<max(0, min(rows.rows, page.tools.count - top)) {
      let name = page.tools[top + offset]
      guard let counts = page.figures[name] else { continue }
      let (isCurrent, line) = (top + offset == cursor.row, rows.row + offset)
      let ground: Cell.Ground = isCurrent ? .selected : .plain
      fill(Rect(column: body.column, row: line, columns: width, rows: 1), .text, ground: ground)
      put(isCurrent ? "▶" : " ", .accent, row: line, column: body.column, columns: 1, ground: ground)
      put(
        "\(name.server.string)/\(name.tool.string)", .text, row: line, column: body.column + 1, columns: toolWidth,
        ground: ground, isPeer: true)
      func span(_ percent: Int) -> String { counts.latency.percentile(percent).map(HistoryWords.span) ?? "-" }
      let values =
        isNarrow
        ? [Format.count(counts.calls), span(95)]
        : [Format.count(counts.calls), Format.count(counts.refused), Format.count(counts.failed)]
          + [50, 95, 99].map(span)
      for (index, value) in values.enumerated() {
        let role: Role =
          index == 1 && counts.refused > 0 && !isNarrow
          ? .decisionDeny : index == 2 && counts.failed > 0 ? .decisionLimit : .text
        putRight(
          value, role, row: line, end: body.column + 2 + toolWidth + (index + 1) * each, columns: each, ground: ground)
      }
    }
    return (rows.row + cursor.row - top, body.column)
  }
}
