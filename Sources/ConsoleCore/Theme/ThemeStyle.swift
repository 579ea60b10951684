internal import Policy

/// One entry of a theme's `[style]` section: `fg on bg attribute ...`, each part optional.
struct ThemeStyle: Hashable {
  /// A colour by its name in the palette, or written out.
  enum Reference: Hashable {
    case palette(String)
    case literal(PaletteColour)
  }

  var foreground: Reference?
  var background: Reference?
  var attributes: CellStyle.Attributes = []

  static let attributes: [String: CellStyle.Attributes] = [
    "bold": .bold, "reverse": .reverse, "underline": .underline, "italic": .italic, "dim": .dim,
  ]

  /// What a style could not be read for.
  struct Failure: Error {
    var message: String
    var help: String?
  }

  /// Reads a style.
  ///
  /// A palette's name goes before an attribute's: in first place, `dim` is the colour.
  static func read(_ text: String, palette: Set<String>) throws(Failure) -> ThemeStyle {
    var style = ThemeStyle()
    var words = text.split(separator: " ").map(String.init)[...]
    if let first = words.first, first != "on", let colour = try reference(first, palette, orAttribute: true) {
      style.foreground = colour
      words.removeFirst()
    }
    if words.first == "on" {
      words.removeFirst()
      guard let name = words.popFirst() else { throw Failure(message: "a colour is missing after `on`") }
      style.background = try reference(name, palette, orAttribute: false)
    }
    for word in words {
      guard let attribute = attributes[word] else {
        throw Failure(
          message: "`\(word)` is not an attribute",
          help: "attributes are \(attributes.keys.sorted().joined(separator: ", "))")
      }
      style.attributes.formUnion(attribute)
    }
    return style
  }

  private static func reference(
    _ word: String, _ palette: Set<String>, orAttribute: Bool
  ) throws(Failure) -> Reference? {
    if palette.contains(word) { return .palette(word) }
    if let colour = PaletteColour.colour(word) { return .literal(PaletteColour(colour: colour)) }
    if orAttribute, attributes[word] != nil { return nil }
    let known = palette.sorted() + ANSIColour.names + ["default"]
    throw Failure(
      message: "`\(word)` is no colour of the palette",
      help: Suggestion.nearest(to: word, among: known).map { "did you mean `\($0)`?" })
  }
}
