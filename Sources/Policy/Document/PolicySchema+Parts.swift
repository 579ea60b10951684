import JSONText

extension PolicySchema {
  /// Texts of one form, as regular expressions that JavaScript, Python and others read alike.
  enum Pattern {
    /// A backslash only before a star or a backslash.
    static let name = #"^(?:[^\\\u0000]|\\[\\*])+$"#

    static let time: String = {
      let leapYear = "(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)"
      let days =
        "[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))"
      let hours = "(?:[01][0-9]|2[0-3]):[0-5][0-9]"
      return "^(?:\(days)|\(leapYear)-02-29)[Tt]\(hours):[0-5][0-9](?:[.][0-9]{1,9})?(?:[Zz]|[+-]\(hours))$"
    }()

    private static let member = #"[.][A-Za-z0-9_$\u0080-\uffff-]+"#
    private static let quoted = #"\["(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*"\]"#
    private static let index = #"\[(?:0|[1-9][0-9]{0,8})\]"#
    private static let each = #"\[[*]\]"#

    static let argument = "^args(?:\(member)|\(quoted)|\(index)){1,\(ConditionPath.mostSteps)}$"
    static let path: String = {
      let fields = ConditionPath.Field.allCases.map(\.rawValue).joined(separator: "|")
      let steps = "(?:\(member)|\(quoted)|\(index)|\(each)){0,\(ConditionPath.mostSteps)}"
      return "^(?:call[.](?:\(fields))|args\(steps))$"
    }()

    static let folder = #"^/[^\\\u0000]*$"#
    static let host = #"^(?:(?:[*][.])?[A-Za-z0-9_-]+(?:[.][A-Za-z0-9_-]+)*[.]?|\[?[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*\]?)$"#
  }

  // MARK: Objects

  /// The members of a schema for an object with these keys and no others.
  static func closed<Key: PolicyKey & Equatable>(
    _ keys: [Key], required: [Key] = [], _ schema: (Key) -> SchemaNode
  ) -> [(String, SchemaNode)] {
    var members: [(String, SchemaNode)] = [
      ("type", "object"), ("properties", .object(keys.map { ($0.rawValue, schema($0)) })),
    ]
    if !required.isEmpty { members.append(("required", .array(required.map { SchemaNode($0.rawValue) }))) }
    members.append(("additionalProperties", false))
    return members
  }

  static func closed<Key: PolicyKey & Equatable>(
    _: Key.Type, required: [Key] = [], _ schema: (Key) -> SchemaNode
  ) -> [(String, SchemaNode)] {
    closed(Array(Key.allCases), required: required, schema)
  }

  // MARK: Values

  static func reference(_ definition: String, _ description: String? = nil) -> SchemaNode {
    .object([("$ref", SchemaNode("#/$defs/\(definition)"))] + described(description))
  }

  static func list(_ items: SchemaNode, _ description: String) -> SchemaNode {
    .object([("type", "array"), ("description", SchemaNode(description)), ("items", items)])
  }

  static func text(_ description: String?, _ pattern: String) -> SchemaNode {
    .object([("type", "string")] + described(description) + [("pattern", SchemaNode(pattern))])
  }

  static func nonempty(_ description: String) -> SchemaNode {
    .object([("type", "string"), ("description", SchemaNode(description)), ("minLength", 1)])
  }

  static func seconds(_ description: String, from least: Int, default: Int) -> SchemaNode {
    .object([
      ("type", "integer"), ("description", SchemaNode(description)), ("minimum", SchemaNode(least)),
      ("maximum", SchemaNode(LimitWindow.range.upperBound)), ("default", SchemaNode(`default`)),
    ])
  }

  /// One of some words, each with what it means.
  static func words<Word: PolicyWord>(
    _: Word.Type, _ description: String, default: Word?, _ meaning: (Word) -> String
  ) -> SchemaNode {
    let words = Array(Word.allCases)
    var members: [(String, SchemaNode)] = [
      ("description", SchemaNode(description)), ("enum", .array(words.map { SchemaNode($0.rawValue) })),
      ("enumDescriptions", .array(words.map { SchemaNode(meaning($0)) })),
    ]
    if let word = `default` { members.append(("default", SchemaNode(word.rawValue))) }
    return .object(members)
  }

  private static func described(_ description: String?) -> [(String, SchemaNode)] {
    description.map { [("description", SchemaNode($0))] } ?? []
  }
}

