import JSONText

extension Validation {
  // The functions that lead deeper do little else, so that they take little of the stack.

  // MARK: Arrays

  mutating func check(
    _ elements: [JSONNode], _ rules: Kept<ArrayRules>, _ schema: Kept<Subschema>, _ collector: Int
  ) -> Bool {
    guard checkCount(of: elements, rules, schema) else { return false }
    guard checkItems(elements, rules) else { return false }
    if collector != Self.none { markItems(elements.count, rules, collector) }
    if rules.value.contains != nil, !checkContains(elements, rules, schema, collector) { return false }
    return !rules.value.areUnique || checkUnique(elements, schema)
  }

  private mutating func checkCount(
    of elements: [JSONNode], _ rules: Kept<ArrayRules>, _ schema: Kept<Subschema>
  ) -> Bool {
    if let minimum = rules.value.minimum, elements.count < minimum {
      return fail(schema, "minItems", "fewer than \(Words.count(minimum, "item"))")
    }
    if let maximum = rules.value.maximum, elements.count > maximum {
      return fail(schema, "maxItems", "more than \(Words.count(maximum, "item"))")
    }
    return true
  }

  private mutating func checkItems(_ elements: [JSONNode], _ rules: Kept<ArrayRules>) -> Bool {
    var index = 0
    while index < elements.count, let item = rules.value.schema(ofItem: index) {
      guard check(item, elements[index], Self.none) else { return failed(in: String(index)) }
      index += 1
    }
    return true
  }

  private mutating func markItems(_ count: Int, _ rules: Kept<ArrayRules>, _ collector: Int) {
    if rules.value.rest != nil {
      markAll(collector)
    } else {
      for index in 0..<min(rules.value.prefix.count, count) { mark(index, collector) }
    }
  }

  private mutating func checkContains(
    _ elements: [JSONNode], _ rules: Kept<ArrayRules>, _ schema: Kept<Subschema>, _ collector: Int
  ) -> Bool {
    guard let contains = rules.value.contains else { return true }
    let marks = contains.evaluates && collector != Self.none
    var count = 0
    var index = 0
    while index < elements.count, count <= contains.maximum ?? Int.max {
      if check(contains.schema, elements[index], Self.none) {
        count += 1
        if marks { mark(index, collector) }
        if !marks, contains.maximum == nil, count >= contains.minimum { return true }
      }
      guard exhaustion == nil else { return false }
      index += 1
    }
    return judge(contains, count, schema)
  }

  private mutating func judge(_ contains: ArrayRules.Contains, _ count: Int, _ schema: Kept<Subschema>) -> Bool {
    if let maximum = contains.maximum, count > maximum {
      return fail(schema, "maxContains", "more than \(Words.count(maximum, "item")) of a kind")
    }
    if count >= contains.minimum { return true }
    return fail(
      schema, count == 0 && contains.minimum == 1 ? "contains" : "minContains",
      "fewer than \(Words.count(contains.minimum, "item")) of a kind that must be among them")
  }

  private mutating func checkUnique(_ elements: [JSONNode], _ schema: Kept<Subschema>) -> Bool {
    var seen: Set<JSONMeaning> = []
    for (index, element) in elements.enumerated() {
      guard spend(element) else { return false }
      if !seen.insert(JSONMeaning(element)).inserted {
        return fail(schema, "uniqueItems", "item \(index) is there twice")
      }
    }
    return true
  }

  /// Counts the work of looking at a whole value.
  private mutating func spend(_ value: JSONNode) -> Bool {
    switch value.content {
    case .null, .bool, .number: return spend(1)
    case .string(let text): return spend(Work.text(text))
    case .array(let elements):
      guard spend(1) else { return false }
      for element in elements where !spend(element) { return false }
    case .object(let members):
      guard spend(1) else { return false }
      for member in members where !spend(Work.text(member.key)) || !spend(member.value) { return false }
    }
    return true
  }

  // MARK: Objects

  mutating func check(
    _ members: [JSONMember], of value: JSONNode, _ rules: Kept<ObjectRules>, _ schema: Kept<Subschema>, _ collector: Int
  ) -> Bool {
    guard checkCount(of: members, rules, schema) else { return false }
    var seen = Collector()
    var index = 0
    while index < members.count {
      guard checkMember(members[index], index, rules, schema, collector, &seen) else { return false }
      index += 1
    }
    guard checkRequired(rules, schema, seen) else { return false }
    return rules.value.dependentSchemas.isEmpty || checkDependents(value, rules, collector, seen)
  }

