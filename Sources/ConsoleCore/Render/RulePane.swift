internal import ControlWire
internal import JSONText
internal import Policy
internal import Risk

extension ConsoleState {
  /// The columns of the rule pane; what it would have if it is not on the screen.
  var ruleColumns: Int { layout.place(of: .rule)?.body.columns ?? 40 }

  /// Everything about what is under the policy pane's cursor.
  func ruleLines(columns: Int) -> [Line] { ruleText(columns: columns).lines }

  /// The same with the places of the policy that the pane's cursor can stand on.
  func ruleText(columns: Int) -> RulePaneText {
    if policy.disk == .absent, policy.draft == nil {
      let heading = "Enter in pane 1 writes \(safe(options.policyPath)):"
      let text = String(decoding: text(of: starter), as: UTF8.self)
      return RulePaneText(
        lines: paragraphs([(heading, .dim)], columns: columns)
          + text.split(separator: "\n").map { Line(TextSpan(peer: String($0), .diffAdd)) })
    }
    if let tool = currentTool { return toolLines(catalogue.tools[tool], columns: columns) }
    guard focus != .servers, let server = currentServer else {
      return RulePaneText(lines: paragraphs([(" Nothing is under the cursor in pane 1.", .dim)], columns: columns))
    }
    return serverLines(server, columns: columns)
  }

  private func toolLines(_ tool: Catalogue.Tool, columns: Int) -> RulePaneText {
    let assessment = tool.info.assessment
    let role = assessment.severity.role
    let server = catalogue.servers[tool.server].info.name.string
    var lines = [Line(TextSpan(peer: tool.info.name.string, .title))]
    if let title = tool.info.title { lines.append(Line(TextSpan(peer: title, .text))) }
    if let likeness = likenessWords(tool) {
      lines += block("", "! \(likeness): look which of them is meant", .attention, columns: columns)
    }
    lines.append(Line(TextSpan("server   ", .dim), TextSpan(peer: server)))
    lines.append(
      Line(
        TextSpan("risk     ", .dim),
        TextSpan("\(assessment.category.rawValue) · \(assessment.severity.rawValue)", role),
        TextSpan(" \(min(100, max(0, assessment.confidence)))%", .dim)))
    lines += decisionLines(tool, columns: columns)
    let order = orderText(of: tool, columns: columns)
    let stops = order.stops.map { RulePaneText.Stop(line: $0.line + lines.count, rule: $0.rule, place: $0.place) }
    lines += order.lines
    if !tool.info.parameters.isEmpty {
      lines.append(Line())
      let required = max(0, tool.info.requiredParameters)
      let names = tool.info.parameters.prefix(100).enumerated().map { index, name in
        safe(name, limit: 80) + (index < required ? "*" : "")
      }
      lines += block("takes    ", names.joined(separator: "  "), .text, columns: columns)
    }
    lines += evidenceLines(assessment, columns: columns)
    lines.append(Line())
    if tool.info.description.isEmpty {
      lines.append(Line(TextSpan("The server describes it with no word.", .dim)))
    } else {
      lines.append(Line(TextSpan("the server says", .dim)))
      lines += TerminalText.wrap(tool.info.description, columns: columns, options.glyphs).map { glyphs in
        Line(Self.spans(glyphs, .text))
      }
    }
    if tool.calls > 0 {
      lines += [Line(), Line(TextSpan(Format.count(tool.calls, "call") + " seen · L shows them", .dim))]
    }
    return RulePaneText(lines: lines, stops: stops)
  }

  private func decisionLines(_ tool: Catalogue.Tool, columns: Int) -> [Line] {
    let standing = tool.standing
    let role = standing.verdict.role
    var lines = [Line()]
    lines += block("decision ", words(standing), role, columns: columns)
    let line = standing.line.map { ", line \($0)" } ?? ""
    lines += block("because  ", safe(standing.sourceInWords) + line, .text, columns: columns)
    lines += block("rule     ", safe(standing.rule, limit: 400), .text, columns: columns)
    if tool.mark != .none {
      let was = "\(words(tool.saved)), \(safe(tool.saved.sourceInWords)) in the saved file"
      lines += block("was      ", was, tool.saved.verdict.role, columns: columns)
    }
    lines += block("so       ", safe(standing.inWords, limit: 400), .text, columns: columns)
    for condition in standing.conditions.prefix(Self.mostConditions) {
      let place = standing.ownConditions.contains(condition) ? "" : " · all tools"
      let end = condition.expires.map { " · until \($0.rfc3339)" } ?? ""
      lines += block(Self.label(condition), safe(condition.text, limit: 400) + place + end, .text, columns: columns)
    }
    if standing.conditions.count > Self.mostConditions {
      lines += block("         ", "and \(standing.conditions.count - Self.mostConditions) more", .dim, columns: columns)
    }
    for limit in standing.limits where !limit.details.isEmpty {
      let text = "\(limit.max)/\(limit.window) · " + limit.details.joined(separator: " · ")
      lines += block("limit    ", safe(text, limit: 400), .text, columns: columns)
    }
    if let end = standing.expires { lines += block("until    ", end.rfc3339, .text, columns: columns) }
    if let told = standing.told { lines += block("told     ", safe(told, limit: 800), .text, columns: columns) }
    return lines
  }

  private static let mostConditions = 40

  private static func label(_ condition: Standing.Condition) -> String {
    switch condition.kind {
    case "require": "must     "
    case "deny_if": "deny if  "
    case "approve_if": "ask if   "
    case "allow_if": "unless   "
    default: "schema   "
    }
  }

