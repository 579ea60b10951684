internal import JSONText
internal import Policy

extension Simulation {
  func write(_ writer: inout JSONWriter) {
    writer.member("policy", revision)
    writer.member("calls", calls)
    writer.member("unknown", unknown)
    writer.member("since", ifPresent: since?.rfc3339)
    writer.key("changes")
    Self.write(changes, &writer)
    writer.key("tools")
    writer.beginArray()
    for tool in tools {
      writer.beginObject()
      writer.member("server", tool.server.string)
      writer.member("tool", tool.tool.string)
      tool.change.write(&writer)
      writer.endObject()
    }
    writer.endArray()
    writer.member("other_calls", otherCalls)
    writer.key("pending")
    Self.write(pending, &writer)
  }

  private static func write(_ changes: [Change], _ writer: inout JSONWriter) {
    writer.beginArray()
    for change in changes {
      writer.beginObject()
      change.write(&writer)
      writer.endObject()
    }
    writer.endArray()
  }

  init(_ fields: Fields) throws(ControlError) {
    var tools: [ToolChange] = []
    for node in try fields.array("tools") {
      let tool = try Fields(node, of: "a tool of a simulation")
      tools.append(
        ToolChange(server: try tool.text("server"), tool: try tool.text("tool"), change: try Change(tool)))
    }
    self.init(
      revision: try fields.string("policy"), calls: max(0, try fields.integer("calls")),
      unknown: max(0, try fields.integer("unknown")),
      since: fields["since"] == nil ? nil : try fields.moment("since"), changes: try Self.changes("changes", fields),
      tools: tools, otherCalls: max(0, try fields.integer("other_calls")), pending: try Self.changes("pending", fields))
  }

  private static func changes(_ key: ExactText, _ fields: Fields) throws(ControlError) -> [Change] {
    var changes: [Change] = []
    for node in try fields.array(key) { changes.append(try Change(try Fields(node, of: "a change"))) }
    return changes
  }
}

extension Simulation.Change {
  fileprivate func write(_ writer: inout JSONWriter) {
    writer.member("from", from.rawValue)
    writer.member("to", to.rawValue)
    writer.member("calls", calls)
  }

  fileprivate init(_ fields: Fields) throws(ControlError) {
    self.init(from: try fields.word("from"), to: try fields.word("to"), calls: max(0, try fields.integer("calls")))
  }
}
