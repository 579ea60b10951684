internal import ControlWire
internal import JSONText
internal import Policy

/// What was changed, by whom, and what becomes of it: the changes pane in words.
extension PlainText {
  /// Does what a typed line says of changes; nil if it is about something else.
  static func runChanges(_ line: String, on state: inout ConsoleState) -> Answer? {
    let words = line.split(separator: " ").map(String.init)
    guard let verb = words.first else { return nil }
    let rest = Array(words.dropFirst())
    switch verb {
    case "history": return history(state)
    case "saves": return saves(state)
    case "step":
      guard let step = number(rest, below: state.count(of: .history)) else { return ask("step N; history lists them") }
      return told(on: &state) { state in
        state.go(to: step)
        return []
      }
    case "change":
      guard let place = place(rest, .changes, state) else { return ask("change N; changes lists them") }
      return part(at: place, on: &state)
    case "take-back":
      guard let place = place(rest, .changes, state) else { return ask("take-back N; changes lists them") }
      return told(on: &state) { state in at(place, &state) { $0.perform(.drop) } }
    case "left": return left(on: &state)
    case "restore", "discard":
      let index = rest.isEmpty ? 0 : number(rest, below: state.left.count + 1).map { $0 - 1 }
      guard let index, index >= 0 else { return ask("\(verb), or \(verb) N; left lists them") }
      // The first is the one that is spoken of.
      if state.left.indices.contains(index) { state.left.swapAt(0, index) }
      return told(on: &state) { $0.perform(verb == "restore" ? .restore : .discard) }
    case "merge":
      if case .merge(let view) = state.overlay { return Answer(lines(of: view, state)) }
      let opened = told(on: &state) { $0.perform(.merge) }
      guard case .merge(let view) = state.overlay else { return opened }
      return Answer(opened.lines + lines(of: view, state))
    case "keep", "take": return choose(verb == "keep" ? .mine : .theirs, rest, on: &state)
    default: return nil
    }
  }

  private static func ask(_ usage: String) -> Answer { Answer(["write \(usage)"], isError: true) }

  /// The only word as a number.
  private static func number(_ words: [String], below end: Int) -> Int? {
    guard words.count == 1, let number = Int(words[0]), (0..<end).contains(number) else { return nil }
    return number
  }

  private static func place(_ words: [String], _ section: ChangeSection, _ state: ConsoleState) -> ChangePlace? {
    guard let number = number(words, below: state.count(of: section) + 1), number > 0 else { return nil }
    return ChangePlace(section: section, item: number - 1)
  }

  /// Does something as if the changes pane's cursor were on a place.
  private static func at<Outcome>(
    _ place: ChangePlace, _ state: inout ConsoleState, _ body: (inout ConsoleState) -> Outcome
  ) -> Outcome {
    let before = (state.focus, state.changeList)
    state.focus = .changes
    state.changeList.row = state.changeRow(of: place) ?? 0
    defer { (state.focus, state.changeList) = before }
    return body(&state)
  }

  private static func part(at place: ChangePlace, on state: inout ConsoleState) -> Answer {
    var answer = told(on: &state, keepingOverlay: true) { state in
      at(place, &state) { $0.showPart() }
      return []
    }
    if case .part(let part) = state.overlay {
      answer.lines += [state.safe(part.title, limit: 600)] + part.lines.map { text(of: $0, state) }
      state.overlay = nil
    }
    return answer
  }

  /// A line of a diff, with its sign.
  static func text(of line: DiffLine, _ state: ConsoleState) -> String {
    let sign =
      switch line.kind {
      case .add: "+ "
      case .delete: "- "
      case .context: "  "
      case .hunk: ""
      }
    return sign + state.safe(line.text, limit: 600)
  }

  private static func words(of row: ChangeRow, _ state: ConsoleState) -> String {
    let text = plain(state.line(of: row).spans.map { $0.isPeer ? state.safe($0.text, limit: 600) : $0.text }.joined())
    // A dot between two parts is a comma to the ear.
    var view = String.UnicodeScalarView()
    for scalar in text.unicodeScalars where scalar != " " || !view.isEmpty {
      if scalar == "·", view.last == " " { view.removeLast() }
      view.append(scalar == "·" ? "," : scalar)
    }
    return String(view)
  }

  // MARK: What was done

  private static func history(_ state: ConsoleState) -> Answer {
    let count = state.count(of: .history)
    guard count > 0 else { return Answer(["nothing was done yet"]) }
    return Answer(
      (0..<count).map { "\($0): \(words(of: .step($0), state))" } + ["step N goes to one of them"])
  }

  private static func saves(_ state: ConsoleState) -> Answer {
    var lines: [String] = []
    for revision in state.ledger.revisions {
      lines.append(words(of: .revision(revision), state))
      lines += revision.changes.map { "  " + state.safe($0, limit: 600) }
      if revision.untold > 0 { lines.append("  and \(Format.count(revision.untold)) more") }
    }
    lines += state.ledger.loads.map { "the gate, " + words(of: .load($0), state) }
    return Answer(lines.isEmpty ? ["the file is what it was when this console began"] : lines)
  }

  // MARK: What was left behind

