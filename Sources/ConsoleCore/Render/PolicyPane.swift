internal import ControlWire
internal import JSONText
internal import Policy
internal import Risk

/// Where the columns of the policy pane are in so many columns.
private struct PolicyColumns {
  var severity: Int
  var tool: Int
  var toolWidth: Int
  var decision: Int
  var decisionWidth: Int
  var line: Int?
  var source: Int?
  var calls: Int?
  static let gutter = 4
  static let lineWidth = 6
  static let sourceWidth = 18
  static let callsWidth = 8

  init(_ width: Int) {
    severity = Self.gutter + 5
    tool = severity + (width >= 44 ? 5 : 2)
    var end = width
    if width >= 66 {
      calls = end - Self.callsWidth
      end -= Self.callsWidth
    }
    if width >= 76 {
      source = end - Self.sourceWidth
      end -= Self.sourceWidth
    }
    if width >= 46 {
      line = end - Self.lineWidth
      end -= Self.lineWidth
    }
    decisionWidth = width >= 76 ? 15 : width >= 46 ? 12 : 10
    decision = end - decisionWidth
    toolWidth = max(1, decision - tool - 1)
  }
}

extension ConsoleState {
  func titleState(of pane: Pane) -> [TextSpan] {
    switch pane {
    case .live:
      if !gate.isUp, live.ring.count > 0 { return [TextSpan(" stale", .attention)] }
      if live.follows { return [TextSpan(" ▶ follow", .decisionAllow)] }
      return [TextSpan(" ‖ PAUSED", .attention), TextSpan(" · \(Format.count(live.newer)) newer · G", .dim)]
    default: return []
    }
  }

  func titleFacts(of pane: Pane) -> Line {
    switch pane {
    case .policy: return policyFacts
    case .live: return liveFacts
    case .servers: return Line(TextSpan(Format.count(catalogue.servers.count, "server"), .dim))
    case .changes: return Line(TextSpan(policy.draft.map { "rev \($0.base.revision)" } ?? "", .dim))
    case .rule:
      guard let tool = currentTool, catalogue.tools[tool].mark != .none else { return Line() }
      return Line(TextSpan("not saved", .diffChange))
    case .approvals: return Line()
    }
  }

  private var policyFacts: Line {
    var spans: [TextSpan] = []
    let marks = marked.count
    if marks > 0 { spans += [TextSpan("\(Format.count(marks)) marked", .attention), TextSpan(" · ", .dim)] }
    if let filter = list.filter {
      spans += [
        TextSpan("\(Format.count(list.matching)) of \(Format.count(catalogue.tools.count)) ", .dim),
        TextSpan("/", .match), TextSpan(peer: TerminalText.cut(filter.source, columns: 24, options.glyphs), .match),
      ]
    } else if !catalogue.servers.isEmpty {
      let counts = "\(Format.count(catalogue.servers.count, "server")) · \(Format.count(catalogue.tools.count, "tool"))"
      spans.append(TextSpan(counts, .dim))
    }
    return Line(spans)
  }
}

extension Canvas {
  mutating func drawPolicy(of state: ConsoleState, in body: Rect) -> (row: Int, column: Int)? {
    if state.policy.disk == .absent, state.policy.draft == nil { return drawStarters(of: state, in: body) }
    guard !state.list.rows.isEmpty else {
      draw(state.emptyPolicyLines(columns: body.columns), from: 0, in: body)
      return nil
    }
    let columns = PolicyColumns(body.columns)
    let marked = state.marked
    let top = state.list.cursor.firstRow(count: state.list.rows.count, height: body.rows)
    for offset in 0..<min(body.rows, state.list.rows.count - top) {
      let isCurrent = top + offset == state.list.cursor.row
      let row = body.row + offset
      switch state.list.rows[top + offset] {
      case .server(let server): drawServer(server, of: state, in: body, row: row, isCurrent: isCurrent)
      case .tool(let tool):
        let isMarked = !marked.isEmpty && marked.contains(state.catalogue.name(of: tool))
        drawTool(tool, of: state, columns, in: body, row: row, isCurrent: isCurrent, isMarked: isMarked)
      }
    }
    let below = body.row + state.list.rows.count - top
    let lines = state.noToolLines(columns: body.columns)
    draw(
      lines, from: 0,
      in: Rect(column: body.column, row: below, columns: body.columns, rows: body.row + body.rows - below))
    return (body.row + state.list.cursor.row - top, body.column)
  }

