import Glibc
import JSONText
import Risk

/// Measures what judging a tool takes: `RiskProbe ROUNDS FILE...`, each file a `tools/list` result or a list of tools.
///
/// Prints the nanoseconds of a tool, one round a line: of reading the JSON, and of judging by name, description and
/// schema. Rounds take turns with whoever reads the lines, so that both see the same machine.
@main
enum RiskProbe {
  static func main() throws {
    let arguments = CommandLine.arguments.dropFirst()
    guard arguments.count > 1, let rounds = arguments.first.flatMap({ Int($0) }) else {
      print("usage: RiskProbe ROUNDS FILE...")
      exit(2)
    }
    let texts = try arguments.dropFirst().map(bytes)
    for _ in 0..<rounds {
      let began = now()
      let tools = try texts.flatMap { try definitions(in: JSONNode.read($0)) }
      let read = now()
      var weight = 0
      for tool in tools { weight &+= RiskClassifier.assess(tool).confidence }
      let judged = now()
      guard !tools.isEmpty, weight > 0 else { exit(1) }
      print("read", (read - began) / tools.count, "judge", (judged - read) / tools.count)
      fflush(nil)
      // The next round begins when the reader asks for it.
      guard readLine() != nil else { break }
    }
  }

  private static func definitions(in node: JSONNode) -> [ToolDefinition] {
    (node["tools"]?.elements ?? node["result"]?["tools"]?.elements ?? node.elements ?? []).compactMap(
      ToolDefinition.init)
  }

  private static func bytes(of path: String) throws -> [UInt8] {
    let file = unsafe open(path, O_RDONLY)
    guard file >= 0 else {
      print("cannot open \(path)")
      exit(1)
    }
    defer { close(file) }
    var text: [UInt8] = []
    while true {
      let part = unsafe [UInt8](unsafeUninitializedCapacity: 1 << 20) { buffer, count in
        count = unsafe max(0, read(file, buffer.baseAddress, 1 << 20))
      }
      if part.isEmpty { return text }
      text += part
    }
  }

  private static func now() -> Int {
    var time = timespec()
    unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
  }
}
