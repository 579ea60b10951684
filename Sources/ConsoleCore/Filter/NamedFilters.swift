internal import Filters
internal import JSONText

/// Filters that a person gave a name, and the text of the file that keeps them.
///
/// A line is `NAME = EXPRESSION`; empty lines and those that begin with `#` are for people, and are kept as they are.
package struct NamedFilters: Hashable, Sendable {
  package struct Entry: Hashable, Sendable {
    package var name: String
    package var source: String
    /// Which line of the file it is, from 0.
    var line: Int
  }

  /// Something that the file must not say.
  package struct Mistake: Error, Hashable, Sendable, CustomStringConvertible {
    package var line: Int
    package var message: String

    package var description: String { "line \(line): \(message)" }
  }

  package private(set) var entries: [Entry] = []
  /// The file as it was read; nil where there was none.
  package private(set) var text: [UInt8]?
  /// Why the file is not used, and must not be written over.
  package private(set) var problem: String?
  private var lines: [String] = []

  package static let longestText = 64 << 10
  static let most = 100
  private static let longestName = 32

  package init() {}

  /// Reads the file strictly: the first mistake makes it all void, and it is left alone.
  package init(_ text: [UInt8]?, problem: String? = nil) {
    self.text = text
    self.problem = problem
    guard problem == nil, let text else { return }
    do throws(Mistake) {
      (lines, entries) = try Self.read(text)
    } catch {
      self.problem = error.description
    }
  }

  private static func read(_ text: [UInt8]) throws(Mistake) -> ([String], [Entry]) {
    guard text.count <= longestText else {
      throw Mistake(line: 1, message: "the file has more than \(longestText) bytes")
    }
    guard let all = String(validating: text, as: UTF8.self) else {
      throw Mistake(line: 1, message: "the file is not UTF-8")
    }
    // By scalars: a carriage return and a line feed are one character.
    var lines = all.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    if lines.last == "" { lines.removeLast() }
    var entries: [Entry] = []
    for (index, line) in lines.enumerated() {
      let mistake = { (message: String) in Mistake(line: index + 1, message: message) }
      let line = line.trimmed
      if line.isEmpty || line.utf8.first == UInt8(ascii: "#") { continue }
      let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2 else { throw mistake("write NAME = EXPRESSION") }
      let (name, source) = (String(parts[0]).trimmed, String(parts[1]).trimmed)
      if let refusal = refusal(name: name, source: source) { throw mistake(refusal) }
      guard !entries.contains(where: { $0.name == name }) else { throw mistake("`\(name)` is there twice") }
      guard entries.count < most else { throw mistake("there are at most \(most) filters") }
      entries.append(Entry(name: name, source: source, line: index))
    }
    return (lines, entries)
  }

  /// Why these cannot be a named filter; nil if they can.
  package static func refusal(name: String, source: String) -> String? {
    guard isName(name) else { return "`\(name)` is no name: use a-z, 0-9, - and _, at most \(longestName)" }
    guard !reserved.contains(name) else { return "`\(name)` means something else after :filter, take another name" }
    // What is for one pane only is no mistake.
    var first: FilterError?
    for subject in Filter.Subject.allCases {
      do throws(FilterError) {
        if try Filter(source, for: subject) != nil { return nil }
        return "`\(name)` has no expression"
      } catch {
        if first == nil { first = error }
      }
    }
    return first?.message
  }

  private static let reserved: Set<String> = ["save", "drop"]

  static func isName(_ text: String) -> Bool {
    (1...longestName).contains(text.utf8.count)
      && text.utf8.allSatisfy { byte in
        switch byte {
        case 0x2D, 0x30...0x39, 0x5F, 0x61...0x7A: true
        default: false
        }
      }
  }

  package subscript(name: String) -> String? { entries.first { $0.name == name }?.source }

  /// The names of those that a pane's rows can be filtered by.
  func names(for subject: Filter.Subject) -> [String] {
    entries.filter { entry in ((try? Filter(entry.source, for: subject)) ?? nil) != nil }.map(\.name)
  }

  /// What the pane's filter is called, if it has a name.
  func name(of source: String) -> String? { entries.first { $0.source == source.trimmed }?.name }

  // MARK: Changing

  /// The file's text with a filter that has another expression, is new, or is gone (nil).
  package func text(setting name: String, to source: String?) -> [UInt8] {
    var lines = lines
    if let entry = entries.first(where: { $0.name == name }) {
      if let source { lines[entry.line] = "\(name) = \(source)" } else { lines.remove(at: entry.line) }
    } else if let source {
      lines.append("\(name) = \(source)")
    }
    return Array(lines.map { $0 + "\n" }.joined().utf8)
  }
}

extension String {
  /// Without blanks, tabs and carriage returns at both ends.
  var trimmed: String {
    let isBlank = { (scalar: Unicode.Scalar) in scalar == " " || scalar == "\t" || scalar == "\r" }
    var view = Substring.UnicodeScalarView(unicodeScalars)
    while let first = view.first, isBlank(first) { view.removeFirst() }
    while let last = view.last, isBlank(last) { view.removeLast() }
    return String(view)
  }
}
