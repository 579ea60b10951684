internal import JSONText
internal import MCPWire
package import Policy

/// One list of the client's, asked of all servers.
struct ListRound: Sendable {
  enum Kind: String, Hashable, Sendable {
    case tools, prompts, resources
    case templates = "resourceTemplates"

    var method: String { self == .templates ? "resources/templates/list" : "\(rawValue)/list" }
    var feature: AllServers.Feature {
      switch self {
      case .tools: .tools
      case .prompts: .prompts
      case .resources, .templates: .resources
      }
    }
  }

  let kind: Kind
  let id: ExactText
  let key: ExactText
  let due: Moment
  /// What each request has to say of its era and its client.
  let meta: [UInt8]?
  /// Servers whose list is not whole.
  var waiting: Set<ExactText>
  /// Those of them that were asked for a page, with its number.
  var open: [ExactText: UInt64] = [:]
  /// What came, each with its new name.
  var items: [ExactText: [[UInt8]]] = [:]
  var cursors: [ExactText: Set<ExactText>] = [:]
  var missing: [ExactText: String] = [:]
  var bytes = 0
}

// MARK: Lists of all servers
extension AllServers {
  /// More of a list than this is not passed on.
  static let longestList = 24 << 20
  static let mostPages = 200
  /// More lists are not asked for at once.
  static let mostRounds = 16
  /// What is called by a longer name is in no list: names are remembered.
  static let longestName = 512

  mutating func list(_ message: WireMessage, _ line: Span<UInt8>, _ id: ExactText, _ key: ExactText, at now: Moment) {
    let kind: ListRound.Kind
    switch message.method {
    case .toolsList: kind = .tools
    case .promptsList: kind = .prompts
    case .resourcesList: kind = .resources
    default: kind = .templates
    }
    if !message.isModern, handshake == nil { return refuse(id, -32600, "refused: begin with `initialize`") }
    guard message.cursor == nil else { return refuse(id, -32602, "refused: this list has one page, and no cursor") }
    guard rounds.count < Self.mostRounds else { return refuse(id, -32603, "too many lists are asked for at once") }
    var meta: [UInt8]?
    if message.isModern, let node = JSONNode.read(part: message.params, of: line)?["_meta"] {
      var copy: [UInt8] = []
      copy.appendCompact(line, node.range)
      meta = copy
    }
    let number = Int(clamping: self.number())
    rounds[number] = ListRound(
      kind: kind, id: id, key: key, due: now.advanced(byMicroseconds: Self.patience), meta: meta,
      waiting: Set(servers))
    wanted[key] = .round(number)
    for server in servers {
      join(server, at: now)
      guard let part = parts[server] else { continue }
      switch part.state {
      case .gone(let reason, _): leave(number, server, reason, at: now)
      // It was waited for once.
      case .probing where part.isLate, .joining where part.isLate:
        leave(number, server, "it has not started yet", at: now)
      case .probing, .joining, .ready, .absent: askWhereWaited(number, server, at: now)
      }
    }
    settle(number)
  }

  /// Asks a server that is there for its first page.
  mutating func askWhereWaited(_ number: Int, _ server: ExactText, at now: Moment) {
    guard let round = rounds[number], round.waiting.contains(server), round.open[server] == nil,
      let part = parts[server], part.state == .ready
    else { return }
    guard part.features.contains(round.kind.feature) else { return leave(number, server, nil, at: now) }
    ask(number, server, cursor: nil)
  }

  private mutating func ask(_ number: Int, _ server: ExactText, cursor: ExactText?) {
    guard let round = rounds[number] else { return }
    let id = self.number()
    asked[id] = Asked(server: server, purpose: .page(number))
    rounds[number]?.open[server] = id
    var line = Array("{\"jsonrpc\":\"2.0\",\"id\":\(id),\"method\":\"\(round.kind.method)\",\"params\":{".utf8)
    if let cursor { line += Array("\"cursor\":".utf8) + quoted(cursor) }
    if let meta = round.meta, !(parts[server]?.isOlder ?? false) {
      if cursor != nil { line.append(0x2C) }
      line += Array("\"_meta\":".utf8) + meta
    }
    line += [0x7D, 0x7D]
    act(.toServer(server, line))
  }

