package import JSONText
package import Policy

extension PinEvent {
  func write(_ writer: inout JSONWriter) {
    writer.member("state", news.kind.rawValue)
    writer.member("server", news.server.string)
    if news.isOfInstructions { writer.member("instructions", true) }
    writer.key("tools")
    writer.beginArray()
    for tool in news.tools { writer.string(tool.string) }
    writer.endArray()
    writer.member("count", news.count)
    writer.member("by", ifPresent: by)
    writer.member("detail", ifPresent: detail)
  }

  init(_ fields: Fields) throws(ControlError) {
    var tools: [ExactText] = []
    for node in try fields.array("tools") {
      guard let name = node.text else { throw fields.wrong("tools", "strings") }
      tools.append(name)
    }
    var news = PinNews(try fields.word("state"), try fields.text("server"), tools)
    news.count = max(news.count, try fields.integer("count"))
    news.isOfInstructions = fields["instructions"] == nil ? false : try fields.bool("instructions")
    self.init(news, by: try fields.stringIfPresent("by"), detail: try fields.stringIfPresent("detail"))
  }
}

extension PinRow {
  package func write(_ writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("server", server.string)
    writer.member("tool", ifPresent: tool?.string)
    if tool == nil { writer.member("instructions", true) }
    writer.member("state", state.rawValue)
    writer.member("digest", digest.hexadecimal)
    writer.member("accepted_digest", ifPresent: accepted?.hexadecimal)
    writer.member("accepted", ifPresent: acceptedAt?.second)
    writer.member("by", ifPresent: by)
    writer.member("since", ifPresent: since?.second)
    if !isCurrent { writer.member("current", false) }
    writer.endObject()
  }

  init(_ fields: Fields) throws(ControlError) {
    self.init(
      server: try fields.text("server"), tool: try fields.textIfPresent("tool"), state: try fields.word("state"),
      digest: try fields.contentDigest("digest"))
    if fields["accepted_digest"] != nil { accepted = try fields.contentDigest("accepted_digest") }
    if fields["accepted"] != nil { acceptedAt = try fields.moment("accepted") }
    by = try fields.stringIfPresent("by")
    if fields["since"] != nil { since = try fields.moment("since") }
    if fields["current"] != nil { isCurrent = try fields.bool("current") }
  }
}

extension PinsAnswer {
  package func write(_ writer: inout JSONWriter) {
    writer.member("path", path)
    writer.member("strict", isStrict)
    writer.member("problem", ifPresent: problem)
    writer.key("pins")
    writer.beginArray()
    for row in rows { row.write(&writer) }
    writer.endArray()
    if untold > 0 { writer.member("untold", untold) }
  }

  init(_ fields: Fields) throws(ControlError) {
    var rows: [PinRow] = []
    for node in try fields.array("pins") { rows.append(try PinRow(try Fields(node, of: "a pin"))) }
    self.init(
      rows: rows, isStrict: try fields.bool("strict"), path: try fields.string("path"),
      problem: try fields.stringIfPresent("problem"))
    untold = max(0, try fields.integerIfPresent("untold") ?? 0)
  }
}

extension PinDetails {
  func write(_ writer: inout JSONWriter) {
    writer.key("pin")
    row.write(&writer)
    if let old {
      writer.key("old")
      writer.raw(old)
    }
    if let new {
      writer.key("new")
      writer.raw(new)
    }
  }

  init(_ fields: Fields) throws(ControlError) {
    self.init(
      row: try PinRow(try fields.object("pin")), old: fields["old"]?.compact, new: fields["new"]?.compact)
  }
}

extension PinChoice {
  static func write(_ choices: [PinChoice], _ writer: inout JSONWriter) {
    writer.key("pins")
    writer.beginArray()
    for choice in choices {
      writer.beginObject()
      writer.member("tool", ifPresent: choice.tool?.string)
      writer.member("digest", choice.digest.hexadecimal)
      writer.endObject()
    }
    writer.endArray()
  }

  /// Several under `pins`, or one: `tool` and `digest`.
  static func list(_ fields: Fields) throws(ControlError) -> [PinChoice] {
    guard fields["pins"] != nil else { return [try PinChoice(fields)] }
    let nodes = try fields.array("pins")
    guard 1...most ~= nodes.count else { throw fields.wrong("pins", "1 to \(most) pins") }
    var choices: [PinChoice] = []
    for node in nodes { choices.append(try PinChoice(try Fields(node, of: "a pin"))) }
    return choices
  }

  private init(_ fields: Fields) throws(ControlError) {
    self.init(tool: try fields.textIfPresent("tool"), digest: try fields.contentDigest("digest"))
  }
}

extension Fields {
  fileprivate func contentDigest(_ key: ExactText) throws(ControlError) -> ContentDigest {
    guard let digest = ContentDigest(hexadecimal: try string(key)) else {
      throw wrong(key, "64 hexadecimal digits in lower case")
    }
    return digest
  }
}
