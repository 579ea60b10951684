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

  /// The places of the values that JSON pointers lead to, or of the last ones on the way; one walk for all of them.
  func places(of pointers: [String]) -> [ExactText: TextPlace] {
    var ways: Set<ExactText> = []
    for pointer in pointers {
      let bytes = Array(pointer.utf8)
      for end in bytes.indices where bytes[end] == 0x2F && end > 0 {
        ways.insert(ExactText(String(decoding: bytes[..<end], as: UTF8.self)))
      }
      ways.insert(ExactText(pointer))
    }
    var places: [ExactText: TextPlace] = [:]
    collect(at: "", ways, &places)
    return places
  }

  private func collect(at pointer: String, _ ways: Set<ExactText>, _ places: inout [ExactText: TextPlace]) {
    guard pointer.isEmpty || ways.contains(ExactText(pointer)) else { return }
    places[ExactText(pointer)] = place
    switch content {
    case .list(let elements):
      for (index, element) in elements.enumerated() { element.collect(at: "\(pointer)/\(index)", ways, &places) }
    case .object(let members):
      for member in members { member.value.collect(at: "\(pointer)/\(Self.step(member.key))", ways, &places) }
    case .null, .bool, .number, .text: break
    }
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
