internal import ControlWire
internal import JSONText
internal import Policy

extension Canvas {
  /// Draws the preview of a rule from a call.
  mutating func drawNewRule(_ rule: NewRule, of state: ConsoleState) -> PopupCursor? {
    let columns = min(100, grid.size.columns)
    let inside = max(1, columns - 4)
    let head = state.newRuleHead(rule, columns: inside)
    let foot = state.newRuleFoot(rule, columns: inside)
    let body = box(
      "New rule from this call", columns: columns,
      rows: min(head.count + rule.rows + foot.count + 3, grid.size.rows - 1),
      hint: Self.hint(rule, columns: inside))
    putRight(
      " \(state.ruleWriteWords ?? "nothing is written yet") ", state.ruleWrite == nil ? .dim : .attention,
      row: body.row - 1, end: body.column + body.columns + 1, columns: max(0, body.columns - 25))
    guard body.rows > 0 else { return nil }
    // What can be changed comes first; what comes of it has at least a third of the room.
    let least = min(foot.count, max(1, body.rows / 3))
    let shownHead = body.rows >= 8 ? head.count : min(1, max(0, body.rows - 3))
    let room = max(1, body.rows - shownHead - least)
    draw(Array(head.prefix(shownHead)), from: 0, in: body)
    let height = min(rule.rows, room)
    let top = max(0, min(rule.row - height / 2, rule.rows - height))
    var cursor = PopupCursor(row: body.row, column: body.column)
    for offset in 0..<height {
      let row = body.row + shownHead + offset
      let at = drawBox(
        top + offset, of: rule, state, in: Rect(column: body.column, row: row, columns: body.columns, rows: 1))
      if top + offset == rule.row { cursor = at }
    }
    let used = shownHead + height
    let rest = Rect(
      column: body.column, row: body.row + used, columns: body.columns, rows: max(0, body.rows - used))
    draw(foot, from: min(rule.top, max(0, foot.count - rest.rows)), in: rest)
    return cursor
  }

  private static func hint(_ rule: NewRule, columns: Int) -> String {
    if rule.field != nil { return "Enter keep · Esc leave" }
    let write = rule.ticket == nil ? "^S write" : rule.until == .session ? "^S approve" : "^S write rule + approve"
    let back = rule.ticket == nil ? "Esc back" : "Esc back (still waiting)"
    let edit = rule.outcome.obstacle == nil ? "" : "e edit that rule · "
    let long = "Space toggle · ←→ how · Enter value · \(edit)\(write) · \(back)"
    return TerminalText.width(long) <= columns ? long : "\(edit)\(write) · Esc back"
  }

  /// One line of the form: a box, or until when; returns where its cursor stands.
  private mutating func drawBox(_ index: Int, of rule: NewRule, _ state: ConsoleState, in rect: Rect) -> PopupCursor {
    let isHere = index == rule.row
    let ground: Cell.Ground = isHere ? .selected : .plain
    let (row, left) = (rect.row, rect.column)
    let end = left + rect.columns
    fill(rect, .text, ground: ground)
    put(isHere ? "▶" : " ", .accent, row: row, column: left, columns: 1, ground: ground)
    guard rule.boxes.indices.contains(index) else {
      put("until", .dim, row: row, column: left + 1, columns: 6, ground: ground)
      var at = left + 8
      for until in NewRule.Until.allCases where until != .session || rule.ticket != nil {
        let mark = until == rule.until ? "(•)" : "( )"
        at = put(
          "\(mark) \(until.rawValue)   ", until == rule.until ? .key : .text, row: row, column: at, columns: end - at,
          ground: ground)
      }
      return PopupCursor(row: row, column: left)
    }
    let box = rule.boxes[index]
    let isFirst = index == 0 || Self.group(rule.boxes[index - 1]) != Self.group(box)
    if isFirst { put(Self.group(box), .dim, row: row, column: left + 1, columns: 6, ground: ground) }
    let mark = box.fixed != nil && box.isChecked ? "[=]" : box.isChecked ? "[x]" : "[ ]"
    var at =
      put(mark, box.isChecked ? .key : .dim, row: row, column: left + 8, columns: end - left - 8, ground: ground) + 1
    guard isHere, let field = rule.field else {
      for span in state.spans(of: box, in: rule) {
        at = put(
          span.text, span.role, row: row, column: at, columns: end - at, ground: ground, isPeer: span.isPeer)
      }
      return PopupCursor(row: row, column: left)
    }
    at = put(
      "\(box.label) \(box.op.sign) ", .text, row: row, column: at, columns: end - at, ground: ground, isPeer: true)
    let columns = max(1, end - at)
    let first = max(0, field.cursor - columns + 1)
    let shown = String(String.UnicodeScalarView(field.scalars.dropFirst(first).prefix(columns)))
    let before = String(String.UnicodeScalarView(field.scalars.dropFirst(first).prefix(field.cursor - first)))
    fill(Rect(column: at, row: row, columns: columns, rows: 1), .input)
    put(shown, .input, row: row, column: at, columns: columns, isPeer: true)
    return PopupCursor(row: row, column: min(at + TerminalText.width(before, set), end - 1), isTyping: true)
  }

