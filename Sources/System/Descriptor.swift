internal import CSystem
internal import Glibc

/// The owner of one open descriptor, which is closed when its owner goes.
package struct Descriptor: ~Copyable, Sendable {
  package let number: Int32

  package init(owning number: Int32) { self.number = number }

  deinit { close(number) }

  /// Gives the descriptor away: whoever gets the number must close it.
  package consuming func release() -> Int32 {
    let number = number
    discard self
    return number
  }

  package static func open(
    _ path: String, _ flags: Int32, mode: UInt32 = 0o600
  ) throws(SystemError) -> Descriptor {
    let number = unsafe csys_open(path, flags, mode)
    guard number >= 0 else { throw .last("open", path) }
    return Descriptor(owning: number)
  }

  package static func duplicate(_ number: Int32) throws(SystemError) -> Descriptor {
    let copy = csys_duplicate(number)
    guard copy >= 0 else { throw .last("duplicate a descriptor") }
    return Descriptor(owning: copy)
  }

  /// `/dev/null`, for reading and writing.
  package static func null() throws(SystemError) -> Descriptor { try open("/dev/null", O_RDWR) }

  /// A pipe, its reading end first, whose ends close on exec.
  package static func pipe() throws(SystemError) -> DescriptorPair {
    var ends: (Int32, Int32) = (-1, -1)
    let result = unsafe withUnsafeMutablePointer(to: &ends) { pair in
      unsafe pair.withMemoryRebound(to: Int32.self, capacity: 2) { unsafe csys_pipe($0) }
    }
    guard result == 0 else { throw .last("make a pipe") }
    return DescriptorPair(first: Descriptor(owning: ends.0), second: Descriptor(owning: ends.1))
  }

  /// Two connected sockets that never wait and close on exec.
  package static func socketPair() throws(SystemError) -> DescriptorPair {
    var ends: (Int32, Int32) = (-1, -1)
    let result = unsafe withUnsafeMutablePointer(to: &ends) { pair in
      unsafe pair.withMemoryRebound(to: Int32.self, capacity: 2) { unsafe csys_socket_pair($0) }
    }
    guard result == 0 else { throw .last("make a pair of sockets") }
    return DescriptorPair(first: Descriptor(owning: ends.0), second: Descriptor(owning: ends.1))
  }

  /// Puts a copy in the place of a standard descriptor's number.
  package func replace(_ number: Int32) throws(SystemError) {
    guard csys_replace(self.number, number) >= 0 else { throw .last("replace a standard descriptor") }
  }
}

/// The two ends of a pipe, reading end first, or of a pair of sockets.
package struct DescriptorPair: ~Copyable, Sendable {
  package let first: Descriptor
  package let second: Descriptor

  /// Gives both away: whoever gets the numbers must close them.
  package consuming func release() -> (Int32, Int32) {
    let first = first.release()
    let second = second.release()
    return (first, second)
  }
}

/// Descriptors that came over a socket; closes those that nobody takes.
package final class ReceivedDescriptors {
  private var numbers: [Int32]

  init(_ numbers: [Int32]) { self.numbers = numbers }

  deinit {
    for number in numbers { close(number) }
  }

  package var count: Int { numbers.count }

  /// The first that was not taken yet.
  package func takeFirst() -> Descriptor? {
    numbers.isEmpty ? nil : Descriptor(owning: numbers.removeFirst())
  }
}
