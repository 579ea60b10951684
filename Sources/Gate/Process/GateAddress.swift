internal import System

/// Where clients find the gate: its socket, and the lock that makes it the only one there.
///
/// Both are files, and whoever clears old files away may remove them under a gate at work. A socket that is gone is made
/// anew. Where the lock is gone as well, another gate may have taken the address over, and this one leaves it alone.
@LoopActor
final class GateAddress {
  private let socket: String
  private let lockPath: String
  private let gate: GateProcess
  private var lock: FileLock?
  private var listener: ControlListener?
  /// The socket's file, as it was made.
  private var file: SafeFile.Identity?
  private var watch: FileWatch?

  /// Listens at the socket of whoever has its lock.
  init(of paths: Paths, lock: consuming FileLock, gate: GateProcess) throws(SystemError) {
    socket = paths.socket
    lockPath = paths.lock
    self.gate = gate
    self.lock = consume lock
    try listen()
    do {
      watch = try FileWatch(socket) { [weak self] in self?.look() }
    } catch {
      StandardError.write("gatehouse: should the socket be removed, nobody will notice: \(error)\n")
    }
  }

  /// Lets nobody in any more; the lock stays until the process ends.
  func close() {
    watch?.cancel()
    watch = nil
    // Before the listener goes: only as long as it lives can no other file have its number.
    if isOurs { try? SafeFile.remove(socket) }
    listener?.close()
    listener = nil
    file = nil
  }

  /// Gives the address up.
  func remove() {
    close()
    lock.take()?.remove()
  }

  private var isOurs: Bool { file != nil && SafeFile.identity(of: socket) == file }

  private func listen() throws(SystemError) {
    // Whoever has the lock knows that nobody listens on a socket that is left.
    if SafeFile.exists(socket) { try SafeFile.remove(socket) }
    listener = try ControlListener(at: socket, gate: gate)
    file = SafeFile.identity(of: socket)
  }

  private func look() {
    guard !isOurs else { return }
    listener?.close()
    listener = nil
    guard SafeFile.exists(SafeFile.folder(of: socket)) else { return leave("its folder is gone") }
    do {
      if !(lock?.isInPlace ?? false) {
        lock = nil
        guard let again = try FileLock.take(lockPath) else { return leave("another gate has taken it over") }
        lock = consume again
      }
      try listen()
      StandardError.write("gatehouse: the socket \(socket) was gone, and is made anew\n")
    } catch {
      leave("\(error)")
    }
  }

  private func leave(_ reason: String) {
    watch?.cancel()
    watch = nil
    file = nil
    StandardError.write("gatehouse: \(socket) is lost, \(reason); this gate ends with its last session\n")
    gate.retire()
  }
}