  private static func group(_ box: RuleBox) -> String {
    switch box.subject {
    case .server, .target, .client: "scope"
    case .argument, .others: "when"
    }
  }
}

extension ConsoleState {
  /// What the rule is about, and why.
  func newRuleHead(_ rule: NewRule, columns: Int) -> [Line] {
    let name = "\(rule.call.server) / \(rule.call.target.word)"
    var lines = [Line(TextSpan("allow  ", .decisionAllow), TextSpan(peer: name, .title))]
    let verdict = rule.decision.verdict
    let by = lineWords(rule.decision.rule)
    lines.append(
      Line(
        TextSpan("it was ", .dim), TextSpan("\(verdict.glyph) \(verdict.pastWords)", verdict.role),
        TextSpan(" by ", .dim), TextSpan(peer: rule.decision.rule + by, .dim)))
    if case .unknown(let reason) = rule.arguments {
      lines += TerminalText.wrap(
        "! \(safe(reason)): with any arguments", columns: columns, options.glyphs, limit: 2
      ).map { Line(TextSpan(String($0), .attention)) }
    }
    if rule.arguments == .asked { lines.append(Line(TextSpan("asking the gate for the arguments…", .dim))) }
    if let note = rule.note { lines.append(Line(TextSpan("! \(note)", .attention))) }
    return lines
  }

  /// `, line 86` where the rule has one in the file as it is edited.
  func lineWords(_ pointer: String) -> String {
    guard pointer.utf8.first == 0x2F, let document = policy.draft?.current,
      let line = PolicyPlaces(document).line(of: pointer)
    else { return "" }
    return ", line \(line)"
  }

  /// A box in words.
  func spans(of box: RuleBox, in rule: NewRule) -> [TextSpan] {
    var spans: [TextSpan] = []
    let value = box.value.string.map { $0 } ?? ""
    switch box.subject {
    case .server:
      spans =
        box.isChecked
        ? [TextSpan("this server  ", .dim), TextSpan(peer: value)]
        : [TextSpan("any server", .attention)]
    case .target:
      let noun = rule.call.target.noun
      spans =
        box.isChecked
        ? [TextSpan("this \(noun)  ", .dim), TextSpan(peer: value)]
        : [TextSpan("any \(noun)", .attention)]
    case .client where !box.isChecked: spans = [TextSpan("any agent", .attention)]
    case .others:
      spans = [
        TextSpan(box.isChecked ? "no other arguments" : "any other arguments", box.isChecked ? .text : .attention)
      ]
    case .argument where !box.isChecked:
      spans = [
        TextSpan(peer: box.label), TextSpan("  any", .attention), TextSpan("  was ", .dim),
        TextSpan(peer: TerminalText.cut(box.actual.json, columns: 40, options.glyphs), .dim),
      ]
    case .client, .argument:
      spans = [
        TextSpan(peer: box.label), TextSpan("  \(box.op.sign)  ", .accent),
        TextSpan(peer: TerminalText.cut(box.value.json, columns: 60, options.glyphs)),
      ]
      if let meets = rule.meets(box), box.op != .eq || !meets {
        spans.append(TextSpan("  this call ", .dim))
        spans.append(meets ? TextSpan("✓", .decisionAllow) : TextSpan("✗", .decisionDeny))
      }
    }
    if let fixed = box.fixed { spans.append(TextSpan("  \(fixed)", .dim)) }
    return spans
  }

