internal import ControlWire
internal import Filters
internal import History
internal import JSONText
internal import Policy

// MARK: The pane of the record
extension ConsoleState {
  /// Goes to the pane and reads the record, also where it is there already.
  mutating func openHistory() {
    focus(.history)
    history.isWanted = true
  }

  /// The question that is to be put to the record, if one is.
  mutating func wantHistory() -> [ConsoleEffect] {
    history.isWanted && !options.isPlain ? askHistory() : []
  }

  /// The same, whether anything is wanted or not.
  mutating func askHistory() -> [ConsoleEffect] {
    history.isWanted = false
    let id = nextRequest()
    history.asked = id
    return [.readHistory(HistoryQuestion(id: id, filter: history.filter, now: now))]
  }

  /// Takes what the record tells; nothing where nobody waits for it any more.
  mutating func take(_ page: HistoryPage) {
    guard history.asked == page.id else { return }
    history.asked = nil
    // Who looks at a row goes on looking at it, in the same place; at the top the newest are looked at.
    let (here, row) = (history.row, history.cursor.row)
    let (tool, toolRow) = (history.tool, history.numberCursor.row)
    history.page = page
    history.cursor = Self.cursor(
      history.cursor,
      at: row == 0 ? 0 : page.rows.firstIndex { $0.sequence == here?.sequence && $0.time == here?.time } ?? 0)
    if history.showsNumbers {
      let place = toolRow == 0 ? 0 : page.tools.firstIndex { $0 == tool } ?? 0
      history.numberCursor = Self.cursor(history.numberCursor, at: place)
    }
  }

  /// The cursor on another row, drawn in the same line as before.
  private static func cursor(_ cursor: ListCursor, at row: Int) -> ListCursor {
    var moved = cursor
    (moved.row, moved.top) = (row, max(0, cursor.top + row - cursor.row))
    return moved
  }

  mutating func setHistoryFilter(_ filter: Filter?) {
    guard filter != history.filter else { return }
    history.filter = filter
    history.isWanted = true
  }

  mutating func moveInHistory(by rows: Int) {
    history.shownCursor.go(
      to: history.shownCursor.row + rows, count: history.count, height: height(of: .history))
  }

  /// The next decision that is something else than allow.
  mutating func moveToDeniedInHistory(_ step: Int) {
    guard !history.showsNumbers, let rows = history.page?.rows else { return moveInHistory(by: step) }
    var index = history.cursor.row + step
    while rows.indices.contains(index) {
      if rows[index].event.decision.verdict != .allow {
        return history.cursor.go(to: index, count: rows.count, height: height(of: .history))
      }
      index += step
    }
    say(.info, "no more decisions than allow in this direction")
  }

  /// Decisions, or the numbers of each tool.
  mutating func toggleNumbers() {
    history.showsNumbers.toggle()
    say(.info, history.showsNumbers ? "numbers of each tool, those with the most calls first" : "decisions")
  }

  /// Shows the rule as it was and as it is; from the numbers of a tool, its decisions.
  mutating func openPast() -> [ConsoleEffect] {
    if history.showsNumbers, let tool = history.tool {
      let server = FilterText.quotedIfNeeded(tool.server.string)
      let source = "server=\(server) tool=\(FilterText.quotedIfNeeded(tool.tool.string))"
      setHistoryFilter((try? Filter(source, for: .live)) ?? nil)
      history.showsNumbers = false
      history.cursor = ListCursor()
      return []
    }
    guard let row = history.row else {
      say(.info, "there is no decision under the cursor")
      return []
    }
    return showPast(row)
  }

  mutating func showPast(_ row: HistoryRow) -> [ConsoleEffect] {
    overlay = .past(PastDecision(row: row))
    return wantPastPolicy(of: row) + wantPastArguments(of: row)
  }

  /// Asks for the policy that a decision was made by, where it is another one than the file.
  private func wantPastPolicy(of row: HistoryRow) -> [ConsoleEffect] {
    guard let revision = row.event.revision, policy.draft?.base.revision != revision,
      history.policy(revision) == nil
    else { return [] }
    return [.readPastPolicy(revision: revision)]
  }

  mutating func take(_ key: Key, _ past: PastDecision) -> [ConsoleEffect] {
    let room = pastRoom
    let most = max(0, pastLines(past, columns: room.columns).count - room.rows)
    func scrolled(to line: Int) -> Overlay {
      var past = past
      past.top = max(0, min(line, most))
      return .past(past)
    }
    switch key {
    case _ where key.leaves, Key(.enter), .character("q"): overlay = nil
    case Key(.down), .character("j"): return showPast(beside: 1)
    case Key(.up), .character("k"): return showPast(beside: -1)
    case Key(.pageDown), .character(" "), .control("f"): overlay = scrolled(to: past.top + room.rows)
    case Key(.pageUp), .control("b"): overlay = scrolled(to: past.top - room.rows)
    case Key(.home), .character("g"): overlay = scrolled(to: 0)
    case Key(.end), .character("G"): overlay = scrolled(to: most)
    case .character("J"):
      overlay = nil
      jumpFromHistory()
    default: say(.info, "\(key.name) does nothing here: j k go to other decisions, J to the rule, Esc leaves")
    }
    return []
  }

  /// The decision before or behind the one that is shown.
  private mutating func showPast(beside step: Int) -> [ConsoleEffect] {
    let before = history.cursor.row
    moveInHistory(by: step)
    guard history.cursor.row != before, let row = history.row else { return [] }
    return showPast(row)
  }

  /// Goes to the tool of a decision, and to the rule that decided where the policy still has it.
  mutating func jumpFromHistory() {
    guard let tool = history.tool else { return say(.info, "there is no decision under the cursor") }
    let rule = history.row?.event.decision.rule
    reveal(tool)
    if let rule { revealRule(rule) }
  }

  /// What cannot be done in the pane now, and why; nil for what can.
  func historyRefusal(of action: Action) -> String? {
    switch action {
    case .jump where history.tool == nil:
      return history.showsNumbers ? "there is no tool under the cursor" : "there is no decision under the cursor"
    case .jump:
      guard let tool = history.tool, catalogue.index(ofServer: tool.server) != nil else {
        return "its server is not in the catalogue"
      }
      return nil
    default: return nil
    }
  }
}
