internal import ControlWire
internal import JSONText
internal import Policy
internal import Risk

extension ConsoleState {
  /// The page of a tool, line by line.
  func toolPageLines(_ page: ToolPage, columns: Int) -> [Line] {
    if let kept = page.kept, kept.key == pageKey(page, columns: columns) { return kept.lines }
    return madePageLines(page, columns: columns)
  }

  func madePageLines(_ page: ToolPage, columns: Int) -> [Line] {
    guard let index = catalogue.index(of: page.name) else {
      return block("", "the server lists this tool no longer", .attention, columns: columns)
    }
    let tool = catalogue.tools[index]
    var lines = headLines(tool, page, columns: columns)
    if let profile = page.profile, let definition = definitions[page.name] {
      lines += nowLines(tool, profile, columns: columns)
      lines += parameterLines(profile.parameters, columns: columns)
      lines += section("why it needs a policy")
      lines += profile.need.flatMap { block("  ", safe($0), .text, columns: columns) }
      lines += attackLines(profile.attacks, columns: columns)
      lines += evidenceLines(profile, columns: columns)
      lines += wordsLines(definition, columns: columns)
    } else {
      lines.append(Line())
      switch definitions.entry(page.name) {
      case .missing(let problem, _):
        lines += block("", "No more is known: \(safe(problem, limit: 400)).", .attention, columns: columns)
      case .known: lines += block("", "Its definition is no tool's.", .attention, columns: columns)
      case .asked, nil: lines += block("", "Its definition is asked for.", .dim, columns: columns)
      }
    }
    return lines
  }

  private func section(_ title: String) -> [Line] { [Line(), Line(TextSpan(title, .accent))] }

  private func headLines(_ tool: Catalogue.Tool, _ page: ToolPage, columns: Int) -> [Line] {
    let assessment = page.profile?.assessment ?? tool.info.assessment
    var lines = [Line(TextSpan(peer: tool.info.name.string, .title))]
    if let title = tool.info.title { lines += block("", safe(title, limit: 200), .text, columns: columns) }
    if let likeness = likenessWords(tool) {
      lines += block("", "! \(likeness): look which of them is meant", .attention, columns: columns)
    }
    if let pin = pins.row(of: page.name) {
      let since = pin.since.map { ", since \($0.second)" } ?? ""
      lines += block("pin      ", "\(pin.state.inWords)\(since)", .attention, columns: columns)
    } else if pins.answer != nil {
      lines += block("pin      ", "as it was accepted, or not seen yet", .text, columns: columns)
    }
    let server = catalogue.servers[tool.server].info
    lines += block(
      "server   ", "\(safe(server.name.string)), \(server.state.rawValue), \(safe(server.transport))", .text,
      columns: columns)
    lines += block("package  ", safe(packageWords(page.name, server)), .text, columns: columns)
    lines += block(
      "risk     ", "\(assessment.category.rawValue) · \(assessment.severity.rawValue)", assessment.severity.role,
      columns: columns)
    let sure = page.profile?.confidence ?? "\(min(100, max(0, assessment.confidence)))%"
    lines += block("sure     ", sure, .text, columns: columns)
    guard let profile = page.profile else { return lines }
    lines += block("does     ", profile.does, .text, columns: columns)
    for (number, reach) in profile.reached.enumerated() {
      let signs = profile.reaches.filter { $0.reach == reach }.prefix(3).map { "\($0.field) has \"\($0.found)\"" }
      lines += block(
        number == 0 ? "reaches  " : "         ", "\(reach.words) (\(safe(signs.joined(separator: ", "))))", .text,
        columns: columns)
    }
    if profile.reached.isEmpty {
      lines += block("reaches  ", "nothing that its words name", .text, columns: columns)
    }
    if !profile.claims.isEmpty {
      let claims = profile.claims.joined(separator: ", ")
      lines += block(
        "claims   ", "the server claims: \(claims); a hint of its own, not trusted", .text, columns: columns)
    }
    if let disagreement = profile.disagreement {
      lines += block("         ", disagreement, .attention, columns: columns)
    }
    return lines
  }

