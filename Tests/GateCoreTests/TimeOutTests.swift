import ControlWire
import GateCore
import JSONText
import Policy
import Testing

struct TimeOutTests {
  typealias Step = Playbook.Step

  private static let initialize = """
    {"jsonrpc":"2.0","id":"i","method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},\
    "clientInfo":{"name":"agent","version":"1"}}}
    """

  private static func error(_ id: String, _ code: Int, _ message: String) -> String {
    #"{"jsonrpc":"2.0","id":\#(id),"error":{"code":\#(code),"message":"[gatehouse] \#(message)"}}"#
  }

  private static func cancelled(_ number: Int, _ time: String) -> String {
    """
    {"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":\(number),"reason":"no answer within \
    \(time)"}}
    """
  }

  /// A session of the older era with a limit for calls.
  private func session(callLimit seconds: Double = 30) throws -> Playbook {
    var play = try Playbook(policy: Playbook.allowAll)
    play.core.limits.call = Int64(seconds * 1_000_000)
    play.handshake()
    return play
  }

  // MARK: Discovery

  @Test("P33: a server that is silent on server/discover gets its client an answer after three seconds")
  func silenceOnDiscovery() throws {
    var play = try Playbook(policy: Playbook.allowAll)
    _ = play.client(modern("\"d\"", "server/discover"))
    #expect(play.pass(seconds: 0.25) == Step())
    #expect(play.pass(seconds: 2.9) == Step())
    #expect(
      play.pass(seconds: 0.1)
        == Step(toClient: [
          Self.error(
            "\"d\"", -32601, "the server has not answered `server/discover` within 3 s; begin with `initialize`")
        ]))
    #expect(play.core.wakeUp == nil)
    #expect(play.server(#"{"jsonrpc":"2.0","id":1,"result":{"supportedVersions":["2026-07-28"]}}"#) == Step())
    #expect(play.core.tally.strayAnswers == 1)
    #expect(play.client(Self.initialize).toServer.count == 1)
    #expect(
      play.server(#"{"jsonrpc":"2.0","id":2,"result":{"protocolVersion":"2025-11-25","capabilities":{}}}"#)
        .toClient.count == 1)
  }

  @Test("P33: a slow start is no silence")
  func aSlowStart() throws {
    var play = try Playbook(policy: Playbook.allowAll)
    _ = play.client(modern("\"d\"", "server/discover"))
    for _ in 0..<230 { #expect(play.pass(seconds: 0.1, unread: 300) == Step()) }
    #expect(play.server("loading...") == Step(), "a line that is no message tells nothing of what was read")
    #expect(play.pass(seconds: 3, unread: 300) == Step())
    #expect(play.pass(seconds: 0.1) == Step())
    #expect(play.pass(seconds: 2.5) == Step())
    #expect(play.server(#"{"jsonrpc":"2.0","id":1,"result":{"supportedVersions":["2026-07-28"]}}"#).toClient.count == 1)
    #expect(play.pass(seconds: 99) == Step())
  }

  @Test("P33: a server that says anything has read what came before")
  func whoSpeaksHasRead() throws {
    var play = try Playbook(policy: Playbook.allowAll)
    _ = play.client(modern("\"d\"", "server/discover"))
    _ = play.server(#"{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":1}}"#)
    #expect(play.pass(seconds: 2.9, unread: 300) == Step())
    #expect(play.pass(seconds: 0.1, unread: 300).toClient.count == 1)
  }

  @Test("P33: a server that never reads is given up after a minute")
  func neverRead() throws {
    var play = try Playbook(policy: Playbook.allowAll)
    _ = play.client(modern("\"d\"", "server/discover"))
    #expect(play.pass(seconds: 59.9, unread: 1) == Step())
    #expect(play.pass(seconds: 0.2, unread: 1).toClient.first?.contains("within 60 s") == true)
  }

  // MARK: The handshake and lists

  @Test("P67: a handshake that is not answered ends after a minute, and is not cancelled")
  func silenceOnTheHandshake() throws {
    var play = try Playbook(policy: Playbook.allowAll)
    _ = play.client(Self.initialize)
    #expect(play.pass(seconds: 50, unread: 1) == Step())
    #expect(play.pass(seconds: 1) == Step())
    #expect(play.pass(seconds: 59.9) == Step())
    let end = play.pass(seconds: 0.1)
    #expect(end.toServer == [])
    #expect(end.toClient.count == 1)
    #expect(end.toClient.first?.contains(#""id":"i","error":{"code":-32603,"#) == true)
    #expect(end.toClient.first?.contains("protocol 2026-07-28, which has no handshake") == true)
  }

  @Test("P67: a list of tools that does not come is cancelled and answered after ten seconds")
  func silenceOnAList() throws {
    var play = try Playbook(policy: Playbook.allowAll)
    play.handshake()
    _ = play.client(#"{"jsonrpc":"2.0","id":"l","method":"tools/list"}"#)
    #expect(play.pass(seconds: 9.9) == Step())
    #expect(
      play.pass(seconds: 0.1)
        == Step(
          toServer: [Self.cancelled(2, "10 s")],
          toClient: [Self.error("\"l\"", -32603, "the server has not answered `tools/list` within 10 s")]))
    #expect(play.server(#"{"jsonrpc":"2.0","id":2,"result":{"tools":[]}}"#) == Step(), "late answers reach nobody")
    #expect(play.client(#"{"jsonrpc":"2.0","id":"l","method":"tools/list"}"#).toServer.count == 1)
  }

  @Test("P67: a list that is the first request waits as long as a handshake, and its end says what may be wrong")
  func aListBeforeAnyAnswer() throws {
    var play = try Playbook(policy: Playbook.allowAll)
    _ = play.client(modern("1", "tools/list"))
    #expect(play.pass(seconds: 30, unread: 1) == Step())
    #expect(play.pass(seconds: 0.1) == Step())
    #expect(play.pass(seconds: 59) == Step())
    #expect(
      play.pass(seconds: 1).toClient.first?
        .contains("or it speaks only protocol versions up to 2025-11-25, which begin with `initialize`") == true)
  }

  // MARK: Calls

  @Test("P67: calls have no limit unless one is set")
  func noLimit() throws {
    var play = try Playbook(policy: Playbook.allowAll)
    play.handshake()
    _ = play.client(call("1", "slow"))
    #expect(play.core.wakeUp == nil)
    #expect(play.pass(seconds: 1e6) == Step())
    #expect(play.server(#"{"jsonrpc":"2.0","id":2,"result":{}}"#).toClient.count == 1)
  }

  @Test("P67: a call that runs out of time is cancelled at the server and answered so that the model can read it")
  func aCall() throws {
    var play = try session()
    _ = play.client(call("\"c\"", "slow"))
    #expect(play.pass(seconds: 29.9) == Step())
    #expect(
      play.pass(seconds: 0.1)
        == Step(
          toServer: [Self.cancelled(2, "30 s")],
          toClient: [
            """
            {"jsonrpc":"2.0","id":"c","result":{"content":[{"type":"text","text":"[gatehouse] the server has not \
            answered tools/call `slow` within 30 s; whether it took effect is not known"}],"isError":true}}
            """
          ], events: ["#3 lost for #2"]))
    #expect(play.server(#"{"jsonrpc":"2.0","id":2,"result":{}}"#) == Step())
    #expect(play.core.tally.strayAnswers == 1)
  }

  @Test("P36: the answer to a call of the stateless era that ran out of time is complete")
  func aModernCall() throws {
    var play = try session(callLimit: 0.5)
    _ = play.client(modern("1", "tools/call", #""name":"slow""#))
    let answer = try #require(play.pass(seconds: 0.5).toClient.first)
    #expect(answer.contains(#""result":{"resultType":"complete","content""#))
    #expect(answer.contains("within 500 ms;"))
  }

  @Test("P67: what is no call fails with an error")
  func noCall() throws {
    var play = try session()
    _ = play.client(#"{"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"uri":"x://y"}}"#)
    #expect(
      play.pass(seconds: 30).toClient == [
        Self.error(
          "1", -32603,
          "the server has not answered resources/read `x://y` within 30 s; whether it took effect is not known")
      ])
  }

  @Test("P67: progress extends the wait, but not for ever")
  func progress() throws {
    var play = try session(callLimit: 10)
    _ = play.client(
      #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"slow","_meta":{"progressToken":"\u0070"}}}"#)
    let progress =
      #"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"p","progress":1}}"#
    for _ in 0..<11 {
      #expect(play.pass(seconds: 9) == Step())
      #expect(play.server(progress) == Step(toClient: [progress]))
    }
    #expect(play.pass(seconds: 1).toClient.first?.contains("within 100 s;") == true)
  }

  @Test("P67: a call that was answered or cancelled does not run out of time")
  func over() throws {
    var play = try session()
    _ = play.client(call("1", "a"))
    _ = play.client(call("2", "b"))
    _ = play.server(#"{"jsonrpc":"2.0","id":2,"result":{}}"#)
    _ = play.client(#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":2}}"#)
    #expect(play.core.wakeUp == nil)
    #expect(play.pass(seconds: 99) == Step())
  }

  @Test("P69: a call that ran out of time keeps its count, since it may have taken effect")
  func theCountIsKept() throws {
    var play = try Playbook(
      policy:
        #"{"version":"1","default":"allow","tools":{"pay":{"limits":[{"window":"day","max":1,"count":"succeeded"}]}}}"#)
    play.core.limits.call = 1_000_000
    play.handshake()
    _ = play.client(call("1", "pay"))
    #expect(play.pass(seconds: 1).toClient.count == 1)
    #expect(play.client(call("2", "pay")).events == ["#4 limit tools/call pay /tools/pay/limits/0"])
  }

  @Test("P67: the end of a session answers what waits, once")
  func theEnd() throws {
    var play = try session()
    _ = play.client(call("1", "a"))
    #expect(play.exit(.code(1)).toClient.count == 1)
    #expect(play.core.wakeUp == nil)
    #expect(play.pass(seconds: 99) == Step())
  }

  // MARK: A server that answers nothing any more

  @Test("P68: after five calls without an answer the next ones are refused at once, and one probes later")
  func theBreaker() throws {
    var play = try session(callLimit: 1)
    for number in 0..<5 {
      #expect(play.client(call("\(number)", "slow")).toServer.count == 1)
      #expect(play.pass(seconds: 1).toServer.count == 1)
    }
    play.now = play.now.advanced(byMicroseconds: 18_000_000)
    let refused = play.client(call("5", "slow"))
    #expect(refused.toServer == [])
    #expect(refused.events == ["#12 deny tools/call slow (unavailable)"])
    let result = try JSONNode.read(Array(try #require(refused.toClient.first).utf8))["result"]
    #expect(result?["isError"]?.bool == true)
    #expect(
      result?["content"]?.elements?.first?["text"]?.string
        == "[gatehouse] denied: the server is unavailable: it has not answered 5 calls in a row, and is left in peace for "
        + "a while. Rule (unavailable). Retry after 12 s.")
    #expect(result?["_meta"]?["gatehouse/decision"]?["retry_after_ms"]?.integer == 12_000)
    #expect(play.client(#"{"jsonrpc":"2.0","id":"p","method":"ping"}"#).toServer.count == 1, "plumbing passes")
    play.now = play.now.advanced(byMicroseconds: 12_000_000)
    #expect(play.client(call("6", "slow")).toServer.count == 1)
    #expect(play.client(call("7", "slow")).toServer == [], "one probe is enough")
    #expect(play.server(#"{"jsonrpc":"2.0","id":8,"error":{"code":1,"message":"an answer"}}"#).toClient.count == 1)
    #expect(play.client(call("8", "slow")).toServer.count == 1)
  }

  @Test("P68: a probe that is taken back leaves its place to another")
  func cancelledProbes() throws {
    var play = try session(callLimit: 1)
    for number in 0..<5 {
      _ = play.client(call("\(number)", "slow"))
      _ = play.pass(seconds: 1)
    }
    _ = play.pass(seconds: 30)
    #expect(play.client(call("5", "slow")).toServer.count == 1)
    #expect(play.client(call("6", "slow")).toServer == [])
    _ = play.client(#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":5}}"#)
    #expect(play.client(call("7", "slow")).toServer.count == 1)
  }

  @Test("P68: a call that is refused because the server is unavailable is not counted, and a denial stays what it is")
  func refusedCallsAreNotCounted() throws {
    var play = try Playbook(
      policy: """
        {"version":"1","default":"allow","hide":["gone"],"tools":{"push":{"limits":[{"window":"day","max":1}]},\
        "drop":{"action":"deny"}}}
        """)
    play.core.limits.call = 1_000_000
    play.handshake()
    for number in 0..<5 {
      _ = play.client(call("\(number)", "slow"))
      _ = play.pass(seconds: 1)
    }
    for number in 5..<8 {
      #expect(
        play.client(call("\(number)", "push")).events.first?.hasSuffix("deny tools/call push (unavailable)") == true)
    }
    #expect(play.client(call("8", "drop")).events.first?.hasSuffix("deny tools/call drop /tools/drop") == true)
    #expect(play.client(call("9", "gone")).events.first?.hasSuffix("hide tools/call gone (hidden)") == true)
    _ = play.pass(seconds: 30)
    #expect(play.client(call("10", "push")).toServer.count == 1)
  }
}
