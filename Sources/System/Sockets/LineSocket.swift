internal import CSystem
internal import Glibc

/// One connection of the control socket: lines in, lines out, descriptors along the way.
@LoopActor
package final class LineSocket {
  package enum End: Hashable, Sendable {
    case closed
    /// The peer sent a line over the limit.
    case lineTooLong
    case failed(SystemError)
  }

  /// Nil once nothing is read any more; the queue has a copy of its own.
  private var socket: Descriptor?
  private let out: OutQueue
  private var watch: Watch?
  private let longestLine: Int
  private var buffer = [UInt8](repeating: 0, count: 16 << 10)
  private var pending: [UInt8] = []
  private var searched = 0
  private var isOver = false

  /// Descriptors that came and that no line has taken; closed with the connection.
  package private(set) var descriptors: [ReceivedDescriptors] = []
  /// Called for each line, without its end.
  package var received: (@LoopActor ([UInt8]) -> Void)?
  /// Called once when the connection is over; not after `close`.
  package var ended: (@LoopActor (End) -> Void)?

  /// Takes a connected socket over; nothing is read before the end of this turn, so that the callbacks can be set.
  package init(
    _ socket: consuming Descriptor, longestLine: Int, highWater: Int = OutQueue.standardHighWater,
    limit: Int = OutQueue.standardLimit
  ) throws(SystemError) {
    self.longestLine = longestLine
    let number = socket.number
    out = OutQueue(try Descriptor.duplicate(number), highWater: highWater, limit: limit)
    self.socket = consume socket
    watch = try Watch(number, .readable) { [weak self] _ in _ = self?.readOnce() }
    out.pressureChanged = { [weak self] isFull in
      self?.watch?.want(isFull ? [] : .readable)
      self?.pressureChanged?(isFull)
    }
    out.broke = { [weak self] error in self?.broke(error) }
  }

  isolated deinit { watch?.cancel() }

  package var peer: UnixSocket.Peer? { (socket?.number).flatMap(UnixSocket.peer) }
  /// How many bytes the peer has yet to read.
  package var unsent: Int { out.count }
  /// Called when much waits to be read by the peer, and when nearly nothing does any more.
  ///
  /// In between nothing is read: a peer that does not read its answers may not ask for more.
  package var pressureChanged: (@LoopActor (Bool) -> Void)?
  package var isFull: Bool { out.isFull }

  package func send(_ bytes: inout [UInt8]) { out.write(&bytes) }

  package func send(_ bytes: Span<UInt8>) { out.write(bytes) }

  package func send(_ bytes: [UInt8]) {
    var bytes = bytes
    out.write(&bytes)
  }

  /// Takes the descriptors that came last, if there are as many as the caller expects.
  package func takeDescriptors(_ count: ClosedRange<Int>) -> ReceivedDescriptors? {
    defer { descriptors = [] }
    guard descriptors.count == 1, let first = descriptors.first, count.contains(first.count) else { return nil }
    return first
  }

  /// Closes when all was sent; nothing is read any more.
  package func closeWhenSent() {
    guard !isOver else { return }
    isOver = true
    watch?.cancel()
    watch = nil
    socket = nil
    received = nil
    ended = nil
    out.closeWhenEmpty()
  }

  package func close() {
    isOver = true
    watch?.cancel()
    watch = nil
    socket = nil
    out.close()
    received = nil
    ended = nil
    descriptors = []
  }

  /// The peer takes nothing any more; what it said last may still be there to be read.
  ///
  /// A piece in each turn, so that others have theirs.
  private func broke(_ error: SystemError, reads: Int = 0) {
    guard reads < Self.mostLastReads, readOnce() else { return finish(.failed(error)) }
    Loop.shared.atEndOfTurn { [self] in broke(error, reads: reads + 1) }
  }

  /// A megabyte: nobody who reads no answers may ask without end.
  private static let mostLastReads = 64

  /// Answers whether something was there.
  private func readOnce() -> Bool {
    guard let number = socket?.number else { return false }
    do throws(SystemError) {
      let (outcome, passed) = try UnixSocket.receive(into: &buffer, over: number)
      // A peer that sends descriptors without end shall not fill our table.
      if let passed, descriptors.isEmpty { descriptors.append(passed) }
      switch outcome {
      case .wouldBlock: return false
      case .end: finish(.closed)
      case .bytes(let count):
        pending.append(contentsOf: buffer[..<count])
        deliverLines()
        return true
      }
    } catch {
      finish(.failed(error))
    }
    return false
  }

  private func deliverLines() {
    var start = 0
    while let newline = pending[max(start, searched)...].firstIndex(of: 0x0A) {
      let line = Array(pending[start..<newline])
      start = newline + 1
      searched = start
      guard line.count <= longestLine else { return finish(.lineTooLong) }
      received?(line)
      if isOver { return }
    }
    pending.removeFirst(start)
    searched = pending.count
    if pending.isEmpty, pending.capacity > 1 << 20 { pending = [] }
    if pending.count > longestLine { finish(.lineTooLong) }
  }

  private func finish(_ end: End) {
    guard !isOver else { return }
    let ended = ended
    close()
    ended?(end)
  }
}
