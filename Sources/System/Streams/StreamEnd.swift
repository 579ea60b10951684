internal import CSystem
internal import Glibc

/// A descriptor that came from elsewhere, made ready for use without waiting.
///
/// Whether a call waits is a flag of what processes share, so it is never set on a descriptor that others hold: sockets
/// are used with calls that do not wait, pipes and terminals are opened a second time.
struct StreamEnd: ~Copyable {
  enum Direction { case reading, writing }

  private enum Manner {
    /// `recv` and `send` that do not wait.
    case socket
    /// Opened by us without waiting, or a file, which never waits for long.
    case direct
    /// Could not be opened again: used only when `poll` says that it is ready, a little at a time.
    case careful
  }

  private let descriptor: Descriptor
  private let manner: Manner
  var number: Int32 { descriptor.number }

  private init(_ descriptor: consuming Descriptor, _ manner: Manner) {
    self.descriptor = descriptor
    self.manner = manner
  }

  /// Takes a descriptor over; the one that is given is closed if another takes its place.
  static func adopt(_ descriptor: consuming Descriptor, for direction: Direction) -> StreamEnd {
    switch csys_kind(descriptor.number) {
    case Int32(CSYS_KIND_SOCKET): return StreamEnd(descriptor, .socket)
    case Int32(CSYS_KIND_FILE): return StreamEnd(descriptor, .direct)
    default: break
    }
    let flags = csys_status_flags(descriptor.number)
    if flags >= 0, flags & O_NONBLOCK != 0 { return StreamEnd(descriptor, .direct) }
    let access = direction == .reading ? O_RDONLY : O_WRONLY
    let again = unsafe csys_open("/proc/self/fd/\(descriptor.number)", access | O_NONBLOCK, 0)
    guard again >= 0 else { return StreamEnd(descriptor, .careful) }
    return StreamEnd(Descriptor(owning: again), .direct)
  }

  /// An end that is ours alone: a pipe that we made.
  static func own(_ descriptor: consuming Descriptor) throws(SystemError) -> StreamEnd {
    guard csys_set_nonblocking(descriptor.number) == 0 else { throw .last("set up a pipe") }
    return StreamEnd(descriptor, .direct)
  }

  /// Whether a read that gives less than it was asked for has taken all that was there.
  ///
  /// It is so for pipes and sockets; a terminal gives a line at a time.
  var isDrainedByShortReads: Bool {
    switch csys_kind(number) {
    case Int32(CSYS_KIND_SOCKET): true
    case Int32(CSYS_KIND_FIFO): manner == .direct
    default: false
    }
  }

  // MARK: Large messages

  /// What a pipe holds that nobody has changed.
  static let plainPipe = 64 << 10
  /// What it is to hold where large messages come: they pass in a few turns instead of many.
  private static let largePipe = 256 << 10

  /// Makes a pipe hold more; answers whether it does now.
  ///
  /// Only where it is of use: what the pipes of a user may hold together is limited.
  func grow() -> Bool { csys_grow_pipe(number, Int32(Self.largePipe)) != 0 }

  // MARK: Transfer

  enum Outcome: Equatable {
    case bytes(Int)
    case wouldBlock
    case failed(Int32)
  }

  /// Reads what is there, up to the buffer's size; no bytes mean the end.
  func read(into buffer: UnsafeMutableRawBufferPointer) -> Outcome {
    guard let start = buffer.baseAddress else { return .wouldBlock }
    while true {
      if manner == .careful, !isReady(Int16(POLLIN)) { return .wouldBlock }
      let count =
        manner == .socket
        ? unsafe csys_receive(number, start, buffer.count)
        : unsafe Glibc.read(number, start, buffer.count)
      if count >= 0 { return .bytes(count) }
      if errno == EAGAIN { return .wouldBlock }
      if errno != EINTR { return .failed(errno) }
    }
  }

  /// Writes as much as there is room for now.
  func write(_ bytes: Span<UInt8>) -> Outcome {
    unsafe bytes.withUnsafeBytes { unsafe write($0) }
  }

  private func write(_ bytes: UnsafeRawBufferPointer) -> Outcome {
    guard let start = bytes.baseAddress else { return .bytes(0) }
    while true {
      if manner == .careful, !isReady(Int16(POLLOUT)) { return .wouldBlock }
      // A pipe that is ready has room for this much.
      let length = manner == .careful ? min(bytes.count, 4096) : bytes.count
      let count =
        manner == .socket
        ? unsafe csys_send(number, start, length)
        : unsafe Glibc.write(number, start, length)
      if count >= 0 { return .bytes(count) }
      if errno == EAGAIN { return .wouldBlock }
      if errno != EINTR { return .failed(errno) }
    }
  }

  private func isReady(_ events: Int16) -> Bool {
    var wanted = pollfd(fd: number, events: events, revents: 0)
    return unsafe poll(&wanted, 1, 0) > 0
  }
}
