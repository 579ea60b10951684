internal import ControlWire
internal import JSONText
internal import Policy
internal import Risk

/// What a box shows of a request, and whether something of it is not in it.
struct RequestView {
  var lines: [Line]
  var isCut: Bool
}

extension ConsoleState {
  /// The request under the cursor, as much of it as a box has room for.
  func requestView(in body: Size) -> RequestView {
    guard let row = approvals.currentRow, let request = approvals.shown(in: row) else {
      return RequestView(lines: [], isCut: false)
    }
    let columns = max(1, body.columns)
    let head = headLines(request, row, columns: columns)
    let flags = flagLines(request, columns: columns)
    let tail = tailLines(request, columns: columns)
    let keys = keyLines(request, row)
    // How others decided stays in view as long as there is room for more than the request.
    var around = aroundLines(request, columns: columns)
    let similar = body.rows >= 12 ? [around.remove(at: 1)] : []
    var (arguments, isCut) = argumentLines(request, columns: columns, mostLines: 3)
    // First goes what helps, then what can be read elsewhere, and last the end of the arguments.
    var room = body.rows - head.count - flags.count - tail.count - arguments.count - similar.count
    let withKeys = keys.count + 1 <= room
    if withKeys { room -= keys.count + 1 }
    var shownAround = Array(around.prefix(max(0, room)))
    room -= shownAround.count
    shownAround.insert(contentsOf: similar, at: min(1, shownAround.count))
    if room < 0, arguments.count > 1 {
      let kept = max(1, arguments.count + room - 1)
      let gone = arguments.count - kept
      arguments =
        arguments.prefix(kept) + [Line(TextSpan("… \(Format.count(gone, "more line")), o shows all", .attention))]
      isCut = true
    }
    var lines = head + arguments + flags + shownAround
    let gap = body.rows - lines.count - tail.count - (withKeys ? keys.count : 0)
    if gap > 0 { lines.append(Line()) }
    lines += tail
    if withKeys { lines += keys }
    return RequestView(lines: lines, isCut: isCut || lines.count > body.rows)
  }

  /// All of a request, nothing cut.
  func requestLines(_ id: String, columns: Int) -> [Line] {
    guard let request = approvals.requests[id] else {
      return [Line(TextSpan("this call is no longer known", .dim))]
    }
    let row = approvals.row(of: id) ?? ApprovalsView.Row(ids: [id])
    var lines = headLines(request, row, columns: columns)
    lines += argumentLines(request, columns: columns, mostLines: nil).lines
    lines += flagLines(request, columns: columns)
    lines += aroundLines(request, columns: columns)
    if let definition = approvals.details[id]?.details.definition, !definition.isEmpty {
      lines += [Line(), Line(TextSpan("what the server says of the tool", .accent))]
      lines += wrapped("  ", definition, .text, columns: columns, limit: 60)
    }
    lines += [
      Line(),
      Line(
        TextSpan("request \(safe(request.event.id, limit: 60)), digest \(safe(request.event.digest, limit: 64))", .dim)),
    ]
    return lines
  }

  /// A request for reading aloud; at most so many lines of arguments, nil for all.
  func plainRequest(
    _ request: ApprovalRequest, columns: Int, mostLines: Int?
  ) -> (lines: [Line], isCut: Bool) {
    var lines = Array(headLines(request, ApprovalsView.Row(ids: [request.event.id]), columns: columns).dropFirst())
    var (arguments, isCut) = argumentLines(request, columns: columns, mostLines: mostLines == nil ? nil : 3)
    if let mostLines, arguments.count > mostLines + 2 {
      let gone = arguments.count - mostLines
      arguments = arguments.prefix(mostLines) + [Line(TextSpan("and \(Format.count(gone, "more line"))"))]
      isCut = true
    }
    lines += arguments + flagLines(request, columns: columns) + aroundLines(request, columns: columns)
    return (lines, isCut)
  }

