internal import ControlWire
internal import Store
internal import System

/// The gate's configuration: what is in force, and what is wrong with the file as it is now.
@LoopActor
final class SettingsKeeper {
  private let path: String
  private(set) var current: GateConfiguration
  private var problem: String?

  /// Begins with what was read at the gate's start.
  init(_ path: String, current: GateConfiguration) {
    self.path = path
    self.current = current
  }

  /// Reads the file again; one that is wrong changes nothing.
  func read() {
    do {
      current = try GateConfiguration.load(path)
      problem = nil
    } catch {
      problem = "\(error)"
      StandardError.write("gatehouse: the configuration is not taken over\n\(error)\n")
    }
  }

  var status: SettingsStatus { SettingsStatus(path: path, problem: problem) }
}
