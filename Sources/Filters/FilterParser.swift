internal import Policy
internal import RegularExpressions
internal import Risk

/// Reads the filter language: `|` is or, a blank or `&` is and, `!` is not, brackets group.
struct FilterParser {
  private let text: [Unicode.Scalar]
  private let subject: Filter.Subject
  private var at = 0
  private var depth = 0
  private var expressions = 0
  private(set) var slots = 0

  private static let deepest = 32
  static let longest = 2000
  private static let mostExpressions = 8

  init(_ source: String, _ subject: Filter.Subject) {
    text = Array(source.unicodeScalars.prefix(Self.longest + 1))
    self.subject = subject
  }

  mutating func parse() throws(FilterError) -> Filter.Node? {
    guard text.count <= Self.longest else { throw error("a filter has at most \(Self.longest) characters") }
    skipSpaces()
    guard at < text.count else { return nil }
    let node = try any()
    guard at == text.count else { throw error("`\(text[at])` has no partner") }
    return node
  }

  /// An error that is here, or from a place on to here.
  private func error(_ message: String, from place: Int? = nil) -> FilterError {
    FilterError(message: message, place: place ?? at, length: max(1, at - (place ?? at)))
  }

  private mutating func skipSpaces() { while at < text.count, text[at] == " " { at += 1 } }

  private mutating func any() throws(FilterError) -> Filter.Node {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.deepest else { throw error("brackets are nested too deep") }
    var nodes = [try all()]
    while at < text.count, text[at] == "|" {
      at += 1
      nodes.append(try all())
    }
    return nodes.count == 1 ? nodes[0] : .any(nodes)
  }

  private mutating func all() throws(FilterError) -> Filter.Node {
    var nodes = [try not()]
    while true {
      skipSpaces()
      guard at < text.count, text[at] != "|", text[at] != ")" else { break }
      if text[at] == "&" { at += 1 }
      nodes.append(try not())
    }
    return nodes.count == 1 ? nodes[0] : .all(nodes)
  }

  private mutating func not() throws(FilterError) -> Filter.Node {
    skipSpaces()
    var isNegative = false
    while at < text.count, text[at] == "!" {
      isNegative.toggle()
      at += 1
      skipSpaces()
    }
    let node = try atom()
    return isNegative ? .not(node) : node
  }

  private mutating func atom() throws(FilterError) -> Filter.Node {
    guard at < text.count else { throw error("a condition is missing at the end") }
    if text[at] == "(" {
      let start = at
      at += 1
      let node = try any()
      guard at < text.count, text[at] == ")" else {
        throw FilterError(message: "the closing `)` of this one is missing", place: start)
      }
      at += 1
      return node
    }
    if text[at] == ")" || text[at] == "|" || text[at] == "&" {
      throw error("a condition is missing before `\(text[at])`")
    }
    slots += 1
    return .leaf(Filter.Leaf(test: try test(), slot: slots - 1))
  }

  private mutating func test() throws(FilterError) -> Filter.Leaf.Test {
    let start = at
    if text[at] == "\"" { return .word(Pattern(try quoted(), .part)) }
    var name = ""
    while at < text.count, !FilterText.ends(text[at]), FilterText.comparison(in: text, at: at) == nil {
      name.unicodeScalars.append(text[at])
      at += 1
    }
    guard let comparison = FilterText.comparison(in: text, at: at) else {
      return .word(Pattern(name, .part, takesStars: true))
    }
    let fieldName = String(name.prefix { $0 != "." })
    guard let field = Filter.Field(rawValue: fieldName), field == .arg || fieldName == name else {
      throw error(unknownField(name), from: start)
    }
    guard field.exists(in: subject) else { throw error(absent(field), from: start) }
    at += comparison.rawValue.unicodeScalars.count
    let place = at
    let value = at < text.count && text[at] == "\"" ? try quoted(isExpression: comparison == .regex) : bare()
    guard !value.isEmpty else {
      throw FilterError(
        message: "`\(field.rawValue)\(comparison.rawValue)` needs a value", place: start, length: place - start)
    }
    return .field(field, comparison, try self.value(value, of: field, comparison, from: place))
  }

  private func unknownField(_ name: String) -> String {
    guard !name.isEmpty else { return "the name of a field is missing; there are \(fields)" }
    return "`\(name)` is no field; there are \(fields); quote it to look for it as text"
  }

