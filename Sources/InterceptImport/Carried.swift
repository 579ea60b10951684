import JSONText

/// A value of the policy that is being written, with the place in the YAML that it comes from.
struct Carried: Sendable {
  enum Content: Sendable {
    case null
    case bool(Bool)
    case number(String)
    case text(String)
    case list([Carried])
    case object([Member])
  }

  struct Member: Sendable {
    var key: String
    var value: Carried

    init(_ key: String, _ value: Carried) {
      self.key = key
      self.value = value
    }
  }

  var content: Content
  var place: TextPlace

  init(_ content: Content, _ place: TextPlace) {
    self.content = content
    self.place = place
  }

  static func object(_ place: TextPlace, _ members: Member...) -> Carried { Carried(.object(members), place) }

  var isEmpty: Bool {
    switch content {
    case .list(let elements): elements.isEmpty
    case .object(let members): members.isEmpty
    case .null, .bool, .number, .text: false
    }
  }

  /// The place of the value that a JSON pointer leads to, or of the last one on the way.
  func place(at pointer: String) -> TextPlace {
    var value = self
    for step in pointer.utf8.split(separator: 0x2F, omittingEmptySubsequences: false).dropFirst() {
      let token = String(decoding: step, as: UTF8.self)
      switch value.content {
      case .list(let elements):
        guard let index = Int(token), elements.indices.contains(index) else { return value.place }
        value = elements[index]
      case .object(let members):
        guard let member = members.first(where: { Self.step($0.key).utf8.elementsEqual(token.utf8) }) else {
          return value.place
        }
        value = member.value
      case .null, .bool, .number, .text: return value.place
      }
    }
    return value.place
  }

  /// A key as a pointer spells it.
  static func step(_ key: String) -> String {
    var step: [UInt8] = []
    for byte in key.utf8 {
      switch byte {
      case 0x7E: step += [0x7E, 0x30]
      case 0x2F: step += [0x7E, 0x31]
      default: step.append(byte)
      }
    }
    return String(decoding: step, as: UTF8.self)
  }
}

// MARK: Writing

extension Carried {
  /// The value as a JSON text for people: two spaces a level, and on one line what is short.
  var text: [UInt8] {
    var bytes: [UInt8] = []
    append(to: &bytes, level: 0, path: [])
    bytes.append(0x0A)
    return bytes
  }

  private func append(to bytes: inout [UInt8], level: Int, path: [String]) {
    var flat: [UInt8] = []
    appendFlat(to: &flat)
    let isSpread = path.isEmpty || path == ["tools"] || flat.count + level * 2 > 90
    guard !isEmpty, isSpread else { return bytes += flat }
    switch content {
    case .object(let members):
      bytes.append(0x7B)
      for (index, member) in members.enumerated() {
        Self.breakLine(&bytes, level + 1, isFirst: index == 0)
        JSONWriter.append(member.key, to: &bytes)
        bytes += [0x3A, 0x20]
        member.value.append(to: &bytes, level: level + 1, path: path + [member.key])
      }
      Self.breakLine(&bytes, level, isFirst: true)
      bytes.append(0x7D)
    case .list(let elements):
      bytes.append(0x5B)
      for (index, element) in elements.enumerated() {
        Self.breakLine(&bytes, level + 1, isFirst: index == 0)
        element.append(to: &bytes, level: level + 1, path: path + [""])
      }
      Self.breakLine(&bytes, level, isFirst: true)
      bytes.append(0x5D)
    case .null, .bool, .number, .text: bytes += flat
    }
  }

  private static func breakLine(_ bytes: inout [UInt8], _ level: Int, isFirst: Bool) {
    if !isFirst { bytes.append(0x2C) }
    bytes.append(0x0A)
    bytes += [UInt8](repeating: 0x20, count: level * 2)
  }

  private func appendFlat(to bytes: inout [UInt8]) {
    switch content {
    case .null: bytes += Array("null".utf8)
    case .bool(let value): bytes += Array((value ? "true" : "false").utf8)
    case .number(let text): bytes += Array(text.utf8)
    case .text(let text): JSONWriter.append(text, to: &bytes)
    case .list(let elements):
      bytes.append(0x5B)
      for (index, element) in elements.enumerated() {
        if index > 0 { bytes += [0x2C, 0x20] }
        element.appendFlat(to: &bytes)
      }
      bytes.append(0x5D)
    case .object(let members):
      bytes.append(0x7B)
      for (index, member) in members.enumerated() {
        if index > 0 { bytes += [0x2C, 0x20] }
        JSONWriter.append(member.key, to: &bytes)
        bytes += [0x3A, 0x20]
        member.value.appendFlat(to: &bytes)
      }
      bytes.append(0x7D)
    }
  }
}
