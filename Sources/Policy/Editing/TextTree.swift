import JSONText

/// A JSON text whose values are changed in place: what is not touched keeps its bytes.
///
/// It opens the values on the way to a change only. All changes together become one list of replacements, so that thousands
/// of changes cost one pass over the text.
struct TextTree: Sendable {
  /// A value: its place in the list of nodes.
  struct Node: Hashable, Sendable { fileprivate(set) var index: Int }

  enum Place: Sendable {
    /// Where the format's order puts the key; last, where people choose the keys.
    case ordered
    /// Before the member of this key, or where the order puts it if there is none.
    case before(ExactText)
  }

  struct Item: Sendable {
    /// Nil in an array.
    var key: ExactText?
    /// Which of the original's members it is; nil for a new one.
    var origin: Int?
    var node: Node
    var isRemoved = false
    /// Where the original's key stands, if the member is to have another.
    var renamedRange: Range<Int>?
  }

  enum Content: Sendable {
    /// Not looked into: the original's bytes.
    case closed
    case scalar([UInt8])
    case object([Item])
    case array([Item])
  }

  struct Storage: Sendable {
    /// What the text has here; nil for a new value.
    var original: JSONNode?
    var content: Content
    var shape: PolicyShape
    /// Whether the value is to be written anew, whatever the text has here.
    var isNew = false
    /// How many items are not removed.
    var liveCount = 0
    /// Where the keys are; built when an object is big enough for it to be worth while.
    var lookup: [ExactText: Int]?
  }

  let text: [UInt8]
  let probe: LayoutProbe
  let style: TextStyle
  private(set) var storage: [Storage]

  init(_ text: [UInt8], _ root: JSONNode) {
    self.text = text
    probe = LayoutProbe(text)
    style = TextStyle(probe, root)
    storage = [Storage(original: root, content: .closed, shape: .policy)]
  }

  var root: Node { Node(index: 0) }

  // MARK: Looking

  mutating func isObject(_ node: Node) -> Bool {
    open(node)
    if case .object = storage[node.index].content { return true }
    return false
  }

  mutating func isArray(_ node: Node) -> Bool {
    open(node)
    if case .array = storage[node.index].content { return true }
    return false
  }

  /// How many members or elements there are.
  mutating func count(_ node: Node) -> Int {
    open(node)
    return storage[node.index].liveCount
  }

  mutating func child(_ node: Node, _ key: ExactText) -> Node? {
    guard let index = position(of: key, in: node) else { return nil }
    return items(node)[index].node
  }

  mutating func elements(_ node: Node) -> [Node] {
    open(node)
    return items(node).filter { !$0.isRemoved }.map(\.node)
  }

  /// The string, number or other scalar that stands here, as it was read or as it is to be written.
  func scalar(_ node: Node) -> JSONNode? {
    switch storage[node.index].content {
    case .scalar(let bytes): try? JSONNode.read(bytes)
    case .closed: storage[node.index].original
    case .object, .array: nil
    }
  }

  func items(_ node: Node) -> [Item] {
    switch storage[node.index].content {
    case .object(let items), .array(let items): items
    case .closed, .scalar: []
    }
  }

  private mutating func position(of key: ExactText, in node: Node) -> Int? {
    open(node)
    guard case .object(let items) = storage[node.index].content else { return nil }
    if items.count > 16 {
      if storage[node.index].lookup == nil {
        var lookup: [ExactText: Int] = [:]
        for (index, item) in items.enumerated() where !item.isRemoved {
          if let key = item.key { lookup[key] = index }
        }
        storage[node.index].lookup = lookup
      }
      return storage[node.index].lookup?[key]
    }
    return items.firstIndex { $0.key == key && !$0.isRemoved }
  }

  private mutating func open(_ node: Node) {
    guard case .closed = storage[node.index].content, let original = storage[node.index].original else { return }
    let shape = storage[node.index].shape
    switch original.content {
    case .object(let members):
      let items = members.enumerated().map { index, member in
        Item(
          key: member.key, origin: index,
          node: add(Storage(original: member.value, content: .closed, shape: shape.child(member.key))))
      }
      storage[node.index].content = .object(items)
      storage[node.index].liveCount = items.count
    case .array(let elements):
      let items = elements.enumerated().map { index, element in
        Item(
          key: nil, origin: index, node: add(Storage(original: element, content: .closed, shape: shape.element)))
      }
      storage[node.index].content = .array(items)
      storage[node.index].liveCount = items.count
    case .null, .bool, .number, .string: break
    }
  }

  private mutating func add(_ value: Storage) -> Node {
    storage.append(value)
    return Node(index: storage.count - 1)
  }

