internal import ControlWire
internal import Filters
internal import History
internal import JSONText
internal import Policy

/// The record in lines of text: what was decided, what unsaved edits would do to it, and what it suggests.
///
/// It is read on a thread, so each command asks, and what comes of it is printed when it comes; the next line waits.
extension PlainText {
  /// Does what a typed line says of the record; nil if it is about something else.
  static func runRecord(_ line: String, on state: inout ConsoleState) -> Answer? {
    let words = line.split(separator: " ", maxSplits: 1).map(String.init)
    guard let verb = words.first else { return nil }
    let rest = words.count > 1 ? words[1].trimmed : ""
    switch verb {
    case "record", "numbers": return record(rest, withNumbers: verb == "numbers", on: &state)
    case "decision": return decision(rest, on: &state)
    case "effect": return effect(rest, on: &state)
    case "suggest": return suggest(rest, on: &state)
    case "accept": return accept(rest, on: &state)
    default: return nil
    }
  }

  /// What to print when the record has answered; nothing where nobody has asked.
  static func recordLines(for message: ConsoleMessage, in state: ConsoleState) -> [String] {
    switch message {
    case .historyRead: historyLines(state)
    case .pastPolicyRead, .pastArgumentsRead: pastLines(state)
    case .effectRead: effectLines(state)
    case .suggested: suggestionLines(state)
    default: []
    }
  }

  // MARK: Decisions

  /// So many decisions are printed, and as many tools.
  private static let mostRows = 20

  /// A filter for the record; `answer` says what is wrong with it.
  private static func filter(_ source: String, _ state: ConsoleState) -> (filter: Filter?, answer: Answer?) {
    guard !source.isEmpty else { return (nil, nil) }
    do throws(FilterError) {
      return (try Filter(state.filters[source] ?? source, for: .live), nil)
    } catch {
      let words = "error: filter, at character \(error.place + 1): \(state.safe(error.message))"
      return (nil, Answer([words], isError: true))
    }
  }

  private static func record(_ source: String, withNumbers: Bool, on state: inout ConsoleState) -> Answer {
    let (filter, refusal) = filter(source, state)
    if let refusal { return refusal }
    state.history.filter = filter
    state.history.showsNumbers = withNumbers
    return Answer(effects: state.askHistory())
  }

  private static func historyLines(_ state: ConsoleState) -> [String] {
    guard let page = state.history.page else { return [] }
    if let problem = page.problem { return ["error: \(state.safe(problem, limit: 600))"] }
    let found = state.history.filter.map { " that fit \(state.safe($0.source))" } ?? ""
    guard page.total > 0 else {
      return [found.isEmpty ? "nothing is recorded yet" : "the record has no decisions\(found)"]
    }
    let total = "\(Format.count(page.total, "decision"))\(found)"
    if state.history.showsNumbers { return [total] + numbers(page, state) }
    let rows = page.rows.prefix(mostRows)
    var lines = ["\(total), the last \(Format.count(rows.count)), the newest first:"]
    lines += rows.enumerated().map { "\($0.offset + 1). \(words(of: $0.element, state))" }
    return lines + ["decision N tells all about one, numbers how each tool fares"]
  }

  /// One decision in a line: when, what, and how it ended.
  private static func words(of row: HistoryRow, _ state: ConsoleState) -> String {
    let offset = Int64(clamping: state.options.secondsFromGMT).multiplied(1_000_000)
    let day = row.time.advanced(byMicroseconds: offset).rfc3339.prefix(10)
    let end = row.end == .none && row.answer == .none ? "" : ", \(state.endWords(row))"
    return "\(day) \(line(row.event, at: row.time, in: state))\(end)"
  }

  private static func numbers(_ page: HistoryPage, _ state: ConsoleState) -> [String] {
    var lines = page.tools.prefix(mostRows).map { tool in
      "\(state.safe("\(tool.server.string)/\(tool.tool.string)")): \(state.figures(of: tool))"
    }
    let more = page.tools.count - lines.count
    if more > 0 { lines.append("and \(Format.count(more, "more tool")); numbers FILTER looks at some") }
    return lines
  }

  private static func decision(_ word: String, on state: inout ConsoleState) -> Answer {
    guard let number = Int(word), let page = state.history.page, !state.history.showsNumbers,
      (1...mostRows).contains(number), page.rows.indices.contains(number - 1)
    else { return Answer(["write decision N; record lists them"], isError: true) }
    let effects = state.showPast(page.rows[number - 1])
    return Answer(state.isPastAsked ? [] : pastLines(state), effects: effects)
  }

