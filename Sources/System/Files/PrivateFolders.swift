internal import CSystem
internal import Glibc

/// The folders of gates that live in their clients' processes, beside the socket of the gate for all.
///
/// Such a gate removes its own at its end. What a killed one leaves is removed by the next that starts.
package enum PrivateFolders {
  /// What is in one.
  private static let files = ["gate.sock", "gate.sock.lock"]
  private static let prefix = "private-"

  package static func name(of pid: Int32) -> String { prefix + String(pid) }

  /// Removes those beside `socket` whose processes are gone, as far as they are this user's; gives how many went.
  ///
  /// Neither a number alone says that one is gone, which another world of processes counts otherwise, nor the lock alone,
  /// which is not taken yet where a gate just starts. No link is followed, and nothing is touched that no gate puts there.
  @discardableResult
  package static func sweep(
    beside socket: String, isAlive: (Int32) -> Bool = { kill($0, 0) == 0 || errno != ESRCH }
  ) -> Int {
    let folder = SafeFile.folder(of: socket)
    var removed = 0
    for name in (try? SafeFile.names(in: folder)) ?? [] {
      guard let pid = pid(of: name), !isAlive(pid) else { continue }
      if isRemoved("\(folder)/\(name)") { removed += 1 }
    }
    return removed
  }

  /// The number in a folder's name, if a gate has given that.
  private static func pid(of name: String) -> Int32? {
    guard name.hasPrefix(prefix), let pid = Int32(name.dropFirst(prefix.utf8.count)), pid > 0,
      name == self.name(of: pid)
    else { return nil }
    return pid
  }

  private static func isRemoved(_ folder: String) -> Bool {
    var status = csys_file()
    guard unsafe csys_stat(folder, false, &status) == 0, csys_is_directory(status.mode),
      status.user == ThisProcess.user
    else { return false }
    do throws(SystemError) {
      let lock = "\(folder)/gate.sock.lock"
      guard SafeFile.identity(of: lock) != nil else { return try clear(folder) }
      guard let held = try FileLock.take(lock) else { return false }
      // Nobody moves in meanwhile.
      let isCleared = try clear(folder)
      _ = held.isInPlace
      return isCleared
    } catch {
      return false
    }
  }

  private static func clear(_ folder: String) throws(SystemError) -> Bool {
    guard try SafeFile.names(in: folder).allSatisfy(files.contains) else { return false }
    for file in files where SafeFile.identity(of: "\(folder)/\(file)") != nil {
      try SafeFile.remove("\(folder)/\(file)")
    }
    try SafeFile.removeFolder(folder)
    return true
  }
}
