import JSONText

/// Finds the lines of a policy's parts by their JSON pointers.
package struct PolicyPlaces: Sendable {
  private let root: JSONNode?
  private let lines: LineIndex

  package init(_ document: PolicyDocument) {
    root = try? JSONNode.read(document.text)
    lines = LineIndex(document.text)
  }

  /// The line on which a part begins, its key where it has one; nil for what is no pointer, as `(default)`.
  package func line(of pointer: String) -> Int? {
    guard pointer.utf8.first == 0x2F, var node = root else { return nil }
    var offset = 0
    for token in pointer.utf8.dropFirst().split(separator: 0x2F, omittingEmptySubsequences: false) {
      if let member = node.members?.first(where: { Pointer.token($0.key.string).utf8.elementsEqual(token) }) {
        (node, offset) = (member.value, member.keyRange.lowerBound)
      } else if let elements = node.elements, let index = Int(String(decoding: token, as: UTF8.self)),
        elements.indices.contains(index)
      {
        (node, offset) = (elements[index], elements[index].range.lowerBound)
      } else {
        return nil
      }
    }
    return lines.line(of: offset)
  }
}
