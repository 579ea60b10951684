package import JSONText
internal import Policy

extension ServerMessages {
  func write(_ writer: inout JSONWriter) {
    writer.member("server", server.string)
    writer.member("missed", missed)
    writer.key("lines")
    writer.beginArray()
    for message in messages { message.write(&writer) }
    writer.endArray()
  }

  init(_ fields: Fields) throws(ControlError) {
    var messages: [ServerMessage] = []
    for node in try fields.array("lines") { messages.append(try ServerMessage(try Fields(node, of: "a line"))) }
    self.init(
      server: try fields.text("server"), missed: max(0, try fields.integer("missed")), messages: messages)
  }
}

extension ServerMessage {
  /// Writes the message as one object.
  package func write(_ writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("number", number)
    writer.member("time", time.rfc3339)
    writer.member("session", session.string)
    writer.member("source", source.rawValue)
    writer.member("text", text)
    if isCut { writer.member("cut", true) }
    writer.endObject()
  }

  fileprivate init(_ fields: Fields) throws(ControlError) {
    self.init(
      number: UInt64(clamping: try fields.integer("number")), time: try fields.moment("time"),
      session: try fields.text("session"), source: try fields.word("source"), text: try fields.string("text"),
      isCut: fields["cut"] == nil ? false : try fields.bool("cut"))
  }
}
