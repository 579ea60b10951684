package import ControlWire
internal import Glibc
package import System

/// What `connect` and `run` are to do.
package struct AttachOptions: Sendable {
  package var paths: Paths
  package var build: String
  package var server: Attachment.Server
  package var startsGate: Bool
  /// The gate lives in this very process.
  package var isPrivate: Bool
  /// With that, tools are denied until somebody accepts them.
  package var hasStrictPins = false

  package init(paths: Paths, build: String, server: Attachment.Server, startsGate: Bool, isPrivate: Bool) {
    self.paths = paths
    self.build = build
    self.server = server
    self.startsGate = startsGate
    self.isPrivate = isPrivate
  }
}

/// `gatehouse connect` and `gatehouse run`: hands its descriptors to the gate and waits for the server's end.
package enum AttachProgram {
  /// - Returns: The server's exit code; where a signal ended the server, the same signal ends this process.
  package static func run(_ options: AttachOptions) -> Int32 {
    let attachment = Attachment(
      server: options.server, environment: ThisProcess.environmentEntries, fileMask: ThisProcess.fileMask)
    if options.isPrivate { return PrivateGate.run(options, attachment) }
    do {
      let folder = try ThisProcess.openDirectory()
      var client = try GateStarter.connect(options.paths, build: options.build, startsGate: options.startsGate)
      guard client.gate.build == options.build else {
        return fail(
          "the running gate is build \(client.gate.build), this is build \(options.build)",
          help: "`gatehouse stop` ends it, with everything that it guards; the next start takes this build")
      }
      client.send(.attach(attachment), descriptors: [0, 1, 2, folder.number])
      // From here on the gate reads and writes them: a client that closes its end must not be held up by ours.
      let null = try? Descriptor.null()
      try? null?.replace(0)
      try? null?.replace(1)
      var group: Int32?
      while let line = try client.nextLine() {
        guard let message = try? GateMessage.read(line) else { continue }
        switch message.event {
        case .server(let server) where client.sharesProcessNumbers: group = server.pid
        case .exit(.code(let code)): return code
        case .exit(.signal(let signal)): return die(of: signal)
        case .refused(let reason, _): return fail(reason)
        default: continue
        }
      }
      if let group { Child.endGroup(group) }
      return fail("the gate has ended, and the session with it", help: "its log is \(options.paths.log)")
    } catch let error as ControlClientError {
      return fail(error.message, help: error.help)
    } catch {
      return fail("\(error)")
    }
  }

  private static func fail(_ message: String, help: String? = nil) -> Int32 {
    StandardError.write("gatehouse: \(message)\n" + (help.map { "  \($0)\n" } ?? ""))
    return 1
  }

  /// Ends this process as the server ended, so that whoever started it sees the same.
  static func die(of signal: Int32) -> Int32 {
    var limit = rlimit(rlim_cur: 0, rlim_max: 0)
    _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit)
    _ = Glibc.signal(signal, SIG_DFL)
    raise(signal)
    return 128 &+ signal
  }
}
