/// What is known of one theme before it is used.
package struct ThemeEntry: Hashable, Sendable {
  package var name: String
  package var variant: Theme.Variant
  /// Its file is one of the user's own, and not one that the program brings along.
  package var isOwn: Bool
  /// What is odd about it, in the order of the file.
  package var problems: [String]

  package init(name: String, variant: Theme.Variant, isOwn: Bool = false, problems: [String] = []) {
    self.name = name
    self.variant = variant
    self.isOwn = isOwn
    self.problems = problems
  }
}

/// The list of themes; what is under its cursor is how the console looks while the list is open.
package struct ThemePicker: Hashable, Sendable {
  /// Empty until `ConsoleEffect.listThemes` is answered.
  package var entries: [ThemeEntry] = []
  package var list = ListCursor()
  /// The theme that Esc goes back to.
  package var before: String

  package init(before: String) { self.before = before }

  package var current: ThemeEntry? { entries.indices.contains(list.row) ? entries[list.row] : nil }
}
