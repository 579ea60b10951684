import ControlWire
import GateCore
import JSONText
import MCPWire
import Policy
import Testing

struct LifecycleTests {
  typealias Step = Playbook.Step

  @Test func P75_anExitAnswersWhatIsInFlight() throws {
    var play = try Playbook(policy: Playbook.allowAll)
    _ = play.client(call("\"b\"", "one"))
    _ = play.client(#"{"jsonrpc":"2.0","id":"a","method":"ping"}"#)
    _ = play.server(#"{"jsonrpc":"2.0","id":1,"method":"sampling/createMessage"}"#)
    let message = "[gatehouse] the server was ended by signal 9; whether the request took effect is not known"
    #expect(
      play.exit(.signal(9))
        == Step(
          toClient: [
            #"{"jsonrpc":"2.0","id":"b","error":{"code":-32603,"message":"\#(message)"}}"#,
            #"{"jsonrpc":"2.0","id":"a","error":{"code":-32603,"message":"\#(message)"}}"#,
          ],
          events: ["#3 lost for #1", "#4 lost for #2", "#5 closed  the server was ended by signal 9"]))
  }

  @Test func aClientThatHasFinishedStillGetsItsAnswers() throws {
    var play = try Playbook(policy: Playbook.allowAll)
    _ = play.client(#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#)
    play.hangUp()
    #expect(play.client(#"{"jsonrpc":"2.0","id":2,"method":"ping"}"#) == Step())
    #expect(
      play.server(#"{"jsonrpc":"2.0","id":1,"result":{}}"#).toClient == [#"{"jsonrpc":"2.0","id":1,"result":{}}"#])
    #expect(play.exit(.code(1)).events == ["#1 closed  the server exited with code 1"])
  }

  // MARK: Lines that are no messages

  @Test func P73_noiseNeverReachesTheClient() throws {
    var play = try Playbook(policy: Playbook.allowAll)
    let banner = "\u{1B}[1mSuccessfully initialized\u{1B}[0m"
    #expect(play.server(banner) == Step())
    #expect(play.output.noise == [Array(banner.utf8)])
    for line in ["123", "null", "\"text\"", "{", "[1,2]", "{}", "  {\"a\": "] { #expect(play.server(line) == Step()) }
    #expect(play.server(String(repeating: "x", count: 5_000)) == Step())
    #expect(play.output.noise == [Array(repeating: 0x78, count: SessionOutput.noiseLength)])
    #expect(play.core.tally.noiseLines == 9)
    #expect(play.server("") == Step())
    #expect(play.server(" \t\r") == Step())
    #expect(play.core.tally.noiseLines == 9)
    play.output.reset()
    for _ in 0..<1000 { play.core.fromServer([0x78].span, at: play.now, gate: &play.gate, into: &play.output) }
    #expect(play.output.noise.count == SessionOutput.noiseLines)
  }

  @Test(arguments: ["2", "\"x\"", "0", "-1", "3.0"]) func P20_madeUpAnswersAreDropped(id: String) throws {
    var play = try Playbook(policy: Playbook.allowAll)
    _ = play.client(#"{"jsonrpc":"2.0","id":5,"method":"ping"}"#)
    #expect(play.server(#"{"jsonrpc":"2.0","id":\#(id),"result":{"forged":true}}"#) == Step())
    #expect(play.core.tally.strayAnswers == 1)
    #expect(play.server(#"{"jsonrpc":"2.0","error":{"code":-32700,"message":"m"}}"#) == Step())
    #expect(play.server(#"{"jsonrpc":"2.0","id":1,"result":{}}"#).toClient.count == 1)
    #expect(play.server(#"{"jsonrpc":"2.0","id":1,"result":{}}"#) == Step(), "a second answer")
    #expect(play.core.tally.strayAnswers == 3)
  }

  @Test(arguments: ["1", "\"1\"", "1.0"]) func P12_anAnswerIsKnownByItsNumber(id: String) throws {
    var play = try Playbook(policy: Playbook.allowAll)
    _ = play.client(#"{"jsonrpc":"2.0","id":"a","method":"ping"}"#)
    #expect(
      play.server(#"{"jsonrpc":"2.0","id":\#(id),"result":{}}"#).toClient == [
        #"{"jsonrpc":"2.0","id":"a","result":{}}"#
      ])
  }

  @Test(
    "P73: what a server logs in JSON is nobody's answer, and no request of its own",
    arguments: [
      #"{"level":30,"id":1,"msg":"got a request"}"#, #"{"id":1,"method":"tools/call","time":"now"}"#, #"{"id":1}"#,
      #"[{"id":1,"msg":"x"}]"#,
    ]) func logLines(line: String) throws
  {
    var play = try Playbook(policy: Playbook.allowAll)
    _ = play.client(call("5", "get"))
    #expect(play.server(line) == Step())
    #expect(play.output.noise.count == 1 && play.core.tally.noiseLines == 1)
    #expect(
      play.server(#"{"jsonrpc":"2.0","id":1,"result":{}}"#).toClient == [#"{"jsonrpc":"2.0","id":5,"result":{}}"#])
  }

  @Test("P3 P6: who waits for an answer that a server puts into a batch, where there are none, is told")
  func answersInABatch() throws {
    var play = try Playbook(policy: Playbook.allowAll)
    _ = play.client(call("5", "get"))
    _ = play.client(call("6", "get"))
    let step = play.server(#"[{"jsonrpc":"2.0","id":1,"result":{}},7,{"jsonrpc":"2.0","id":2,"result":{}}]"#)
    let reason = "[gatehouse] the server's answer was refused: batches are not part of the protocol version in use"
    let lines = [5, 6].map { #"{"jsonrpc":"2.0","id":\#($0),"error":{"code":-32603,"message":"\#(reason)"}}"# }
    #expect(step.toClient == lines && step.toServer == [])
    #expect(step.events == ["#3 error for #1", "#4 error for #2"])
  }

  @Test(arguments: [
    #""result":null"#, #""result":[]"#, #""result":{"a":1,"a":2}"#, #""result":{"t":"\ud800"}"#, #""error":"no""#,
    #""method":null,"result":{}"#, #""error":{"code":"x","message":""}"#,
    #""result":{},"error":{"code":1,"message":""}"#, #""result":{}} {"#,
  ]) func P9_aMalformedAnswerBecomesAnError(member: String) throws {
    var play = try Playbook(policy: Playbook.allowAll)
    _ = play.client(call("5", "get"))
    let step = play.server(#"{"jsonrpc":"2.0","id":1,\#(member)}"#)
    #expect(step.toClient.count == 1)
    #expect(
      step.toClient.first?.hasPrefix(
        #"{"jsonrpc":"2.0","id":5,"error":{"code":-32603,"message":"[gatehouse] the server's answer was refused: "#)
        == true)
    #expect(step.events == ["#2 error for #1"])
  }

  @Test(
    arguments: [
      (#"{"jsonrpc":"2.0","id":5,"method":"ping","params":[]}"#, #""id":5,"error":{"code":-32602"#, "ping"),
      (#"{"jsonrpc":"2.0","id":"x","method":"ping",}"#, #""id":"x","error":{"code":-32700"#, "ping"),
      (#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#, #""error":{"code":-32600"#, "ping"),
      (#"{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}"#, #""error":{"code":-32600"#, "ping"),
      (#"[{"jsonrpc":"2.0","id":1,"method":"ping"}]"#, #""error":{"code":-32600"#, "(unreadable)"),
      ("hello", #""error":{"code":-32700"#, "(unreadable)"),
      (#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{}}"#, nil, "notifications/cancelled"),
    ] as [(String, String?, String)])
  func P9_aRefusedLineIsAnsweredAsFarAsPossible(line: String, answer: String?, method: String) throws {
    var play = try Playbook(policy: Playbook.allowAll)
    let step = play.client(line)
    #expect(step.toServer == [])
    #expect(step.events == ["#1 deny \(method) (malformed)"])
    #expect(step.toClient.count == (answer == nil ? 0 : 1))
    if let answer { #expect(step.toClient.first?.hasPrefix(#"{"jsonrpc":"2.0",\#(answer)"#) == true) }
  }

  @Test func P10_rawCarriageReturnNeverPasses() throws {
    var play = try Playbook(policy: Playbook.allowAll)
    let evil = #"{"jsonrpc":"2.0","id":9,"method":"tools/call","params":{"name":"evil"}}"#
    let step = play.client(call("1", "safe", "{\"x\":[\r\(evil)\r]}"))
    #expect(step.toServer.count == 1)
    #expect(play.output.toServer.dropLast().allSatisfy { $0 >= 0x20 })
    _ = play.server("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"x\":[\r\(evil)\r]}}")
    #expect(play.output.toClient.dropLast().allSatisfy { $0 >= 0x20 })
  }

  // MARK: Batches

  @Test func P6_batchesAreSplitWhereTheVersionHasThem() throws {
    var play = try Playbook(policy: #"{"version":"1","default":"deny","tools":{"get":{}}}"#)
    play.handshake(version: "2025-03-26")
    #expect(
      play.client("[\(call("1", "get")), \(call("2", "drop")), 7, [\(call("3", "get"))]]").events == [
        "#2 allow tools/call get /tools/get", "#3 deny tools/call drop (default)", "#4 deny (unreadable) (malformed)",
        "#5 deny (unreadable) (malformed)",
      ])
    #expect(
      play.server(#"[{"jsonrpc":"2.0","id":2,"result":{}},{"jsonrpc":"2.0","method":"notifications/x"}]"#).toClient
        == [#"{"jsonrpc":"2.0","id":1,"result":{}}"#, #"{"jsonrpc":"2.0","method":"notifications/x"}"#])
    #expect(play.client("[]").toClient.count == 1)
  }

  // MARK: Lines over the limit

  private func oversized(_ play: inout Playbook, from side: Side, _ head: String, _ tail: String) -> Step {
    play.step {
      $0.core.oversized(
        from: side, head: Array(head.utf8).span, tail: Array(tail.utf8).span, at: $0.now, gate: &$0.gate,
        into: &$0.output)
    }
  }

  @Test func P72_anOversizedLineIsAnswered() throws {
    var play = try Playbook(policy: Playbook.allowAll)
    let request = oversized(&play, from: .client, #"{"jsonrpc":"2.0","id":5,"method":"x","params":{"a":"#, "xx}}}")
    #expect(request.toClient.first?.hasPrefix(#"{"jsonrpc":"2.0","id":5,"error":{"code":-32600"#) == true)
    #expect(request.events == ["#1 deny x (malformed)"])
    let behind = oversized(
      &play, from: .client, #"{"method":"tools/call","params":{"#, #""},"jsonrpc":"2.0","id":"q"}"#)
    #expect(behind.toClient.first?.hasPrefix(#"{"jsonrpc":"2.0","id":"q","error""#) == true)
    _ = play.client(call("1", "a"))
    _ = play.client(call("2", "a"))
    let first = oversized(&play, from: .server, #"{"jsonrpc":"2.0","id":1,"result":{"#, "}}")
    #expect(first.toClient.first?.hasPrefix(#"{"jsonrpc":"2.0","id":1,"error":{"code":-32603"#) == true)
    let second = oversized(&play, from: .server, #"{"result":{"a":"#, #""},"jsonrpc":"2.0","id":2}"#)
    #expect(second.toClient.first?.hasPrefix(#"{"jsonrpc":"2.0","id":2,"error":{"code":-32603"#) == true)
    #expect(oversized(&play, from: .server, "noise", "noise") == Step())
    let ask = oversized(&play, from: .server, #"{"id":"s","method":"sampling/createMessage","params":{"#, "}}")
    #expect(ask.toServer.first?.hasPrefix(#"{"jsonrpc":"2.0","id":"s","error":{"code":-32600"#) == true)
    #expect(ask.toClient == [])
    #expect(oversized(&play, from: .server, #"{"method":"notifications/message","params":{"#, "}}") == Step())
  }

  @Test(
    "P72: an answer of the client over the limit is the server's loss, and no answer to the client",
    arguments: [
      (#"{"jsonrpc":"2.0","id":1,"result":{"a":"#, "}}"), (#"{"result":{"a":"#, #""},"jsonrpc":"2.0","id":1}"#),
    ])
  func oversizedAnswer(head: String, tail: String) throws {
    var play = try Playbook(policy: Playbook.allowAll)
    // Both sides use the same id.
    _ = play.client(call("1", "get"))
    #expect(play.server(#"{"jsonrpc":"2.0","id":1,"method":"roots/list"}"#).toClient.count == 1)
    let step = oversized(&play, from: .client, head, tail)
    #expect(step.toClient == [])
    #expect(
      step.toServer.first?.hasPrefix(
        #"{"jsonrpc":"2.0","id":1,"error":{"code":-32603,"message":"[gatehouse] refused: the client's answer was malformed"#
      )
        == true)
    #expect(oversized(&play, from: .client, head, tail).toServer == [], "nobody waits any more")
    #expect(play.server(#"{"jsonrpc":"2.0","id":1,"result":{}}"#).toClient.count == 1)
  }
}
