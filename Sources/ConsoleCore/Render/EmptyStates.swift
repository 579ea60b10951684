internal import ControlWire
internal import Filters
internal import JSONText
internal import Policy

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
    if let lines = gatelessLines(columns: columns) { return lines }
    return noServerLines(columns: columns)
  }

  /// What the servers pane says when it has no rows.
  func emptyServersLines(columns: Int) -> [Line] {
    gatelessLines(columns: columns) ?? noServerLines(columns: columns)
  }

  /// Nil where it is known which servers there are.
  private func gatelessLines(columns: Int) -> [Line]? {
    guard catalogue.isUnknown, !gate.isUp else { return nil }
    let reason: String
    if case .lost(let text, _, _) = gate.connection { reason = text } else { reason = "asking the gate" }
    return paragraphs(
      [
        (" Servers and their tools appear here as soon as a gate answers.", .text), (" \(safe(reason))", .dim),
        (" Start one: gatehouse serve, or let a client connect.", .text),
      ], columns: columns)
  }

  private func noServerLines(columns: Int) -> [Line] {
    let add =
      options.isReadOnly
      ? [(" gatehouse servers import, in another terminal, adds those of your clients.", Role.text)]
      : [
        (" I lists those that your MCP clients are configured with, to choose from.", .text),
        (focus == .servers ? " A adds one by its command." : " 5, then A, adds one by its command.", .text),
      ]
    return paragraphs(
      [(" No server is registered yet.", .text)] + add
        + [(" Its tools appear here by themselves. To see how that looks: gatehouse demo", .dim)], columns: columns)
  }

  /// What stands below the rows of the policy pane where there are servers and no tools.
  func noToolLines(columns: Int) -> [Line] {
    guard catalogue.tools.isEmpty, !catalogue.servers.isEmpty, list.filter == nil else { return [] }
    if !scanning.isEmpty {
      return paragraphs(
        [(" \(Format.count(scanning.count, "server")) being asked for tools …", .dim)], columns: columns)
    }
    return paragraphs(
      [
        (
          " No tool is known yet. 5, then R, starts a server and asks it for its tools; a client's session does so too.",
          .text
        )
      ],
      columns: columns)
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
    guard let server = catalogue.servers.first(where: { registry[$0.info.name] != nil }) else {
      return paragraphs(
        [
          (" No calls yet. Let your client start its server through the gate:", .text),
          (" gatehouse connect NAME", .accent),
        ], columns: columns)
    }
    let name =
      currentServer.map { catalogue.servers[$0] }.flatMap { registry[$0.info.name] == nil ? nil : $0 } ?? server
    return paragraphs(
      [
        (" No calls yet. In your client's file, put this in place of the server's entry:", .text),
        (" " + (clientLines([name.info.name]).first ?? ""), .accent),
      ], columns: columns)
  }

  /// Texts, each broken into lines, with an empty line first where there is room.
  func paragraphs(_ texts: [(String, Role)], columns: Int) -> [Line] {
    texts.flatMap { text, role in
      // A blank in front is a margin, which every line has.
      let margin = text.utf8.first == 0x20 ? 1 : 0
      return TerminalText.wrap(
        String(text.unicodeScalars.dropFirst(margin)), columns: max(1, columns - margin), options.glyphs, limit: 8
      ).map { glyphs in Line(TextSpan((margin > 0 ? " " : "") + String(glyphs), role)) }
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
    let end = body.row + body.rows
    let intro = state.paragraphs(
      [(" There is no policy file, so every call is denied. Start with one of these:", .text)], columns: body.columns)
    for line in intro where row < end {
      put(line, row: row, column: body.column, columns: body.columns)
      row += 1
    }
    var cursor: (row: Int, column: Int)?
    for starter in Starter.allCases {
      guard row < end else { return cursor }
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
    // What is known of servers has its line too: they are the next thing to choose.
    var rest = [Line()] + state.paragraphs([(" \(state.consequence(of: state.starter))", .text)], columns: body.columns)
    let servers = Format.count(state.catalogue.servers.count, "server")
    let known =
      state.catalogue.servers.isEmpty
      ? "no server is registered yet: they are offered next"
      : "\(servers) known, \(Format.count(state.catalogue.tools.count, "tool"))"
    rest += [Line()] + state.paragraphs([(" \(known)", .dim)], columns: body.columns)
    // Where the rule pane is in view, the file's text is shown there.
    if state.layout.place(of: .rule) == nil {
      rest += state.paragraphs(
        [(" Enter writes \(state.safe(state.options.policyPath)):", .dim)], columns: body.columns)
      let text = String(decoding: state.text(of: state.starter), as: UTF8.self)
      rest += text.split(separator: "\n").map { Line(TextSpan(peer: "  \($0)", .diffAdd)) }
    }
    draw(rest, from: 0, in: Rect(column: body.column, row: row, columns: body.columns, rows: max(0, end - row)))
    return cursor
  }
}
