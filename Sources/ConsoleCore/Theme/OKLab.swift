/// A colour as the eye measures it: equal distances look equally different.
struct OKLab: Hashable {
  var lightness: Double
  var a: Double
  var b: Double

  init(lightness: Double, a: Double, b: Double) {
    self.lightness = lightness
    self.a = a
    self.b = b
  }

  init(_ colour: RGB) {
    let red = Self.linear[Int(colour.red)]
    let green = Self.linear[Int(colour.green)]
    let blue = Self.linear[Int(colour.blue)]
    let long = Self.root(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue, 3)
    let middle = Self.root(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue, 3)
    let short = Self.root(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue, 3)
    lightness = 0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short
  }

  var chroma: Double { (a * a + b * b).squareRoot() }

  func distance(to other: OKLab) -> Double {
    let (x, y, z) = (lightness - other.lightness, a - other.a, b - other.b)
    return (x * x + y * y + z * z).squareRoot()
  }

  /// Light of each of the 256 steps of an sRGB channel.
  static let linear: [Double] = (0...255).map { step in
    let value = Double(step) / 255
    if value <= 0.04045 { return value / 12.92 }
    let base = (value + 0.055) / 1.055
    return base * base * root(base * base, 5)  // base to the power of 2.4
  }

  /// The positive root of that degree, by Newton's method: the pure targets have no mathematics library.
  private static func root(_ value: Double, _ degree: Int) -> Double {
    guard value > 0 else { return 0 }
    var guess = 1.0
    for _ in 0..<64 {
      var power = 1.0
      for _ in 1..<degree { power *= guess }
      let better = (guess * Double(degree - 1) + value / power) / Double(degree)
      if abs(better - guess) < 1e-15 { break }
      guess = better
    }
    return guess
  }
}

extension RGB {
  /// How much light the colour gives, from 0 to 1.
  package var luminance: Double {
    0.2126 * OKLab.linear[Int(red)] + 0.7152 * OKLab.linear[Int(green)] + 0.0722 * OKLab.linear[Int(blue)]
  }

  /// The contrast of two colours, from 1 to 21; text wants 4.5.
  package func contrast(with other: RGB) -> Double {
    let (one, two) = (luminance, other.luminance)
    return (max(one, two) + 0.05) / (min(one, two) + 0.05)
  }

  /// The contrast that text wants.
  package static let readable = 4.5

  /// A colour between two, as far on the way to the other one as `part` says.
  func mixed(with other: RGB, part: Double) -> RGB {
    func step(_ from: UInt8, _ to: UInt8) -> UInt8 { UInt8(Double(from) + (Double(to) - Double(from)) * part) }
    return RGB(step(red, other.red), step(green, other.green), step(blue, other.blue))
  }

  /// How different two colours look: 0 for none, black and white are 1 apart.
  package func difference(from other: RGB) -> Double { OKLab(self).distance(to: OKLab(other)) }
}

/// The terminal's fixed colours 16 to 255: a cube of 6 levels a channel, then 24 greys.
package enum IndexedColours {
  private static let levels: [UInt8] = [0, 95, 135, 175, 215, 255]

  /// What a fixed colour looks like; nil for the first 16, which are the user's own.
  package static func colour(_ index: UInt8) -> RGB? {
    switch index {
    case 0..<16: return nil
    case 16..<232:
      let place = Int(index) - 16
      return RGB(levels[place / 36], levels[place / 6 % 6], levels[place % 6])
    case 232...255:
      let grey = 8 + (index - 232) * 10
      return RGB(grey, grey, grey)
    default: return nil
    }
  }

  /// The fixed colour that looks most like it.
  package static func nearest(to colour: RGB) -> UInt8 {
    let wanted = OKLab(colour)
    let (red, green, blue) = (level(colour.red), level(colour.green), level(colour.blue))
    let cube = UInt8(16 + 36 * red + 6 * green + blue)
    let distances = greys.map { $0.distance(to: wanted) }
    let grey = UInt8(232 + (distances.indices.min { distances[$0] < distances[$1] } ?? 0))
    guard let inCube = self.colour(cube), let inGreys = self.colour(grey) else { return cube }
    if wanted.chroma < 0.02, cube != 16, cube != 231 { return grey }
    return wanted.distance(to: OKLab(inGreys)) < wanted.distance(to: OKLab(inCube)) ? grey : cube
  }

  private static let greys: [OKLab] = (232...255).map { index in
    let grey = UInt8(8 + (index - 232) * 10)
    return OKLab(RGB(grey, grey, grey))
  }

  private static func level(_ value: UInt8) -> Int {
    var best = 0
    for (index, level) in levels.enumerated() {
      if abs(Int(level) - Int(value)) < abs(Int(levels[best]) - Int(value)) { best = index }
    }
    return best
  }

  /// A fixed colour one step lighter or darker.
  static func stepped(_ index: UInt8, lighter: Bool) -> UInt8 {
    if index >= 232 { return lighter ? min(255, index + 1) : max(232, index - 1) }
    guard index >= 16 else { return index }
    let place = Int(index) - 16
    let step = lighter ? 1 : -1
    let channels = [place / 36, place / 6 % 6, place % 6].map { min(5, max(0, $0 + step)) }
    return UInt8(16 + 36 * channels[0] + 6 * channels[1] + channels[2])
  }
}
