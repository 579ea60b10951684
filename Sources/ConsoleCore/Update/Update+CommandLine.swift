internal import Filters
internal import Policy

extension ConsoleState {
  // MARK: Help and palette

  mutating func take(_ key: Key, _ help: HelpList) -> [ConsoleEffect] {
    var help = help
    let found = found(help)
    switch choose(key, &help.field, &help.list, found) {
    case .leave:
      overlay = nil
      return []
    case .run(let doable): return run(doable)
    case .stay:
      overlay = .help(help)
      return []
    }
  }

  mutating func take(_ key: Key, _ palette: Palette) -> [ConsoleEffect] {
    var palette = palette
    let found = found(palette)
    switch choose(key, &palette.field, &palette.list, found) {
    case .leave:
      overlay = nil
      return []
    case .run(let doable): return run(doable)
    case .stay:
      overlay = .palette(palette)
      return []
    }
  }

  private enum Choice { case stay, leave, run(Doable) }

  /// What a key does to a list that is searched as one types.
  private func choose(
    _ key: Key, _ field: inout TextField, _ list: inout ListCursor, _ found: [Doable]
  ) -> Choice {
    let height = max(1, size.rows - 6)
    func go(_ step: Int) { list.go(to: list.row + step, count: found.count, height: height) }
    switch key {
    case _ where key.leaves: return .leave
    case Key(.backspace) where field.scalars.isEmpty: return .leave
    case Key(.down), .control("n"), Key(.tab): go(1)
    case Key(.up), .control("p"), Key(.tab, .shift): go(-1)
    case Key(.pageDown): go(height)
    case Key(.pageUp): go(-height)
    case Key(.enter): return found.indices.contains(list.row) ? .run(found[list.row]) : .stay
    default:
      if field.take(key) { list = ListCursor() }
    }
    return .stay
  }

  /// The help's rows that hold every word that is typed; all where nothing is.
  func found(_ help: HelpList) -> [Doable] {
    let patterns = help.field.text.unicodeScalars.split(separator: " ").map {
      Pattern(String(String.UnicodeScalarView($0)), .part)
    }
    return (doables + FixedKeys.all.map { .fixed($0) }).filter { doable in
      patterns.allSatisfy { pattern in
        pattern.holds(doable.name) || pattern.holds(doable.summary)
          || keys(of: doable).contains { pattern.holds($0) }
      }
    }
  }

  // MARK: The command line

  mutating func take(_ key: Key, _ command: CommandField) -> [ConsoleEffect] {
    var command = command
    let isAtEnd = command.field.cursor == command.field.scalars.count
    switch key {
    case _ where key.leaves:
      overlay = nil
      return []
    case Key(.enter):
      overlay = nil
      return submit(command.field.text)
    case Key(.tab): complete(&command, 1)
    case Key(.tab, .shift): complete(&command, -1)
    case Key(.up), .control("p"): recall(&command, -1)
    case Key(.down), .control("n"): recall(&command, 1)
    case Key(.right) where isAtEnd, Key(.end) where isAtEnd, .control("e") where isAtEnd:
      if let ghost = ghost(of: command) { command.field = TextField(command.field.text + ghost) }
      command.cycle = nil
    case Key(.backspace) where command.field.scalars.isEmpty:
      overlay = nil
      return []
    // A line that was wrong gives way to the next one.
    case .character(":") where command.error != nil: command = CommandField()
    default:
      if command.field.take(key) {
        command.cycle = nil
        command.error = nil
      }
    }
    overlay = .command(command)
    return []
  }

  /// Runs what was typed; a line that is wrong stays to be mended, with what is wrong below it.
  mutating func submit(_ line: String) -> [ConsoleEffect] {
    let said = log.last
    let effects = run(line)
    if overlay == nil, effects.isEmpty, let last = log.last, last != said, last.note.weight == .error {
      overlay = .command(CommandField(field: TextField(line), error: last.note.text))
    }
    return effects
  }

  /// Goes on as far as there is one way, then through all ways.
  private func complete(_ command: inout CommandField, _ step: Int) {
    command.error = nil
    if let cycle = command.cycle {
      let all = completions(of: cycle.base)
      guard !all.isEmpty else { return }
      let index = (cycle.index + step + all.count) % all.count
      command.cycle?.index = index
      command.field = TextField(all[index].line)
      return
    }
    let text = command.field.text
    let all = completions(of: text)
    guard let first = all.first else { return }
    if all.count == 1 {
      command.field = TextField(first.line + (takesMore(first.line) ? " " : ""))
      return
    }
    let shared = all.reduce(first.line) { $0.commonPrefix(with: $1.line) }
    if shared.unicodeScalars.count > text.unicodeScalars.count, shared.hasPrefix(text) {
      command.field = TextField(shared)
      return
    }
    let index = step > 0 ? 0 : all.count - 1
    command.cycle = CommandField.Cycle(base: text, index: index)
    command.field = TextField(all[index].line)
  }

  /// Words may follow the line.
  private func takesMore(_ line: String) -> Bool {
    let words = CommandWords(line).words
    guard let entry = words.first.flatMap({ CommandEntry.named($0.text) }) else { return false }
    return words.count <= entry.offers.count || entry.offers == [.rule] || entry.offers == [.tool]
      || entry.offers.last == .condition
  }

  /// What the first completion adds behind the cursor.
  func ghost(of command: CommandField) -> String? {
    guard command.cycle == nil, command.field.cursor == command.field.scalars.count, !command.field.scalars.isEmpty
    else { return nil }
    let text = command.field.text
    let first = completions(of: text).first { $0.line.hasPrefix(text) }
    return first.map { String($0.line.unicodeScalars.dropFirst(text.unicodeScalars.count)) }
  }

  private func recall(_ command: inout CommandField, _ step: Int) {
    let index = (command.recalled ?? commands.count) + step
    if commands.indices.contains(index) {
      let draft = command.recalled == nil ? command.field.text : command.draft
      command = CommandField(field: TextField(commands[index]), recalled: index, draft: draft)
    } else if index >= commands.count, command.recalled != nil {
      command = CommandField(field: TextField(command.draft))
    }
  }
}

extension String {
  func commonPrefix(with other: String) -> String {
    var view = String.UnicodeScalarView()
    for (left, right) in zip(unicodeScalars, other.unicodeScalars) {
      guard left == right else { break }
      view.append(left)
    }
    return String(view)
  }
}
