package import JSONText
internal import MCPWire
internal import Policy

/// A client's `initialize` or `server/discover`, which is answered when all servers have said what they are.
struct Greeting: Sendable {
  let id: ExactText
  let key: ExactText
  /// Whether it is a `server/discover`.
  let isDiscovery: Bool
  let due: Moment
  /// The same where only servers are awaited of which it is known what they say.
  let soon: Moment
}

// MARK: What a client is greeted with
extension AllServers {
  /// How long a client waits for servers that say nothing before it is greeted without their instructions.
  static let greetingPatience: Int64 = 3_000_000
  /// How long for servers that have said what they are before: then they are told of as they were.
  static let briefPatience: Int64 = 500_000
  /// More of one server's instructions, in characters, are left out.
  static let longestInstructions = 4_000
  /// More of all servers' together are left out.
  static let mostInstructions = 32_000
  static let mostGreetings = 16

  /// Greets the client when every server has said what it is, or has had time to.
  mutating func greet(_ id: ExactText, _ key: ExactText, isDiscovery: Bool, at now: Moment) {
    guard greetings.count < Self.mostGreetings else {
      return refuse(id, -32603, "too many requests are in flight")
    }
    greetings.append(
      Greeting(
        id: id, key: key, isDiscovery: isDiscovery, due: now.advanced(byMicroseconds: Self.greetingPatience),
        soon: now.advanced(byMicroseconds: Self.briefPatience)))
    wanted[key] = .greeting
    for server in servers { join(server, at: now) }
    settleGreetings(at: now)
  }

  mutating func settleGreetings(at now: Moment) {
    guard !greetings.isEmpty else { return }
    let isKnown = !parts.values.contains(where: \.isBeginning)
    let settled = isKnown ? greetings : greetings.filter { isDue($0) <= now }
    guard !settled.isEmpty else { return }
    greetings = isKnown ? [] : greetings.filter { isDue($0) > now }
    for greeting in settled {
      wanted[greeting.key] = nil
      act(.greet(greeting.id, isDiscovery: greeting.isDiscovery))
    }
  }

  /// When a greeting goes out, whoever is missing then.
  func isDue(_ greeting: Greeting) -> Moment {
    parts.values.contains { $0.isBeginning && $0.earlier == nil } ? greeting.due : greeting.soon
  }

  /// The answer to a greeting: everything that any server may have, and what each says of itself, but for those whose
  /// words a person has rejected.
  package func greeting(_ id: ExactText, isDiscovery: Bool, without rejected: Set<ExactText>) -> [UInt8] {
    var line: [UInt8] = []
    line.appendResult(greetingResult(isDiscovery: isDiscovery, without: rejected), id: id.utf8)
    return line
  }

  private func greetingResult(isDiscovery: Bool, without rejected: Set<ExactText>) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    if isDiscovery {
      writer.member("resultType", "complete")
      writer.key("supportedVersions")
      writer.raw(#"["\#(ProtocolVersion.july2026.rawValue)"]"#.utf8)
      writer.member("ttlMs", 0)
      writer.member("cacheScope", "private")
    } else {
      writer.member("protocolVersion", version?.string ?? "")
    }
    writer.key("capabilities")
    let tasks = isDiscovery ? "" : #""tasks":{"cancel":{},"requests":{"tools":{"call":{}}}},"#
    let logging = isDiscovery ? "" : #""logging":{},"#
    writer.raw(
      (#"{"completions":{},\#(logging)"prompts":{"listChanged":true},"resources":{"listChanged":true,"subscribe":true},"#
        + #"\#(tasks)"tools":{"listChanged":true}}"#).utf8)
    if isDiscovery {
      writer.key("_meta")
      writer.beginObject()
      writer.key("io.modelcontextprotocol/serverInfo")
    } else {
      writer.key("serverInfo")
    }
    writer.beginObject()
    writer.member("name", "gatehouse")
    writer.member("version", build)
    writer.endObject()
    if isDiscovery { writer.endObject() }
    writer.member("instructions", instructions(without: rejected))
    writer.endObject()
    return writer.bytes
  }

  /// What the client is told of names, and what the servers tell agents of themselves.
  ///
  /// Each line of a server's is indented, so that none can pass for another server's or the gate's.
  private func instructions(without rejected: Set<ExactText>) -> String {
    var text =
      "The tools and prompts of \(servers.count) servers; each is named SERVER__NAME, and each resource "
      + "gatehouse:SERVER/URI."
    var room = Self.mostInstructions
    for server in servers where !rejected.contains(server) {
      guard let part = parts[server], let own = part.isBeginning ? part.earlier : part.instructions, !own.isEmpty
      else { continue }
      guard room > 0 else {
        text += "\n\nWhat further servers say of themselves is left out."
        break
      }
      let most = min(room, Self.longestInstructions)
      let kept = String(String.UnicodeScalarView(own.unicodeScalars.prefix(most)))
      room -= kept.unicodeScalars.count
      text += "\n\nThe server \(server.string) says of itself:"
      for line in kept.unicodeScalars.split(whereSeparator: Self.endsLine) { text += "\n  \(String(line))" }
      if own.unicodeScalars.count > most { text += "\n  (the rest is left out)" }
    }
    return text
  }

  private static func endsLine(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x0A...0x0D, 0x1C...0x1E, 0x85, 0x2028, 0x2029: true
    default: false
    }
  }
}
