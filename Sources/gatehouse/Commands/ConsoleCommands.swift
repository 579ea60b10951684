import Console
import ControlWire
import Demo
import Gate
import JSONText
import Policy
import Store
import System

extension Gatehouse {
  static let console = Command(
    [], summary: "The console: servers, tools, policy, live decisions.",
    details: """
      It starts a gate in the background where none runs. `?` in the console lists every key.
      With --plain it is lines of text, for screen readers, scripts and terminals that cannot show more.
      """,
    options: consoleOptions + [
      .init("--no-start", "do not start a gate; the policy can be edited all the same"),
      .init("--policy", "FILE", "the policy; else $GATEHOUSE_POLICY, else policy.json in the configuration folder"),
      .init("--socket", "PATH", "the gate's control socket; else $GATEHOUSE_SOCKET, else in the runtime folder"),
    ]
  ) { arguments throws(Failure) in
    let paths = try paths(arguments)
    var options = try settings(arguments, paths, environment: ThisProcess.environment)
    if !arguments.has("--no-start") {
      options.startGate = { () throws(SystemError) in try GateStarter.start(paths) }
    }
    return ConsoleProgram.run(options)
  }

  static let demo = Command(
    ["demo"], summary: "The console over a private gate, a demonstration server and an agent at work.",
    details: "Everything lives in a temporary folder and goes with the console. Edit, save, and watch what changes.",
    options: consoleOptions
  ) { arguments throws(Failure) in
    let stage: DemoStage
    do {
      stage = try DemoStage.begin()
    } catch {
      throw Failure("the demonstration cannot be set up: \(error)")
    }
    var environment = ThisProcess.environment
    environment["GATEHOUSE_HOME"] = stage.folder
    for name in ["GATEHOUSE_POLICY", "GATEHOUSE_SOCKET"] { environment[name] = nil }
    do {
      guard stage.waitForGate() else { throw Failure("the demonstration's gate did not start") }
      let code = ConsoleProgram.run(try settings(arguments, try Paths.of(environment), environment: environment))
      stage.clear()
      return code
    } catch {
      stage.clear()
      throw (error as? Failure) ?? Failure("\(error)")
    }
  }

  private static let consoleOptions: [Command.Option] = [
    .init("--theme", "NAME", "how it looks; see `gatehouse themes`, and `:theme` in the console"),
    colourOption,
    .init("--read-only", "no edit, no save, no word about calls that wait"),
    .init("--approve", "with --read-only: decide about calls that wait all the same"),
    .init("--plain", "lines of text instead of a screen"),
    .init("--script", "FILE", "commands to do at the start, one a line"),
  ]

  private static func settings(
    _ arguments: Arguments, _ paths: Paths, environment: [String: String]
  ) throws(Failure) -> ConsoleProgram.Options {
    var options = ConsoleProgram.Options(paths: paths, build: Build.version, environment: environment)
    options.theme = arguments.value("--theme")
    options.colours = try colours(arguments)
    options.isReadOnly = arguments.has("--read-only")
    options.mayApprove = arguments.has("--approve")
    options.isPlain = arguments.has("--plain")
    options.script = arguments.value("--script")
    options.offlineCatalogue = { offlineSnapshot(paths) }
    options.offlineTool = { server, name in offlineAnswer(name, of: server, paths) }
    return options
  }

  @LoopActor
  private static func offlineAnswer(_ name: ExactText, of server: ExactText, _ paths: Paths) -> ToolAnswer? {
    let text = try? SafeFile.read(paths.registry, limit: ServerRegistry.longestText)
    let registry = text.flatMap { try? ServerRegistry(text: $0) } ?? .empty
    let entries = (try? Catalogue(path: paths.database).entries()) ?? []
    return Inventory.answer(
      name, of: server, registry: registry, definitions: entries.first { $0.server == server }?.definitions)
  }

  /// What registry and catalogue know, for a console without a gate.
  @LoopActor
  private static func offlineSnapshot(_ paths: Paths) -> Snapshot? {
    guard let text = try? SafeFile.read(paths.registry, limit: ServerRegistry.longestText),
      let registry = try? ServerRegistry(text: text)
    else { return nil }
    let entries = (try? Catalogue(path: paths.database).entries()) ?? []
    return Snapshot(
      servers: Inventory.servers(registry: registry, entries: entries), sessions: [],
      policy: PolicyEvent(state: .absent, revision: nil, problems: []), policyPath: paths.policy, sequence: 0)
  }
}
