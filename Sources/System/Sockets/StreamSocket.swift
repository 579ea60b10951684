internal import CSystem
internal import Glibc

/// One connection of bytes, both ways over one descriptor; never waits.
///
/// It lives until it has ended or is closed, whether or not anybody keeps it, and so does what its call-backs hold.
@LoopActor
package final class StreamSocket {
  private enum State {
    case open
    /// Nothing is read any more but what the other side still sends; closes when all is written.
    case leaving
    case closed
  }

  /// All connections read into the same memory, in turn.
  private static let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: chunk, alignment: 16)
  private nonisolated static let chunk = 64 << 10

  private var socket: Descriptor?
  private var watch: Watch?
  private var state = State.open
  /// The other side writes no more, which is told only once.
  private var isEnding = false
  /// Bytes from `head` on are still to be written.
  private var queue: [UInt8] = []
  private var head = 0
  private var wasFull = false
  private let highWater: Int
  private var received: (@LoopActor (Span<UInt8>) -> Void)?
  private var ended: (@LoopActor () -> Void)?

  /// Called with true when what waits has grown over the mark, and with false when it has shrunk again.
  package var pressureChanged: (@LoopActor (Bool) -> Void)?

  /// `received` is called with bytes that are valid for the call only; `ended` once when the other side is gone or
  /// cannot be written to, and not after `close` or `leave`.
  package init(
    _ socket: consuming Descriptor, highWater: Int, received: @escaping @LoopActor (Span<UInt8>) -> Void,
    ended: @escaping @LoopActor () -> Void
  ) throws(SystemError) {
    let number = socket.number
    self.socket = consume socket
    self.highWater = highWater
    self.received = received
    self.ended = ended
    watch = try Watch(number, [.readable, .once]) { [self] readiness in
      if readiness.contains(.ending) { isEnding = true }
      if readiness.contains(.writable) { writeOn() }
      if readiness.contains(.readable) || readiness.contains(.hangup) { readOnce() }
    }
  }

  /// How many bytes have been written.
  package private(set) var sent = 0
  /// How many bytes wait to be written.
  package var count: Int { queue.count - head }
  package var isFull: Bool { count >= highWater }

  /// While true nothing is read.
  package var isPaused = false {
    didSet { if isPaused != oldValue { noteInterest() } }
  }

  // MARK: Writing

  /// Writes all of `bytes` and leaves them empty.
  package func write(_ bytes: inout [UInt8]) {
    guard state == .open, !bytes.isEmpty else { return bytes.removeAll(keepingCapacity: true) }
    if count > 0 {
      queue.append(contentsOf: bytes)
    } else {
      let written = send(bytes.span)
      if written < bytes.count {
        queue = Array(bytes[written...])
        head = 0
      }
    }
    bytes.removeAll(keepingCapacity: true)
    noteInterest()
    notePressure()
  }

  private func writeOn() {
    head += send(queue.span.extracting(head...))
    if count == 0 {
      queue = []
      head = 0
      if state == .leaving { return farewell() }
    } else if head > 1 << 20, head > queue.count / 2 {
      queue.removeFirst(head)
      head = 0
    }
    noteInterest()
    notePressure()
  }

  private func send(_ bytes: Span<UInt8>) -> Int {
    guard let number = socket?.number, !bytes.isEmpty else { return 0 }
    while true {
      let count = unsafe bytes.withUnsafeBytes { bytes in
        guard let start = bytes.baseAddress else { return 0 }
        return unsafe csys_send(number, start, bytes.count)
      }
      if count >= 0 {
        sent &+= count
        return count
      }
      if errno == EAGAIN { return 0 }
      if errno != EINTR {
        // At the end of the turn: whoever writes is in the middle of something.
        Loop.shared.atEndOfTurn { [self] in finish() }
        return bytes.count
      }
    }
  }

  private func notePressure() {
    guard isFull != wasFull, isFull || count <= highWater / 2 else { return }
    wasFull = isFull
    pressureChanged?(isFull)
  }

  // MARK: Reading

  /// Reads what is there now, for whoever knows that it came before something else.
  package func readNow() {
    if state == .open { readOnce() }
  }

  private func readOnce() {
    guard let number = socket?.number, !isPaused || state == .leaving, let start = unsafe Self.buffer.baseAddress else {
      return
    }
    let count = unsafe csys_receive(number, start, Self.chunk)
    if count > 0 {
      // What comes later is told again, and what is there now is not.
      if count == Self.chunk || isEnding { Loop.shared.atEndOfTurn { [self] in readOnce() } }
      guard state == .open else { return }
      received?(unsafe Span<UInt8>(_unsafeBytes: UnsafeRawBufferPointer(rebasing: Self.buffer[..<count])))
    } else if count < 0, errno == EINTR {
      Loop.shared.atEndOfTurn { [self] in readOnce() }
    } else if count < 0, errno == EAGAIN {
      isEnding = false
    } else {
      if state == .leaving, self.count > 0, count == 0 { return stopReading() }
      finish()
    }
  }

  private var hasStopped = false

  private func stopReading() {
    hasStopped = true
    noteInterest()
  }

  private func noteInterest() {
    guard state != .closed else { return }
    var interest: Readiness = []
    if !hasStopped, !isPaused || state == .leaving { interest.insert(.readable) }
    if count > 0 { interest.insert(.writable) }
    // A change of what is wanted is answered with what is there.
    if !interest.isEmpty { interest.insert(.once) }
    watch?.want(interest)
  }

  // MARK: The end

  /// How long is read what the other side still sends, so that it can read the last that it was sent.
  private static let farewellTime: Int64 = 500_000

  /// Closes when everything is written; a reader that takes nothing at all for `patience` microseconds loses the rest.
  package func leave(patience: Int64) {
    guard state == .open else { return }
    state = .leaving
    received = nil
    ended = nil
    pressureChanged = nil
    noteInterest()
    if count == 0 { farewell() } else { giveUp(after: patience, unlessLessThan: count) }
  }

  private func giveUp(after patience: Int64, unlessLessThan last: Int) {
    Loop.shared.after(microseconds: patience) { [weak self] in
      guard let self, state == .leaving, count > 0 else { return }
      if count < last { giveUp(after: patience, unlessLessThan: count) } else { close() }
    }
  }

  /// Closed at once, with bytes of the other side unread, a connection is reset, and the last answer may be lost.
  private func farewell() {
    noteInterest()
    if let number = socket?.number { shutdown(number, Int32(SHUT_WR)) }
    if hasStopped { return close() }
    Loop.shared.after(microseconds: Self.farewellTime) { [weak self] in self?.close() }
  }

  private func finish() {
    guard state != .closed else { return }
    let ended = ended
    close()
    ended?()
  }

  package func close() {
    guard state != .closed else { return }
    state = .closed
    watch?.cancel()
    watch = nil
    socket = nil
    queue = []
    head = 0
    received = nil
    ended = nil
    pressureChanged = nil
  }
}
