/// What can be found by a few letters and then be run.
package enum Doable: Hashable, Sendable {
  case action(Action)
  /// A command with words; those that are still missing are typed.
  case command(CommandEntry, line: String)
  /// Keys that only a popup has: to be read, not run.
  case fixed(FixedKeys)

  package var name: String {
    switch self {
    case .action(let action): action.name
    case .command(let entry, let line): line.isEmpty ? entry.usage : line
    case .fixed(let keys): keys.place
    }
  }

  package var summary: String {
    switch self {
    case .action(let action): action.summary
    case .command(let entry, _): entry.summary
    case .fixed(let keys): keys.summary
    }
  }
}

/// The palette: every action and command, those that fit a few letters first.
package struct Palette: Hashable, Sendable {
  package var field = TextField()
  package var list = ListCursor()
}

/// How well a text fits letters that must occur in it in their order.
enum Fuzzy {
  /// More is better; nil where they do not occur so.
  ///
  /// Bounded by the product of both lengths, both cut at 200.
  /// Letters count that begin a word or follow the one before; what is passed over counts against it.
  static func score(_ letters: String, in text: String) -> Int? {
    let wanted = letters.folded.unicodeScalars.filter { $0 != " " }.prefix(200)
    let found = Array(text.folded.unicodeScalars.prefix(200))
    guard !wanted.isEmpty else { return 0 }
    // The best score with the wanted letter so far at each place of the text.
    var best = [Int?](repeating: nil, count: found.count)
    for (row, letter) in wanted.enumerated() {
      var next = [Int?](repeating: nil, count: found.count)
      var before: Int?
      for place in found.indices {
        if place > 0, let last = best[place - 1] { before = max((before ?? Int.min), last) }
        guard found[place] == letter else { continue }
        let begins = place == 0 || !isLetter(found[place - 1])
        let own = 4 + (begins ? 6 : 0)
        if row == 0 {
          next[place] = own - min(place, 8)
        } else {
          let follows = place > 0 ? best[place - 1].map { $0 + 8 } : nil
          let jumps = before.map { $0 - 2 }
          next[place] = [follows, jumps].compactMap { $0 }.max().map { $0 + own }
        }
      }
      best = next
    }
    return best.compactMap { $0 }.max()
  }

  private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
    "a"..."z" ~= scalar || "0"..."9" ~= scalar
  }
}

extension ConsoleState {
  /// Everything that can be run, in the order of the pane: its own actions, those of all panes, those of others, commands.
  var doables: [Doable] {
    let keys = options.keys
    func rank(_ action: Action) -> Int {
      let panes = Set(keys.bindings.filter { $0.action == action }.map(\.pane))
      if panes.contains(focus) { return 0 }
      return panes.contains(nil) || panes.isEmpty ? 1 : 2
    }
    let ranked = Action.allCases.enumerated().map { (rank($0.element), $0.offset, $0.element) }
    let actions = ranked.sorted { ($0.0, $0.1) < ($1.0, $1.1) }.map { Doable.action($0.2) }
    let names = Set(Action.allCases.map(\.name))
    let commands = CommandEntry.all.filter { !$0.arguments.isEmpty || !names.contains($0.name) }
    return actions + commands.map { Doable.command($0, line: "") }
  }

  /// What fits the letters, best first; in the pane's order without letters.
  func found(_ palette: Palette) -> [Doable] {
    let typed = palette.field.text
    guard typed.contains(where: { $0 != " " }) else { return doables }
    var scored: [(score: Int, place: Int, doable: Doable)] = []
    for (place, doable) in (doables + ready).enumerated() {
      // What is found in the name stands before what is found in its meaning.
      if let score = Fuzzy.score(typed, in: doable.name) {
        scored.append((score + 100 - min(50, doable.name.utf8.count), place, doable))
      } else if let score = Fuzzy.score(typed, in: doable.summary), score > 8 * typed.utf8.count {
        scored.append((score, place, doable))
      }
    }
    var found = scored.sorted { ($1.score, $0.place) < ($0.score, $1.place) }.map(\.doable)
    if let line = typedCommand(typed), !found.contains(where: { $0.name.hasPrefix(typed) }) {
      found.insert(line, at: 0)
    }
    return found
  }

  /// What is typed, where it is a whole command with words.
  private func typedCommand(_ line: String) -> Doable? {
    let words = CommandWords(line).words
    guard words.count > 1, let entry = CommandEntry.named(words[0].text), (try? Command.read(line)) ?? nil != nil else {
      return nil
    }
    return .command(entry, line: line)
  }

  /// Commands with their words, where there are few to choose from.
  private var ready: [Doable] {
    CommandEntry.all.flatMap { entry -> [Doable] in
      guard let first = entry.offers.first, entry.offers.count == 1 else { return [] }
      let words: [String] =
        switch first {
        case .words(let words): words
        case .order: PolicyList.Order.allCases.map(\.rawValue)
        case .theme: options.themes
        default: []
        }
      return words.map { .command(entry, line: "\(entry.name) \($0)") }
    }
  }

  /// The keys that do it; for a command those of the action of its name.
  func keys(of doable: Doable) -> [String] {
    switch doable {
    case .action(let action):
      // The key of this pane stands first.
      let own = options.keys.key(for: action, in: focus)
      return (own.map { [$0] } ?? []) + options.keys.keys(for: action).filter { $0 != own }
    case .command: return []
    case .fixed(let keys): return [keys.keys]
    }
  }

  /// Why it cannot be done now; nil if it can.
  func refusal(of doable: Doable) -> String? {
    switch doable {
    case .action(let action): return action.refusal(in: self)
    case .command: return nil
    case .fixed: return "fixed"
    }
  }

  /// Runs it; where words are missing, the command line goes on.
  mutating func run(_ doable: Doable) -> [ConsoleEffect] {
    if case .fixed(let keys) = doable {
      say(.info, "\(keys.keys): \(keys.summary)")
      return []
    }
    overlay = nil
    switch doable {
    case .fixed: return []
    case .action(let action): return perform(action)
    case .command(let entry, let line):
      let text = line.isEmpty ? entry.name + (entry.arguments.isEmpty ? "" : " ") : line
      guard line.isEmpty, !entry.arguments.isEmpty else { return submit(text) }
      overlay = .command(CommandField(field: TextField(text)))
      return []
    }
  }
}
