package import ControlWire
internal import JSONText

extension GateState {
  /// The beginnings of what some calls were made with, by the numbers of their decisions.
  package func glimpses(of sequences: [UInt64], hiding secrets: Secrets = .none) -> [CallGlimpse] {
    sequences.prefix(CallGlimpse.most).map { sequence in
      switch recent[sequence] {
      case nil, .tooLong: return CallGlimpse(sequence: sequence, text: "", isKnown: false)
      case .absent: return CallGlimpse(sequence: sequence, text: "")
      case .text(let text):
        guard let node = try? JSONNode.read(text) else {
          return CallGlimpse(sequence: sequence, text: "", isKnown: false)
        }
        return CallGlimpse(sequence, ShownArguments(node, hiding: secrets))
      }
    }
  }
}

extension CallGlimpse {
  /// The first members, strings and numbers whole as far as there is room.
  fileprivate init(_ sequence: UInt64, _ shown: ShownArguments) {
    self.init(sequence: sequence, text: "")
    guard let members = shown.node.members else { return }
    var told = 0
    for member in members {
      let name = member.key.string
      let value: String
      var isWhole = true
      switch member.value.content {
      case .object(let inner):
        value = "{\(inner.count)}"
        isWhole = inner.isEmpty
      case .array(let elements):
        value = "[\(elements.count)]"
        isWhole = elements.isEmpty
      case .null, .bool, .number, .string: value = String(decoding: member.value.compact, as: UTF8.self)
      }
      let part = (text.isEmpty ? "" : " ") + "\(name)=\(value)"
      let room = Self.longest - text.unicodeScalars.count
      guard part.unicodeScalars.count <= room else {
        text += String(String.UnicodeScalarView(part.unicodeScalars.prefix(max(0, room))))
        told += room
        break
      }
      text += part
      told += isWhole ? member.value.compact.count + member.key.utf8.count + 4 : member.key.utf8.count + 4
    }
    // What stands between the members is told by their signs.
    more = max(0, shown.bytes - told - 1)
    if more < 8, shown.bytes <= Self.longest { more = 0 }
  }
}
