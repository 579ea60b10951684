internal import Policy

extension ConsoleState {
  /// Takes a key on a screen without panes, where nobody would see what it does; nil where it goes its usual way.
  mutating func takeUnseen(_ key: Key) -> [ConsoleEffect]? {
    switch overlay {
    case .command: return nil
    case .confirm where showsQuestion: return nil
    case .some:
      if key.leaves { return nil }
    case nil:
      switch options.keys.action(for: key, in: focus) {
      case .quit, .command, .back, .save: return nil
      default: break
      }
    }
    say(.info, "there is no room to see what \(key.name) does")
    return []
  }
}
