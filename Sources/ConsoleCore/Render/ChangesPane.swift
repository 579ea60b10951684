internal import ControlWire
internal import JSONText
internal import Policy

extension Canvas {
  mutating func drawChanges(of state: ConsoleState, in body: Rect) -> (row: Int, column: Int)? {
    let top = state.changeList.firstRow(count: state.changeRowCount, height: body.rows)
    for offset in 0..<body.rows {
      guard let change = state.changeRow(top + offset) else { break }
      let isCurrent = top + offset == state.changeList.row
      let ground: Cell.Ground = isCurrent ? .selected : .plain
      let row = body.row + offset
      if isCurrent { fill(Rect(column: body.column, row: row, columns: body.columns, rows: 1), .text, ground: ground) }
      put(isCurrent ? "▶" : " ", .accent, row: row, column: body.column, columns: 1, ground: ground)
      put(state.line(of: change), row: row, column: body.column + 2, columns: body.columns - 2, ground: ground)
    }
    return (body.row + state.changeList.row - top, body.column)
  }

  /// Draws lines of text to be read, from one of them on.
  mutating func drawPart(_ part: ChangePart, of state: ConsoleState) -> PopupCursor? {
    let columns = min(100, grid.size.columns)
    let rows = min(part.lines.count + 2, grid.size.rows - 1)
    let body = box("What it changes", columns: columns, rows: rows + 2, hint: "j k scroll · Esc")
    put(part.title, .title, row: body.row, column: body.column, columns: body.columns, isPeer: true)
    let list = Rect(column: body.column, row: body.row + 2, columns: body.columns, rows: max(0, body.rows - 2))
    let shown = part.lines.dropFirst(min(part.top, max(0, part.lines.count - list.rows))).prefix(list.rows)
    draw(shown.map { Line(ConsoleState.spans(of: $0)) }, from: 0, in: list)
    return PopupCursor(row: body.row, column: body.column)
  }
}

extension ConsoleState {
  func line(of row: ChangeRow) -> Line {
    switch row {
    case .heading(let text): return Line(TextSpan(text, .title))
    case .blank: return Line()
    case .problem(let problem):
      let place = "line \(problem.place.line), column \(problem.place.column): "
      let role: Role = problem.weight == .error ? .decisionDeny : .decisionLimit
      return Line(
        TextSpan("  \(problem.weight.rawValue) ", role), TextSpan(place, .dim), TextSpan(peer: problem.message),
        TextSpan(problem.help == nil ? "" : ": ", .dim), TextSpan(peer: problem.help ?? "", .dim))
    case .conflict(let conflict):
      return Line(
        TextSpan("! ", .attention), TextSpan(peer: conflict.subject),
        TextSpan(conflict.isRefusal ? " refused: " : " both changed: ", .decisionDeny),
        TextSpan(peer: conflict.isRefusal ? conflict.message : "", .dim),
        TextSpan(conflict.isRefusal ? "" : "mine ", .dim),
        TextSpan(peer: conflict.isRefusal ? "" : conflict.mine ?? "none"),
        TextSpan(conflict.isRefusal ? "" : " theirs ", .dim),
        TextSpan(peer: conflict.isRefusal ? "" : conflict.theirs ?? "none"))
    case .left(let left): return Line(TextSpan("! ", .attention), TextSpan(words(of: left)))
    case .change(let change): return Line(TextSpan("~ ", .diffChange), TextSpan(peer: change.sentence))
    case .diff(let diff): return Line(Self.spans(of: diff))
    case .effect(let line): return line
    case .step(let step): return line(ofStep: step)
    case .revision(let revision): return line(of: revision)
    case .load(let load): return line(of: load)
    }
  }

  static func spans(of diff: DiffLine) -> [TextSpan] {
    switch diff.kind {
    case .context: [TextSpan("  ", .dim), TextSpan(peer: diff.text, .dim)]
    case .add: [TextSpan("+ ", .diffAdd), TextSpan(peer: diff.text, .diffAdd)]
    case .delete: [TextSpan("- ", .diffDelete), TextSpan(peer: diff.text, .diffDelete)]
    case .hunk: [TextSpan(peer: diff.text, .accent)]
    }
  }

