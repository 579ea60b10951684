import GateCore
import HTTPWire
import MCPWire
import Testing

/// Requests of HTTP clients and what a session writes, without either.
struct Streams {
  var streams: HTTPStreams
  private var reader = MessageReader()
  private(set) var actions: [HTTPStreams.Action] = []

  static let all = HTTPHead.Accepted(json: true, events: true)

  init(isStateless: Bool = false, primes: Bool = false) {
    streams = HTTPStreams(isStateless: isStateless)
    streams.primes = primes
  }

  /// A client posts a body; `answers` are what the session writes while it takes it.
  ///
  /// - Returns: What the session was given.
  @discardableResult
  mutating func post(
    _ exchange: Int, _ body: String, _ accepted: HTTPHead.Accepted = all, answers: String...
  ) -> String {
    let body = PostedBody(Array(body.utf8), &reader)
    let line = streams.post(body, exchange, accepted)
    for answer in answers { write(answer) }
    streams.posted(body, into: &actions)
    return String(decoding: line, as: UTF8.self).trimming
  }

  /// The session writes lines.
  mutating func write(_ lines: String...) {
    let bytes = Array((lines.joined(separator: "\n") + "\n").utf8)
    streams.take(bytes.span, into: &actions)
  }

  mutating func listen(_ exchange: Int, after id: String? = nil) {
    streams.listen(exchange, after: id.map { ArraySlice($0.utf8) }, into: &actions)
  }

  mutating func close(_ exchange: Int) { streams.closed(exchange, into: &actions) }
  mutating func keepAlive(through youngest: Int = .max) { streams.keepAlive(through: youngest, into: &actions) }
  mutating func endAll() { streams.endAll(into: &actions) }

  /// What was to be done since the last call, in words.
  mutating func told() -> [String] {
    defer { actions = [] }
    return actions.map { action in
      switch action {
      case .answer(let exchange, let status, let body):
        "\(exchange) \(status.rawValue) \(String(decoding: body, as: UTF8.self))".trimming
      case .begin(let exchange): "\(exchange) begin"
      case .event(let exchange, let id, let message):
        "\(exchange) event \(id ?? "-") \(String(decoding: message, as: UTF8.self))".trimming
      case .comment(let exchange): "\(exchange) comment"
      case .finish(let exchange): "\(exchange) finish"
      case .toGate(let line): "gate \(String(decoding: line, as: UTF8.self))"
      }
    }
  }
}

extension String {
  fileprivate var trimming: String {
    var text = self[...]
    while let last = text.last, last == " " || last == "\n" { text = text.dropLast() }
    return String(text)
  }
}

