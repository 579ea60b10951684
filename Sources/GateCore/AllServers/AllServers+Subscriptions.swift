internal import JSONText
internal import MCPWire
internal import Policy

/// A client's `subscriptions/listen`, passed on to all servers.
struct Listening: Sendable {
  let id: ExactText
  let key: ExactText
  /// What the client asked for, as it wrote it.
  let filter: [UInt8]
  /// The servers that have not ended it, by the numbers that they know it by.
  var open: [UInt64: ExactText]
  var isAcknowledged = false
  var reason: String?
  /// Of which lists it tells that they have changed.
  let lists: Set<AllServers.Feature>
  /// Servers are among them that know no subscriptions, and tell of their lists all the same.
  var hasOlder = false
}

// MARK: Subscriptions of the stateless era
extension AllServers {
  mutating func listen(_ message: WireMessage, _ line: Span<UInt8>, _ id: ExactText, _ key: ExactText, at now: Moment) {
    let wishes: ListenRequest
    do throws(WireRefusal) {
      wishes = try ListenRequest(line, params: message.params)
    } catch {
      return refuse(id, error.code.rawValue, "refused: \(error.message)")
    }
    let params = JSONNode.read(part: message.params, of: line)
    var filter: [UInt8] = []
    if let node = params?["notifications"] { filter.appendCompact(line, node.range) } else { filter = [0x7B, 0x7D] }
    let places = wishes.resources.map { ExposedNames.resource($0) }
    guard places.allSatisfy({ place in place.map { parts[$0.server] != nil } ?? false }) else {
      return refuse(id, -32602, "refused: a resource is none of any server's; their names begin with gatehouse:SERVER/")
    }
    let number = Int(clamping: self.number())
    let lists = [Feature.tools, .prompts, .resources].filter {
      params?["notifications"]?[ExactText("\($0.rawValue)ListChanged")]?.bool ?? false
    }
    listenings[number] = Listening(id: id, key: key, filter: filter, open: [:], lists: Set(lists))
    wanted[key] = .listening(number)
    let list = params?["notifications"]?["resourceSubscriptions"]
    var requests: [(server: ExactText, number: UInt64, line: [UInt8])] = []
    for server in servers {
      let own = self.number()
      var edits: [WireEdit] = []
      if let list {
        var texts: [UInt8] = [0x5B]
        for case .some(let place) in places where place.server == server {
          if texts.count > 1 { texts.append(0x2C) }
          texts += quoted(place.name)
        }
        edits = [WireEdit(list.range, texts + [0x5D])]
      }
      var whole: [UInt8] = []
      whole.appendRequest(message, line, id: own, edits: edits)
      requests.append((server, own, whole.withoutNewline))
    }
    for request in requests {
      asked[request.number] = Asked(server: request.server, purpose: .listen(number))
      listenings[number]?.open[request.number] = request.server
    }
    for request in requests { send(request.line, request.number, to: request.server, at: now) }
  }

  /// A server tells something about a subscription.
  mutating func news(of tag: Range<Int>, _ message: WireMessage, _ line: Span<UInt8>, from server: ExactText) {
    guard let number = WireID.ours(tag, line), case .listen(let place)? = asked[number]?.purpose,
      let listening = listenings[place], listening.open[number] == server
    else { return }
    if message.method == .subscriptionsAcknowledged {
      // The first one speaks for all.
      return acknowledge(place)
    }
    var edits = [WireEdit(tag, Array(listening.id.utf8))]
    if message.methodName(line) == "notifications/resources/updated",
      let uri = JSONNode.read(part: message.params, of: line)?["uri"], let text = uri.text
    {
      edits.append(WireEdit(uri.range, quoted(ExposedNames.uri(ExposedNames.Place(server, text)))))
      edits.sort { $0.range.lowerBound < $1.range.lowerBound }
    }
    var whole: [UInt8] = []
    whole.appendNotification(message, line, edits: edits)
    act(.toClient(whole))
  }

  private mutating func acknowledge(_ place: Int) {
    guard let listening = listenings[place], !listening.isAcknowledged else { return }
    listenings[place]?.isAcknowledged = true
    var text = Array("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/subscriptions/acknowledged\",\"params\":{".utf8)
    text += Array("\"notifications\":".utf8) + listening.filter
    text += Array(",\"_meta\":{\"io.modelcontextprotocol/subscriptionId\":".utf8) + listening.id.utf8
    act(.toClient(text + Array("}}}\n".utf8)))
  }

  /// A list of a server has changed that knows no subscriptions.
  mutating func tellListeners(_ feature: Feature) {
    for place in listenings.keys.sorted() {
      guard let listening = listenings[place], listening.lists.contains(feature) else { continue }
      acknowledge(place)
      var text = Array("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/\(feature.rawValue)/list_changed\",".utf8)
      text += Array("\"params\":{\"_meta\":{\"io.modelcontextprotocol/subscriptionId\":".utf8) + listening.id.utf8
      act(.toClient(text + Array("}}}\n".utf8)))
    }
  }

  /// A server has ended a subscription, or refused it.
  mutating func ended(_ place: Int, _ number: UInt64, _ message: WireMessage, _ line: Span<UInt8>) {
    if message.kind == .error, let server = listenings[place]?.open[number], parts[server]?.isOlder ?? false {
      listenings[place]?.open[number] = nil
      listenings[place]?.hasOlder = true
      return acknowledge(place)
    }
    var reason: String?
    if message.kind == .error {
      reason = JSONNode.read(part: message.payload, of: line)?["message"]?.string ?? "it was refused"
    }
    close(place, number, reason)
  }

  mutating func lost(_ place: Int, _ number: UInt64, _ reason: String) { close(place, number, reason) }

  /// It is over when no server is left.
  private mutating func close(_ place: Int, _ number: UInt64, _ reason: String?) {
    guard var listening = listenings[place] else { return }
    listening.open[number] = nil
    listening.reason = listening.reason ?? reason
    listenings[place] = listening
    guard listening.open.isEmpty, !listening.hasOlder else { return }
    listenings[place] = nil
    wanted[listening.key] = nil
    if !listening.isAcknowledged, let reason = listening.reason {
      return refuse(listening.id, -32603, "no server has agreed to the subscription: \(reason)")
    }
    answer(
      listening.id,
      "{\"resultType\":\"complete\",\"_meta\":{\"io.modelcontextprotocol/subscriptionId\":\(listening.id.string)}}")
  }

  mutating func drop(listening place: Int) {
    guard let listening = listenings.removeValue(forKey: place) else { return }
    for (number, server) in listening.open.sorted(by: { $0.key < $1.key }) { cancel(number, of: server) }
  }
}
