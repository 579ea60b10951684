internal import JSONText
internal import Policy

extension CountersAnswer {
  func write(_ writer: inout JSONWriter) {
    writer.member("server", server.string)
    writer.member("tool", tool.string)
    writer.key("counts")
    writer.beginArray()
    for count in counts {
      writer.beginObject()
      writer.member("rule", count.rule)
      writer.member("scope", count.scope.rawValue)
      writer.member("holder", ifPresent: count.holder?.string)
      writer.member("used", count.used)
      writer.member("max", count.max)
      writer.member("window", count.window)
      writer.member("less_in_us", ifPresent: count.lessIn.map { Int($0) })
      writer.endObject()
    }
    writer.endArray()
    writer.member("untold", untold)
  }

  init(_ fields: Fields) throws(ControlError) {
    var counts: [Count] = []
    for node in try fields.array("counts") {
      let count = try Fields(node, of: "a count")
      counts.append(
        Count(
          rule: try count.string("rule"), scope: try count.word("scope"), holder: try count.textIfPresent("holder"),
          used: try count.string("used"), max: try count.string("max"), window: try count.string("window"),
          lessIn: try count.integerIfPresent("less_in_us").map { Int64($0) }))
    }
    self.init(
      server: try fields.text("server"), tool: try fields.text("tool"), counts: counts,
      untold: max(0, try fields.integer("untold")))
  }
}
