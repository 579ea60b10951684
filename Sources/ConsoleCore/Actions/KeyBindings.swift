/// The keys in force: those that the program brings along, or what a `keys.conf` makes of them.
package struct KeyBindings: Hashable, Sendable {
  /// A key in a pane, or in all of them (nil).
  struct Place: Hashable, Sendable {
    var key: Key
    var pane: Pane?
  }

  /// All of them; the user's own come first, then ours in the order of the help.
  package private(set) var bindings: [Keymap.Binding]
  /// What a key does; a nil action takes away what it would do elsewhere.
  private var table: [Place: Action?] = [:]

  /// The keys without a `keys.conf`.
  package static let standard = KeyBindings(Keymap.bindings)

  /// The first of two bindings of one key counts; `freed` are keys that do nothing.
  init(_ bindings: [Keymap.Binding], freed: Set<Place> = []) {
    self.bindings = bindings
    for place in freed { table[place] = .some(nil) }
    for binding in bindings {
      let place = Place(key: binding.key, pane: binding.pane)
      if table[place] == nil { table[place] = .some(binding.action) }
    }
  }

  /// What a key does in a pane; a pane's own bindings come before those of all panes.
  package func action(for key: Key, in pane: Pane) -> Action? {
    if let own = table[Place(key: key, pane: pane)] { return own }
    return table[Place(key: key, pane: nil)] ?? nil
  }

  /// The keys of an action as people write them, the usual one first: `a`, `ctrl-s`, `PgDn`.
  package func keys(for action: Action) -> [String] {
    var seen: [String] = []
    for binding in bindings where binding.action == action && !seen.contains(binding.key.name) {
      seen.append(binding.key.name)
    }
    return seen
  }

  /// The key that does it in a pane, as people write it; nil where none does.
  package func key(for action: Action, in pane: Pane) -> String? {
    bindings.first { $0.action == action && self.action(for: $0.key, in: pane) == action }?.key.name
  }

  /// Keys that do nothing, though they would by our own table or by one for all panes.
  var freed: Set<Place> { Set(table.filter { $0.value == nil }.keys) }
}
