internal import ControlWire
internal import Filters
internal import JSONText
internal import Policy
internal import Risk

extension ConsoleState {
  /// The two boxes of the pane: the queue, and the request under the cursor.
  func approvalBoxes(_ frame: Rect) -> (queue: Rect, request: Rect) {
    let left = min(frame.columns / 2, max(34, min(60, frame.columns * 2 / 5)))
    let queue = Rect(column: frame.column, row: frame.row, columns: left, rows: frame.rows)
    let request = Rect(
      column: frame.column + left, row: frame.row, columns: frame.columns - left, rows: frame.rows)
    return (queue, request)
  }

  /// How much room the request beside the queue has.
  func requestBody(of place: Layout.Place) -> Size {
    let box = approvalBoxes(place.frame).request
    return Size(columns: max(0, box.columns - 2), rows: max(0, box.rows - 2))
  }

  var approvalFacts: Line {
    let count = approvals.openCount
    var spans: [TextSpan] = []
    if let filter = approvals.filter {
      spans.append(TextSpan("\(Format.count(count - hiddenApprovals)) of \(Format.count(count)) ", .dim))
      let name = filters.name(of: filter.source).map { "\\\($0) " } ?? ""
      spans.append(TextSpan(peer: TerminalText.cut("\(name)/\(filter.source)", columns: 16, options.glyphs), .match))
      return Line(spans)
    }
    return Line(
      TextSpan(count == 0 ? "nothing waits" : "\(Format.count(count)) waiting", count == 0 ? .dim : .decisionAsk))
  }

  /// Whether a key would decide now, and if not, why.
  func armedWords(_ request: ApprovalRequest?) -> TextSpan {
    guard let request else { return TextSpan("") }
    switch request.standing {
    case .over: return TextSpan("over", .dim)
    case .unknown: return TextSpan("unknown, gate lost", .attention)
    case .deciding: return TextSpan("asking the gate…", .decisionAsk)
    case .waiting: break
    }
    if decidingRefusal != nil { return TextSpan("read-only", .dim) }
    if isArmed { return TextSpan("armed", .decisionAllow) }
    if !approvalsHaveDetails, !isRequestOpen { return TextSpan("o opens it", .dim) }
    return TextSpan(armingWords, approvals.flashEnds.map { $0 > now } == true ? .attention : .dim)
  }

  /// Where the cursor is among what waits: `1 of 8`.
  private var placeWords: String {
    let names = approvalItems.compactMap { item -> String? in
      if case .request(let row) = item { row.name } else { nil }
    }
    guard let row = approvals.currentRow, let index = names.firstIndex(of: row.name) else { return "" }
    return " \(index + 1) of \(names.count)"
  }

  var requestTitle: Line { Line(TextSpan("Request", .title), TextSpan(placeWords, .dim)) }

  /// What the pane says while there is nothing to list.
  func emptyApprovalLines(columns: Int) -> [Line] {
    if approvals.filter != nil, approvals.openCount > 0 {
      return [
        Line(), Line(TextSpan(" no call fits the filter: ", .text), TextSpan("Esc", .key), TextSpan(" clears it")),
      ]
    }
    let gate = self.gate.isUp ? [] : [Line(), Line(TextSpan(" no gate is connected", .attention))]
    let texts = [
      "Nothing waits for a person.",
      "Calls of tools whose rule asks stand here, each with its deadline. p in pane 1 makes a rule ask.",
    ]
    return gate + [Line()] + texts.flatMap { wrapped(" ", $0, .text, columns: columns, limit: 6) }
  }
}

