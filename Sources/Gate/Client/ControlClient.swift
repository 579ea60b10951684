package import ControlWire
internal import Glibc
internal import JSONText
internal import Policy
internal import System

/// Why a command cannot talk to the gate, and what to do.
package struct ControlClientError: Error, Hashable, Sendable {
  package let message: String
  package let help: String?
  /// No gate is there, or it ended before it answered, as opposed to one that does not answer as it should.
  package let isAbsence: Bool

  package init(_ message: String, help: String? = nil, isAbsence: Bool = false) {
    self.message = message
    self.help = help
    self.isAbsence = isAbsence
  }
}

/// A connection to the gate's control socket for commands that do one thing at a time; it waits.
package struct ControlClient: ~Copyable {
  /// The longest line that is taken from a gate: a snapshot of thousands of tools is one line.
  private static let longestLine = 64 << 20
  /// How long a gate may take to let us in, and then to say hello, in milliseconds.
  private static let patience: Int32 = 10_000

  private let socket: Descriptor
  private var received: [UInt8] = []
  private var searched = 0
  private var hasEnded = false
  private var chunk = [UInt8](repeating: 0, count: 65_536)
  /// What the gate said of itself.
  package private(set) var gate: Hello

  private init(_ socket: consuming Descriptor) {
    self.socket = socket
    gate = Hello(version: 1, build: "", pid: 0, revision: nil, policyPath: "")
  }

  /// Connects and says hello.
  package static func connect(to path: String, build: String) throws(ControlClientError) -> ControlClient {
    var client = ControlClient(try open(path))
    client.send(.hello(version: 1, build: build))
    let stranger = ControlClientError("what listens at \(path) does not speak as a gate does")
    guard let line = try client.nextLine(patience: patience) else {
      // Bytes without an end are no gate's; silence is one that was stopped; an end is one that died under us.
      guard client.received.isEmpty else { throw stranger }
      guard client.hasEnded else { throw silence(path) }
      throw ControlClientError("the gate at \(path) ended before it answered", isAbsence: true)
    }
    guard let message = try? GateMessage.read(line) else { throw stranger }
    switch message.event {
    case .hello(let hello): client.gate = hello
    case .refused(let reason, _): throw ControlClientError("the gate refused: \(reason)")
    default: throw stranger
    }
    return client
  }

  private static func open(_ path: String) throws(ControlClientError) -> Descriptor {
    let end = Clock.now().advanced(byMicroseconds: Int64(patience) * 1_000)
    while true {
      do {
        return try UnixSocket.connect(to: path)
      } catch  where error.isAbsence || error.code == ECONNREFUSED {
        throw ControlClientError(
          "no gate is running at \(path)",
          help: "it is started by `gatehouse connect`, `gatehouse run`, the console, or `gatehouse serve`",
          isAbsence: true)
      } catch  where error.wouldBlock && Clock.now() < end {
        // More clients wait to be let in than the system keeps waiting.
        usleep(2_000)
      } catch  where error.wouldBlock {
        throw silence(path)
      } catch {
        throw ControlClientError("\(error)")
      }
    }
  }

  private static func silence(_ path: String) -> ControlClientError {
    ControlClientError(
      "the gate at \(path) does not answer", help: "its process may be stopped (`fg`, `kill -CONT`) or overloaded")
  }

  /// Whether a number that the gate gives a process is the same process here: not so across containers.
  package var sharesProcessNumbers: Bool { UnixSocket.peer(of: socket.number)?.pid == gate.pid }

  /// The socket's descriptor, to wait on.
  package var descriptor: Int32 { socket.number }

  /// Sends a request, and with it copies of descriptors.
  ///
  /// A connection that is gone shows when its answer is read.
  package func send(_ request: ControlRequest, descriptors: [Int32] = []) {
    var rest = request.encoded[...]
    var descriptors = descriptors
    while !rest.isEmpty {
      guard let count = try? UnixSocket.send(rest, descriptors: descriptors, over: socket.number) else { return }
      if count > 0 { descriptors = [] }
      rest = rest.dropFirst(count)
      if count == 0 { _ = wait(for: POLLOUT, milliseconds: -1) }
    }
  }

  /// Waits for the next line, without its end, for so many milliseconds, -1 for ever.
  ///
  /// Nil when the gate has closed the connection, or the time is over.
  package mutating func nextLine(patience: Int32 = -1) throws(ControlClientError) -> [UInt8]? {
    while true {
      if let line = try bufferedLine() { return line }
      guard receive(patience: patience) else { return nil }
    }
  }

  /// Waits for at least one line, and gives all that are there, their ends included; nil at the end.
  package mutating func nextLines() throws(ControlClientError) -> [UInt8]? {
    while true {
      if let end = received.lastIndex(of: 0x0A) {
        let lines = Array(received[...end])
        received.removeSubrange(...end)
        searched = 0
        return lines
      }
      guard received.count <= Self.longestLine else { throw ControlClientError("the gate sent a line without end") }
      guard receive(patience: -1) else { return nil }
    }
  }

  /// Waits for bytes; false at the end, or when the time is over.
  private mutating func receive(patience: Int32) -> Bool {
    while true {
      guard let outcome = try? UnixSocket.receive(into: &chunk, over: socket.number).0 else {
        hasEnded = true
        return false
      }
      switch outcome {
      case .bytes(let count):
        received.append(contentsOf: chunk[..<count])
        return true
      case .end:
        hasEnded = true
        return false
      case .wouldBlock:
        guard wait(for: POLLIN, milliseconds: patience) else { return false }
      }
    }
  }

  private func wait(for events: Int32, milliseconds: Int32) -> Bool {
    var wanted = pollfd(fd: socket.number, events: Int16(events), revents: 0)
    while true {
      let count = unsafe poll(&wanted, 1, milliseconds)
      if count > 0 { return true }
      if count == 0 || errno != EINTR { return false }
    }
  }

  private mutating func bufferedLine() throws(ControlClientError) -> [UInt8]? {
    guard let end = received[searched...].firstIndex(of: 0x0A) else {
      searched = received.count
      guard received.count <= Self.longestLine else { throw ControlClientError("the gate sent a line without end") }
      return nil
    }
    let line = Array(received[..<end])
    received.removeSubrange(...end)
    searched = 0
    return line
  }
}
