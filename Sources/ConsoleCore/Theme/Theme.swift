internal import JSONText
internal import Policy

/// What every role looks like, for terminals of every kind.
package struct Theme: Hashable, Sendable {
  package enum Variant: String, CaseIterable, Hashable, Sendable { case dark, light }

  /// The file's name without its ending; what `:theme` takes.
  package let name: String
  /// What people call it.
  package let title: String
  package let variant: Variant
  private let styles: [ColourDepth: [Role: CellStyle]]

  package func style(_ role: Role, depth: ColourDepth) -> CellStyle { styles[depth]?[role] ?? CellStyle() }

  /// A role on a row that is selected or marked: its own foreground on the row's background where that can be read.
  package func style(_ role: Role, on ground: Cell.Ground, depth: ColourDepth) -> CellStyle {
    let own = style(role, depth: depth)
    let plain = style(.text, depth: depth)
    let row: CellStyle
    switch ground {
    case .plain: return own
    case .selected: row = style(.rowSelected, depth: depth)
    case .marked: row = style(.rowMarked, depth: depth)
    }
    // What has a background of its own, or is a row's own role, already stands out.
    if own.background != plain.background || own.attributes.contains(.reverse) || own == row { return own }
    var mixed = CellStyle(own.foreground, on: row.background, own.attributes.union(row.attributes))
    if row.attributes.contains(.reverse) || own.foreground == plain.foreground {
      // Reversed, a colour would become the background and tear the row apart.
      mixed.foreground = row.foreground
    } else if let foreground = own.foreground.rgb, let background = row.background.rgb,
      foreground.contrast(with: background) < 3
    {
      mixed.foreground = row.foreground
    }
    return mixed
  }

  /// Reads a theme.
  ///
  /// What it does not say, or says wrongly, comes from the theme that it inherits and at last from ours.
  ///
  /// `parents` finds the text of an inherited theme by its name. A theme is always returned, whatever is wrong with it.
  package static func read(
    name: String, text: [UInt8], parents: (String) -> [UInt8]?
  ) -> (theme: Theme, problems: [ThemeProblem]) {
    var reader = ThemeReader()
    reader.read(text, name: name, parents: parents)
    return (Theme(name: name, reader), reader.problems)
  }

  private init(name: String, _ reader: ThemeReader) {
    self.name = name
    title = reader.title ?? name
    variant = reader.variant ?? .dark
    let resolver = StyleResolver(reader)
    styles = Dictionary(
      uniqueKeysWithValues: ColourDepth.allCases.map { depth in
        let styles = Role.allCases.map { ($0, resolver.style($0, depth: depth)) }
        return (depth, Dictionary(uniqueKeysWithValues: styles))
      })
  }
}

/// Collects what a theme and those that it inherits say; the first one to say something counts.
struct ThemeReader {
  private(set) var title: String?
  private(set) var variant: Theme.Variant?
  private(set) var palette: [String: PaletteColour] = [:]
  private(set) var styles: [Role: ThemeStyle] = [:]
  private(set) var problems: [ThemeProblem] = []

  private static let keys = ["name", "variant", "inherits"]
  private static let sections = ["palette", "style"]
  private static let longestLine = 8

  mutating func read(_ text: [UInt8], name: String, parents: (String) -> [UInt8]?) {
    var seen = [name]
    var next: (text: [UInt8], isOwn: Bool)? = (text, true)
    var pending: [(ThemeText.Entry, isOwn: Bool)] = []
    while let (text, isOwn) = next {
      next = nil
      let parsed = ThemeText(text)
      if isOwn {
        problems += parsed.problems
        for (name, place) in parsed.headers where !Self.sections.contains(name) {
          tell(place, "`[\(name)]` is not a section", nearest: name, Self.sections)
        }
      }
      for entry in parsed.entries {
        switch entry.section {
        case "": next = top(entry, isOwn: isOwn, seen: &seen, parents: parents) ?? next
        case "palette": addColour(entry, isOwn: isOwn)
        case "style": pending.append((entry, isOwn))
        default: break
        }
      }
    }
    // A style may use colours that only an inherited palette has.
    let names = Set(palette.keys).union(BaseTheme.paletteNames)
    for (entry, isOwn) in pending { addStyle(entry, names, isOwn: isOwn) }
    for (role, text) in BaseTheme.styles where styles[role] == nil {
      do throws(ThemeStyle.Failure) { styles[role] = try ThemeStyle.read(text, palette: names) } catch {}
    }
    problems.sort { ($0.place.line, $0.place.column) < ($1.place.line, $1.place.column) }
  }

  private mutating func tell(_ place: TextPlace, _ message: String, nearest word: String, _ known: [String]) {
    let help = Suggestion.nearest(to: word, among: known).map { "did you mean `\($0)`?" }
    problems.append(ThemeProblem(place, message, help: help))
  }

  /// An entry outside of all sections; answers the theme to go on with if it names one.
  private mutating func top(
    _ entry: ThemeText.Entry, isOwn: Bool, seen: inout [String], parents: (String) -> [UInt8]?
  ) -> (text: [UInt8], isOwn: Bool)? {
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
        return (text, false)
      } else if isOwn {
        problems.append(ThemeProblem(entry.valuePlace, "there is no theme `\(entry.value)`"))
      }
    default:
      if isOwn { tell(entry.keyPlace, "`\(entry.key)` is not known", nearest: entry.key, Self.keys) }
    }
    return nil
  }

  private mutating func addColour(_ entry: ThemeText.Entry, isOwn: Bool) {
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

  private mutating func addStyle(_ entry: ThemeText.Entry, _ names: Set<String>, isOwn: Bool) {
    guard let role = Role(rawValue: entry.key) else {
      if isOwn {
        tell(entry.keyPlace, "`\(entry.key)` is not a role", nearest: entry.key, Role.allCases.map(\.rawValue))
      }
      return
    }
    guard styles[role] == nil else { return }
    do throws(ThemeStyle.Failure) {
      styles[role] = try ThemeStyle.read(entry.value, palette: names)
    } catch {
      if isOwn { problems.append(ThemeProblem(entry.valuePlace, error.message, help: error.help)) }
    }
  }
}
