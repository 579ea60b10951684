internal import CSystem
internal import Glibc

/// Writes to a descriptor without ever waiting: at once where there is room, otherwise from a queue.
///
/// The queue tells when it has grown over a mark, so that its owner stops reading whatever fills it, and when it has
/// emptied again. A queue that grows over its limit all the same breaks: memory is not the peer's to fill.
@LoopActor
package final class OutQueue {
  private enum State {
    case open
    case closingWhenEmpty
    case broken
    case closed
  }

  private var end: StreamEnd?
  private var watch: Watch?
  private var state = State.open
  /// Bytes from `head` on are still to be written.
  private var queue: [UInt8] = []
  private var head = 0
  private var wasFull = false
  private var held: OutQueue?
  /// Whether it was tried to make a pipe hold more.
  private var hasGrown = false

  private let highWater: Int
  private let limit: Int
  /// Called with true when the queue grew over the mark and with false when it emptied again.
  package var pressureChanged: (@LoopActor (Bool) -> Void)?
  /// Called once, at the end of a turn, when nobody can read any more.
  package var broke: (@LoopActor (SystemError) -> Void)?
  /// Called once after the last byte was written and the descriptor closed.
  package var closed: (@LoopActor () -> Void)?

  package nonisolated static let standardHighWater = 1 << 20
  package nonisolated static let standardLimit = 192 << 20

  /// Writes to a descriptor that others may share.
  package convenience init(
    _ descriptor: consuming Descriptor, highWater: Int = standardHighWater, limit: Int = standardLimit
  ) {
    self.init(end: StreamEnd.adopt(descriptor, for: .writing), highWater, limit)
  }

  /// Writes to the end of a pipe that this process made.
  package convenience init(
    own descriptor: consuming Descriptor, highWater: Int = standardHighWater, limit: Int = standardLimit
  ) throws(SystemError) {
    self.init(end: try StreamEnd.own(descriptor), highWater, limit)
  }

  private init(end: consuming StreamEnd, _ highWater: Int, _ limit: Int) {
    self.end = consume end
    self.highWater = highWater
    self.limit = limit
  }

  isolated deinit { watch?.cancel() }

  /// How many bytes wait.
  package var count: Int { queue.count - head }
  package var isFull: Bool { count >= highWater }
  package var isOpen: Bool { state == .open }
  /// How many bytes the other side has not read, as far as that can be told; nil once nothing can be written any more.
  package var unread: Int? {
    guard state == .open || state == .closingWhenEmpty, let number = end?.number else { return nil }
    return count + Int(csys_unread(number))
  }

  /// Writes all of `bytes` and leaves them empty, with their memory where it was not needed.
  package func write(_ bytes: inout [UInt8]) {
    guard state == .open, !bytes.isEmpty else {
      bytes.removeAll(keepingCapacity: true)
      return
    }
    if count > 0 {
      queue.append(contentsOf: bytes)
      bytes.removeAll(keepingCapacity: true)
    } else {
      let written = writeNow(bytes.span)
      if written == bytes.count || state == .broken {
        bytes.removeAll(keepingCapacity: true)
        return
      }
      queue.removeAll(keepingCapacity: true)
      swap(&queue, &bytes)
      head = written
      waitForRoom()
    }
    notePressure()
  }

  /// Writes all of `bytes`, and copies only what there is no room for now.
  package func write(_ bytes: Span<UInt8>) {
    guard state == .open, !bytes.isEmpty else { return }
    var written = 0
    if count == 0 {
      written = writeNow(bytes)
      if written == bytes.count || state == .broken { return }
      queue.removeAll(keepingCapacity: true)
      head = 0
    }
    unsafe bytes.extracting(written...).withUnsafeBufferPointer { unsafe queue.append(contentsOf: $0) }
    if watch?.interest.isEmpty ?? true { waitForRoom() }
    notePressure()
  }

  /// Gives the memory back that large messages took, if nothing waits.
  package func trim() {
    if count == 0, queue.capacity > 1 << 18 { queue = [] }
  }

  /// Writes what there is room for and forgets the rest: for bytes that nobody is promised.
  package func writeOrDrop(_ bytes: Span<UInt8>) {
    guard state == .open else { return }
    let outcome = end?.write(bytes) ?? .wouldBlock
    if case .failed(let code) = outcome { breakDown(code) }
  }

  /// Closes the descriptor when everything that waits is written; whatever comes later is forgotten.
  ///
  /// A reader that takes nothing at all for `patience` microseconds, nil for ever, loses the rest.
  package func closeWhenEmpty(patience: Int64? = nil) {
    guard state == .open else { return }
    if count == 0 { return finish() }
    state = .closingWhenEmpty
    // Its owner may go before the last byte does.
    held = self
    if let patience { giveUp(after: patience, unlessLessThan: count) }
  }

  private func giveUp(after patience: Int64, unlessLessThan last: Int) {
    Loop.shared.after(microseconds: patience) { [weak self] in
      guard let self, state == .closingWhenEmpty else { return }
      if count < last { giveUp(after: patience, unlessLessThan: count) } else { finish() }
    }
  }

  /// Closes the descriptor and forgets what waits.
  package func close() {
    release()
    state = .closed
    forgetCallbacks()
  }

  // MARK: Details

  private func writeNow(_ bytes: Span<UInt8>) -> Int {
    let count = written(end?.write(bytes) ?? .wouldBlock)
    guard bytes.count - count >= StreamEnd.plainPipe, !hasGrown, state == .open else { return count }
    hasGrown = true
    guard end?.grow() == true else { return count }
    return count + written(end?.write(bytes.extracting(count...)) ?? .wouldBlock)
  }

  /// How many bytes were written, for all that may follow from it.
  private func written(_ outcome: StreamEnd.Outcome) -> Int {
    switch outcome {
    case .bytes(let count): return count
    case .wouldBlock: return 0
    case .failed(let code):
      breakDown(code)
      return 0
    }
  }

  private func waitForRoom() {
    if let watch {
      watch.want(.writable)
      return
    }
    guard let number = end?.number else { return }
    do {
      watch = try Watch(number, .writable) { [weak self] _ in self?.becameWritable() }
    } catch {
      breakDown(error.code)
    }
  }

  private func becameWritable() {
    if count >= StreamEnd.plainPipe, !hasGrown {
      hasGrown = true
      _ = end?.grow()
    }
    // Done with the queue before anything follows: where it breaks, the queue goes.
    let outcome = end?.write(queue.span.extracting(head...)) ?? .wouldBlock
    head += written(outcome)
    guard state == .open || state == .closingWhenEmpty else { return }
    if count == 0 {
      // Keep what large messages need that come one after the other, give back what a flood took.
      if queue.capacity > 1 << 22 { queue = [] } else { queue.removeAll(keepingCapacity: true) }
      head = 0
      watch?.want([])
      if state == .closingWhenEmpty { return finish() }
    } else if head > 1 << 20, head > queue.count / 2 {
      queue.removeFirst(head)
      head = 0
    }
    notePressure()
  }

  private func notePressure() {
    if !wasFull, isFull {
      wasFull = true
      pressureChanged?(true)
    } else if wasFull, count <= highWater / 2 {
      wasFull = false
      pressureChanged?(false)
    }
    if count > limit { breakDown(ENOBUFS) }
  }

  private func breakDown(_ code: Int32) {
    guard state == .open || state == .closingWhenEmpty else { return }
    state = .broken
    release()
    let wasFull = wasFull
    self.wasFull = false
    // Not from inside `write`, whose caller is in the midst of something.
    Loop.shared.atEndOfTurn { [self] in
      guard state == .broken else { return }
      if wasFull { pressureChanged?(false) }
      broke?(SystemError("write", code: code))
      closed?()
      forgetCallbacks()
    }
  }

  private func finish() {
    state = .closed
    release()
    let closed = closed
    forgetCallbacks()
    closed?()
  }

  /// Once over there is nothing more to tell, and what the call-backs hold is free.
  private func forgetCallbacks() {
    closed = nil
    broke = nil
    pressureChanged = nil
  }

  private func release() {
    watch?.cancel()
    watch = nil
    held = nil
    end = nil
    queue = []
    head = 0
  }
}
