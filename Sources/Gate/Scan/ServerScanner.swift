internal import ControlWire
internal import GateCore
internal import JSONText
internal import MCPWire
package import Store
internal import System

/// Why a server could not be asked for its tools.
package struct ScanFailure: Error, Hashable, Sendable {
  package let message: String
  /// The last lines that the server wrote to its standard error, their secrets hidden; hostile text.
  package var said: [String] = []

  /// How many of these lines are told.
  static let most = 5
}

/// Starts registered servers, or calls them over HTTP, and asks each for its tools, several at a time.
package enum ServerScanner {
  /// Asks all of them, and gives their results in the order in which they came.
  ///
  /// One server may take `seconds`, its start included; `told` hears of each result at once.
  package static func scan(
    _ servers: [RegisteredServer], build: String, seconds: Int,
    told: @escaping @LoopActor (RegisteredServer, Result<[[UInt8]], ScanFailure>) -> Void
  ) -> [(RegisteredServer, Result<[[UInt8]], ScanFailure>)] {
    LoopActor.enter {
      Signals.ignoreBrokenPipes()
      let round = ScanRound(servers, build: build, seconds: seconds, told: told)
      // Not before the loop runs: a server that cannot be started ends its scan at once.
      Loop.shared.atEndOfTurn { round.startMore() }
      Loop.shared.run()
      Child.killAll()
      return round.results
    }
  }
}

/// All servers of one scan.
@LoopActor
private final class ScanRound {
  private var waiting: ArraySlice<RegisteredServer>
  private var running: [ExactText: ServerScan] = [:]
  private(set) var results: [(RegisteredServer, Result<[[UInt8]], ScanFailure>)] = []
  private let build: String
  private let seconds: Int
  private let told: @LoopActor (RegisteredServer, Result<[[UInt8]], ScanFailure>) -> Void

  private static let atOnce = 4

  init(
    _ servers: [RegisteredServer], build: String, seconds: Int,
    told: @escaping @LoopActor (RegisteredServer, Result<[[UInt8]], ScanFailure>) -> Void
  ) {
    waiting = servers[...]
    self.build = build
    self.seconds = seconds
    self.told = told
  }

  func startMore() {
    while running.count < Self.atOnce, let server = waiting.popFirst() {
      let scan = ServerScan(server, build: build, seconds: seconds) { [self] result in
        results.append((server, result))
        told(server, result)
        running[server.name] = nil
        Loop.shared.atEndOfTurn { [self] in startMore() }
      }
      running[server.name] = scan
      scan.start()
    }
    if running.isEmpty, waiting.isEmpty { Loop.shared.stop() }
  }
}

/// One server that is being asked.
@LoopActor
private final class ServerScan {
  private let server: RegisteredServer
  private let seconds: Int
  private var finished: (@LoopActor (Result<[[UInt8]], ScanFailure>) -> Void)?
  private var conversation: ScanConversation
  private var framer = LineFramer()
  private var child: Child?
  private var remote: RemoteServer?
  private var input: OutQueue?
  private var output: InStream?
  private var errors: InStream?
  private var timer: LoopTimer?
  private var result: Result<[[UInt8]], ScanFailure>?
  private var exit: Child.Exit?
  private var messages = MessageLog()
  private var lines = MessageLines()
  private var secrets = Secrets.none

  init(
    _ server: RegisteredServer, build: String, seconds: Int,
    finished: @escaping @LoopActor (Result<[[UInt8]], ScanFailure>) -> Void
  ) {
    self.server = server
    self.seconds = seconds
    self.finished = finished
    conversation = ScanConversation(build: build)
  }

  func start() {
    switch server.transport {
    case .http(let entry): start(entry)
    case .stdio(let program, let arguments, let environment, let directory):
      start(program, arguments, environment, directory)
    }
  }

  private func start(_ entry: RemoteEntry) {
    do {
      let target = try RemoteTarget(entry, of: server.name, ProcessEnvironment(entries: []))
      let remote = RemoteServer(target)
      self.remote = remote
      try remote.start(
        ServerEvents(
          received: { [weak self] bytes in self?.received(bytes) }, outputEnded: {}, errorsEnded: {},
          exited: { [weak self] _ in self?.remoteEnded() }, pressureChanged: {},
          lost: { [weak self] _, failure in self?.conclude(.failure(ScanFailure(message: failure.text))) }),
        errors: nil)
      var greeting = conversation.greeting
      send(&greeting)
      startTimer()
    } catch let error as ControlError {
      end(.failure(ScanFailure(message: error.message)))
    } catch {
      end(.failure(ScanFailure(message: "\(error)")))
    }
  }

