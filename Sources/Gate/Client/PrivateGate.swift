internal import ControlWire
internal import Glibc
internal import Store
internal import System

/// A gate for one session inside the process of `connect` or `run`: for containers and CI, where nothing may stay behind.
enum PrivateGate {
  static func run(_ options: AttachOptions, _ attachment: Attachment) -> Int32 {
    let outcome = LoopActor.enter { () -> Outcome in
      do {
        return try guarded(options, attachment)
      } catch {
        return .failed("\(error)")
      }
    }
    switch outcome {
    case .ended(.code(let code)): return code
    case .ended(.signal(let signal)): return AttachProgram.die(of: signal)
    case .failed(let message):
      StandardError.write("gatehouse: \(message)\n")
      return 1
    }
  }

  private enum Outcome: Sendable {
    case ended(ExitStatus)
    case failed(String)
  }

  @LoopActor
  private static func guarded(_ options: AttachOptions, _ attachment: Attachment) throws -> Outcome {
    Signals.ignoreBrokenPipes()
    var serve = ServeOptions(paths: options.paths, build: options.build, isBackground: false, idleExit: nil)
    serve.isPrivate = true
    serve.hasStrictPins = options.hasStrictPins
    serve.configuration = try GateConfiguration.load(options.paths.settings)
    serve.paths.socket = options.paths.privateFolder(of: ThisProcess.pid) + "/gate.sock"
    let gate = GateProcess(serve)
    let address = listen(gate, serve.paths)
    defer {
      address?.remove()
      try? SafeFile.removeFolder(SafeFile.folder(of: serve.paths.socket))
    }
    gate.stopping = { address?.close() }
    try Child.reapStrangers()
    try Signals.handle([SIGTERM, SIGINT, SIGHUP, SIGQUIT]) { _ in gate.stop(hastily: true) }
    let ends = GuardedSession.ClientEnds(
      input: try Descriptor.duplicate(0), output: try Descriptor.duplicate(1), errors: try Descriptor.duplicate(2),
      folder: try ThisProcess.openDirectory())
    let null = try Descriptor.null()
    try null.replace(0)
    try null.replace(1)
    var outcome = Outcome.failed("the gate was stopped")
    do {
      _ = try gate.attach(attachment, ends, pid: ThisProcess.pid) { status in
        outcome = .ended(status)
        Loop.shared.stop()
      }
    } catch {
      return .failed(error.message)
    }
    Loop.shared.run()
    Child.killAll()
    gate.conclude()
    return outcome
  }

  /// Lets people in who decide about calls that wait, and watch; nil where that cannot be, and calls pass all the same.
  @LoopActor
  private static func listen(_ gate: GateProcess, _ paths: Paths) -> GateAddress? {
    do {
      guard paths.socket.utf8.count <= UnixSocket.longestPath else {
        throw SystemError("listen", paths.socket, code: ENAMETOOLONG)
      }
      let folder = SafeFile.folder(of: paths.socket)
      PrivateFolders.sweep(beside: folder)
      try SafeFile.makeFolder(folder)
      // Whoever had this folder and this number before is gone, and its lock with it.
      guard let lock = try FileLock.take(paths.lock) else { throw SystemError("lock", paths.lock, code: EWOULDBLOCK) }
      let address = try GateAddress(of: paths, lock: lock, gate: gate)
      // Nobody has to know before, and what a client reads there is the server's.
      gate.firstAsked = {
        StandardError.write("gatehouse: a call waits for a person; this private gate listens at \(paths.socket)\n")
      }
      return address
    } catch {
      StandardError.write("gatehouse: calls that wait for a person cannot be decided: \(error)\n")
      return nil
    }
  }
}
