extension KeysText {
  /// The keys in force as such a file, so that reading it gives the same again.
  package static func text(_ keys: KeyBindings) -> String {
    var lines = [
      "# The keys of the console: KEY ACTION, or KEY PANE ACTION; `none` frees a key.",
      "# Panes: \(Pane.allCases.map(\.name).joined(separator: " ")).",
    ]
    for pane in [nil] + Pane.allCases.map(Optional.some) {
      let own = keys.bindings.filter { $0.pane == pane && keys.binds($0) }
      let freed = keys.freed.filter { $0.pane == pane }.map(\.key.fileName).sorted()
      if own.isEmpty, freed.isEmpty { continue }
      lines += ["", pane.map { "# \($0.title)" } ?? "# Everywhere"]
      var seen: Set<Key> = []
      for binding in own where seen.insert(binding.key).inserted {
        let head = column(binding.key.fileName, 10) + (pane.map { column($0.name, 10) } ?? "")
        lines.append(head + column(binding.action.name, 18) + "# " + binding.action.summary)
      }
      for key in freed {
        lines.append(column(key, 10) + (pane.map { column($0.name, 10) } ?? "") + "none")
      }
    }
    return lines.map { $0 + "\n" }.joined()
  }

  private static func column(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(1, width - text.unicodeScalars.count))
  }
}

extension KeyBindings {
  /// The binding is the one that counts for its key in its pane.
  func binds(_ binding: Keymap.Binding) -> Bool {
    bindings.first { $0.key == binding.key && $0.pane == binding.pane } == binding
      && !freed.contains(Place(key: binding.key, pane: binding.pane))
  }
}
