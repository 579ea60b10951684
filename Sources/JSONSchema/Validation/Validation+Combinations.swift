import JSONText

extension Validation {
  mutating func check(
    _ value: JSONNode, _ rules: Kept<CombinationRules>, _ schema: Kept<Subschema>, _ collector: Int
  ) -> Bool {
    if let reference = rules.value.reference, !check(reference, value, collector) { return false }
    if rules.value.dynamicReference != nil, !check(target(of: rules), value, collector) { return false }
    if !rules.value.all.isEmpty, !checkAll(value, rules.value.all, collector) { return false }
    if let parts = rules.value.any, !checkAny(value, parts, schema, collector) { return false }
    if let parts = rules.value.one, !checkOne(value, parts, schema, collector) { return false }
    if let part = rules.value.not, !checkNot(value, part, schema) { return false }
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

  private mutating func checkAll(_ value: JSONNode, _ parts: [Int], _ collector: Int) -> Bool {
    var index = 0
    while index < parts.count {
      guard check(parts[index], value, collector) else { return false }
      index += 1
    }
    return true
  }

  private mutating func checkAny(
    _ value: JSONNode, _ parts: [Int], _ schema: Kept<Subschema>, _ collector: Int
  ) -> Bool {
    var fits = false
    var index = 0
    if speaks { attempts.append(Attempts()) }
    // With a collector all have their say in what was evaluated.
    while index < parts.count, !fits || collector != Self.none {
      if checkAlternative(parts[index], value, collector) { fits = true } else { noteAttempt() }
      guard exhaustion == nil else { return false }
      index += 1
    }
    return settleAttempts(fits, schema, "anyOf", parts.count, value)
  }

  private mutating func checkOne(
    _ value: JSONNode, _ parts: [Int], _ schema: Kept<Subschema>, _ collector: Int
  ) -> Bool {
    var fitting: Int?
    var index = 0
    if speaks { attempts.append(Attempts()) }
    while index < parts.count {
      if checkAlternative(parts[index], value, collector) {
        if let fitting { return refuseSecond(fitting, index, schema) }
        fitting = index
      } else {
        noteAttempt()
      }
      guard exhaustion == nil else { return false }
      index += 1
    }
    return settleAttempts(fitting != nil, schema, "oneOf", parts.count, value)
  }

  private mutating func refuseSecond(_ first: Int, _ second: Int, _ schema: Kept<Subschema>) -> Bool {
    if speaks { attempts.removeLast() }
    return fail(schema, "oneOf", "alternatives \(first + 1) and \(second + 1) both fit, where only one may")
  }

  private mutating func checkNot(_ value: JSONNode, _ part: Int, _ schema: Kept<Subschema>) -> Bool {
    let isMet = check(part, value, Self.none)
    guard exhaustion == nil else { return false }
    return !isMet || fail(schema, "not", "it is what the schema excludes")
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

  // MARK: Why no alternative fits

  /// How the alternatives of one value failed.
  struct Attempts {
    /// The failure of the one that came furthest.
    private(set) var closest: JSONSchema.Failure?
    private var depth = -1
    /// What all of them wanted, where each failed by the type of the value itself.
    private(set) var types: TypeSet? = []

    mutating func add(_ failure: JSONSchema.Failure, _ origin: JSONSchema.Failure?, _ wanted: TypeSet?) {
      var failure = failure
      if let origin {
        failure.place = Words.joined(failure.place, origin.place)
        failure.message = origin.message
      }
      if let wanted, failure.place.isEmpty { types?.formUnion(wanted) } else { types = nil }
      // A wrong type says least; a failure further inside says most.
      let reached = failure.place.utf8.reduce(wanted == nil ? 1 : 0) { $1 == 0x2F ? $0 + 2 : $0 }
      guard reached > depth else { return }
      depth = reached
      closest = failure
    }
  }

  private mutating func noteAttempt() {
    guard speaks, let failure, !attempts.isEmpty else { return }
    attempts[attempts.count - 1].add(failure, origin, wantedTypes)
  }

  private mutating func settleAttempts(
    _ fits: Bool, _ schema: Kept<Subschema>, _ keyword: String, _ count: Int, _ value: JSONNode
  ) -> Bool {
    guard speaks, let attempt = attempts.popLast(), !fits else { return fits }
    if let types = attempt.types {
      return fail(schema, keyword, "\(value.kindInWords) where \(types.words) is wanted", isType: types)
    }
    guard count > 1, let inner = attempt.closest else { return false }
    let reason = inner.place.isEmpty ? inner.message : "\(inner.place): \(inner.message)"
    _ = fail(schema, keyword, "none of the \(Words.count(count, "alternative")) fits; the closest says: \(reason)")
    origin = inner
    return false
  }
}
