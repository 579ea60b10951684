internal import JSONText
internal import Policy

/// Collects what a theme and those that it inherits say; the first one to say something counts.
struct ThemeReader {
  private(set) var title: String?
  private(set) var variant: Theme.Variant?
  private(set) var palette: [String: PaletteColour] = [:]
  private(set) var styles: [Role: ThemeStyle] = [:]
  private(set) var problems: [ThemeProblem] = []
  /// What each theme says of roles, the own one first.
  private var levels: [[Role: ThemeStyle]] = []
  /// Colours of the own palette that are none of the names that ours has.
  private var others: [ThemeText.Entry] = []

  private static let keys = ["name", "variant", "inherits"]
  private static let sections = ["palette", "style"]
  private static let longestLine = 8

  mutating func read(_ text: [UInt8], name: String, parents: (String) -> [UInt8]?) {
    var seen = [name]
    var next: [UInt8]? = text
    var pending: [[ThemeText.Entry]] = []
    while let text = next {
      next = nil
      let isOwn = pending.isEmpty
      let parsed = ThemeText(text)
      if isOwn {
        problems += parsed.problems
        for (name, place) in parsed.headers where !Self.sections.contains(name) {
          tell(place, "`[\(name)]` is not a section", nearest: name, Self.sections)
        }
      }
      var styles: [ThemeText.Entry] = []
      for entry in parsed.entries {
        switch entry.section {
        case "": next = top(entry, isOwn: isOwn, seen: &seen, parents: parents) ?? next
        case "palette": addColour(entry, isOwn: isOwn)
        case "style": styles.append(entry)
        default: break
        }
      }
      pending.append(styles)
    }
    // A style may use colours that only an inherited palette has.
    let names = Set(palette.keys).union(BaseTheme.paletteNames)
    for (level, entries) in pending.enumerated() {
      levels.append([:])
      for entry in entries { addStyle(entry, names, isOwn: level == 0) }
    }
    for role in Role.allCases { styles[role] = style(of: role) ?? base(role, names) }
    tellOfIdleColours()
    problems.sort { ($0.place.line, $0.place.column) < ($1.place.line, $1.place.column) }
  }

  // MARK: Roles

  /// What a theme says of the role, or of the one that it follows, before an inherited theme is asked.
  private func style(of role: Role) -> ThemeStyle? {
    for level in levels {
      if let style = level[role] { return style }
      guard let (parent, attributes) = BaseTheme.parents[role], var style = level[parent] else { continue }
      style.attributes.subtract(.bold)
      style.attributes.formUnion(attributes)
      return style
    }
    return nil
  }

  private func base(_ role: Role, _ names: Set<String>) -> ThemeStyle? {
    guard let text = BaseTheme.styles[role] else { return nil }
    do throws(ThemeStyle.Failure) {
      return try ThemeStyle.read(text, palette: names)
    } catch {
      return nil
    }
  }

  // MARK: Entries

  private mutating func tell(_ place: TextPlace, _ message: String, nearest word: String, _ known: [String]) {
    let help = Suggestion.nearest(to: word, among: known).map { "did you mean `\($0)`?" }
    problems.append(ThemeProblem(place, message, help: help, isUnknownName: true))
  }

  /// An entry outside of all sections; answers the theme to go on with if it names one.
  private mutating func top(
    _ entry: ThemeText.Entry, isOwn: Bool, seen: inout [String], parents: (String) -> [UInt8]?
  ) -> [UInt8]? {
    switch entry.key {
    case "name":
      if title == nil { title = entry.value }
    case "variant":
      guard let value = Theme.Variant(rawValue: entry.value) else {
        if isOwn { problems.append(ThemeProblem(entry.valuePlace, "`\(entry.value)` is neither dark nor light")) }
        return nil
      }
      variant = variant ?? value
    case "inherits":
      if BaseTheme.names.contains(entry.value) {
        variant = variant ?? (entry.value == "base-light" ? .light : .dark)
      } else if seen.contains(entry.value) || seen.count > Self.longestLine {
        if isOwn { problems.append(ThemeProblem(entry.valuePlace, "`\(entry.value)` inherits from itself")) }
      } else if let text = parents(entry.value) {
        seen.append(entry.value)
        return text
      } else if isOwn {
        problems.append(ThemeProblem(entry.valuePlace, "there is no theme `\(entry.value)`"))
      }
    default:
      if isOwn { tell(entry.keyPlace, "`\(entry.key)` is not known", nearest: entry.key, Self.keys) }
    }
    return nil
  }

  private mutating func addColour(_ entry: ThemeText.Entry, isOwn: Bool) {
    if isOwn, !BaseTheme.paletteNames.contains(entry.key) { others.append(entry) }
    guard palette[entry.key] == nil else { return }
    if let colour = PaletteColour.read(entry.value) {
      palette[entry.key] = colour
    } else if isOwn {
      problems.append(
        ThemeProblem(
          entry.valuePlace, "`\(entry.value)` is not a colour",
          help: "write \"#rrggbb\", 0 to 255, or a name like green"))
    }
  }

  /// Tells of a colour that no style uses, where its name is nearly one that would be used.
  private mutating func tellOfIdleColours() {
    guard !others.isEmpty else { return }
    let used = levels.flatMap { $0.values.flatMap { [$0.foreground, $0.background] } }
    for entry in others where !used.contains(.palette(entry.key)) {
      let known = BaseTheme.paletteNames.sorted()
      guard let meant = Suggestion.nearest(to: entry.key, among: known), palette[meant] == nil else { continue }
      tell(entry.keyPlace, "no style uses the colour `\(entry.key)`", nearest: entry.key, known)
    }
  }

  private mutating func addStyle(_ entry: ThemeText.Entry, _ names: Set<String>, isOwn: Bool) {
    guard let role = Role(rawValue: entry.key) else {
      if isOwn {
        tell(entry.keyPlace, "`\(entry.key)` is not a role", nearest: entry.key, Role.allCases.map(\.rawValue))
      }
      return
    }
    do throws(ThemeStyle.Failure) {
      levels[levels.count - 1][role] = try ThemeStyle.read(entry.value, palette: names)
    } catch {
      if isOwn { problems.append(ThemeProblem(entry.valuePlace, error.message, help: error.help)) }
    }
  }
}
