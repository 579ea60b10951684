internal import JSONText
internal import Policy

extension Tick {
  func write(_ writer: inout JSONWriter) {
    writer.counts(counts)
    if skipped > 0 { writer.member("skipped", skipped) }
    guard !calls.isEmpty else { return }
    writer.key("calls")
    writer.beginArray()
    for call in calls { call.write(&writer) }
    writer.endArray()
  }

  init(_ fields: Fields) throws(ControlError) {
    var calls: [CallCount] = []
    let nodes = fields["calls"] == nil ? [] : try fields.array("calls")
    for node in nodes { calls.append(try CallCount(try Fields(node, of: "a count of calls"))) }
    self.init(
      counts: try GateEvent.counts(fields), skipped: max(0, try fields.integerIfPresent("skipped") ?? 0), calls: calls)
  }
}

extension CallCount {
  fileprivate func write(_ writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("server", ifPresent: server?.string)
    writer.member("tool", ifPresent: tool?.string)
    writer.member("method", ifPresent: method?.string)
    writer.member("rule", ifPresent: rule)
    writer.member("verdict", verdict.rawValue)
    writer.member("count", count)
    writer.endObject()
  }

  fileprivate init(_ fields: Fields) throws(ControlError) {
    self.init(
      server: try fields.textIfPresent("server"), tool: try fields.textIfPresent("tool"),
      method: try fields.textIfPresent("method"), rule: try fields.stringIfPresent("rule"),
      verdict: try fields.word("verdict"), count: max(0, try fields.integer("count")))
  }
}
