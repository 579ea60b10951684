/// One replacement in a text; it knows what it replaced, so it can be undone.
package struct TextSplice: Hashable, Sendable {
  package let offset: Int
  package let removed: [UInt8]
  package let inserted: [UInt8]

  package init(offset: Int, removed: [UInt8], inserted: [UInt8]) {
    self.offset = offset
    self.removed = removed
    self.inserted = inserted
  }

  /// The splice that takes this one back.
  package var inverse: TextSplice { TextSplice(offset: offset, removed: inserted, inserted: removed) }

  /// Applies the splice to the text that it was made for; answers false, and changes nothing, for another text.
  package func apply(to text: inout [UInt8]) -> Bool {
    let end = offset + removed.count
    guard offset >= 0, end <= text.count, text[offset..<end].elementsEqual(removed) else { return false }
    text.replaceSubrange(offset..<end, with: inserted)
    return true
  }
}