  private mutating func checkCount(
    of members: [JSONMember], _ rules: Kept<ObjectRules>, _ schema: Kept<Subschema>
  ) -> Bool {
    if let minimum = rules.value.minimum, members.count < minimum {
      return fail(schema, "minProperties", "fewer than \(Words.count(minimum, "member"))")
    }
    if let maximum = rules.value.maximum, members.count > maximum {
      return fail(schema, "maxProperties", "more than \(Words.count(maximum, "member"))")
    }
    return true
  }

  private mutating func checkMember(
    _ member: JSONMember, _ index: Int, _ rules: Kept<ObjectRules>, _ schema: Kept<Subschema>, _ collector: Int,
    _ seen: inout Collector
  ) -> Bool {
    guard spend(Work.text(member.key)) else { return false }
    var isKnown = false
    if let slot = rules.value.names.slot(member.key) {
      seen.insert(slot)
      let property = rules.value.properties[slot]
      if property >= 0 {
        isKnown = true
        if !checkValue(of: member, property) { return false }
      }
    }
    var entry = 0
    while entry < rules.value.patterns.count {
      if matches(member.key, rules.value.patterns[entry].pattern) {
        isKnown = true
        if !checkValue(of: member, rules.value.patterns[entry].schema) { return false }
      }
      guard exhaustion == nil else { return false }
      entry += 1
    }
    if !isKnown, let additional = rules.value.additional {
      isKnown = true
      if !check(additional, member.value, Self.none) {
        return refuseUnknown(member.key, additional, "additionalProperties", schema)
      }
    }
    if isKnown { mark(index, collector) }
    guard let names = rules.value.propertyNames else { return true }
    return check(names, JSONNode(.string(member.key)), Self.none) || refuseName(member.key, schema)
  }

  private mutating func checkValue(of member: JSONMember, _ property: Int) -> Bool {
    check(property, member.value, Self.none) || failed(in: Words.pointerToken(member.key))
  }

  private mutating func refuseName(_ key: ExactText, _ schema: Kept<Subschema>) -> Bool {
    let reason = failure?.message ?? ""
    return fail(schema, "propertyNames", "\(Words.key(key)) is no name that is allowed: \(reason)")
  }

  /// Says that a member failed which its name alone forbids, or else why its value did.
  mutating func refuseUnknown(_ key: ExactText, _ rest: Int, _ keyword: String, _ schema: Kept<Subschema>) -> Bool {
    guard program.schemas[rest].value.verdict == false else { return failed(in: Words.pointerToken(key)) }
    return fail(schema, keyword, "\(Words.key(key)) is not allowed")
  }

  private mutating func checkRequired(
    _ rules: Kept<ObjectRules>, _ schema: Kept<Subschema>, _ seen: Collector
  ) -> Bool {
    guard spend(rules.value.required.count / 8 + rules.value.dependentNames.count) else { return false }
    for slot in rules.value.required where !seen.contains(slot) {
      return fail(schema, "required", "\(Words.key(rules.value.names.names[slot])) is missing")
    }
    for dependent in rules.value.dependentNames where seen.contains(dependent.slot) {
      guard spend(dependent.needed.count / 8) else { return false }
      for slot in dependent.needed where !seen.contains(slot) {
        let names = rules.value.names.names
        return fail(
          schema, dependent.keyword,
          "\(Words.key(names[slot])) is missing, which \(Words.key(names[dependent.slot])) needs")
      }
    }
    return true
  }

  private mutating func checkDependents(
    _ value: JSONNode, _ rules: Kept<ObjectRules>, _ collector: Int, _ seen: Collector
  ) -> Bool {
    guard spend(rules.value.dependentSchemas.count) else { return false }
    var index = 0
    while index < rules.value.dependentSchemas.count {
      if seen.contains(rules.value.dependentSchemas[index].slot),
        !check(rules.value.dependentSchemas[index].schema, value, collector)
      {
        return false
      }
      index += 1
    }
    return true
  }
}
