internal import JSONText

extension ControlRequest {
  /// Reads one line, without its end.
  ///
  /// Throws: `ControlError` in words for whoever wrote the line.
  package static func read(_ line: [UInt8]) throws(ControlError) -> ControlRequest {
    guard line.count <= longestLine else {
      throw ControlError("a request may have \(longestLine) bytes at most")
    }
    let node: JSONNode
    do {
      node = try JSONNode.read(line)
    } catch {
      throw ControlError("a request is one JSON object a line: \(error) at byte \(error.offset)")
    }
    let fields = try Fields(node, of: "a request")
    let id = try fields.integerIfPresent("id")
    do {
      return try read(fields, id: id)
    } catch {
      throw ControlError(error.message, id: id)
    }
  }

  private static func read(_ fields: Fields, id: Int?) throws(ControlError) -> ControlRequest {
    let op = try fields.string("op")
    switch op {
    case "hello":
      return .hello(version: try fields.integer("version"), build: try fields.stringIfPresent("build"))
    case "subscribe":
      let since = try fields.integerIfPresent("since").map { UInt64(clamping: $0) }
      let budget = try fields.integerIfPresent("budget").map { max(0, $0) }
      return .subscribe(since: since, budget: budget, id: id)
    case "snapshot": return .snapshot(id: id)
    case "status": return .status(id: id)
    case "reload": return .reload(id: id)
    case "stderr":
      return .stderr(
        server: try fields.text("server"), lines: try fields.integerIfPresent("lines").map { max(0, $0) },
        after: try fields.integerIfPresent("after").map { UInt64(clamping: $0) }, id: id)
    case "stop": return .stop(id: id)
    case "attach": return .attach(try Attachment(fields))
    case "tool":
      return .tool(server: try fields.text("server"), name: try fields.text("name"), id: id)
    default:
      throw ControlError(
        "`\(op)` is no operation of this gate; there are hello, subscribe, snapshot, status, reload, stderr, stop, "
          + "attach, tool"
      )
    }
  }

  /// The request as one line, its end included.
  package var encoded: [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    switch self {
    case .hello(let version, let build):
      writer.member("op", "hello")
      writer.member("version", version)
      writer.member("build", ifPresent: build)
    case .subscribe(let since, let budget, let id):
      writer.member("op", "subscribe")
      writer.member("since", ifPresent: since)
      writer.member("budget", ifPresent: budget)
      writer.member("id", ifPresent: id)
    case .snapshot(let id): Self.plain("snapshot", id, &writer)
    case .status(let id): Self.plain("status", id, &writer)
    case .reload(let id): Self.plain("reload", id, &writer)
    case .stderr(let server, let lines, let after, let id):
      writer.member("op", "stderr")
      writer.member("server", server.string)
      writer.member("lines", ifPresent: lines)
      writer.member("after", ifPresent: after)
      writer.member("id", ifPresent: id)
    case .stop(let id): Self.plain("stop", id, &writer)
    case .attach(let attachment): attachment.write(&writer)
    case .tool(let server, let name, let id):
      writer.member("op", "tool")
      writer.member("server", server.string)
      writer.member("name", name.string)
      writer.member("id", ifPresent: id)
    }
    writer.endObject()
    return writer.bytes + [0x0A]
  }

  private static func plain(_ op: String, _ id: Int?, _ writer: inout JSONWriter) {
    writer.key("op")
    writer.string(op)
    writer.member("id", ifPresent: id)
  }
}
