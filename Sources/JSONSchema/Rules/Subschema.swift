import JSONText

/// Something that is kept once and looked at in place.
final class Kept<Value: Sendable>: Sendable {
  let value: Value

  init(_ value: Value) { self.value = value }
}

/// One schema of a document, ready to validate; others are named by their index, so that what is shared or recursive stands once.
struct Subschema: Sendable {
  /// Its place in the document, for messages.
  let place: Int
  /// The index of the schema resource that it belongs to.
  let resource: Int
  /// The schema that this one only refers to, so that it need not be entered.
  var alias: Int?
  /// What a boolean schema says; nil for all others.
  var verdict: Bool?
  var types: TypeSet?
  var constant: Kept<AllowedValues>?
  var values: Kept<AllowedValues>?
  var numbers: Kept<NumberRules>?
  var strings: Kept<StringRules>?
  var arrays: Kept<ArrayRules>?
  var objects: Kept<ObjectRules>?
  var combinations: Kept<CombinationRules>?
  var unevaluatedItems: Int?
  var unevaluatedProperties: Int?

  init(place: Int, resource: Int) {
    self.place = place
    self.resource = resource
  }

  var seesUnevaluated: Bool { unevaluatedItems != nil || unevaluatedProperties != nil }
}

/// What `type` allows.
struct TypeSet: OptionSet, Sendable {
  let rawValue: UInt8

  static let null = TypeSet(rawValue: 1)
  static let boolean = TypeSet(rawValue: 2)
  static let integer = TypeSet(rawValue: 4)
  static let number = TypeSet(rawValue: 8)
  static let string = TypeSet(rawValue: 16)
  static let array = TypeSet(rawValue: 32)
  static let object = TypeSet(rawValue: 64)

  private static let named: [(name: ExactText, words: String, type: TypeSet)] = [
    ("string", "a string", .string), ("number", "a number", .number), ("integer", "an integer", .integer),
    ("boolean", "a boolean", .boolean), ("array", "an array", .array), ("object", "an object", .object),
    ("null", "null", .null),
  ]

  init(rawValue: UInt8) { self.rawValue = rawValue }

  init?(name: ExactText) {
    guard let found = Self.named.first(where: { $0.name == name }) else { return nil }
    self = found.type
  }

  static let names = Words.alternatives(named.map(\.name.string))

  /// "a string or null".
  var words: String { Words.alternatives(Self.named.filter { contains($0.type) }.map(\.words)) }
}

/// What `enum` or `const` allows, apart by what is cheap to look up and what is not.
struct AllowedValues: Sendable {
  /// Those that are no arrays and no objects.
  let plain: Set<JSONMeaning>
  /// The others, each with the work of comparing it.
  let nested: [(value: JSONNode, work: Int)]
  let count: Int

  init(_ values: [JSONNode]) {
    plain = Set(values.filter { !$0.isNested }.map(JSONMeaning.init))
    nested = values.filter(\.isNested).map { ($0, $0.work) }
    count = values.count
  }
}

/// What a number is held to.
struct NumberRules: Sendable {
  var minimum: ExactDecimal?
  var maximum: ExactDecimal?
  var exclusiveMinimum: ExactDecimal?
  var exclusiveMaximum: ExactDecimal?
  var multipleOf: ExactDecimal?
  /// How many characters `multipleOf` was written with.
  var multipleOfLength = 0
}

/// What a string is held to.
struct StringRules: Sendable {
  var minimum: Int?
  var maximum: Int?
  /// The index of a pattern.
  var pattern: Int?
}

/// What an array is held to.
struct ArrayRules: Sendable {
  var minimum: Int?
  var maximum: Int?
  var areUnique = false
  /// The schemas of the first elements.
  var prefix: [Int] = []
  /// The schema of the elements behind those, and the keyword that gave it.
  var rest: (schema: Int, keyword: String)?
  var contains: Contains?

  /// The schema of an element; nil from where on there is none.
  func schema(ofItem index: Int) -> Int? { index < prefix.count ? prefix[index] : rest?.schema }

  struct Contains: Sendable {
    let schema: Int
    var minimum = 1
    var maximum: Int?
    /// Whether what it finds counts as evaluated.
    let evaluates: Bool
  }
}

/// What an object is held to.
struct ObjectRules: Sendable {
  var minimum: Int?
  var maximum: Int?
  /// Every name that a keyword mentions; its index is the name's slot.
  var names = NameTable()
  /// The schema of each slot's member, -1 where there is none.
  var properties: [Int] = []
  /// The slots that must be there, in the order of the text.
  var required: [Int] = []
  /// Indices of patterns, and the schema of the members whose names they match.
  var patterns: [(pattern: Int, schema: Int)] = []
  var additional: Int?
  var propertyNames: Int?
  /// Where the first slot is there, the others must be; the place is the keyword's.
  var dependentNames: [(slot: Int, needed: [Int], keyword: String)] = []
  var dependentSchemas: [(slot: Int, schema: Int)] = []
}

/// What refers to other schemas for the same value.
struct CombinationRules: Sendable {
  var reference: Int?
  var dynamicReference: DynamicReference?
  var all: [Int] = []
  var any: [Int]?
  var one: [Int]?
  var not: Int?
  var condition: Int?
  var then: Int?
  var otherwise: Int?

  struct DynamicReference: Sendable {
    /// Where it leads if no schema on the way here has the anchor.
    let target: Int
    /// The anchor that decides; nil if it is like a plain reference.
    let anchor: ExactText?
    let keyword: String
  }
}

/// Numbers names from 0 on and finds them again.
struct NameTable: Sendable {
  private static let fewest = 8

  private(set) var names: [ExactText] = []
  private var slots: [ExactText: Int] = [:]

  /// The slot of a name, which it gets if it has none.
  mutating func add(_ name: ExactText) -> Int {
    if let slot = slots[name] { return slot }
    slots[name] = names.count
    names.append(name)
    return names.count - 1
  }

  func slot(_ name: ExactText) -> Int? {
    if names.count > Self.fewest { return slots[name] }
    for index in names.indices where names[index] == name { return index }
    return nil
  }
}

extension JSONNode {
  var isNested: Bool {
    switch content {
    case .array, .object: true
    case .null, .bool, .number, .string: false
    }
  }

  /// What it costs to look at the whole value, in the steps that a validation counts.
  var work: Int {
    switch content {
    case .null, .bool, .number: 1
    case .string(let text): Work.text(text)
    case .array(let elements): elements.reduce(1) { $0 + $1.work }
    case .object(let members): members.reduce(1) { $0 + Work.text($1.key) + $1.value.work }
    }
  }
}
