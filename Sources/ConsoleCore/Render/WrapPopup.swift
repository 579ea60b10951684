internal import ClientFiles
internal import JSONText

extension ConsoleState {
  /// How many servers of clients are drawn at once.
  var wrapRows: Int { max(1, size.rows - 2 - 2 - 3) }
  /// How many lines of a preview are drawn at once.
  var wrapLines: Int { max(1, size.rows - 2 - 2 - 2) }

  /// What would change, broken into lines, so that the end of none is lost.
  func lines(of preview: WrapPreview) -> [Line] {
    let columns = max(1, min(120, size.columns) - 4)
    return preview.lines.flatMap { line -> [Line] in
      let (mark, role): (String, Role) =
        switch line.kind {
        case .file: ("", .title)
        case .old: ("- ", .decisionDeny)
        case .new: ("+ ", .decisionAllow)
        case .note: ("  ", .dim)
        case .refusal: ("! ", .decisionLimit)
        }
      let room = max(8, columns - mark.utf8.count)
      return TerminalText.wrap(line.text, columns: room, options.glyphs, limit: 12).enumerated().map { index, glyphs in
        let lead = index == 0 ? mark : String(repeating: " ", count: mark.utf8.count)
        return Line([TextSpan(lead, role)] + Self.spans(glyphs, role))
      }
    }
  }
}

extension Canvas {
  mutating func drawWrap(_ view: WrapView, of state: ConsoleState) -> PopupCursor? {
    if let preview = view.preview { return drawWrapPreview(preview, view, of: state) }
    let body = box(
      "Servers of your clients, and the gate", columns: min(120, grid.size.columns), rows: grid.size.rows - 2,
      hint: view.open > 0 ? "Space choose · a all · Enter show · Esc" : "Esc")
    guard body.rows > 2 else { return nil }
    guard let findings = view.findings else {
      put("reading your clients' configuration files", .dim, row: body.row, column: body.column, columns: body.columns)
      return PopupCursor(row: body.row, column: body.column)
    }
    let intro: String =
      if findings.offers.isEmpty {
        "no file of a client has a server"
      } else if view.open == 0 {
        "none of \(Format.count(findings.offers.count, "server")) goes around the gate"
      } else {
        "\(Format.count(view.open)) of \(Format.count(findings.offers.count)) go around the gate · \(Format.count(view.chosen.count)) chosen"
      }
    put(intro, .dim, row: body.row, column: body.column, columns: body.columns)
    let rows = max(1, min(state.wrapRows, body.rows - 3))
    let order = view.order
    let top = view.list.firstRow(count: order.count, height: rows)
    var cursor = PopupCursor(row: body.row + 1, column: body.column)
    for (offset, place) in order.dropFirst(top).prefix(rows).enumerated() {
      let isCurrent = top + offset == view.list.row
      drawWrapOffer(
        findings.offers[place], row: body.row + 1 + offset, in: body, isCurrent: isCurrent,
        isChosen: view.chosen.contains(place), of: state)
      if isCurrent { cursor = PopupCursor(row: body.row + 1 + offset, column: body.column + 1) }
    }
    let below = body.row + body.rows - 2
    if let hint = view.hint {
      put(hint, .decisionLimit, row: below, column: body.column, columns: body.columns)
    } else if let first = findings.unread.first {
      let more = findings.unread.count > 1 ? " and \(findings.unread.count - 1) more" : ""
      put(
        "not read: \(first)\(more)", .decisionLimit, row: below, column: body.column, columns: body.columns,
        isPeer: true)
    } else if view.isWaiting {
      put("working out what would change", .dim, row: below, column: body.column, columns: body.columns)
    }
    if let place = view.current {
      put(
        "in \(findings.offers[place].file)", .dim, row: below + 1, column: body.column, columns: body.columns,
        isPeer: true)
    }
    return cursor
  }

  private mutating func drawWrapOffer(
    _ offer: WrapOffer, row: Int, in body: Rect, isCurrent: Bool, isChosen: Bool, of state: ConsoleState
  ) {
    let ground: Cell.Ground = isCurrent ? .selected : .plain
    let isOpen = offer.standing == .open
    fill(Rect(column: body.column, row: row, columns: body.columns, rows: 1), .text, ground: ground)
    put(isCurrent ? "▶" : " ", .accent, row: row, column: body.column, columns: 1, ground: ground)
    put(
      !isOpen ? " - " : isChosen ? "[x]" : "[ ]", isOpen ? .key : .dim, row: row, column: body.column + 1, columns: 3,
      ground: ground)
    let nameWidth = body.columns >= 90 ? 28 : body.columns >= 60 ? 20 : 14
    let clientWidth = body.columns >= 60 ? 16 : 0
    var next = body.column + 5
    put(
      offer.name.string, isOpen ? .text : .dim, row: row, column: next, columns: nameWidth - 1, ground: ground,
      isPeer: true)
    next += nameWidth
    if clientWidth > 0 {
      put(offer.client.title, .dim, row: row, column: next, columns: clientWidth - 1, ground: ground)
      next += clientWidth
    }
    put(
      state.wrapWords(offer.standing), isOpen ? .decisionLimit : .dim, row: row, column: next,
      columns: body.column + body.columns - next, ground: ground)
  }

  private mutating func drawWrapPreview(
    _ preview: WrapPreview, _ view: WrapView, of state: ConsoleState
  ) -> PopupCursor? {
    let body = box(
      "What would change", columns: min(120, grid.size.columns), rows: grid.size.rows - 2,
      hint: "j k scroll · y change the files · n back")
    guard body.rows > 1 else { return nil }
    let rows = max(1, min(state.wrapLines, body.rows - 1))
    let lines = state.lines(of: preview)
    let top = max(0, min(view.top, lines.count - rows))
    draw(lines, from: top, in: Rect(column: body.column, row: body.row, columns: body.columns, rows: rows))
    if lines.count > rows {
      putRight(
        " \(min(lines.count, top + rows)) of \(lines.count) lines ", .dim, row: body.row - 1,
        end: body.column + body.columns, columns: body.columns)
    }
    let question =
      view.hint
      ?? (view.isWaiting
        ? "changing the files"
        : preview.count == 0
          ? "nothing would change"
          : "route \(Format.count(preview.count, "server")) through the gate? what each file was is kept beside it")
    put(
      question, view.hint == nil ? .text : .decisionLimit, row: body.row + body.rows - 1, column: body.column,
      columns: body.columns)
    return PopupCursor(row: body.row + body.rows - 1, column: body.column)
  }
}
