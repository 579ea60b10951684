internal import CUTF8Proc

/// The one way in which text becomes characters on the screen.
///
/// Text of servers, agents, files and the socket is hostile: it may hold control characters, letters that cannot be
/// seen, or marks that turn the direction of writing around. Each of these becomes a visible token such as `‹U+202E›`,
/// which counts towards the shown length. What is left is plain characters of one or two columns.
package enum TerminalText {
  /// One character to draw.
  package struct Glyph: Hashable, Sendable {
    package var scalar: Unicode.Scalar
    /// At most two.
    package var marks: [Unicode.Scalar] = []
    package var width = 1
    /// Part of a token that stands for something that must not be drawn.
    package var isToken = false
  }

  /// Combining marks that one character may carry.
  static let mostMarks = 2
  /// Spaces in a row that are drawn as they are.
  static let mostSpaces = 8

  /// The glyphs of a text in one line, at most about `limit` of them.
  package static func glyphs(_ text: String, _ set: GlyphSet = .unicode, limit: Int = 4096) -> [Glyph] {
    var scanner = Scanner(set: set, limit: limit)
    for scalar in text.unicodeScalars {
      scanner.feed(scalar)
      if scanner.isFull { break }
    }
    scanner.finish()
    return scanner.glyphs
  }

  /// The same as a string: safe to print, to copy, and to put into a message of ours.
  package static func safe(_ text: String, _ set: GlyphSet = .unicode, limit: Int = 4096) -> String {
    if isPlain(text, limit) { return text }
    var view = String.UnicodeScalarView()
    for glyph in glyphs(text, set, limit: limit) {
      view.append(glyph.scalar)
      view.append(contentsOf: glyph.marks)
    }
    return String(view)
  }

  /// Whether a text is drawn as it is, in at most so many columns: printable ASCII without long runs of blanks.
  static func isPlain(_ text: String, _ limit: Int) -> Bool {
    let bytes = text.utf8Span.span
    guard bytes.count <= limit else { return false }
    var spaces = 0
    for index in bytes.indices {
      let byte = bytes[index]
      guard byte >= 0x20, byte < 0x7F else { return false }
      spaces = byte == 0x20 ? spaces + 1 : 0
      if spaces > mostSpaces { return false }
    }
    return true
  }

  /// A safe text of at most `columns` columns, ending in `…` where something was cut off.
  package static func cut(_ text: String, columns: Int, _ set: GlyphSet = .unicode) -> String {
    if isPlain(text, columns) { return text }
    let all = glyphs(text, set, limit: max(0, columns) + 1)
    var view = String.UnicodeScalarView()
    for glyph in fitted(all, columns: columns, set) {
      view.append(glyph.scalar)
      view.append(contentsOf: glyph.marks)
    }
    return String(view)
  }

  /// A safe text of at most `columns` columns, beginning with `…` where something was cut off before it.
  package static func cutStart(_ text: String, columns: Int, _ set: GlyphSet = .unicode) -> String {
    let all = glyphs(text, set)
    var used = 0
    let kept = all.reversed().prefix { glyph in
      used += glyph.width
      return used < columns
    }
    if kept.count == all.count || all.reduce(0, { $0 + $1.width }) <= columns { return String(all) }
    return columns < 1 ? "" : (set == .unicode ? "…" : "<") + String(Array(kept.reversed()))
  }

  /// The columns that a text takes when nothing is cut off.
  package static func width(_ text: String, _ set: GlyphSet = .unicode) -> Int {
    glyphs(text, set).reduce(0) { $0 + $1.width }
  }

  /// The glyphs that fit, the last one replaced by the mark of cutting where not all do.
  static func fitted(_ glyphs: [Glyph], columns: Int, _ set: GlyphSet) -> [Glyph] {
    guard columns > 0 else { return [] }
    var total = 0
    for glyph in glyphs { total += glyph.width }
    guard total > columns else { return glyphs }
    var fitted: [Glyph] = []
    var used = 0
    for glyph in glyphs {
      guard used + glyph.width <= columns - 1 else { break }
      fitted.append(glyph)
      used += glyph.width
    }
    fitted.append(Glyph(scalar: set == .unicode ? "…" : ">"))
    return fitted
  }

  /// The text in lines of at most `columns` columns, broken at spaces where there are any, at most `limit` lines.
  package static func wrap(
    _ text: String, columns: Int, _ set: GlyphSet = .unicode, limit: Int = 200
  ) -> [[Glyph]] {
    guard columns > 0, limit > 0 else { return [] }
    var lines: [[Glyph]] = []
    for paragraph in text.unicodeScalars.split(separator: "\n", maxSplits: limit, omittingEmptySubsequences: false) {
      var paragraph = paragraph
      if paragraph.last == "\r" { paragraph.removeLast() }
      let room = (limit - lines.count) * columns + 1
      wrapParagraph(glyphs(String(String.UnicodeScalarView(paragraph)), set, limit: room), columns, into: &lines)
      if lines.count >= limit { break }
    }
    if lines.count > limit { lines.removeLast(lines.count - limit) }
    return lines
  }

  private static func wrapParagraph(_ glyphs: [Glyph], _ columns: Int, into lines: inout [[Glyph]]) {
    var start = 0
    var index = 0
    var used = 0
    var lastSpace: Int?
    while index < glyphs.count {
      let glyph = glyphs[index]
      if used + glyph.width > columns, index > start {
        let end = glyph.scalar == " " ? index : lastSpace ?? index
        lines.append(Array(glyphs[start..<end]))
        start = end
        if start < glyphs.count, glyphs[start].scalar == " " { start += 1 }
        index = max(start, index)
        used = index > start ? glyphs[start..<index].reduce(0) { $0 + $1.width } : 0
        lastSpace = nil
        continue
      }
      if glyph.scalar == " ", !glyph.isToken { lastSpace = index }
      used += glyph.width
      index += 1
    }
    lines.append(Array(glyphs[min(start, glyphs.count)...]))
  }
}
