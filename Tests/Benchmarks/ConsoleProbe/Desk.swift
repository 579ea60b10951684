import ConsoleCore
import ControlWire
import JSONText
import Policy
import Risk

/// A console over a hundred servers with five thousand tools, at 160x48.
struct Desk {
  static let servers = 100
  static let tools = 50

  var state: ConsoleState

  init(ring: Int) {
    var options = ConsoleOptions()
    options.ringCapacity = ring
    state = ConsoleState(options: options, size: Size(columns: 160, rows: 48))
    let text = #"{"version":"1","default":"deny","tools":{"tool_1_1":{"rate_limit":"60/minute"}}}"#
    if let policy = try? PolicyDocument.read(Array(text.utf8)) { send(.policyRead(.loaded(policy))) }
    send(.gateConnected)
    gate(.hello(Hello(version: 1, build: "dev", pid: 1, revision: nil, policyPath: "policy.json")))
    let servers = (0..<Self.servers).map { server in
      Snapshot.Server(
        name: ExactText("s\(server)"), isRegistered: true, transport: "stdio", program: "p", state: .idle, sessions: 0,
        lastError: nil, scanned: nil,
        tools: (0..<Self.tools).map { tool in
          Snapshot.Tool(
            name: ExactText("tool_\(server)_\(tool)"), title: nil, description: "does things",
            assessment: Assessment(category: .read, severity: .low, confidence: 90, evidence: []), parameters: ["path"],
            requiredParameters: 1)
        })
    }
    let policy = PolicyEvent(state: .loaded, revision: nil, problems: [])
    gate(
      .snapshot(
        Snapshot(servers: servers, sessions: [], policy: policy, policyPath: "policy.json", sequence: 0), id: nil))
  }

  mutating func send(_ message: ConsoleMessage) { _ = update(&state, message) }

  mutating func gate(_ event: GateEvent, sequence: UInt64 = 0) {
    send(.gate(GateMessage(sequence: sequence, time: state.now, event: event)))
  }

  /// Decisions on all tools in turn, of twenty sessions, with some results.
  mutating func decide(_ count: Int) {
    for number in 0..<count {
      let server = number * 7 % Self.servers
      let event = DecisionEvent(
        session: ExactText("session-\(number % 20)"), client: "claude", grant: "local", server: ExactText("s\(server)"),
        method: "tools/call", tool: ExactText("tool_\(server)_\(number % Self.tools)"), category: .read, severity: .low,
        decision: Decision(number % 5 == 0 ? .deny : .allow, rule: "/servers/s\(server)/default"),
        revision: "0123456789ab",
        took: Int64(number % 100), argumentsDigest: nil)
      gate(.decision(event), sequence: UInt64(2 * number + 1))
      if number % 5 > 0 {
        let end = ResultEvent(decisionSequence: UInt64(2 * number + 1), outcome: .ok, took: 900, bytes: 200)
        gate(.result(end), sequence: UInt64(2 * number + 2))
      }
    }
  }

  mutating func press(_ keys: Unicode.Scalar...) {
    for key in keys { press(Key.character(key)) }
  }

  mutating func press(_ key: Key) { send(.input(.key(key))) }

  mutating func type(_ text: String) {
    for scalar in text.unicodeScalars { press(scalar) }
  }

  /// A moment passes.
  mutating func pass() { send(.tick(state.now.advanced(byMicroseconds: 1_000))) }
}