  private func clock(_ time: Moment?) -> TextSpan {
    let text = time.map { Format.clock($0, secondsFromGMT: options.secondsFromGMT) } ?? ""
    return TextSpan(text.isEmpty ? "         " : text + " ", .dim)
  }

  private func line(ofStep step: Int) -> Line {
    guard let draft = policy.draft else { return Line() }
    let isUndone = step > draft.position
    let mark = step == draft.position ? "here   " : isUndone ? "undone " : "       "
    var spans = [TextSpan(mark, step == draft.position ? .accent : .dim)]
    if let done = draft.step(step - 1) {
      spans += [clock(done.time), TextSpan(peer: done.title, isUndone ? .dim : .text)]
    } else {
      spans += [clock(nil), TextSpan("the file as it was first read")]
    }
    if step == draft.savedStep { spans.append(TextSpan(" · as in the file", .dim)) }
    return Line(spans)
  }

  private func line(of revision: ChangeLedger.Revision) -> Line {
    let count = Format.count(revision.changes.count + revision.untold, "change")
    var spans = [
      clock(revision.time), TextSpan("rev \(revision.revision) "), TextSpan("\(count), ", .dim),
      TextSpan(revision.isOwn ? "saved here" : "written by another program", revision.isOwn ? .text : .attention),
    ]
    switch revision.answer {
    case nil: break
    case .awaited: spans.append(TextSpan(" · the gate is loading it", .decisionLimit))
    case .loaded(let took):
      spans.append(TextSpan(" · the gate loaded it in \(Format.span(microseconds: took))", .decisionAllow))
    case .rejected(let text):
      spans += [TextSpan(" · REJECTED by the gate, ", .decisionDeny), TextSpan(peer: text, .decisionDeny)]
    case .silent: spans.append(TextSpan(" · the gate did not answer", .decisionLimit))
    case .noGate: spans.append(TextSpan(" · no gate was there", .dim))
    }
    return Line(spans)
  }

  private func line(of load: ChangeLedger.Load) -> Line {
    let event = load.event
    let runs = event.revision.map { "it keeps rev \(safe($0, limit: 12))" } ?? "it denies everything"
    switch event.state {
    case .loaded:
      let warnings = event.problems.count + event.untold
      let odd = warnings > 0 ? ", \(Format.count(warnings, "warning"))" : ""
      return Line(
        clock(load.time), TextSpan("loaded ", .decisionAllow), TextSpan("rev "),
        TextSpan(peer: event.revision ?? "none"),
        TextSpan(odd, .decisionLimit))
    case .rejected:
      let first = event.problems.first.map { "line \($0.place.line): \(safe($0.message))" } ?? "no reason given"
      return Line(
        clock(load.time), TextSpan("REJECTED ", .decisionDeny), TextSpan(peer: first), TextSpan("; \(runs)", .dim))
    case .absent: return Line(clock(load.time), TextSpan("no policy: it denies everything", .decisionDeny))
    }
  }

  /// The keys that are of use in the changes pane, for the line under the cursor first.
  var changeHints: [(Action, String)] {
    var hints: [(Action, String)] =
      policy.isContested ? [(.merge, "merge"), (.keepMine, "keep mine"), (.takeTheirs, "take theirs")] : []
    switch changeRow(changeList.row) {
    case .change: hints += [(.open, "go there"), (.drop, "drop it"), (.part, "its diff")]
    case .step: hints += [(.open, "go to this step"), (.undo, "undo")]
    case .left: hints += [(.restore, "restore"), (.discard, "drop"), (.open, "look")]
    case .conflict, .revision, .load: hints.append((.open, "look"))
    case .effect: hints += [(.effectPeriod, "how far back"), (.undo, "undo")]
    case .problem, .heading, .diff, .blank, nil:
      if policy.isDirty { hints.append((.undo, "undo")) }
    }
    if policy.isDirty { hints.append((.save, "save")) }
    return hints + [(.redo, "redo"), (.edit, "editor")]
  }
}
