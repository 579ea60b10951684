import JSONText

extension Validation {
  mutating func check(
    _ value: JSONNode, _ rules: Kept<CombinationRules>, _ schema: Kept<Subschema>, _ collector: Int
  ) -> Bool {
    if let reference = rules.value.reference, !check(reference, value, collector) { return false }
    if rules.value.dynamicReference != nil, !check(target(of: rules), value, collector) { return false }
    for part in rules.value.all where !check(part, value, collector) { return false }
    if let parts = rules.value.any, !checkAny(value, parts, schema, collector) { return false }
    if let parts = rules.value.one, !checkOne(value, parts, schema, collector) { return false }
    if let part = rules.value.not {
      let isMet = check(part, value, Self.none)
      guard exhaustion == nil else { return false }
      if isMet { return fail(schema, "not", "it is what the schema excludes") }
    }
    return rules.value.condition == nil || checkCondition(value, rules, collector)
  }

  /// Where a dynamic reference leads from here: to the outermost schema on the way that has the anchor.
  private func target(of rules: Kept<CombinationRules>) -> Int {
    guard let reference = rules.value.dynamicReference else { return 0 }
    guard let anchor = reference.anchor else { return reference.target }
    for resource in scope {
      if let found = program.dynamicAnchors[resource][anchor] { return found }
    }
    return reference.target
  }

  /// Checks one of several alternatives, whose evaluations count only where it fits.
  private mutating func checkAlternative(_ part: Int, _ value: JSONNode, _ collector: Int) -> Bool {
    guard collector != Self.none else { return check(part, value, Self.none) }
    let own = openCollector()
    let isFine = check(part, value, own) && join(own, to: collector)
    closeCollector()
    return isFine
  }

  private mutating func checkAny(
    _ value: JSONNode, _ parts: [Int], _ schema: Kept<Subschema>, _ collector: Int
  ) -> Bool {
    var fits = false
    var closest = Closest()
    for part in parts {
      if checkAlternative(part, value, collector) {
        fits = true
        // With a collector all have their say in what was evaluated.
        if collector == Self.none { return true }
      } else if speaks {
        closest.add(failure, wantedTypes)
      }
      guard exhaustion == nil else { return false }
    }
    return fits || refuse(schema, "anyOf", closest, of: parts.count, value)
  }

  private mutating func checkOne(
    _ value: JSONNode, _ parts: [Int], _ schema: Kept<Subschema>, _ collector: Int
  ) -> Bool {
    var fitting: Int?
    var closest = Closest()
    for (index, part) in parts.enumerated() {
      if checkAlternative(part, value, collector) {
        if let fitting {
          return fail(schema, "oneOf", "alternatives \(fitting + 1) and \(index + 1) both fit, where only one may")
        }
        fitting = index
      } else if speaks {
        closest.add(failure, wantedTypes)
      }
      guard exhaustion == nil else { return false }
    }
    return fitting != nil || refuse(schema, "oneOf", closest, of: parts.count, value)
  }

  private mutating func checkCondition(
    _ value: JSONNode, _ rules: Kept<CombinationRules>, _ collector: Int
  ) -> Bool {
    guard let condition = rules.value.condition else { return true }
    let isMet = checkAlternative(condition, value, collector)
    guard exhaustion == nil else { return false }
    guard let branch = isMet ? rules.value.then : rules.value.otherwise else { return true }
    return check(branch, value, collector)
  }

  /// The failure of the alternative that came furthest.
  struct Closest {
    private(set) var failure: JSONSchema.Failure?
    private var depth = -1
    /// What all alternatives wanted, where each failed by the type of the value itself.
    private(set) var types: TypeSet? = []

    mutating func add(_ other: JSONSchema.Failure?, _ wanted: TypeSet?) {
      guard let other else { return }
      if let wanted, other.place.isEmpty { types?.formUnion(wanted) } else { types = nil }
      // A wrong type says least; a failure further inside says most.
      let reached = other.place.utf8.reduce(wanted == nil ? 1 : 0) { $1 == 0x2F ? $0 + 2 : $0 }
      guard reached > depth else { return }
      depth = reached
      failure = other
    }
  }

  private mutating func refuse(
    _ schema: Kept<Subschema>, _ keyword: String, _ closest: Closest, of count: Int, _ value: JSONNode
  ) -> Bool {
    guard speaks else { return false }
    if let types = closest.types {
      return fail(schema, keyword, "\(value.kindInWords) where \(types.words) is wanted", isType: types)
    }
    guard count > 1, let inner = closest.failure else { return false }
    let place = inner.place.isEmpty ? "" : "\(inner.place): "
    return fail(
      schema, keyword,
      "none of the \(Words.count(count, "alternative")) fits; the closest says: \(place)\(inner.message)")
  }
}
