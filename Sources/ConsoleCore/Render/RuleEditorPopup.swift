internal import ControlWire
internal import JSONText
internal import Policy

extension Canvas {
  /// The editor of a rule, over all panes; the header's facts stay in view.
  mutating func drawRuleEditor(_ editor: RuleEditor, of state: ConsoleState) -> PopupCursor? {
    let subject = editor.tool.map {
      "\(state.safe($0.server.string, limit: 40))/\(state.safe($0.tool.string, limit: 60))"
    }
    let name = subject ?? state.safe(editor.address.pointer, limit: 80)
    let hint = Self.hint(editor, columns: grid.size.columns - 4)
    let body = box("Rule of \(name)", columns: grid.size.columns, rows: grid.size.rows, hint: hint)
    guard body.rows > 1, body.columns > 8 else { return nil }
    put(state.editorFacts(editor), row: body.row, column: body.column, columns: body.columns)
    let below = Rect(column: body.column, row: body.row + 1, columns: body.columns, rows: body.rows - 1)
    switch editor.face {
    case .keys:
      draw(RuleEditor.keyLines, from: editor.panelTop, in: below)
      return PopupCursor(row: below.row, column: below.column)
    case .panel where below.columns < Self.wide:
      draw(state.panelLines(editor, columns: below.columns), from: editor.panelTop, in: below)
      return PopupCursor(row: below.row, column: below.column)
    case .panel, .outline: break
    }
    guard below.columns >= Self.wide else { return drawOutline(editor, of: state, in: below) }
    let left = below.columns * 58 / 100
    let panel = Rect(
      column: below.column + left + 2, row: below.row, columns: below.columns - left - 2, rows: below.rows)
    for row in below.row..<below.row + below.rows { put("│", .border, row: row, column: panel.column - 2, columns: 1) }
    let lines = state.panelLines(editor, columns: panel.columns)
    draw(lines, from: editor.face == .panel ? min(editor.panelTop, max(0, lines.count - 1)) : 0, in: panel)
    return drawOutline(
      editor, of: state, in: Rect(column: below.column, row: below.row, columns: left - 1, rows: below.rows))
  }

  private static let wide = 110

  private static func hint(_ editor: RuleEditor, columns: Int) -> String {
    let words: [String]
    if editor.question != nil {
      words = ["y yes", editor.question == .leave ? "n drop" : "n no", "Esc go on"]
    } else if let field = editor.field {
      words =
        ["Enter keep", "Esc leave"] + (field.choices.isEmpty ? [] : ["Up Down choose", "Tab complete"])
        + (field.kind == .value ? ["ctrl-t text or JSON"] : [])
    } else if editor.face != .outline {
      words = ["j k scroll", "Esc back"]
    } else {
      words = [
        "Enter edit", "^S keep", "? keys", "a row", "n entry", "d del", "c try", "v view", "u undo", "E text",
        "K J move",
        "Esc",
      ]
    }
    var line = words[0]
    for word in words.dropFirst() where line.utf8.count + word.utf8.count + 3 <= columns { line += " · " + word }
    return line
  }

  // MARK: The outline

  private mutating func drawOutline(_ editor: RuleEditor, of state: ConsoleState, in body: Rect) -> PopupCursor? {
    let details = state.detailLines(editor, columns: body.columns)
    let most =
      body.rows < 8
      ? (editor.field == nil ? 2 : 4) : body.rows < 14 ? 4 : editor.field?.choices.isEmpty == false ? 9 : 6
    let below = min(most, max(1, body.rows - 2))
    let rows = max(1, body.rows - below - (body.rows >= 12 ? 1 : 0))
    let outline = Outline(editor, columns: body.columns)
    let all = editor.rows
    let top = max(0, min(editor.row - rows * 2 / 3, all.count - rows))
    var cursor = PopupCursor(row: body.row, column: body.column)
    for (offset, row) in all.dropFirst(top).prefix(rows).enumerated() {
      let line = body.row + offset
      let isHere = top + offset == editor.row
      if isHere { cursor = PopupCursor(row: line, column: body.column) }
      draw(row, outline, row: line, column: body.column, isHere: isHere)
    }
    let hidden = all.count - top - rows
    let start = body.row + body.rows - below
    if body.rows >= 12 {
      fill(Rect(column: body.column, row: start - 1, columns: body.columns, rows: 1), .border, with: "─")
      if hidden > 0 {
        putRight(
          " \(hidden) more ", .dim, row: start - 1, end: body.column + body.columns, columns: body.columns)
      }
    }
    let room = Rect(column: body.column, row: start, columns: body.columns, rows: below)
    guard let field = editor.field else {
      draw(details, from: 0, in: room)
      return cursor
    }
    return drawField(field, details, in: room)
  }