  // MARK: Parts

  private func headLines(_ request: ApprovalRequest, _ row: ApprovalsView.Row, columns: Int) -> [Line] {
    let event = request.event
    let risk = [event.severity?.badge.trimmed, event.category?.badge.trimmed].compactMap { $0 }.joined(separator: " · ")
    let count = approvals.waiting(in: row).count
    let many = count > 1 ? " ×\(count)" : ""
    let room = max(8, columns - risk.utf8.count - many.utf8.count - 1)
    let set = options.glyphs
    let name = TerminalText.cut("\(event.server.string) / \(request.target)", columns: room, set)
    let gap = max(1, columns - TerminalText.width(name, set) - many.unicodeScalars.count - risk.unicodeScalars.count)
    var lines = [
      Line(
        TextSpan(peer: name, .title), TextSpan(many, .attention),
        TextSpan(String(repeating: " ", count: min(gap, 400))),
        TextSpan(risk, event.severity?.role ?? .dim))
    ]
    if event.tool == nil || event.method != "tools/call" {
      lines += wrapped("method ", event.method.string, .text, columns: columns, limit: 2)
    }
    lines += wrapped(
      "agent ", "\(event.client.string) · session \(event.session.string) · as \(event.grant.string)", .text,
      columns: columns, limit: 2)
    let place = ruleLine(event).map { " (line \($0))" } ?? ""
    lines += wrapped("asked by ", "\(event.rule)\(place)", .text, columns: columns, limit: 3)
    if let reason = event.reason { lines += wrapped("because ", reason, .text, columns: columns, limit: 3) }
    if let refusal = request.refusal {
      lines += wrapped("! not decided: ", refusal, .attention, columns: columns, limit: 3)
    }
    return lines
  }

  /// The line of the rule that asks, where the file that is edited is the one that the gate obeys.
  func ruleLine(_ event: ApprovalEvent) -> Int? {
    guard let document = policy.draft?.base, document.revision == event.revision else { return nil }
    return PolicyPlaces(document).line(of: event.rule)
  }

  /// The arguments under a heading that says how many there are; a value takes so many lines at most, nil for all.
  private func argumentLines(
    _ request: ApprovalRequest, columns: Int, mostLines: Int?
  ) -> (lines: [Line], isCut: Bool) {
    guard let known = approvals.details[request.event.id] else {
      let text = request.detailsProblem.map { "arguments: not known: \($0)" } ?? "arguments: asked for"
      return ([Line(), Line(TextSpan(text, .attention))], true)
    }
    let bytes = known.details.event.argumentsBytes
    let size = bytes > 0 ? bytes : known.details.arguments.count
    var lines: [Line] = []
    var isCut = known.details.isCut
    let set = options.glyphs
    let longestKey = known.arguments.reduce(0) { longest, line in
      line.value == nil ? longest : max(longest, min(20, TerminalText.width(line.key ?? "", set) + line.depth * 2))
    }
    for line in known.arguments {
      let (shown, wasCut) = argument(line, keys: longestKey, columns: columns, mostLines: mostLines)
      lines += shown
      isCut = isCut || wasCut
      // A box has far fewer lines than this.
      if mostLines != nil, lines.count > 500 { break }
    }
    if known.details.isCut {
      let shown = "the gate shows the first \(Format.bytes(known.details.arguments.count)) of \(Format.bytes(size))"
      lines += wrapped("! ", shown, .attention, columns: columns, limit: 3)
    }
    let what: String
    if known.arguments.isEmpty || size == 0 || known.members == 0 && !known.isRaw {
      what = "none"
    } else if known.isRaw {
      what = Format.bytes(size)
    } else {
      what =
        "\(isCut ? "" : known.members == 1 ? "the only one, " : "all ")"
        + (isCut ? "\(known.members), " : known.members == 1 ? "" : "\(known.members), ") + Format.bytes(size)
    }
    var heading = [TextSpan("arguments (\(what))", .accent)]
    if known.details.hasHiddenSecrets { heading.append(TextSpan(" secrets are hidden", .attention)) }
    return ([Line(), Line(heading)] + lines, isCut)
  }

