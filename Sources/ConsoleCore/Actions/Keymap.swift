/// Which key does what as long as no `keys.conf` says otherwise; a pane's own bindings come before those of the whole console.
package enum Keymap {
  package struct Binding: Hashable, Sendable {
    package var key: Key
    /// Nil for everywhere.
    package var pane: Pane?
    package var action: Action
  }

  /// The keys of an action as people write them, the usual one first: `a`, `ctrl-s`, `PgDn`.
  package static func keys(for action: Action) -> [String] { KeyBindings.standard.keys(for: action) }

  /// All bindings, in the order of the help.
  package static let bindings: [Binding] =
    edits(in: .policy) + edits(in: .rule)
    + [
      bind("D", .serverDefault, .servers),
      bind("u", .undo), bind("z", .undo), bind("U", .redo), bind("Z", .redo), bind(.control("r"), .redo),
      bind(.control("s"), .save), bind("=", .changes), bind("E", .edit),
      bind("K", .keepMine, .changes), bind("T", .takeTheirs, .changes),
      bind("/", .filter), bind("n", .nextMatch), bind("N", .previousMatch),
      bind("s", .sort, .policy), bind("S", .reverse, .policy), bind("f", .flat, .policy),
      bind("-", .collapseAll, .policy), bind("*", .expandAll, .policy),
      bind("J", .jump), bind("L", .callsOfTool, .policy), bind("L", .callsOfTool, .rule),
      bind(" ", .pause, .live), bind("]", .nextDenied, .live), bind("[", .previousDenied, .live),
      bind("c", .clearView, .live),
      bind("j", .down), bind(Key(.down), .down), bind("k", .up), bind(Key(.up), .up),
      bind("g", .first), bind(Key(.home), .first), bind("G", .last), bind(Key(.end), .last),
      bind(Key(.pageDown), .pageDown), bind(.control("f"), .pageDown),
      bind(Key(.pageUp), .pageUp), bind(.control("b"), .pageUp),
      bind(.control("d"), .halfDown), bind(.control("u"), .halfUp),
      bind("h", .left), bind(Key(.left), .left), bind("l", .right), bind(Key(.right), .right),
      bind(Key(.enter), .open), bind(Key(.escape), .back),
      bind("1", .policy), bind("2", .rule), bind("3", .approvals), bind("4", .live), bind("5", .servers),
      bind("6", .changes),
      bind(Key(.tab), .nextPane), bind(Key(.tab, .shift), .previousPane),
      bind("+", .zoom), bind("_", .unzoom),
      bind(":", .command), bind(.control("p"), .palette), bind("?", .help), bind(Key(.function(1)), .help),
      bind("o", .messages), bind("!", .log), bind("y", .copy), bind("R", .rescan),
      bind(.control("l"), .redraw), bind(.control("z"), .suspend), bind("q", .quit), bind(.control("c"), .quit),
      bind(Key(.function(2)), .mouse),
      bind(.control("t"), .theme),
      bind("I", .importServers, .servers), bind("I", .importServers, .policy), bind("A", .addServer, .servers),
      bind("X", .removeServer, .servers), bind(Key(.delete), .removeServer, .servers),
      bind(" ", .toggleServer, .servers), bind("R", .scan, .servers), bind("B", .putBack, .servers),
      bind("W", .recommendAll, .policy),
      bind("\\", .nextFilter),
      bind("e", .conditions, .policy), bind("e", .conditions, .rule), bind("e", .conditions, .servers),
      bind("E", .editRule, .rule),
      bind("m", .merge, .changes), bind("u", .drop, .changes), bind("d", .part, .changes),
      bind("r", .restore, .changes), bind("x", .discard, .changes),
      bind("t", .toolPage, .policy), bind("t", .toolPage, .rule), bind("t", .toolPage, .live),
      bind("w", .recommend, .policy), bind("w", .recommend, .rule),
      bind("w", .ruleFromCall, .live),
      bind("a", .approve, .approvals), bind("s", .approveSession, .approvals),
      bind("i", .approveIdentical, .approvals), bind("d", .denyCall, .approvals), bind("e", .denyBecause, .approvals),
      bind("t", .moreTime, .approvals), bind("o", .showRequest, .approvals), bind("x", .revoke, .approvals),
      bind("w", .ruleFromCall, .approvals),
      bind("m", .mark, .approvals), bind(" ", .mark, .approvals), bind("v", .range, .approvals),
      bind("M", .clearMarks, .approvals), bind("L", .lockdown, .approvals),
      bind("P", .pins), bind("H", .record),
      bind("W", .wrapClients, .servers),
      bind("7", .record), bind("R", .record, .history), bind("f", .numbers, .history),
      bind("]", .nextDenied, .history), bind("[", .previousDenied, .history),
      bind("w", .suggest, .history), bind("b", .effectPeriod),
    ]

  /// The decisions, wherever a tool of the policy pane is in view.
  private static func edits(in pane: Pane) -> [Binding] {
    [
      bind("a", .allow, pane), bind("d", .deny, pane), bind("r", .limit, pane), bind("x", .hide, pane),
      bind("i", .inherit, pane), bind("p", .ask, pane), bind(" ", .cycle, pane), bind("D", .serverDefault, pane),
    ]
      + (pane == .policy ? [bind("m", .mark, pane), bind("v", .range, pane), bind("M", .clearMarks, pane)] : [])
  }

  private static func bind(_ scalar: Unicode.Scalar, _ action: Action, _ pane: Pane? = nil) -> Binding {
    Binding(key: .character(scalar), pane: pane, action: action)
  }

  private static func bind(_ key: Key, _ action: Action, _ pane: Pane? = nil) -> Binding {
    Binding(key: key, pane: pane, action: action)
  }
}

extension Key {
  /// The key as people write it.
  package var name: String {
    var name = modifiers.contains(.control) ? "ctrl-" : ""
    if modifiers.contains(.alt) { name += "alt-" }
    if modifiers.contains(.shift) { name += "shift-" }
    switch code {
    case .scalar(" "): name += "Space"
    case .scalar(let scalar): name.unicodeScalars.append(scalar)
    case .enter: name += "Enter"
    case .escape: name += "Esc"
    case .tab: name += "Tab"
    case .backspace: name += "Backspace"
    case .delete: name += "Delete"
    case .insert: name += "Insert"
    case .up: name += "Up"
    case .down: name += "Down"
    case .left: name += "Left"
    case .right: name += "Right"
    case .home: name += "Home"
    case .end: name += "End"
    case .pageUp: name += "PgUp"
    case .pageDown: name += "PgDn"
    case .function(let number): name += "F\(number)"
    }
    return name
  }
}