  private mutating func draw(_ row: RuleRow, _ outline: Outline, row line: Int, column: Int, isHere: Bool) {
    let ground: Cell.Ground = isHere ? .selected : .plain
    let editor = outline.editor
    fill(Rect(column: column, row: line, columns: outline.columns, rows: 1), .text, ground: ground)
    let isWrong = editor.cells(of: row).contains { editor.problem(at: $0)?.weight == .error }
    put(
      isHere ? "▶" : isWrong ? "!" : " ", isWrong ? .inputError : .accent, row: line, column: column, columns: 1,
      ground: ground)
    let (label, role) = outline.label(of: row)
    let labelColumns = outline.labelColumns(of: row)
    put(label, role, row: line, column: column + 1, columns: labelColumns, ground: ground)
    if isWrong, isHere {
      put("!", .inputError, row: line, column: column + labelColumns, columns: 1, ground: ground)
    }
    var at = column + 1 + labelColumns
    let end = column + outline.columns - outline.markColumns
    if let words = outline.words(of: row) {
      put(words, .dim, row: line, column: at, columns: end - at, ground: ground)
    }
    for (index, part) in outline.parts(of: row).enumerated() {
      let isCurrent = isHere && index == editor.column
      if !part.label.isEmpty {
        at = put(part.label, .dim, row: line, column: at, columns: end - at, ground: ground)
      }
      let columns = min(part.columns, end - at)
      guard columns > 2 else { break }
      let isOpen = isCurrent && editor.field?.cell == part.cell
      let text = isOpen ? editor.field?.field.text ?? "" : part.text
      let role: Role = isOpen ? .input : isCurrent ? .key : part.role
      put(isCurrent ? "[" : " ", .key, row: line, column: at, columns: 1, ground: ground)
      let after: Int
      if isOpen {
        let shown = TerminalText.cutStart(text, columns: columns - 2, set)
        after = put(
          TerminalText.glyphs(shown, set), role, row: line, column: at + 1, ground: ground)
      } else {
        after = put(text, role, row: line, column: at + 1, columns: columns - 2, ground: ground, isPeer: true)
      }
      put(isCurrent ? "]" : " ", .key, row: line, column: after, columns: 1, ground: ground)
      at = part.isFixed ? at + columns : after + 1
    }
    drawMarks(row, outline, row: line, end: column + outline.columns, ground: ground)
  }

  /// How each sample came out on the line.
  private mutating func drawMarks(_ row: RuleRow, _ outline: Outline, row line: Int, end: Int, ground: Cell.Ground) {
    for (index, trial) in outline.editor.trials.prefix(outline.shownTrials).enumerated() {
      let column = end - outline.markColumns + 1 + 2 * index
      switch row {
      case .section: put("\(index + 1)", .dim, row: line, column: column, columns: 1, ground: ground)
      case .condition(let place):
        if let mark = trial.conditions[place]?.mark {
          put(mark.glyph, mark.role, row: line, column: column, columns: 1, ground: ground)
        }
      case .always(let place), .terms(let place):
        if let mark = trial.entries[place] {
          put(mark.glyph, mark.role, row: line, column: column, columns: 1, ground: ground)
        }
      default: break
      }
    }
  }

  /// The line that is typed into, what is wrong with it, and the choices.
  private mutating func drawField(_ field: CellField, _ details: [Line], in room: Rect) -> PopupCursor? {
    let prompt = field.prompt
    let start = put(prompt, .key, row: room.row, column: room.column, columns: room.columns)
    let columns = max(1, room.column + room.columns - start)
    let scalars = field.field.scalars
    let first = max(0, field.field.cursor - columns + 1)
    let shown = String(String.UnicodeScalarView(scalars.dropFirst(first).prefix(columns)))
    let before = String(String.UnicodeScalarView(scalars.dropFirst(first).prefix(field.field.cursor - first)))
    fill(Rect(column: start, row: room.row, columns: columns, rows: 1), .input)
    put(shown, .input, row: room.row, column: start, columns: columns, isPeer: true)
    let cursor = PopupCursor(
      row: room.row, column: min(start + TerminalText.width(before, set), room.column + room.columns - 1),
      isTyping: true)
    let rest = Rect(column: room.column, row: room.row + 1, columns: room.columns, rows: room.rows - 1)
    draw(details, from: 0, in: rest)
    let used = min(details.count, rest.rows)
    let choices = field.shown
    let height = rest.rows - used
    guard height > 0, !choices.isEmpty else { return cursor }
    let top = max(0, min((field.chosen ?? 0) - height / 2, choices.count - height))
    let width = min(room.columns / 2, max(14, (choices.map { TerminalText.width($0.text, set) }.max() ?? 0) + 3))
    for (offset, choice) in choices.dropFirst(top).prefix(height).enumerated() {
      let row = rest.row + used + offset
      let isChosen = top + offset == field.chosen
      let ground: Cell.Ground = isChosen ? .selected : .plain
      fill(Rect(column: rest.column, row: row, columns: rest.columns, rows: 1), .text, ground: ground)
      put(isChosen ? "▶" : " ", .accent, row: row, column: rest.column, columns: 1, ground: ground)
      put(
        choice.text, choice.fits ? .accent : .dim, row: row, column: rest.column + 2, columns: width - 3,
        ground: ground,
        isPeer: true)
      let note = choice.fits ? choice.note : choice.note + " (not for what the schema says)"
      put(
        note, .dim, row: row, column: rest.column + width, columns: max(0, rest.columns - width), ground: ground,
        isPeer: true)
    }
    return cursor
  }
}

extension CellField {
  /// What is written, before the text.
  fileprivate var prompt: String {
    switch cell {
    case .path: "path "
    case .value, .item:
      switch (kind, mode) {
      case (.value, .either): "value "
      case (.value, .text): "text "
      case (.value, .json): "JSON "
      case (.number, _): "number "
      default: "value "
      }
    case .op: "operator "
    case .action: "action "
    case .reason: "reason "
    case .matchSchema: "match_schema "
    case .expires, .end: "expires "
    case .text(let entry): "\(entry.list.textKey) "
    case .hold: "hold, seconds "
    case .timeout: "timeout, seconds "
    case .remember: "remember, seconds "
    case .onNoApprover: "nobody there "
    case .client: "client "
    case .grant: "grant "
    case .session: "session "
    case .sample: "arguments "
    }
  }
}
