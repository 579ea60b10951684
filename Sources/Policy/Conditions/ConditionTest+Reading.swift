import JSONText
import RegularExpressions

extension ConditionTest {
  static let mostChoices = 10_000

  /// Compiles an operator with its value.
  ///
  /// Throws: `ConditionMistake` where the value does not fit.
  init(_ op: ConditionOperator, _ value: JSONNode) throws(ConditionMistake) {
    switch op {
    case .eq, .neq:
      try Self.checkNumbers(value)
      self = .equal(value, isNegated: op == .neq)
    case .in, .notIn: self = .among(try Self.choices(op, value), isNegated: op == .notIn)
    case .lt: self = .ordered(.less, try Self.number(op, value))
    case .lte: self = .ordered(.lessOrEqual, try Self.number(op, value))
    case .gt: self = .ordered(.greater, try Self.number(op, value))
    case .gte: self = .ordered(.greaterOrEqual, try Self.number(op, value))
    case .contains, .notContains:
      try Self.checkNumbers(value)
      self = .contains(value, value.text.map { TextSearch($0) }, isNegated: op == .notContains)
    case .startsWith: self = .begins(try Self.string(op, value))
    case .endsWith: self = .ends(try Self.string(op, value))
    case .glob: self = .glob(try Self.glob(op, value))
    case .regex, .notRegex: self = .regex(try Self.pattern(op, value), isNegated: op == .notRegex)
    case .exists:
      guard let wanted = value.bool else {
        throw Self.wrongKind(
          op, value, "`true` or `false`", help: "write `true` for present, `false` for absent or null")
      }
      self = .exists(wanted)
    case .lengthLt: self = .length(.less, try Self.length(op, value))
    case .lengthLte: self = .length(.lessOrEqual, try Self.length(op, value))
    case .lengthGt: self = .length(.greater, try Self.length(op, value))
    case .lengthGte: self = .length(.greaterOrEqual, try Self.length(op, value))
    case .within:
      var folders: [FolderPath] = []
      for text in try Self.strings(op, value, "a folder", example: "/srv/app") {
        folders.append(try FolderPath(folder: text))
      }
      self = .within(folders)
    case .hostIn:
      var hosts = HostList()
      for text in try Self.strings(op, value, "a host", example: "*.example.com") { try hosts.add(text) }
      self = .host(hosts)
    }
  }

  private static func wrongKind(
    _ op: ConditionOperator, _ value: JSONNode, _ wanted: String, help: String? = nil
  ) -> ConditionMistake {
    ConditionMistake("`\(op.rawValue)` wants \(wanted), not \(value.kindInWords)", help: help)
  }

  private static func number(_ op: ConditionOperator, _ value: JSONNode) throws(ConditionMistake) -> ExactDecimal {
    guard case .number(let number) = value.content else {
      var help: String?
      if let text = value.text, ExactDecimal(text.string) != nil { help = "write `\(text)` without quotes" }
      throw wrongKind(op, value, "a number", help: help)
    }
    guard let exact = ExactDecimal(number) else { throw tooExtreme(number) }
    return exact
  }

  private static func tooExtreme(_ number: JSONNumber) -> ConditionMistake {
    ConditionMistake("`\(number.text)` is too extreme to compare with")
  }

  /// Looks for numbers inside that could not be compared.
  private static func checkNumbers(_ value: JSONNode) throws(ConditionMistake) {
    switch value.content {
    case .number(let number): if ExactDecimal(number) == nil { throw tooExtreme(number) }
    case .array(let elements): for element in elements { try checkNumbers(element) }
    case .object(let members): for member in members { try checkNumbers(member.value) }
    case .null, .bool, .string: break
    }
  }

  private static func choices(
    _ op: ConditionOperator, _ value: JSONNode
  ) throws(ConditionMistake) -> Set<JSONMeaning> {
    guard let elements = value.elements else {
      let other: ConditionOperator = op == .in ? .eq : .neq
      throw wrongKind(op, value, "an array", help: "write `[…]` around it, or use `\(other.rawValue)`")
    }
    try checkCount(op, elements.count)
    for element in elements { try checkNumbers(element) }
    return Set(elements.map { JSONMeaning($0) })
  }

