internal import AttackCorpus
internal import Glibc
internal import JSONText
internal import System

/// The server behind a proxy under test: writes down every byte that it gets, answers honestly in every version of the
/// protocol, and plays the hostile part of an attack that it is asked for.
package enum RecordingServer {
  /// Serves standard input until its end; `record` is the file to which every byte is added before it is answered.
  package static func run(record: String) -> Int32 {
    let file: Descriptor
    do {
      file = try Descriptor.open(record, O_WRONLY | O_CREAT | O_APPEND)
    } catch {
      StandardError.write("gatehouse: \(error)\n")
      return 1
    }
    var conversation = HonestConversation()
    var pending: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = unsafe read(0, &chunk, chunk.count)
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return 0 }
      guard write(chunk[..<count], to: file.number) else { return 1 }
      let start = pending.count
      pending += chunk[..<count]
      guard pending[start...].contains(0x0A), let end = pending.lastIndex(of: 0x0A) else { continue }
      var answers: [UInt8] = []
      for line in pending[..<end].split(separator: 0x0A) { answers += conversation.answer(to: Array(line)) }
      pending.removeSubrange(...end)
      guard StandardOutput.write(answers) else { return 0 }
    }
  }

  private static func write(_ bytes: ArraySlice<UInt8>, to descriptor: Int32) -> Bool {
    var rest = bytes
    while !rest.isEmpty {
      let written = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if written < 0 && errno == EINTR { continue }
      guard written > 0 else { return false }
      rest = rest.dropFirst(written)
    }
    return true
  }
}

/// What the recording server says.
struct HonestConversation {
  /// What a hostile part answers the next `tools/list` with.
  private var armed: [[UInt8]]?
  /// Answers that wait for the next message.
  private var held: [UInt8] = []
  private let reader = ReaderModel.server

  mutating func answer(to line: [UInt8]) -> [UInt8] {
    var answers: [UInt8] = []
    for message in reader.messages(in: ReaderModel.squeezed(line)) {
      let released = held
      held = []
      answers += answer(to: message)
      answers += released
    }
    return answers
  }

  private mutating func answer(to message: SeenMessage) -> [UInt8] {
    guard let method = message.method, let id = message.id?.json, id != "null" else { return [] }
    let result: String
    switch method {
    case "initialize":
      let version = message.parameter("protocolVersion")?.json ?? "\"2025-11-25\""
      result = #"{"protocolVersion":\#(version),"capabilities":\#(Self.capabilities),"serverInfo":\#(Self.info)}"#
    case "server/discover":
      result = #"{"supportedVersions":["2026-07-28"],"capabilities":\#(Self.capabilities),"serverInfo":\#(Self.info)}"#
    case "tools/list":
      if let lines = armed {
        armed = nil
        return Self.played(lines, id)
      }
      result = Self.tools
    case "tools/call":
      let part = message.argument("play")?.string ?? ""
      if let attack = AttackCorpus[name: part] {
        if !attack.server.onList.isEmpty { armed = attack.server.onList }
        if !attack.server.onCall.isEmpty { return Self.played(attack.server.onCall, id) }
      }
      let answer = Self.line(id, #"{"content":[{"type":"text","text":"done"}],"isError":false}"#, of: message)
      if part == "slow" {
        held += answer
        return []
      }
      return answer
    case "resources/list": result = #"{"resources":[{"uri":"\#(AttackCorpus.allowedResource)","name":"allowed"}]}"#
    case "resources/templates/list": result = #"{"resourceTemplates":[]}"#
    case "resources/read":
      result = #"{"contents":[{"uri":"\#(AttackCorpus.allowedResource)","text":"done"}]}"#
    case "prompts/list": result = #"{"prompts":[{"name":"\#(AttackCorpus.allowedPrompt)"}]}"#
    case "prompts/get":
      result = #"{"messages":[{"role":"user","content":{"type":"text","text":"done"}}]}"#
    case "ping", "logging/setLevel", "resources/subscribe", "resources/unsubscribe": result = "{}"
    default:
      let error = #"{"jsonrpc":"2.0","id":\#(id),"error":{"code":-32601,"message":"no such method"}}"#
      return Array((error + "\n").utf8)
    }
    return Self.line(id, result, of: message)
  }

  private static func played(_ lines: [[UInt8]], _ id: String) -> [UInt8] {
    lines.flatMap { $0.replacing(Array("$ID".utf8), with: Array(id.utf8)) + [0x0A] }
  }

  private static func line(_ id: String, _ result: String, of message: SeenMessage) -> [UInt8] {
    var result = result
    if message.isStateless {
      let list = message.method == "tools/list" ? #""ttlMs":0,"cacheScope":"private","# : ""
      let rest = result.dropFirst()
      result = #"{"resultType":"complete",\#(list)"# + (rest == "}" ? #""x":0}"# : String(rest))
    }
    return Array(#"{"jsonrpc":"2.0","id":\#(id),"result":\#(result)}"#.utf8) + [0x0A]
  }

  private static let capabilities = #"{"tools":{},"prompts":{},"resources":{"subscribe":true},"logging":{}}"#
  private static let info = #"{"name":"gatehouse-selftest","version":"1"}"#

  private static let tools: String = {
    func tool(_ name: String, _ properties: String = "") -> String {
      #"{"name":"\#(name)","inputSchema":{"type":"object","properties":{\#(properties)}}}"#
    }
    let path = #""path":{"type":"string"},"amount":{"type":"number"},"secret":{"type":"string"}"#
    let limited = AttackCorpus.all.filter { $0.category == .limits || $0.category == .notifications }
    let all =
      [tool("allowed"), tool("allowed_path", path), tool("forbidden"), tool("hidden_tool")]
      + limited.map { tool("limited_\($0.name)") } + [tool("limited_batch-negotiated-limit")]
    return #"{"tools":[\#(all.joined(separator: ","))]}"#
  }()
}
