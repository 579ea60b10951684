extension Action {
  /// It decides what calls may do, by itself.
  package var isDecision: Bool {
    switch self {
    case .allow, .deny, .limit, .hide, .inherit, .ask, .cycle, .serverDefault, .recommend: true
    case .approve, .approveSession, .approveIdentical, .denyCall, .denyBecause: true
    default: false
    }
  }

  /// Which way a decision goes; nil for those that go either way.
  enum Direction { case lets, stops }

  var direction: Direction? {
    switch self {
    case .allow, .limit, .approve, .approveSession, .approveIdentical: .lets
    case .deny, .hide, .ask, .denyCall, .denyBecause: .stops
    default: nil
    }
  }

  /// It may put a question, which `y` answers.
  var mayAsk: Bool {
    switch self {
    case _ where isDecision: true
    case .keepMine, .takeTheirs, .quit, .removeServer, .putBack, .recommendAll, .lockdown: true
    default: false
    }
  }

  /// The panes that it has keys in by our own table; empty where its keys work everywhere, or it has none.
  var panes: [Pane] {
    let own = Keymap.bindings.filter { $0.action == self }
    guard own.allSatisfy({ $0.pane != nil }) else { return [] }
    return Pane.allCases.filter { pane in own.contains { $0.pane == pane } }
  }

  /// Why a key may not be bound to it; nil where it may.
  package func refusal(of key: Key, in pane: Pane?) -> String? {
    if let pane, isDecision, !panes.contains(pane) {
      return "`\(name)` decides about what the cursor of another pane is on"
    }
    if isDecision, !key.isPlainCharacter {
      return "`\(name)` decides, and a decision needs a key that types a character: \(key.name) is none"
    }
    if mayAsk, key == .character("y") { return "`y` answers questions, and `\(name)` may ask one" }
    return nil
  }
}
