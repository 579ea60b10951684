import ControlWire
import GateCore
import JSONText
import Policy
import Risk
import Testing

struct LegacyEraTests {
  typealias Step = Playbook.Step

  @Test func aWholeSession() throws {
    var play = try Playbook(
      policy: #"{"version":"1","default":"deny","tools":{"get":{},"drop":{"action":"deny","reason":"keep it"}}}"#)
    #expect(
      play.step { $0.core.opened(at: $0.now, gate: &$0.gate, into: &$0.output) } == Step(events: ["#1 opened "]))
    #expect(
      play.client(
        """
        {"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},\
        "clientInfo":{"name":"agent","version":"1"}},"jsonrpc":"2.0","id":0}
        """)
        == Step(
          toServer: [
            """
            {"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},\
            "clientInfo":{"name":"agent","version":"1"}}}
            """
          ], events: ["#2 identified agent"]))
    #expect(
      play.server(
        #"{"result":{"protocolVersion":"2025-11-25","capabilities":{"tools":{}}, "x":1.0},"jsonrpc":"2.0","id":1}"#)
        == Step(toClient: [
          #"{"jsonrpc":"2.0","id":0,"result":{"protocolVersion":"2025-11-25","capabilities":{"tools":{"listChanged":true}},"x":1.0}}"#
        ]))
    #expect(play.core.negotiatedVersion == "2025-11-25")
    #expect(
      play.client(#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#)
        == Step(toServer: [#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#]))
    #expect(
      play.client(call("\"a\"", "get", #"{"n": 1.50}"#))
        == Step(
          toServer: [
            #"{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"get","arguments":{"n":1.50}}}"#
          ], events: ["#3 allow tools/call get /tools/get"]))
    #expect(
      play.client(call("7", "drop"))
        == Step(
          toClient: [
            """
            {"jsonrpc":"2.0","id":7,"result":{"content":[{"type":"text","text":"[gatehouse] denied: keep it. \
            Rule /tools/drop."}],"isError":true,"_meta":{"gatehouse/decision":{"verdict":"deny","rule":"/tools/drop",\
            "reason":"keep it"}}}}
            """
          ], events: ["#4 deny tools/call drop /tools/drop"]))
    #expect(
      play.server(#"{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":[ 1 ]}}"#)
        == Step(toClient: [
          #"{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":[1]}}"#
        ]))
    #expect(
      play.server(#"{"jsonrpc":"2.0","id":2,"result":{"content":[],"isError":false}}"#)
        == Step(
          toClient: [#"{"jsonrpc":"2.0","id":"a","result":{"content":[],"isError":false}}"#],
          events: ["#5 ok for #3"]))
    #expect(play.exit(.code(0)) == Step(events: ["#6 closed agent the server exited with code 0"]))
    #expect(play.client(call("9", "get")) == Step())
    #expect(play.server(#"{"jsonrpc":"2.0","id":2,"result":{}}"#) == Step())
    #expect(play.exit(.code(0)) == Step())
    #expect(play.gate.counts == [1, 1, 0, 0, 0])
  }

  @Test func everyDecisionIsToldWhole() throws {
    var play = try Playbook(policy: #"{"version":"1","default":"deny","tools":{"get":{}}}"#)
    let badge = Assessment(category: .read, severity: .low, confidence: 90, evidence: [])
    play.gate.catalogue = ["notes": ["get": badge]]
    play.handshake()
    _ = play.client(call("1", "get", #"{ "a" : "b" }"#))
    play.gate.stream.stamp(took: 12)
    let decided = DecisionEvent(
      session: "s1", client: "agent", grant: "local", server: "notes", method: "tools/call", tool: "get",
      category: .read, severity: .low, decision: Decision(.allow, rule: "/tools/get"),
      revision: play.gate.engine.revision, took: 12,
      argumentsDigest: ContentDigest(ofArguments: Array(#"{"a":"b"}"#.utf8).span).hexadecimal)
    #expect(play.told == [GateMessage(sequence: 2, time: play.now, event: .decision(decided))])
    play.now = play.now.advanced(byMicroseconds: 2_500)
    let answer = #"{"jsonrpc":"2.0","id":2,"result":{"isError":true}}"#
    _ = play.server(answer)
    let ended = ResultEvent(decisionSequence: 2, outcome: .toolError, took: 2_500, bytes: answer.utf8.count)
    #expect(play.told == [GateMessage(sequence: 3, time: play.now, event: .result(ended))])
  }

  @Test func everyDecisionIsStampedOnce() throws {
    var play = try Playbook(policy: Playbook.allowAll)
    func took(_ messages: [GateMessage]) -> [Int64] {
      messages.compactMap { message in
        guard case .decision(let event) = message.event else { return nil }
        return event.took
      }
    }
    for (number, micros) in [(1, 5), (2, 0), (3, 7)] as [(Int, Int64)] {
      let line = Array(call("\(number)", "get").utf8)
      play.core.fromClient(line.span, at: play.now, gate: &play.gate, into: &play.output)
      play.gate.stream.stamp(took: micros)
    }
    #expect(took(play.told) == [5, 0, 7])
    play.gate.stream.settle()
    let line = Array(call("4", "get").utf8)
    play.core.fromClient(line.span, at: play.now, gate: &play.gate, into: &play.output)
    play.gate.stream.stamp(took: 9)
    #expect(took(play.told) == [9])
  }

  /// Plumbing passes even where no policy is in force, and is no decision.
  @Test(arguments: [
    "ping", "tools/list", "resources/list", "resources/templates/list", "prompts/list", "logging/setLevel",
    "roots/list", "completion/complete", "server/discover", "subscriptions/listen", "tasks/get", "tasks/result",
    "tasks/list", "tasks/cancel", "initialize",
  ]) func P17_plumbingAlwaysPasses(method: String) throws {
    var play = try Playbook(policy: #"{"version":"1","default":"deny"}"#)
    play.gate.engine = .denyEverything
    // The one error that is explained whatever its code, since a server that knows the method has none for it.
    let words = method == "server/discover" ? Self.unexpected : "no"
    let line = #"{"jsonrpc":"2.0","id":"x","method":"\#(method)","params":{"a":1}}"#
    #expect(
      play.client(line) == Step(toServer: [#"{"jsonrpc":"2.0","id":1,"method":"\#(method)","params":{"a":1}}"#]))
    #expect(
      play.server(#"{"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"no"}}"#)
        == Step(toClient: [#"{"jsonrpc":"2.0","id":"x","error":{"code":-32000,"message":"\#(words)"}}"#]))
  }

  private static let unexpected = EraWitness.Mismatch.needsHandshake.text("no")

  struct Judged: Sendable, CustomTestStringConvertible {
    var method: String
    var params: String
    var subject: String?
    var testDescription: String { method }
  }

  @Test(arguments: [
    Judged(method: "resources/read", params: #"{"uri":"x://y"}"#, subject: "x://y"),
    Judged(method: "resources/subscribe", params: #"{"uri":"x://y"}"#, subject: "x://y"),
    Judged(method: "prompts/get", params: #"{"name":"p"}"#, subject: "p"),
    Judged(method: "vendor/act", params: "{}"), Judged(method: "sampling/createMessage", params: "{}"),
    Judged(method: "notifications/cancelled", params: #"{"requestId":1}"#),
  ]) func P17_whatActsOnAServerIsJudged(_ example: Judged) throws {
    let line = #"{"jsonrpc":"2.0","id":5,"method":"\#(example.method)","params":\#(example.params)}"#
    let subject = example.subject.map { " \($0)" } ?? ""
    var play = try Playbook(policy: #"{"version":"1"}"#)
    let denied = play.client(line)
    #expect(denied.toServer == [])
    #expect(denied.events == ["#1 deny \(example.method)\(subject) (default)"])
    let answer = try JSONNode.read(Array(try #require(denied.toClient.first).utf8))
    #expect(answer["id"]?.integer == 5)
    #expect(answer["error"]?["code"]?.integer == -31001)
    #expect(answer["error"]?["message"]?.string?.hasPrefix("[gatehouse] denied: ") == true)
    #expect(answer["error"]?["data"]?["gatehouse/decision"]?["rule"]?.string == "(default)")
    var open = try Playbook(policy: Playbook.allowAll)
    #expect(
      open.client(line)
        == Step(
          toServer: [#"{"jsonrpc":"2.0","id":1,"method":"\#(example.method)","params":\#(example.params)}"#],
          events: ["#1 allow \(example.method)\(subject) (default)"]))
  }

  @Test func P59_aLimitSaysWhenTheNextCallFits() throws {
    var play = try Playbook(
      policy: """
        {"version":"1","default":"deny","tools":{"push":{"limits":[{"counter":"c","window":"minute","max":1,\
        "scope":"grant"}]}}}
        """)
    #expect(play.client(call("1", "push")).events == ["#1 allow tools/call push /tools/push"])
    play.now = play.now.advanced(byMicroseconds: 48_500_000)
    let limited = play.client(call("2", "push"))
    #expect(limited.toServer == [])
    #expect(limited.events == ["#2 limit tools/call push /tools/push/limits/0"])
    let result = try JSONNode.read(Array(try #require(limited.toClient.first).utf8))["result"]
    let text = result?["content"]?.elements?.first?["text"]?.string
    #expect(text?.hasSuffix(" Rule /tools/push/limits/0. Retry after 12 s.") == true)
    #expect(result?["_meta"]?["gatehouse/decision"]?["retry_after_ms"]?.integer == 11_500)
    #expect(result?["structuredContent"] == nil && result?["isError"]?.bool == true)
    play.now = play.now.advanced(byMicroseconds: 11_500_000)
    #expect(play.client(call("3", "push")).events == ["#3 allow tools/call push /tools/push"])
  }

  @Test func observingPassesAndRecords() throws {
    var play = try Playbook(
      policy: #"{"version":"1","default":"deny","mode":"observe","hide":["drop"],"tools":{"get":{}}}"#)
    #expect(play.client(call("1", "drop")).events == ["#1 only observed: hide tools/call drop (hidden)"])
    #expect(play.client(call("2", "other")).events == ["#2 only observed: deny tools/call other (default)"])
    #expect(play.output.toClient.isEmpty && !play.output.toServer.isEmpty)
    _ = play.client(#"{"jsonrpc":"2.0","id":3,"method":"tools/list"}"#)
    let list = #"{"tools":[{"name":"drop"},{"name":"get"}]}"#
    #expect(
      play.server(#"{"jsonrpc":"2.0","id":3,"result":\#(list)}"#).toClient
        == [#"{"jsonrpc":"2.0","id":3,"result":\#(list)}"#])
  }

  @Test func P12_aTakenIDIsRefused() throws {
    var play = try Playbook(policy: Playbook.allowAll)
    _ = play.client(#"{"jsonrpc":"2.0","id":"a","method":"ping"}"#)
    #expect(
      play.client(#"{"jsonrpc":"2.0","id":"\u0061","method":"ping"}"#)
        == Step(
          toClient: [
            #"{"jsonrpc":"2.0","id":"\u0061","error":{"code":-32600,"message":"[gatehouse] refused: a request with this id is in flight already"}}"#
          ], events: ["#1 deny ping (malformed)"]))
    #expect(
      play.server(#"{"jsonrpc":"2.0","id":1,"result":{}}"#).toClient == [#"{"jsonrpc":"2.0","id":"a","result":{}}"#])
    #expect(play.client(#"{"jsonrpc":"2.0","id":"a","method":"ping"}"#).toServer.count == 1)
  }

  @Test(arguments: ["1", "1.0", "-7", "\"1\"", "\"\"", "9007199254740993", "18446744073709551616", #""\u0041\n""#])
  func P12_idsComeBackAsTheyWere(id: String) throws {
    var play = try Playbook(policy: Playbook.allowAll)
    #expect(
      play.client(#"{"jsonrpc":"2.0","id":\#(id),"method":"ping"}"#).toServer
        == [#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#])
    #expect(
      play.server(#"{"jsonrpc":"2.0","id":1,"result":{}}"#).toClient == [#"{"jsonrpc":"2.0","id":\#(id),"result":{}}"#])
  }

  @Test("P12: an id that comes back with or without its fraction of zeros, or in other escapes, is the same one")
  func idsInOtherSpellings() throws {
    for (asked, answered) in [("1.0", "1"), ("1", "1.0"), (#""\u0061""#, #""a""#), ("20", "20.00")] {
      var play = try Playbook(policy: Playbook.allowAll)
      let toClient = play.server(#"{"jsonrpc":"2.0","id":\#(asked),"method":"roots/list"}"#).toClient
      #expect(toClient == [#"{"jsonrpc":"2.0","id":\#(asked),"method":"roots/list"}"#])
      let toServer = play.client(#"{"jsonrpc":"2.0","id":\#(answered),"result":{"roots":[]}}"#).toServer
      #expect(toServer == [#"{"jsonrpc":"2.0","id":\#(asked),"result":{"roots":[]}}"#])
      #expect(play.core.tally.strayAnswers == 0)
    }
  }

  @Test("P12: two requests whose ids some would take for one are not in flight together")
  func idsThatSomeTakeForOne() throws {
    for (first, second) in [("1", "1.0"), ("1.0", "1"), ("10.0", "10")] {
      var play = try Playbook(policy: Playbook.allowAll)
      #expect(play.client(call(first, "get")).toServer.count == 1)
      #expect(play.client(call(second, "get")).toServer == [])
      #expect(play.client(call("2", "get")).toServer.count == 1)
    }
  }

  @Test func P12_aCallWithoutIDIsNeverPassedOn() throws {
    var play = try Playbook(policy: Playbook.allowAll)
    #expect(
      play.client(#"{"jsonrpc":"2.0","method":"tools/call","params":{"name":"get"}}"#)
        == Step(events: ["#1 deny tools/call (malformed)"]))
    #expect(
      play.client(#"{"jsonrpc":"2.0","method":"vendor/act"}"#)
        == Step(toServer: [#"{"jsonrpc":"2.0","method":"vendor/act"}"#], events: ["#2 allow vendor/act (default)"]))
    #expect(
      play.client(#"{"jsonrpc":"2.0","method":"notifications/vendor","params":{}}"#)
        == Step(toServer: [#"{"jsonrpc":"2.0","method":"notifications/vendor","params":{}}"#]))
    var closed = try Playbook(policy: #"{"version":"1"}"#)
    #expect(
      closed.client(#"{"jsonrpc":"2.0","method":"vendor/act"}"#) == Step(events: ["#1 deny vendor/act (default)"]))
  }

  @Test func whoeverItIsIsToldOnce() throws {
    var play = try Playbook(policy: Playbook.allowAll)
    func hello(_ name: String) -> String {
      #"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"clientInfo":{"name":"\#(name)"}}}"#
    }
    #expect(play.client(hello("\\u001b[2J A\\u202e B")).events == ["#1 identified [2J A B"])
    #expect(play.client(hello("\\u001b[2J A\\u202e B")).events == ["#2 deny initialize (malformed)"])
    #expect(play.client(hello(String(repeating: "x", count: 500))).events.first?.utf8.count == 14 + 80)
  }
}
