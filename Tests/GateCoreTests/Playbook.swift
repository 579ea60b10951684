import ControlWire
import GateCore
import JSONText
import Policy
import Risk
import Testing

/// One session, played line by line; every step answers with all that came of it.
struct Playbook {
  /// What a step brought about: lines without their ends, and events in a word or two.
  struct Step: Equatable {
    var toServer: [String] = []
    var toClient: [String] = []
    var events: [String] = []
  }

  var core = SessionCore(session: "s1", server: "notes", pid: 77)
  var gate: GateState
  var now = Moment(microseconds: 1_000_000)
  var output = SessionOutput()

  init(policy: String) throws {
    gate = GateState(engine: PolicyEngine(try PolicyDocument.read(Array(policy.utf8))))
  }

  static let allowAll = #"{"version":"1","default":"allow"}"#

  mutating func client(_ line: String) -> Step { client(bytes: Array(line.utf8)) }

  mutating func client(bytes line: [UInt8]) -> Step {
    step { $0.core.fromClient(line.span, at: $0.now, gate: &$0.gate, into: &$0.output) }
  }

  mutating func server(_ line: String) -> Step { server(bytes: Array(line.utf8)) }

  mutating func server(bytes line: [UInt8]) -> Step {
    step { $0.core.fromServer(line.span, at: $0.now, gate: &$0.gate, into: &$0.output) }
  }

  mutating func exit(_ status: ControlWire.ExitStatus) -> Step {
    step { $0.core.serverExited(status, at: $0.now, gate: &$0.gate, into: &$0.output) }
  }

  /// The client closes its output.
  @discardableResult
  mutating func hangUp() -> Step {
    step { $0.core.clientClosed(at: $0.now, gate: &$0.gate, into: &$0.output) }
  }

  /// Time passes, and the gate looks at what is due; `unread` bytes lie before the server.
  mutating func pass(seconds: Double, unread: Int = 0) -> Step {
    now = now.advanced(byMicroseconds: Int64(seconds * 1_000_000))
    return step {
      $0.core.timePassed(at: $0.now, unread: unread, gate: &$0.gate, into: &$0.output)
      $0.carryOut($0.gate.approvalsTimePassed(at: $0.now))
    }
  }

  mutating func policy(_ text: String) throws -> Step {
    let engine = PolicyEngine(try PolicyDocument.read(Array(text.utf8)))
    return step {
      $0.gate.use(engine, at: $0.now)
      $0.core.policyChanged(at: $0.now, gate: &$0.gate, into: &$0.output)
    }
  }

  /// Runs an event and takes what it brought about; `output` keeps the rest until the next one.
  mutating func step(_ event: (inout Playbook) -> Void) -> Step {
    output.reset()
    gate.stream.settle()
    event(&self)
    return Step(
      toServer: Self.lines(output.toServer), toClient: Self.lines(output.toClient),
      events: told.map(Self.summary))
  }

  /// What the last step told the stream.
  var told: [GateMessage] { gate.stream.messages(from: gate.stream.settled) }

  /// Makes the handshake of the older era.
  mutating func handshake(version: String = "2025-11-25", tools: String = "{}") {
    _ = client(
      """
      {"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"\(version)","capabilities":{},\
      "clientInfo":{"name":"agent","version":"1"}}}
      """)
    _ = server(
      """
      {"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"\(version)","capabilities":{"tools":\(tools)},\
      "serverInfo":{"name":"notes","version":"1"}}}
      """)
    _ = client(#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#)
  }

  /// A person takes all tools as they are now.
  mutating func acceptPins() {
    for row in gate.pins.rows(onlyOpen: true) where row.state != .removed {
      _ = try? gate.pins.accept(row.server, row.tool, digest: row.digest, by: "me", at: now)
    }
  }

  private static func lines(_ bytes: [UInt8]) -> [String] {
    #expect(bytes.isEmpty || bytes.last == 0x0A)
    return bytes.split(separator: 0x0A).map { String(decoding: $0, as: UTF8.self) }
  }

  private static func summary(_ message: GateMessage) -> String {
    switch message.event {
    case .decision(let event):
      let parts = [
        "#\(message.sequence)", event.decision.isEnforced ? nil : "only observed:", event.decision.verdict.rawValue,
        event.method.string, event.tool?.string, event.decision.rule,
      ]
      return parts.compactMap { $0 }.joined(separator: " ")
    case .result(let event): return "#\(message.sequence) \(event.outcome.rawValue) for #\(event.decisionSequence)"
    case .session(let event):
      return ["#\(message.sequence)", event.state.rawValue, event.client.string, event.detail]
        .compactMap { $0 }.joined(separator: " ")
    case .approval(let event):
      return [
        "#\(message.sequence)", event.id, event.state.rawValue, event.isHeld ? "held" : nil,
        event.decision == 0 ? nil : "for #\(event.decision)", event.by.map { "by \($0)" }, event.detail,
      ].compactMap { $0 }.joined(separator: " ")
    case .lockdown(let event): return "#\(message.sequence) locked \(event.isOn)"
    default: return "#\(message.sequence) another event"
    }
  }
}

extension EventLog {
  /// The events from a position on, read as a subscriber reads them.
  func messages(from position: UInt64) -> [GateMessage] {
    var messages: [GateMessage] = []
    forEach(from: position) { entry, line in
      let text = unsafe line.withUnsafeBufferPointer { unsafe Array($0) }
      guard let message = try? GateMessage.read(text) else { return }
      #expect(message.sequence == entry.sequence)
      messages.append(message)
    }
    #expect(UInt64(messages.count) == end - max(position, start))
    return messages
  }
}

/// A `tools/call` of the older era.
func call(_ id: String, _ name: String, _ arguments: String = "{}") -> String {
  #"{"jsonrpc":"2.0","id":\#(id),"method":"tools/call","params":{"name":"\#(name)","arguments":\#(arguments)}}"#
}

/// `_meta` of a request of the stateless era.
let modernMeta = """
  "_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":\
  {"name":"agent","version":"1"},"io.modelcontextprotocol/clientCapabilities":{}}
  """

func modern(_ id: String, _ method: String, _ params: String = "") -> String {
  let comma = params.isEmpty ? "" : ","
  return #"{"jsonrpc":"2.0","id":\#(id),"method":"\#(method)","params":{\#(params)\#(comma)\#(modernMeta)}}"#
}
