import GateCore
import JSONText
import MCPWire
import Policy

/// A client and a server that call and answer through one session, as the gate's loop does it.
final class Traffic {
  private var gate: GateState
  private var core: SessionCore
  private var output = SessionOutput()
  private var clientFramer = LineFramer()
  private var serverFramer = LineFramer()
  private let inFlight: Int
  private let bytes: Int
  private let calls: [UInt8]
  /// Memory for answers.
  private var spare: [UInt8] = []
  private let answerEnd: [UInt8]
  private var number: UInt64 = 0
  private var now = Moment(microseconds: 1_700_000_000_000_000)

  /// So many tools are listed before they are called, and pinned by that; with none the gate knows nothing of them.
  init(inFlight: Int, bytes: Int, pins: Int = 1) throws {
    self.inFlight = inFlight
    self.bytes = bytes
    gate = GateState(engine: try Self.engine())
    core = SessionCore(session: "sk3a7-1", server: "echo", pid: 4_711)
    calls = (0..<inFlight).flatMap { Self.call(id: 1_000_001 + $0, bytes: bytes) }
    answerEnd = Array(Self.answer(id: 0, bytes: bytes).dropFirst(Self.answerStart.utf8.count + 1))
    core.opened(at: now, gate: &gate, into: &output)
    shakeHands(pins: pins)
  }

  /// As many calls as there may be in flight, read together, and then their answers, read together.
  func round() {
    now = now.advanced(byMicroseconds: 5 * Int64(inFlight))
    let calls = calls
    clientFramer.feed(calls.span)
    Self.takeAll(&clientFramer, from: .client, &core, &gate, at: now, into: &output)
    guard output.toClient.isEmpty, output.toServer.count > inFlight * (bytes - 20) else {
      SessionProbe.fail("a call was not passed on: \(String(decoding: output.toClient.prefix(300), as: UTF8.self))")
    }
    output.reset()
    var answers: [UInt8] = []
    swap(&answers, &spare)
    answers.removeAll(keepingCapacity: true)
    for _ in 0..<inFlight {
      number += 1
      answers.append(contentsOf: Self.answerStart.utf8)
      answers.append(decimal: number)
      answers.append(contentsOf: answerEnd)
    }
    serverFramer.feed(answers.span)
    swap(&answers, &spare)
    Self.takeAll(&serverFramer, from: .server, &core, &gate, at: now, into: &output)
    guard output.toClient.count > inFlight * (bytes - 20) else { SessionProbe.fail("an answer was not passed on") }
    output.reset()
    gate.stream.settle()
  }

  private static func takeAll(
    _ framer: inout LineFramer, from sender: Side, _ core: inout SessionCore, _ gate: inout GateState, at now: Moment,
    into output: inout SessionOutput
  ) {
    while case .line(let range)? = framer.next() {
      let line = framer.bytes.span.extracting(range)
      switch sender {
      case .client: core.fromClient(line, at: now, gate: &gate, into: &output)
      case .server: core.fromServer(line, at: now, gate: &gate, into: &output)
      }
      gate.stream.stamp(took: 1)
    }
  }

  private func shakeHands(pins: Int) {
    let names = ["echo"] + (1..<max(1, pins)).map { "some_tool_with_a_name_\($0)" }
    let tools = names.map { #"{"name":"\#($0)","inputSchema":{"type":"object"}}"# }.joined(separator: ",")
    var conversation = [
      (
        #"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"probe","version":"1"}}}"#,
        #""result":{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"echo","version":"1"}}}"#
      ),
      (
        #"{"jsonrpc":"2.0","id":2,"method":"tools/list","params":{}}"#,
        #""result":{"tools":[\#(tools)]}}"#
      ),
    ]
    if pins == 0 { conversation.removeLast() }
    for (request, result) in conversation {
      core.fromClient(Array(request.utf8).span, at: now, gate: &gate, into: &output)
      number += 1
      let answer = Array("\(Self.answerStart)\(number),\(result)".utf8)
      core.fromServer(answer.span, at: now, gate: &gate, into: &output)
    }
    output.reset()
    guard pins == 0 || gate.pins.lock.servers["echo"]?.tools?.count == pins else {
      SessionProbe.fail("not every tool is pinned")
    }
  }

  // MARK: What is said

  static let answerStart = #"{"jsonrpc":"2.0","id":"#

  /// A call of so many bytes, its line end not counted.
  static func call(id: Int, bytes: Int) -> [UInt8] {
    let start = #"{"jsonrpc":"2.0","id":\#(id),"method":"tools/call","params":{"name":"echo","arguments":{"text":""#
    return filled(start, "\"}}}", bytes)
  }

  /// An answer of so many bytes, its line end not counted.
  static func answer(id: UInt64, bytes: Int) -> [UInt8] {
    let start = #"\#(answerStart)\#(id),"result":{"content":[{"type":"text","text":""#
    return filled(start, #""}],"isError":false}}"#, bytes)
  }

  private static func filled(_ start: String, _ end: String, _ bytes: Int) -> [UInt8] {
    let text = String(repeating: "x", count: max(1, bytes - start.utf8.count - end.utf8.count))
    return Array("\(start)\(text)\(end)\n".utf8)
  }

  /// A policy of 5,000 tools, one of which has a limit that is never reached.
  static func engine() throws -> PolicyEngine {
    let rules = (1..<5_000).map { index in
      "\"some_tool_with_a_name_\(index)\": "
        + (index % 3 == 0 ? #"{"action": "deny"}"# : #"{"limits": [{"window": "minute", "max": 60}]}"#)
    }
    let text = """
      {"version": "1", "default": "deny", "hide": ["drop_*"], "tools": {
        "echo": {"limits": [{"window": "minute", "max": 1000000000}]},
        \(rules.joined(separator: ", "))}}
      """
    return PolicyEngine(try PolicyDocument.read(Array(text.utf8)))
  }
}
