import ControlWire
import Gate
import HTTPWire
import JSONText
import Policy
import Store
import System

extension Gatehouse {
  static let serve = Command(
    ["serve"], summary: "Run the gate in the foreground, for systemd or a container.",
    details: "Otherwise `connect`, `run` and the console start it by themselves.",
    options: [
      .init("--policy", "FILE", "the policy; else $GATEHOUSE_POLICY, else policy.json in the configuration folder"),
      .init("--socket", "PATH", "the control socket; else $GATEHOUSE_SOCKET, else in the runtime folder"),
      .init("--strict-pins", "deny tools until somebody accepts their definitions"),
      .init("--listen", "ADDRESS:PORT", "let HTTP clients in there, as 127.0.0.1:8787; may be given several times"),
      .init("--listen-socket", "PATH", "let HTTP clients in over a socket's file"),
      .init("--public-url", "URL", "by what address clients reach it through a proxy, as https://gate.example.org"),
      .init("--idle-exit", "SECONDS", "end by itself that long after the last session and console are gone"),
    ]
  ) { arguments throws(Failure) in
    var options = ServeOptions(
      paths: try paths(arguments), build: Build.version, isBackground: false,
      idleExit: try arguments.seconds("--idle-exit"))
    options.hasStrictPins = arguments.has("--strict-pins")
    for text in arguments.values("--listen") {
      guard let address = TCPSocket.Address(text) else {
        throw .usage("`\(text)` is no address to listen on", help: "as in 127.0.0.1:8787, [::1]:8787 or 8787")
      }
      options.http.addresses.append(address)
    }
    options.http.socket = try arguments.value("--listen-socket").map { path throws(Failure) in
      if path.hasPrefix("/") { return path }
      guard let here = ThisProcess.directory else { throw Failure("the working folder is gone; use a full path") }
      return "\(here)/\(path)"
    }
    options.http.url = try arguments.value("--public-url").map { text throws(Failure) in
      guard let url = PublicURL(text) else {
        throw .usage("`\(text)` is no address without a path", help: PublicURL.help)
      }
      return url
    }
    return GateProgram.serve(options)
  }

  static let connect = Command(
    ["connect"], operands: "NAME", count: 1...1,
    summary: "Be the registered server NAME to an MCP client: this is what the client starts.",
    details:
      "Standard input, output and error, folder and environment are handed to the gate, which starts the server.",
    options: attachOptions
  ) { arguments throws(Failure) in
    let name = ExactText(arguments.operands[0])
    let registry = try readRegistry()
    guard registry[name] != nil else {
      let hint = registry.nearest(to: name).map { "did you mean `\($0.string)`?" }
      throw Failure(
        "no server `\(name.string)` is registered",
        help: hint ?? "gatehouse servers add \(name.string) -- COMMAND...")
    }
    return try attach(arguments, .registered(name))
  }

  static let run = Command(
    ["run"], operands: "-- COMMAND...", takesCommand: true,
    summary: "Guard an MCP server that is not registered.",
    options: [.init("--name", "NAME", "the server's name in policy and stream; else its program's")] + attachOptions
  ) { arguments throws(Failure) in
    guard let words = arguments.command, let program = words.first, !program.isEmpty else {
      throw .usage("the server's command is missing", help: "gatehouse run [OPTIONS] -- COMMAND...")
    }
    let name = arguments.value("--name") ?? program.split(separator: "/").last.map(String.init) ?? program
    // They stand last on the command line, where they are as they came; Swift's strings would mend what is no UTF-8.
    return try attach(arguments, .command(ThisProcess.arguments.suffix(words.count), name: ExactText(name)))
  }

  private static let attachOptions: [Command.Option] = [
    .init("--no-start", "refuse to start a gate if none is running"),
    .init("--private", "keep the gate inside this very process; for containers and CI"),
    .init("--strict-pins", "with --private: deny tools until somebody accepts their definitions"),
    .init("--policy", "FILE", "with a gate that is started now: its policy"),
    .init("--socket", "PATH", "the gate's control socket"),
  ]

  private static func attach(_ arguments: Arguments, _ server: Attachment.Server) throws(Failure) -> Int32 {
    guard arguments.has("--private") || !arguments.has("--strict-pins") else {
      throw .usage(
        "`--strict-pins` goes with --private alone: others use the same gate",
        help: "write `\"pins\": {\"strict\": true}` into config.json, or start it with `gatehouse serve --strict-pins`")
    }
    var options = AttachOptions(
      paths: try paths(arguments), build: Build.version, server: server,
      startsGate: !arguments.has("--no-start"), isPrivate: arguments.has("--private"))
    options.hasStrictPins = arguments.has("--strict-pins")
    return AttachProgram.run(options)
  }

  /// Where the files are, by the environment and the options that stand above it.
  static func paths(_ arguments: Arguments) throws(Failure) -> Paths {
    do {
      return try Paths.current(policy: arguments.value("--policy"), socket: arguments.value("--socket"))
    } catch {
      throw Failure(error.message, help: error.help)
    }
  }

