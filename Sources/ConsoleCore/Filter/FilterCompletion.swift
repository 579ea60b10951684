internal import Filters
internal import Policy

/// Ways to go on with a filter that is being typed.
struct FilterCompletion: Hashable {
  /// What the last condition could become, the likeliest first.
  var choices: [String]
  /// Where the last condition begins, in Unicode scalars.
  var start: Int
  private var typed: String

  private static let mostChoices = 12

  /// Looks at a text whose end is being typed; `seen` gives the values that a field has had.
  ///
  /// Nil where there is nothing to add.
  init?(_ text: [Unicode.Scalar], for subject: Filter.Subject, seen: (Filter.Field) -> [String]) {
    let start = Self.lastStart(text)
    let atom = Array(text[start...])
    let typed = String(String.UnicodeScalarView(atom))
    guard let first = atom.first, first != "\"" else { return nil }
    let operation = atom.indices.first { FilterText.comparison(in: atom, at: $0) != nil }
    var found: [String] = []
    if let operation, let comparison = FilterText.comparison(in: atom, at: operation) {
      let name = String(String.UnicodeScalarView(atom[..<operation]))
      guard let field = Filter.Field(rawValue: name), field.exists(in: subject), comparison != .regex else {
        return nil
      }
      let end = operation + comparison.rawValue.unicodeScalars.count
      let head = String(String.UnicodeScalarView(atom[..<end]))
      var part = String(String.UnicodeScalarView(atom[end...]))
      if part.first == "\"" { part.removeFirst() }
      found = Self.values(of: field, subject, seen).filter { Self.goesOn(part, to: $0) }.prefix(Self.mostChoices)
        .map { head + FilterText.quotedIfNeeded($0) }
    } else {
      let fields = Filter.Field.allCases.filter { $0.exists(in: subject) && $0.rawValue.hasPrefix(typed) }
      for field in fields {
        let openings = Self.openings(of: field)
        found += field.rawValue == typed ? openings : [openings[0]]
      }
      let words = subject == .servers ? [] : Verdict.allCases.map(\.rawValue)
      let names = (subject == .servers ? seen(.server) : seen(.server) + seen(.tool))
        .map { FilterText.quotedIfNeeded($0) }
      found += Array((words + names).lazy.filter { Self.goesOn(typed, to: $0) }.prefix(Self.mostChoices))
    }
    var known: Set<String> = [typed]
    let choices = Array(found.filter { known.insert($0).inserted }.prefix(Self.mostChoices))
    guard !choices.isEmpty else { return nil }
    self.choices = choices
    self.start = start
    self.typed = typed
  }

  /// What is drawn behind the cursor: the rest of the first choice, or all of it where that is spelt otherwise.
  var ghost: String {
    let first = choices[0]
    guard first.unicodeScalars.starts(with: typed.unicodeScalars) else { return "  \(first)" }
    return String(first.unicodeScalars.dropFirst(typed.unicodeScalars.count))
  }

  /// The text with the first choice in place of what was typed of it.
  func completed(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] { Array(text[..<start]) + choices[0].unicodeScalars }

  /// Where the condition begins that the end of the text is in.
  private static func lastStart(_ text: [Unicode.Scalar]) -> Int {
    var start = 0
    var isQuoted = false
    var at = 0
    while at < text.count {
      let scalar = text[at]
      if isQuoted {
        if scalar == "\\" { at += 1 }
        if scalar == "\"" {
          isQuoted = false
          start = at + 1
        }
      } else if scalar == "\"" {
        isQuoted = true
      } else if FilterText.ends(scalar) || scalar == "!" && at == start {
        start = at + 1
      }
      at += 1
    }
    return min(start, text.count)
  }

  /// Upper and lower case do not matter while one types.
  private static func goesOn(_ part: String, to whole: String) -> Bool {
    var rest = whole.unicodeScalars.makeIterator()
    for scalar in part.unicodeScalars {
      guard let next = rest.next(), next.lowered == scalar.lowered else { return false }
    }
    return true
  }

  private static func openings(of field: Filter.Field) -> [String] {
    let name = field.rawValue
    return switch field.kind {
    case .severity: ["\(name):", "\(name)>="]
    case .span, .count: field == .age ? ["\(name)<", "\(name)>"] : ["\(name)>", "\(name)<"]
    case .text: ["\(name):", "\(name)=", "\(name)~"]
    case .decision, .category, .flag: ["\(name):"]
    }
  }

  private static func values(
    of field: Filter.Field, _ subject: Filter.Subject, _ seen: (Filter.Field) -> [String]
  ) -> [String] {
    switch field.kind {
    case .text: seen(field)
    case .decision: Verdict.allCases.map(\.rawValue)
    case .severity: ["low", "med", "high", "crit"]
    case .category: ["read", "write", "execute", "destructive", "financial"]
    case .flag: Filter.Flag.allCases.filter { $0.exists(in: subject) }.map(\.rawValue)
    case .span: field == .age ? ["5m", "1h", "1d"] : ["1ms", "10ms", "100ms", "1s"]
    case .count: []
    }
  }
}
