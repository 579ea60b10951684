internal import ControlWire
internal import JSONText
internal import Policy
internal import Risk

extension Canvas {
  mutating func drawRequest(_ popup: RequestPopup, of state: ConsoleState) -> PopupCursor? {
    let request = state.approvals.requests[popup.id]
    let rows = state.requestPopupSize.rows
    let last = min(popup.top + rows, popup.lines.count)
    let place =
      popup.lines.count > rows ? " · lines \(popup.top + 1) to \(last) of \(Format.count(popup.lines.count))" : ""
    let keys = request?.isWaiting == true && state.decidingRefusal == nil ? "a s i approve · d e deny · " : ""
    let body = box(
      "Request\(place)", columns: min(120, grid.size.columns), rows: grid.size.rows - 1, hint: "\(keys)Esc")
    draw(popup.lines, from: popup.top, in: Rect(column: body.column, row: body.row, columns: body.columns, rows: rows))
    let words = state.armedWords(request)
    let time = request.map { $0.isOpen && $0.standing != .unknown ? "\(state.timeLeft($0)) · " : "" } ?? ""
    putRight(
      " \(time)\(words.text) ", words.role, row: body.row - 1, end: body.column + body.columns,
      columns: body.columns / 2)
    return PopupCursor(row: body.row, column: body.column)
  }

  /// What a decision about several comes to, in numbers.
  mutating func drawBulk(_ bulk: BulkDecision, of state: ConsoleState) -> PopupCursor? {
    let items = state.bulkItems(bulk)
    let lines = state.bulkLines(bulk, items, columns: min(76, grid.size.columns) - 4)
    let verb = bulk.answer.isApproval ? "Approve" : "Deny"
    let body = box(
      "\(verb) \(Format.count(items.count, "call"))?", columns: min(76, grid.size.columns),
      rows: min(lines.count + 2, grid.size.rows - 1), hint: "y \(verb.lowercased()) · Esc leave them waiting")
    // The question stands below a list that may be too long.
    let shown =
      lines.count <= body.rows
      ? lines : Array(lines.prefix(max(0, body.rows - 3))) + [Line(TextSpan("…", .attention))] + lines.suffix(2)
    draw(shown, from: 0, in: body)
    return PopupCursor(row: body.row + max(0, min(shown.count, body.rows) - 1), column: body.column)
  }

  /// What is typed for a decision, in the bottom line.
  mutating func drawReply(_ reply: ReplyField, of state: ConsoleState, row: Int) -> (row: Int, column: Int)? {
    let columns = grid.size.columns
    let prompt = columns < 70 ? reply.shortPrompt : reply.prompt
    let start = min(columns / 2, prompt.utf8.count)
    fill(Rect(column: 0, row: row, columns: columns, rows: 1), .input)
    put(prompt, .key, row: row, column: 0, columns: start)
    let room = max(1, columns - start - 1)
    let field = reply.field
    let first = max(0, field.cursor - room + 1)
    func text(_ range: Range<Int>) -> String { String(String.UnicodeScalarView(field.scalars[range])) }
    let end = min(field.scalars.count, first + room)
    put(text(first..<end), .input, row: row, column: start, columns: room, isPeer: true)
    let before = TerminalText.width(text(first..<max(first, field.cursor)), set)
    if row > 0, let note = state.note, note.weight != .info || state.approvals.flashEnds.map({ $0 > state.now }) == true
    {
      fill(Rect(column: 0, row: row - 1, columns: columns, rows: 1), .inputError)
      put(" \(note.text)", .inputError, row: row - 1, column: 0, columns: columns)
    }
    return (row, min(columns - 1, start + before))
  }
}

extension ReplyField {
  fileprivate var shortPrompt: String {
    switch kind {
    case .because: "deny, why: "
    case .identical: "minutes: "
    case .lockdown: "type LOCK: "
    }
  }
}

extension ConsoleState {
  /// The calls by server, tool and risk, the riskiest first, and what is asked.
  func bulkLines(_ bulk: BulkDecision, _ items: [DecisionFace.Item], columns: Int) -> [Line] {
    struct Group: Hashable {
      var server: ExactText
      var target: ExactText
      var severity: Severity?
    }
    var counts: [Group: Int] = [:]
    for item in items {
      guard let event = approvals.requests[item.id]?.event else { continue }
      counts[Group(server: event.server, target: event.tool ?? event.method, severity: event.severity), default: 0] += 1
    }
    let groups = counts.sorted { left, right in
      let (a, b) = (left.key.severity ?? .critical, right.key.severity ?? .critical)
      if a != b { return a > b }
      if left.value != right.value { return left.value > right.value }
      return (left.key.server, left.key.target) < (right.key.server, right.key.target)
    }
    var lines = groups.map { group, count -> Line in
      let number = Format.count(count)
      let pad = String(repeating: " ", count: max(0, 5 - number.utf8.count))
      return Line(
        TextSpan("\(pad)\(number)  "), TextSpan(group.severity?.badge ?? "?   ", group.severity?.role ?? .dim),
        TextSpan("  "), TextSpan(peer: "\(group.server.string)/\(group.target.string)", .text))
    }
    let gone = bulk.items.count - items.count
    if gone > 0 {
      lines.append(Line(TextSpan("\(Format.count(gone)) no longer wait as they were listed: left out", .attention)))
    }
    lines.append(Line())
    let risky = risky(items)
    if bulk.answer.isApproval, risky > 0 {
      lines.append(
        Line(
          TextSpan(
            "\(Format.count(risky)) of them \(risky == 1 ? "is" : "are") HIGH or more: type \(risky), then y: ",
            .riskHigh),
          TextSpan(bulk.field.text, .input)))
    } else {
      lines.append(
        Line(
          TextSpan("y \(bulk.answer.isApproval ? "approves each once" : "denies each")"),
          TextSpan(
            isArmed ? "" : " (\(bulkArming))", .dim)))
    }
    return lines
  }

  private var bulkArming: String { !hasFocus ? "this window has not the focus" : "arming…" }
}
