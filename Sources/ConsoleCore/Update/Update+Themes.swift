internal import JSONText
internal import Policy

extension ConsoleState {
  mutating func openThemes() -> [ConsoleEffect] {
    overlay = .themes(ThemePicker(before: options.theme))
    return [.listThemes]
  }

  /// The rows that the list of themes has room for.
  var themesHeight: Int { max(1, size.rows - 2 - ThemePicker.frameRows(in: size)) }

  /// The themes that there are; the cursor stays on the one that it is on.
  mutating func take(_ entries: [ThemeEntry]) {
    options.themes = entries.map(\.name)
    guard case .themes(var picker) = overlay else { return }
    let name = ExactText(picker.current?.name ?? picker.before)
    picker.entries = entries
    let row = entries.firstIndex { ExactText($0.name) == name } ?? 0
    picker.list.go(to: row, count: entries.count, height: themesHeight)
    overlay = .themes(picker)
  }

  mutating func take(_ key: Key, _ picker: ThemePicker) -> [ConsoleEffect] {
    var picker = picker
    var row = picker.list.row
    switch key {
    case _ where key.leaves, .character("q"):
      overlay = nil
      say(.info, "theme \(safe(picker.before)), as before")
      return [.previewTheme(nil)]
    case Key(.enter):
      overlay = nil
      return picker.current.map { [.keepTheme($0.name)] } ?? []
    case Key(.down), .character("j"), .control("n"): row += 1
    case Key(.up), .character("k"), .control("p"): row -= 1
    case Key(.pageDown), .control("f"): row += themesHeight
    case Key(.pageUp), .control("b"): row -= themesHeight
    case Key(.home), .character("g"): row = 0
    case Key(.end), .character("G"): row = picker.entries.count
    default: return []
    }
    let shown = picker.list.row
    picker.list.go(to: row, count: picker.entries.count, height: themesHeight)
    overlay = .themes(picker)
    guard picker.list.row != shown, let current = picker.current else { return [] }
    return [.previewTheme(current.name)]
  }
}