  private func argument(
    _ line: ArgumentLine, keys: Int, columns: Int, mostLines: Int?
  ) -> (lines: [Line], isCut: Bool) {
    let set = options.glyphs
    let start = String(repeating: " ", count: 2 + min(line.depth * 2, columns / 3))
    let key = line.key.map { TerminalText.cut($0, columns: max(8, columns / 2), set) } ?? ""
    guard let value = line.value else { return ([Line(TextSpan(start), TextSpan(peer: key, .text))], false) }
    let used = start.utf8.count + TerminalText.width(key, set)
    let column = min(max(used + 1, keys + 4), max(used + 1, columns / 2))
    let room = max(8, columns - column)
    var text = value
    var rest = 0
    if let mostLines {
      // At one column each there is no more room than this; what is longer is cut here, so that it is known how much.
      let most = room * mostLines - 12
      if value.utf8.count > most,
        let end = value.unicodeScalars.index(
          value.unicodeScalars.startIndex, offsetBy: max(8, most), limitedBy: value.unicodeScalars.endIndex),
        end < value.unicodeScalars.endIndex
      {
        text = String(value.unicodeScalars[..<end])
        rest = value.utf8.count - text.utf8.count
      }
    }
    let pieces = TerminalText.wrap(text, columns: room, set, limit: mostLines == nil ? 1 << 20 : 60)
    var lines: [Line] = []
    for (index, piece) in pieces.enumerated() {
      let before =
        index == 0
        ? [TextSpan(start), TextSpan(peer: key, .dim), TextSpan(String(repeating: " ", count: max(1, column - used)))]
        : [TextSpan(String(repeating: " ", count: column))]
      lines.append(Line(before + spans(piece, .text)))
    }
    if rest > 0 {
      let spaces = String(repeating: " ", count: column)
      lines.append(Line(TextSpan(spaces), TextSpan("… +\(Format.bytes(rest)), o shows all", .attention)))
    }
    return (lines, rest > 0)
  }

  private func flagLines(_ request: ApprovalRequest, columns: Int) -> [Line] {
    guard let known = approvals.details[request.event.id] else { return [] }
    var words = known.flags
    if known.isChanged { words.append("the server says something else of this tool than when it was seen first") }
    guard !words.isEmpty else { return [] }
    return [Line()] + words.prefix(6).flatMap { wrapped("! ", $0, .attention, columns: columns, limit: 3) }
  }

  private func aroundLines(_ request: ApprovalRequest, columns: Int) -> [Line] {
    let event = request.event
    var lines = [similarLine(event, columns: columns)]
    if let tool = event.tool, let index = catalogue.index(of: ToolName(server: event.server, tool: tool)) {
      let assessment = catalogue.tools[index].info.assessment
      let evidence = assessment.evidence.prefix(3).map { "\($0.field) has \"\($0.found)\"" }.joined(separator: ", ")
      if !evidence.isEmpty {
        lines += wrapped(
          "why \(assessment.severity.rawValue.lowercased()): ", evidence, .text, columns: columns, limit: 3)
      }
    }
    if let before = approvals.details[event.id]?.before, !before.isEmpty {
      lines += wrapped("before this call: ", before.joined(separator: ", "), .text, columns: columns, limit: 2)
    }
    return [Line()] + lines
  }

