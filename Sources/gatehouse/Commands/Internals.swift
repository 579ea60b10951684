import Demo
import Gate
import System

extension Gatehouse {
  /// Commands that the program starts itself with.
  static let internals: [Command] = [serveInBackground, demoServer, demoAgent, demoKeeper, selftestServer]

  private static let serveInBackground = Command(
    ["serve", "--background"], summary: "The gate that `connect`, `run` and the console start.", isInternal: true
  ) { arguments throws(Failure) in
    GateProgram.serve(
      ServeOptions(paths: try paths(arguments), build: Build.version, isBackground: true, idleExit: nil))
  }

  private static let demoServer = Command(
    ["demo-server"], summary: "The demonstration's MCP server.", isInternal: true
  ) { _ throws(Failure) in DemoServer.run() }

  private static let demoAgent = Command(
    ["demo-agent"], summary: "The demonstration's agent.", isInternal: true
  ) { _ throws(Failure) in
    DemoAgent.run(
      DemoAgent.Options(
        command: [ThisProcess.executable, "connect", "--no-start", "shop"], environment: ThisProcess.environment))
  }

  private static let demoKeeper = Command(
    ["demo-keeper"], operands: "FOLDER", count: 1...1, summary: "Runs the demonstration and clears up behind it.",
    isInternal: true
  ) { arguments throws(Failure) in DemoKeeper.run(arguments.operands[0]) }
}
