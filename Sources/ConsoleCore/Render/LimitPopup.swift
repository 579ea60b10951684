internal import JSONText
internal import Policy

/// The limit editor in lines: what can be changed, and what would come of it.
struct LimitPage {
  var form: [Line] = []
  /// The line of the field that the keys are about, and where its text begins and ends.
  var focus = 0
  var columns = 0..<0
  /// The last line that belongs to that field: a mistake stands under it.
  var end = 0
  var help = Line()
  var outcome: [Line] = []
  var chart: [Line] = []
  var room = 0

  /// The outcome fits under the form, the chart left out.
  var fits: Bool { form.count + 1 + outcome.count <= room }
  var hasRoomForChart: Bool { form.count + 1 + outcome.count + chart.count <= room }
  /// How far the outcome can be scrolled.
  var furthest: Int { max(0, chart.count + outcome.count + 1 - room) }
}

extension ConsoleState {
  var limitColumns: Int { min(110, max(0, size.columns)) }

  func limitPage(_ editor: LimitEditor) -> LimitPage {
    let columns = max(1, limitColumns - 4)
    var page = LimitPage(room: max(0, size.rows - 4))
    addHead(editor, columns, to: &page)
    addFields(editor, columns, to: &page)
    page.end = max(page.end, page.focus)
    page.help = Line(TextSpan(limitHelp(editor, isNarrow: columns < 60), .dim))
    page.outcome = outcomeLines(editor, columns)
    let spare = page.room - page.form.count - 1 - page.outcome.count
    page.chart = chartLines(editor, columns, rows: min(8, max(4, spare - 1)))
    return page
  }

  // MARK: What can be changed

  private func addHead(_ editor: LimitEditor, _ columns: Int, to page: inout LimitPage) {
    let words = editor.places.indices.contains(editor.place) ? editor.places[editor.place].words : ""
    let subject =
      editor.targets.count == 1 ? words : "\(Format.count(editor.targets.count, "tool")), \(words)"
    if editor.places.count > 1 {
      add([("in", .place, subject)], editor, columns, to: &page)
    } else {
      page.form.append(Line(TextSpan(subject, .title)))
    }
    let isNarrow = columns < 60
    guard !editor.rows.isEmpty else {
      if editor.field == .list { page.focus = page.form.count }
      page.form.append(Line(TextSpan("no limit: ", .dim), TextSpan("a", .key), TextSpan(" adds one", .dim)))
      return
    }
    if editor.field == .list { page.focus = page.form.count }
    // So many of the list are drawn around the one under the cursor.
    let height = isNarrow ? 1 : min(editor.rows.count, 4)
    let top = max(0, min(editor.row - height / 2, editor.rows.count - height))
    for index in top..<top + height {
      if index == editor.row, editor.field == .list {
        page.focus = page.form.count
        page.columns = 0..<1
      }
      page.form.append(listLine(editor, index))
    }
  }

  private func listLine(_ editor: LimitEditor, _ index: Int) -> Line {
    let row = editor.rows[index]
    let isCurrent = index == editor.row
    let mark = row.was == nil ? "+" : row.changed.isEmpty ? " " : "~"
    var spans = [
      TextSpan(isCurrent ? "▶" : " ", .accent),
      TextSpan("\(mark) ", row.was == nil ? .diffAdd : .diffChange),
      TextSpan("\(index + 1) of \(editor.rows.count)  ", .dim),
      TextSpan(
        row.values.rate,
        isCurrent && editor.field == .list ? .input : .decisionLimit),
      TextSpan(" for each \(row.values[.scope] ?? "mixed")", .text),
    ]
    if let counter = row.values[.counter], !counter.isEmpty {
      spans += [TextSpan(" · ", .dim), TextSpan(peer: counter, .accent)]
    }
    if let cost = row.values[.cost], !cost.isEmpty { spans += [TextSpan(" · adds ", .dim), TextSpan(peer: cost)] }
    let missing = row.origins.count { $0 == nil }
    if missing > 0, row.was != nil {
      let count = row.origins.count
      spans.append(TextSpan(" · \(count - missing) of \(count) tools have it", .decisionAsk))
    }
    return Line(spans)
  }

