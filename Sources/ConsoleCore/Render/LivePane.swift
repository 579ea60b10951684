internal import ControlWire
internal import Filters
internal import Policy
internal import Risk

/// Where the columns of the live pane are in so many columns; those without room are left out.
private struct LiveColumns {
  /// Behind the cursor's sign.
  var time = 1
  var timeWidth = 8
  var client: Int?
  var tool = 0
  var toolWidth = 1
  var risk: Int?
  var decision = 0
  var decisionWidth = 8
  var rule: Int?
  var ruleWidth = 0
  var took: Int?
  var result: Int?
  var resultWidth = 0
  static let clientWidth = 12
  static let riskWidth = 10
  static let tookWidth = 8

  init(_ width: Int) {
    var at = time
    timeWidth = width >= 100 ? 12 : 8
    at += timeWidth + 1
    guard width >= 60 else {
      decision = at
      at += decisionWidth + 1
      tool = at
      toolWidth = max(1, width - at)
      return
    }
    client = at
    at += Self.clientWidth
    tool = at
    toolWidth = width >= 140 ? 36 : width >= 100 ? 30 : 24
    at += toolWidth + 1
    if width >= 100 {
      risk = at
      at += Self.riskWidth
    }
    decision = at
    decisionWidth = 9
    at += decisionWidth + 1
    if width >= 100 {
      rule = at
      ruleWidth = width >= 140 ? 30 : 16
      at += ruleWidth + 1
    }
    if width >= 120 {
      took = at
      at += Self.tookWidth
    }
    guard at < width else { return }
    result = at
    resultWidth = width - at
  }
}

extension ConsoleState {
  var liveFacts: Line {
    var spans: [TextSpan] = []
    let rates = live.rates
    if rates.isMoving(now: now) {
      spans.append(TextSpan("\(Format.count(rates.rate(now: now)))/s · peak \(Format.count(rates.peak)) ", .dim))
      spans += Sparkline.spans(rates.bars(size.columns >= 140 ? 60 : size.columns >= 100 ? 30 : 12, now: now))
    }
    let afterRates = spans.count
    if live.keptBack > 0 { spans.append(TextSpan(" · \(Format.count(live.keptBack)) skipped", .dim)) }
    if live.dropped > 0 { spans.append(TextSpan(" · \(Format.count(live.dropped)) dropped", .attention)) }
    if let filter = live.filter {
      let all = live.ring.count
      let hidden = "\(Format.count(max(0, all - live.count))) hidden "
      spans.append(TextSpan(" · \(Format.count(live.count)) of \(Format.count(all)) · \(hidden)", .dim))
      if live.isSearching { spans.append(TextSpan("searching ", .attention)) }
      let name = filters.name(of: filter.source).map { "\\\($0) " } ?? ""
      spans.append(TextSpan(peer: TerminalText.cut("\(name)/\(filter.source)", columns: 30, options.glyphs), .match))
    }
    // How far back it reaches, where that takes nothing else's place.
    let ring = "ring \(Format.count(live.ring.capacity))"
    let words = afterRates > 0 ? " · \(ring)" : ring
    let left = TextSpan("4 Live")
    let used = ([left] + titleState(of: .live) + spans).reduce(0) { $0 + TerminalText.width($1.text, options.glyphs) }
    let frame = layout.place(of: .live)?.frame.columns ?? size.columns
    if used + TerminalText.width(words, options.glyphs) + 6 <= frame {
      spans.insert(TextSpan(words, .dim), at: afterRates)
    }
    return Line(spans)
  }

  /// How a request ended, or why it was not let through.
  func resultWords(_ record: DecisionRing.Record) -> (text: String, role: Role) {
    if record.kind == .approval { return (safe(live.ring.text(record.reason)), .dim) }
    if let outcome = record.outcome {
      let size = "\(Format.count(record.extra)) B"
      let role: Role = outcome == .ok ? .dim : .decisionLimit
      return ("\(outcome.words) \(Format.span(microseconds: record.answerTook)) \(size)", role)
    }
    if record.verdict == .allow || !record.isEnforced { return ("…", .dim) }
    var text = safe(live.ring.text(record.reason))
    if record.retryAfter > 0 {
      text += text.isEmpty ? "" : " · "; text += "fits in \(Format.span(microseconds: record.retryAfter))"
    }
    return (text, .dim)
  }

