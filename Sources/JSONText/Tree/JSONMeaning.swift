/// A value that is compared by what it means, not by how or where it is written.
///
/// Equal are values of one type: numbers of the same exact value, strings of the same bytes, arrays element by element, objects with
/// the same members in whatever order. A number that is too extreme for `ExactDecimal` equals only its own spelling.
package struct JSONMeaning: Sendable {
  package let node: JSONNode

  package init(_ node: JSONNode) { self.node = node }
}

extension JSONMeaning: Hashable {
  package static func == (left: JSONMeaning, right: JSONMeaning) -> Bool { left.node.means(right.node) }

  package func hash(into hasher: inout Hasher) { node.hashMeaning(into: &hasher) }
}

extension JSONNode {
  /// Whether both mean the same; see `JSONMeaning`.
  ///
  /// It goes as deep as the values do, which reading bounds.
  package func means(_ other: JSONNode) -> Bool {
    switch (content, other.content) {
    case (.null, .null): true
    case (.bool(let left), .bool(let right)): left == right
    case (.number(let left), .number(let right)): Self.areEqual(left, right)
    case (.string(let left), .string(let right)): left == right
    case (.array(let left), .array(let right)): left.elementsEqual(right) { $0.means($1) }
    case (.object(let left), .object(let right)): Self.areEqual(left, right)
    case (.null, _), (.bool, _), (.number, _), (.string, _), (.array, _), (.object, _): false
    }
  }

  private static func areEqual(_ left: JSONNumber, _ right: JSONNumber) -> Bool {
    if left.text.utf8.elementsEqual(right.text.utf8) { return true }
    guard let left = ExactDecimal(left), let right = ExactDecimal(right) else { return false }
    return left == right
  }

  /// Members in one order cost one pass; others are found by a dictionary where they are many.
  private static func areEqual(_ left: [JSONMember], _ right: [JSONMember]) -> Bool {
    guard left.count == right.count else { return false }
    var places: [ExactText: Int] = [:]
    for (index, member) in left.enumerated() {
      let place: Int?
      if right[index].key == member.key {
        place = index
      } else if right.count <= 8 {
        place = right.firstIndex { $0.key == member.key }
      } else {
        if places.isEmpty {
          places = Dictionary(right.enumerated().map { ($1.key, $0) }, uniquingKeysWith: { $1 })
        }
        place = places[member.key]
      }
      guard let place, right[place].value.means(member.value) else { return false }
    }
    return true
  }

  fileprivate func hashMeaning(into hasher: inout Hasher) {
    switch content {
    case .null: hasher.combine(0)
    case .bool(let value): hasher.combine(value ? 1 : 2)
    case .number(let number):
      hasher.combine(3)
      if let value = ExactDecimal(number) { hasher.combine(value) } else { hasher.combine(ExactText(number.text)) }
    case .string(let text):
      hasher.combine(4)
      hasher.combine(text)
    case .array(let elements):
      hasher.combine(5)
      hasher.combine(elements.count)
      for element in elements { element.hashMeaning(into: &hasher) }
    case .object(let members):
      // The order must not count, so the members' hashes are added up.
      var sum = 0
      for member in members {
        var each = hasher
        each.combine(member.key)
        member.value.hashMeaning(into: &each)
        sum &+= each.finalize()
      }
      hasher.combine(6)
      hasher.combine(members.count)
      hasher.combine(sum)
    }
  }
}
