import ConsoleCore
import ControlWire
import Gate
import JSONText
import Policy
import Store
import System

extension Gatehouse {
  static let servers: [Command] = [
    serversAdd, serversDisable, serversEnable, serversImport, serversList, serversLog, serversRemove, serversScan,
  ]

  private static let serversAdd = Command(
    ["servers", "add"], operands: "NAME -- COMMAND... | NAME --url URL", count: 1...1, takesCommand: true,
    summary: "Register an MCP server; `gatehouse connect NAME` then guards it.",
    details: "Environment variables and headers given here are kept in the registry file (mode 0600) and never shown.",
    options: [
      .init("--url", "URL", "a remote server of the Streamable HTTP transport"),
      .init("--header", "'NAME: VALUE'", "send a header to it; `${VARIABLE}` in the value stands for a variable"),
      .init("--header-env", "'NAME=VARIABLE'", "the same with a variable as the value, read when a session begins"),
      .init("--header-file", "'NAME=FILE'", "the same with what a file holds"),
      .init("--ca-file", "FILE", "trust the certificates in it, and not the system's"),
      .init("--private-addresses", "let the name in the URL stand for an address that is not public"),
      .init(
        "--client-authorization", "let clients over HTTP log in to it themselves: their `Authorization` is passed on"),
      .init("--proxy", "reach it through the proxy that the environment names"),
      .init("--env", "NAME=VALUE", "set a variable for the server; may be given several times"),
      .init("--cwd", "FOLDER", "start the server there, not in its client's folder"),
    ]
  ) { arguments throws(Failure) in
    let name = ExactText(arguments.operands[0])
    if let url = arguments.value("--url") {
      let server = RegisteredServer(name: name, transport: .http(try remote(url, arguments)))
      try changeRegistry { registry throws(RegistryError) in try registry.add(server) }
      return sayRegistered(name)
    }
    guard let words = arguments.command, let program = words.first, !program.isEmpty else {
      throw .usage("the server's command is missing", help: "gatehouse servers add \(name.string) -- COMMAND...")
    }
    // The registry is a text, and a program has to be started with the very bytes that it names.
    guard ThisProcess.arguments.allSatisfy({ String(validating: $0, as: UTF8.self) != nil }) else {
      throw .usage(
        "the command is not UTF-8 throughout, and the registry can hold nothing else",
        help: "`gatehouse run` passes on whatever it is given")
    }
    var environment: [String: String] = [:]
    for variable in arguments.values("--env") {
      let parts = variable.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 2, !parts[0].isEmpty else {
        throw .usage("`--env` takes NAME=VALUE; the value is not repeated here")
      }
      environment[parts[0]] = parts[1]
    }
    let server = RegisteredServer(
      name: name,
      transport: .stdio(
        program: program, arguments: Array(words.dropFirst()), environment: environment,
        directory: arguments.value("--cwd")))
    try changeRegistry { registry throws(RegistryError) in try registry.add(server) }
    return sayRegistered(name)
  }

  private static func sayRegistered(_ name: ExactText) -> Int32 {
    say(
      "registered \(name.string)\n  in the client's configuration:  gatehouse connect \(name.string)\n"
        + "  to see its tools:  gatehouse servers scan \(name.string)\n")
    return 0
  }

  private static let serversRemove = Command(
    ["servers", "remove"], operands: "NAME", count: 1...1,
    summary: "Take a server out of the registry."
  ) { arguments throws(Failure) in
    let name = try registered(arguments.operands, in: try readRegistry())[0].name
    try changeRegistry { registry throws(RegistryError) in try registry.remove(name) }
    do {
      try openCatalogue().forget(name)
    } catch {
      throw Failure("the server is removed, but its tools stay in the catalogue: \(error)")
    }
    say("removed \(name.string)\n")
    return 0
  }

  private static let serversDisable = Command(
    ["servers", "disable"], operands: "NAME", count: 1...1,
    summary: "Let no session of a server begin.",
    details: "Its entry stays and gets `\"disabled\": true`; sessions that run go on until they end."
  ) { arguments throws(Failure) in
    try setDisabled(true, arguments.operands[0])
    return 0
  }

  private static let serversEnable = Command(
    ["servers", "enable"], operands: "NAME", count: 1...1,
    summary: "Let sessions of a disabled server begin again."
  ) { arguments throws(Failure) in
    try setDisabled(false, arguments.operands[0])
    return 0
  }

  private static func setDisabled(_ isDisabled: Bool, _ word: String) throws(Failure) {
    let name = try registered([word], in: try readRegistry())[0].name
    var was = isDisabled
    try changeRegistry { registry throws(RegistryError) in
      was = registry[name]?.isDisabled ?? false
      try registry.setDisabled(isDisabled, of: name)
    }
    let now = isDisabled ? "disabled" : "enabled"
    StandardOutput.write(was == isDisabled ? "\(word) is \(now) already\n" : "\(now) \(word)\n")
  }

