/// The themes that the program brings along: the files of the package's `themes` folder, kept inside the program so that
/// it finds them wherever it runs.
package enum ShippedThemes {
  /// The theme of a console that was told no other.
  package static let standard = "terminal"

  /// The names in the order of the picker: the default one first, the others by name.
  package static let names: [String] = [standard] + texts.keys.filter { $0 != standard }.sorted()

  /// The file's text; nil if no theme has that name.
  package static func text(_ name: String) -> [UInt8]? { texts[name].map { Array($0.utf8) } }

  /// A shipped theme, or the default one if there is none of that name.
  package static func theme(_ name: String) -> Theme {
    Theme.read(name: name, text: text(name) ?? text(standard) ?? [], parents: text).theme
  }
}