  private static func left(on state: inout ConsoleState) -> Answer {
    guard !state.left.isEmpty else { return Answer(["no edits were left behind"]) }
    var lines = state.left.enumerated().map { "\($0.offset + 1). \(state.words(of: $0.element))" }
    state.openLeft()
    if case .left(let view) = state.overlay {
      let told = state.leftLines(view, columns: 400).dropFirst()
      lines +=
        ["the first of them:"]
        + told.map { line in
          plain(line.spans.map { $0.isPeer ? state.safe($0.text, limit: 600) : $0.text }.joined())
        }
    }
    state.overlay = nil
    return Answer(lines + ["restore N takes them in, discard N drops them for ever"])
  }

  // MARK: What others changed

  private static func choose(_ side: PolicyMerge.Side, _ words: [String], on state: inout ConsoleState) -> Answer {
    if case .merge = state.overlay {
    } else {
      let opened = told(on: &state, keepingOverlay: true) { $0.perform(.merge) }
      guard case .merge = state.overlay else { return opened }
    }
    guard case .merge(let before) = state.overlay else { return Answer() }
    let all = before.conflicts.indices
    let chosen = words == ["all"] ? Array(all) : words.compactMap { Int($0).map { $0 - 1 } }
    guard !chosen.isEmpty, words == ["all"] || chosen.count == words.count, chosen.allSatisfy(all.contains) else {
      let verb = side == .mine ? "keep" : "take"
      return ask("\(verb) N..., or \(verb) all; merge lists the conflicts")
    }
    var answer = told(on: &state, keepingOverlay: true) { state in
      for index in chosen {
        guard case .merge(var view) = state.overlay, view.conflicts.indices.contains(index) else { continue }
        view.list.row = index
        _ = state.take(.character(side == .mine ? "m" : "t"), view)
      }
      return []
    }
    if case .merge(let view) = state.overlay { answer.lines += lines(of: view, state) }
    return answer
  }

  private static func lines(of view: MergeView, _ state: ConsoleState) -> [String] {
    var lines: [String] = []
    for (index, conflict) in view.conflicts.enumerated() {
      func value(_ text: String?) -> String { text.map { state.safe($0, limit: 600) } ?? "nothing" }
      let choice =
        switch view.choices[conflict.pointer] {
        case .mine: "yours is kept"
        case .theirs: "theirs is taken"
        case nil: "to choose"
        }
      lines.append("\(index + 1). \(state.safe(conflict.subject, limit: 400)): \(choice)")
      if conflict.isRefusal { lines.append("  refused: \(state.safe(conflict.message, limit: 600))") }
      lines += [
        "  it was \(value(conflict.base))", "  yours \(value(conflict.mine))", "  theirs \(value(conflict.theirs))",
      ]
    }
    guard view.open == 0, let result = view.result else {
      return lines + ["keep N... keeps yours, take N... takes theirs, or all in place of the numbers"]
    }
    lines.append(
      result.isEmpty
        ? "the result is what is on the disk: nothing is left to save"
        : "what the result changes in the file on the disk:")
    return lines + result.map { text(of: $0, state) } + [mergeQuestion]
  }

  private static let mergeQuestion = "Type yes to take this result, keep or take to choose otherwise."

  /// The answer to what `merge` or `discard` asks; nil where the line is none.
  static func answerToChange(_ line: String, on state: inout ConsoleState) -> Answer? {
    let words = line.split(separator: " ").map { $0.folded }
    guard words.count == 1, let word = words.first else { return nil }
    switch (state.overlay, word) {
    case (.merge(let view), "yes"), (.merge(let view), "y"):
      guard view.open == 0 else { return Answer(["\(Format.count(view.open, "conflict")) left to choose"]) }
      return told(on: &state) { $0.take(Key(.enter), view) }
    case (.merge, "no"), (.merge, "n"): return Answer(["nothing is merged yet: keep and take choose otherwise"])
    case (.left(let view), "yes"), (.left(let view), "y"): return told(on: &state) { $0.take(.character("y"), view) }
    case (.left(let view), "no"), (.left(let view), "n"):
      var answer = told(on: &state, keepingOverlay: true) { $0.take(.character("n"), view) }
      state.overlay = nil
      answer.isError = false
      return answer
    default: return nil
    }
  }

  // MARK: One tool

  /// The page of a tool, as soon as its definition is known; `recommend` gives the rule that it names.
  static func page(_ verb: String, _ name: String, on state: inout ConsoleState) -> Answer {
    let word = CommandWords(name).words.first?.plain ?? ""
    let found = word.isEmpty ? [] : state.find(word)
    guard let first = found.first else {
      return word.isEmpty
        ? ask("\(verb) TOOL") : Answer(["error: no tool is called `\(state.safe(word))`"], isError: true)
    }
    if verb == "recommend" {
      return told(on: &state) { state in
        if let refusal = Action.recommend.refusal(in: state) {
          state.say(.error, "recommend: \(state.safe(refusal))")
        } else {
          state.recommend(for: found)
        }
        return []
      }
    }
    guard found.count == 1 else {
      return ask("\(verb) SERVER/TOOL: \(Format.count(found.count, "tool")) are called so")
    }
    let effects = state.openToolPage(of: first)
    return Answer(state.definitions[first] == nil && !effects.isEmpty ? [] : pageLines(state), effects: effects)
  }

  /// What the page that was asked for says.
  static func pageLines(_ state: ConsoleState) -> [String] {
    guard let page = state.toolPage else { return [] }
    return state.toolPageLines(page, columns: 400)
      .map { line in plain(line.spans.map { $0.isPeer ? state.safe($0.text, limit: 4000) : $0.text }.joined()) }
      .filter { !$0.isEmpty && $0 != " " }
  }
}