  /// The decision with its sign: `✗ deny`, `≈ 10/minute`.
  private func words(_ standing: Standing) -> String { "\(standing.verdict.glyph) \(safe(standing.summary))" }

  private func evidenceLines(_ assessment: Assessment, columns: Int) -> [Line] {
    guard !assessment.evidence.isEmpty else { return [] }
    var lines = [Line(), Line(TextSpan("why \(assessment.category.rawValue), \(assessment.severity.rawValue)", .dim))]
    for evidence in assessment.evidence.prefix(12) {
      lines.append(
        Line(
          TextSpan(peer: evidence.field, .dim), TextSpan(" has ", .dim), TextSpan(peer: "\"\(evidence.found)\""),
          TextSpan(" · \(evidence.category.rawValue)", .dim)))
    }
    return lines
  }

  private func serverLines(_ index: Int, columns: Int) -> RulePaneText {
    let server = catalogue.servers[index]
    let fallback = server.fallback
    var lines = [
      Line(TextSpan(peer: server.info.name.string, .title)),
      Line(
        TextSpan("server   ", .dim),
        TextSpan("\(server.info.state.glyph) \(server.info.state.rawValue)", server.info.state.role)),
      Line(
        TextSpan("runs     ", .dim), TextSpan(peer: server.info.program), TextSpan(" (", .dim),
        TextSpan(peer: server.info.transport, .dim), TextSpan(")", .dim)),
      Line(
        TextSpan("default  ", .dim),
        TextSpan("\(fallback.verdict.glyph) \(safe(fallback.summary))", fallback.verdict.role), TextSpan(" · ", .dim),
        TextSpan(peer: fallback.sourceInWords, .dim)),
      Line(),
    ]
    for verdict in Verdict.allCases {
      let count = server.verdicts.indices.contains(verdict.position) ? server.verdicts[verdict.position] : 0
      guard count > 0 else { continue }
      lines.append(
        Line(TextSpan("\(verdict.glyph) \(verdict.rawValue)  ", verdict.role), TextSpan(Format.count(count, "tool"))))
    }
    if server.tools.isEmpty {
      lines += block(
        "", "No tools are known: gatehouse servers scan \(safe(server.info.name.string)) asks for them.", .text,
        columns: columns)
    }
    if let error = server.info.lastError {
      lines.append(Line())
      lines += block("last error  ", safe(error, limit: 1000), .decisionDeny, columns: columns)
      if let line = server.info.lastLine {
        lines += block("it wrote    ", safe(line, limit: 400), .text, columns: columns)
      }
    }
    lines.append(Line())
    lines += block(
      "", "D changes its default, m marks all its tools, Enter opens or closes it.", .dim, columns: columns)
    let level = levelText(of: index, columns: columns)
    let stops = level.stops.map { RulePaneText.Stop(line: $0.line + lines.count, rule: $0.rule, place: $0.place) }
    return RulePaneText(lines: lines + level.lines, stops: stops)
  }

  /// A label and a text of ours behind it, broken into lines under itself.
  func block(_ label: String, _ text: String, _ role: Role, columns: Int) -> [Line] {
    let indent = label.utf8.count
    // Most texts are short, and there may be hundreds.
    if TerminalText.isPlain(text, max(8, columns - indent)) {
      return [Line(TextSpan(label, .dim), TextSpan(text, role))]
    }
    let wrapped = TerminalText.wrap(text, columns: max(8, columns - indent), limit: 40)
    return wrapped.enumerated().map { index, glyphs in
      Line(TextSpan(index == 0 ? label : String(repeating: " ", count: indent), .dim), TextSpan(String(glyphs), role))
    }
  }

  /// Glyphs as spans, so that tokens keep their role.
  static func spans(_ glyphs: [TerminalText.Glyph], _ role: Role) -> [TextSpan] {
    var spans: [TextSpan] = []
    var start = 0
    for index in 1...max(1, glyphs.count) where index >= glyphs.count || glyphs[index].isToken != glyphs[start].isToken
    {
      let part = Array(glyphs[start..<min(index, glyphs.count)])
      spans.append(TextSpan(String(part), part.first?.isToken == true ? .attention : role))
      start = index
    }
    return spans
  }
}

extension Canvas {
  mutating func drawRule(of state: ConsoleState, in body: Rect) -> (row: Int, column: Int)? {
    let foot = state.effectFoot(rows: body.rows)
    let below = body.row + body.rows
    if foot > 0 {
      draw(
        state.effectFootLines(rows: foot), from: 0,
        in: Rect(column: body.column, row: below - foot, columns: body.columns, rows: foot))
    }
    let body = Rect(column: body.column, row: body.row, columns: body.columns, rows: body.rows - foot)
    let text = state.ruleText(columns: body.columns)
    let lines = text.lines
    let top = min(state.ruleTop, max(0, lines.count - body.rows))
    draw(lines, from: top, in: body)
    var cursor = (row: body.row, column: body.column)
    if state.focus == .rule, let stop = state.currentStop(text), stop.line >= top, stop.line < top + body.rows {
      cursor.row = body.row + stop.line - top
      put("▶", .accent, row: cursor.row, column: body.column, columns: 1)
    }
    let more = lines.count - top - body.rows
    if more > 0 {
      putRight(" \(more) more", .dim, row: below, end: body.column + body.columns, columns: body.columns)
    }
    return cursor
  }
}