extension Canvas {
  mutating func drawApprovals(
    of state: ConsoleState, in place: Layout.Place, isBordered: Bool
  ) -> (row: Int, column: Int)? {
    let isFocused = state.focus == .approvals
    let title = Line(
      TextSpan("\(Pane.approvals.rawValue) ", isFocused ? .key : .dim),
      TextSpan(Pane.approvals.title, isFocused ? .title : .dim))
    guard isBordered else {
      let frame = place.frame
      fill(
        Rect(column: 0, row: frame.row, columns: frame.columns, rows: 1), isFocused ? .borderFocus : .border, with: "─")
      heading(
        Line([TextSpan(" ")] + title.spans + [TextSpan(" ")]), state.approvalFacts, row: frame.row, column: 0,
        columns: frame.columns)
      return drawQueue(of: state, in: place.body)
    }
    let (queue, request) = state.approvalBoxes(place.frame)
    border(queue, title: title, right: state.approvalFacts, isFocused: isFocused)
    border(
      request, title: state.requestTitle, right: Line(state.armedWords(state.approvals.current)), isFocused: isFocused)
    let cursor = drawQueue(of: state, in: Self.inside(queue))
    let body = Self.inside(request)
    draw(state.besideLines(in: Size(columns: body.columns, rows: body.rows)), from: 0, in: body)
    return cursor
  }

  private static func inside(_ frame: Rect) -> Rect {
    Rect(
      column: frame.column + 1, row: frame.row + 1, columns: max(0, frame.columns - 2), rows: max(0, frame.rows - 2))
  }

  private mutating func drawQueue(of state: ConsoleState, in body: Rect) -> (row: Int, column: Int)? {
    let items = state.approvalItems
    if items.isEmpty { draw(state.emptyApprovalLines(columns: body.columns), from: 0, in: body) }
    let end = body.row + body.rows
    let ofRequest = state.linesOfRequest
    var start = body.row - state.approvals.topLine
    var cursor: (row: Int, column: Int)?
    for item in items {
      guard start < end else { break }
      let all = item.lines(ofRequest: ofRequest)
      defer { start += all }
      guard start + all > body.row else { continue }
      let row = max(start, body.row)
      let hidden = row - start
      let isCurrent = item.name != nil && item.name == state.approvals.cursor && state.focus == .approvals
      if isCurrent { cursor = (row, body.column) }
      let height = min(all - hidden, end - row)
      let area = Rect(column: body.column, row: row, columns: body.columns, rows: height)
      let ground: Cell.Ground = isCurrent ? .selected : state.isMarked(item) ? .marked : .plain
      if ground != .plain { fill(area, .text, ground: ground) }
      let lines = state.itemLines(item, columns: body.columns, isCurrent: isCurrent)
      for (offset, line) in lines.dropFirst(hidden).prefix(height).enumerated() {
        put(line, row: row + offset, column: body.column, columns: body.columns, ground: ground)
      }
    }
    return cursor
  }
}

extension ConsoleState {
  func isMarked(_ item: ApprovalItem) -> Bool {
    guard case .request(let row) = item else { return false }
    return approvals.marks.contains(row.name) || approvalRange.contains(row.name)
  }

  func itemLines(_ item: ApprovalItem, columns: Int, isCurrent: Bool) -> [Line] {
    let sign = TextSpan(isCurrent ? "▶" : " ", .accent)
    switch item {
    case .request(let row): return rowLines(row, sign, isMarked: isMarked(item), columns: columns)
    case .newLine(let count):
      return [Line(TextSpan("── new (\(Format.count(count))) ──", .attention))]
    case .heading(let text): return [Line(TextSpan(" \(text)", .accent))]
    case .settled(let entry):
      let (glyph, role) = entry.event.signs
      let by = entry.event.by.map { " \(safe($0, limit: 40))" } ?? ""
      return [
        Line(
          sign, TextSpan(" "), TextSpan("\(glyph) \(entry.event.shortOutcome) ", role),
          TextSpan(peer: "\(entry.event.server.string)/\((entry.event.tool ?? entry.event.method).string)", .text),
          TextSpan(entry.uses > 0 ? " used \(entry.uses)" : "", .dim), TextSpan(by, .dim))
      ]
    case .standing(let row):
      let time = row.ends.map { " \(Format.timer(microseconds: $0.microseconds(since: now)))" } ?? ""
      return [
        Line(
          sign, TextSpan(" "), TextSpan("✓ \(row.approval.scope.shortWords)\(time) ", .decisionAllow),
          TextSpan(peer: "\(row.approval.server.string)/\((row.approval.tool ?? row.approval.method).string)", .text),
          TextSpan(row.approval.uses > 0 ? " used \(row.approval.uses)" : "", .dim))
      ]
    }
  }

