/// Changes single values in a JSON text and leaves every other byte as it is.
///
/// New members take over the manner of their surroundings: line ends, indentation, blanks behind colons and commas, one
/// line or several. Each change is recorded as a splice, in order, so that undoing them restores the text exactly.
package struct JSONTextEditor: Sendable {
  package enum Failure: Error, Hashable, Sendable {
    /// A step of the path leads into something that is no object.
    case notAnObject(path: [ExactText])
    case notAnArray(path: [ExactText])
    case noSuchElement(path: [ExactText])
  }

  package private(set) var text: [UInt8]
  /// The text's value, always that of `text`.
  package private(set) var root: JSONNode
  /// What was changed, the oldest first.
  package private(set) var splices: [TextSplice] = []
  private let manner: JSONManner

  /// Takes over a text.
  ///
  /// Throws: `JSONError` if it is no JSON.
  package init(_ text: [UInt8]) throws(JSONError) {
    self.text = text
    root = try JSONNode.read(text)
    manner = JSONManner(of: text)
  }

  /// The value that a path of keys leads to.
  package func value(at path: [ExactText]) -> JSONNode? {
    var node = root
    for key in path {
      guard let next = node[key] else { return nil }
      node = next
    }
    return node
  }

  /// Puts a value under the last key of the path; objects that are missing on the way are made.
  package mutating func set(_ path: [ExactText], to value: JSONNode) throws(Failure) {
    var node = root
    var depth = 0
    while depth < path.count {
      guard let members = node.members else { throw .notAnObject(path: Array(path[..<depth])) }
      guard let member = members.first(where: { $0.key == path[depth] }) else {
        let wrapped = path[(depth + 1)...].reversed().reduce(value) { inner, key in
          JSONNode(.object([JSONMember(key: key, value: inner)]))
        }
        insert(path[depth], wrapped, into: node, members, depth: depth)
        return
      }
      node = member.value
      depth += 1
    }
    let oneLine = !manner.isSpread(node, in: text)
    replace(node.range, with: manner.written(value, depth: depth, onOneLine: oneLine && manner.fits(value)))
  }

  /// Removes a member with its comma; a path that leads nowhere changes nothing.
  package mutating func remove(_ path: [ExactText]) {
    guard let key = path.last, let parent = value(at: Array(path.dropLast())), let members = parent.members,
      let index = members.firstIndex(where: { $0.key == key })
    else { return }
    removeItem(
      index, starts: members.map(\.keyRange.lowerBound), ends: members.map(\.value.range.upperBound), of: parent)
  }

  /// Adds an element at the end of the array at the path; a missing array is made.
  package mutating func append(_ element: JSONNode, to path: [ExactText]) throws(Failure) {
    guard let array = value(at: path) else {
      try set(path, to: JSONNode(.array([element])))
      return
    }
    guard let elements = array.elements else { throw .notAnArray(path: path) }
    let item = manner.written(element, depth: path.count + 1, onOneLine: true)
    insertItem(
      item, starts: elements.map(\.range.lowerBound), ends: elements.map(\.range.upperBound), of: array,
      depth: path.count)
  }

  /// Removes one element of the array at the path.
  package mutating func removeElement(_ index: Int, of path: [ExactText]) throws(Failure) {
    guard let array = value(at: path), let elements = array.elements else { throw .notAnArray(path: path) }
    guard elements.indices.contains(index) else { throw .noSuchElement(path: path) }
    removeItem(
      index, starts: elements.map(\.range.lowerBound), ends: elements.map(\.range.upperBound), of: array)
  }

  // MARK: Members and elements alike

  private mutating func insert(
    _ key: ExactText, _ value: JSONNode, into object: JSONNode, _ members: [JSONMember], depth: Int
  ) {
    let spread = members.isEmpty ? manner.isSpread : manner.isSpread(object, in: text)
    // A new rule looks like the rule before it: on one line, or spread over several.
    let likeSpread = members.last.map { $0.value.members != nil && manner.isSpread($0.value, in: text) } ?? false
    let oneLine = !spread || (!likeSpread && manner.fits(value))
    var item: [UInt8] = []
    JSONWriter.append(key.string, to: &item)
    item += manner.colon + manner.written(value, depth: depth + 1, onOneLine: oneLine)
    insertItem(
      item, starts: members.map(\.keyRange.lowerBound), ends: members.map(\.value.range.upperBound), of: object,
      depth: depth)
  }

  private mutating func insertItem(
    _ item: [UInt8], starts: [Int], ends: [Int], of container: JSONNode, depth: Int
  ) {
    guard let lastStart = starts.last, let lastEnd = ends.last else {
      let inside = container.range.lowerBound + 1..<container.range.upperBound - 1
      let isArray = container.elements != nil
      let around = manner.isSpread && !isArray
      replace(inside, with: around ? manner.lineBreak(depth + 1) + item + manner.lineBreak(depth) : item)
      return
    }
    let separator: [UInt8]
    if starts.count > 1 {
      // What stands between the last two, which may hold a line end and the indentation.
      separator = Array(text[ends[ends.count - 2]..<lastStart])
    } else {
      let before = text[container.range.lowerBound + 1..<lastStart]
      separator = [0x2C] + (before.contains(0x0A) ? Array(before) : manner.isTight ? [] : [0x20])
    }
    replace(lastEnd..<lastEnd, with: separator + item)
  }

  private mutating func removeItem(_ index: Int, starts: [Int], ends: [Int], of container: JSONNode) {
    if index > 0 {
      replace(ends[index - 1]..<ends[index], with: [])
    } else if starts.count > 1 {
      replace(starts[0]..<starts[1], with: [])
    } else {
      replace(container.range.lowerBound + 1..<container.range.upperBound - 1, with: [])
    }
  }

  private mutating func replace(_ range: Range<Int>, with inserted: [UInt8]) {
    let splice = TextSplice(offset: range.lowerBound, removed: Array(text[range]), inserted: inserted)
    var changed = text
    guard splice.apply(to: &changed), let node = try? JSONNode.read(changed) else {
      preconditionFailure("an edit made a text that is no JSON")
    }
    text = changed
    root = node
    splices.append(splice)
  }
}
