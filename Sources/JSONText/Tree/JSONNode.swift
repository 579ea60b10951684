/// One JSON value with the place it was read from.
///
/// Key order, number spelling and source ranges are kept.
package struct JSONNode: Sendable, Hashable {
  package enum Content: Sendable, Hashable {
    case null
    case bool(Bool)
    case number(JSONNumber)
    case string(ExactText)
    case array([JSONNode])
    /// Members in the order of the text. Reading guarantees that no key occurs twice.
    case object([JSONMember])
  }

  package var content: Content
  /// Byte offsets in the text that was read, quotes and brackets included; `0..<0` for a value made by a program.
  package var range: Range<Int>

  package init(_ content: Content, range: Range<Int> = 0..<0) {
    self.content = content
    self.range = range
  }
}

/// One member of an object.
package struct JSONMember: Sendable, Hashable {
  package var key: ExactText
  /// The key's byte offsets in the text that was read, quotes included.
  package var keyRange: Range<Int>
  package var value: JSONNode

  package init(key: ExactText, keyRange: Range<Int> = 0..<0, value: JSONNode) {
    self.key = key
    self.keyRange = keyRange
    self.value = value
  }
}

/// A number as it was written: `1`, `1.0` and `1e0` are three different texts.
package struct JSONNumber: Sendable, Hashable {
  /// The number's own characters, of JSON's grammar.
  package let text: String

  package init(text: String) { self.text = text }
  package init(_ value: Int) { text = String(value) }

  /// The value where the text is a plain integer (an optional minus and digits) that fits 64 bits.
  package var integer: Int? { Int(text) }
}

extension JSONNode {
  package var members: [JSONMember]? {
    guard case .object(let members) = content else { return nil }
    return members
  }

  package var elements: [JSONNode]? {
    guard case .array(let elements) = content else { return nil }
    return elements
  }

  package var string: String? { text?.string }

  package var text: ExactText? {
    guard case .string(let text) = content else { return nil }
    return text
  }

  package var integer: Int? {
    guard case .number(let number) = content else { return nil }
    return number.integer
  }

  package var bool: Bool? {
    guard case .bool(let value) = content else { return nil }
    return value
  }

  package var isNull: Bool { content == .null }

  /// The value of a member, nil if there is none or this is no object.
  package subscript(_ key: ExactText) -> JSONNode? {
    members?.first { $0.key == key }?.value
  }

  /// What kind of value this is, in the words of an error message.
  package var kindInWords: String {
    switch content {
    case .null: "null"
    case .bool: "a boolean"
    case .number: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }
}