  private func rowLines(_ row: ApprovalsView.Row, _ sign: TextSpan, isMarked: Bool, columns: Int) -> [Line] {
    guard let request = approvals.shown(in: row) else { return [Line()] }
    let event = request.event
    let open = row.ids.count { approvals.requests[$0]?.isOpen == true }
    // Of a row that is over, how many it was.
    let count = open == 0 ? row.ids.count : open
    let many = count > 1 ? " ×\(count)" : ""
    let time: TextSpan
    switch request.standing {
    case .waiting:
      let left = request.deadline.microseconds(since: now)
      time = TextSpan(left < 1_000_000 ? "…" : Format.timer(microseconds: left), timeRole(request))
    case .deciding: time = TextSpan("sent", .decisionAsk)
    case .unknown: time = TextSpan("?", .attention)
    case .over: time = TextSpan("over", .dim)
    }
    let pad = String(repeating: " ", count: max(0, 5 - time.text.unicodeScalars.count))
    let isOver = !request.isOpen
    let severity = event.severity
    let badge = columns < 60 && !approvalsHaveDetails ? severity?.letter ?? "?" : severity?.badge ?? "?   "
    let name = "\(event.server.string)/\(request.target)"
    let used = 2 + 5 + 1 + badge.utf8.count + 1 + many.unicodeScalars.count
    let first = Line(
      sign, TextSpan(isMarked ? "m" : " ", .key), TextSpan(pad), time, TextSpan(" "),
      TextSpan(badge, isOver ? .dim : severity?.role ?? .dim), TextSpan(" "),
      TextSpan(peer: TerminalText.cut(name, columns: max(4, columns - used), options.glyphs), isOver ? .dim : .text),
      TextSpan(many, .attention))
    guard approvalsHaveDetails else {
      guard case .over(let text) = request.standing else { return [first] }
      return [Line(sign, TextSpan(" "), TextSpan("\(text) ", .dim), TextSpan(peer: name, .dim))]
    }
    let second: TextSpan
    switch request.standing {
    case .over(let text): second = TextSpan(text, .dim)
    case .unknown: second = TextSpan("unknown, gate lost", .attention)
    case .deciding: second = TextSpan("asking the gate…", .decisionAsk)
    case .waiting:
      let session = TerminalText.cut(event.session.string, columns: 10, options.glyphs)
      second = TextSpan(peer: "\(event.client.string)  session \(session)", .dim)
    }
    return [first, Line(TextSpan("        "), second)]
  }

  /// What stands beside the queue: the request under the cursor, or what is known of an earlier one.
  func besideLines(in body: Size) -> [Line] {
    switch approvals.cursor {
    case .request: return requestView(in: body).lines
    case .settled(let id):
      guard let entry = approvals.settled.last(where: { $0.event.id == id }) else { return [] }
      return settledLines(entry, columns: body.columns)
    case .standing(let id):
      guard let row = approvals.standing.first(where: { $0.approval.id == id }) else { return [] }
      return standingLines(row, columns: body.columns)
    case nil: return []
    }
  }

  private func settledLines(_ entry: SettledApproval, columns: Int) -> [Line] {
    let event = entry.event
    let (glyph, role) = event.signs
    var lines = [Line(TextSpan(peer: "\(event.server.string) / \((event.tool ?? event.method).string)", .title))]
    lines += wrapped("\(glyph) ", outcome(of: event), role, columns: columns, limit: 4)
    if let detail = event.detail, event.by != nil {
      lines += wrapped("why ", detail, .text, columns: columns, limit: 4)
    }
    if let message = event.message { lines += wrapped("said ", message, .text, columns: columns, limit: 6) }
    lines.append(
      Line(TextSpan("at ", .dim), TextSpan(Format.clock(entry.time, secondsFromGMT: options.secondsFromGMT))))
    lines += wrapped(
      "agent ", "\(event.client.string) · session \(event.session.string)", .text, columns: columns, limit: 2)
    lines += wrapped("asked by ", event.rule, .text, columns: columns, limit: 3)
    if entry.uses > 0 { lines.append(Line(TextSpan("used by \(Format.count(entry.uses, "call")) since"))) }
    if currentStanding != nil { lines += [Line(), Line(TextSpan(" x", .key), TextSpan("  take it back"))] }
    return lines
  }