  private func addFields(_ editor: LimitEditor, _ columns: Int, to page: inout LimitPage) {
    typealias Cell = (label: String, field: LimitEditor.Field, value: String)
    var groups: [[Cell]] = []
    if let values = editor.current?.values {
      func cell(_ label: String, _ field: LimitEditor.Field) -> Cell {
        (label, field, values[field] ?? "mixed")
      }
      groups = [
        [cell("at most", .most), cell(columns < 60 ? "per" : "calls per", .window), cell("for each", .scope)],
        [cell("counter", .counter), cell("adds", .cost)],
        [cell("align", .align), cell("counts", .count), cell("until", .expires)],
      ]
    }
    let action: String =
      switch editor.outcome.action {
      case .allow?: "allowed"
      case .requireApproval?: "asked about"
      case .deny?: "denied all the same"
      case nil: "mixed"
      }
    groups.append([("what fits is", .action, action)])
    if columns < 60 { groups = groups.flatMap { $0.map { [$0] } } }
    for group in groups {
      add(group, editor, columns, to: &page)
      guard let mistake = editor.outcome.mistake, mistake.row == nil || mistake.row == editor.row,
        let field = mistake.field, group.contains(where: { $0.field == field })
      else { continue }
      page.form += mistakeLines(mistake, columns)
      if group.contains(where: { $0.field == editor.field }) { page.end = page.form.count - 1 }
    }
    if let mistake = editor.outcome.mistake, mistake.field == nil || mistake.row != nil && mistake.row != editor.row {
      page.form += mistakeLines(mistake, columns)
    }
  }

  private func mistakeLines(_ mistake: LimitOutcome.Mistake, _ columns: Int) -> [Line] {
    let row = mistake.row.map { "limit \($0 + 1): " } ?? ""
    return TerminalText.wrap("! \(row)\(mistake.text)", columns: columns, options.glyphs, limit: 3)
      .map { Line(Self.spans($0, .inputError)) }
  }

  private func add(
    _ cells: [(label: String, field: LimitEditor.Field, value: String)], _ editor: LimitEditor, _ columns: Int,
    to page: inout LimitPage
  ) {
    var spans: [TextSpan] = []
    var used = 0
    for (label, field, value) in cells {
      let lead = (spans.isEmpty ? "" : "  ") + label + String(repeating: " ", count: max(1, 9 - label.utf8.count))
      let isHere = editor.field == field
      let isWrong =
        editor.outcome.mistake?.field == field && editor.outcome.mistake.map { $0.row == editor.row } ?? false
      let isChanged = editor.current.map { $0.was != nil && $0.changed.contains(field) } ?? false
      let shown = TerminalText.glyphs(
        field == .most ? Self.grouped(value) : value.isEmpty && !isHere ? "none" : value, options.glyphs, limit: 200)
      let width = shown.reduce(0) { $0 + $1.width }
      spans.append(TextSpan(lead, .dim))
      used += lead.utf8.count
      if isHere {
        page.focus = page.form.count
        let place = field.isText ? min(editor.text.cursor, width) : width
        page.columns = used + 1..<used + 1 + place
      }
      let role: Role =
        isWrong ? .inputError : isHere ? .input : isChanged ? .diffChange : value.isEmpty ? .dim : .accent
      spans.append(TextSpan(isHere ? "[" : " ", role))
      spans += Self.spans(shown, role)
      spans.append(TextSpan(isHere ? "]" : " ", role))
      used += width + 2
      let unit =
        field == .place
        ? " \(editor.place + 1) of \(editor.places.count)" : field == .window && Int(value) != nil ? "seconds" : ""
      if !unit.isEmpty {
        spans.append(TextSpan(unit, field == .place ? .dim : .text))
        used += unit.utf8.count
      }
    }
    page.form.append(Line(spans))
  }

  /// `1204` as `1,204`; anything else as it is.
  private static func grouped(_ text: String) -> String {
    guard let number = Int(text), number >= 0, String(number).utf8.elementsEqual(text.utf8) else { return text }
    return Format.count(number)
  }

