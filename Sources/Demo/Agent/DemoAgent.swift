internal import Glibc
internal import MCPWire
internal import System

/// An agent that follows a script: it talks to an MCP server over a child's standard input and output until either ends.
package enum DemoAgent {
  package struct Options: Sendable {
    /// The program that is the way to the server, such as `gatehouse connect shop`.
    package var command: [String]
    package var environment: [String: String]
    /// Other numbers tell other days.
    package var seed: UInt64

    package init(command: [String], environment: [String: String], seed: UInt64 = 1) {
      self.command = command
      self.environment = environment
      self.seed = seed
    }
  }

  /// Runs until the server is gone, or SIGTERM or SIGINT comes.
  ///
  /// - Returns: The status to exit with: 1 if there was no session.
  package static func run(_ options: Options) -> Int32 {
    Signals.ignoreBrokenPipes()
    return LoopActor.enter {
      do throws(SystemError) {
        let runner = try AgentRunner(options)
        try Signals.handle([SIGTERM, SIGINT, SIGHUP]) { _ in runner.end() }
        runner.start()
        Loop.shared.run()
        Child.killAll()
        return runner.status
      } catch {
        StandardError.write("demo agent: \(error)\n")
        return 1
      }
    }
  }
}

/// Carries out what an `AgentSession` decides.
@LoopActor
private final class AgentRunner {
  private var session: AgentSession
  private let child: Child
  private let toServer: OutQueue
  private var fromServer: InStream?
  private var framer = LineFramer()
  private var timer: LoopTimer?
  private(set) var status: Int32 = 1

  init(_ options: DemoAgent.Options) throws(SystemError) {
    session = AgentSession(story: AgentStory(seed: options.seed))
    child = try Child(ChildCommand(options.command, environment: options.environment), errors: .descriptor(2))
    guard let input = child.takeInput(), let output = child.takeOutput() else {
      throw SystemError("start", options.command.first ?? "", code: EPIPE)
    }
    toServer = try OutQueue(own: input)
    fromServer = try InStream(own: output) { [unowned self] bytes in
      self.received(bytes)
    } ended: { [unowned self] _ in
      self.end()
    }
    toServer.broke = { [unowned self] _ in self.end() }
    child.exited = { _ in Loop.shared.stop() }
  }

  func start() { perform(session.opened()) }

  /// Lets go of the server; the loop ends when the child has.
  func end() {
    timer?.cancel()
    toServer.close()
    fromServer?.close()
    child.tearDown()
  }

  private func received(_ bytes: Span<UInt8>) {
    framer.feed(bytes)
    while let frame = framer.next() {
      guard case .line(let range) = frame else { continue }
      perform(session.received(Array(framer.bytes[range]), at: Loop.shared.now))
    }
  }

  private func perform(_ actions: [AgentSession.Action]) {
    for action in actions {
      switch action {
      case .send(let line):
        var line = line
        toServer.write(&line)
      case .wait(let milliseconds):
        if session.toolCount > 0 { status = 0 }
        timer?.cancel()
        timer = Loop.shared.after(microseconds: milliseconds * 1000) { [weak self] in
          guard let self else { return }
          perform(session.timerFired(at: Loop.shared.now))
        }
      case .giveUp(let reason):
        StandardError.write("demo agent: \(reason)\n")
        end()
      }
    }
  }
}
