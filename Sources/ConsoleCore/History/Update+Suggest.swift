internal import ControlWire
internal import Filters
internal import History
internal import JSONText
internal import Policy
internal import Risk

// MARK: A policy from the record, line by line
extension ConsoleState {
  /// Asks what the least policy would be; in the pane of the record, of what its filter lets through.
  mutating func openSuggestions() -> [ConsoleEffect] {
    openSuggestions(of: focus == .history ? history.filter : nil)
  }

  mutating func openSuggestions(of filter: Filter?) -> [ConsoleEffect] {
    guard let draft = policy.draft else { return [] }
    var view = SuggestView()
    let id = nextRequest()
    view.asked = id
    view.filter = filter
    overlay = .suggest(view)
    let categories = Dictionary(
      catalogue.tools.indices.map { (catalogue.name(of: $0), catalogue.tools[$0].info.assessment.category) },
      uniquingKeysWith: { first, _ in first })
    return [
      .suggest(
        SuggestQuestion(id: id, text: draft.current.text, filter: view.filter, now: now, categories: categories))
    ]
  }

  mutating func take(_ answer: SuggestAnswer) {
    guard case .suggest(var view) = overlay, view.asked == answer.id else { return }
    view.asked = nil
    (view.suggestion, view.problem) = (answer.suggestion, answer.problem)
    view.taken = view.usual
    overlay = .suggest(view)
  }

  mutating func take(_ key: Key, _ view: SuggestView) -> [ConsoleEffect] {
    var view = view
    view.hint = nil
    if view.preview == nil { choose(&view, key) } else { confirm(&view, key) }
    if case .suggest = overlay { overlay = .suggest(view) }
    return []
  }

  private mutating func choose(_ view: inout SuggestView, _ key: Key) {
    let (count, height) = (view.lines.count, suggestRoom.list)
    func go(to row: Int) {
      view.list.go(to: row, count: count, height: height)
      view.reasonTop = 0
    }
    switch key {
    case _ where key.leaves, .character("q"):
      overlay = nil
      say(.info, "nothing is changed")
    case Key(.down), .character("j"): go(to: view.list.row + 1)
    case Key(.up), .character("k"): go(to: view.list.row - 1)
    case Key(.pageDown), .control("f"): go(to: view.list.row + height)
    case Key(.pageUp), .control("b"): go(to: view.list.row - height)
    case Key(.home), .character("g"): go(to: 0)
    case Key(.end), .character("G"): go(to: count)
    case Key(.right), .character("l"):
      let most = max(0, suggestReasons(view).count - suggestRoom.reasons)
      view.reasonTop = min(most, view.reasonTop + max(1, suggestRoom.reasons - 1))
    case Key(.left), .character("h"): view.reasonTop = max(0, view.reasonTop - max(1, suggestRoom.reasons - 1))
    case .character(" "):
      guard view.current != nil else { break }
      if view.taken.remove(view.list.row) == nil { view.taken.insert(view.list.row) }
      go(to: view.list.row + 1)
    case .character("a"): view.taken = view.taken == view.usual ? [] : view.usual
    case Key(.enter): preview(&view)
    default: view.hint = "Space takes or leaves a line, Enter shows what the taken ones change"
    }
  }

  /// Works out what the taken lines change.
  mutating func preview(_ view: inout SuggestView) {
    guard view.suggestion != nil else { return }
    guard !view.taken.isEmpty else {
      view.hint = view.lines.isEmpty ? "there is nothing to take" : "Space takes a line, a the usual ones"
      return
    }
    if let refusal = Action.suggest.refusal(in: self) {
      view.hint = safe(refusal)
      return
    }
    guard let before = policy.draft else { return }
    let taken = view.taken.sorted().filter { view.lines.indices.contains($0) }.map { view.lines[$0] }
    let title = "rules for what was called: \(Format.count(taken.count, "line")) of the suggestion"
    let edit = PolicyEdit.batch([.layOut] + taken.map(\.edit), title: title)
    var after = before
    do throws(PolicyEditError) {
      try after.apply(edit, at: now)
    } catch {
      view.hint = safe(error.message) + (error.help.map { ": \(safe($0))" } ?? "")
      return
    }
    let lines = DiffLine.unified(before.current.text, after.current.text)
    guard !lines.isEmpty else {
      view.hint = "the policy says all of this already"
      return
    }
    tried = TriedEdit(edit: edit, before: before, after: after)
    view.preview = SuggestView.Preview(edit: edit, count: taken.count, lines: lines)
  }

  /// Puts the taken lines into the draft, as one step.
  mutating func confirmSuggestion(_ view: inout SuggestView, _ preview: SuggestView.Preview) {
    if let refusal = Action.suggest.refusal(in: self) {
      view.hint = safe(refusal)
      return
    }
    overlay = nil
    let how = byWay(" · = shows them, ctrl-s writes them", "")
    apply(preview.edit, said: "\(Format.count(preview.count, "suggested line")) in the draft\(how)")
  }

  /// What only `y` says yes to.
  private mutating func confirm(_ view: inout SuggestView, _ key: Key) {
    guard var preview = view.preview else { return }
    let height = suggestRoom.preview
    func scroll(to line: Int) {
      preview.top = max(0, min(line, preview.lines.count - height))
      view.preview = preview
    }
    switch key {
    case .character("y"): confirmSuggestion(&view, preview)
    case _ where key.leaves, .character("n"), .character("q"):
      view.preview = nil
      tried = nil
    case Key(.down), .character("j"): scroll(to: preview.top + 1)
    case Key(.up), .character("k"): scroll(to: preview.top - 1)
    case Key(.pageDown), .character(" "), .control("f"): scroll(to: preview.top + height)
    case Key(.pageUp), .control("b"): scroll(to: preview.top - height)
    case Key(.home), .character("g"): scroll(to: 0)
    case Key(.end), .character("G"): scroll(to: preview.lines.count)
    default: view.hint = "y puts them into the draft, n goes back"
    }
  }
}
