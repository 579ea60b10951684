internal import HTTPWire
internal import Store
package import System

/// Where the gate listens for HTTP clients: an address of the network, or a socket's file.
@LoopActor
package final class HTTPListener {
  /// What clients name to reach it.
  enum Kind {
    case address
    /// Any address that this machine has.
    case everywhere
    /// A socket's file: it can be seen who connects.
    case file
  }

  private let listener: Descriptor
  private var watch: Watch?
  private let front: HTTPFront
  private let kind: Kind

  private static let respite: Int64 = 100_000

  init(_ listener: consuming Descriptor, front: HTTPFront, kind: Kind) throws(SystemError) {
    let number = listener.number
    self.listener = listener
    self.front = front
    self.kind = kind
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
        front.accepted(connection, at: kind)
      }
    } catch {
      // As a rule no descriptor is free; the connection still waits, and asking at once again would be asking for ever.
      watch?.want([])
      Loop.shared.after(microseconds: Self.respite) { [weak self] in self?.watch?.want(.readable) }
    }
  }
}
