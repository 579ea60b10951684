internal import System

/// The control socket: lets clients of this user in, and nobody else.
@LoopActor
final class ControlListener {
  private let listener: Descriptor
  private var watch: Watch?
  private let gate: GateProcess

  /// More clients than this are sent away at once.
  private static let mostConnections = 1_000

  init(at path: String, gate: GateProcess) throws(SystemError) {
    self.gate = gate
    listener = try UnixSocket.listen(at: path)
    watch = try Watch(listener.number, .readable) { [unowned self] _ in self.acceptAll() }
  }

  func close() {
    watch?.cancel()
    watch = nil
  }

  private func acceptAll() {
    do {
      while let connection = try UnixSocket.accept(from: listener.number) {
        // The socket's mode says the same; this holds also where its folder is shared.
        guard let peer = UnixSocket.peer(of: connection.number), peer.user == ThisProcess.user,
          gate.connectionCount < Self.mostConnections
        else { continue }
        gate.connected(try ControlConnection(connection, peer: peer, gate: gate))
      }
    } catch {
      StandardError.write("gatehouse: \(error)\n")
    }
  }
}
