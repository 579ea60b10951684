extension ConsoleState {
  /// Takes the mouse, or leaves it to the terminal.
  mutating func useMouse(_ isWanted: Bool) -> [ConsoleEffect] {
    usesMouse = isWanted
    say(
      .info,
      isWanted
        ? "the mouse scrolls and selects rows; Shift and drag selects text" : "the mouse is left to the terminal")
    return [.useMouse(isWanted)]
  }

  /// A key and what it does, to be put behind a message; nothing where the action has no key.
  func hint(_ action: Action, _ words: String) -> String {
    if options.isPlain { return "" }
    return options.keys.key(for: action, in: focus).map { " · \($0) \(words)" } ?? ""
  }
}
