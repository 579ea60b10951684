import Gate
import HTTPWire
import JSONText
import Store
import System
import Testing

/// A client over HTTP that sends as many requests at once as it is told to.
@LoopActor
private final class Visitor: HTTPExchangeOwner {
  private let client: HTTPClient
  private var exchanges: [Int: any HTTPExchange] = [:]
  private var heads: [Int: HTTPAnswerHead] = [:]
  private var bodies: [Int: [UInt8]] = [:]
  private var waiting: [Int: Signalled<Void>] = [:]
  private var last = 0

  init(_ url: String) throws {
    guard let client = HTTPClient(url, HTTPClient.Options(rule: AddressRule(host: "127.0.0.1", allowsPrivate: true)))
    else { throw Missing() }
    self.client = client
  }

  func began(_ exchange: Int, _ head: HTTPAnswerHead) { heads[exchange] = head }

  func received(_ exchange: Int, _ bytes: Span<UInt8>) {
    for index in bytes.indices { bodies[exchange, default: []].append(bytes[index]) }
  }

  func finished(_ exchange: Int, _ failure: HTTPFailure?) { waiting[exchange]?.send(()) }

  /// Sends a message and answers its number.
  func post(_ message: String, session: [UInt8] = []) -> Int {
    last += 1
    var headers = ["Content-Type: application/json", "Accept: application/json"].map { Array($0.utf8) }
    if !session.isEmpty { headers.append(Array("Mcp-Session-Id: ".utf8) + session) }
    waiting[last] = Signalled()
    exchanges[last] = client.start(
      HTTPClient.Request(method: .post, headers: HTTPClient.Headers(headers), body: Array(message.utf8)), self, last)
    return last
  }

  func answer(_ number: Int) async throws -> JSONNode {
    await waiting[number]?.next()
    return try JSONNode.read(bodies[number] ?? [])
  }

  /// A session of its own.
  func begin() async throws -> [UInt8] {
    let hello = post(
      #"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"v","version":"1"}}}"#
    )
    _ = try await answer(hello)
    let session = heads[hello]?.all("mcp-session-id").first.map { Array($0) }
    return try #require(session)
  }

  func close() { client.close() }
}

extension GateBehaviour {
  @Suite(.timeLimit(.minutes(1)))
  struct HTTPRecordTests {
    init() { Loop.startThread() }

    /// Writes down what it is asked.
    private static let server = """
      import json, sys
      for line in sys.stdin:
        m = json.loads(line)
        open(sys.argv[1], "a").write(m["method"] + "\\n")
        if m.get("id") is None: continue
        result = {"protocolVersion": "2025-11-25", "capabilities": {"tools": {}}, "serverInfo": {"name": "s", "version": "1"}}
        if m["method"] == "tools/call": result = {"content": [{"type": "text", "text": "did it"}]}
        print(json.dumps({"jsonrpc": "2.0", "id": m["id"], "result": result}), flush=True)
      """

    @Test("P5: calls of several clients that come together are recorded together, or denied together") @LoopActor
    func P5_callsThatComeTogether() async throws {
      let sink = Sink()
      let folder = try TemporaryFolder.make("gatehouse-gate-tests")
      let log = "\(folder)/asked"
      try SafeFile.replace("\(folder)/noted.py", with: Array(Self.server.utf8))
      let entry = #"{"mcpServers":{"noted":{"command":"python3","args":["\#(folder)/noted.py","\#(log)"]}}}"#
      try SafeFile.replace("\(folder)/servers.json", with: Array(entry.utf8))
      let rig = try Rig(in: folder, record: sink)
      defer { rig.close() }
      var options = HTTPOptions()
      options.addresses = [TCPSocket.Address(host: "127.0.0.1", port: 0)]
      let service = try HTTPService(rig.gate, options)
      defer { service.close() }
      let visitor = try Visitor("\(try #require(service.places.first).text)/mcp/noted")
      defer { visitor.close() }
      var sessions: [[UInt8]] = []
      for _ in 0..<4 { sessions.append(try await visitor.begin()) }

      func callAtOnce(_ id: Int) async throws -> [JSONNode] {
        let calls = sessions.map { session in
          visitor.post(
            #"{"jsonrpc":"2.0","id":\#(id),"method":"tools/call","params":{"name":"echo","arguments":{}}}"#,
            session: session)
        }
        var answers: [JSONNode] = []
        for call in calls { answers.append(try await visitor.answer(call)) }
        return answers
      }

      // Connections first, so that the next ones come in the same turn.
      #expect(try await callAtOnce(2).allSatisfy { $0["result"]?["isError"] == nil })
      let commits = sink.commits
      #expect(try await callAtOnce(3).allSatisfy { $0["result"]?["isError"] == nil })
      #expect(sink.commits - commits < 4, "recorded together")
      let asked = try calls(in: log)
      #expect(asked == 8)
      sink.isFull = true
      for answer in try await callAtOnce(4) {
        #expect(answer["result"]?["isError"]?.bool == true)
        #expect(answer["result"]?["_meta"]?["gatehouse/decision"]?["rule"]?.string == "(record)")
      }
      sink.isFull = false
      #expect(try await callAtOnce(5).allSatisfy { $0["result"]?["isError"] == nil })
      #expect(try calls(in: log) == 12, "what could not be recorded has reached nobody")
    }

    private func calls(in log: String) throws -> Int {
      try SafeFile.read(log, limit: 1 << 20).split(separator: 0x0A).count { $0.elementsEqual("tools/call".utf8) }
    }
  }
}