  /// A page has come, or an error in its place.
  mutating func page(_ number: Int, _ message: WireMessage, _ line: Span<UInt8>, _ server: ExactText, at now: Moment) {
    guard var round = rounds[number] else { return }
    round.open[server] = nil
    parts[server]?.isLate = false
    guard message.kind == .result, let result = JSONNode.read(part: message.payload, of: line),
      let list = result[ExactText(round.kind.rawValue)]?.elements
    else {
      rounds[number] = round
      let words = JSONNode.read(part: message.payload, of: line)?["message"]?.string
      return leave(number, server, words ?? "its list cannot be read", at: now)
    }
    for item in list where item.members != nil {
      guard let copy = renamed(item, round.kind, of: server, line) else { continue }
      round.bytes += copy.count + 1
      round.items[server, default: []].append(copy)
    }
    rounds[number] = round
    guard round.bytes <= Self.longestList else { return leave(number, server, "the list is too long", at: now) }
    guard let cursor = result["nextCursor"]?.text else { return leave(number, server, nil, at: now) }
    guard rounds[number]?.cursors[server, default: []].insert(cursor).inserted ?? false,
      rounds[number]?.cursors[server]?.count ?? 0 <= Self.mostPages
    else { return leave(number, server, "its list does not end", at: now) }
    ask(number, server, cursor: cursor)
  }

  /// Something of a list under the name that it has here; nil for what has none.
  private mutating func renamed(
    _ item: JSONNode, _ kind: ListRound.Kind, of server: ExactText, _ line: Span<UInt8>
  ) -> [UInt8]? {
    let node: JSONNode?
    switch kind {
    case .tools, .prompts: node = item["name"]
    case .resources: node = item["uri"]
    case .templates: node = item["uriTemplate"]
    }
    guard let node, let text = node.text else { return nil }
    if kind == .tools || kind == .prompts, text.utf8.count > Self.longestName { return nil }
    let place = ExposedNames.Place(server, text)
    let name = kind == .tools || kind == .prompts ? names.name(place) : ExposedNames.uri(place)
    var copy: [UInt8] = []
    copy.appendCompact(line, item.range, edits: [WireEdit(node.range, quoted(name))])
    return copy
  }

  /// Nothing more of a server comes in a list; if there is a reason, something is missing.
  mutating func leave(_ number: Int, _ server: ExactText, _ reason: String?, at now: Moment) {
    guard rounds[number]?.waiting.remove(server) != nil else { return }
    if let reason { rounds[number]?.missing[server] = reason }
    settle(number)
  }

  private mutating func settle(_ number: Int) {
    guard let round = rounds[number], round.waiting.isEmpty else { return }
    rounds[number] = nil
    wanted[round.key] = nil
    var result = Array("{\"\(round.kind.rawValue)\":[".utf8)
    result.reserveCapacity(round.bytes + 256)
    var isFirst = true
    for server in servers {
      for item in round.items[server] ?? [] {
        if !isFirst { result.append(0x2C) }
        isFirst = false
        result += item
      }
    }
    result.append(0x5D)
    if round.meta != nil { result += Array(#","resultType":"complete","ttlMs":0,"cacheScope":"private""#.utf8) }
    if !round.missing.isEmpty { result += Array(",\"_meta\":".utf8) + told(round.missing) }
    result.append(0x7D)
    var line: [UInt8] = []
    line.appendResult(result, id: round.id.utf8)
    act(.toClient(line))
  }

  /// Who is missing, and why, for programs: `{"gatehouse/missing":[{"server":...,"reason":...}]}`.
  private func told(_ missing: [ExactText: String]) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("gatehouse/missing")
    writer.beginArray()
    for server in servers {
      guard let reason = missing[server] else { continue }
      writer.beginObject()
      writer.member("server", server.string)
      writer.member("reason", String(reason.unicodeScalars.prefix(300)))
      writer.endObject()
    }
    writer.endArray()
    writer.endObject()
    return writer.bytes
  }

  /// The client wants it no more.
  mutating func drop(round number: Int) {
    guard let round = rounds.removeValue(forKey: number) else { return }
    for (server, id) in round.open.sorted(by: { $0.value < $1.value }) { cancel(id, of: server) }
  }

  // MARK: Time

  package mutating func timePassed(at now: Moment) {
    settleGreetings(at: now)
    for number in rounds.filter({ $0.value.due <= now }).keys.sorted() {
      guard let round = rounds[number] else { continue }
      for server in servers where round.waiting.contains(server) {
        parts[server]?.isLate = true
        let reason = "it did not answer within \(Self.patience / 1_000_000) s"
        act(.missing(server, reason))
        if let id = round.open[server] { cancel(id, of: server) }
        leave(number, server, reason, at: now)
      }
    }
  }
}
