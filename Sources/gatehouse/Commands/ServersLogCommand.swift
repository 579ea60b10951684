import ConsoleCore
import ControlWire
import Gate
import Glibc
import JSONText
import Policy
import Store
import System

extension Gatehouse {
  static let serversLog = Command(
    ["servers", "log"], operands: "NAME", count: 1...1,
    summary: "What a server wrote to its standard error, as far as the running gate has it.",
    details:
      "Also what it wrote to its standard output that was no message, marked `stdout`. The gate keeps the last 256 KB of\n"
      + "each server. What it knows or takes for a secret reads `[hidden]`.",
    options: [
      .init("--lines", "N", "the last N lines (100)"),
      .init("--follow", "go on with what it writes from now on"),
      .init("--json", "print one JSON object a line"),
      .init("--socket", "PATH", "the gate's control socket"),
    ]
  ) { arguments throws(Failure) in
    let name = ExactText(arguments.operands[0])
    let lines: Int = try arguments.number("--lines") ?? 100
    var client = try connectToGate(try paths(arguments))
    var last: UInt64?
    while true {
      client.send(.stderr(server: name, lines: last == nil ? lines : nil, after: last, id: 1))
      guard let answer = try serverMessages(&client) else { throw Failure("the gate has ended") }
      if last == nil, answer.messages.isEmpty, !arguments.has("--follow") { try explainSilence(of: name) }
      for message in answer.messages {
        let line = arguments.has("--json") ? json(message) : words(message)
        guard StandardOutput.write(line + "\n") else { return 0 }
        last = message.number
      }
      guard arguments.has("--follow") else { return 0 }
      last = last ?? 0
      usleep(250_000)
    }
  }

  private static func serverMessages(_ client: inout ControlClient) throws(Failure) -> ServerMessages? {
    while let (_, message) = try nextMessage(&client) {
      if case .serverMessages(let messages, _) = message.event { return messages }
    }
    return nil
  }

  /// A server that nobody knows is a mistake; one that is silent is none.
  private static func explainSilence(of name: ExactText) throws(Failure) {
    let registry = try readRegistry()
    if registry[name] == nil {
      let hint = registry.nearest(to: name).map { "did you mean `\($0.string)`?" }
      throw Failure(
        "the gate has nothing of a server `\(name.string)`, and none of that name is registered",
        help: hint ?? "see `gatehouse servers list`")
    }
    StandardError.write("\(name.string) has written nothing since the gate started\n")
  }

  private static func json(_ message: ServerMessage) -> String {
    var writer = JSONWriter()
    message.write(&writer)
    return String(decoding: writer.bytes, as: UTF8.self)
  }

  private static func words(_ message: ServerMessage) -> String {
    let mark = message.source == .noise ? "  stdout" : ""
    let text = TerminalText.safe(message.text) + (message.isCut ? " …" : "")
    return "\(message.time.timeOfDay)  \(TerminalText.safe(message.session.string))\(mark)  \(text)"
  }
}
