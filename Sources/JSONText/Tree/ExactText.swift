/// Text that is compared by its bytes.
///
/// `String` treats two spellings of one letter as equal (Unicode canonical equivalence); a tool name or an object key
/// must not be: `é` and `e` + accent are different tools. Every name that a decision depends on has this type.
package struct ExactText: Sendable {
  package let string: String

  package init(_ string: String) { self.string = string }

  /// The text's UTF-8 bytes.
  package var utf8: String.UTF8View { string.utf8 }
  package var isEmpty: Bool { string.isEmpty }

  /// Whether the text's bytes are exactly these.
  package func isEqual(_ bytes: Span<UInt8>) -> Bool {
    let text = string.utf8Span.span
    guard text.count == bytes.count else { return false }
    for index in text.indices where text[index] != bytes[index] { return false }
    return true
  }
}

extension ExactText: Hashable {
  package static func == (left: ExactText, right: ExactText) -> Bool {
    let left = left.string.utf8Span.span
    let right = right.string.utf8Span.span
    guard left.count == right.count else { return false }
    for index in left.indices where left[index] != right[index] { return false }
    return true
  }

  package func hash(into hasher: inout Hasher) {
    unsafe string.utf8Span.span.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
    hasher.combine(UInt8(0xFF))
  }
}

extension ExactText: Comparable {
  package static func < (left: ExactText, right: ExactText) -> Bool {
    left.string.utf8.lexicographicallyPrecedes(right.string.utf8)
  }
}

extension ExactText: ExpressibleByStringLiteral, CustomStringConvertible {
  package init(stringLiteral value: String) { self.init(value) }
  package var description: String { string }
}