func call(_ id: String, token: String? = nil, method: String = "tools/call") -> String {
  let meta = token.map { #","_meta":{"progressToken":\#($0)}"# } ?? ""
  return #"{"jsonrpc":"2.0","id":\#(id),"method":"\#(method)","params":{"name":"x"\#(meta)}}"#
}
func answer(_ id: String, _ result: String = "{}") -> String { #"{"jsonrpc":"2.0","id":\#(id),"result":\#(result)}"# }
func note(_ method: String, _ params: String = "{}") -> String {
  #"{"jsonrpc":"2.0","method":"\#(method)","params":\#(params)}"#
}
func progress(_ token: String) -> String {
  note("notifications/progress", #"{"progressToken":\#(token),"progress":1}"#)
}
func ask(_ id: String) -> String { #"{"jsonrpc":"2.0","id":\#(id),"method":"roots/list"}"# }

/// The older era.
struct HTTPStreamsTests {
  @Test("P30: what needs no answer is accepted without a body")
  func notifications() {
    var streams = Streams()
    #expect(streams.post(1, note("notifications/initialized")) == note("notifications/initialized"))
    streams.post(2, answer("7"))
    #expect(streams.told() == ["1 202", "2 202"])
    #expect(streams.streams.isIdle)
  }

  @Test func anAnswerIsOneObjectWhereNothingCameBefore() {
    var streams = Streams()
    streams.post(1, call("1"))
    streams.post(2, call(#""1""#))
    #expect(streams.told() == [])
    streams.write(answer(#""1""#), answer("1"))
    #expect(streams.told() == ["2 200 \(answer(#""1""#))", "1 200 \(answer("1"))"])
    #expect(streams.streams.waiting == 0)
  }

  @Test("P81: progress goes with the request that it is about")
  func progressGoesWithItsRequest() {
    var streams = Streams()
    streams.post(1, call("1", token: "5"))
    streams.post(2, call("2", token: #""5""#))
    streams.write(progress("5"), progress(#""5""#), answer("1"), progress("5"), answer("2"))
    #expect(
      streams.told() == [
        "1 begin", "1 event 1-1 \(progress("5"))", "2 begin", #"2 event 2-1 \#(progress(#""5""#))"#,
        "1 event 1-2 \(answer("1"))", "1 finish", "2 event 2-2 \(answer("2"))", "2 finish",
      ])
  }

  @Test func aClientThatTakesNoEventsGetsNone() {
    var streams = Streams()
    let json = HTTPHead.Accepted(json: true, events: false)
    streams.post(1, call("1", token: "5"), json)
    streams.write(progress("5"), answer("1"))
    #expect(streams.told() == ["1 200 \(answer("1"))"])
  }

  @Test("P28: a server's own messages go where the client listens, each once")
  func serversMessages() {
    var streams = Streams()
    let log = note("notifications/message")
    streams.write(ask("1"), log)
    #expect(streams.told() == [])
    streams.listen(1)
    #expect(streams.told() == ["1 begin", "1 event 1-1 \(ask("1"))", "1 event 1-2 \(log)"])
    streams.listen(2)
    streams.write(log)
    #expect(streams.told() == ["2 begin", "2 event 2-1 \(log)"])
    streams.post(3, call("1"))
    streams.write(log, note("notifications/tools/list_changed"), answer("1"))
    #expect(
      streams.told() == [
        "3 begin", "3 event 3-1 \(log)", "2 event 2-2 \(note("notifications/tools/list_changed"))",
        "3 event 3-2 \(answer("1"))", "3 finish",
      ])
    streams.close(2)
    streams.write(log)
    #expect(streams.told() == ["1 event 1-3 \(log)"])
  }

  @Test("P28: a client that comes back gets the rest of a stream")
  func comesBack() {
    var streams = Streams(primes: true)
    streams.post(1, call("1", token: "5"))
    streams.write(progress("5"))
    #expect(streams.told() == ["1 begin", "1 event 1-1", "1 event 1-2 \(progress("5"))"])
    streams.close(1)
    streams.write(progress("5"))
    #expect(streams.told() == [])
    streams.listen(2, after: "1-1")
    #expect(
      streams.told() == ["2 begin", "2 event 1-2 \(progress("5"))", "2 event 1-3 \(progress("5"))"])
    streams.close(2)
    streams.write(answer("1"))
    streams.listen(3, after: "1-3")
    #expect(streams.told() == ["3 begin", "3 event 1-4 \(answer("1"))", "3 finish"])
    #expect(streams.streams.waiting == 0)
    #expect(streams.streams.isIdle)
  }

  @Test(
    "P28: an id of no stream begins a new one", arguments: ["9-1", "0-1", "x", "1", "1-", "99999999999999999999-1"])
  func unknownEvents(_ id: String) {
    var streams = Streams()
    streams.listen(1, after: id)
    streams.write(note("notifications/message"))
    #expect(streams.told() == ["1 begin", "1 event 1-1 \(note("notifications/message"))"])
  }

  @Test("P26: hanging up is no cancellation")
  func hangingUp() {
    var streams = Streams()
    streams.post(1, call("1"))
    streams.close(1)
    #expect(streams.told() == [])
    let refusal = #"{"jsonrpc":"2.0","id":1,"error":{"code":-32600,"message":"in flight"}}"#
    streams.post(2, call("1"), answers: refusal)
    #expect(streams.told() == ["2 400 \(refusal)"])
    streams.write(answer("1"))
    #expect(streams.told() == [], "it is that of the first, whose client is gone")
    #expect(streams.streams.waiting == 0)
  }

  @Test("P25: a request that is taken back ends without an answer")
  func cancellation() {
    var streams = Streams()
    streams.post(1, call("1", token: "5"))
    streams.write(progress("5"))
    streams.post(2, call("2"))
    _ = streams.told()
    streams.post(3, note("notifications/cancelled", #"{"requestId":1}"#))
    streams.post(4, note("notifications/cancelled", #"{"requestId":2}"#))
    streams.post(5, note("notifications/cancelled", #"{"requestId":2}"#))
    #expect(streams.told() == ["3 202", "1 finish", "4 202", "2 begin", "2 finish", "5 202"])
    streams.write(answer("1"))
    #expect(streams.told() == [])
  }

  @Test func whatIsRefusedIsToldWhereItCame() {
    var streams = Streams()
    let refusal = #"{"jsonrpc":"2.0","error":{"code":-32700,"message":"no"}}"#
    streams.post(1, "{", answers: refusal)
    let named = #"{"jsonrpc":"2.0","id":1,"error":{"code":-32600,"message":"no"}}"#
    streams.post(2, call("1"))
    streams.post(3, #"{"jsonrpc":"2.0","id":1,"method":3}"#, answers: named)
    streams.post(4, call("1"), answers: named)
    #expect(streams.told() == ["1 400 \(refusal)", "3 400 \(named)", "4 400 \(named)"])
    streams.write(answer("1"))
    #expect(streams.told() == ["2 200 \(answer("1"))"])
  }

  @Test("P6: a batch is answered on one stream, or with one array")
  func batches() {
    var streams = Streams()
    let batch = "[\(call("1")),\(note("notifications/x")),\(call("2"))]"
    streams.post(1, batch)
    streams.write(answer("2"), answer("1"))
    #expect(
      streams.told() == ["1 begin", "1 event 1-1 \(answer("2"))", "1 event 1-2 \(answer("1"))", "1 finish"])
    streams.post(2, batch, HTTPHead.Accepted(json: true, events: false))
    streams.write(answer("2"), answer("1"))
    #expect(streams.told() == ["2 200 [\(answer("2")),\(answer("1"))]"])
  }

  @Test func whoWaitsLongIsToldThatWeAreThere() {
    var streams = Streams()
    streams.post(1, call("1"))
    streams.keepAlive()
    streams.keepAlive()
    streams.write(answer("1"))
    #expect(streams.told() == ["1 begin", "1 comment", "1 event 1-1 \(answer("1"))", "1 finish"])
  }

  /// An answer that comes at once is not made a stream of by what only happens to pass at this moment.
  @Test func whoHasJustComeIsToldNothing() {
    var streams = Streams()
    streams.post(1, call("1"))
    streams.post(2, call("2"))
    streams.keepAlive(through: 1)
    #expect(streams.told() == ["1 begin"])
    streams.write(answer("2"))
    #expect(streams.told() == ["2 200 \(answer("2"))"])
  }

  @Test func theEndOfTheSessionEndsEveryStream() {
    var streams = Streams()
    streams.post(1, call("1"))
    streams.listen(2)
    _ = streams.told()
    streams.endAll()
    let told = streams.told()
    #expect(told.count == 2)
    #expect(told.contains { $0.hasPrefix("1 404 ") })
    #expect(told.contains("2 finish"))
    #expect(streams.streams.isIdle)
  }

  @Test func whatNobodyListensToIsBounded() {
    var streams = Streams()
    streams.write(ask("7"))
    for _ in 0..<255 { streams.write(note("notifications/message")) }
    #expect(streams.told() == [])
    streams.write(note("notifications/message"))
    #expect(
      streams.told() == [
        #"gate {"jsonrpc":"2.0","id":7,"error":{"code":-32603,"message":"[gatehouse] the client listens to no stream"}}"#
      ])
    streams.listen(1)
    #expect(streams.told().count == 257)
  }

  /// Events that are kept are bounded by number and by size.
  @Test func whatIsKeptIsBounded() {
    var streams = Streams()
    streams.listen(1)
    for _ in 0..<2_000 { streams.write(note("notifications/message")) }
    streams.close(1)
    _ = streams.told()
    streams.listen(2, after: "1-1")
    #expect(256...512 ~= streams.told().count - 1)
  }
}

/// The stateless era.
struct StatelessStreamsTests {
  @Test("P76: clients that share a session have ids and tokens of their own")
  func sharing() {
    var streams = Streams(isStateless: true)
    let first = streams.post(1, call("1", token: "5"))
    let second = streams.post(2, call(#""a\"b""#, token: "5"))
    #expect(first == call("1", token: "1"))
    #expect(second == call("2", token: "2"))
    streams.write(progress("2"), answer("2", #"{"a":1}"#), answer("1"))
    #expect(
      streams.told() == [
        "2 begin", "2 event - \(progress("5"))", #"2 event - \#(answer(#""a\"b""#, #"{"a":1}"#))"#, "2 finish",
        "1 200 \(answer("1"))",
      ])
  }

  @Test("P45: hanging up is a cancellation")
  func hangingUp() {
    var streams = Streams(isStateless: true)
    streams.post(1, call("7"))
    streams.close(1)
    #expect(
      streams.told() == [
        #"gate {"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1,"reason":"the client has closed the stream"}}"#
      ])
    streams.write(answer("1"))
    #expect(streams.told() == [])
    #expect(streams.streams.waiting == 0)
  }

  @Test(
    "P40: what an error is called by HTTP",
    arguments: [
      (-32601, 404), (-32602, 400), (-32600, 400), (-32700, 400), (-32020, 400), (-32021, 400), (-32022, 400),
      (-32603, 200), (1, 200),
    ])
  func statuses(_ code: Int, _ status: Int) {
    var streams = Streams(isStateless: true)
    streams.post(1, call("1"))
    let error = #"{"jsonrpc":"2.0","id":1,"error":{"code":\#(code),"message":"no"}}"#
    streams.write(error)
    #expect(streams.told() == ["1 \(status) \(error)"])
  }

  @Test("P39: a subscription is a stream under the client's own id")
  func subscriptions() {
    var streams = Streams(isStateless: true)
    streams.post(1, call(#""s""#, method: "subscriptions/listen"))
    let tag = { (id: String) in #"{"_meta":{"io.modelcontextprotocol/subscriptionId":\#(id)}}"# }
    streams.write(note("notifications/subscriptions/acknowledged", tag("1")), answer("1", tag("1")))
    #expect(
      streams.told() == [
        "1 begin", #"1 event - \#(note("notifications/subscriptions/acknowledged", tag(#""s""#)))"#,
        #"1 event - \#(answer(#""s""#, tag(#""s""#)))"#, "1 finish",
      ])
  }

  @Test func aServersRequestIsAnsweredForTheClient() {
    var streams = Streams(isStateless: true)
    streams.post(1, call("1"))
    streams.write(ask("9"))
    #expect(
      streams.told() == [
        #"gate {"jsonrpc":"2.0","id":9,"error":{"code":-32603,"message":"[gatehouse] the client listens to no stream"}}"#
      ])
  }
}
