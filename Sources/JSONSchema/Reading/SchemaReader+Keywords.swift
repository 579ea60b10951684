import JSONText

extension SchemaReader {
  /// Reads the keywords of every schema that was found, and of those that references lead to.
  mutating func readSchemas() throws(Mistake) -> [Kept<Subschema>] {
    var schemas: [Kept<Subschema>] = []
    // References may find more on the way.
    while schemas.count < found.count {
      schemas.append(Kept(try read(found[schemas.count])))
    }
    return schemas
  }

  private mutating func read(_ schema: Found) throws(Mistake) -> Subschema {
    var result = Subschema(place: schema.place, resource: schema.resource)
    guard let members = document[schema.place].members else {
      result.verdict = document[schema.place].bool
      return result
    }
    var rules = RulesDraft()
    if schema.dialect.isOld, document[schema.place]["$ref"] != nil {
      for (position, member) in members.enumerated() where member.key == "$ref" {
        let place = document.child(position, of: schema.place)
        rules.combinations.reference = try reference(member.value, at: place, in: schema)
      }
    } else {
      for (position, member) in members.enumerated() {
        let place = document.child(position, of: schema.place)
        if try readAssertion(member, at: place, in: schema, into: &rules) { continue }
        if try readArrayKeyword(member, at: place, in: schema, into: &rules) { continue }
        if try readObjectKeyword(member, at: place, in: schema, into: &rules) { continue }
        _ = try readCombination(member, at: place, in: schema, into: &rules)
      }
      try readNeighbours(of: schema, into: &rules)
    }
    rules.settle(into: &result)
    if result.seesUnevaluated { hasUnevaluated = true }
    return result
  }

  // MARK: Keywords for every type, numbers and strings

  private mutating func readAssertion(
    _ member: JSONMember, at place: Int, in schema: Found, into rules: inout RulesDraft
  ) throws(Mistake) -> Bool {
    switch member.key {
    case "type": rules.types = try types(member.value, at: place)
    case "enum":
      guard let values = member.value.elements else { throw wrong(member, at: place, "an array") }
      try checkNumbers(member.value, at: place)
      rules.values = AllowedValues(values)
    case "const":
      try checkNumbers(member.value, at: place)
      rules.constant = AllowedValues([member.value])
    case "minimum": rules.numbers.minimum = try number(member, at: place)
    case "maximum": rules.numbers.maximum = try number(member, at: place)
    case "exclusiveMinimum": rules.numbers.exclusiveMinimum = try number(member, at: place)
    case "exclusiveMaximum": rules.numbers.exclusiveMaximum = try number(member, at: place)
    case "multipleOf":
      let divisor = try number(member, at: place)
      guard divisor > ExactDecimal(0) else {
        throw document.mistake("`multipleOf` is not above 0", at: place)
      }
      rules.numbers.multipleOf = divisor
      if case .number(let number) = member.value.content { rules.numbers.multipleOfLength = number.text.utf8.count }
    case "minLength": rules.strings.minimum = try count(member, at: place)
    case "maxLength": rules.strings.maximum = try count(member, at: place)
    case "pattern":
      guard let pattern = member.value.string else { throw wrong(member, at: place, "a string") }
      rules.strings.pattern = try addPattern(pattern, at: place)
    default: return false
    }
    switch member.key {
    case "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf": rules.hasNumbers = true
    case "minLength", "maxLength", "pattern": rules.hasStrings = true
    default: break
    }
    return true
  }

  private func types(_ node: JSONNode, at place: Int) throws(Mistake) -> TypeSet {
    var types: TypeSet = []
    let names = node.elements ?? [node]
    guard !names.isEmpty else { throw document.mistake("`type` names no type", at: place) }
    for name in names {
      guard let text = name.text else {
        throw document.mistake("`type` is \(name.kindInWords), not the name of a type", at: place)
      }
      guard let type = TypeSet(name: text) else {
        throw document.mistake("\(Words.key(text)) is no type; types are \(TypeSet.names)", at: place)
      }
      types.insert(type)
    }
    return types
  }

  // MARK: Keywords that refer to other schemas for the same value

