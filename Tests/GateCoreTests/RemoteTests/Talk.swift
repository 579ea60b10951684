import JSONText
import Policy

import GateCore

/// A conversation with a remote server, told in short words.
struct Talk {
  var conversation: RemoteConversation
  var now = Moment(microseconds: 1_000_000_000)
  /// Every request that was sent, by its exchange.
  private(set) var requests: [Int: RemoteRequest] = [:]

  init(hasCredentials: Bool = false) { conversation = RemoteConversation(hasCredentials: hasCredentials) }

  /// What is to be done now: `POST 1`, `cancel 1`, `> LINE`, `fail ID: TEXT`, `end: TEXT`.
  mutating func done() -> [String] {
    conversation.takeActions().map { action in
      switch action {
      case .send(let request):
        requests[request.exchange] = request
        return "\(request.method.rawValue) \(request.exchange)"
      case .cancel(let exchange): return "cancel \(exchange)"
      case .deliver(let line): return "> " + String(decoding: line.dropLast(), as: UTF8.self)
      case .fail(let id, let failure):
        let effect = failure.mayHaveHappened ? "?" : "."
        return "fail \(id): \(failure.text)\(effect)\(failure.isOutage ? "!" : "")"
      case .end(let reason): return "end: \(reason ?? "well")"
      }
    }
  }

  mutating func say(_ line: String) -> [String] {
    conversation.take(Array(line.utf8), at: now)
    return done()
  }

  mutating func head(
    _ exchange: Int, _ status: Int, _ type: String = "application/json", _ more: [(String, String)] = []
  )
    -> [String]
  {
    var headers = more.map { RemoteRequest.Header($0.0, $0.1.utf8) }
    if !type.isEmpty { headers.append(RemoteRequest.Header("Content-Type", type.utf8)) }
    conversation.began(exchange, RemoteHead(status: status, headers: headers), at: now)
    return done()
  }

  mutating func body(_ exchange: Int, _ text: String) -> [String] {
    conversation.received(exchange, Array(text.utf8).span, at: now)
    return done()
  }

  mutating func finish(_ exchange: Int, _ failure: RemoteFailure? = nil) -> [String] {
    conversation.finished(exchange, failure, at: now)
    return done()
  }

  /// A whole answer in JSON.
  mutating func answer(_ exchange: Int, _ text: String, _ more: [(String, String)] = []) -> [String] {
    answer(exchange, 200, text, more)
  }

  mutating func answer(_ exchange: Int, _ status: Int, _ text: String, _ more: [(String, String)] = []) -> [String] {
    head(exchange, status, "application/json", more) + body(exchange, text) + finish(exchange)
  }

  mutating func pass(seconds: Double) -> [String] {
    now = now.advanced(byMicroseconds: Int64(seconds * 1_000_000))
    conversation.timePassed(at: now)
    return done()
  }

  func header(_ exchange: Int, _ name: String) -> String? { requests[exchange]?[name] }

  // MARK: Usual beginnings

  static let initialize =
    #"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"c","version":"1"}}}"#
  static let initialized = #"{"jsonrpc":"2.0","method":"notifications/initialized"}"#

  static func call(_ id: Int, _ name: String = "echo", _ arguments: String = "{}") -> String {
    #"{"jsonrpc":"2.0","id":\#(id),"method":"tools/call","params":{"name":"\#(name)","arguments":\#(arguments)}}"#
  }

  static func result(_ id: Int) -> String { #"{"jsonrpc":"2.0","id":\#(id),"result":{"content":[]}}"# }

  static func modern(_ id: Int, _ method: String, _ params: String = "") -> String {
    let meta =
      #""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}"#
    let params = params.isEmpty ? meta : params + "," + meta
    return #"{"jsonrpc":"2.0","id":\#(id),"method":"\#(method)","params":{\#(params)}}"#
  }

  /// A session of the older era, whose stream is refused; the next exchange is 4.
  static func older(session: String? = "s1", refusesStream: Bool = true) -> Talk {
    var talk = Talk()
    _ = talk.say(initialize)
    let greeting =
      #"{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-11-25","capabilities":{},"serverInfo":{"name":"s","version":"1"}}}"#
    _ = talk.answer(1, greeting, session.map { [("Mcp-Session-Id", $0)] } ?? [])
    _ = talk.say(initialized)
    _ = talk.head(2, 202, "")
    _ = talk.finish(2)
    if session != nil, refusesStream { _ = talk.head(3, 405, "") }
    return talk
  }
}