  private func standingLines(_ row: StandingRow, columns: Int) -> [Line] {
    let approval = row.approval
    var lines = [
      Line(TextSpan(peer: "\(approval.server.string) / \((approval.tool ?? approval.method).string)", .title)),
      Line(TextSpan(approval.scope.words, .decisionAllow)),
    ]
    let end = row.ends.map { "lapses in \(Format.timer(microseconds: $0.microseconds(since: now)))" }
    lines.append(Line(TextSpan(end ?? "ends with its session")))
    if let session = approval.session {
      lines += wrapped("session ", session.string, .text, columns: columns, limit: 2)
    }
    lines += wrapped(
      "agent ", "\(approval.client.string) · as \(approval.grant.string)", .text, columns: columns, limit: 2)
    lines += wrapped("approved by ", approval.by, .text, columns: columns, limit: 3)
    let since = Format.clock(approval.since, secondsFromGMT: options.secondsFromGMT)
    lines.append(Line(TextSpan("since ", .dim), TextSpan("\(since), used by \(Format.count(approval.uses, "call"))")))
    return lines + [Line(), Line(TextSpan(" x", .key), TextSpan("  take it back: the next such call asks again"))]
  }

  /// The keys that are of use for what is under the cursor.
  var approvalHints: [(Action, String)] {
    guard decidingRefusal == nil else { return [(.showRequest, "all of it")] }
    if !markedRequests.isEmpty {
      return [(.approve, "approve marked"), (.denyCall, "deny marked"), (.clearMarks, "no marks"), (.mark, "mark")]
    }
    if currentStanding != nil { return [(.revoke, "take back")] }
    guard let request = approvals.current else { return [(.policy, "policy"), (.live, "live")] }
    guard request.isWaiting else { return [(.down, "down"), (.up, "up"), (.policy, "policy")] }
    return [
      (.approve, "approve"), (.denyCall, "deny"), (.approveSession, "session"), (.approveIdentical, "identical"),
      (.ruleFromCall, "rule"), (.denyBecause, "why"), (.moreTime, "time"), (.showRequest, "all of it"),
      (.mark, "mark"),
    ]
  }

  /// Why an action of this pane cannot be done now; nil where it can.
  func refusal(ofApprovals action: Action) -> String? {
    switch action {
    case .lockdown: return decidingRefusal
    case .revoke:
      if let decidingRefusal { return decidingRefusal }
      return currentStanding == nil ? "no standing approval is under the cursor" : nil
    case .showRequest: return approvals.current == nil || focus != .approvals ? "no call is under the cursor" : nil
    default: return refusal(ofDeciding: action)
    }
  }
}

extension ApprovalEvent {
  /// How it ended, as a sign and its colour.
  var signs: (glyph: String, role: Role) {
    switch state {
    case .pending: ("?", .decisionAsk)
    case .approved, .used: ("✓", .decisionAllow)
    case .denied, .expired: ("✗", .decisionDeny)
    case .withdrawn, .revoked: ("·", .dim)
    }
  }

  /// In one word.
  var shortOutcome: String {
    switch state {
    case .pending: "waits"
    case .approved: scope?.shortWords ?? "once"
    case .used: "used"
    case .denied: "deny"
    case .expired: "expired"
    case .withdrawn: "gone"
    case .revoked: "revoked"
    }
  }
}

extension ApprovalScope {
  var shortWords: String {
    switch self {
    case .once: "once"
    case .session: "session"
    case .identical: "identical"
    case .rule: "rule"
    }
  }

  var words: String {
    switch self {
    case .once: "one identical call may pass"
    case .session: "every call of this tool in one session may pass"
    case .identical: "identical calls may pass"
    case .rule: "a rule was written for it"
    }
  }
}
