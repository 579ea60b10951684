import JSONText

/// What leads from one policy to another: in words, and line by line.
package struct PolicyDiff: Sendable {
  /// Every difference of meaning; none for what is only written otherwise.
  package let changes: [PolicyChange]
  /// What differs where nothing changes: `reordered, nothing changes`; nil where the texts are equal or something changes.
  package let remark: String?
  private let old: [UInt8]
  private let new: [UInt8]

  package init(_ old: PolicyDocument, _ new: PolicyDocument) {
    changes = PolicyChange.between(old, new)
    self.old = old.text
    self.new = new.text
    remark = changes.isEmpty && old.text != new.text ? Self.remark(old.text, new.text) : nil
  }

  /// The texts' difference, with three lines around each change.
  package var lines: [DiffLine] { DiffLine.unified(old, new) }

  private static func remark(_ old: [UInt8], _ new: [UInt8]) -> String {
    guard let left = try? JSONNode.read(old), let right = try? JSONNode.read(new) else { return "nothing changes" }
    if left.compact == right.compact { return "laid out otherwise, nothing changes" }
    return left.means(right) && left.inKeyOrder.compact == right.inKeyOrder.compact
      ? "reordered, nothing changes" : "written otherwise, nothing changes"
  }
}

extension JSONNode {
  /// The value with the members of all its objects in the order of their keys; it goes as deep as the value, which reading bounds.
  fileprivate var inKeyOrder: JSONNode {
    switch content {
    case .null, .bool, .number, .string: self
    case .array(let elements): JSONNode(.array(elements.map(\.inKeyOrder)))
    case .object(let members):
      JSONNode(
        .object(
          members.sorted { $0.key < $1.key }.map { JSONMember(key: $0.key, value: $0.value.inKeyOrder) }))
    }
  }
}
