/// How many colours a terminal can show, and thus which of a theme's colours are used.
package enum ColourDepth: String, CaseIterable, Comparable, Hashable, Sendable {
  /// No colour: attributes only.
  case mono
  /// The user's eight colours.
  case eight
  /// The user's eight colours and their bright twins.
  case sixteen
  /// The 240 fixed colours behind those.
  case indexed
  /// Any colour.
  case direct

  /// The word that command lines use.
  package var word: String {
    switch self {
    case .mono: "never"
    case .eight: "8"
    case .sixteen: "16"
    case .indexed: "256"
    case .direct: "true"
    }
  }

  package init?(word: String) {
    guard let depth = Self.allCases.first(where: { $0.word == word }) else { return nil }
    self = depth
  }

  package static func < (left: ColourDepth, right: ColourDepth) -> Bool { left.rank < right.rank }
  private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

package struct RGB: Hashable, Sendable {
  package var red: UInt8
  package var green: UInt8
  package var blue: UInt8

  package init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
    self.red = red
    self.green = green
    self.blue = blue
  }
}

/// A colour as a terminal is told it.
package enum Colour: Hashable, Sendable {
  /// The terminal's own foreground or background.
  case standard
  case indexed(UInt8)
  case rgb(RGB)

  /// What it looks like; nil for the user's own colours.
  package var rgb: RGB? {
    switch self {
    case .standard: nil
    case .indexed(let index): IndexedColours.colour(index)
    case .rgb(let rgb): rgb
    }
  }
}

extension Colour {
  /// The colour on another background: as it is where it can be read there, else nearer to one that can.
  func readable(on background: RGB, towards other: Colour, depth: ColourDepth) -> Colour {
    guard let own = rgb, own.contrast(with: background) < RGB.readable, let other = other.rgb else { return self }
    for step in 1..<8 {
      let mixed = own.mixed(with: other, part: Double(step) / 8)
      let colour: Colour = depth == .direct ? .rgb(mixed) : .indexed(IndexedColours.nearest(to: mixed))
      if let shown = colour.rgb, shown.contrast(with: background) >= RGB.readable { return colour }
    }
    return depth == .direct ? .rgb(other) : .indexed(IndexedColours.nearest(to: other))
  }
}

/// How a cell looks.
package struct CellStyle: Hashable, Sendable {
  package struct Attributes: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }
    package static let bold = Attributes(rawValue: 1)
    package static let reverse = Attributes(rawValue: 2)
    package static let underline = Attributes(rawValue: 4)
    package static let italic = Attributes(rawValue: 8)
    package static let dim = Attributes(rawValue: 16)
  }

  package var foreground: Colour
  package var background: Colour
  package var attributes: Attributes

  package init(_ foreground: Colour = .standard, on background: Colour = .standard, _ attributes: Attributes = []) {
    self.foreground = foreground
    self.background = background
    self.attributes = attributes
  }
}