  private func packageWords(_ name: ToolName, _ server: Snapshot.Server) -> String {
    let package: ServerPackage? =
      switch definitions.entry(name) {
      case .known(let definition): definition.package
      case .missing(_, let package): package
      case .asked, nil: nil
      }
    guard let package else { return server.program.isEmpty ? "not known" : "not known; it runs \(server.program)" }
    let version =
      switch (package.version, package.isPinned) {
      case (let version?, true): " \(version)"
      case (let version?, false): " \(version), which is no fixed version"
      case (nil, _): ", no version named"
      }
    return "\(package.kind.rawValue) \(package.name)\(version), by \(package.runner)"
  }

  // MARK: The rule

  private func nowLines(_ tool: Catalogue.Tool, _ profile: ToolProfile, columns: Int) -> [Line] {
    let standing = tool.standing
    let line = standing.line.map { ", line \($0)" } ?? ""
    var lines = [Line()]
    lines += block(
      "now      ", "\(standing.verdict.glyph) \(safe(standing.summary)) · \(safe(standing.sourceInWords))\(line)",
      standing.verdict.role, columns: columns)
    let name = catalogue.name(of: catalogue.index(of: ToolName(server: serverName(tool), tool: tool.info.name)) ?? 0)
    let isSo = has(name, profile.recommendation.rule)
    let key = isSo ? "it has it" : "w applies it"
    lines += block("better   ", "\(profile.recommendation.rule.summary) · \(key)", .accent, columns: columns)
    lines += block("in words ", profile.recommendation.words, .text, columns: columns)
    lines += block(
      "as JSON  ", String(decoding: profile.recommendation.node.compact, as: UTF8.self), .diffAdd, columns: columns)
    for (number, text) in profile.recommendation.suggestions.enumerated() {
      lines += block(number == 0 ? "tighter  " : "         ", safe(text, limit: 300), .text, columns: columns)
    }
    return lines
  }

  private func serverName(_ tool: Catalogue.Tool) -> ExactText { catalogue.servers[tool.server].info.name }

  // MARK: Parameters

  private func parameterLines(_ outline: ParameterOutline, columns: Int) -> [Line] {
    if let problem = outline.problem {
      return section("parameters") + block("  ", safe(problem), .attention, columns: columns)
    }
    guard outline.count > 0 else {
      return section("parameters") + block("  ", "it declares none", .dim, columns: columns)
    }
    var lines = section("\(Format.count(outline.count, "parameter")), \(Format.count(outline.required)) required")
    for row in outline.rows {
      let indent = String(repeating: "  ", count: row.depth + 1)
      var facts = [safe(row.type, limit: 80)] + row.bounds.map { safe($0, limit: 100) }
      if let standard = row.standard { facts.append("default \(safe(standard, limit: 100))") }
      if let purpose = row.purpose { facts.append(purpose.words) }
      let mark = row.isRequired ? "required" : "optional"
      lines += paragraph(
        indent, [TextSpan(peer: row.name, .key), TextSpan(" \(mark) · ", row.isRequired ? .text : .dim)],
        facts.joined(separator: " · "), columns: columns, limit: 4)
      if !row.choices.isEmpty {
        let more = row.moreChoices > 0 ? " and \(Format.count(row.moreChoices)) more" : ""
        let choices = row.choices.map { safe($0, limit: 60) }.joined(separator: ", ") + more
        lines += block(indent + "  one of ", choices, .text, columns: columns)
      }
      if !row.description.isEmpty {
        let text = TerminalText.wrap(
          row.description, columns: max(8, columns - indent.utf8.count - 2), options.glyphs, limit: 3)
        lines += text.map { Line([TextSpan(indent + "  ")] + Self.spans($0, .dim)) }
      }
    }
    if outline.untold > 0 {
      lines += block("  ", "and \(Format.count(outline.untold)) more that are not shown", .dim, columns: columns)
    }
    return lines
  }

