internal import Policy
internal import Risk

/// Reads the filter language: `|` is or, a blank or `&` is and, `!` is not, brackets group.
struct FilterParser {
  private let text: [Unicode.Scalar]
  private let subject: Filter.Subject
  private var at = 0
  private var depth = 0
  private(set) var slots = 0

  private static let deepest = 32
  private static let longest = 2000

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

  private func error(_ message: String, at place: Int? = nil) -> FilterError {
    FilterError(message: message, place: place ?? at)
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
      at += 1
      let node = try any()
      guard at < text.count, text[at] == ")" else { throw error("`)` is missing") }
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
    while at < text.count, !isEnd(text[at]), comparison() == nil {
      name.unicodeScalars.append(text[at])
      at += 1
    }
    guard let comparison = comparison() else { return .word(Pattern(name, .part)) }
    let fieldName = String(name.prefix { $0 != "." })
    guard let field = Filter.Field(rawValue: fieldName), field == .arg || fieldName == name else {
      throw error(unknownField(name), at: start)
    }
    guard field.exists(in: subject) else { throw error(absent(field), at: start) }
    at += comparison.rawValue.unicodeScalars.count
    let place = at
    let value = at < text.count && text[at] == "\"" ? try quoted() : bare()
    guard !value.isEmpty else { throw error("`\(field.rawValue)\(comparison.rawValue)` needs a value", at: place) }
    return .field(field, comparison, try self.value(value, of: field, comparison, at: place))
  }

  private func unknownField(_ name: String) -> String {
    let names = Filter.Field.allCases.filter { $0.exists(in: subject) }.map(\.rawValue).joined(separator: " ")
    return "`\(name)` is no field; there are \(names); quote it to look for it as text"
  }

  private func absent(_ field: Filter.Field) -> String {
    if field == .arg { return "the stream does not carry arguments, so `arg` cannot be compared" }
    if field == .age { return "`age` is not in this version: rows would leave by themselves" }
    return "rows of this pane have no `\(field.rawValue)`"
  }

  private func isEnd(_ scalar: Unicode.Scalar) -> Bool {
    scalar == " " || scalar == "(" || scalar == ")" || scalar == "|" || scalar == "&" || scalar == "\""
  }

  /// The comparison that stands here.
  private func comparison() -> Filter.Comparison? {
    guard at < text.count else { return nil }
    let next = at + 1 < text.count ? text[at + 1] : " "
    switch text[at] {
    case ":": return .matches
    case "~": return .regex
    case "=": return .equal
    case "!": return next == "=" ? .notEqual : nil
    case "<": return next == "=" ? .lessOrEqual : .less
    case ">": return next == "=" ? .greaterOrEqual : .greater
    default: return nil
    }
  }

  private mutating func bare() -> String {
    var value = ""
    while at < text.count, !isEnd(text[at]) {
      value.unicodeScalars.append(text[at])
      at += 1
    }
    return value
  }

  private mutating func quoted() throws(FilterError) -> String {
    let start = at
    var value = ""
    at += 1
    while at < text.count, text[at] != "\"" {
      if text[at] == "\\", at + 1 < text.count { at += 1 }
      value.unicodeScalars.append(text[at])
      at += 1
    }
    guard at < text.count else { throw error("the closing quote is missing", at: start) }
    at += 1
    return value
  }

  private func value(
    _ value: String, of field: Filter.Field, _ comparison: Filter.Comparison, at place: Int
  ) throws(FilterError) -> Filter.Value {
    let isOrdered = [.less, .lessOrEqual, .greater, .greaterOrEqual].contains(comparison)
    if comparison == .regex {
      throw error("regular expressions are not in this version; `:` takes * for any run of characters", at: place)
    }
    switch field {
    case .risk:
      guard let severity = Severity(filter: value) else {
        throw error("`\(value)` is no risk; there are low med high crit", at: place)
      }
      return .severity(severity)
    case .lat, .age:
      guard let span = Self.span(value) else { throw error("`\(value)` is no time; write 5ms, 2s, 1m, 1h", at: place) }
      return .number(span)
    case .n:
      guard let number = Int64(value) else { throw error("`\(value)` is no number", at: place) }
      return .number(number)
    case .agent, .session, .server, .tool, .rule, .decision, .cat, .source, .arg, .text: break
    }
    guard !isOrdered else {
      throw error("`\(field.rawValue)` has no order; use : or =", at: place)
    }
    switch field {
    case .decision:
      guard let verdict = Verdict(rawValue: value.lowercased()) else {
        throw error("`\(value)` is no decision; there are allow deny limit ask hide", at: place)
      }
      return .decision(verdict)
    case .cat:
      guard let category = Category(filter: value) else {
        throw error("`\(value)` is no category; there are read write execute destructive financial", at: place)
      }
      return .category(category)
    default: return .text(Pattern(value, field == .text && !value.contains("*") ? .part : .whole))
    }
  }

  /// Microseconds of `5ms`, `2s`, `1m`, `1h`, `3d`, `250us`.
  static func span(_ text: String) -> Int64? {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    guard let number = Int64(digits), digits.utf8.count <= 9 else { return nil }
    switch text.dropFirst(digits.count) {
    case "us": return number
    case "ms": return number * 1000
    case "s", "": return number * 1_000_000
    case "m": return number * 60_000_000
    case "h": return number * 3_600_000_000
    case "d": return number * 86_400_000_000
    default: return nil
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
