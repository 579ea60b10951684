import Gate
import System

extension Gatehouse {
  /// Commands that the program starts itself with.
  static let internals: [Command] = [serveInBackground]

  private static let serveInBackground = Command(
    ["serve", "--background"], summary: "The gate that `connect`, `run` and the console start.", isInternal: true
  ) { arguments throws(Failure) in
    GateProgram.serve(
      ServeOptions(paths: try paths(arguments), build: Build.version, isBackground: true, idleExit: nil))
  }
}