  /// Some spans, and a safe text behind them that goes on below them.
  private func paragraph(_ indent: String, _ lead: [TextSpan], _ text: String, columns: Int, limit: Int) -> [Line] {
    let width = lead.reduce(indent.utf8.count) { $0 + TerminalText.width(TerminalText.safe($1.text, limit: 200)) }
    guard width + 12 <= columns else {
      return [Line([TextSpan(indent)] + lead)] + block(indent + "  ", text, .text, columns: columns)
    }
    let wrapped = TerminalText.wrap(text, columns: columns - width, limit: 1)
    let first = wrapped.first ?? []
    let rest = String(text.dropFirst(String(first).count)).drop { $0 == " " }
    var lines = [Line([TextSpan(indent)] + lead + [TextSpan(String(first))])]
    if !rest.isEmpty { lines += block(indent + "  ", String(rest), .text, columns: columns).prefix(limit) }
    return lines
  }

  // MARK: Why

  private func attackLines(_ attacks: [AttackPattern.Sign], columns: Int) -> [Line] {
    guard !attacks.isEmpty else {
      return section("what this access invites")
        + block("  ", "nothing that its definition shows", .dim, columns: columns)
    }
    var lines = section("what this access invites")
    for attack in attacks {
      lines.append(Line(TextSpan("  "), TextSpan(attack.pattern.rawValue, .riskHigh)))
      lines += block("    ", safe(attack.here, limit: 500), .text, columns: columns)
      lines += block("    answer: ", safe(attack.answer, limit: 400), .dim, columns: columns)
    }
    return lines
  }

  private func evidenceLines(_ profile: ToolProfile, columns: Int) -> [Line] {
    let assessment = profile.assessment
    var lines = section("why \(assessment.category.rawValue) · \(assessment.severity.rawValue)")
    for evidence in assessment.evidence {
      lines.append(
        Line(
          TextSpan("  "), TextSpan(peer: evidence.field, .dim), TextSpan(" has ", .dim),
          TextSpan(peer: "\"\(evidence.found)\""), TextSpan(" · \(evidence.category.rawValue)", .dim),
          TextSpan(evidence.weight > 0 ? " \(evidence.weight)" : "", .dim)))
    }
    return lines
  }

  private func wordsLines(_ definition: ToolDefinition, columns: Int) -> [Line] {
    var lines = section("the server says")
    if definition.description.isEmpty {
      lines += block("  ", "nothing: the description is empty", .attention, columns: columns)
    }
    let text = TerminalText.wrap(definition.description, columns: max(8, columns - 2), options.glyphs, limit: 400)
    if !definition.description.isEmpty { lines += text.map { Line([TextSpan("  ")] + Self.spans($0, .text)) } }
    if !definition.outputSchema.isEmpty {
      lines += section("it declares what it answers with")
      let schema = String(decoding: definition.outputSchema.prefix(2000), as: UTF8.self)
      lines += block("  ", safe(schema, limit: 2000), .dim, columns: columns)
    }
    return lines
  }
}

extension Canvas {
  mutating func drawToolPage(_ page: ToolPage, of state: ConsoleState) -> PopupCursor? {
    let room = state.toolPageSize
    let lines = state.toolPageLines(page, columns: room.columns)
    let top = min(page.top, max(0, lines.count - room.rows))
    let narrow = room.columns < 60
    let body = box(
      narrow ? "Tool" : "Tool of \(state.safe(page.name.server.string, limit: 40))", columns: room.columns + 4,
      rows: room.rows + 2, hint: narrow ? "w apply · Esc" : "j k scroll · w apply the recommended rule · u undo · Esc")
    draw(lines, from: top, in: body)
    let below = lines.count - top - body.rows
    if below > 0 || top > 0 {
      let shown = min(lines.count, top + body.rows)
      putRight(
        " \(shown) of \(lines.count) lines ", .dim, row: body.row - 1, end: body.column + body.columns,
        columns: body.columns)
    }
    return PopupCursor(row: body.row, column: body.column)
  }
}
