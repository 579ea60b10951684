/// One of the user's own sixteen colours, by the names that themes use.
enum ANSIColour {
  static let names: [String] = {
    let plain = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"]
    return plain + plain.map { "bright-" + $0 }
  }()

  static func index(of name: String) -> UInt8? {
    names.firstIndex(of: name).flatMap { UInt8(exactly: $0) }
  }
}

/// A colour of a theme, with what stands for it where it cannot be shown.
struct PaletteColour: Hashable {
  var colour: Colour
  /// Among 256 colours, if the theme says so.
  var index: UInt8?
  /// Among the user's sixteen, if the theme says so; `standard` for their foreground.
  var ansi: Colour?

  static let standard = PaletteColour(colour: .standard)

  /// Reads `#rrggbb [index] [ANSI name]` or an index or a name alone.
  static func read(_ text: String) -> PaletteColour? {
    let words = text.split(separator: " ").map(String.init)
    guard let first = words.first, let colour = Self.colour(first) else { return nil }
    var result = PaletteColour(colour: colour)
    for word in words.dropFirst() {
      if let index = UInt8(word), result.index == nil {
        result.index = index
      } else if let ansi = Self.named(word), result.ansi == nil {
        result.ansi = ansi
      } else {
        return nil
      }
    }
    return result
  }

  /// Reads one colour: `#rgb`, `#rrggbb`, `0` to `255`, an ANSI name or `default`.
  static func colour(_ text: String) -> Colour? {
    if let named = named(text) { return named }
    guard text.first == "#" else { return UInt8(text).map { .indexed($0) } }
    let digits = text.dropFirst().compactMap(\.hexDigitValue)
    guard digits.count + 1 == text.unicodeScalars.count, text.utf8.count == text.unicodeScalars.count else {
      return nil
    }
    switch digits.count {
    case 3: return .rgb(RGB(UInt8(digits[0] * 17), UInt8(digits[1] * 17), UInt8(digits[2] * 17)))
    case 6:
      return .rgb(
        RGB(
          UInt8(digits[0] * 16 + digits[1]), UInt8(digits[2] * 16 + digits[3]), UInt8(digits[4] * 16 + digits[5])))
    default: return nil
    }
  }

  private static func named(_ text: String) -> Colour? {
    text == "default" ? .standard : ANSIColour.index(of: text).map { .indexed($0) }
  }

  /// The colour with 256 at hand.
  var indexed: Colour {
    if let index { return .indexed(index) }
    guard case .rgb(let rgb) = colour else { return colour }
    return .indexed(IndexedColours.nearest(to: rgb))
  }

  /// The colour as one of the user's sixteen.
  var sixteen: Colour {
    if let ansi { return ansi }
    switch colour {
    case .standard: return .standard
    case .rgb(let rgb): return Self.bucket(rgb)
    case .indexed(let index): return IndexedColours.colour(index).map(Self.bucket) ?? colour
    }
  }

  /// By hue and not by distance, because what the user's colours look like is not known.
  private static func bucket(_ rgb: RGB) -> Colour {
    let colour = OKLab(rgb)
    guard colour.chroma >= 0.04 else {
      return colour.lightness > 0.7 || colour.lightness < 0.35 ? .standard : .indexed(8)
    }
    // Directions of the hues at which one name ends and the next begins: 50, 110, 170, 230, 290 and 360 degrees.
    let borders: [(a: Double, b: Double)] = [
      (0.6428, 0.7660), (-0.3420, 0.9397), (-0.9848, 0.1736), (-0.6428, -0.7660), (0.3420, -0.9397), (1, 0),
    ]
    let names: [UInt8] = [3, 2, 6, 4, 5, 1]
    for place in borders.indices {
      let (from, to) = (borders[place], borders[(place + 1) % borders.count])
      let isAfter = from.a * colour.b - from.b * colour.a >= 0
      let isBefore = colour.a * to.b - colour.b * to.a > 0
      if isAfter, isBefore { return .indexed(names[place] + (colour.lightness > 0.7 ? 8 : 0)) }
    }
    return .standard
  }
}
