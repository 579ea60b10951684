/// Turns a theme's words into what a terminal is told, for each number of colours.
struct StyleResolver {
  private let reader: ThemeReader
  private let variant: Theme.Variant

  /// A role's colours before the terminal is known.
  private struct Resolved {
    var foreground: PaletteColour
    var background: PaletteColour
    var attributes: CellStyle.Attributes
    /// Its background is not that of plain text.
    var hasOwnBackground: Bool
  }

  init(_ reader: ThemeReader) {
    self.reader = reader
    variant = reader.variant ?? .dark
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
    case .direct: CellStyle(style.foreground.colour, on: style.background.colour, style.attributes)
    }
  }

  private func indexed(_ style: Resolved) -> CellStyle {
    var result = CellStyle(style.foreground.indexed, on: style.background.indexed, style.attributes)
    guard case .rgb(let wantedForeground) = style.foreground.colour,
      case .rgb(let wantedBackground) = style.background.colour, case .indexed(let backgroundIndex) = result.background,
      let background = IndexedColours.colour(backgroundIndex)
    else { return result }
    // What could be read in its own colours must not drown in the nearest ones.
    let least = min(3, wantedForeground.contrast(with: wantedBackground))
    for _ in 0..<6 {
      guard case .indexed(let index) = result.foreground, let foreground = IndexedColours.colour(index),
        foreground.contrast(with: background) < least
      else { break }
      let lighter = wantedForeground.luminance > wantedBackground.luminance
      result.foreground = .indexed(IndexedColours.stepped(index, lighter: lighter))
    }
    return result
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

  /// A foreground among the user's own eight or sixteen colours.
  fileprivate init(
    _ colour: PaletteColour, _ attributes: Attributes, _ depth: ColourDepth, _ variant: Theme.Variant
  ) {
    self.init(colour.sixteen, on: .standard, attributes)
    guard case .indexed(var index) = foreground else { return }
    switch (index, variant) {
    case (0, _), (7, _), (15, _):
      foreground = .standard
      return
    // Blue on black and yellow on white cannot be read.
    case (4, .dark), (12, .dark): index = depth == .eight ? 6 : 12
    case (3, .light), (11, .light): index = 5
    default: break
    }
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
