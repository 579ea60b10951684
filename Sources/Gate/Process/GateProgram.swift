internal import ControlWire
internal import Glibc
internal import HTTPWire
internal import Store
internal import System

/// The gate as a program.
package enum GateProgram {
  /// Runs a gate until it is told to end.
  ///
  /// - Returns: 0, also where another gate has the socket already and this one was started in the background for it;
  ///   1 if it cannot run.
  package static func serve(_ options: ServeOptions) -> Int32 {
    LoopActor.enter { () -> Int32 in
      do {
        return try run(options)
      } catch {
        StandardError.write("gatehouse: \(error)\n")
        return 1
      }
    }
  }

  @LoopActor
  private static func run(_ options: ServeOptions) throws -> Int32 {
    Signals.ignoreBrokenPipes()
    ThisProcess.raiseFileLimit()
    if options.isBackground { BoundedLog.keep(options.paths.log) }
    let socket = options.paths.socket
    try SafeFile.makeFolder(SafeFile.folder(of: socket))
    guard let lock = try FileLock.take(options.paths.lock) else {
      if options.isBackground { return 0 }
      StandardError.write(
        "gatehouse: a gate is running at \(socket)\n  end it with `gatehouse stop`, or choose another --socket\n")
      return 1
    }
    PrivateFolders.sweep(beside: socket)
    var options = options
    options.configuration = try GateConfiguration.load(options.paths.settings)
    let http = listening(options)
    // Nobody who comes over HTTP could start it again.
    if !http.isEmpty { options.idleExit = nil }
    let gate = GateProcess(options)
    let address = try GateAddress(of: options.paths, lock: lock, gate: gate)
    let service = http.isEmpty ? nil : try HTTPService(gate, http)
    // A client that comes while the last servers end is one for the next gate.
    gate.stopping = {
      address.close()
      service?.close()
    }
    try Signals.handle([SIGTERM, SIGINT, SIGHUP, SIGQUIT]) { _ in
      // Who asks twice does not want to wait for the servers.
      if gate.isStopping { Loop.shared.stop() } else { gate.stop() }
    }
    try Child.reapStrangers()
    gate.ended = { Loop.shared.stop() }
    if !options.isBackground {
      StandardError.write("gatehouse: the gate listens at \(socket), its policy is \(options.paths.policy)\n")
      if let service { StandardError.write(service.words.joined(separator: "\n") + "\n") }
    }
    ThisProcess.giveMemoryBack(code: true)
    Loop.shared.run()
    service?.close()
    Child.killAll()
    gate.conclude()
    address.remove()
    return 0
  }

  /// Where HTTP clients are let in: by the command line, and by the configuration.
  private static func listening(_ options: ServeOptions) -> HTTPOptions {
    var http = options.http
    let configured = options.configuration.http
    http.addresses += configured.listen.compactMap { TCPSocket.Address($0) }.filter { !http.addresses.contains($0) }
    http.socket = http.socket ?? configured.socket
    http.hosts += configured.hosts
    http.origins += configured.origins
    http.url = http.url ?? configured.url.flatMap { PublicURL($0) }
    return http
  }
}
