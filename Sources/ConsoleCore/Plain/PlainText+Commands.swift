internal import ControlWire
internal import JSONText
package import Policy

extension PlainText {
  /// Does what a typed line says; the answer's lines are to be printed and its effects done.
  ///
  /// `typed` is when it was typed, nil for now: it decides about no call that was told of later.
  package static func run(_ line: String, typed: Moment? = nil, on state: inout ConsoleState) -> Answer {
    state.options.isPlain = true
    var before: [String] = []
    if case .confirm(let confirmation) = state.overlay {
      if let answer = answer(line, to: confirmation, on: &state) { return answer }
      // Whatever else is typed is no yes, and is not lost for that.
      before = ["not done, for that was no yes"]
    }
    if let answer = answerToChange(line, on: &state) { return answer }
    // What was chosen of a merge is kept while something else is looked at.
    let merge: Overlay? = if case .merge = state.overlay { state.overlay } else { nil }
    // So is what was suggested, of which lines can be taken later.
    let suggested: Overlay? = if case .suggest = state.overlay { state.overlay } else { nil }
    defer {
      if state.overlay == nil, let suggested { state.overlay = suggested }
      if let merge, state.overlay == nil, case .conflict = state.policy.disk { state.overlay = merge }
    }
    if var answer = runApprovals(line, typed: typed ?? state.now, on: &state) ?? runServers(line, on: &state) {
      answer.lines = before + answer.lines
      return answer
    }
    state.note = nil
    if !["keep", "take", "merge", "accept"].contains(line.split(separator: " ").first) { state.overlay = nil }
    var answer = runChanges(line, on: &state) ?? runRecord(line, on: &state) ?? command(line, on: &state)
    answer.lines = before + answer.lines
    return answer
  }

  private static func command(_ line: String, on state: inout ConsoleState) -> Answer {
    let words = line.split(separator: " ").map(String.init)
    guard let verb = words.first else { return Answer() }
    let rest = words.dropFirst().joined(separator: " ")
    if words.count == 1, let number = Int(verb), !state.choices.isEmpty {
      guard state.choices.indices.contains(number - 1) else {
        return Answer(["choose a number from 1 to \(state.choices.count)"])
      }
      return run(state.choices[number - 1], on: &state)
    }
    state.choices = []
    switch verb {
    case "help", "?": return help(rest)
    case "find": return find(rest, on: &state)
    case "list", "ls": return list(rest, state)
    case "rules": return Answer(rules(state))
    case "show": return show(rest, on: &state)
    case "tool", "recommend": return page(verb, rest, on: &state)
    case "changes", "diff": return Answer(changes(state))
    case "status": return Answer(status(state))
    case "servers": return Answer(servers(state))
    case "log": return log(rest, state)
    case "watch":
      guard let level = Level(rawValue: rest) else { return Answer(["write watch all, watch denied or watch off"]) }
      return Answer(["telling \(level == .off ? "nothing" : level.rawValue) of the stream"], level: level)
    case "quit!": return Answer(effects: [.quit])
    case "starter" where rest.isEmpty: return starters(on: &state)
    case "allow", "deny", "hide", "inherit", "ask", "limit":
      // Without a name there is nothing to decide about: a line has no cursor.
      guard rest.contains(where: { $0 != " " }), verb != "limit" || words.count > 2 else {
        return Answer(["name at least one tool, such as: \(verb) SERVER/TOOL\(verb == "limit" ? " 10/minute" : "")"])
      }
    case "limits": return Answer(["`limits` is for the screen; limit, add-limit and drop change limits by words"])
    default:
      if words.count == 1, let action = Action(rawValue: verb), !spoken.contains(action) {
        return Answer(["`\(verb)` is for the screen; help lists the commands"])
      }
    }
    return told(on: &state) { $0.run(line) }
  }

  /// Actions that make sense without a screen.
  static let spoken: Set<Action> = [
    .undo, .redo, .save, .keepMine, .takeTheirs, .quit, .edit, .rescan, .putBack, .recommendAll,
  ]

  /// Does something, and then tells all that was said meanwhile, and what is asked.
  static func told(
    on state: inout ConsoleState, keepingOverlay: Bool = false, _ body: (inout ConsoleState) -> [ConsoleEffect]
  ) -> Answer {
    state.saidSince = []
    let effects = body(&state)
    let said = state.saidSince ?? []
    state.saidSince = nil
    var lines = said.map { weight($0) + plain($0.text) } + question(state)
    switch state.overlay {
    case .confirm, .merge, nil: break
    case .left(let view) where view.isDropping: break
    default:
      if keepingOverlay { break }
      if lines.isEmpty { lines.append("that is for the screen; help lists the commands") }
      state.overlay = nil
    }
    return Answer(lines, effects: effects, isError: said.contains { $0.weight == .error })
  }

  /// What is asked, and how to answer.
  private static func question(_ state: ConsoleState) -> [String] {
    if case .left(let view) = state.overlay, view.isDropping, let first = state.left.first {
      return ["drop \(state.words(of: first)) for ever?", "Type yes or no."]
    }
    guard case .confirm(let confirmation) = state.overlay else { return [] }
    let how =
      confirmation.question == .quit
      ? "Type yes to quit, s to save and quit, no to stay." : "Type yes or no."
    return confirmation.lines.map { plain($0) } + [how]
  }

  /// The question that waits, or what was said.
  static func outcome(_ state: ConsoleState) -> [String] {
    let question = question(state)
    return question.isEmpty ? state.note.map { [weight($0) + plain($0.text)] } ?? [] : question
  }

  private static func weight(_ note: Note) -> String { note.weight == .info ? "" : "\(note.weight.rawValue): " }

  /// Nil where the line is no answer.
  ///
  /// A step of many edits wants the whole word.
  private static func answer(
    _ line: String, to confirmation: Confirmation, on state: inout ConsoleState
  ) -> Answer? {
    let words = line.split(separator: " ").map { $0.folded }
    guard words.count == 1, let word = words.first else { return words.isEmpty ? Answer(["Type yes or no."]) : nil }
    let key: Key
    switch word {
    case "yes": key = .character("y")
    case "y" where confirmation.isLarge: return Answer(["That is much at once: type the whole word yes, or no."])
    case "y": key = .character("y")
    case "s" where confirmation.question == .quit: key = .character("s")
    case "n", "no": key = .character("n")
    default: return nil
    }
    return told(on: &state) { update(&$0, .input(.key(key))) }
  }
}

extension Confirmation {
  /// It is about many rules at once.
  fileprivate var isLarge: Bool {
    switch question {
    case .edit(.batch, _, _), .edit(.setDefault, _, _): true
    default: false
    }
  }
}
