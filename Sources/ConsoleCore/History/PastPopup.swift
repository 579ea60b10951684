internal import ControlWire
internal import History
internal import JSONText
internal import Policy

extension ConsoleState {
  /// What is inside the popup of a decision of the record.
  var pastRoom: Size {
    Size(columns: max(1, min(100, size.columns) - 4), rows: max(1, size.rows - 1 - headRows - 2))
  }

  /// A decision of the record: the rule as it was, and as it is.
  func pastLines(_ past: PastDecision, columns: Int) -> [Line] {
    let (row, event) = (past.row, past.row.event)
    let offset = Int64(clamping: options.secondsFromGMT).multiplied(1_000_000)
    let day = row.time.advanced(byMicroseconds: offset).rfc3339.prefix(10)
    let clock = Format.clock(row.time, secondsFromGMT: options.secondsFromGMT, milliseconds: true)
    var lines = wrapped(
      "", "\(event.server.string)/\((event.tool ?? event.method).string)", .title, columns: columns, limit: 3)
    lines += wrapped(
      "when  ", "\(day) \(clock)\(dot)\(event.client.string)\(dot)session \(event.session.string)", .text,
      columns: columns, limit: 3)
    let enforced = event.decision.isEnforced ? "" : ", and let it through: the policy only observed"
    let reason = event.decision.reason.map { ", \($0)" } ?? ""
    lines += wrapped(
      "then  ", "\(sign(event.decision.verdict))\(event.decision.verdict.rawValue)\(reason)\(enforced)",
      event.decision.verdict.role, columns: columns, limit: 6)
    lines += wrapped("by    ", event.decision.rule, .text, columns: columns, limit: 4)
    if let answer = row.answer.word { lines += wrapped("asked ", answer, .text, columns: columns, limit: 1) }
    if row.end.outcome != nil {
      lines += wrapped(
        "ended ", "\(endWords(row)), \(Format.count(row.bytes, "byte"))", .text, columns: columns, limit: 1)
    }
    let name = ToolName(server: event.server, tool: event.tool ?? "")
    if let tool = catalogue.index(of: name) {
      let standing = catalogue.tools[tool].standing
      let line = standing.line.map { ", line \($0)" } ?? ""
      lines += wrapped(
        "now   ", "\(sign(standing.verdict))\(standing.summary) by \(standing.rule)\(line)", standing.verdict.role,
        columns: columns, limit: 4)
    } else {
      lines += wrapped("now   ", "the tool is not in the catalogue", .dim, columns: columns, limit: 1)
    }
    lines += wrapped("tool  ", figures(of: row), .text, columns: columns, limit: 3)
    lines += [Line()] + ruleThenAndNow(event, columns: columns)
    return lines + pastArgumentLines(past, columns: columns)
  }

  /// A verdict's sign before its word, in a text that has words of others: where all but ASCII is told by its number,
  /// the word says it alone.
  func sign(_ verdict: Verdict) -> String { isASCII ? "" : "\(verdict.glyph) " }

  /// What stands between the parts of such a text.
  private var dot: String { isASCII ? ", " : " · " }
  private var isASCII: Bool { options.isPlain || options.glyphs == .ascii }

