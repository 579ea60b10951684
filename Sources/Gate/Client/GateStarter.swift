internal import Glibc
internal import Policy
internal import Store
package import System

/// Finds the gate of a socket, or starts it.
package enum GateStarter {
  /// How long a gate that is being started may take to listen, in microseconds.
  private static let patience: Int64 = 10_000_000
  /// After how long another one is started, and then after twice as long: the first may have died, or have met a gate
  /// that was just ending.
  private static let retry: Int64 = 1_000_000

  /// Connects to the gate; starts one in the background if none is there.
  ///
  /// Two that start one at the same time get the same gate: the second to take its lock ends at once.
  package static func connect(
    _ paths: Paths, build: String, startsGate: Bool = true
  ) throws(ControlClientError) -> ControlClient {
    do {
      return try ControlClient.connect(to: paths.socket, build: build)
    } catch  where error.isAbsence {
      guard startsGate else {
        throw ControlClientError(error.message, help: "start one with `gatehouse serve`, or leave --no-start out")
      }
    }
    do {
      // The gate would say it to its log, and we would wait for it in vain.
      _ = try GateConfiguration.load(paths.settings)
    } catch {
      throw ControlClientError("the gate cannot be started: \(error)")
    }
    let end = Clock.now().advanced(byMicroseconds: patience)
    var nextStart = Clock.now()
    var interval = retry
    while true {
      if Clock.now() >= nextStart {
        nextStart = Clock.now().advanced(byMicroseconds: interval)
        interval *= 2
        do {
          try start(paths)
        } catch {
          throw ControlClientError("the gate cannot be started: \(error)")
        }
      }
      do {
        return try ControlClient.connect(to: paths.socket, build: build)
      } catch  where error.isAbsence && Clock.now() < end {
        usleep(2_000)
      } catch  where error.isAbsence {
        throw ControlClientError(
          "the gate was started, but does not listen at \(paths.socket)", help: "its log is \(paths.log)")
      }
    }
  }

  /// What a gate's own environment is made of: each server gets its own client's.
  ///
  /// The client that happens to start the gate may have secrets of its server in its environment, which are nothing that
  /// a process for all servers should keep.
  static func passesOn(_ name: String) -> Bool {
    let names: Set = [
      "HOME", "LANG", "LANGUAGE", "LD_LIBRARY_PATH", "LOGNAME", "PATH", "SHELL", "TMPDIR", "TZ", "USER",
      // With which a command of the user's finds the desktop.
      "DBUS_SESSION_BUS_ADDRESS", "DISPLAY", "WAYLAND_DISPLAY",
    ]
    let beginnings = ["ASAN_", "GATEHOUSE_", "LC_", "SWIFT_", "TSAN_", "XDG_"]
    return names.contains(name) || beginnings.contains { name.hasPrefix($0) }
  }

  /// Starts a gate that outlives this process.
  package static func start(_ paths: Paths) throws(SystemError) {
    var environment = ThisProcess.environment.filter { name, _ in passesOn(name) }
    environment["GATEHOUSE_POLICY"] = paths.policy
    environment["GATEHOUSE_SOCKET"] = paths.socket
    let log = try SafeFile.openLog(paths.log)
    let command = ChildCommand(
      [ThisProcess.executable, "serve", "--background"], environment: environment, directory: .path("/"))
    _ = try Child.startDetached(command, errors: log.number)
  }
}
