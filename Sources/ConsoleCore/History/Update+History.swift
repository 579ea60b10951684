internal import ControlWire
internal import Filters
internal import History
internal import JSONText
internal import Policy

extension ConsoleState {
  var historyView: HistoryView? { if case .history(let view) = overlay { view } else { nil } }

  /// Opens the record, and asks it for its last decisions.
  mutating func openHistory() -> [ConsoleEffect] { ask(HistoryView()) }

  private mutating func ask(_ view: HistoryView) -> [ConsoleEffect] {
    var view = view
    let id = nextRequest()
    view.asked = id
    overlay = .history(view)
    var trial: HistoryQuestion.Trial?
    if policy.isDirty, let draft = policy.draft {
      trial = HistoryQuestion.Trial(text: draft.current.text, saved: draft.base.text)
    }
    return [.readHistory(HistoryQuestion(id: id, filter: view.filter, now: now, trial: trial))]
  }

  /// Takes what the record tells; nothing where nobody waits for it any more.
  mutating func take(_ page: HistoryPage) {
    guard var view = historyView, view.asked == page.id else { return }
    view.asked = nil
    // Who looks at a row goes on looking at it.
    let here = view.row
    view.page = page
    let place = page.rows.firstIndex { $0.sequence == here?.sequence && $0.time == here?.time } ?? 0
    view.cursor.go(to: place, count: page.rows.count, height: historyRows(view))
    overlay = .history(view)
  }

  mutating func take(_ key: Key, _ view: HistoryView) -> [ConsoleEffect] {
    if view.isTyping { return takeTyped(key, view) }
    let page = max(1, historyRows(view) - 1)
    switch key {
    case _ where key.leaves, .character("q"), .character("H"): overlay = nil
    case Key(.down), .character("j"): move(view, to: view.cursor.row + 1)
    case Key(.up), .character("k"): move(view, to: view.cursor.row - 1)
    case Key(.pageDown), .character(" "), .control("f"): move(view, to: view.cursor.row + page)
    case Key(.pageUp), .control("b"): move(view, to: view.cursor.row - page)
    case Key(.home), .character("g"): move(view, to: 0)
    case Key(.end), .character("G"): move(view, to: .max)
    case .character("r"): return ask(view)
    case .character("/"):
      var view = view
      view.isTyping = true
      overlay = .history(view)
    case .character("J"), Key(.enter): jump(from: view)
    default: say(.info, "\(key.name) does nothing here: / searches, J goes to the rule, Esc leaves")
    }
    return []
  }

  private mutating func move(_ view: HistoryView, to row: Int) {
    var view = view
    view.cursor.go(to: row, count: view.page?.rows.count ?? 0, height: historyRows(view))
    overlay = .history(view)
  }

  private mutating func takeTyped(_ key: Key, _ view: HistoryView) -> [ConsoleEffect] {
    var view = view
    switch key {
    case Key(.enter):
      do throws(FilterError) {
        view.filter = try Filter(view.field.text, for: .live)
      } catch {
        view.mistake = error.message
        overlay = .history(view)
        return []
      }
      view.mistake = nil
      view.isTyping = false
      view.cursor = ListCursor()
      return ask(view)
    case _ where key.leaves:
      view.isTyping = false
      view.mistake = nil
      view.field = TextField(view.filter?.source ?? "")
    default:
      guard view.field.take(key) else { return [] }
      view.mistake = nil
    }
    overlay = .history(view)
    return []
  }

  /// Goes to the tool of a decision, and to the rule that decided where the policy still has it.
  private mutating func jump(from view: HistoryView) {
    guard let row = view.row else { return say(.info, "there is no decision under the cursor") }
    overlay = nil
    reveal(ToolName(server: row.event.server, tool: row.event.tool ?? row.event.method))
    revealRule(row.event.decision.rule)
  }
}
