internal import HTTPWire
internal import Store
package import System

/// Where the gate listens for HTTP clients: an address of the network, or a socket's file.
@LoopActor
package final class HTTPListener {
  private let listener: Descriptor
  private var watch: Watch?
  private let front: HTTPFront
  /// Whether it is a socket's file, so that it can be seen who connects.
  private let isLocal: Bool

  private static let respite: Int64 = 100_000

  init(_ listener: consuming Descriptor, front: HTTPFront, isLocal: Bool = false) throws(SystemError) {
    let number = listener.number
    self.listener = listener
    self.front = front
    self.isLocal = isLocal
    watch = try Watch(number, .readable) { [weak self] _ in self?.acceptAll() }
  }

  var number: Int32 { listener.number }

  func close() {
    watch?.cancel()
    watch = nil
  }

  private func acceptAll() {
    do {
      while let connection = try UnixSocket.accept(from: listener.number) {
        front.accepted(connection, isLocal: isLocal)
      }
    } catch {
      // As a rule no descriptor is free; the connection still waits, and asking at once again would be asking for ever.
      watch?.want([])
      Loop.shared.after(microseconds: Self.respite) { [weak self] in self?.watch?.want(.readable) }
    }
  }
}
