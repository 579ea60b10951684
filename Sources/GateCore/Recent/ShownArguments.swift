internal import JSONText

/// A call's arguments as they may leave the gate: compact, their secrets hidden, not longer than a screen can use.
struct ShownArguments {
  /// Compact JSON, or the beginning of that.
  var text: [UInt8]
  /// The same as a tree, whole.
  var node: JSONNode
  /// So many bytes there are in all.
  var bytes: Int
  var isCut: Bool
  var hasHiddenSecrets: Bool
  /// What was hidden because of the name that it stands under, to be hidden elsewhere as well.
  var secrets: Secrets

  /// More is not shown of one call.
  static let longest = 64 << 10
  /// Messages are not read that are deeper; what is, is not shown.
  private static let deepest = 128

  init(_ arguments: JSONNode, hiding secrets: Secrets = .none) {
    var found: [[UInt8]] = []
    Self.collect(arguments, isSecret: false, depth: 0, into: &found)
    self.secrets = secrets.adding(found)
    var isChanged = false
    let shown = Self.hiding(arguments, self.secrets, isSecret: false, depth: 0, &isChanged)
    node = shown
    let compact = shown.compact
    hasHiddenSecrets = isChanged
    bytes = compact.count
    isCut = compact.count > Self.longest
    text = isCut ? Self.cut(compact, to: Self.longest) : compact
  }

  /// Texts that stand under names that promise a secret.
  private static func collect(_ node: JSONNode, isSecret: Bool, depth: Int, into found: inout [[UInt8]]) {
    guard depth < deepest else { return }
    switch node.content {
    case .string(let text): if isSecret { found.append(Array(text.utf8)) }
    case .array(let elements):
      for element in elements { collect(element, isSecret: isSecret, depth: depth + 1, into: &found) }
    case .object(let members):
      for member in members {
        let isNamed = isSecret || SecretNames.contains(member.key.utf8)
        collect(member.value, isSecret: isNamed, depth: depth + 1, into: &found)
      }
    case .null, .bool, .number: break
    }
  }

  private static func hiding(
    _ node: JSONNode, _ secrets: Secrets, isSecret: Bool, depth: Int, _ isChanged: inout Bool
  ) -> JSONNode {
    guard depth < deepest else {
      isChanged = true
      return JSONNode(.string(ExactText(Secrets.mark)))
    }
    switch node.content {
    case .string(let text):
      let bytes = Array(text.utf8)
      let shown = isSecret && !bytes.isEmpty ? Array(Secrets.mark.utf8) : secrets.hiding(in: bytes)
      guard shown != bytes else { return node }
      isChanged = true
      return JSONNode(.string(ExactText(String(decoding: shown, as: UTF8.self))))
    case .array(let elements):
      return JSONNode(.array(elements.map { hiding($0, secrets, isSecret: isSecret, depth: depth + 1, &isChanged) }))
    case .object(let members):
      return JSONNode(
        .object(
          members.map { member in
            let isNamed = isSecret || SecretNames.contains(member.key.utf8)
            let value = hiding(member.value, secrets, isSecret: isNamed, depth: depth + 1, &isChanged)
            // A name can hold one as well.
            let key = Array(member.key.utf8)
            let shownKey = secrets.hiding(in: key)
            if shownKey != key { isChanged = true }
            return JSONMember(
              key: shownKey == key ? member.key : ExactText(String(decoding: shownKey, as: UTF8.self)), value: value)
          }))
    case .null, .bool, .number: return node
    }
  }

  /// Cuts between characters.
  private static func cut(_ bytes: [UInt8], to count: Int) -> [UInt8] {
    var end = count
    while end > 0, bytes[end] & 0xC0 == 0x80 { end -= 1 }
    return Array(bytes[..<end])
  }

  /// A text of ours about the call, without the secrets.
  func hiding(_ text: String) -> String {
    let bytes = Array(text.utf8)
    let shown = secrets.hiding(in: bytes)
    return shown == bytes ? text : String(decoding: shown, as: UTF8.self)
  }
}

extension Secrets {
  /// The same, and some values more.
  func adding(_ others: [[UInt8]]) -> Secrets {
    others.isEmpty ? self : Secrets(values: self, others)
  }
}
