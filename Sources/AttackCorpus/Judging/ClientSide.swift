internal import JSONText

extension Attack {
  /// What reached the client that must not: `lines` as they came, `asked` how often an answer was asked for under each id.
  package func seen(atClient lines: [[UInt8]], asked: [String: Int]) -> [Seen] {
    var seen: [Seen] = []
    var answered: [String: Int] = [:]
    func note(_ act: String) {
      let new = Seen(reader: "the client", act: act)
      if !seen.contains(new) { seen.append(new) }
    }
    for line in lines {
      if line.contains(0x0D) { note("a raw carriage return") }
      if line.contains(AttackCorpus.mark) { note("what only a hostile server says") }
      guard let node = try? JSONNode.read(line), node.members != nil else {
        note("a line that is no message")
        continue
      }
      if let method = node["method"]?.string, !method.hasPrefix("notifications/"), method != "ping",
        method != "roots/list"
      {
        note("the server's request \(String(method.prefix(40)))")
      }
      if node["method"] == nil, let id = Self.key(node["id"]) {
        answered[id, default: 0] += 1
        switch asked[id] {
        case nil: note("an answer that nobody asked for")
        case let times?: if answered[id, default: 0] == times + 1 { note("a second answer to one request") }
        }
      }
      for model in ReaderModel.all {
        for message in model.messages(in: line) { look(at: message, note) }
      }
    }
    return seen
  }

  private func look(at message: SeenMessage, _ note: (String) -> Void) {
    if case .array(let tools)? = message.member("tools", of: message.result) {
      if tools.contains(where: { message.toolName($0) == "hidden_tool" }) { note("a hidden tool in the list") }
    }
    if case .object(let requests)? = message.member("inputRequests", of: message.result) {
      let methods = requests.compactMap { message.member("method", of: $0.value)?.string }
      if methods.contains(where: { $0 != "roots/list" }) { note("a request inside of a result") }
    }
  }

  /// An id in one spelling; nil for none.
  private static func key(_ id: JSONNode?) -> String? {
    guard let id, !id.isNull else { return nil }
    return LenientParser.values(in: id.compact, Leniency()).first?.json
  }

  /// How often each id is asked under in what a client wrote, by any reader.
  package static func asked(in stream: [UInt8]) -> [String: Int] {
    let stream = ReaderModel.squeezed(stream)
    var asked: [String: Int] = [:]
    for model in ReaderModel.all {
      var here: [String: Int] = [:]
      for message in model.messages(in: stream) {
        for id in message.ids { here[id, default: 0] += 1 }
      }
      asked.merge(here) { max($0, $1) }
    }
    return asked.merging(written(in: stream)) { max($0, $1) }
  }

  /// How often each id is written, whether or not anybody takes it for one: who refuses a line that is no message may tell
  /// whom it takes for its sender.
  private static func written(in stream: [UInt8]) -> [String: Int] {
    let key = Array(#""id":"#.utf8)
    var written: [String: Int] = [:]
    for start in stream.indices.dropLast(key.count)
    where stream[start] == 0x22 && stream[start...].starts(with: key) {
      let value = stream[(start + key.count)...].prefix(512)
      if let id = LenientParser.first(in: Array(value))?.json { written[id, default: 0] += 1 }
    }
    return written
  }
}

extension [UInt8] {
  fileprivate func contains(_ text: String) -> Bool {
    let wanted = Array(text.utf8)
    return indices.contains { self[$0] == wanted[0] && self[$0...].starts(with: wanted) }
  }
}

extension SeenMessage {
  func toolName(_ tool: LenientValue) -> String? {
    let name = member("name", of: tool)?.string
    return leniency.forgivesNames ? name.map { Forgiveness.folded($0) } : name
  }

  /// Whether a number is greater than a whole one: exactly, and where that cannot be told as this reader rounds it.
  func isGreater(_ value: LenientValue, than bound: Int) -> Bool {
    if case .number(let text) = value, let exact = ExactDecimal(JSONNumber(text: text)),
      let limit = ExactDecimal(JSONNumber(bound))
    {
      return exact > limit
    }
    return number(value).map { $0 > Double(bound) } ?? false
  }

  /// All values that the message has for an id, whichever counts.
  var ids: [String] {
    guard case .object(let members) = value else { return [] }
    return members.filter { $0.key == "id" }.map(\.value.json)
  }
}
