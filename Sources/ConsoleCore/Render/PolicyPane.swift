internal import ControlWire
internal import JSONText
internal import Policy
internal import Risk

/// Where the columns of the policy pane are in so many columns.
struct PolicyColumns {
  /// The signs before a row: cursor, edit, mark, attention.
  var gutter: Int
  var severity: Int
  var tool: Int
  var toolWidth: Int
  var decision: Int
  var decisionWidth: Int
  var line: Int?
  var source: Int?
  var calls: Int?
  static let lineWidth = 6
  static let sourceWidth = 18
  static let callsWidth = 8

  init(_ width: Int) {
    gutter = width >= 66 ? 5 : 4
    severity = gutter + 5
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
    case .policy: return list.isFlat ? [TextSpan(" flat", .dim)] : []
    case .history:
      return (history.showsNumbers ? [TextSpan(" numbers", .dim)] : [])
        + (history.asked != nil ? [TextSpan(" reading", .attention)] : [])
    default: return []
    }
  }

  func titleFacts(of pane: Pane) -> Line {
    switch pane {
    case .policy: return policyFacts
    case .live: return liveFacts
    case .servers: return serverFacts
    case .changes: return Line(TextSpan(policy.draft.map { "rev \($0.base.revision)" } ?? "", .dim))
    case .rule:
      guard let tool = currentTool, catalogue.tools[tool].mark != .none else { return Line() }
      return Line(TextSpan("not saved", .diffChange))
    case .history: return historyFacts
    case .approvals: return Line()
    }
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
    let whole = body
    let body = state.policyRows(of: whole)
    if body.rows < whole.rows { drawHeading(of: state, columns, in: whole) }
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
    if state.layout.form != .single, let tool = state.currentTool.map({ state.catalogue.tools[$0] }),
      let words = state.likenessWords(tool) ?? tool.attention
    {
      put(" ! \(words) ", .dim, row: body.row + body.rows, column: body.column + 1, columns: body.columns - 2)
    }
    return (body.row + state.list.cursor.row - top, body.column)
  }

  /// The names of the columns; the list's order is at one of them.
  private mutating func drawHeading(of state: ConsoleState, _ columns: PolicyColumns, in body: Rect) {
    let order = state.list.order
    func name(_ text: String, _ own: PolicyList.Order) -> String { order == own ? state.list.orderWords : text }
    let names: [(Int?, String)] = [
      (columns.gutter, "kind"), (columns.severity, name("risk", .risk)),
      (columns.tool, order == .name ? "tool \(state.list.orderSign)" : "tool"),
      (columns.decision, name("decision", .decision)), (columns.line, "rule"), (columns.source, "source"),
    ]
    for case (let column?, let text) in names {
      // The order's sign may take the blank behind its column.
      put(text, .dim, row: body.row, column: body.column + column, columns: text.unicodeScalars.count)
    }
    if let column = columns.calls {
      let text = order == .calls ? "calls/h \(state.list.orderSign)" : "calls/h"
      putRight(
        text, .dim, row: body.row, end: body.column + column + PolicyColumns.callsWidth,
        columns: PolicyColumns.callsWidth + 2)
    }
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
    if let role = tool.attentionRole { put("!", role, row: row, column: left + 3, columns: 1, ground: ground) }
    put(
      assessment.category.badge, assessment.severity.role, row: row, column: left + columns.gutter, columns: 4,
      ground: ground)
    let severity = columns.tool - columns.severity > 2 ? assessment.severity.badge : assessment.severity.letter
    put(severity, assessment.severity.role, row: row, column: left + columns.severity, columns: 4, ground: ground)
    let server = state.list.isFlat ? state.catalogue.servers[tool.server].info.name.string + "/" : ""
    let end = put(
      server + tool.info.name.string, .text, row: row, column: left + columns.tool, columns: columns.toolWidth,
      ground: ground, isPeer: true)
    if let word = tool.news.word, end + 1 + word.utf8.count <= left + columns.tool + columns.toolWidth {
      put(word, .attention, row: row, column: end + 1, columns: word.utf8.count, ground: ground)
    }
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
    let calls = columns.calls == nil ? 0 : tool.hour.total(at: state.now)
    if let column = columns.calls, calls > 0 {
      putRight(
        Format.count(calls), .dim, row: row, end: left + column + PolicyColumns.callsWidth,
        columns: PolicyColumns.callsWidth - 1, ground: ground)
    }
  }
}