  private func remoteEnded() {
    end(result ?? .failure(ScanFailure(message: remote?.lastWords ?? "the server ended the connection")))
  }

  private func send(_ lines: inout [UInt8]) {
    if let remote { remote.write(&lines) } else { input?.write(&lines) }
  }

  private func startTimer() {
    timer = Loop.shared.after(microseconds: Int64(seconds) * 1_000_000) { [weak self] in
      guard let self else { return }
      conclude(.failure(ScanFailure(message: "no complete answer within \(seconds) seconds")))
    }
  }

  private func start(
    _ program: String, _ arguments: [String], _ environment: [String: String], _ directory: String?
  ) {
    do {
      var variables = ProcessEnvironment(entries: ThisProcess.environmentEntries)
      variables.merge(environment)
      var command = ChildCommand(
        ([program] + arguments).map { Array($0.utf8) }, environment: variables,
        directory: directory.map { .path($0) } ?? .inherited)
      command.isGuarded = true
      secrets = Secrets(environment: variables.entries, own: environment.keys, words: command.words)
      let child = try Child(command)
      self.child = child
      child.exited = { [weak self] exit in self?.exited(exit) }
      child.closeInput = { [weak self] in self?.input?.close() }
      guard let stdin = child.takeInput(), let stdout = child.takeOutput(), let stderr = child.takeErrors() else {
        return
      }
      let input = try OutQueue(own: stdin)
      self.input = input
      output = try InStream(
        own: stdout, received: { [weak self] bytes in self?.received(bytes) }, ended: { _ in })
      errors = try InStream(
        own: stderr, received: { [weak self] bytes in self?.received(errors: bytes) },
        ended: { [weak self] _ in self?.endIfExited() })
      var greeting = conversation.greeting
      input.write(&greeting)
      startTimer()
    } catch {
      child?.kill()
      end(.failure(ScanFailure(message: "\(error)")))
    }
  }

  private func received(_ bytes: Span<UInt8>) {
    framer.feed(bytes)
    while result == nil, let frame = framer.next() {
      guard case .line(let range) = frame else {
        return conclude(.failure(ScanFailure(message: "the server's answer is longer than a message may be")))
      }
      switch conversation.received(Array(framer.bytes[range])) {
      case .send(var lines): send(&lines)
      case .wait: break
      case .finished(let tools): conclude(.success(tools))
      case .failed(let message): conclude(.failure(ScanFailure(message: message)))
      }
    }
  }

  private func received(errors bytes: Span<UInt8>) {
    lines.feed(bytes) { keep($0) }
  }

  private func keep(_ line: MessageLines.Line) {
    messages.append(
      line, from: .stderr, of: server.name, session: "", secrets: secrets, at: Loop.shared.now)
  }

  private func exited(_ exit: Child.Exit) {
    self.exit = exit
    // What it wrote last is still to be read.
    errors?.endWhenEmpty()
    endIfExited()
  }

  private func endIfExited() {
    guard let exit, errors?.hasEnded ?? true else { return }
    lines.end { keep($0) }
    let how =
      switch exit {
      case .code(let code): "exited with code \(code)"
      case .signal(let signal): "was ended by signal \(signal)"
      }
    var result = result ?? .failure(ScanFailure(message: "the server \(how) before it had answered"))
    if case .failure(var failure) = result {
      let last = messages.messages(of: server.name, after: nil, limit: ScanFailure.most)
      failure.said = last.messages.map(\.text)
      result = .failure(failure)
    }
    end(result)
  }

  /// The result is known; the server is ended before it is told, so that none stays behind.
  private func conclude(_ result: Result<[[UInt8]], ScanFailure>) {
    guard self.result == nil else { return }
    self.result = result
    timer?.cancel()
    child?.tearDown()
    remote?.tearDown()
  }

  private func end(_ result: Result<[[UInt8]], ScanFailure>) {
    timer?.cancel()
    output?.close()
    errors?.close()
    input?.close()
    finished?(result)
    finished = nil
  }
}
