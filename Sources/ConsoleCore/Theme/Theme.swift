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
    } else if let background = row.background.rgb {
      mixed.foreground = own.foreground.readable(on: background, towards: row.foreground, depth: depth)
    }
    return mixed
  }

  /// Reads a theme.
  ///
  /// What it does not say, or says wrongly, comes from the theme that it inherits and at last from ours.
  ///
  /// `parents` finds the text of an inherited theme by its name. A theme is always returned, whatever is wrong with it.
  package static func read(
    name: String, text: [UInt8], on surroundings: Surroundings = Surroundings(), parents: (String) -> [UInt8]?
  ) -> (theme: Theme, problems: [ThemeProblem]) {
    var reader = ThemeReader()
    reader.read(text, name: name, parents: parents)
    return (Theme(name: name, reader, surroundings), reader.problems)
  }

  /// What a theme is shown on.
  package struct Surroundings: Hashable, Sendable {
    /// What the terminal's own background is, as far as it tells; for themes that keep it.
    package var variant: Variant?
    /// False: the terminal's own background stays behind everything that a theme does not set apart.
    package var paintsBackground = true

    package init() {}
  }

  private init(name: String, _ reader: ThemeReader, _ surroundings: Surroundings) {
    self.name = name
    title = reader.title ?? name
    variant = reader.variant ?? .dark
    let resolver = StyleResolver(reader, surroundings)
    styles = Dictionary(
      uniqueKeysWithValues: ColourDepth.allCases.map { depth in
        let styles = Role.allCases.map { ($0, resolver.style($0, depth: depth)) }
        return (depth, Dictionary(uniqueKeysWithValues: styles))
      })
  }
}