  private static let serversList = Command(
    ["servers", "list"], summary: "The registered servers, with what is known of them.",
    details: "With a gate that runs, also their state, and what a failed one wrote last.",
    options: [.init("--json", "print JSON")]
  ) { arguments throws(Failure) in
    let servers = try inventory()
    let running = serversOfGate()
    let registry = try readRegistry()
    let excused = Set(registry.servers.filter(\.tellsKeysApart).map(\.name))
    let disabled = Set(registry.servers.filter(\.isDisabled).map(\.name))
    if arguments.has("--json") {
      var writer = JSONWriter()
      writer.beginArray()
      for server in servers {
        writer.beginObject()
        writer.member("name", server.name.string)
        writer.member("registered", server.isRegistered)
        writer.member("transport", server.transport)
        writer.member("program", server.program)
        writer.member("state", ifPresent: running[server.name]?.state.rawValue)
        if excused.contains(server.name) { writer.member("case_sensitive_keys", true) }
        if disabled.contains(server.name) { writer.member("disabled", true) }
        writer.member("tools", server.tools.count)
        writer.member("scanned", ifPresent: server.scanned?.rfc3339)
        writer.member("last_error", ifPresent: running[server.name]?.lastError ?? server.lastError)
        writer.member("last_line", ifPresent: running[server.name]?.lastLine)
        writer.endObject()
      }
      writer.endArray()
      StandardOutput.write(String(decoding: writer.bytes, as: UTF8.self) + "\n")
      return 0
    }
    guard !servers.isEmpty else {
      StandardOutput.write("no server is registered\n  add one:  gatehouse servers add NAME -- COMMAND...\n")
      return 0
    }
    var table = Table(header: ["NAME", "TRANSPORT", "PROGRAM", "TOOLS", "ASKED", "STATE", "LAST ERROR"])
    for server in servers {
      let now = running[server.name]
      let error = [now?.lastError ?? server.lastError, now?.lastLine].compactMap { $0 }.joined(separator: ": ")
      table.add([
        server.name.string, server.transport, server.program.isEmpty ? "-" : server.program,
        server.scanned == nil || server.tools.isEmpty && server.lastError != nil ? "-" : String(server.tools.count),
        server.scanned?.rfc3339 ?? "never",
        disabled.contains(server.name) ? "disabled" : now?.state.rawValue ?? "-", error.isEmpty ? "-" : error,
      ])
    }
    StandardOutput.write(table.text)
    for name in excused.sorted() {
      say("\(name): keys of arguments that differ in case alone may pass (caseSensitiveKeys)\n")
    }
    return 0
  }

  /// What a running gate says of servers; nothing where there is none.
  private static func serversOfGate() -> [ExactText: Snapshot.Server] {
    guard let paths = try? environmentPaths(),
      var client = try? ControlClient.connect(to: paths.socket, build: Build.version)
    else { return [:] }
    client.send(.snapshot(id: 1))
    while let line = try? client.nextLine(), let message = try? GateMessage.read(line) {
      guard case .snapshot(let snapshot, _) = message.event else { continue }
      return Dictionary(snapshot.servers.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }
    return [:]
  }

  static func changeRegistry(
    _ change: (inout ServerRegistry) throws(RegistryError) -> Void
  ) throws(Failure) {
    let path = try environmentPaths().registry
    do throws(RegistryError) {
      try RegistryFile.change(path, change)
    } catch {
      throw Failure("\(error)")
    }
    tellGateToReload()
  }

  /// The registry's servers of these names.
  static func registered(
    _ names: [String], in registry: ServerRegistry
  ) throws(Failure) -> [RegisteredServer] {
    var found: [RegisteredServer] = []
    for name in names.map({ ExactText($0) }) where !found.contains(where: { $0.name == name }) {
      guard let server = registry[name] else {
        let known = registry.servers.map(\.name.string)
        let hint = nearest(to: name.string, in: known).map { "did you mean `\($0)`?" }
        throw Failure(
          "no server `\(TerminalText.safe(name.string))` is registered", help: hint ?? "see `gatehouse servers list`")
      }
      found.append(server)
    }
    return found
  }
}

extension Arguments {
  /// A positive number of seconds.
  func seconds(_ name: String) throws(Failure) -> Int? {
    guard let text = value(name) else { return nil }
    guard let seconds = Int(text), 1...86_400 ~= seconds else {
      throw .usage("`\(name)` takes a number of seconds from 1 to 86400, not `\(text)`")
    }
    return seconds
  }
}
