import ControlWire
import GateCore
import JSONText
import MCPWire
import Policy
import Testing

struct EraTests {
  typealias Step = Playbook.Step
  typealias Failure = EraWitness.Failure

  private static let initialize = """
    {"jsonrpc":"2.0","id":"i","method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},\
    "clientInfo":{"name":"agent","version":"1"}}}
    """

  private static func chosen(_ version: String) -> String {
    #"{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":\#(version),"capabilities":{"tools":{}}}}"#
  }

  private static func error(_ number: Int, _ code: Int, _ more: String = "") -> String {
    #"{"jsonrpc":"2.0","id":\#(number),"error":{"code":\#(code),"message":"what\u003f"\#(more)}}"#
  }

  // MARK: Mismatches

  @Test("P35: a client without a handshake before a server that needs one is told so", arguments: [-32602, -32601, 0])
  func aStatelessClient(code: Int) throws {
    var play = try Playbook(policy: Playbook.allowAll)
    _ = play.client(modern("7", "tools/list"))
    let text = EraWitness.Mismatch.needsHandshake.text("what?")
    #expect(text.hasSuffix("The server said: what?"))
    #expect(
      play.server(Self.error(1, code, #","data":{"a":[1.0]}"#))
        == Step(toClient: [
          #"{"jsonrpc":"2.0","id":7,"error":{"code":\#(code),"message":"\#(text)","data":{"a":[1.0]}}}"#
        ]))
  }

  @Test(
    "P35: a client with a handshake before a server that knows none is told so", arguments: [-32601, -32602, -32022])
  func aClientWithAHandshake(code: Int) throws {
    var play = try Playbook(policy: Playbook.allowAll)
    _ = play.client(Self.initialize)
    let data = #","data":{"supported":["2026-07-28"],"requested":"2025-11-25"}"#
    let text = EraWitness.Mismatch.knowsNoHandshake.text("what?")
    #expect(
      play.server(Self.error(1, code, data))
        == Step(toClient: [#"{"jsonrpc":"2.0","id":"i","error":{"code":\#(code),"message":"\#(text)"\#(data)}}"#]))
  }

  @Test("P35: a client without a handshake before a server that dies of its first request hears what may be wrong")
  func aServerThatDies() throws {
    func words(_ begin: (inout Playbook) -> Void, _ request: String) throws -> String? {
      var play = try Playbook(policy: Playbook.allowAll)
      begin(&play)
      _ = play.client(request)
      return play.exit(.code(1)).toClient.first
    }
    let plain = #""[gatehouse] the server exited with code 1; whether the request took effect is not known"#
    let first = try #require(try words({ _ in }, modern("7", "tools/list")))
    #expect(first.contains(plain + EraWitness.olderPerhaps + "\""))
    for (begin, request) in [
      ({ (_: inout Playbook) in }, call("7", "get")), ({ $0.handshake() }, modern("7", "tools/list")),
      (
        {
          _ = $0.client(modern("6", "tools/list"))
          _ = $0.server(#"{"jsonrpc":"2.0","id":1,"result":{"tools":[]}}"#)
        }, modern("7", "tools/list")
      ),
    ] { #expect(try words(begin, request)?.contains(plain + "\"") == true, "\(request)") }
  }

  @Test("P35: an error of a session that has worked once is the server's own affair")
  func aSessionThatHasWorked() throws {
    var play = try Playbook(policy: Playbook.allowAll)
    play.handshake()
    for (number, request) in [modern("7", "tools/list"), modern("7", "server/discover"), Self.initialize].enumerated() {
      _ = play.client(request)
      #expect(play.server(Self.error(number + 2, -32602)).toClient.first?.contains(#""message":"what\u003f""#) == true)
    }
  }

  @Test("P35: a server that says a version is not supported knows the handshake")
  func aVersionThatIsNotSupported() throws {
    var play = try Playbook(policy: Playbook.allowAll)
    _ = play.client(Self.initialize)
    let answer = play.server(Self.error(1, -32602, #","data":{"supported":["2024-11-05"]}"#))
    #expect(answer.toClient.first?.contains(#""message":"what\u003f""#) == true)
  }

  private static let mayNotKnow: [Int?] = [-32600, -32601, -32602]

  @Test("P35: what an error tells of the eras", arguments: [-32700, -32603, -32600, -32601, -32602, -32000, 1, nil])
  func ordinaryErrors(code: Int?) {
    let failure = Failure(code: code)
    var first = EraWitness()
    #expect(
      first.failed(.initialize, isModern: false, failure)
        == (Self.mayNotKnow.contains(code) ? .knowsNoHandshake : nil))
    #expect(first.failed(.toolsList, isModern: true, failure) == .needsHandshake)
    #expect(first.failed(.toolsList, isModern: false, failure) == nil, "a client that makes no handshake at all")
    #expect(first.failed(.discover, isModern: true, failure) == .needsHandshake)
    #expect(first.state == .withoutDiscovery)
    #expect(first.failed(.initialize, isModern: false, failure) == nil, "it knows neither way")
    #expect(first.failed(.discover, isModern: true, failure) == .needsHandshake, "asked again")
    first.succeeded()
    first.succeeded()
    #expect(first.state == .settled)
    #expect(first.failed(.discover, isModern: true, failure) == nil)
    #expect(first.failed(.initialize, isModern: false, failure) == nil)
  }

  @Test("P35: errors of the stateless era show that the server knows it", arguments: [-32020, -32021, -32022])
  func errorsOfTheStatelessEra(code: Int) {
    let failure = Failure(code: code, supported: ["2026-07-28"])
    var asked = EraWitness()
    #expect(asked.failed(.discover, isModern: true, failure) == nil)
    #expect(asked.state == .stateless)
    #expect(asked.failed(.toolsList, isModern: true, Failure(code: -32602)) == nil)
    #expect(asked.failed(.initialize, isModern: false, Failure(code: -32601)) == .knowsNoHandshake)
    var shaken = EraWitness()
    #expect(shaken.failed(.initialize, isModern: false, failure) == .knowsNoHandshake)
    #expect(shaken.state == .stateless)
    #expect(shaken.failed(.toolsList, isModern: true, Failure(code: -32602)) == nil)
  }

  @Test("P35: a ping tells nothing of the eras")
  func aPing() throws {
    var play = try Playbook(policy: Playbook.allowAll)
    _ = play.client(#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#)
    _ = play.server(#"{"jsonrpc":"2.0","id":1,"result":{}}"#)
    _ = play.client(modern("2", "tools/list"))
    #expect(play.server(Self.error(2, -32602)).toClient.first?.contains("without a handshake") == true)
  }

  @Test("P35: a server's words are passed on as far as they are no book")
  func longWords() throws {
    var play = try Playbook(policy: Playbook.allowAll)
    _ = play.client(modern("7", "tools/list"))
    let long = String(repeating: "é", count: 1_000_000)
    let answer = play.server(#"{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"\#(long)"}}"#)
    #expect((answer.toClient.first?.utf8.count ?? .max) < 2_000)
  }

  // MARK: Versions

  @Test(
    "P22: each version of the handshake is agreed on",
    arguments: ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"])
  func knownVersions(version: String) throws {
    var play = try Playbook(policy: Playbook.allowAll)
    // What the client asks for does not matter, only what the server chose.
    _ = play.client(Self.initialize.replacing("2025-11-25", with: "2031-01-01"))
    #expect(play.server(Self.chosen("\"\(version)\"")).toClient.first?.contains("\"result\"") == true)
    #expect(play.core.negotiatedVersion == ExactText(version))
  }

  @Test("P34: a session of a version that nobody here knows does not begin")
  func anUnknownChoice() throws {
    var play = try Playbook(policy: Playbook.allowAll)
    _ = play.client(Self.initialize)
    #expect(
      play.server(Self.chosen("\"2031-01-01\""))
        == Step(toClient: [
          """
          {"jsonrpc":"2.0","id":"i","error":{"code":-32603,"message":"[gatehouse] the server has chosen a version for \
          this session that cannot be guarded: protocol version `2031-01-01` is not known here; known are `2024-11-05`, \
          `2025-03-26`, `2025-06-18`, `2025-11-25`, `2026-07-28`"}}
          """
        ]))
    #expect(play.core.negotiatedVersion == nil)
    #expect(play.client(#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#) == Step())
    let call = play.client(call("2", "get"))
    #expect(call.toServer == [])
    #expect(call.toClient.first?.contains("-32600") == true)
    #expect(call.toClient.first?.contains("`2031-01-01` is not known here") == true)
    _ = play.client(Self.initialize)
    _ = play.server(Self.chosen("\"2025-06-18\"").replacing("\"id\":1", with: "\"id\":2"))
    #expect(play.client(#"{"jsonrpc":"2.0","id":4,"method":"ping"}"#).toServer.count == 1)
  }

  @Test("P34: a request of a version that nobody here knows is refused as a server would")
  func anUnknownRequest() throws {
    var play = try Playbook(policy: Playbook.allowAll)
    let step = play.client(modern("\"d\"", "server/discover").replacing("2026-07-28", with: "2031-01-01"))
    #expect(step.toServer == [])
    #expect(step.events.last == "#2 deny server/discover (malformed)")
    #expect(
      step.toClient == [
        """
        {"jsonrpc":"2.0","id":"d","error":{"code":-32022,"message":"[gatehouse] refused: protocol version `2031-01-01` \
        is not known here; known are `2024-11-05`, `2025-03-26`, `2025-06-18`, `2025-11-25`, `2026-07-28`",\
        "data":{"supported":["2026-07-28"],"requested":"2031-01-01"}}}
        """
      ])
    let odd = modern("\"o\"", "tools/list").replacing("2026-07-28", with: String(repeating: "`\\n", count: 500))
    let answer = try #require(play.client(odd).toClient.first)
    #expect(answer.contains("its protocol version is not known here"))
    #expect(answer.utf8.count < 600)
    #expect(
      play.client(modern("\"e\"", "tools/list").replacing("2026-07-28", with: "2026\\u002d07-28")).toServer.count == 1)
  }

  @Test("P33: a client is told of those versions only that are known here")
  func discoveredVersions() throws {
    var play = try Playbook(policy: Playbook.allowAll)
    _ = play.client(modern("1", "server/discover"))
    let answer = play.server(
      #"{"jsonrpc":"2.0","id":1,"result":{"supportedVersions":["2031-01-01","2026\u002d07-28",7,"2025-11-25"],"x":1.0}}"#
    )
    #expect(
      answer.toClient == [
        #"{"jsonrpc":"2.0","id":1,"result":{"supportedVersions":["2026\u002d07-28","2025-11-25"],"x":1.0}}"#
      ])
    _ = play.client(modern("2", "server/discover"))
    #expect(
      play.server(#"{"jsonrpc":"2.0","id":2,"result":{"supportedVersions":["2031-01-01"]}}"#).toClient == [
        """
        {"jsonrpc":"2.0","id":2,"error":{"code":-32022,"message":"[gatehouse] the server speaks no protocol version that \
        is known here; known are `2024-11-05`, `2025-03-26`, `2025-06-18`, `2025-11-25`, `2026-07-28`",\
        "data":{"supported":["2031-01-01"]}}}
        """
      ])
    _ = play.client(modern("3", "server/discover"))
    let odd = #"{"jsonrpc":"2.0","id":3,"result":{"supportedVersions":"all"}}"#
    #expect(play.server(odd).toClient == [odd], "what cannot be read is for the client to judge")
  }
}