/// What kind of value an operator compares with.
enum ConditionValue: CaseIterable {
  case any, choices, number, part, text, glob, pattern, bool, length, folders, hosts

  var schema: SchemaNode {
    let nonempty: SchemaNode = .object([("type", "string"), ("minLength", 1)])
    switch self {
    case .any, .part: return true
    case .choices:
      return .object([("type", "array"), ("minItems", 1), ("maxItems", SchemaNode(ConditionTest.mostChoices))])
    case .number: return .object([("type", "number")])
    case .text, .pattern: return nonempty
    case .glob: return PolicySchema.text(nil, PolicySchema.Pattern.name)
    case .bool: return .object([("type", "boolean")])
    case .length:
      return .object([("type", "integer"), ("minimum", 0), ("maximum", SchemaNode(WholeNumber.greatest))])
    case .folders: return Self.oneOrMore(PolicySchema.Pattern.folder)
    case .hosts: return Self.oneOrMore(PolicySchema.Pattern.host)
    }
  }

  /// Nil where the value may be as for any path.
  var schemaForStrings: SchemaNode? {
    switch self {
    case .any, .part: .object([("type", "string")])
    case .choices: .object([("items", .object([("type", "string")]))])
    case .number: false
    case .text, .glob, .pattern, .bool, .length, .folders, .hosts: nil
    }
  }

  private static func oneOrMore(_ pattern: String) -> SchemaNode {
    let one = PolicySchema.text(nil, pattern)
    return .object([
      (
        "anyOf",
        .array([
          one,
          .object([
            ("type", "array"), ("items", one), ("minItems", 1), ("maxItems", SchemaNode(ConditionTest.mostChoices)),
          ]),
        ])
      )
    ])
  }
}

extension ConditionOperator {
  var valueKind: ConditionValue {
    switch self {
    case .eq, .neq: .any
    case .contains, .notContains: .part
    case .in, .notIn: .choices
    case .lt, .lte, .gt, .gte: .number
    case .startsWith, .endsWith: .text
    case .glob: .glob
    case .regex, .notRegex: .pattern
    case .exists: .bool
    case .lengthLt, .lengthLte, .lengthGt, .lengthGte: .length
    case .within: .folders
    case .hostIn: .hosts
    }
  }

  /// When it holds.
  var inWords: String {
    switch self {
    case .eq: "equal as JSON values"
    case .neq: "not equal"
    case .in: "equal to one of them"
    case .notIn: "equal to none of them"
    case .lt: "a smaller number"
    case .lte: "a number, at most this"
    case .gt: "a greater number"
    case .gte: "a number, at least this"
    case .contains: "a string that holds it, or an array with it"
    case .notContains: "the opposite of contains"
    case .startsWith: "a string that begins with it"
    case .endsWith: "a string that ends with it"
    case .glob: "a string that the glob matches"
    case .regex: "a string that the RE2 pattern is found in"
    case .notRegex: "a string that the RE2 pattern is not found in"
    case .exists: "true: present and not null; false: the opposite"
    case .lengthLt: "fewer characters, elements or members"
    case .lengthLte: "at most so many characters, elements or members"
    case .lengthGt: "more characters, elements or members"
    case .lengthGte: "at least so many characters, elements or members"
    case .within: "a path that stays inside one of the folders"
    case .hostIn: "a URL whose host is one of them; *.example.com is everything below"
    }
  }
}

/// A part of a schema, short to write.
enum SchemaNode: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral {
  case text(String)
  case number(Int)
  case bool(Bool)
  case array([SchemaNode])
  case object([(String, SchemaNode)])

  init(_ text: String) { self = .text(text) }
  init(_ number: Int) { self = .number(number) }
  init(stringLiteral value: String) { self = .text(value) }
  init(integerLiteral value: Int) { self = .number(value) }
  init(booleanLiteral value: Bool) { self = .bool(value) }

  var json: JSONNode {
    switch self {
    case .text(let text): JSONNode(.string(ExactText(text)))
    case .number(let number): JSONNode(.number(JSONNumber(number)))
    case .bool(let value): JSONNode(.bool(value))
    case .array(let elements): JSONNode(.array(elements.map(\.json)))
    case .object(let members):
      JSONNode(.object(members.map { JSONMember(key: ExactText($0.0), value: $0.1.json) }))
    }
  }
}
