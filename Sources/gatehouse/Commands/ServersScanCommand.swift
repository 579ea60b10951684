import ConsoleCore
import Gate
import Glibc
import JSONText
import Store
import System

extension Gatehouse {
  static let serversScan = Command(
    ["servers", "scan"], operands: "[NAME...]", count: 0...1_000,
    summary: "Start registered servers, ask for their tools, and keep the answer.",
    details: """
      Without a name all of them, several at a time; at a terminal a line tells how far it is. Exit 1 if one of them could
      not be asked.

      With --json: [{"name", "tools" (how many, or null), "error", "last_lines"}], in the order of the registry.
      """,
    options: [
      .init("--timeout", "SECONDS", "how long one server may take (60)"),
      .init("--json", "print JSON"),
    ]
  ) { arguments throws(Failure) in
    let registry = try readRegistry()
    var wanted = registry.servers.filter { !$0.isDisabled }
    if !arguments.operands.isEmpty { wanted = try registered(arguments.operands, in: registry) }
    guard !wanted.isEmpty else {
      if !registry.servers.isEmpty { throw Failure("every server is disabled", help: "gatehouse servers enable NAME") }
      throw Failure("no server is registered", help: "gatehouse servers add NAME -- COMMAND...")
    }
    let seconds = try arguments.seconds("--timeout") ?? 60
    let catalogue = try openCatalogue()
    let isJSON = arguments.has("--json")
    let line = Locked(ScanProgress(wanted.map(\.name)))
    line.withLock { $0.draw() }
    let results = ServerScanner.scan(wanted, build: Build.version, seconds: seconds) { server, result in
      line.withLock { progress in
        progress.clear()
        if !isJSON { tell(result, of: server) }
        progress.finish(server.name)
        progress.draw()
      }
    }
    line.withLock { $0.clear() }
    let failed = try keep(results, in: catalogue)
    if isJSON { StandardOutput.write(json(results, order: wanted.map(\.name))) }
    tellGateToReload()
    return failed == 0 ? 0 : 1
  }

  private static func tell(_ result: Result<[[UInt8]], ScanFailure>, of server: RegisteredServer) {
    switch result {
    case .success(let tools): say("\(server.name.string): \(counted(tools.count, "tool"))\n")
    case .failure(let error):
      StandardError.write("\(server.name.string): \(TerminalText.safe(error.message))\n")
      for line in error.said { StandardError.write("  \(TerminalText.safe(line))\n") }
    }
  }

  private static func keep(
    _ results: [(RegisteredServer, Result<[[UInt8]], ScanFailure>)], in catalogue: Store.Catalogue
  ) throws(Failure) -> Int {
    var failed = 0
    do {
      for (server, result) in results {
        switch result {
        case .success(let tools): try catalogue.keep(tools, of: server.name, at: Clock.now())
        case .failure(let error):
          failed += 1
          let message = ([error.message] + error.said.suffix(1)).joined(separator: ": ")
          try catalogue.note(failure: message, of: server.name, at: Clock.now())
        }
      }
    } catch {
      throw Failure("the answers could not be kept: \(error)", help: "gatehouse doctor")
    }
    return failed
  }

  private static func json(
    _ results: [(RegisteredServer, Result<[[UInt8]], ScanFailure>)], order: [ExactText]
  ) -> String {
    var writer = JSONWriter()
    writer.beginArray()
    for name in order {
      guard let (_, result) = results.first(where: { $0.0.name == name }) else { continue }
      writer.beginObject()
      writer.member("name", name.string)
      switch result {
      case .success(let tools): writer.member("tools", tools.count)
      case .failure(let error):
        writer.key("tools")
        writer.null()
        writer.member("error", error.message)
        writer.key("last_lines")
        writer.beginArray()
        for line in error.said { writer.string(line) }
        writer.endArray()
      }
      writer.endObject()
    }
    writer.endArray()
    return String(decoding: writer.bytes, as: UTF8.self) + "\n"
  }
}

/// The line that tells how far a scan is, at a terminal alone.
struct ScanProgress: Sendable {
  private var waiting: [ExactText]
  private let count: Int
  private let isShown: Bool
  private var isDrawn = false

  init(_ names: [ExactText]) {
    waiting = names
    count = names.count
    isShown = isatty(STDERR_FILENO) == 1
  }

  mutating func finish(_ name: ExactText) { waiting.removeAll { $0 == name } }

  /// Leaves the cursor behind the line; nothing else is to be written before it is cleared.
  mutating func draw() {
    guard isShown, !waiting.isEmpty else { return }
    StandardError.write(words)
    isDrawn = true
  }

  mutating func clear() {
    guard isDrawn else { return }
    StandardError.writeExactly("\r\u{1B}[K")
    isDrawn = false
  }

  /// In fewer columns than any terminal has that somebody reads in.
  private var words: String {
    let names = waiting.prefix(2).map { TerminalText.safe($0.string) }.joined(separator: ", ")
    let more = waiting.count > 2 ? " and \(waiting.count - 2) more" : ""
    return TerminalText.safe(String("asked \(count - waiting.count) of \(count); still \(names)\(more)".prefix(72)))
  }
}
