internal import ControlWire
internal import JSONText
internal import Policy

extension ConsoleState {
  /// How much room the lines of a server have.
  var messagesSize: Size {
    Size(columns: max(1, min(120, size.columns) - 4), rows: max(1, size.rows - 4))
  }

  /// The lines that are drawn, and the number of the first message among them.
  ///
  /// No more messages are looked at than there are rows.
  func messagesWindow(_ view: MessagesView) -> (first: Int, lines: [Line]) {
    let rows = messagesSize.rows
    var lines: [Line] = []
    if let top = view.top {
      var index = top
      while index < view.messages.count, lines.count < rows {
        lines += messageLines(view, index, isFirst: index == top)
        index += 1
      }
      return (top, Array(lines.prefix(rows)))
    }
    var first = view.messages.count
    while first > 0, lines.count < rows {
      first -= 1
      lines = messageLines(view, first, isFirst: false) + lines
    }
    return (first, Array(lines.suffix(rows)))
  }

  private func messageLines(_ view: MessagesView, _ index: Int, isFirst: Bool) -> [Line] {
    let message = view.messages[index]
    var lines: [Line] = []
    if isFirst || index == 0 || view.messages[index - 1].session != message.session {
      lines.append(Line(TextSpan("session ", .dim), TextSpan(peer: message.session.string, .dim)))
    }
    let time = Format.clock(message.time, secondsFromGMT: options.secondsFromGMT) + " "
    let role: Role = message.source == .noise ? .decisionLimit : .text
    let mark = message.source == .noise ? "stdout: " : ""
    let text = mark + message.text + (message.isCut ? " …" : "")
    let room = max(8, messagesSize.columns - time.utf8.count)
    for (number, glyphs) in TerminalText.wrap(text, columns: room, options.glyphs, limit: 12).enumerated() {
      let lead = number == 0 ? time : String(repeating: " ", count: time.utf8.count)
      lines.append(Line([TextSpan(lead, .dim)] + Self.spans(glyphs, role)))
    }
    return lines
  }

  /// What stands there where there are no lines.
  func emptyMessagesText(_ view: MessagesView) -> String {
    if !gate.isUp { return "no gate is connected" }
    return view.isKnown ? "it has written nothing since the gate started" : "asking the gate"
  }
}

extension Canvas {
  mutating func drawMessages(_ view: MessagesView, of state: ConsoleState) -> PopupCursor? {
    let room = state.messagesSize
    let hint = view.top == nil ? "k older · Esc" : "j k scroll · G end · Esc"
    let name = state.safe(view.server.string, limit: 64)
    let body = box("Messages of \(name)", columns: room.columns + 4, rows: room.rows + 2, hint: hint)
    if view.messages.isEmpty {
      put(state.emptyMessagesText(view), .dim, row: body.row, column: body.column, columns: body.columns)
    }
    draw(state.messagesWindow(view).lines, from: 0, in: body)
    if view.missed > 0 {
      let text = " \(Format.count(view.missed)) older are not shown "
      putRight(text, .dim, row: body.row - 1, end: body.column + body.columns, columns: body.columns)
    }
    return PopupCursor(row: body.row, column: body.column)
  }
}