  private func ruleThenAndNow(_ event: DecisionEvent, columns: Int) -> [Line] {
    let pointer = event.decision.rule
    guard pointer.utf8.first == 0x2F else {
      return wrapped("", "no rule of a policy decided: \(pointer)", .dim, columns: columns, limit: 3)
    }
    let now = policy.draft.flatMap { $0.current.words(at: pointer) }
    guard let revision = event.revision else {
      return ruleNow(now, "which policy that was is not recorded", columns: columns)
    }
    let document: PolicyDocument?
    if let base = policy.draft?.base, base.revision == revision {
      document = base
    } else if let past = history.policy(revision) {
      document = past.document
    } else {
      return ruleNow(now, "looking for the policy of then, rev \(revision)", columns: columns)
    }
    guard let document else {
      let kept = "the policy of then, rev \(revision), is not kept: the gate keeps the last ones that it obeyed"
      return ruleNow(now, kept, columns: columns)
    }
    guard let then = document.words(at: pointer) else {
      return ruleNow(now, "the policy of then, rev \(revision), has no such rule", columns: columns)
    }
    let place = PolicyPlaces(document).line(of: pointer).map { ", line \($0)" } ?? ""
    guard let now else {
      let heading = "the rule as it was, rev \(revision)\(place); the policy has it no more"
      return wrapped("", heading, .accent, columns: columns, limit: 3) + text(then, "  ", .text, columns: columns)
    }
    if then == now {
      return wrapped("", "the rule as it was, rev \(revision), and as it is", .accent, columns: columns, limit: 3)
        + text(now, "  ", .text, columns: columns)
    }
    return wrapped("", "the rule as it was, rev \(revision)\(place)", .accent, columns: columns, limit: 3)
      + text(then, "- ", .diffDelete, columns: columns)
      + wrapped("", "the rule as it is", .accent, columns: columns, limit: 3)
      + text(now, "+ ", .diffAdd, columns: columns)
  }

  private func ruleNow(_ now: [String]?, _ heading: String, columns: Int) -> [Line] {
    let lines = wrapped("", heading, .attention, columns: columns, limit: 4)
    guard let now else { return lines + [Line(TextSpan("today the policy has no rule there", .dim))] }
    return lines + [Line(TextSpan("the rule as it is", .accent))] + text(now, "  ", .text, columns: columns)
  }

  /// More lines of a rule are not shown.
  private static let mostRuleLines = 400

  private func text(_ lines: [String], _ mark: String, _ role: Role, columns: Int) -> [Line] {
    lines.prefix(Self.mostRuleLines).flatMap { line in
      let indent = line.utf8.prefix { $0 == 0x20 }.count
      let blank = String(repeating: " ", count: min(indent, columns / 2))
      return TerminalText.wrap(
        String(String.UnicodeScalarView(line.unicodeScalars.dropFirst(indent))),
        columns: max(8, columns - 2 - blank.utf8.count), options.glyphs, limit: 12
      ).enumerated().map { index, glyphs in
        Line([TextSpan(index == 0 ? mark : "  ", role), TextSpan(blank)] + spans(glyphs, role))
      }
    }
  }
}

extension PolicyDocument {
  /// What the text says at a decision's pointer, line by line: the rule that it leads into, or a value; nil where it says nothing there.
  func words(at pointer: String) -> [String]? {
    let text: [UInt8]
    if let address = RuleAddress(pointer: pointer), let rule = ruleText(at: address) {
      text = rule
    } else {
      guard var node = try? JSONNode.read(self.text) else { return nil }
      var key = ExactText("")
      for step in pointer.utf8.dropFirst().split(separator: 0x2F, omittingEmptySubsequences: false) {
        key = Pointer.key(String(decoding: step, as: UTF8.self))
        guard let next = node[key] else { return nil }
        node = next
      }
      text = JSONNode(.string(key)).compact + Array(": ".utf8) + node.compact
    }
    return text.split(separator: 0x0A).map { String(decoding: $0, as: UTF8.self) }
  }
}

extension Canvas {
  mutating func drawPast(_ past: PastDecision, of state: ConsoleState) -> PopupCursor? {
    let room = state.pastRoom
    let lines = state.pastLines(past, columns: room.columns)
    let body = box(
      "Decision of the record", columns: room.columns + 4, rows: min(lines.count, room.rows) + 2,
      hint: room.columns < 60 ? "j k · J rule · Esc" : "j k others · PgDn more · J goes to the rule · Esc")
    let top = min(past.top, max(0, lines.count - body.rows))
    draw(lines, from: top, in: body)
    let below = lines.count - top - body.rows
    if below > 0 {
      putRight(" \(below) more ", .dim, row: body.row - 1, end: body.column + body.columns, columns: body.columns)
    }
    return PopupCursor(row: body.row, column: body.column)
  }
}
