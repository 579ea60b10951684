extension ConsoleState {
  /// What the policy pane says when it has no rows.
  func emptyPolicyLines(columns: Int) -> [Line] {
    if let filter = list.filter, !catalogue.servers.isEmpty {
      return [
        Line(),
        Line(TextSpan(" no tool fits /", .text), TextSpan(peer: filter.source, .match)),
        Line(
          TextSpan(" Esc", .key), TextSpan(" clears the filter, ", .dim), TextSpan("/", .key),
          TextSpan(" changes it", .dim)),
      ]
    }
    if catalogue.isUnknown, !gate.isUp {
      let reason: String
      if case .lost(let text, _, _) = gate.connection { reason = text } else { reason = "asking the gate" }
      return paragraphs(
        [
          (" Servers and their tools appear here as soon as a gate answers.", .text), (" \(safe(reason))", .dim),
          (" Start one: gatehouse serve, or let a client connect.", .text),
        ], columns: columns)
    }
    return paragraphs(
      [
        (" No server is registered yet. Register one in another terminal:", .text),
        (" gatehouse servers add NAME -- COMMAND ...", .accent),
        (" Its tools appear here by themselves. To see how that looks: gatehouse demo", .text),
      ], columns: columns)
  }

  /// What the live pane says before the first decision.
  func emptyLiveLines(columns: Int) -> [Line] {
    if !gate.isUp {
      let reason: String
      if case .lost(let text, _, _) = gate.connection { reason = ": \(safe(text))" } else { reason = "" }
      return paragraphs(
        [
          (" No gate is connected\(reason).", .text),
          (" gatehouse serve starts one; editing policy.json works without.", .dim),
        ], columns: columns)
    }
    if let filter = live.filter, live.ring.count > 0 {
      return [
        Line(TextSpan(" no decision fits /", .text), TextSpan(peer: filter.source, .match)),
        Line(TextSpan(" Esc", .key), TextSpan(" clears the filter", .dim)),
      ]
    }
    return paragraphs(
      [
        (" No calls yet. Let your client start its server through the gate:", .text),
        (" gatehouse connect NAME", .accent),
      ], columns: columns)
  }

  /// Texts, each broken into lines, with an empty line first where there is room.
  func paragraphs(_ texts: [(String, Role)], columns: Int) -> [Line] {
    texts.flatMap { text, role in
      TerminalText.wrap(text, columns: max(1, columns), options.glyphs, limit: 6).enumerated().map { index, glyphs in
        Line(TextSpan((index > 0 ? " " : "") + String(glyphs), role))
      }
    }
  }
}

extension String {
  /// The text of glyphs, which is safe already.
  init(_ glyphs: [TerminalText.Glyph]) {
    var view = String.UnicodeScalarView()
    for glyph in glyphs {
      view.append(glyph.scalar)
      view.append(contentsOf: glyph.marks)
    }
    self = String(view)
  }
}

extension Canvas {
  /// The three texts that a first policy file may have, and what the one under the cursor would write.
  mutating func drawStarters(of state: ConsoleState, in body: Rect) -> (row: Int, column: Int)? {
    var row = body.row
    let intro = state.paragraphs(
      [(" There is no policy file, so every call is denied. Start with one of these:", .text)], columns: body.columns)
    for line in intro {
      put(line, row: row, column: body.column, columns: body.columns)
      row += 1
    }
    var cursor: (row: Int, column: Int)?
    for starter in Starter.allCases {
      guard row < body.row + body.rows else { return cursor }
      let isCurrent = starter == state.starter
      let ground: Cell.Ground = isCurrent ? .selected : .plain
      if isCurrent { cursor = (row, body.column) }
      fill(Rect(column: body.column, row: row, columns: body.columns, rows: 1), .text, ground: ground)
      let spans = [
        TextSpan(isCurrent ? "▶ " : "  ", .accent), TextSpan(starter.title, .key),
        TextSpan("  \(state.effect(of: starter))", .text),
      ]
      put(Line(spans), row: row, column: body.column, columns: body.columns, ground: ground)
      row += 1
    }
    // Where the rule pane is in view, the file's text is shown there.
    guard state.layout.place(of: .rule) == nil, row + 1 < body.row + body.rows else { return cursor }
    put(
      " Enter writes \(state.safe(state.options.policyPath)):", .dim, row: row, column: body.column,
      columns: body.columns)
    row += 1
    for line in String(decoding: state.text(of: state.starter), as: UTF8.self).split(separator: "\n") {
      guard row < body.row + body.rows else { break }
      put("  \(line)", .diffAdd, row: row, column: body.column, columns: body.columns)
      row += 1
    }
    return cursor
  }
}