  // MARK: Changing

  /// Puts another value in a value's place.
  mutating func replace(_ node: Node, with value: JSONNode) {
    let new = make(value, storage[node.index].shape)
    let original = storage[node.index].original
    storage[node.index] = storage[new.index]
    storage[node.index].original = original
  }

  @discardableResult
  mutating func insert(_ key: ExactText, _ value: JSONNode, at place: Place = .ordered, in node: Node) -> Node {
    open(node)
    let new = make(value, storage[node.index].shape.child(key))
    var index: Int?
    if case .before(let next) = place { index = position(of: next, in: node) }
    insert(Item(key: key, origin: nil, node: new), at: index ?? orderedPlace(for: key, in: node), in: node)
    return new
  }

  /// Behind the last member that the format puts before the key.
  private func orderedPlace(for key: ExactText, in node: Node) -> Int {
    let items = items(node)
    let keys = storage[node.index].shape.keys
    guard let rank = keys.firstIndex(of: key) else { return items.count }
    let before = items.lastIndex { item in
      guard !item.isRemoved, let other = item.key, let place = keys.firstIndex(of: other) else { return false }
      return place < rank
    }
    return before.map { $0 + 1 } ?? 0
  }

  /// Adds an element behind another, or first (nil).
  @discardableResult
  mutating func insert(_ value: JSONNode, after element: Node?, in node: Node) -> Node {
    open(node)
    let new = make(value, storage[node.index].shape.element)
    let index = element.flatMap { element in items(node).firstIndex { $0.node == element } }.map { $0 + 1 } ?? 0
    insert(Item(key: nil, origin: nil, node: new), at: index, in: node)
    return new
  }

  @discardableResult
  mutating func append(_ value: JSONNode, to node: Node) -> Node {
    open(node)
    let new = make(value, storage[node.index].shape.element)
    insert(Item(key: nil, origin: nil, node: new), at: items(node).count, in: node)
    return new
  }

  /// Gives a member another key; what it holds and where it stands is kept.
  mutating func rename(_ key: ExactText, to other: ExactText, in node: Node) {
    guard let index = position(of: key, in: node) else { return }
    let origin = items(node)[index].origin
    let range = origin.flatMap { storage[node.index].original?.members?[$0].keyRange }
    change(node) {
      $0[index].key = other
      $0[index].renamedRange = range
    }
    storage[node.index].lookup = nil
  }

  mutating func remove(_ key: ExactText, from node: Node) {
    guard let index = position(of: key, in: node) else { return }
    remove(at: index, from: node)
  }

  mutating func removeElement(_ element: Node, from node: Node) {
    guard let index = items(node).firstIndex(where: { $0.node == element && !$0.isRemoved }) else { return }
    remove(at: index, from: node)
  }

  private mutating func insert(_ item: Item, at index: Int, in node: Node) {
    let isLast = index == items(node).count
    change(node) { $0.insert(item, at: index) }
    storage[node.index].liveCount += 1
    if isLast, let key = item.key {
      storage[node.index].lookup?[key] = index
    } else {
      storage[node.index].lookup = nil
    }
  }

  private mutating func remove(at index: Int, from node: Node) {
    if let key = items(node)[index].key { storage[node.index].lookup?[key] = nil }
    change(node) { $0[index].isRemoved = true }
    storage[node.index].liveCount -= 1
  }

  private mutating func change(_ node: Node, _ body: (inout [Item]) -> Void) {
    let content = storage[node.index].content
    // Let go of the list before it is changed, else every change would copy it.
    storage[node.index].content = .closed
    switch consume content {
    case .object(var items):
      body(&items)
      storage[node.index].content = .object(items)
    case .array(var items):
      body(&items)
      storage[node.index].content = .array(items)
    case .closed: break
    case .scalar(let bytes): storage[node.index].content = .scalar(bytes)
    }
  }

  private mutating func make(_ value: JSONNode, _ shape: PolicyShape) -> Node {
    switch value.content {
    case .null, .bool, .number, .string:
      return add(Storage(original: nil, content: .scalar(value.compact), shape: shape, isNew: true))
    case .object(let members):
      let items = members.map { Item(key: $0.key, origin: nil, node: make($0.value, shape.child($0.key))) }
      return add(
        Storage(original: nil, content: .object(items), shape: shape, isNew: true, liveCount: items.count))
    case .array(let elements):
      let items = elements.map { Item(key: nil, origin: nil, node: make($0, shape.element)) }
      return add(Storage(original: nil, content: .array(items), shape: shape, isNew: true, liveCount: items.count))
    }
  }
}
