internal import Glibc

/// The three descriptors that every program counts on.
package enum StandardStreams {
  /// Opens `/dev/null` in the place of each that is closed, to be called before anything else is opened.
  ///
  /// Otherwise a file or socket of ours would get its number, and be read and written as if it were the caller's.
  package static func open() {
    for number in Int32(0)...2 where fcntl(number, F_GETFD) < 0 {
      // The lowest free number is this one.
      _ = unsafe Glibc.open("/dev/null", O_RDWR)
    }
  }
}

/// Standard output, for programs that print and end.
package enum StandardOutput {
  /// Writes all of it; answers false if nobody reads any more.
  @discardableResult
  package static func write(_ text: String) -> Bool { write(Array(text.utf8)) }

  @discardableResult
  package static func write(_ bytes: [UInt8]) -> Bool {
    guard let code = writeAll(bytes, to: 1) else { return true }
    if code != EPIPE { firstFailure.withLock { $0 = $0 ?? SystemError("write", "standard output", code: code) } }
    return false
  }

  /// Why something could not be written, as on a full disk; a reader that went away is no failure.
  package static var failure: SystemError? { firstFailure.withLock { $0 } }

  private static let firstFailure = Locked<SystemError?>(nil)
}

/// Standard error, for messages to the person.
package enum StandardError {
  package static func write(_ text: String) {
    let makeSafe = safety.withLock { $0 }
    writeExactly(makeSafe.map { $0(text) } ?? text)
  }

  /// Lets every message through this first: it may quote what others wrote, and a terminal must not obey that.
  package static func write(through makeSafe: @escaping @Sendable (String) -> String) {
    safety.withLock { $0 = makeSafe }
  }

  private static let safety = Locked<(@Sendable (String) -> String)?>(nil)

  /// Writes control characters too.
  package static func writeExactly(_ text: String) {
    let bytes = Array(text.utf8)
    BoundedLog.makeRoom(for: bytes.count)
    _ = writeAll(bytes, to: 2)
  }
}

/// Writes everything, waiting where a descriptor that others made non-blocking is full.
///
/// - Returns: Nil, or the system's number for the reason why it could not.
private func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Int32? {
  var rest = bytes[...]
  while !rest.isEmpty {
    let written = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
    if written > 0 {
      rest = rest.dropFirst(written)
    } else if written < 0 && errno == EAGAIN {
      var wanted = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      _ = unsafe poll(&wanted, 1, -1)
    } else if written < 0 && errno != EINTR {
      return errno
    }
  }
  return nil
}
