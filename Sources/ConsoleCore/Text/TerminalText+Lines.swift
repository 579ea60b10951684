extension TerminalText {
  /// A text of several lines, safe to print: line ends and blanks stay as they are, and nothing is cut.
  package static func lines(_ text: String) -> String {
    guard !text.utf8.allSatisfy({ 0x20...0x7E ~= $0 || $0 == 0x0A }) else { return text }
    var view = String.UnicodeScalarView()
    var scanner = Scanner(set: .unicode, limit: .max)
    func write() {
      scanner.finish()
      for glyph in scanner.glyphs {
        view.append(glyph.scalar)
        view.append(contentsOf: glyph.marks)
      }
      scanner = Scanner(set: .unicode, limit: .max)
    }
    for scalar in text.unicodeScalars {
      if scalar == " " || scalar == "\n" {
        write()
        view.append(scalar)
      } else {
        scanner.feed(scalar)
      }
    }
    write()
    return String(view)
  }
}
