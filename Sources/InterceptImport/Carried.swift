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
  /// The value as a compact JSON text.
  var text: [UInt8] {
    var writer = JSONWriter()
    write(to: &writer)
    return writer.bytes
  }

  private func write(to writer: inout JSONWriter) {
    switch content {
    case .null: writer.null()
    case .bool(let value): writer.bool(value)
    case .number(let text): writer.raw(text.utf8)
    case .text(let text): writer.string(text)
    case .list(let elements):
      writer.beginArray()
      for element in elements { element.write(to: &writer) }
      writer.endArray()
    case .object(let members):
      writer.beginObject()
      for member in members {
        writer.key(text: member.key)
        member.value.write(to: &writer)
      }
      writer.endObject()
    }
  }
}