  private func tailLines(_ request: ApprovalRequest, columns: Int) -> [Line] {
    switch request.standing {
    case .over(let text):
      return wrapped("", "\(text): nothing is left to decide", .attention, columns: columns, limit: 3)
    case .unknown:
      return wrapped("", "unknown, the gate is lost: keys do nothing", .attention, columns: columns, limit: 2)
    case .deciding(let answer, let since):
      let age = now.microseconds(since: since)
      let time = age > 2_000_000 ? " \(Format.timer(microseconds: age))" : ""
      let words = answer.isApproval ? "approved" : "denied"
      return [Line(TextSpan("\(words): asking the gate…\(time)", .decisionAsk))]
    case .waiting: break
    }
    let left = timeLeft(request)
    let isLate = request.deadline.microseconds(since: now) < 1_000_000
    var lines = [
      Line(TextSpan(isLate ? left : "\(left) left, then the gate will DENY", timeRole(request)))
    ]
    if let end = request.holdEnds, end > now {
      let rest = Format.timer(microseconds: end.microseconds(since: now))
      lines += wrapped("", "the agent's request waits \(rest) more", .dim, columns: columns, limit: 2)
    } else if !request.event.isHeld {
      lines += wrapped(
        "", "its request was answered: approving lets one identical call pass", .dim, columns: columns, limit: 2)
    }
    return lines
  }

  private func keyLines(_ request: ApprovalRequest, _ row: ApprovalsView.Row) -> [Line] {
    guard request.isWaiting, decidingRefusal == nil else { return [] }
    let several = approvals.waiting(in: row).count > 1
    let wanted: [(Action, String)] =
      several
      ? [
        (.approve, "approve them, after a question"), (.denyCall, "deny them, after a question"),
        (.ruleFromCall, "write a rule for calls like them, shown first"),
      ]
      : [
        (.approve, "approve this call"), (.approveSession, "approve this tool for its session"),
        (.approveIdentical, "approve identical calls for some minutes"),
        (.ruleFromCall, "write a rule for calls like it, shown first"),
        (.denyCall, "deny"), (.denyBecause, "deny and say why"), (.moreTime, "five minutes more"),
      ]
    let lines = wanted.compactMap { action, words -> Line? in
      options.keys.key(for: action, in: .approvals).map { Line(TextSpan(" \($0)", .key), TextSpan("  \(words)")) }
    }
    return lines + [Line(TextSpan(" Esc", .key), TextSpan("  leave waiting"))]
  }

  // MARK: Text

  /// Glyphs as spans: what stands for something invisible keeps its own role.
  func spans(_ glyphs: [TerminalText.Glyph], _ role: Role) -> [TextSpan] {
    var spans: [TextSpan] = []
    var run: [TerminalText.Glyph] = []
    func end() {
      guard let first = run.first else { return }
      spans.append(TextSpan(String(run), first.isToken ? .attention : role))
      run = []
    }
    for glyph in glyphs {
      if let last = run.last, last.isToken != glyph.isToken { end() }
      run.append(glyph)
    }
    end()
    return spans
  }

  /// A label of ours and a text of anybody's behind it, in as many lines as it takes up to a limit.
  func wrapped(_ label: String, _ text: String, _ role: Role, columns: Int, limit: Int) -> [Line] {
    let start = label.unicodeScalars.count
    let room = max(8, columns - start)
    var pieces = TerminalText.wrap(text, columns: room, options.glyphs, limit: limit + 1)
    let isCut = pieces.count > limit
    if isCut { pieces.removeLast(pieces.count - limit) }
    let labelRole: Role = role == .attention ? .attention : .dim
    return pieces.enumerated().map { index, piece in
      let before = TextSpan(index == 0 ? label : String(repeating: " ", count: start), labelRole)
      let end = isCut && index == pieces.count - 1 ? [TextSpan("…", .attention)] : []
      return Line([before] + spans(piece, role) + end)
    }
  }
}

extension Format {
  /// `96 bytes`, `3.2 KB`.
  static func bytes(_ count: Int) -> String {
    switch count {
    case ..<1000: return Format.count(count, "byte")
    case ..<1_000_000: return "\(count / 1000).\(count % 1000 / 100) KB"
    default: return "\(count / 1_000_000).\(count % 1_000_000 / 100_000) MB"
    }
  }
}
