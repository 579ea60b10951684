internal import Policy
internal import Risk

/// The filter language's small parts, as they are written.
package enum FilterText {
  /// Whether a name or a value that is not in quotes ends before this.
  package static func ends(_ scalar: Unicode.Scalar) -> Bool {
    scalar == " " || scalar == "(" || scalar == ")" || scalar == "|" || scalar == "&" || scalar == "\""
  }

  /// The comparison that stands at a place.
  package static func comparison(in text: [Unicode.Scalar], at place: Int) -> Filter.Comparison? {
    guard place < text.count else { return nil }
    let next = place + 1 < text.count ? text[place + 1] : " "
    switch text[place] {
    case ":": return .matches
    case "~": return .regex
    case "=": return .equal
    case "!": return next == "=" ? .notEqual : nil
    case "<": return next == "=" ? .lessOrEqual : .less
    case ">": return next == "=" ? .greaterOrEqual : .greater
    default: return nil
    }
  }

  private static let units: [(name: String, microseconds: Int64)] = [
    ("d", 86_400_000_000), ("h", 3_600_000_000), ("m", 60_000_000), ("s", 1_000_000), ("ms", 1000), ("us", 1),
  ]

  /// Microseconds of `5ms`, `2s`, `1m`, `1h`, `3d`, `250us`; seconds where no unit is written.
  package static func span(_ text: String) -> Int64? {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    guard let number = Int64(digits) else { return nil }
    let name = digits.endIndex == text.endIndex ? "s" : String(text[digits.endIndex...])
    guard let unit = units.first(where: { $0.name == name }) else { return nil }
    let (span, overflow) = number.multipliedReportingOverflow(by: unit.microseconds)
    return overflow ? nil : span
  }

  /// A span in its biggest unit without a rest.
  static func written(span: Int64) -> String {
    let unit = units.first { span % $0.microseconds == 0 } ?? ("us", 1)
    return "\(span / unit.microseconds)\(unit.name)"
  }

  /// A value as a filter must have it: in quotes where it needs them.
  package static func quotedIfNeeded(_ text: String) -> String { isPlain(text) ? text : quoted(text) }

  static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      if scalar == "\"" || scalar == "\\" { quoted.unicodeScalars.append("\\") }
      quoted.unicodeScalars.append(scalar)
    }
    return quoted + "\""
  }

  /// A regular expression, whose backslashes stay as they are.
  static func quoted(expression text: String) -> String {
    if !text.isEmpty, !text.unicodeScalars.contains(where: ends) { return text }
    var quoted = "\""
    for scalar in text.unicodeScalars {
      if scalar == "\"" { quoted.unicodeScalars.append("\\") }
      quoted.unicodeScalars.append(scalar)
    }
    return quoted + "\""
  }

  /// Nothing in it means anything to the language.
  private static func isPlain(_ text: String) -> Bool {
    !text.isEmpty
      && text.utf8.allSatisfy { byte in
        switch byte {
        case 0x2A, 0x2D, 0x2E, 0x2F, 0x30...0x39, 0x41...0x5A, 0x5F, 0x61...0x7A: true
        default: byte >= 0x80
        }
      }
  }
}

extension Filter {
  /// The same filter in one spelling, which means just what it means.
  package var canonical: String { root.written(inside: false) }

  /// Whether another one is the same but for its spelling.
  package func means(_ other: Filter) -> Bool { root == other.root }
}

extension Filter.Node {
  fileprivate func written(inside: Bool) -> String {
    switch self {
    case .any(let nodes):
      let text = nodes.map { $0.isAny ? "(\($0.written(inside: false)))" : $0.written(inside: false) }
      return inside ? "(\(text.joined(separator: " | ")))" : text.joined(separator: " | ")
    case .all(let nodes):
      let text = nodes.map { $0.written(inside: true) }.joined(separator: " ")
      return inside ? "(\(text))" : text
    case .not(let node):
      if case .not = node { return "!(\(node.written(inside: false)))" }
      return "!\(node.written(inside: true))"
    case .leaf(let leaf): return leaf.test.written
    }
  }

  private var isAny: Bool { if case .any = self { true } else { false } }
}

extension Filter.Leaf.Test {
  fileprivate var written: String {
    switch self {
    case .word(let pattern):
      // Stars mean something only where there are no quotes.
      if pattern.isGlob { return pattern.text }
      return pattern.text.utf8.contains(UInt8(ascii: "*"))
        ? FilterText.quoted(pattern.text) : FilterText.quotedIfNeeded(pattern.text)
    case .field(let field, let comparison, let value):
      return "\(field.rawValue)\(comparison.rawValue)\(value.written(field))"
    }
  }
}

extension Filter.Value {
  fileprivate func written(_ field: Filter.Field) -> String {
    switch self {
    case .text(let pattern):
      pattern.reach == .search
        ? FilterText.quoted(expression: pattern.text) : FilterText.quotedIfNeeded(pattern.text)
    case .decision(let verdict): verdict.rawValue
    case .severity(let severity): severity.rawValue.lowercased()
    case .category(let category): category.rawValue.lowercased()
    case .flag(let flag): flag.rawValue
    case .number(let number): field.kind == .span ? FilterText.written(span: number) : String(number)
    }
  }
}