  private mutating func drawServer(_ index: Int, of state: ConsoleState, in body: Rect, row: Int, isCurrent: Bool) {
    let server = state.catalogue.servers[index]
    let ground: Cell.Ground = isCurrent ? .selected : .plain
    let isFolded = state.list.collapsed.contains(server.info.name) && state.list.filter == nil
    fill(Rect(column: body.column, row: row, columns: body.columns, rows: 1), .text, ground: ground)
    let name = Line(
      TextSpan(isCurrent ? "▶" : " ", .accent), TextSpan(isFolded ? "▸ " : "▾ ", .accent),
      TextSpan(peer: server.info.name.string, .title))
    let facts = serverFacts(server, columns: body.columns)
    let width = facts.spans.reduce(0) { $0 + TerminalText.width($1.text) }
    let room = max(10, body.columns - width - 1)
    put(name, row: row, column: body.column, columns: min(room, body.columns), ground: ground)
    put(
      facts, row: row, column: body.column + max(room, body.columns - width),
      columns: min(width, body.columns - room), ground: ground)
  }

  private func serverFacts(_ server: Catalogue.Server, columns: Int) -> Line {
    var spans: [TextSpan] = []
    if server.info.state == .failed { spans.append(TextSpan("✗ failed  ", .decisionDeny)) }
    if server.changed > 0 { spans.append(TextSpan("~\(server.changed) changed  ", .diffChange)) }
    if columns >= 60 { spans.append(TextSpan(Format.count(server.tools.count, "tool") + "  ", .dim)) }
    for severity in Severity.allCases.reversed() where columns >= 44 {
      let count = server.severities.indices.contains(severity.position) ? server.severities[severity.position] : 0
      if count > 0 { spans.append(TextSpan("\(count)\(severity.letter) ", severity.role)) }
    }
    let isOwn = server.fallback.source == .serverDefault
    let word = isOwn || columns >= 60 ? " default \(server.fallback.mark)" : " \(server.fallback.mark)"
    spans.append(TextSpan(word, isOwn ? server.fallback.verdict.role : .dim))
    return Line(spans)
  }

  private mutating func drawTool(
    _ index: Int, of state: ConsoleState, _ columns: PolicyColumns, in body: Rect, row: Int, isCurrent: Bool,
    isMarked: Bool
  ) {
    let tool = state.catalogue.tools[index]
    let ground: Cell.Ground = isCurrent ? .selected : isMarked ? .marked : .plain
    let assessment = tool.info.assessment
    let left = body.column
    fill(Rect(column: left, row: row, columns: body.columns, rows: 1), .text, ground: ground)
    put(isCurrent ? "▶" : " ", .accent, row: row, column: left, columns: 1, ground: ground)
    put(tool.mark.glyph, tool.mark.role, row: row, column: left + 1, columns: 1, ground: ground)
    if isMarked { put("•", .rowMarked, row: row, column: left + 2, columns: 1, ground: ground) }
    put(
      assessment.category.badge, assessment.severity.role, row: row, column: left + PolicyColumns.gutter, columns: 4,
      ground: ground)
    let severity = columns.tool - columns.severity > 2 ? assessment.severity.badge : assessment.severity.letter
    put(severity, assessment.severity.role, row: row, column: left + columns.severity, columns: 4, ground: ground)
    let server = state.list.isFlat ? state.catalogue.servers[tool.server].info.name.string + "/" : ""
    put(
      server + tool.info.name.string, .text, row: row, column: left + columns.tool, columns: columns.toolWidth,
      ground: ground, isPeer: true)
    let isOwn = tool.standing.source == .explicit
    put(
      "\(tool.standing.verdict.glyph) \(state.safe(tool.standing.mark))\(isOwn ? "" : " ·")",
      isOwn ? tool.standing.verdict.role : .decisionInherit, row: row, column: left + columns.decision,
      columns: columns.decisionWidth - 1, ground: ground)
    if let column = columns.line, let line = tool.standing.line {
      put("L\(line)", .dim, row: row, column: left + column, columns: PolicyColumns.lineWidth - 1, ground: ground)
    }
    if let column = columns.source {
      put(
        tool.standing.sourceInWords, .dim, row: row, column: left + column,
        columns: PolicyColumns.sourceWidth - 1, ground: ground, isPeer: true)
    }
    if let column = columns.calls, tool.calls > 0 {
      putRight(
        Format.count(tool.calls), .dim, row: row, end: left + column + PolicyColumns.callsWidth,
        columns: PolicyColumns.callsWidth - 1, ground: ground)
    }
  }
}
