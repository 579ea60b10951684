import JSONText

/// A JSON text whose values are changed in place: what is not touched keeps its bytes.
///
/// It opens the values on the way to a change only. All changes together become one list of replacements, so that thousands
/// of changes cost one pass over the text.
struct TextTree: Sendable {
  /// A value: its place in the list of nodes.
  struct Node: Hashable, Sendable { fileprivate(set) var index: Int }

  /// A value to be written.
  enum NewValue: Sendable {
    case string(String)
    case number(String)
    case object(TextStyle.Kind, [(key: String, value: NewValue)])
    case array(TextStyle.Kind, [NewValue])
  }

  enum Place: Sendable {
    case first, last
    /// Behind the member of this key, or first if there is none.
    case after(ExactText)
    /// Before the member of this key, or last if there is none.
    case before(ExactText)
  }

  struct Item: Sendable {
    /// Nil in an array.
    var key: ExactText?
    /// Which of the original's members it is; nil for a new one.
    var origin: Int?
    var node: Node
    var isRemoved = false
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
    var kind: TextStyle.Kind?
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
    storage = [Storage(original: root, content: .closed)]
  }

  var root: Node { Node(index: 0) }

  // MARK: Looking

  mutating func isObject(_ node: Node) -> Bool {
    open(node)
    if case .object = storage[node.index].content { return true }
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
    switch original.content {
    case .object(let members):
      let items = members.enumerated().map { index, member in
        Item(key: member.key, origin: index, node: add(Storage(original: member.value, content: .closed)))
      }
      storage[node.index].content = .object(items)
      storage[node.index].liveCount = items.count
    case .array(let elements):
      let items = elements.enumerated().map { index, element in
        Item(key: nil, origin: index, node: add(Storage(original: element, content: .closed)))
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
  mutating func replace(_ node: Node, with value: NewValue) {
    let new = make(value)
    let original = storage[node.index].original
    storage[node.index] = storage[new.index]
    storage[node.index].original = original
  }

  @discardableResult
  mutating func insert(_ key: ExactText, _ value: NewValue, at place: Place, in node: Node) -> Node {
    open(node)
    let new = make(value)
    let item = Item(key: key, origin: nil, node: new)
    let last = items(node).count
    let index: Int =
      switch place {
      case .first: 0
      case .last: last
      case .after(let key): position(of: key, in: node).map { $0 + 1 } ?? 0
      case .before(let key): position(of: key, in: node) ?? last
      }
    insert(item, at: index, in: node)
    return new
  }

  @discardableResult
  mutating func append(_ value: NewValue, to node: Node) -> Node {
    open(node)
    let new = make(value)
    insert(Item(key: nil, origin: nil, node: new), at: items(node).count, in: node)
    return new
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

  private mutating func make(_ value: NewValue) -> Node {
    switch value {
    case .string(let string):
      var bytes: [UInt8] = []
      JSONWriter.append(string, to: &bytes)
      return add(Storage(original: nil, content: .scalar(bytes)))
    case .number(let text):
      return add(Storage(original: nil, content: .scalar(Array(text.utf8))))
    case .object(let kind, let members):
      let items = members.map { Item(key: ExactText($0.key), origin: nil, node: make($0.value)) }
      return add(Storage(original: nil, content: .object(items), kind: kind, liveCount: items.count))
    case .array(let kind, let elements):
      let items = elements.map { Item(key: nil, origin: nil, node: make($0)) }
      return add(Storage(original: nil, content: .array(items), kind: kind, liveCount: items.count))
    }
  }
}
