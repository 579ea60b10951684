package import JSONText
package import MCPWire

/// What a client has posted, as far as it decides where it goes; the session reads it again and judges it.
package struct PostedBody: Sendable {
  /// A message, whose places are those in `bytes`.
  package struct Message: Sendable {
    package let bytes: [UInt8]
    package let wire: WireMessage
  }

  package let bytes: [UInt8]
  /// The messages that can be read: one, several of a batch, or none.
  package let messages: [Message]
  package let isBatch: Bool

  package init(_ bytes: [UInt8], _ reader: inout MessageReader) {
    self.bytes = bytes
    guard let elements = try? reader.batch(bytes.span) else {
      isBatch = false
      messages = (try? reader.read(bytes.span, from: .client)).map { [Message(bytes: bytes, wire: $0)] } ?? []
      return
    }
    isBatch = true
    var messages: [Message] = []
    for element in elements {
      let part = Array(bytes[element])
      if let message = try? reader.read(part.span, from: .client) {
        messages.append(Message(bytes: part, wire: message))
      }
    }
    self.messages = messages
  }

  /// The message, where there is exactly one.
  package var only: WireMessage? { isBatch ? nil : messages.first?.wire }
  /// Whether it is one message of the stateless era.
  package var isModern: Bool { !isBatch && messages.first?.wire.protocolVersion != nil }
  /// Whether it begins a session of the older era.
  package var isHandshake: Bool { only?.method == .initialize && only?.kind == .request }
  package var isSubscription: Bool { only?.method == .subscriptionsListen && only?.kind == .request }
  /// The id of its only request, as it is written.
  package var id: ExactText? { only?.id.map { bytes.span.exactText($0) } }
}