  /// What comes of it: the problem or the text that is written, and the effect on calls.
  func newRuleFoot(_ rule: NewRule, columns: Int) -> [Line] {
    func paragraph(_ text: String, _ role: Role) -> [Line] {
      TerminalText.wrap(text, columns: columns, options.glyphs, limit: 6).map { Line(TextSpan(String($0), role)) }
    }
    if let problem = rule.fieldProblem { return paragraph("! \(problem)", .inputError) }
    if rule.until == .session {
      return paragraph(
        "nothing is written: the gate lets this \(rule.call.target.noun) pass for session \(rule.call.session) until that ends, whatever its arguments",
        .text)
    }
    if let problem = rule.outcome.problem { return paragraph("! not possible: \(problem)", .inputError) }
    var lines = effectLines(rule).flatMap { text, role in paragraph(text, role) }
    let unsaved = policy.unsaved
    let others = unsaved == 0 ? "" : "   other unsaved edits: \(Format.count(unsaved)), kept"
    lines.append(Line(TextSpan("policy.json", .title), TextSpan(others, .dim)))
    lines += rule.outcome.hunk.flatMap { hunkLines($0, columns) }
    return lines
  }

  /// A line of the text that is written, whole: what does not fit goes on below.
  private func hunkLines(_ line: DiffLine, _ columns: Int) -> [Line] {
    guard line.kind != .hunk else { return [Line(Self.spans(of: line))] }
    let sign = Self.spans(of: line).first ?? TextSpan("  ")
    // Indentation is the file's layout and hides nothing, as long as there is not much of it.
    let blanks = line.text.utf8.prefix { $0 == 0x20 }.prefix(min(32, max(0, columns / 3))).count
    let rest = String(line.text.dropFirst(blanks))
    let role = Self.spans(of: line).last?.role ?? .text
    let pieces = TerminalText.wrap(rest, columns: max(8, columns - 2 - blanks), options.glyphs, limit: 60)
    return pieces.map { piece in
      Line(sign, TextSpan(String(repeating: " ", count: blanks)), TextSpan(String(piece), role))
    }
  }

  /// The effect on calls that were made, and on those that wait.
  private func effectLines(_ rule: NewRule) -> [(String, Role)] {
    switch rule.effect {
    case .none: return []
    case .asked: return [("effect: asking the gate…", .dim)]
    case .unknown(let reason): return [("effect: not known: \(safe(reason))", .dim)]
    case .guessed(let effect):
      let words = Simulation.words(of: effect.changes) + Simulation.words(unknown: effect.unknown)
      return [("effect on the \(Format.count(effect.calls, "call")) seen here: \(words)", .text)]
    case .counted(let simulation):
      return simulation.words { Format.clock($0, secondsFromGMT: options.secondsFromGMT) }.map { ($0, .text) }
    }
  }
}

extension Verdict {
  /// What was done with a call.
  var pastWords: String {
    switch self {
    case .allow: "allowed"
    case .deny: "denied"
    case .limit: "held back"
    case .ask: "asked about"
    case .hide: "hidden"
    }
  }
}

extension ConditionOperator {
  /// A sign where there is a common one, else the word.
  var sign: String {
    switch self {
    case .eq: "="
    case .neq: "≠"
    case .lt: "<"
    case .lte: "<="
    case .gt: ">"
    case .gte: ">="
    default: rawValue
    }
  }
}
