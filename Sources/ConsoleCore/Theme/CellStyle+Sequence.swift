extension CellStyle {
  /// The sequence that makes a terminal write so, whatever it wrote like before: `ESC [ 0 ; 1 ; 38;5;84 m`.
  package var sequence: String {
    var numbers = ["0"]
    for (attribute, number) in Self.attributeNumbers where attributes.contains(attribute) {
      numbers.append("\(number)")
    }
    numbers += Self.numbers(foreground, base: 30) + Self.numbers(background, base: 40)
    return "\u{1B}[\(numbers.joined(separator: ";"))m"
  }

  private static let attributeNumbers: [(Attributes, Int)] = [
    (.bold, 1), (.dim, 2), (.italic, 3), (.underline, 4), (.reverse, 7),
  ]

  /// What ends it.
  package static let plainSequence = "\u{1B}[0m"

  private static func numbers(_ colour: Colour, base: Int) -> [String] {
    switch colour {
    case .standard: []
    case .indexed(let index) where index < 8: ["\(base + Int(index))"]
    case .indexed(let index) where index < 16: ["\(base + 60 + Int(index) - 8)"]
    case .indexed(let index): ["\(base + 8)", "5", "\(index)"]
    case .rgb(let rgb): ["\(base + 8)", "2", "\(rgb.red)", "\(rgb.green)", "\(rgb.blue)"]
    }
  }
}