  func verdictWords(_ record: DecisionRing.Record) -> String {
    if let state = record.approvalState { return "\(record.verdict.glyph) \(state.word)" }
    return record.isEnforced
      ? "\(record.verdict.glyph) \(record.verdict.rawValue)" : "\(record.verdict.glyph) (\(record.verdict.rawValue))"
  }

  /// `server/tool`, or the method where there is no tool.
  func subject(_ record: DecisionRing.Record) -> String {
    let target = record.tool == 0 ? live.ring.text(record.method) : live.ring.text(record.tool)
    return "\(live.ring.text(record.server))/\(target)"
  }
}

extension Canvas {
  mutating func drawLive(of state: ConsoleState, in body: Rect) -> (row: Int, column: Int)? {
    guard state.live.count > 0 else {
      draw(state.emptyLiveLines(columns: body.columns), from: 0, in: body)
      return nil
    }
    let columns = LiveColumns(body.columns)
    let heading = state.liveHeading(body)
    if heading > 0 { drawHeadings(columns, in: body) }
    let height = body.rows - heading
    let top = state.live.topIndex(height: height)
    var cursor: (row: Int, column: Int)?
    for offset in 0..<max(0, min(height, state.live.count - top)) {
      guard let serial = state.live.serial(at: top + offset), let record = state.live.ring[serial] else { break }
      let row = body.row + heading + offset
      let isCurrent = serial == state.live.cursor && state.focus == .live
      if isCurrent { cursor = (row, body.column) }
      switch record.kind {
      case .decision, .approval: draw(record, of: state, columns, in: body, row: row, isCurrent: isCurrent)
      case .gap, .remark: drawRemark(record, of: state, in: body, row: row, isCurrent: isCurrent)
      }
    }
    if !state.live.ring.hasDecisions {
      let rest = Rect(
        column: body.column, row: body.row + heading + state.live.count, columns: body.columns,
        rows: height - state.live.count)
      if rest.rows > 0 { draw(state.emptyLiveLines(columns: body.columns), from: 0, in: rest) }
    }
    return cursor
  }

  private mutating func drawHeadings(_ columns: LiveColumns, in body: Rect) {
    let names: [(Int?, String)] = [
      (columns.time, "time"), (columns.client, "client"), (columns.tool, "server/tool"), (columns.risk, "risk"),
      (columns.decision, "decision"), (columns.rule, "rule"), (columns.took, "took"),
      (columns.result, "outcome or reason"),
    ]
    for case (.some(let column), let name) in names {
      put(name, .dim, row: body.row, column: body.column + column, columns: max(0, body.columns - column))
    }
  }

  private mutating func drawRemark(
    _ record: DecisionRing.Record, of state: ConsoleState, in body: Rect, row: Int, isCurrent: Bool
  ) {
    let ground: Cell.Ground = isCurrent ? .selected : .plain
    fill(Rect(column: body.column, row: row, columns: body.columns, rows: 1), .dim, ground: ground)
    let time = Format.clock(record.time, secondsFromGMT: state.options.secondsFromGMT)
    let text =
      record.kind == .gap
      ? "── \(Format.count(record.extra, "event")) missed ──"
      : "── \(state.safe(state.live.ring.text(record.reason))) ──"
    put(
      "\(isCurrent ? "▶" : " ")\(time) \(text)", .attention, row: row, column: body.column, columns: body.columns,
      ground: ground)
  }

