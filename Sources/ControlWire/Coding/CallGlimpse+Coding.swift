internal import JSONText

extension CallGlimpse {
  func write(_ writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("seq", sequence)
    if isKnown {
      writer.member("text", text)
      if more > 0 { writer.member("more", more) }
    }
    writer.endObject()
  }

  static func list(_ fields: Fields) throws(ControlError) -> [CallGlimpse] {
    var calls: [CallGlimpse] = []
    for node in try fields.array("calls") {
      let call = try Fields(node, of: "a call")
      let text = try call.stringIfPresent("text")
      calls.append(
        CallGlimpse(
          sequence: UInt64(clamping: try call.integer("seq")), text: text ?? "",
          more: max(0, try call.integerIfPresent("more") ?? 0), isKnown: text != nil))
    }
    return calls
  }
}
