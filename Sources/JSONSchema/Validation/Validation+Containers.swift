import JSONText

extension Validation {
  // MARK: Arrays

  mutating func check(
    _ elements: [JSONNode], _ rules: Kept<ArrayRules>, _ schema: Kept<Subschema>, _ collector: Int
  ) -> Bool {
    if let minimum = rules.value.minimum, elements.count < minimum {
      return fail(schema, "minItems", "fewer than \(Words.count(minimum, "item"))")
    }
    if let maximum = rules.value.maximum, elements.count > maximum {
      return fail(schema, "maxItems", "more than \(Words.count(maximum, "item"))")
    }
    let prefix = rules.value.prefix.count
    for (index, element) in elements.enumerated() {
      let item: Int
      if index < prefix {
        item = rules.value.prefix[index]
      } else if let rest = rules.value.rest {
        item = rest.schema
      } else {
        break
      }
      if !check(item, element, Self.none) { return failed(in: String(index)) }
    }
    if collector != Self.none {
      if rules.value.rest != nil {
        markAll(collector)
      } else {
        for index in 0..<min(prefix, elements.count) { mark(index, collector) }
      }
    }
    if rules.value.contains != nil, !checkContains(elements, rules, schema, collector) { return false }
    return !rules.value.areUnique || checkUnique(elements, schema)
  }

  private mutating func checkContains(
    _ elements: [JSONNode], _ rules: Kept<ArrayRules>, _ schema: Kept<Subschema>, _ collector: Int
  ) -> Bool {
    guard let contains = rules.value.contains else { return true }
    let marks = contains.evaluates && collector != Self.none
    var count = 0
    for (index, element) in elements.enumerated() {
      if check(contains.schema, element, Self.none) {
        count += 1
        if marks { mark(index, collector) }
        if let maximum = contains.maximum, count > maximum {
          return fail(schema, "maxContains", "more than \(Words.count(maximum, "item")) of a kind")
        }
        if !marks, contains.maximum == nil, count >= contains.minimum { return true }
      }
      guard exhaustion == nil else { return false }
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
    if let minimum = rules.value.minimum, members.count < minimum {
      return fail(schema, "minProperties", "fewer than \(Words.count(minimum, "member"))")
    }
    if let maximum = rules.value.maximum, members.count > maximum {
      return fail(schema, "maxProperties", "more than \(Words.count(maximum, "member"))")
    }
    var seen = Collector()
    for (index, member) in members.enumerated() {
      guard checkMember(member, index, rules, schema, collector, &seen) else { return false }
    }
    guard spend(rules.value.required.count / 8 + rules.value.dependentNames.count) else { return false }
    for slot in rules.value.required where !seen.contains(slot) {
      return fail(schema, "required", "\(Words.key(rules.value.names.names[slot])) is missing")
    }
    return checkDependents(value, rules, schema, collector, seen)
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
        if !check(property, member.value, Self.none) { return failed(in: Words.pointerToken(member.key)) }
      }
    }
    for entry in rules.value.patterns {
      guard matches(member.key, entry.pattern) else {
        if exhaustion != nil { return false }
        continue
      }
      isKnown = true
      if !check(entry.schema, member.value, Self.none) { return failed(in: Words.pointerToken(member.key)) }
    }
    if !isKnown, let additional = rules.value.additional {
      isKnown = true
      if !check(additional, member.value, Self.none) {
        return refuseUnknown(member.key, additional, "additionalProperties", schema)
      }
    }
    if isKnown { mark(index, collector) }
    if let names = rules.value.propertyNames, !check(names, JSONNode(.string(member.key)), Self.none) {
      if speaks, let reason = failure?.message {
        return fail(schema, "propertyNames", "\(Words.key(member.key)) is no name that is allowed: \(reason)")
      }
      return false
    }
    return true
  }

  /// Says that a member failed which its name alone forbids, or else why its value did.
  mutating func refuseUnknown(_ key: ExactText, _ rest: Int, _ keyword: String, _ schema: Kept<Subschema>) -> Bool {
    guard program.schemas[rest].value.verdict == false else { return failed(in: Words.pointerToken(key)) }
    return fail(schema, keyword, "\(Words.key(key)) is not allowed")
  }

  private mutating func checkDependents(
    _ value: JSONNode, _ rules: Kept<ObjectRules>, _ schema: Kept<Subschema>, _ collector: Int, _ seen: Collector
  ) -> Bool {
    for dependent in rules.value.dependentNames where seen.contains(dependent.slot) {
      guard spend(dependent.needed.count / 8) else { return false }
      for slot in dependent.needed where !seen.contains(slot) {
        let names = rules.value.names.names
        return fail(
          schema, dependent.keyword,
          "\(Words.key(names[slot])) is missing, which \(Words.key(names[dependent.slot])) needs")
      }
    }
    for dependent in rules.value.dependentSchemas where seen.contains(dependent.slot) {
      if !check(dependent.schema, value, collector) { return false }
    }
    return true
  }
}
