internal import JSONText

/// How a tool's definition, or a server's instructions, differ from what was accepted; for a person, line by line.
///
/// Lines hold the server's text as it is: whoever shows them makes visible what hides in it.
package enum DefinitionDiff {
  package struct Line: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
      case same, old, new
      /// Lines are left out here.
      case gap
      /// Said about the line before.
      case note
    }

    package var kind: Kind
    package var text: String

    package init(_ kind: Kind, _ text: String) {
      self.kind = kind
      self.text = text
    }
  }

  /// The lines of both texts; nil for one that is not there, or not kept.
  package static func lines(old: [UInt8]?, new: [UInt8]?) -> [Line] {
    let before = old.map(DefinitionText.lines)
    let after = new.map(DefinitionText.lines)
    guard let before, let after else {
      return noting((before ?? []).map { Line(.old, $0) } + (after ?? []).map { Line(.new, $0) })
    }
    // What was taken as it is when it was heard of first may be looked at for the first time.
    guard before != after else { return noting(after.map { Line(.same, $0) }, isUnseen: true) }
    let lines = DiffLine.unified(text(before), text(after)).map { line in
      switch line.kind {
      case .context: Line(.same, line.text)
      case .add: Line(.new, line.text)
      case .delete: Line(.old, line.text)
      case .hunk: Line(.gap, line.text)
      }
    }
    return noting(lines)
  }

  private static func text(_ lines: [String]) -> [UInt8] {
    var bytes: [UInt8] = []
    for line in lines {
      bytes.append(contentsOf: line.utf8)
      bytes.append(0x0A)
    }
    return bytes
  }

  // MARK: What looks like something else

  /// Adds what no colour shows: letters that look like others, and lines that differ in blanks alone.
  private static func noting(_ lines: [Line], isUnseen: Bool = false) -> [Line] {
    var noted: [Line] = []
    var olds: Set<ExactText> = []
    for line in lines {
      noted.append(line)
      switch line.kind {
      case .same, .gap:
        olds = []
        if isUnseen, let words = likenesses(line.text) { noted.append(Line(.note, words)) }
      case .old: olds.insert(squeezed(line.text))
      case .note: break
      case .new:
        if olds.contains(squeezed(line.text)) {
          noted.append(Line(.note, "this line and an old one differ in blanks alone"))
        }
        if let words = likenesses(line.text) { noted.append(Line(.note, words)) }
      }
    }
    return noted
  }

  private static func squeezed(_ text: String) -> ExactText {
    var view = String.UnicodeScalarView()
    for scalar in text.unicodeScalars where !scalar.properties.isWhitespace { view.append(scalar) }
    return ExactText(String(view))
  }

  /// Letters of another script in the middle of Latin ones that are drawn alike.
  private static func likenesses(_ text: String) -> String? {
    var found: [String] = []
    for word in text.unicodeScalars.split(whereSeparator: { !$0.properties.isAlphabetic }) {
      guard word.contains(where: { $0.isASCII }) else { continue }
      for scalar in word where !scalar.isASCII {
        guard let other = NameSkeleton.likeness(of: scalar) else { continue }
        let words = "U+\(hexadecimal(scalar)) \(scalar.properties.name ?? "") looks like `\(other)`"
        if !found.contains(words) { found.append(words) }
      }
      if found.count >= 4 { break }
    }
    return found.isEmpty ? nil : found.joined(separator: "; ")
  }

  private static func hexadecimal(_ scalar: Unicode.Scalar) -> String {
    let digits = String(scalar.value, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
  }
}

/// A definition as lines in which a change is a line or two: texts by their sentences, schemas by their members.
enum DefinitionText {
  /// So long is a line that nobody has broken; a longer one is, at a blank.
  private static let longest = 160
  private static let order: [ExactText] = [
    "name", "title", "description", "annotations", "inputSchema", "outputSchema",
  ]

  static func lines(_ text: [UInt8]) -> [String] {
    guard let node = try? JSONNode.read(text) else { return ["it is no JSON"] }
    if let text = node.string { return paragraphs(text, indent: "") }
    var lines: [String] = []
    for key in order {
      guard let value = node[key] else { continue }
      if let text = value.string {
        if key == "description" {
          lines.append("description")
          lines += paragraphs(text, indent: "  ")
        } else {
          lines.append("\(key) \(shown(text))")
        }
      } else {
        var pretty = PinText()
        pretty.value(value)
        let rows = String(decoding: pretty.bytes, as: UTF8.self).utf8.split(
          separator: 0x0A, omittingEmptySubsequences: false
        ).map { String($0) ?? "" }
        lines.append("\(key) \(rows.first ?? "")")
        lines += rows.dropFirst()
      }
    }
    return lines
  }

  /// A `|` begins what is a line of the text itself.
  private static func paragraphs(_ text: String, indent: String) -> [String] {
    var lines: [String] = []
    for line in text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false) {
      for (index, sentence) in sentences(Array(line)).enumerated() {
        lines.append("\(indent)\(index == 0 ? "|" : " ") \(shown(sentence))")
      }
    }
    return lines
  }

  private static func sentences(_ line: [Unicode.Scalar]) -> [String] {
    var found: [String] = []
    var current = String.UnicodeScalarView()
    var length = 0
    for (index, scalar) in line.enumerated() {
      current.append(scalar)
      length += 1
      let endsSentence = scalar == " " && index > 0 && [".", "!", "?", ":"].contains(line[index - 1])
      guard endsSentence || length >= longest && scalar == " " || length >= 2 * longest else { continue }
      found.append(String(current))
      (current, length) = (String.UnicodeScalarView(), 0)
    }
    if !current.isEmpty || found.isEmpty { found.append(String(current)) }
    return found
  }

  /// A line's own end must not be taken for ours.
  private static func shown(_ text: String) -> String {
    guard text.utf8.contains(where: { $0 == 0x0D || $0 == 0x0A }) else { return text }
    var view = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\r": view.append(contentsOf: "\\r".unicodeScalars)
      case "\n": view.append(contentsOf: "\\n".unicodeScalars)
      default: view.append(scalar)
      }
    }
    return String(view)
  }
}
