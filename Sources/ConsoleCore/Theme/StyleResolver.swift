/// Turns a theme's words into what a terminal is told, for each number of colours.
struct StyleResolver {
  private let reader: ThemeReader
  private var variant: Theme.Variant
  private let paintsBackground: Bool

  /// A role's colours before the terminal is known.
  private struct Resolved {
    var foreground: PaletteColour
    var background: PaletteColour
    var attributes: CellStyle.Attributes
    /// Its background is not that of plain text.
    var hasOwnBackground: Bool
  }

  init(_ reader: ThemeReader, _ surroundings: Theme.Surroundings) {
    self.reader = reader
    paintsBackground = surroundings.paintsBackground
    let own = reader.variant ?? .dark
    variant = own
    // A theme without a background of its own lies on whatever the terminal has.
    if colour(reader.styles[.text]?.background) ?? colour("bg") == .standard { variant = surroundings.variant ?? own }
  }

  func style(_ role: Role, depth: ColourDepth) -> CellStyle {
    guard depth != .mono else { return CellStyle(BaseTheme.attributes(role)) }
    var style = reduced(role, resolved(role), depth: depth)
    if BaseTheme.standingOut.contains(role), style == reduced(.text, resolved(.text), depth: depth) {
      style.attributes.formUnion(BaseTheme.attributes(role))
    }
    return style
  }

  // MARK: Names to colours

  private func colour(_ name: String) -> PaletteColour {
    if let colour = reader.palette[name] { return colour }
    if let other = BaseTheme.stands[name] { return colour(other) }
    return BaseTheme.colours[name] ?? .standard
  }

  private func colour(_ reference: ThemeStyle.Reference?) -> PaletteColour? {
    switch reference {
    case .palette(let name): colour(name)
    case .literal(let colour): colour
    case nil: nil
    }
  }

  private func resolved(_ role: Role) -> Resolved {
    let style = reader.styles[role] ?? ThemeStyle()
    let text = reader.styles[.text] ?? ThemeStyle()
    let textBackground = colour(text.background) ?? colour("bg")
    let background = colour(style.background) ?? textBackground
    var result = Resolved(
      foreground: colour(style.foreground) ?? colour(text.foreground) ?? colour("fg"), background: background,
      attributes: style.attributes, hasOwnBackground: background != textBackground)
    // The terminal's own background cannot be named as a foreground: the colours are exchanged instead.
    if style.foreground == .palette("bg"), result.foreground.colour == .standard, result.hasOwnBackground {
      result.foreground = background
      result.background = textBackground
      result.hasOwnBackground = false
      result.attributes.formUnion(.reverse)
    }
    return result
  }

  // MARK: Colours to what the terminal has

  private func reduced(_ role: Role, _ style: Resolved, depth: ColourDepth) -> CellStyle {
    switch depth {
    case .mono: CellStyle(BaseTheme.attributes(role))
    case .eight, .sixteen: few(role, style, depth: depth)
    case .indexed: indexed(style)
    case .direct: painted(CellStyle(style.foreground.colour, on: style.background.colour, style.attributes), style)
    }
  }

  /// With the terminal's own background where the theme's is not wanted, and with names that can be read on it.
  private func painted(_ style: CellStyle, _ resolved: Resolved) -> CellStyle {
    var style = style
    if !paintsBackground, !resolved.hasOwnBackground { style.background = .standard }
    if style.background == .standard, !style.attributes.contains(.reverse), case .indexed(let index) = style.foreground,
      index < 16
    {
      style.foreground = .indexed(CellStyle.legible(index, variant))
    }
    return style
  }

  private func indexed(_ style: Resolved) -> CellStyle {
    var result = CellStyle(style.foreground.indexed, on: style.background.indexed, style.attributes)
    guard case .rgb(let wantedForeground) = style.foreground.colour,
      case .rgb(let wantedBackground) = style.background.colour
    else { return painted(result, style) }
    // What could be read in its own colours must not drown in the nearest ones.
    let least = min(RGB.readable, wantedForeground.contrast(with: wantedBackground))
    let lighter = wantedForeground.luminance > wantedBackground.luminance
    for _ in 0..<8 {
      guard case .indexed(let above) = result.foreground, case .indexed(let below) = result.background,
        let foreground = IndexedColours.colour(above), let background = IndexedColours.colour(below),
        foreground.contrast(with: background) < least
      else { break }
      let stepped = IndexedColours.stepped(above, lighter: lighter)
      result.foreground = .indexed(stepped)
      // Nothing is lighter than white: the background gives way then.
      if stepped == above { result.background = .indexed(IndexedColours.stepped(below, lighter: !lighter)) }
    }
    return painted(result, style)
  }

  /// Of the user's own colours nothing is known but their names, so there is never one colour upon another.
  private func few(_ role: Role, _ style: Resolved, depth: ColourDepth) -> CellStyle {
    guard role != .text else { return CellStyle(style.attributes) }
    guard style.hasOwnBackground else { return CellStyle(style.foreground, style.attributes, depth, variant) }
    let flipped = CellStyle(style.background, style.attributes, depth, variant)
    // A grey background only sets a row apart.
    guard flipped.foreground != .standard, flipped.foreground != .indexed(8) else {
      return CellStyle(style.attributes.union(BaseTheme.attributes(role)))
    }
    return CellStyle(flipped.foreground, flipped.attributes.union(.reverse))
  }
}

extension CellStyle {
  fileprivate init(_ attributes: Attributes) { self.init(.standard, on: .standard, attributes) }

  fileprivate init(_ foreground: Colour, _ attributes: Attributes) {
    self.init(foreground, on: .standard, attributes)
  }

  /// Another of the user's sixteen colours for one that cannot be read: blue on black, yellow and bright ones on white.
  fileprivate static func legible(_ index: UInt8, _ variant: Theme.Variant) -> UInt8 {
    switch (index, variant) {
    case (4, .dark): 12
    case (3, .light), (11, .light): 4
    case (10, .light), (14, .light): index - 8
    default: index
    }
  }

  /// A foreground among the user's own eight or sixteen colours.
  fileprivate init(
    _ colour: PaletteColour, _ attributes: Attributes, _ depth: ColourDepth, _ variant: Theme.Variant
  ) {
    self.init(colour.sixteen, on: .standard, attributes)
    guard case .indexed(var index) = foreground else { return }
    if [0, 7, 15].contains(index) {
      foreground = .standard
      return
    }
    index = Self.legible(index, variant)
    // There is no bright blue to take instead.
    if depth == .eight, index == 12, variant == .dark { index = 6 }
    if depth == .eight, index == 8 {
      foreground = .standard
    } else if depth == .eight, index > 8 {
      foreground = .indexed(index - 8)
      self.attributes.formUnion(.bold)
    } else {
      foreground = .indexed(index)
    }
  }
}
