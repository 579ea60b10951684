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
      let isApprover = fields["approver"] == nil ? false : try fields.bool("approver")
      return .subscribe(
        since: since, budget: budget, approver: isApprover, filter: try fields.stringIfPresent("filter"), id: id)
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
    case "approve":
      return .approve(
        approval: try fields.name("approval"), digest: try fields.name("digest"),
        revision: fields["revision"] == nil ? nil : try fields.name("revision"),
        scope: fields["scope"] == nil ? .once : try ApprovalScope(fields), message: try fields.message(), id: id)
    case "deny":
      return .deny(
        approval: try fields.name("approval"), digest: fields["digest"] == nil ? nil : try fields.name("digest"),
        message: try fields.message(), id: id)
    case "extend":
      let seconds = try fields.integer("seconds")
      guard 1...longestExtension ~= seconds else {
        throw fields.wrong("seconds", "a number from 1 to \(longestExtension)")
      }
      return .extend(approval: try fields.name("approval"), seconds: seconds, id: id)
    case "revoke": return .revoke(standing: try fields.name("standing"), id: id)
    case "approvals": return .approvals(id: id)
    case "approval": return .approval(try fields.name("approval"), id: id)
    case "lockdown": return .lockdown(try fields.bool("on"), id: id)
    case "counters":
      return .counters(server: try fields.text("server"), tool: try fields.text("tool"), id: id)
    case "explain":
      return .explain(sequence: UInt64(clamping: try fields.integer("seq")), id: id)
    case "simulate":
      return .simulate(policy: Array(try fields.string("policy").utf8), id: id)
    case "glimpse":
      var sequences: [UInt64] = []
      for node in try fields.array("seqs").prefix(CallGlimpse.most) {
        guard let number = node.integer else { throw fields.wrong("seqs", "whole numbers") }
        sequences.append(UInt64(clamping: number))
      }
      return .glimpse(sequences: sequences, id: id)
    case "may_approve": return .mayApprove(approval: try fields.name("approval"), id: id)
    case "pins":
      return .pins(
        server: try fields.textIfPresent("server"), all: fields["all"] == nil ? false : try fields.bool("all"), id: id)
    case "pin": return .pin(server: try fields.text("server"), tool: try fields.textIfPresent("tool"), id: id)
    case "accept": return .accept(server: try fields.text("server"), try PinChoice.list(fields), id: id)
    case "reject": return .reject(server: try fields.text("server"), try PinChoice.list(fields), id: id)
    default:
      throw ControlError(
        "`\(op)` is no operation of this gate; there are hello, subscribe, snapshot, status, reload, stderr, stop, "
          + "attach, tool, approve, deny, extend, revoke, approvals, approval, lockdown, "
          + "counters, explain, simulate, glimpse, may_approve, pins, pin, accept, reject"
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
    case .subscribe(let since, let budget, let isApprover, let filter, let id):
      writer.member("op", "subscribe")
      writer.member("since", ifPresent: since)
      writer.member("budget", ifPresent: budget)
      if isApprover { writer.member("approver", true) }
      writer.member("filter", ifPresent: filter)
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
    case .approve(let approval, let digest, let revision, let scope, let message, let id):
      writer.member("op", "approve")
      writer.member("approval", approval)
      writer.member("digest", digest)
      writer.member("revision", ifPresent: revision)
      writer.key("scope")
      scope.write(&writer)
      writer.member("message", ifPresent: message)
      writer.member("id", ifPresent: id)
    case .deny(let approval, let digest, let message, let id):
      writer.member("op", "deny")
      writer.member("approval", approval)
      writer.member("digest", ifPresent: digest)
      writer.member("message", ifPresent: message)
      writer.member("id", ifPresent: id)
    case .extend(let approval, let seconds, let id):
      writer.member("op", "extend")
      writer.member("approval", approval)
      writer.member("seconds", seconds)
      writer.member("id", ifPresent: id)
    case .revoke(let standing, let id):
      writer.member("op", "revoke")
      writer.member("standing", standing)
      writer.member("id", ifPresent: id)
    case .approvals(let id): Self.plain("approvals", id, &writer)
    case .approval(let approval, let id):
      writer.member("op", "approval")
      writer.member("approval", approval)
      writer.member("id", ifPresent: id)
    case .lockdown(let isOn, let id):
      writer.member("op", "lockdown")
      writer.member("on", isOn)
      writer.member("id", ifPresent: id)
    case .counters(let server, let tool, let id):
      writer.member("op", "counters")
      writer.member("server", server.string)
      writer.member("tool", tool.string)
      writer.member("id", ifPresent: id)
    case .explain(let sequence, let id):
      writer.member("op", "explain")
      writer.member("seq", sequence)
      writer.member("id", ifPresent: id)
    case .simulate(let policy, let id):
      writer.member("op", "simulate")
      writer.member("policy", String(decoding: policy, as: UTF8.self))
      writer.member("id", ifPresent: id)
    case .glimpse(let sequences, let id):
      writer.member("op", "glimpse")
      writer.key("seqs")
      writer.beginArray()
      for sequence in sequences { writer.integer(sequence) }
      writer.endArray()
      writer.member("id", ifPresent: id)
    case .mayApprove(let approval, let id):
      writer.member("op", "may_approve")
      writer.member("approval", approval)
      writer.member("id", ifPresent: id)
    case .pins(let server, let all, let id):
      writer.member("op", "pins")
      writer.member("server", ifPresent: server?.string)
      if all { writer.member("all", true) }
      writer.member("id", ifPresent: id)
    case .pin(let server, let tool, let id):
      writer.member("op", "pin")
      writer.member("server", server.string)
      writer.member("tool", ifPresent: tool?.string)
      writer.member("id", ifPresent: id)
    case .accept(let server, let choices, let id):
      writer.member("op", "accept")
      writer.member("server", server.string)
      PinChoice.write(choices, &writer)
      writer.member("id", ifPresent: id)
    case .reject(let server, let choices, let id):
      writer.member("op", "reject")
      writer.member("server", server.string)
      PinChoice.write(choices, &writer)
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

extension Fields {
  /// An approval's name, a digest or a revision, which are never long.
  fileprivate func name(_ key: ExactText) throws(ControlError) -> String {
    let name = try string(key)
    guard 1...ControlRequest.longestName ~= name.utf8.count else {
      throw wrong(key, "1 to \(ControlRequest.longestName) bytes long")
    }
    return name
  }

  /// What is said to an agent.
  fileprivate func message() throws(ControlError) -> String? {
    guard let message = try stringIfPresent("message") else { return nil }
    guard message.utf8.count <= ControlRequest.longestMessage else {
      throw wrong("message", "\(ControlRequest.longestMessage) bytes long at most")
    }
    return message
  }
}
