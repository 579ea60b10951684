import JSONText

extension TextTree {
  /// The value as it is now, with all changes.
  func value(_ node: Node) -> JSONNode {
    let found = storage[node.index]
    switch found.content {
    case .closed: return found.original ?? JSONNode(.null)
    case .scalar: return scalar(node) ?? JSONNode(.null)
    case .object(let items):
      return JSONNode(
        .object(
          items.compactMap { item in
            guard !item.isRemoved, let key = item.key else { return nil }
            return JSONMember(key: key, value: value(item.node))
          }))
    case .array(let items):
      return JSONNode(.array(items.filter { !$0.isRemoved }.map { value($0.node) }))
    }
  }

  /// Makes a value say something, and changes only what does not say it yet, in whatever spelling.
  ///
  /// Members keep their order. Elements of arrays are told by what they mean: those that stay are not touched.
  mutating func become(_ node: Node, _ wanted: JSONNode) {
    switch wanted.content {
    case .object(let members) where isObject(node):
      let keys = Set(members.map(\.key))
      for item in items(node) where !item.isRemoved {
        if let key = item.key, !keys.contains(key) { remove(key, from: node) }
      }
      for member in members {
        if let child = child(node, member.key) {
          become(child, member.value)
        } else {
          insert(member.key, member.value, in: node)
        }
      }
    case .array(let elements) where isArray(node): becomeArray(node, elements)
    case .null, .bool, .number, .string, .array, .object:
      if !value(node).means(wanted) { replace(node, with: wanted) }
    }
  }

  private mutating func becomeArray(_ node: Node, _ wanted: [JSONNode]) {
    let current = elements(node)
    var numbers: [JSONMeaning: Int] = [:]
    func number(_ value: JSONNode) -> Int {
      let next = numbers.count
      let meaning = JSONMeaning(value)
      if let known = numbers[meaning] { return known }
      numbers[meaning] = next
      return next
    }
    let old = current.map { number(value($0)) }
    let new = wanted.map { number($0) }
    for change in LineDiff.changes(old, new).reversed() {
      let kept = min(change.old.count, change.new.count)
      for index in 0..<kept {
        become(current[change.old.lowerBound + index], wanted[change.new.lowerBound + index])
      }
      for index in change.old.dropFirst(kept) { removeElement(current[index], from: node) }
      let last = change.old.lowerBound + kept - 1
      var place = last >= 0 ? current[last] : nil
      for index in change.new.dropFirst(kept) { place = insert(wanted[index], after: place, in: node) }
    }
  }
}
