import JSONText

extension Condition {
  /// The condition as people read it: `args.amount ≤ 100`.
  package var inWords: String {
    switch op {
    case .lengthLt, .lengthLte, .lengthGt, .lengthGte: "length of \(path.text) \(symbol) \(valueInWords)"
    case .hostIn: "host of \(path.text) is \(choicesInWords)"
    case .in: "\(path.text) is \(choicesInWords)"
    case .notIn: "\(path.text) is not \(choicesInWords)"
    case .exists: "\(path.text) is \(value.bool == true ? "present" : "absent")"
    case .within: "\(path.text) lies within \(choicesInWords)"
    case .eq, .neq, .lt, .lte, .gt, .gte: "\(path.text) \(symbol) \(valueInWords)"
    case .contains: "\(path.text) contains \(valueInWords)"
    case .notContains: "\(path.text) does not contain \(valueInWords)"
    case .startsWith: "\(path.text) begins with \(valueInWords)"
    case .endsWith: "\(path.text) ends with \(valueInWords)"
    case .glob, .regex: "\(path.text) matches \(valueInWords)"
    case .notRegex: "\(path.text) does not match \(valueInWords)"
    }
  }

  private var symbol: String {
    switch op {
    case .eq: "="
    case .neq: "≠"
    case .lt, .lengthLt: "<"
    case .lte, .lengthLte: "≤"
    case .gt, .lengthGt: ">"
    case .gte, .lengthGte: "≥"
    default: op.rawValue
    }
  }

  /// What a call must do so that the condition holds: "`args.amount` must be at most 100".
  var demand: String { clause("must be", "must not be", "must", "must not", "must have") }

  /// What is so where the condition holds: "`args.force` is true".
  var statement: String { clause("is", "is not", nil, "does not", "has") }

  /// One sentence of both; `verb` is what stands before a bare verb, or nil for the verb in the third person.
  private func clause(_ be: String, _ notBe: String, _ verb: String?, _ notVerb: String, _ have: String) -> String {
    func act(_ bare: String, _ third: String) -> String { verb.map { "\($0) \(bare)" } ?? third }
    let text: String =
      switch op {
      case .eq: "\(be) \(valueInWords)"
      case .neq: "\(notBe) \(valueInWords)"
      case .in: "\(be) \(choicesInWords)"
      case .notIn: "\(notBe) \(choicesInWords)"
      case .lt: "\(be) less than \(valueInWords)"
      case .lte: "\(be) at most \(valueInWords)"
      case .gt: "\(be) more than \(valueInWords)"
      case .gte: "\(be) at least \(valueInWords)"
      case .contains: act("contain", "contains") + " \(valueInWords)"
      case .notContains: "\(notVerb) contain \(valueInWords)"
      case .startsWith: act("begin", "begins") + " with \(valueInWords)"
      case .endsWith: act("end", "ends") + " with \(valueInWords)"
      case .glob, .regex: act("match", "matches") + " \(valueInWords)"
      case .notRegex: "\(notVerb) match \(valueInWords)"
      case .exists: "\(be) \(value.bool == true ? "present" : "absent")"
      case .lengthLt: "\(have) a length of less than \(valueInWords)"
      case .lengthLte: "\(have) a length of at most \(valueInWords)"
      case .lengthGt: "\(have) a length of more than \(valueInWords)"
      case .lengthGte: "\(have) a length of at least \(valueInWords)"
      case .within: act("lie", "lies") + " within \(choicesInWords)"
      case .hostIn: "\(have) \(choicesInWords) as its host"
      }
    return "`\(path.text)` \(text)"
  }

  private static let mostOfAValue = 80
  private static let mostChoicesNamed = 5

  private var valueInWords: String { JSONExcerpt.text(of: value, most: Self.mostOfAValue) }

  /// The elements of an array, or the one value: folders and hosts as they are, other values as JSON.
  private var choicesInWords: String {
    let choices = value.elements ?? [value]
    var words = choices.prefix(Self.mostChoicesNamed).map { choice in
      let isBare = op == .within || op == .hostIn
      return isBare ? choice.string ?? "" : JSONExcerpt.text(of: choice, most: Self.mostOfAValue)
    }
    if choices.count > words.count { words.append("\(choices.count - words.count) more") }
    guard let last = words.popLast() else { return "" }
    return words.isEmpty ? last : words.joined(separator: ", ") + " or " + last
  }

  /// Which path had which type: "`args.amount` is a string where `lt` wants a number".
  func mistyped(_ outcome: Outcome) -> String {
    let end: Int
    if case .blocked(_, let step) = outcome.place.found { end = step } else { end = path.steps.count }
    let place = "`\(path.written(upTo: end, outcome.place.elements))` is"
    if case .blocked(let node, let step) = outcome.place.found {
      let wanted = if case .member = path.steps[step] { "an object" } else { "an array" }
      return "\(place) \(node.kindInWords) where `\(path.text)` wants \(wanted)"
    }
    switch outcome.misfit {
    case nil: return "\(place) not what `\(op.rawValue)` wants"
    case .kind(let kind): return "\(place) \(kind) where `\(op.rawValue)` wants \(wanted)"
    case .extreme: return "\(place) a number too extreme for `\(op.rawValue)` to compare"
    case .textForElement(let kind): return "\(place) a string where `\(op.rawValue)` looks for \(kind)"
    case .longText: return "\(place) a text too long for the pattern of `\(op.rawValue)`"
    case .path(.relative): return "\(place) a relative path where `\(op.rawValue)` wants an absolute one"
    case .path(.backslash): return "\(place) a path with a backslash, which `\(op.rawValue)` does not judge"
    case .path(.nul): return "\(place) a path with NUL, which `\(op.rawValue)` does not judge"
    case .path(.fileURI): return "\(place) a file URI that programs read differently"
    case .url(let doubt): return "\(place) a URL that programs read differently (\(doubt.inWords))"
    }
  }

  /// What the operator can take.
  private var wanted: String {
    switch op {
    case .lt, .lte, .gt, .gte: "a number"
    case .contains, .notContains: "a string or an array"
    case .lengthLt, .lengthLte, .lengthGt, .lengthGte: "a string, an array or an object"
    case .startsWith, .endsWith, .glob, .regex, .notRegex, .within, .hostIn: "a string"
    case .eq, .neq, .in, .notIn, .exists: "a value"
    }
  }
}

extension URLHost.Doubt {
  fileprivate var inWords: String {
    switch self {
    case .blank: "a blank or a control character"
    case .beginning: "its beginning"
    case .backslash: "a backslash"
    case .userInfo: "where its user-info ends"
    case .port: "its port"
    case .host: "how its host is written"
    }
  }
}

extension ConditionEntry {
  /// What its conditions say: `args.amount ≤ 100 and call.client = "ci"`.
  package var inWords: String {
    conditions.isEmpty ? "always" : conditions.map(\.inWords).joined(separator: " and ")
  }

  /// What the agent or the approver is told where the entry has no text of its own.
  package func sentence(_ kind: Kind) -> String {
    if conditions.isEmpty {
      switch kind {
      case .require, .allowIf: return "there is no condition"
      case .denyIf: return "the policy denies this call"
      case .approveIf: return "a person must approve this call"
      }
    }
    return conditions.map { kind == .require ? $0.demand : $0.statement }.joined(separator: " and ")
  }
}
