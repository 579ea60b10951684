internal import ControlWire
internal import Policy
package import System

/// The control socket: lets clients of this user in, and nobody else.
@LoopActor
package final class ControlListener {
  private var listener: Descriptor?
  private var watch: Watch?
  private let gate: GateProcess
  private var isExhausted = false

  /// More clients than this are sent away at once.
  private static let mostConnections = 1_000
  private static let respite: Int64 = 100_000

  /// Listens at once; the socket's file is removed by whoever has the gate's lock.
  package init(at path: String, gate: GateProcess) throws(SystemError) {
    self.gate = gate
    let listener = try UnixSocket.listen(at: path)
    let number = listener.number
    self.listener = consume listener
    watch = try Watch(number, .readable) { [weak self] _ in self?.acceptAll() }
  }

  package func close() {
    watch?.cancel()
    watch = nil
    listener = nil
  }

  private func sendAway(_ connection: consuming Descriptor) {
    let reason = "\(Self.mostConnections) clients are connected already, and the gate takes no more"
    let message = GateMessage(
      sequence: 0, time: Moment(microseconds: 0), event: .refused(message: reason, id: nil))
    _ = try? UnixSocket.send(message.encoded, descriptors: [], over: connection.number)
  }

  private func acceptAll() {
    guard let number = listener?.number else { return }
    do {
      while let connection = try UnixSocket.accept(from: number) {
        // The socket's mode says the same; this holds also where its folder is shared.
        guard let peer = UnixSocket.peer(of: connection.number), peer.user == ThisProcess.user else { continue }
        guard gate.connectionCount < Self.mostConnections else {
          sendAway(connection)
          continue
        }
        isExhausted = false
        gate.connected(try ControlConnection(connection, peer: peer, gate: gate))
      }
    } catch {
      // As a rule no descriptor is free; the connection still waits, and asking at once again would be asking for ever.
      if !isExhausted { StandardError.write("gatehouse: \(error)\n") }
      isExhausted = true
      watch?.want([])
      Loop.shared.after(microseconds: Self.respite) { [weak self] in self?.watch?.want(.readable) }
    }
  }
}