  private mutating func draw(
    _ record: DecisionRing.Record, of state: ConsoleState, _ columns: LiveColumns, in body: Rect, row: Int,
    isCurrent: Bool
  ) {
    let ground: Cell.Ground = isCurrent ? .selected : .plain
    let left = body.column
    let isStale = !state.gate.isUp
    let ring = state.live.ring
    if isCurrent { fill(Rect(column: left, row: row, columns: body.columns, rows: 1), .text, ground: ground) }
    let time = Format.clock(
      record.time, secondsFromGMT: state.options.secondsFromGMT, milliseconds: columns.timeWidth > 8)
    if isCurrent { put("▶", .accent, row: row, column: left, columns: 1, ground: ground) }
    put(time, .dim, row: row, column: left + columns.time, columns: columns.timeWidth, ground: ground)
    func peer(_ text: String, _ column: Int, _ width: Int, _ role: Role = .text) {
      put(text, isStale ? .dim : role, row: row, column: left + column, columns: width, ground: ground, isPeer: true)
    }
    if let column = columns.client { peer(ring.text(record.client), column, LiveColumns.clientWidth - 1) }
    peer(state.subject(record), columns.tool, columns.toolWidth)
    if let column = columns.risk, let severity = record.severity, let category = record.category {
      put(
        "\(category.badge) \(severity.badge)", severity.role, row: row, column: left + column, columns: 9,
        ground: ground)
    }
    put(
      state.verdictWords(record), isStale ? .dim : record.verdict.role, row: row, column: left + columns.decision,
      columns: columns.decisionWidth, ground: ground)
    if let column = columns.rule {
      // The end of a pointer tells more than its beginning.
      let rule = TerminalText.cutStart(ring.text(record.rule), columns: columns.ruleWidth, set)
      put(rule, .dim, row: row, column: left + column, columns: columns.ruleWidth, ground: ground)
    }
    if let column = columns.took, record.kind == .decision {
      put(
        Format.span(microseconds: record.took), .dim, row: row, column: left + column,
        columns: LiveColumns.tookWidth - 1, ground: ground)
    }
    if let column = columns.result {
      let result = state.resultWords(record)
      let end = left + column + columns.resultWidth
      // Where there is little room, that a call went well is told by one word.
      let isBrief = columns.resultWidth < 40 && record.outcome != nil && state.glimpses[record.sequence] != nil
      let text = isBrief ? record.outcome?.words ?? "" : result.text
      let after = put(text, result.role, row: row, column: left + column, columns: columns.resultWidth, ground: ground)
      guard record.kind == .decision, let glimpse = state.glimpses[record.sequence], end - after > 8 else { return }
      putGlimpse(glimpse, row: row, column: after + (text.isEmpty ? 0 : 1), end: end, isStale: isStale, ground: ground)
    }
  }

  /// What a call was made with, as far as there is room, and how much is not shown.
  private mutating func putGlimpse(
    _ glimpse: CallGlimpse, row: Int, column: Int, end: Int, isStale: Bool, ground: Cell.Ground
  ) {
    let role: Role = isStale ? .dim : .text
    let room = end - column
    let width = TerminalText.width(glimpse.text, set)
    guard width > room || glimpse.more > 0 else {
      put(glimpse.text, role, row: row, column: column, columns: room, ground: ground, isPeer: true)
      return
    }
    // What is cut off here is told along with what the gate has not sent.
    let cut = glimpse.more + max(0, width - room + 8)
    let tail = " +\(Format.count(cut)) B"
    let shown = TerminalText.cut(glimpse.text, columns: room - tail.utf8.count, set)
    let after = put(
      shown, role, row: row, column: column, columns: room - tail.utf8.count, ground: ground, isPeer: true)
    put(tail, .dim, row: row, column: after, columns: end - after, ground: ground)
  }

  /// The stream in one line, where the live pane has no room.
  mutating func drawLiveLine(of state: ConsoleState, row: Int) {
    let columns = state.size.columns
    fill(Rect(column: 0, row: row, columns: columns, rows: 1), .border, with: "─")
    var spans = [TextSpan("─ live ", .border)]
    let rates = state.live.rates
    if state.gate.isUp {
      spans.append(TextSpan("\(Format.count(rates.rate(now: state.now)))/s ", .dim))
      for verdict in Verdict.allCases where rates.totals[verdict.position] > 0 {
        spans.append(TextSpan("\(verdict.glyph)\(Format.count(rates.totals[verdict.position])) ", verdict.role))
      }
    } else {
      spans.append(TextSpan("stopped ", .attention))
    }
    if !state.live.follows { spans.append(TextSpan("PAUSED ", .attention)) }
    put(Line(spans), row: row, column: 0, columns: columns)
  }
}