  private var fields: String {
    Filter.Field.allCases.filter { $0.exists(in: subject) }.map(\.rawValue).joined(separator: " ")
  }

  private func absent(_ field: Filter.Field) -> String {
    if field == .arg { return "arguments are known nowhere here: of a call's arguments only the digest is told" }
    return "rows of this pane have no `\(field.rawValue)`; there are \(fields)"
  }

  private mutating func bare() -> String {
    var value = ""
    while at < text.count, !FilterText.ends(text[at]) {
      value.unicodeScalars.append(text[at])
      at += 1
    }
    return value
  }

  /// A text in quotes; a backslash takes the next character for itself, in a regular expression only before a quote.
  private mutating func quoted(isExpression: Bool = false) throws(FilterError) -> String {
    let start = at
    var value = ""
    at += 1
    while at < text.count, text[at] != "\"" {
      if text[at] == "\\", at + 1 < text.count {
        if isExpression, text[at + 1] != "\"" { value.unicodeScalars.append("\\") }
        at += 1
      }
      value.unicodeScalars.append(text[at])
      at += 1
    }
    guard at < text.count else { throw FilterError(message: "the closing quote is missing", place: start) }
    at += 1
    return value
  }

  // MARK: Values

  private mutating func value(
    _ value: String, of field: Filter.Field, _ comparison: Filter.Comparison, from place: Int
  ) throws(FilterError) -> Filter.Value {
    if comparison == .regex { return .text(try expression(value, of: field, from: place)) }
    switch field.kind {
    case .severity:
      guard let severity = Severity(filter: value) else {
        throw error("`\(value)` is no risk; there are low med high crit", from: place)
      }
      return .severity(severity)
    case .span:
      guard let span = FilterText.span(value) else {
        throw error("`\(value)` is no time; write 5ms, 2s, 1m, 1h, 3d", from: place)
      }
      return .number(span)
    case .count:
      guard let number = Int64(value) else { throw error("`\(value)` is no number", from: place) }
      return .number(number)
    case .text, .decision, .category, .flag: break
    }
    guard !comparison.isOrder else { throw error("`\(field.rawValue)` has no order; use : or =", from: place) }
    switch field.kind {
    case .decision:
      guard let verdict = Verdict(rawValue: value.lowercased()) else {
        throw error("`\(value)` is no decision; there are allow deny limit ask hide", from: place)
      }
      return .decision(verdict)
    case .category:
      guard let category = Category(filter: value) else {
        throw error("`\(value)` is no category; there are read write execute destructive financial", from: place)
      }
      return .category(category)
    case .flag:
      guard let flag = Filter.Flag(rawValue: value.lowercased()), flag.exists(in: subject) else {
        let words = Filter.Flag.allCases.filter { $0.exists(in: subject) }.map(\.rawValue).joined(separator: " ")
        throw error("rows of this pane are never `\(value)`; they may be \(words)", from: place)
      }
      return .flag(flag)
    case .text, .severity, .span, .count:
      return .text(Pattern(value, field == .text ? .part : .whole, takesStars: comparison == .matches))
    }
  }

  private mutating func expression(
    _ value: String, of field: Filter.Field, from place: Int
  ) throws(FilterError) -> Pattern {
    guard field.kind == .text else {
      throw error("`\(field.rawValue)` is no text; `~` is for texts, use : or =", from: place)
    }
    expressions += 1
    guard expressions <= Self.mostExpressions else {
      throw error("a filter has at most \(Self.mostExpressions) regular expressions", from: place)
    }
    do throws(RegularExpression.Mistake) {
      return try Pattern(expression: value)
    } catch {
      throw self.error("`\(value)` is no regular expression: \(error.message)", from: place)
    }
  }
}

extension Severity {
  /// `low`, `med`, `medium`, `high`, `crit`, `critical`.
  init?(filter text: String) {
    let text = text.lowercased()
    guard
      text.utf8.count >= 3,
      let severity = Severity.allCases.first(where: { $0.rawValue.lowercased().hasPrefix(text) })
    else { return nil }
    self = severity
  }
}

extension Category {
  /// The word, or at least its first three letters.
  init?(filter text: String) {
    let text = text.lowercased()
    guard
      text.utf8.count >= 3,
      let category = Category.allCases.first(where: { $0.rawValue.lowercased().hasPrefix(text) })
    else { return nil }
    self = category
  }
}
