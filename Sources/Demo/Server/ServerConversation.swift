internal import JSONText

/// The server's side of one session: a line in, at most one line out.
///
/// It speaks the protocol as it was before 2026-07-28, with a handshake; a client that asks for the newer way is told
/// that there is no such method and falls back.
package struct ServerConversation {
  /// The answer, and how long making it is to take.
  package struct Answer: Hashable, Sendable {
    package var line: [UInt8]
    package var milliseconds: UInt32 = 0
  }

  private static let versions = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"]
  private static let newest = "2025-11-25"

  private var shop = Shop()
  private var isInitialized = false

  package init() {}

  /// Nil for what wants no answer: notifications, answers, empty lines.
  package mutating func answer(_ line: [UInt8]) -> Answer? {
    guard !line.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) else { return nil }
    let message: JSONNode
    do {
      message = try JSONNode.read(line)
    } catch {
      return failure(id: nil, -32700, "parse error: \(error)")
    }
    guard message["jsonrpc"]?.string == "2.0" else { return failure(id: nil, -32600, "not a JSON-RPC 2.0 message") }
    guard let method = message["method"] else { return nil }
    guard let id = message["id"] else { return nil }
    switch id.content {
    case .string, .number: break
    case .null, .bool, .array, .object: return failure(id: nil, -32600, "the id is neither a string nor a number")
    }
    guard let method = method.string else { return failure(id: id, -32600, "the method is not a string") }
    return respond(to: method, message["params"], id: id)
  }

  private mutating func respond(to method: String, _ params: JSONNode?, id: JSONNode) -> Answer {
    switch method {
    case "ping": return result(id) { _ in }
    case "initialize": return initialize(params, id)
    case "tools/list" where isInitialized: return listTools(id)
    case "tools/call" where isInitialized: return callTool(params, id)
    case "tools/list", "tools/call": return failure(id: id, -32600, "initialize comes first")
    default: return failure(id: id, -32601, "method not found: \(method)")
    }
  }

  // MARK: Methods

  private mutating func initialize(_ params: JSONNode?, _ id: JSONNode) -> Answer {
    guard let wanted = params?["protocolVersion"]?.string else {
      return failure(id: id, -32602, "`protocolVersion` is missing")
    }
    isInitialized = true
    return result(id) { writer in
      writer.member("protocolVersion", Self.versions.contains(wanted) ? wanted : Self.newest)
      writer.key("capabilities")
      writer.beginObject()
      writer.key("tools")
      writer.beginObject()
      writer.endObject()
      writer.endObject()
      writer.key("serverInfo")
      writer.beginObject()
      writer.member("name", "gatehouse-demo-shop")
      writer.member("title", "A small shop")
      writer.member("version", "1.0.0")
      writer.endObject()
      writer.member("instructions", "The back office of a small shop that sells tea: orders, customers, money.")
    }
  }

  private func listTools(_ id: JSONNode) -> Answer {
    result(id) { writer in
      writer.key("tools")
      writer.beginArray()
      for tool in Shop.tools { tool.write(to: &writer) }
      writer.endArray()
    }
  }

  private mutating func callTool(_ params: JSONNode?, _ id: JSONNode) -> Answer {
    guard let name = params?["name"]?.text else { return failure(id: id, -32602, "`name` is missing") }
    guard let tool = Shop.tools.first(where: { ExactText($0.name) == name }) else {
      return failure(id: id, -32602, "Unknown tool: \(name)")
    }
    let arguments = params?["arguments"]
    guard arguments == nil || arguments?.members != nil else {
      return failure(id: id, -32602, "`arguments` is not an object")
    }
    var text: String
    var isError = false
    do throws(DemoFailure) {
      let checked = try DemoArguments(arguments, for: tool.parameters)
      text = String(decoding: try tool.run(&shop, checked).compact, as: UTF8.self)
    } catch {
      text = error.message
      isError = true
    }
    var answer = result(id) { writer in
      writer.key("content")
      writer.beginArray()
      writer.beginObject()
      writer.member("type", "text")
      writer.member("text", text)
      writer.endObject()
      writer.endArray()
      writer.member("isError", isError)
    }
    answer.milliseconds = isError ? 1 : tool.milliseconds
    return answer
  }

  // MARK: Envelopes

  private func result(_ id: JSONNode, _ body: (inout JSONWriter) -> Void) -> Answer {
    envelope(id) { writer in
      writer.key("result")
      writer.beginObject()
      body(&writer)
      writer.endObject()
    }
  }

  private func failure(id: JSONNode?, _ code: Int, _ message: String) -> Answer {
    envelope(id ?? JSONNode(.null)) { writer in
      writer.key("error")
      writer.beginObject()
      writer.member("code", code)
      writer.member("message", message)
      writer.endObject()
    }
  }

  private func envelope(_ id: JSONNode, _ body: (inout JSONWriter) -> Void) -> Answer {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("jsonrpc", "2.0")
    writer.key("id")
    writer.node(id)
    body(&writer)
    writer.endObject()
    return Answer(line: writer.bytes + [0x0A])
  }
}
