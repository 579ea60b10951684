import JSONText

extension SchemaReader {
  // MARK: Arrays

  mutating func readArrayKeyword(
    _ member: JSONMember, at place: Int, in schema: Found, into rules: inout RulesDraft
  ) throws(Mistake) -> Bool {
    switch member.key {
    case "minItems": rules.arrays.minimum = try count(member, at: place)
    case "maxItems": rules.arrays.maximum = try count(member, at: place)
    case "uniqueItems":
      guard let areUnique = member.value.bool else { throw wrong(member, at: place, "a boolean") }
      rules.arrays.areUnique = areUnique
    case "prefixItems" where schema.dialect == .draft2020: rules.arrays.prefix = try list(member, at: place)
    case "items":
      if let elements = member.value.elements {
        // Only older dialects come here with a list, which may be empty in them.
        rules.arrays.prefix = []
        for position in elements.indices {
          rules.arrays.prefix.append(try require(document.child(position, of: place)))
        }
      } else {
        rules.arrays.rest = (try require(place), "items")
      }
    case "contains":
      rules.arrays.contains = ArrayRules.Contains(
        schema: try require(place), evaluates: schema.dialect == .draft2020)
    default: return false
    }
    rules.hasArrays = true
    return true
  }

  /// Reads the keywords that mean something only beside another.
  mutating func readNeighbours(of schema: Found, into rules: inout RulesDraft) throws(Mistake) {
    let node = document[schema.place]
    if schema.dialect != .draft2020, node["items"]?.elements != nil,
      let place = document.child(named: "additionalItems", of: schema.place)
    {
      rules.arrays.rest = (try require(place), "additionalItems")
    }
    guard !schema.dialect.isOld else { return }
    for keyword: ExactText in ["minContains", "maxContains"] {
      guard let place = document.child(named: keyword, of: schema.place) else { continue }
      let bound = try count(JSONMember(key: keyword, value: document[place]), at: place)
      if keyword == "minContains" {
        rules.arrays.contains?.minimum = bound
      } else {
        rules.arrays.contains?.maximum = bound
      }
    }
  }

  // MARK: Objects

  mutating func readObjectKeyword(
    _ member: JSONMember, at place: Int, in schema: Found, into rules: inout RulesDraft
  ) throws(Mistake) -> Bool {
    switch member.key {
    case "minProperties": rules.objects.minimum = try count(member, at: place)
    case "maxProperties": rules.objects.maximum = try count(member, at: place)
    case "required": rules.objects.required = try names(member, at: place, in: &rules.objects)
    case "properties":
      for (position, property) in try members(member, at: place).enumerated() {
        rules.objects.setProperty(property.key, to: try require(document.child(position, of: place)))
      }
    case "patternProperties":
      for (position, property) in try members(member, at: place).enumerated() {
        let child = document.child(position, of: place)
        rules.objects.patterns.append((try addPattern(property.key.string, at: child), try require(child)))
      }
    case "additionalProperties": rules.objects.additional = try require(place)
    case "propertyNames": rules.objects.propertyNames = try require(place)
    case "dependentRequired" where !schema.dialect.isOld:
      for (position, property) in try members(member, at: place).enumerated() {
        let child = document.child(position, of: place)
        try readDependentNames(property, at: child, "dependentRequired", into: &rules.objects)
      }
    case "dependentSchemas" where !schema.dialect.isOld:
      for (position, property) in try members(member, at: place).enumerated() {
        let slot = rules.objects.slot(property.key)
        rules.objects.dependentSchemas.append((slot, try require(document.child(position, of: place))))
      }
    case "dependencies":
      for (position, property) in try members(member, at: place).enumerated() {
        let child = document.child(position, of: place)
        if property.value.elements != nil {
          try readDependentNames(property, at: child, "dependencies", into: &rules.objects)
        } else {
          rules.objects.dependentSchemas.append((rules.objects.slot(property.key), try require(child)))
        }
      }
    default: return false
    }
    rules.hasObjects = true
    return true
  }

  private func members(_ member: JSONMember, at place: Int) throws(Mistake) -> [JSONMember] {
    guard let members = member.value.members else { throw wrong(member, at: place, "an object") }
    return members
  }

  private mutating func readDependentNames(
    _ member: JSONMember, at place: Int, _ keyword: String, into objects: inout ObjectRules
  ) throws(Mistake) {
    let needed = try names(member, at: place, in: &objects)
    objects.dependentNames.append((objects.slot(member.key), needed, keyword))
  }

  private func names(_ member: JSONMember, at place: Int, in objects: inout ObjectRules) throws(Mistake) -> [Int] {
    guard let elements = member.value.elements else { throw wrong(member, at: place, "an array of names") }
    var slots: [Int] = []
    for (position, element) in elements.enumerated() {
      guard let name = element.text else {
        throw document.mistake("\(element.kindInWords) is no name", at: document.child(position, of: place))
      }
      slots.append(objects.slot(name))
    }
    return slots
  }
}

extension ObjectRules {
  /// The slot of a name.
  mutating func slot(_ name: ExactText) -> Int {
    let slot = names.add(name)
    if slot == properties.count { properties.append(-1) }
    return slot
  }

  mutating func setProperty(_ name: ExactText, to schema: Int) {
    let slot = slot(name)
    properties[slot] = schema
  }
}
