package import JSONText
internal import Policy

/// Something that is odd in a file of keys, where, and what to write instead; it never stops the program.
package struct KeysProblem: Error, Hashable, Sendable {
  package var place: TextPlace
  /// Lower case, user's text in backticks, no full stop.
  package var message: String
  package var help: String?
}

extension KeysProblem: CustomStringConvertible {
  /// `4:9: ...` as compilers print it, to be put behind a file's name and a colon.
  package var description: String {
    "\(place.line):\(place.column): \(message)" + (help.map { "; \($0)" } ?? "")
  }
}

/// A file of keys: lines `KEY ACTION` or `KEY PANE ACTION`, the action `none` to free a key, comments behind `#`.
///
/// A line without a pane is for all the panes in which the action works. What is not understood is a problem, and its line counts for
/// nothing.
package struct KeysText {
  /// More than anybody's keys; what is longer is not read.
  package static let longestText = 64 << 10
  static let mostProblems = 100
  private static let longestWord = 40

  struct Line {
    var key: Key
    /// Nil for all panes.
    var pane: Pane?
    /// Nil for `none`.
    var action: Action?
    var number: Int
    var column: Int
  }

  private(set) var lines: [Line] = []
  private(set) var problems: [KeysProblem] = []

  /// The keys in force by such a text, and what is odd about it.
  package static func read(_ text: [UInt8]) -> (keys: KeyBindings, problems: [KeysProblem]) {
    var file = KeysText(text)
    let keys = file.bindings()
    let sorted = file.problems.sorted {
      ($0.place.line, $0.place.column) < ($1.place.line, $1.place.column)
    }
    return (keys, Array(sorted.prefix(mostProblems)))
  }

  init(_ text: [UInt8]) {
    guard text.count <= Self.longestText else {
      complain(1, 1, "the file is larger than \(Self.longestText / 1024) KiB, so that none of it counts")
      return
    }
    var scalars = Array(String(decoding: text, as: UTF8.self).unicodeScalars)
    if scalars.first == "\u{FEFF}" { scalars.removeFirst() }
    for (index, line) in scalars.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      read(line, index + 1)
    }
  }

  private mutating func complain(_ line: Int, _ column: Int, _ message: String, help: String? = nil) {
    guard problems.count < Self.mostProblems else { return }
    problems.append(KeysProblem(place: TextPlace(line: line, column: column), message: message, help: help))
  }

  // MARK: Lines

  private typealias Word = (text: String, column: Int)

  private static func words(_ line: ArraySlice<Unicode.Scalar>) -> [Word] {
    var words: [Word] = []
    for part in line.split(whereSeparator: { $0 == " " || $0 == "\t" || $0 == "\r" }) {
      if part.first == "#" { break }
      // Nothing that counts is longer, and messages repeat it.
      let text = String(String.UnicodeScalarView(part.prefix(longestWord)))
      words.append((text, part.startIndex - line.startIndex + 1))
      if words.count > 3 { break }
    }
    return words
  }

  private mutating func read(_ line: ArraySlice<Unicode.Scalar>, _ number: Int) {
    let words = Self.words(line)
    guard let first = words.first else { return }
    guard let key = Key(named: first.text) else {
      return complain(
        number, first.column, "`\(first.text)` is no key",
        help: "keys are written a, A, ctrl-s, alt-x, shift-Tab, F2, Space, Enter, Esc, PgUp, Hash")
    }
    if let twin = key.twin {
      return complain(
        number, first.column, "a terminal cannot tell `\(first.text)` from `\(twin.name)`",
        help: "bind `\(twin.name)`")
    }
    switch words.count {
    case 1:
      let column = first.column + first.text.unicodeScalars.count
      complain(number, column, "an action is missing", help: "write: \(first.text) ACTION, or \(first.text) none")
    case 2: read(key, words[1], in: nil, number, first.column)
    case 3:
      guard let pane = Pane(named: words[1].text) else {
        let known = Pane.allCases.map(\.name)
        return complain(
          number, words[1].column, "`\(words[1].text)` is no pane", help: Self.hint(words[1].text, among: known))
      }
      read(key, words[2], in: pane, number, first.column)
    default: complain(number, words[3].column, "`\(words[3].text)` is too much", help: "write: KEY PANE ACTION")
    }
  }

  private mutating func read(_ key: Key, _ word: Word, in pane: Pane?, _ number: Int, _ column: Int) {
    guard word.text != "none" else {
      lines.removeAll { $0.key == key && (pane == nil || $0.pane == pane) }
      lines.append(Line(key: key, pane: pane, action: nil, number: number, column: column))
      return
    }
    guard let action = Action(rawValue: word.text) else {
      let known = Action.allCases.map(\.name) + ["none"]
      return complain(
        number, word.column, "`\(word.text)` is no action",
        help: Suggestion.nearest(to: word.text, among: known).map { "did you mean `\($0)`?" }
          ?? "`gatehouse keys` lists all")
    }
    if let refusal = action.refusal(of: key, in: pane) { return complain(number, column, refusal) }
    var panes: [Pane?] = [pane]
    if pane == nil, !action.panes.isEmpty { panes = action.panes }
    for pane in panes {
      if let earlier = lines.first(where: { $0.key == key && $0.pane == pane && $0.action != nil }),
        earlier.action != action
      {
        let at = pane.map { " in \($0.name)" } ?? ""
        complain(
          number, column,
          "`\(key.fileName)`\(at) is bound to `\(earlier.action?.name ?? "")` in line \(earlier.number)",
          help: "the later line counts")
      }
      lines.removeAll { $0.key == key && $0.pane == pane }
      lines.append(Line(key: key, pane: pane, action: action, number: number, column: column))
    }
  }

  private static func hint(_ word: String, among known: [String]) -> String {
    Suggestion.nearest(to: word, among: known).map { "did you mean `\($0)`?" }
      ?? "there are \(known.joined(separator: " "))"
  }

  // MARK: What they come to

  private mutating func bindings() -> KeyBindings {
    var keys = merged()
    // Each turn takes a line away, so this ends.
    while let (line, other) = opposites(keys).first {
      let last = lines[line]
      lines.removeAll { $0.number == last.number }
      complain(
        last.number, last.column,
        "`\(last.key.fileName)` for `\(last.action?.name ?? "")` is one Shift away from `\(other.key.fileName)` for "
          + "`\(other.action.name)`", help: "the line does not count")
      keys = merged()
    }
    return keepingEssentials(keys)
  }

  /// Our own table with the lines laid over it.
  private func merged() -> KeyBindings {
    var freed: Set<KeyBindings.Place> = []
    var own: [Keymap.Binding] = []
    for line in lines {
      let place = KeyBindings.Place(key: line.key, pane: line.pane)
      if let action = line.action {
        own.append(Keymap.Binding(key: line.key, pane: line.pane, action: action))
        freed.remove(place)
      } else {
        freed.insert(place)
      }
    }
    let standard = Keymap.bindings.filter { binding in
      !lines.contains { line in
        guard line.key == binding.key else { return false }
        // A line for all panes takes the key from each.
        return line.pane == binding.pane || line.pane == nil
      }
    }
    return KeyBindings(own + standard, freed: freed)
  }

  /// Lines whose letter, written the other way, does the opposite.
  private func opposites(_ keys: KeyBindings) -> [(line: Int, other: Keymap.Binding)] {
    lines.indices.reversed().compactMap { index in
      let line = lines[index]
      guard let direction = line.action?.direction, let other = line.key.otherCase else { return nil }
      for pane in line.pane.map({ [$0] }) ?? Pane.allCases {
        if let action = keys.action(for: other, in: pane), let opposite = action.direction, opposite != direction {
          return (index, Keymap.Binding(key: other, pane: pane, action: action))
        }
      }
      return nil
    }
  }

  /// Nobody must be locked in: these keep one key each.
  private mutating func keepingEssentials(_ keys: KeyBindings) -> KeyBindings {
    var keys = keys
    for (action, key) in [(Action.command, Key.character(":")), (.quit, .control("c")), (.back, Key(.escape))] {
      let isReached = Pane.allCases.allSatisfy { keys.key(for: action, in: $0) != nil }
      guard !isReached else { continue }
      let line = lines.last { $0.key == key }
      complain(
        line?.number ?? 1, line?.column ?? 1, "`\(action.name)` would have no key in some pane",
        help: "`\(key.fileName)` does it everywhere")
      let others = keys.bindings.filter { $0.key != key }
      keys = KeyBindings(
        [Keymap.Binding(key: key, pane: nil, action: action)] + others,
        freed: keys.freed.filter { $0.key != key })
    }
    return keys
  }
}

extension Pane {
  /// As files and commands call it.
  package var name: String { title.folded }

  package init?(named name: String) {
    guard let pane = Pane.allCases.first(where: { $0.name == name }) else { return nil }
    self = pane
  }
}

extension Key {
  /// The same letter, small for capital or the other way round.
  var otherCase: Key? {
    guard case .scalar(let scalar) = code, modifiers.isEmpty else { return nil }
    let mapped =
      scalar.properties.isUppercase ? scalar.properties.lowercaseMapping : scalar.properties.uppercaseMapping
    guard mapped.unicodeScalars.count == 1, let other = mapped.unicodeScalars.first, other != scalar else { return nil }
    return .character(other)
  }
}