  private static func pastLines(_ state: ConsoleState) -> [String] {
    guard case .past(let past) = state.overlay, !state.isPastAsked else { return [] }
    return state.pastLines(past, columns: 100).map { aloud($0, state) }.filter { !$0.isEmpty }
  }

  /// A line of the screen, without its signs.
  private static func aloud(_ line: Line, _ state: ConsoleState) -> String {
    plain(line.spans.map { $0.isPeer ? state.safe($0.text, limit: 4_000) : $0.text }.joined())
  }

  // MARK: The effect of unsaved edits

  private static func effect(_ word: String, on state: inout ConsoleState) -> Answer {
    if !word.isEmpty {
      guard let period = EffectPeriod(word) else {
        return Answer(["write effect, effect 3d or effect all"], isError: true)
      }
      state.effectPeriod = period
    }
    guard state.policy.isDirty else { return Answer(["nothing is changed, so no call is judged otherwise"]) }
    return Answer(effects: state.askRecordEffect())
  }

  private static func effectLines(_ state: ConsoleState) -> [String] {
    guard state.policy.isDirty, let trial = state.recordTrial, trial.standing != .asked else { return [] }
    return [state.recordEffectHeading] + state.recordEffectLines.map { aloud($0, state).trimmed }
  }

  // MARK: Suggestions

  private static func suggest(_ source: String, on state: inout ConsoleState) -> Answer {
    let (filter, refusal) = filter(source, state)
    if let refusal { return refusal }
    if let refusal = Action.suggest.refusal(in: state) { return Answer([state.safe(refusal)], isError: true) }
    return Answer(effects: state.openSuggestions(of: filter))
  }

  private static func suggestionLines(_ state: ConsoleState) -> [String] {
    guard case .suggest(let view) = state.overlay, view.asked == nil else { return [] }
    if let problem = view.problem { return ["error: \(state.safe(problem, limit: 600))"] }
    guard let suggestion = view.suggestion, !view.lines.isEmpty else {
      return ["nothing was called that could be let through"]
    }
    var lines = ["the least that lets pass what was called, from \(Format.count(suggestion.calls, "call")):"]
    for (index, line) in view.lines.enumerated() {
      let usual = view.usual.contains(index) ? "" : ", not usual"
      lines.append("\(index + 1). \(aloud(state.suggestRow(line, columns: 400), state))\(usual)")
      lines += state.suggestReasons(of: line, columns: 400).map { "   \(aloud($0, state))" }
    }
    if !suggestion.refused.isEmpty {
      lines.append("\(Format.count(suggestion.refused.count, "tool")) only refused, which get no rule")
    }
    return lines + ["accept N... puts lines into the draft, accept usual those that are usual; only save writes them"]
  }

  private static func accept(_ rest: String, on state: inout ConsoleState) -> Answer {
    guard case .suggest(var view) = state.overlay, view.suggestion != nil else {
      return Answer(["nothing is suggested; suggest does"], isError: true)
    }
    let words = rest.split(separator: " ").map(String.init)
    let places = words == ["usual"] ? Array(view.usual) : words.compactMap { Int($0).map { $0 - 1 } }
    guard !places.isEmpty, words == ["usual"] || places.count == words.count,
      places.allSatisfy(view.lines.indices.contains)
    else { return Answer(["write accept N..., or accept usual; suggest lists them"], isError: true) }
    view.taken = Set(places)
    view.hint = nil
    state.preview(&view)
    guard let preview = view.preview else { return Answer(["error: \(view.hint ?? "")"], isError: true) }
    var answer = told(on: &state, keepingOverlay: true) { state in
      state.confirmSuggestion(&view, preview)
      return []
    }
    if let hint = view.hint { return Answer(["error: \(hint)"], isError: true) }
    answer.lines += preview.lines.map { text(of: $0, state) }
    view.preview = nil
    // What is left of the list can be taken afterwards.
    state.overlay = .suggest(view)
    return answer
  }
}

extension ConsoleState {
  /// The record was asked something that a line waits for.
  package var isRecordAsked: Bool {
    guard options.isPlain else { return false }
    if history.asked != nil || isPastAsked || policy.isDirty && recordTrial?.standing == .asked { return true }
    guard case .suggest(let view) = overlay else { return false }
    return view.asked != nil
  }

  /// Something of the decision that is shown is still looked for.
  var isPastAsked: Bool {
    guard case .past(let past) = overlay else { return false }
    let revision = past.row.event.revision
    let isPolicyAsked = revision.map { policy.draft?.base.revision != $0 && history.policy($0) == nil } ?? false
    return isPolicyAsked || !past.row.arguments.isEmpty && past.arguments == nil
  }
}
