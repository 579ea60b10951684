internal import ControlWire
internal import JSONText
internal import Policy

extension ConsoleState {
  /// How much room the popup of pins has.
  var pinsSize: Size { Size(columns: max(1, min(120, size.columns) - 4), rows: max(1, size.rows - 4)) }

  /// Rows that are left for the definitions.
  func pinsBodyRows(_ popup: PinsPopup) -> Int {
    max(
      1,
      min(pinsSize.rows, size.rows - 3 - headRows) - pinHead(popup, columns: pinsSize.columns).count
        - pinFoot(popup, columns: pinsSize.columns).count)
  }

  /// Which pin it is, and how it stands.
  func pinHead(_ popup: PinsPopup, columns: Int) -> [Line] {
    guard let row = popup.row else { return [] }
    let name = row.tool.map { "\(row.server)/\($0)" } ?? "\(row.server): its instructions"
    var words = row.state.inWords
    if row.state == .changed, !row.isCurrent { words = "was changed, and is as accepted again" }
    if let since = row.since { words += " since \(since.second)" }
    var lines = [Line(TextSpan(peer: name, .title)), Line(TextSpan(words, .attention))]
    if let at = row.acceptedAt, columns >= 60 {
      lines.append(Line(TextSpan("accepted \(at.second) by ", .dim), TextSpan(peer: row.by ?? "nobody", .dim)))
    }
    return lines
  }

  /// The question that is asked, in the last lines.
  func pinFoot(_ popup: PinsPopup, columns: Int) -> [Line] {
    guard let question = popup.question, let row = popup.row else { return [] }
    let words: String
    switch question {
    case .accept where row.state == .removed: words = "take it out of tools.lock.json?"
    case .accept: words = "accept it as it is now? calls of it pass again as the policy says"
    case .reject where row.tool == nil:
      words = "reject it? every call of this server's tools is denied until it tells what was accepted, or this is"
    case .reject where row.accepted == nil || row.accepted == row.digest:
      words = "reject it? every call of it is denied until it is accepted"
    case .reject: words = "reject it? every call of it is denied until it is as it was accepted"
    case .acceptAll:
      let rows = popup.acceptable(of: row.server)
      let counts = PinRow.State.allCases.compactMap { state in
        let count = rows.count { $0.state == state }
        return count > 0 ? "\(Format.count(count)) \(state.word)" : nil
      }
      words =
        "accept \(Format.count(rows.count)) of \(safe(row.server.string, limit: 40)): "
        + "\(counts.joined(separator: ", "))? unseen ones too"
    }
    return TerminalText.wrap("\(words)  y yes · n no", columns: columns, options.glyphs, limit: 3).map {
      Line(TextSpan(String($0), .attention))
    }
  }

  /// Both definitions as one text, line by line.
  func pinLines(_ popup: PinsPopup, columns: Int) -> [Line] {
    guard let row = popup.row else { return [] }
    if let problem = popup.problem { return block("", problem, .attention, columns: columns) }
    guard let details = popup.details else { return [Line(TextSpan("it is asked for", .dim))] }
    if row.state == .twice {
      return block("", "The server describes the tool in two ways at once.", .attention, columns: columns)
    }
    var lines: [Line] = []
    for line in popup.lines.prefix(Self.mostPinLines) {
      lines += pinLine(line, columns: columns)
    }
    if popup.lines.count > Self.mostPinLines { lines.append(Line(TextSpan("and more: gatehouse pins diff", .dim))) }
    if details.old == nil, row.accepted != nil, row.state != .accepted {
      lines += block("", "What was accepted is too long to be shown.", .attention, columns: columns)
    }
    if details.new == nil, row.state != .removed {
      lines += block("", "What it is now is too long to be shown.", .attention, columns: columns)
    }
    return lines
  }

  /// A definition is longer only where somebody wants that.
  private static let mostPinLines = 2_000

  private func pinLine(_ line: DefinitionDiff.Line, columns: Int) -> [Line] {
    let (mark, role): (String, Role) =
      switch line.kind {
      case .same: ("  ", .dim)
      case .old: ("- ", .diffDelete)
      case .new: ("+ ", .diffAdd)
      case .gap: ("", .accent)
      case .note: ("! ", .attention)
      }
    let wrapped = TerminalText.wrap(line.text, columns: max(1, columns - mark.utf8.count), options.glyphs, limit: 40)
    return (wrapped.isEmpty ? [[]] : wrapped).map { Line([TextSpan(mark, role)] + Self.spans($0, role)) }
  }
}

extension PinRow.State {
  /// In a count.
  var word: String { self == .removed ? "gone" : self == .twice ? "described twice" : rawValue }

  var inWords: String {
    switch self {
    case .accepted: "as it was accepted"
    case .added: "added: calls pass as the policy says, and nobody has looked at it"
    case .new: "new: denied until it is accepted"
    case .changed: "changed: calls of it ask a person"
    case .twice: "described in two ways at once: calls of it ask a person"
    case .rejected: "rejected: denied until it is as it was accepted"
    case .removed: "gone: the server lists it no more"
    }
  }
}

extension Canvas {
  mutating func drawPins(_ popup: PinsPopup, of state: ConsoleState) -> PopupCursor? {
    let room = state.pinsSize
    let isNarrow = room.columns < 60
    let hint =
      popup.question != nil
      ? "y yes · n no"
      : isNarrow ? "a accept · x reject · Esc" : "j k scroll · n p others · a accept · x reject · A all of it · Esc"
    let body = box(
      "Pins · \(popup.index + 1) of \(popup.rows.count)", columns: room.columns + 4, rows: room.rows + 2, hint: hint)
    let head = state.pinHead(popup, columns: body.columns)
    let foot = state.pinFoot(popup, columns: body.columns)
    draw(
      head, from: 0,
      in: Rect(column: body.column, row: body.row, columns: body.columns, rows: min(head.count, body.rows)))
    let rows = max(0, body.rows - head.count - foot.count)
    let lines = state.pinLines(popup, columns: body.columns)
    let top = min(popup.top, max(0, lines.count - rows))
    draw(
      lines, from: top,
      in: Rect(column: body.column, row: body.row + head.count, columns: body.columns, rows: rows))
    draw(
      foot, from: 0,
      in: Rect(
        column: body.column, row: max(body.row, body.row + body.rows - foot.count), columns: body.columns,
        rows: min(foot.count, body.rows)))
    if lines.count > rows {
      putRight(
        " \(min(lines.count, top + rows)) of \(lines.count) lines ", .dim, row: body.row - 1,
        end: body.column + body.columns, columns: body.columns)
    }
    return PopupCursor(row: body.row, column: body.column)
  }
}
