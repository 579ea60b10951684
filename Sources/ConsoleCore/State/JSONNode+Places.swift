internal import JSONText
internal import Policy

/// One step from a value to a value in it.
enum JSONStep: Hashable, Sendable {
  case key(ExactText)
  case index(Int)
}

extension JSONNode {
  /// The value that some steps lead to.
  func at(_ steps: [JSONStep]) -> JSONNode? {
    var node = self
    for step in steps {
      switch step {
      case .key(let key):
        guard let next = node[key] else { return nil }
        node = next
      case .index(let index):
        guard let elements = node.elements, elements.indices.contains(index) else { return nil }
        node = elements[index]
      }
    }
    return node
  }

  /// Changes the value that some steps lead to; does nothing where there is none.
  mutating func change(_ steps: some Collection<JSONStep>, _ body: (inout JSONNode) -> Void) {
    guard let step = steps.first else { return body(&self) }
    switch (step, content) {
    case (.key(let key), .object(var members)):
      guard let index = members.firstIndex(where: { $0.key == key }) else { return }
      members[index].value.change(steps.dropFirst(), body)
      self = JSONNode(.object(members))
    case (.index(let index), .array(var elements)):
      guard elements.indices.contains(index) else { return }
      elements[index].change(steps.dropFirst(), body)
      self = JSONNode(.array(elements))
    default: break
    }
  }

  /// Sets the member or element that some steps lead to, and makes the objects on the way; nil removes it.
  mutating func set(_ steps: [JSONStep], to value: JSONNode?) {
    guard let last = steps.last else {
      if let value { self = value }
      return
    }
    var parent: [JSONStep] = []
    for step in steps.dropLast() {
      parent.append(step)
      guard case .key(let key) = step, at(parent) == nil, value != nil else { continue }
      change(parent.dropLast()) { node in
        guard case .object(var members) = node.content else { return }
        members.append(JSONMember(key: key, value: JSONNode(.object([]))))
        node = JSONNode(.object(members))
      }
    }
    change(steps.dropLast()) { node in
      switch (last, node.content) {
      case (.key(let key), .object(var members)):
        if let index = members.firstIndex(where: { $0.key == key }) {
          if let value { members[index].value = value } else { members.remove(at: index) }
        } else if let value {
          members.append(JSONMember(key: key, value: value))
        }
        node = JSONNode(.object(members))
      case (.index(let index), .array(var elements)):
        guard elements.indices.contains(index) else { return }
        if let value { elements[index] = value } else { elements.remove(at: index) }
        node = JSONNode(.array(elements))
      default: break
      }
    }
  }

  /// The elements that the steps lead to, changed; an array is made where there is none.
  mutating func changeElements(_ steps: [JSONStep], _ body: (inout [JSONNode]) -> Void) {
    if at(steps) == nil { set(steps, to: JSONNode(.array([]))) }
    change(steps) { node in
      guard case .array(var elements) = node.content else { return }
      body(&elements)
      node = JSONNode(.array(elements))
    }
  }

  static func text(_ text: String) -> JSONNode { JSONNode(.string(ExactText(text))) }

  /// Compact JSON as text.
  var json: String { String(decoding: compact, as: UTF8.self) }
}

extension [JSONStep] {
  /// The JSON pointer of these steps.
  var pointer: String {
    map { step in
      switch step {
      case .key(let key): "/" + Pointer.token(key.string)
      case .index(let index): "/\(index)"
      }
    }.joined()
  }
}
