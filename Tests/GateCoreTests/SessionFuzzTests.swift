import ControlWire
import GateCore
import JSONText
import MCPWire
import Policy
import Testing

/// A small generator whose numbers are the same on every run.
struct Dice: RandomNumberGenerator {
  private var state: UInt64
  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

struct SessionFuzzTests {
  private static let policy = """
    {"version":"1","default":"deny","hide":["drop_*"],"tools":{"get":{},"push":{"limits":[{"window":"minute","max":5}]},
     "act":{"action":"require_approval","approval":{"hold":1}}},
     "prompts":{"p":{}},"server_requests":{"elicitation/create":{},"sampling/createMessage":{"action":"require_approval"}}}
    """

  private static let methods = [
    "ping", "tools/list", "tools/call", "resources/read", "prompts/get", "initialize", "subscriptions/listen",
    "vendor/x", "server/discover", "sampling/createMessage", "elicitation/create", "notifications/cancelled",
    "notifications/initialized", "notifications/subscriptions/acknowledged", "notifications/message",
  ]
  private static let values = [
    "1", "2", "3", "\"1\"", "\"a\"", "null", "true", "{}", "[]", "-1", "1.0", "\"get\"", "\"push\"", "\"act\"",
    "\"gatehouse.q-1.1.1.9.ab\"", "\"drop_it\"",
    #"{"a":[1,{"b":2}]}"#, #"{"tools":[{"name":"get"},{"name":"drop_it"}],"nextCursor":"a"}"#,
    #"{"resultType":"input_required","requestState":"s","inputRequests":{"q":{"method":"elicitation/create"}}}"#,
    #"{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/subscriptionId":1}"#,
    #"{"protocolVersion":"2025-03-26","capabilities":{"tools":{}}}"#, #"{"code":-1,"message":"m"}"#, "\r\n1",
  ]

  private func object(_ keys: [String], _ dice: inout Dice, _ value: (String, inout Dice) -> String) -> String {
    let members = keys.filter { _ in Int.random(in: 0..<3, using: &dice) > 0 }.shuffled(using: &dice)
      .map { "\"\($0)\":\(value($0, &dice))" }
    return "{" + members.joined(separator: ",") + "}"
  }

  private func message(_ dice: inout Dice) -> String {
    object(["jsonrpc", "id", "method", "params", "result", "error"], &dice) { key, dice in
      switch key {
      case "jsonrpc": return "\"2.0\""
      case "method": return "\"" + (Self.methods.randomElement(using: &dice) ?? "") + "\""
      case "params" where Bool.random(using: &dice):
        return object(["name", "arguments", "_meta", "uri", "requestId", "cursor", "requestState"], &dice) { _, dice in
          Self.values.randomElement(using: &dice) ?? ""
        }
      default: return Self.values.randomElement(using: &dice) ?? ""
      }
    }
  }

  /// What either side reads is always whole messages that a strict reader accepts, and no hidden tool is among them.
  private func check(_ bytes: [UInt8], _ sender: Side) {
    var reader = MessageReader()
    for line in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).dropLast() {
      #expect(line.allSatisfy { $0 >= 0x20 })
      #expect(throws: Never.self) { try reader.read(Array(line).span, from: sender) }
    }
    #expect(bytes.isEmpty || bytes.last == 0x0A)
  }

  @Test(arguments: 1...6) func strangeConversations(seed: Int) throws {
    var dice = Dice(UInt64(seed))
    var play = try Playbook(policy: Self.policy)
    for round in 0..<1_500 {
      var line = message(&dice)
      if Int.random(in: 0..<10, using: &dice) == 0 { line = "[\(line),\(message(&dice))]" }
      if Int.random(in: 0..<20, using: &dice) == 0 {
        line = String(decoding: line.utf8.prefix(Int.random(in: 0...line.utf8.count, using: &dice)), as: UTF8.self)
      }
      play.now = play.now.advanced(byMicroseconds: 1000)
      _ = Bool.random(using: &dice) ? play.client(line) : play.server(line)
      check(play.output.toClient, .server)
      check(play.output.toServer, .client)
      if round % 50 == 0 {
        _ = play.pass(seconds: 1)
        check(play.output.toClient, .server)
        check(play.output.toServer, .client)
        if let id = play.waiting.first, Bool.random(using: &dice) { _ = try play.approve(id) }
      }
      if round % 500 == 0 { _ = try play.policy(Self.policy) }
    }
    let last = play.gate.lastSequence
    let end = play.exit(.code(1))
    #expect(end.events.last?.contains("closed") == true)
    #expect(play.gate.lastSequence == last + UInt64(end.events.count))
  }

  @Test func randomBytes() throws {
    var dice = Dice(99)
    var play = try Playbook(policy: Self.policy)
    for _ in 0..<3_000 {
      let bytes = (0..<Int.random(in: 0...40, using: &dice)).map { _ in UInt8.random(in: 0...255, using: &dice) }
      _ = play.client(bytes: bytes)
      _ = play.server(bytes: bytes)
      #expect(play.output.toClient.isEmpty)
    }
  }

  /// Every request gets exactly one answer, whatever the server does with it.
  @Test(arguments: 1...4) func P3_everyRequestIsAnsweredOnce(seed: Int) throws {
    var dice = Dice(UInt64(seed) &* 1000)
    var play = try Playbook(policy: Self.policy)
    var answers: [String: Int] = [:]
    var asked: [String] = []
    var waiting: [Int] = []
    func take(_ step: Playbook.Step) throws {
      for line in step.toClient {
        let node = try JSONNode.read(Array(line.utf8))
        if node["method"] != nil { continue }
        let id = String(decoding: try #require(node["id"]).compact, as: UTF8.self)
        answers[id, default: 0] += 1
      }
      for line in step.toServer {
        if let number = try JSONNode.read(Array(line.utf8))["id"]?.integer { waiting.append(number) }
      }
    }
    for number in 0..<600 {
      let id = Bool.random(using: &dice) ? "\(number)" : "\"\(number)\""
      let name = ["get", "push", "act", "drop_it", "other", ""].randomElement(using: &dice) ?? ""
      asked.append(id)
      switch Int.random(in: 0..<5, using: &dice) {
      case 0: try take(play.client(#"{"jsonrpc":"2.0","id":\#(id),"method":"tools/list"}"#))
      case 1: try take(play.client(#"{"jsonrpc":"2.0","id":\#(id),"method":"vendor/x","x":[1,]}"#))
      default: try take(play.client(call(id, name)))
      }
      while waiting.count > 5 {
        let chosen = waiting.remove(at: Int.random(in: 0..<waiting.count, using: &dice))
        let payloads = [
          #""result":{}"#, #""result":null"#, #""error":{"code":1,"message":"m"}"#, #""result":{"tools":[]}"#,
          #""result":{"a":1,"a":2}"#,
        ]
        let payload = payloads.randomElement(using: &dice) ?? ""
        try take(play.server(#"{"jsonrpc":"2.0","id":\#(chosen),\#(payload)}"#))
        if Bool.random(using: &dice) { try take(play.server(#"{"jsonrpc":"2.0","id":\#(chosen),\#(payload)}"#)) }
      }
    }
    try take(play.exit(.signal(15)))
    #expect(answers == Dictionary(uniqueKeysWithValues: asked.map { ($0, 1) }))
  }
}