  private static func checkCount(_ op: ConditionOperator, _ count: Int) throws(ConditionMistake) {
    guard count > 0 else {
      throw ConditionMistake("the array of `\(op.rawValue)` is empty", help: "write at least one element")
    }
    guard count <= mostChoices else {
      throw ConditionMistake(
        "the array of `\(op.rawValue)` has \(count) elements", help: "at most \(mostChoices) are read")
    }
  }

  private static func text(_ op: ConditionOperator, _ value: JSONNode) throws(ConditionMistake) -> ExactText {
    guard let text = value.text else { throw wrongKind(op, value, "a string") }
    return text
  }

  private static func string(_ op: ConditionOperator, _ value: JSONNode) throws(ConditionMistake) -> ExactText {
    let text = try text(op, value)
    guard !text.isEmpty else {
      throw ConditionMistake("an empty text always fits `\(op.rawValue)`", help: "write at least one character")
    }
    return text
  }

  private static func glob(_ op: ConditionOperator, _ value: JSONNode) throws(ConditionMistake) -> NamePattern {
    let text = try text(op, value)
    do throws(NamePattern.Mistake) {
      return try NamePattern(text)
    } catch {
      switch error {
      case .empty: throw ConditionMistake("a glob must not be empty", help: "use `eq` for an empty string")
      case .unknownEscape(let escape):
        throw ConditionMistake(
          "`\(escape)` in a glob means nothing", help: #"write `\*` for a star, `\\` for a backslash"#)
      }
    }
  }

  private static func pattern(
    _ op: ConditionOperator, _ value: JSONNode
  ) throws(ConditionMistake) -> RegularExpression {
    let text = try text(op, value)
    guard !text.isEmpty else {
      throw ConditionMistake("an empty pattern matches everything", help: "write at least one character")
    }
    do throws(RegularExpression.Mistake) {
      return try RegularExpression(text.string)
    } catch {
      throw ConditionMistake("`\(text)` is no pattern of RE2: \(error.message)", help: hint(text.string, error.message))
    }
  }

  /// What people write who know other engines.
  private static func hint(_ pattern: String, _ message: String) -> String? {
    if ["(?=", "(?!", "(?<=", "(?<!"].contains(where: { pattern.contains($0) }) {
      return "RE2 looks neither ahead nor behind: add a second condition with `not_regex`"
    }
    if message.hasPrefix("invalid escape sequence") {
      return "RE2 has no back references; `\\\\` is a backslash, and JSON wants each backslash twice"
    }
    return nil
  }

  private static func length(_ op: ConditionOperator, _ value: JSONNode) throws(ConditionMistake) -> Int {
    guard case .number(let number) = value.content else { throw wrongKind(op, value, "a whole number") }
    guard let exact = ExactDecimal(number), exact.isWhole, !exact.isNegative,
      let whole = exact.scaled(byTenTo: 0, upTo: Int128(WholeNumber.greatest))?.whole, let length = Int(exactly: whole)
    else {
      throw ConditionMistake(
        "`\(op.rawValue)` wants a whole number from 0 to \(WholeNumber.greatest), not `\(number.text)`")
    }
    return length
  }

  /// One string, or an array of them.
  private static func strings(
    _ op: ConditionOperator, _ value: JSONNode, _ noun: String, example: String
  ) throws(ConditionMistake) -> [ExactText] {
    let help = "write `\"\(example)\"` or `[\"\(example)\"]`"
    if let text = value.text { return [text] }
    guard let elements = value.elements else { throw wrongKind(op, value, "\(noun) or an array", help: help) }
    try checkCount(op, elements.count)
    var texts: [ExactText] = []
    for element in elements {
      guard let text = element.text else {
        throw ConditionMistake("\(noun) of `\(op.rawValue)` must be a string, not \(element.kindInWords)", help: help)
      }
      texts.append(text)
    }
    return texts
  }
}
