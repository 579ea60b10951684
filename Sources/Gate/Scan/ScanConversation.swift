internal import JSONText

/// The talk with one server that ends in its list of tools: handshake, then `tools/list`, every page of it.
///
/// It speaks the handshake of the 2025-11-25 revision, which nearly all servers accept; one that knows only the stateless
/// era is asked without. Pure: lines in, lines out.
package struct ScanConversation: Sendable {
  package enum Step: Hashable, Sendable {
    /// Lines to send, ends included; then wait for more.
    case send([UInt8])
    case wait
    /// All tools, each as compact JSON, in the server's order.
    case finished([[UInt8]])
    case failed(String)
  }

  private enum State: Hashable, Sendable {
    case handshake
    case listing(page: Int)
    case done
  }

  package static let mostPages = 200
  package static let mostTools = 10_000
  package static let mostBytes = 64 << 20

  private var state = State.handshake
  private var tools: [[UInt8]] = []
  private var byteCount = 0
  private var cursors: Set<JSONNode.Content> = []
  private let build: String
  /// How the server has refused the handshake, if it is asked without.
  private var refusal: String?

  package init(build: String) { self.build = build }

  /// What to send first.
  package var greeting: [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("jsonrpc", "2.0")
    writer.member("id", 0)
    writer.member("method", "initialize")
    writer.key("params")
    writer.beginObject()
    writer.member("protocolVersion", "2025-11-25")
    writer.key("capabilities")
    writer.raw("{}".utf8)
    writer.key("clientInfo")
    writer.beginObject()
    writer.member("name", "gatehouse")
    writer.member("version", build)
    writer.endObject()
    writer.endObject()
    writer.endObject()
    return writer.bytes + [0x0A]
  }

  /// Takes one line of the server.
  ///
  /// What is no answer to us is passed over: servers print banners and log lines.
  package mutating func received(_ line: [UInt8]) -> Step {
    guard state != .done else { return .wait }
    let message: JSONNode
    do throws(JSONError) {
      message = try JSONNode.read(line)
    } catch {
      guard Self.isMessage(line) else { return .wait }
      state = .done
      return .failed("the server's answer cannot be read: \(error) at byte \(error.offset)")
    }
    guard message.members != nil else { return .wait }
    if let method = message["method"]?.string { return answer(method, id: message["id"]) }
    guard let id = message["id"]?.integer, id == expectedID else { return .wait }
    if let error = message["error"] {
      let text = error["message"]?.string ?? "no message"
      if state == .handshake, let code = error["code"]?.integer, Self.statelessCodes.contains(code) {
        refusal = text
        state = .listing(page: 1)
        return .send(request(page: 1, cursor: nil))
      }
      defer { state = .done }
      return .failed(
        refusal.map { "the server refused initialize: \($0)" } ?? "the server refused \(stepName): \(text)")
    }
    guard let result = message["result"], result.members != nil else {
      defer { state = .done }
      return .failed("the server's answer to \(stepName) has no result")
    }
    switch state {
    case .handshake:
      let initialized = Array(#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#.utf8) + [0x0A]
      state = .listing(page: 1)
      // A server without the capability has no tools; asking it would be an error.
      guard let capabilities = result["capabilities"], capabilities["tools"] != nil else {
        state = .done
        return .finished([])
      }
      return .send(initialized + request(page: 1, cursor: nil))
    case .listing(let page): return listed(result, page: page)
    case .done: return .wait
    }
  }

  /// What a server of the stateless era says to a handshake: no such method, no version, headers or members missing.
  private static let statelessCodes: Set<Int> = [-32601, -32602, -32600, -32022, -32021, -32020]

  /// Whether a line that cannot be read is a message all the same, and no banner or line of a log: nothing better comes.
  private static func isMessage(_ line: [UInt8]) -> Bool {
    let start = line.prefix(256)
    guard start.first(where: { $0 > 0x20 }) == UInt8(ascii: "{") else { return false }
    let word = Array(#""jsonrpc""#.utf8)
    return start.indices.contains { start[$0...].starts(with: word) }
  }

  private mutating func listed(_ result: JSONNode, page: Int) -> Step {
    guard let elements = result["tools"]?.elements else {
      state = .done
      return .failed("the server's answer to tools/list has no array `tools`")
    }
    for element in elements {
      let tool = element.compact
      byteCount += tool.count
      tools.append(tool)
    }
    guard byteCount <= Self.mostBytes else {
      state = .done
      return .failed("the server's list of tools has more than \(Self.mostBytes >> 20) MiB")
    }
    guard let cursor = result["nextCursor"], !cursor.isNull else {
      state = .done
      return .finished(tools)
    }
    guard tools.count <= Self.mostTools, page < Self.mostPages, cursors.insert(cursor.content).inserted else {
      state = .done
      return .failed("the server's list of tools does not end")
    }
    state = .listing(page: page + 1)
    return .send(request(page: page + 1, cursor: cursor))
  }

  private var expectedID: Int? {
    switch state {
    case .handshake: 0
    case .listing(let page): page
    case .done: nil
    }
  }

  private var stepName: String { state == .handshake ? "initialize" : "tools/list" }

  private func request(page: Int, cursor: JSONNode?) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("jsonrpc", "2.0")
    writer.member("id", page)
    writer.member("method", "tools/list")
    writer.key("params")
    writer.beginObject()
    if let cursor {
      writer.key("cursor")
      writer.node(cursor)
    }
    if refusal != nil {
      writer.key("_meta")
      writer.beginObject()
      writer.member("io.modelcontextprotocol/protocolVersion", "2026-07-28")
      writer.key("io.modelcontextprotocol/clientInfo")
      writer.beginObject()
      writer.member("name", "gatehouse")
      writer.member("version", build)
      writer.endObject()
      writer.key("io.modelcontextprotocol/clientCapabilities")
      writer.raw("{}".utf8)
      writer.endObject()
    }
    writer.endObject()
    writer.endObject()
    return writer.bytes + [0x0A]
  }

  /// A request of the server's: a ping is answered, anything else is not ours to give.
  private func answer(_ method: String, id: JSONNode?) -> Step {
    guard let id else { return .wait }
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("jsonrpc", "2.0")
    writer.key("id")
    writer.node(id)
    if method == "ping" {
      writer.key("result")
      writer.raw("{}".utf8)
    } else {
      writer.key("error")
      writer.raw(#"{"code":-32601,"message":"a scan answers nothing but ping"}"#.utf8)
    }
    writer.endObject()
    return .send(writer.bytes + [0x0A])
  }
}
