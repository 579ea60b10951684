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
  private static let mostAtOnce = 16

  init(_ listener: consuming Descriptor, front: HTTPFront, kind: Kind) throws(SystemError) {
    let number = listener.number
    self.listener = listener
    self.front = front
    self.kind = kind
    watch = try Watch(number, .readable) { [weak self] _ in self?.acceptSome() }
  }

  var number: Int32 { listener.number }

  func close() {
    watch?.cancel()
    watch = nil
  }

  /// Accepts some of those who wait; for the others it is called again in the next turn.
  ///
  /// In between what the first ones have sent is read, so that they are known before others come for their places.
  private func acceptSome() {
    do {
      for _ in 0..<Self.mostAtOnce {
        guard let connection = try UnixSocket.accept(from: listener.number) else { return }
        front.accepted(connection, at: kind)
      }
    } catch {
      // As a rule no descriptor is free; the connection still waits, and asking at once again would be asking for ever.
      watch?.want([])
      Loop.shared.after(microseconds: Self.respite) { [weak self] in self?.watch?.want(.readable) }
    }
  }
}