  private mutating func readCombination(
    _ member: JSONMember, at place: Int, in schema: Found, into rules: inout RulesDraft
  ) throws(Mistake) -> Bool {
    switch member.key {
    case "$ref":
      rules.combinations.reference = try reference(member.value, at: place, in: schema)
      return true
    case "$dynamicRef" where schema.dialect == .draft2020:
      rules.combinations.dynamicReference = try dynamicReference(member.value, at: place, in: schema)
    case "$recursiveRef" where schema.dialect == .draft2019:
      guard member.value.text == "#" else { throw document.mistake("`$recursiveRef` can only be `#`", at: place) }
      let resource = resources[schema.resource]
      let isDynamic = resource.dynamicAnchors[""] == resource.place
      hasDynamicReferences = hasDynamicReferences || isDynamic
      rules.combinations.dynamicReference = CombinationRules.DynamicReference(
        target: try require(resource.place), anchor: isDynamic ? "" : nil, keyword: "$recursiveRef")
    case "allOf": rules.combinations.all = try list(member, at: place)
    case "anyOf": rules.combinations.any = try list(member, at: place)
    case "oneOf": rules.combinations.one = try list(member, at: place)
    case "not": rules.combinations.not = try require(place)
    case "if" where schema.dialect != .draft6: rules.combinations.condition = try require(place)
    case "then" where schema.dialect != .draft6: rules.combinations.then = try require(place)
    case "else" where schema.dialect != .draft6: rules.combinations.otherwise = try require(place)
    case "unevaluatedItems" where !schema.dialect.isOld: rules.unevaluatedItems = try require(place)
    case "unevaluatedProperties" where !schema.dialect.isOld: rules.unevaluatedProperties = try require(place)
    default: return false
    }
    rules.hasCombinations = true
    return true
  }

  private mutating func reference(_ node: JSONNode, at place: Int, in schema: Found) throws(Mistake) -> Int {
    guard let text = node.string else {
      throw document.mistake("`$ref` is \(node.kindInWords), not a string", at: place)
    }
    return try require(try resolve(text, at: place, in: schema).place)
  }

  private mutating func dynamicReference(
    _ node: JSONNode, at place: Int, in schema: Found
  ) throws(Mistake) -> CombinationRules.DynamicReference {
    guard let text = node.string else {
      throw document.mistake("`$dynamicRef` is \(node.kindInWords), not a string", at: place)
    }
    let found = try resolve(text, at: place, in: schema)
    var anchor = found.anchor
    // What does not begin at a dynamic anchor is like a plain reference.
    if let name = anchor, resources[found.resource].dynamicAnchors[name] != found.place { anchor = nil }
    if anchor != nil { hasDynamicReferences = true }
    return CombinationRules.DynamicReference(
      target: try require(found.place), anchor: anchor, keyword: "$dynamicRef")
  }

  // MARK: Values of keywords

  func wrong(_ member: JSONMember, at place: Int, _ wanted: String) -> Mistake {
    document.mistake("\(Words.key(member.key)) is \(member.value.kindInWords), not \(wanted)", at: place)
  }

  /// The schemas of a list that must not be empty.
  mutating func list(_ member: JSONMember, at place: Int) throws(Mistake) -> [Int] {
    guard let elements = member.value.elements else { throw wrong(member, at: place, "an array") }
    guard !elements.isEmpty else { throw document.mistake("\(Words.key(member.key)) is empty", at: place) }
    var schemas: [Int] = []
    for position in elements.indices { schemas.append(try require(document.child(position, of: place))) }
    return schemas
  }

  func number(_ member: JSONMember, at place: Int) throws(Mistake) -> ExactDecimal {
    guard case .number(let number) = member.value.content else { throw wrong(member, at: place, "a number") }
    guard let value = ExactDecimal(number) else {
      throw document.mistake("\(Words.key(member.key)) is too extreme a number", at: place)
    }
    return value
  }

  /// A whole number that is not negative; one that nothing reaches is as good as the greatest.
  func count(_ member: JSONMember, at place: Int) throws(Mistake) -> Int {
    let value = try number(member, at: place)
    guard value.isWhole, value >= ExactDecimal(0) else {
      throw document.mistake("\(Words.key(member.key)) is not a whole number from 0 on", at: place)
    }
    guard let scaled = value.scaled(byTenTo: 0, upTo: Int128(Int.max)) else { return Int.max }
    return Int(scaled.whole)
  }

  /// A number that cannot be compared exactly must not decide.
  private func checkNumbers(_ node: JSONNode, at place: Int) throws(Mistake) {
    switch node.content {
    case .null, .bool, .string: return
    case .number(let number):
      guard ExactDecimal(number) == nil else { return }
      throw document.mistake("there is too extreme a number", at: place)
    case .array(let elements): for element in elements { try checkNumbers(element, at: place) }
    case .object(let members): for member in members { try checkNumbers(member.value, at: place) }
    }
  }

  mutating func addPattern(_ text: String, at place: Int) throws(Mistake) -> Int {
    let index: Int
    do throws(ECMAPattern.Mistake) {
      index = try patterns.add(text, at: place)
    } catch {
      throw document.mistake("the pattern `\(Words.cut(text))` cannot be used: \(error.message)", at: place)
    }
    guard patterns.count <= Self.mostPatterns else {
      throw document.mistake("the schema has more than \(Self.mostPatterns) patterns", at: place)
    }
    return index
  }
}
