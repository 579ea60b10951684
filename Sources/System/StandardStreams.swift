internal import Glibc

/// Standard output, for programs that print and end.
package enum StandardOutput {
  /// Writes all of it; answers false if nobody reads any more.
  @discardableResult
  package static func write(_ text: String) -> Bool { writeAll(Array(text.utf8), to: 1) }

  @discardableResult
  package static func write(_ bytes: [UInt8]) -> Bool { writeAll(bytes, to: 1) }
}

/// Standard error, for messages to the person.
package enum StandardError {
  package static func write(_ text: String) { _ = writeAll(Array(text.utf8), to: 2) }
}

/// Writes everything, waiting where a descriptor that others made non-blocking is full.
private func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
  var rest = bytes[...]
  while !rest.isEmpty {
    let written = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
    if written > 0 {
      rest = rest.dropFirst(written)
    } else if written < 0 && errno == EAGAIN {
      var wanted = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      _ = unsafe poll(&wanted, 1, -1)
    } else if written < 0 && errno != EINTR {
      return false
    }
  }
  return true
}
