internal import CSystem
internal import Glibc

/// Reads a descriptor as its bytes come, up to 256 KiB at a time, and can be paused.
///
/// It lives until it has ended or is closed, whether or not anybody keeps it, and so does what its call-backs hold.
@LoopActor
package final class InStream {
  /// How many bytes one call of the handler gets at most.
  package nonisolated static let chunk = 256 << 10

  private enum State {
    case open
    /// Whoever wrote is gone: ends as soon as nothing is left to read.
    case draining
    case ended
  }

  /// All streams read into the same memory, in turn.
  private static let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: chunk, alignment: 16)
  private static var isReading = false

  private var end: StreamEnd?
  private var watch: Watch?
  private let interest: Readiness
  /// The other side writes no more, which is told only once.
  private var isEnding = false
  /// Whether it was tried to make a pipe hold more.
  private var hasGrown = false
  private var state = State.open
  private var received: (@LoopActor (Span<UInt8>) -> Void)?
  private var ended: (@LoopActor (SystemError?) -> Void)?

  /// Reads a descriptor that others may share, from now on.
  ///
  /// `received` is called with bytes that are valid for the call only; `ended` once at the end, with the reason if it is
  /// not the plain one, and not after `close`.
  package convenience init(
    _ descriptor: consuming Descriptor, received: @escaping @LoopActor (Span<UInt8>) -> Void,
    ended: @escaping @LoopActor (SystemError?) -> Void
  ) throws(SystemError) {
    try self.init(end: StreamEnd.adopt(descriptor, for: .reading), received, ended)
  }

  /// Reads the end of a pipe that this process made.
  package convenience init(
    own descriptor: consuming Descriptor, received: @escaping @LoopActor (Span<UInt8>) -> Void,
    ended: @escaping @LoopActor (SystemError?) -> Void
  ) throws(SystemError) {
    try self.init(end: try StreamEnd.own(descriptor), received, ended)
  }

  private init(
    end: consuming StreamEnd, _ received: @escaping @LoopActor (Span<UInt8>) -> Void,
    _ ended: @escaping @LoopActor (SystemError?) -> Void
  ) throws(SystemError) {
    let number = end.number
    interest = end.isDrainedByShortReads ? [.readable, .once] : .readable
    self.end = consume end
    self.received = received
    self.ended = ended
    watch = try Watch(number, interest) { [self] readiness in
      if readiness.contains(.ending) { isEnding = true }
      readOnce()
    }
    watch?.attempt = { [self] in readOnce() }
  }

  /// While true nothing is read, so that the writer is held up in the end.
  package var isPaused = false {
    didSet {
      guard isPaused != oldValue, state != .ended else { return }
      watch?.want(isPaused ? [] : interest)
      if !isPaused, state == .draining { Loop.shared.atEndOfTurn { [self] in readOnce() } }
    }
  }

  package var hasEnded: Bool { state == .ended }

  /// Treats the stream as ended once nothing more is there to read, for a writer that is gone.
  ///
  /// A stray process may hold the other end open for ever.
  package func endWhenEmpty() {
    guard state == .open else { return }
    state = .draining
    Loop.shared.atEndOfTurn { [self] in readOnce() }
  }

  /// Reads what is there now, some megabytes at most, before the stream is closed.
  package func takeRest() {
    for _ in 0..<16 where state != .ended && !isPaused && isReadable { readOnce() }
  }

  private var isReadable: Bool {
    guard let number = end?.number else { return false }
    var wanted = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
    return unsafe poll(&wanted, 1, 0) > 0
  }

  package func close() {
    state = .ended
    watch?.cancel()
    watch = nil
    end = nil
    received = nil
    ended = nil
  }

  /// Answers whether something was read, or the end.
  @discardableResult
  private func readOnce() -> Bool {
    guard !isPaused, state != .ended else { return false }
    precondition(!InStream.isReading, "a handler of a stream must not run the loop")
    let outcome = unsafe end?.read(into: InStream.buffer) ?? .wouldBlock
    switch outcome {
    case .bytes(0): finish(nil)
    case .bytes(let count):
      if count >= StreamEnd.plainPipe, !hasGrown {
        hasGrown = true
        _ = end?.grow()
      }
      InStream.isReading = true
      let bytes = unsafe UnsafeRawBufferPointer(rebasing: InStream.buffer[..<count])
      received?(unsafe Span<UInt8>(_unsafeBytes: bytes))
      InStream.isReading = false
      let isDrained = count < InStream.chunk && !isEnding && state == .open
      if !isDrained, interest.contains(.once) || state == .draining {
        Loop.shared.atEndOfTurn { [self] in readOnce() }
      }
    case .wouldBlock:
      isEnding = false
      guard state == .draining else { return false }
      finish(nil)
    case .failed(let code):
      // A terminal that hung up, a socket that was reset: ends all the same.
      finish(code == EIO || code == ECONNRESET ? nil : SystemError("read", code: code))
    }
    return true
  }

  private func finish(_ error: SystemError?) {
    let ended = ended
    close()
    ended?(error)
  }
}