  /// What the field under the cursor is for.
  private func limitHelp(_ editor: LimitEditor, isNarrow: Bool) -> String {
    let value = editor.current?.values[editor.field]
    switch editor.field {
    case .place: return "which rule: Up Down for another one"
    case .list: return "Up Down another limit · a add · d delete · K J move"
    case .most:
      return isNarrow ? "digits · ↑↓ 1 · PgUp PgDn 10 · Tab" : "digits · Up Down 1 · PgUp PgDn 10 · 0 denies every call"
    case .window:
      return isNarrow
        ? "↑↓ · digits for seconds · Tab" : "Up Down · digits for any number of seconds · Space changes between both"
    case .scope:
      switch value {
      case "grant": return "grant: each client credential has its own count"
      case "session": return "session: each session has its own count"
      case "server": return "server: all callers of one server have one count"
      case "global": return "global: everyone has one count"
      default: return "the tools differ: Up Down gives all of them one scope"
      }
    case .counter:
      let known = limitCompletions(editor)
      return "limits of one counter, window and scope share a count"
        + (known.isEmpty ? "" : " · Down: \(safe(known.prefix(3).joined(separator: ", "), limit: 60))")
    case .cost:
      let known = limitCompletions(editor)
      return "an argument that is added instead of 1"
        + (known.isEmpty ? ", as args.amount" : " · Down: \(safe(known.prefix(3).joined(separator: ", "), limit: 60))")
    case .align:
      return value == "calendar"
        ? "calendar: begins anew with each full window of UTC" : "sliding: never more in any stretch of that length"
    case .count:
      return value == "succeeded"
        ? "succeeded: a call that fails is given back" : "forwarded: every call counts that is sent to the server"
    case .expires:
      let meant = value.map { LimitEditor.moment($0, at: now) } ?? ""
      if let value, meant != value { return "that is \(meant)" }
      return isNarrow
        ? "in 2h, or 2026-12-31T00:00:00Z"
        : "as if absent from then on: in 2h, in 30d, or 2026-12-31T00:00:00Z · Up Down an hour"
    case .action: return "Up Down: allowed, asked about, denied all the same"
    case .outcome: return "Up Down scrolls"
    }
  }
}

extension Canvas {
  mutating func drawLimits(_ editor: LimitEditor, of state: ConsoleState) -> PopupCursor? {
    let page = state.limitPage(editor)
    var below = page.outcome
    let isReading = editor.field == .outcome
    if page.hasRoomForChart || isReading { below = page.chart + below }
    // It keeps its size while what it says changes.
    let rows = min(page.room, max(28, page.form.count + 1 + below.count)) + 2
    let steps = editor.past.isEmpty ? "" : " · u undo"
    let hint =
      editor.field.isText
      ? "Tab field · Enter keep · Esc cancel" : "a add · d delete\(steps) · Tab field · Enter keep · Esc cancel"
    let body = box(
      "Rate limit", columns: state.limitColumns, rows: rows,
      hint: state.limitColumns < 60 ? "Enter keep · Esc cancel" : hint)
    guard body.rows > 0, body.columns > 0 else { return nil }
    // The form comes first; what it leaves is for the outcome.
    let formRows = min(page.form.count, max(1, body.rows - 1))
    let top =
      isReading ? page.form.count : max(0, min(min(page.end - formRows + 1, page.focus), page.form.count - formRows))
    var row = body.row
    for line in page.form.dropFirst(top).prefix(formRows) {
      put(line, row: row, column: body.column, columns: body.columns)
      row += 1
    }
    let helpRow = isReading ? body.row + body.rows - 1 : row
    if helpRow < body.row + body.rows {
      put(page.help, row: helpRow, column: body.column, columns: body.columns)
      if !isReading { row += 1 }
    }
    let end = isReading ? helpRow : body.row + body.rows
    var drawn = 0
    for line in below.dropFirst(isReading ? editor.top : 0) where row < end {
      put(line, row: row, column: body.column, columns: body.columns)
      row += 1
      drawn += 1
    }
    let hidden = below.count - (isReading ? editor.top : 0) - drawn
    if hidden > 0 {
      let words = isReading ? " \(hidden) more " : " \(hidden) more: Tab "
      put(words, .dim, row: body.row + body.rows, column: body.column - 1, columns: body.columns)
    }
    let focusRow = isReading ? body.row : body.row + page.focus - top
    let column = min(page.columns.upperBound, max(0, body.columns - 1))
    return PopupCursor(
      row: min(max(body.row, focusRow), body.row + body.rows - 1), column: body.column + column,
      isTyping: editor.field.isText || editor.field == .most)
  }
}
