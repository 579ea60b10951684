import JSONText

/// One YAML value with the place it was read from.
struct YAMLNode: Sendable {
  enum Content: Sendable {
    case scalar(YAMLScalar)
    case sequence([YAMLNode])
    /// Members in the order of the text. Reading guarantees that no key occurs twice.
    case mapping([YAMLMember])
    /// It was refused already; nothing more is said of it.
    case refused
  }

  var content: Content
  var place: TextPlace
}

struct YAMLMember: Sendable {
  var key: ExactText
  var keyPlace: TextPlace
  var value: YAMLNode
}

extension YAMLNode {
  /// What kind of value this is, in the words of an error message.
  var kindInWords: String {
    switch content {
    case .sequence: "a list"
    case .mapping: "a mapping"
    case .refused: "nothing"
    case .scalar(let scalar): scalar.resolved.kindInWords
    }
  }

  var isNull: Bool {
    guard case .scalar(let scalar) = content else { return false }
    return scalar.resolved == .null
  }

  var isScalar: Bool {
    guard case .scalar = content else { return false }
    return true
  }

  var isEmptyList: Bool {
    guard case .sequence(let elements) = content else { return false }
    return elements.isEmpty
  }

  var isRefused: Bool {
    guard case .refused = content else { return false }
    return true
  }
}