  static let status = Command(
    ["status"], summary: "What the running gate is doing.",
    options: [.init("--json", "print JSON"), .init("--socket", "PATH", "the gate's control socket")]
  ) { arguments throws(Failure) in
    let paths = try paths(arguments)
    var client = try connectToGate(paths)
    client.send(.status(id: 1))
    while let (line, message) = try nextMessage(&client) {
      guard case .status(let status, _) = message.event else { continue }
      if arguments.has("--json") {
        StandardOutput.write(String(decoding: line, as: UTF8.self) + "\n")
      } else {
        say(words(status, socket: paths.socket))
      }
      return 0
    }
    throw Failure("the gate closed the connection without an answer")
  }

  private static func words(_ status: GateStatus, socket: String) -> String {
    var lines = ["gate      up, process \(status.pid), build \(status.build), since \(status.started.rfc3339)"]
    lines.append("socket    \(socket)")
    switch (status.policy.state, status.policy.revision) {
    case (.loaded, let revision): lines.append("policy    \(status.policyPath), revision \(revision ?? "-")")
    case (.rejected, let revision?):
      lines.append("policy    \(status.policyPath) is REJECTED; revision \(revision) stays in force")
    case (.rejected, nil): lines.append("policy    \(status.policyPath) is REJECTED; everything is denied")
    case (.absent, _): lines.append("policy    \(status.policyPath) is absent; everything is denied")
    }
    lines += status.policy.problems.map { "          \($0)" }
    lines += recordWords(status)
    lines.append("sessions  \(status.sessions)")
    lines.append("watchers  \(status.subscribers)")
    let counts = zip(Verdict.allCases, status.counts).map { "\($0.rawValue) \($1)" }
    lines.append("decided   " + counts.joined(separator: ", "))
    if let counters = status.counters {
      let place = counters.path ?? "in memory alone, so they end with the gate"
      lines.append("counts    \(place); \(counters.restored) were there at the start")
      if let problem = counters.problem { lines.append("          \(problem)") }
    }
    if let approvals = status.approvals { lines += words(approvals) }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func words(_ approvals: ApprovalStatus) -> [String] {
    var lines = ["waiting   \(counted(approvals.pending, "call")) for a person"]
    if approvals.standing > 0 { lines[0] += "; \(counted(approvals.standing, "approval")) for calls to come" }
    lines[0] += approvals.approvers == 0 ? "; no console is open" : "; \(counted(approvals.approvers, "console")) open"
    if let lockdown = approvals.lockdown {
      let since = lockdown.since.map { " since \($0.rfc3339)" } ?? ""
      lines.append("lockdown  ON\(since)\(lockdown.by.map { " by \($0)" } ?? ""); everything is denied")
    }
    if let notify = approvals.notify {
      lines.append(
        "notify    run \(counted(Int(clamping: notify.runs), "time")), failed \(notify.failures), "
          + "\(counted(Int(clamping: notify.skipped), "question")) told along with others")
      if let problem = notify.problem { lines.append("          \(problem)") }
    }
    return lines
  }

  private static func recordWords(_ status: GateStatus) -> [String] {
    var lines: [String] = []
    if let settings = status.settings {
      lines.append("config    \(settings.path)")
      if let problem = settings.problem {
        lines +=
          ["          is REJECTED; what was in force stays so"]
          + problem.split(separator: "\n").map { "          \($0)" }
      }
    }
    guard let record = status.record else { return lines }
    lines.append("record    \(record.path), \(record.failure == nil ? "up to event \(record.sequence)" : "FAILING")")
    if let failure = record.failure { lines.append("          \(failure)") }
    if record.lost > 0 {
      lines.append("          \(counted(Int(clamping: record.lost), "line")) could not be recorded")
    }
    return lines
  }

  static let stop = Command(
    ["stop"], summary: "End the running gate and everything that it guards.",
    options: [.init("--socket", "PATH", "the gate's control socket")]
  ) { arguments throws(Failure) in
    var client = try connectToGate(try paths(arguments), anyBuild: true)
    client.send(.stop(id: 1))
    while try nextMessage(&client) != nil {}
    StandardOutput.write("the gate has ended\n")
    return 0
  }

  static func connectToGate(_ paths: Paths, anyBuild: Bool = false) throws(Failure) -> ControlClient {
    do {
      return try ControlClient.connect(to: paths.socket, build: Build.version)
    } catch {
      throw Failure(error.message, help: error.help)
    }
  }

  /// The next line and what it says, lines of later builds passed over; nil at the end.
  static func nextMessage(_ client: inout ControlClient) throws(Failure) -> (line: [UInt8], message: GateMessage)? {
    do {
      while let line = try client.nextLine() {
        if let message = try GateMessage.read(line) {
          if case .refused(let reason, _) = message.event { throw Failure("the gate refused: \(reason)") }
          return (line, message)
        }
      }
      return nil
    } catch let failure as Failure {
      throw failure
    } catch {
      throw Failure("\(error)")
    }
  }

  /// Lets a running gate know that registry or catalogue changed; without one there is nobody to tell.
  static func tellGateToReload() {
    guard let paths = try? environmentPaths(),
      var client = try? ControlClient.connect(to: paths.socket, build: Build.version)
    else { return }
    client.send(.reload(id: 1))
    while let line = try? client.nextLine() {
      switch (try? GateMessage.read(line))??.event {
      case .done, .refused: return
      default: continue
      }
    }
  }
}
