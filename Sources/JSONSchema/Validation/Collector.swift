import JSONText

/// Which members or elements of one value were evaluated.
struct Collector {
  private var words: [UInt64] = []
  /// All of them, whatever the words say.
  var hasAll = false

  mutating func clear() {
    words.removeAll(keepingCapacity: true)
    hasAll = false
  }

  mutating func insert(_ index: Int) {
    let word = index >> 6
    while words.count <= word { words.append(0) }
    words[word] |= 1 << UInt64(index & 63)
  }

  func contains(_ index: Int) -> Bool {
    hasAll || index >> 6 < words.count && words[index >> 6] & 1 << UInt64(index & 63) != 0
  }

  mutating func insert(_ other: Collector) {
    hasAll = hasAll || other.hasAll
    while words.count < other.words.count { words.append(0) }
    for index in other.words.indices { words[index] |= other.words[index] }
  }

  /// What joining this to another costs.
  var work: Int { 1 + words.count / 8 }
}

extension Validation {
  mutating func openCollector() -> Int {
    collectors.append(Collector())
    return collectors.count - 1
  }

  mutating func closeCollector() { collectors.removeLast() }

  /// Adds what one collector saw to another.
  mutating func join(_ inner: Int, to outer: Int) -> Bool {
    guard spend(collectors[inner].work) else { return false }
    let seen = collectors[inner]
    collectors[outer].insert(seen)
    return true
  }

  mutating func mark(_ index: Int, _ collector: Int) {
    if collector != Self.none { collectors[collector].insert(index) }
  }

  mutating func markAll(_ collector: Int) {
    if collector != Self.none { collectors[collector].hasAll = true }
  }

  /// The keywords for what no other keyword evaluated.
  mutating func checkUnevaluated(_ schema: Kept<Subschema>, _ value: JSONNode, _ collector: Int) -> Bool {
    switch value.content {
    case .null, .bool, .number, .string: return true
    case .array(let elements):
      guard let rest = schema.value.unevaluatedItems else { return true }
      guard checkRest(of: elements, rest, collector) else { return false }
    case .object(let members):
      guard let rest = schema.value.unevaluatedProperties else { return true }
      guard checkRest(of: members, rest, schema, collector) else { return false }
    }
    markAll(collector)
    return true
  }

  private mutating func checkRest(of elements: [JSONNode], _ rest: Int, _ collector: Int) -> Bool {
    guard spend(1 + elements.count / 8) else { return false }
    var index = 0
    while index < elements.count {
      if !collectors[collector].contains(index), !check(rest, elements[index], Self.none) {
        return failed(in: String(index))
      }
      index += 1
    }
    return true
  }

  private mutating func checkRest(
    of members: [JSONMember], _ rest: Int, _ schema: Kept<Subschema>, _ collector: Int
  ) -> Bool {
    guard spend(1 + members.count / 8) else { return false }
    var index = 0
    while index < members.count {
      if !collectors[collector].contains(index), !check(rest, members[index].value, Self.none) {
        return refuseUnknown(members[index].key, rest, "unevaluatedProperties", schema)
      }
      index += 1
    }
    return true
  }
}
