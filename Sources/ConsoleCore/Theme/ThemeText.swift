package import JSONText

/// Something that is odd in a theme file, where, and what to write instead; it never stops the program.
package struct ThemeProblem: Error, Hashable, Sendable {
  package var place: TextPlace
  /// Lower case, user's text in backticks, no full stop.
  package var message: String
  package var help: String?
  /// A name that nobody knows: what it says is not used, and the rest of the file is right.
  package var isUnknownName: Bool

  package init(_ place: TextPlace, _ message: String, help: String? = nil, isUnknownName: Bool = false) {
    self.place = place
    self.message = message
    self.help = help
    self.isUnknownName = isUnknownName
  }
}

extension ThemeProblem: CustomStringConvertible {
  /// `4:9: ...` as compilers print it, to be put behind a file's name and a colon.
  package var description: String {
    "\(place.line):\(place.column): \(message)" + (help.map { "; \($0)" } ?? "")
  }
}

/// A theme file's entries: the strict part of TOML that themes need.
///
/// That is: comments, `[section]` headers, and `key = "text"` with `\"` and `\\` as the only escapes. Keys are bare or
/// in quotation marks. What is not understood is a problem, and the rest of its line is skipped.
struct ThemeText {
  struct Entry: Hashable {
    var section: String
    var key: String
    var value: String
    var keyPlace: TextPlace
    var valuePlace: TextPlace
  }

  /// More than any theme needs; what is longer is not read.
  static let longestText = 64 << 10

  private(set) var entries: [Entry] = []
  private(set) var headers: [(name: String, place: TextPlace)] = []
  private(set) var problems: [ThemeProblem] = []

  private var scalars: [Unicode.Scalar]
  private var next = 0
  private var line = 1
  private var lineStart = 0
  private var section = ""
  private var sections: Set<String> = [""]
  private var seen: Set<[String]> = []

  init(_ text: [UInt8]) {
    guard text.count <= Self.longestText else {
      scalars = []
      problems = [ThemeProblem(TextPlace(line: 1, column: 1), "the file is larger than \(Self.longestText / 1024) KiB")]
      return
    }
    scalars = Array(String(decoding: text, as: UTF8.self).unicodeScalars)
    if scalars.first == "\u{FEFF}" { scalars.removeFirst() }
    while next < scalars.count {
      do throws(ThemeProblem) {
        try readLine()
      } catch {
        problems.append(error)
        while let scalar = peek, scalar != "\n" { step(scalar) }
      }
      if peek != nil { next += 1 }
      line += 1
      lineStart = next
    }
  }

  private var peek: Unicode.Scalar? { next < scalars.count ? scalars[next] : nil }
  private var place: TextPlace { TextPlace(line: line, column: next - lineStart + 1) }
  private mutating func step(_: Unicode.Scalar) { next += 1 }

  private mutating func skipBlanks() {
    while let scalar = peek, scalar == " " || scalar == "\t" || scalar == "\r" { step(scalar) }
  }

  private mutating func readLine() throws(ThemeProblem) {
    skipBlanks()
    switch peek {
    case nil, "\n", "#": break
    case "[": try readHeader()
    default: try readEntry()
    }
    try endLine()
  }

  private mutating func endLine() throws(ThemeProblem) {
    skipBlanks()
    if peek == "#" { while let scalar = peek, scalar != "\n" { step(scalar) } }
    guard peek == nil || peek == "\n" else { throw ThemeProblem(place, "only a comment may follow here") }
  }

  private mutating func readHeader() throws(ThemeProblem) {
    let start = place
    next += 1
    skipBlanks()
    // Entries below a header that is not understood belong nowhere.
    section = "\u{0}"
    let name = try readKey()
    skipBlanks()
    guard peek == "]" else { throw ThemeProblem(place, "`]` is missing after the section's name") }
    next += 1
    guard sections.insert(name).inserted else { throw ThemeProblem(start, "`[\(name)]` stands here twice") }
    section = name
    headers.append((name, start))
  }

  private mutating func readEntry() throws(ThemeProblem) {
    let keyPlace = place
    let key = try readKey()
    skipBlanks()
    guard peek == "=" else { throw ThemeProblem(place, "`=` is missing after `\(key)`") }
    next += 1
    skipBlanks()
    let valuePlace = place
    guard peek == "\"" else {
      throw ThemeProblem(valuePlace, "the value of `\(key)` is not in quotation marks", help: "write \(key) = \"...\"")
    }
    let value = try readQuoted()
    guard seen.insert([section, key]).inserted else { throw ThemeProblem(keyPlace, "`\(key)` stands here twice") }
    entries.append(Entry(section: section, key: key, value: value, keyPlace: keyPlace, valuePlace: valuePlace))
  }

  private mutating func readKey() throws(ThemeProblem) -> String {
    if peek == "\"" { return try readQuoted() }
    var key = String.UnicodeScalarView()
    while let scalar = peek, scalar.isASCII,
      scalar.properties.isAlphabetic || "0123456789_-".unicodeScalars.contains(scalar)
    {
      key.append(scalar)
      step(scalar)
    }
    guard !key.isEmpty else { throw ThemeProblem(place, "a name is missing") }
    if peek == "." { throw ThemeProblem(place, "a name with a dot needs quotation marks") }
    return String(key)
  }

  private mutating func readQuoted() throws(ThemeProblem) -> String {
    let start = place
    next += 1
    var text = String.UnicodeScalarView()
    while let scalar = peek, scalar != "\n" {
      step(scalar)
      switch scalar {
      case "\"": return String(text)
      case "\\":
        guard let escaped = peek, escaped == "\"" || escaped == "\\" else {
          throw ThemeProblem(place, "only `\\\"` and `\\\\` can be written with a backslash")
        }
        step(escaped)
        text.append(escaped)
      default:
        guard scalar.value >= 0x20, scalar.value != 0x7F else {
          throw ThemeProblem(place, "a control character cannot stand in a value")
        }
        text.append(scalar)
      }
    }
    throw ThemeProblem(start, "the closing quotation mark is missing")
  }
}
