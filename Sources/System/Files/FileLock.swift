internal import CSystem
internal import Glibc

/// A lock between processes: a file that one of them holds.
///
/// The system gives it back when the process ends, however it ends.
package struct FileLock: ~Copyable, Sendable {
  private let file: Descriptor
  private let path: String

  private init(_ file: consuming Descriptor, _ path: String) {
    self.file = file
    self.path = path
  }

  /// Takes the lock; nil if another process has it.
  ///
  /// Throws: `SystemError`, also where the file is not there and is not to be made.
  package static func take(_ path: String, making isMade: Bool = true) throws(SystemError) -> FileLock? {
    while true {
      let file = try Descriptor.open(path, O_RDWR | (isMade ? O_CREAT : 0) | O_NOFOLLOW, mode: 0o600)
      guard csys_flock_exclusive(file.number) == 0 else {
        let error = SystemError.last("lock", path)
        if error.wouldBlock { return nil }
        throw error
      }
      // Whoever had it before may have removed the file between our opening and our locking it.
      let lock = FileLock(file, path)
      if lock.isInPlace { return lock }
    }
  }

  /// Whether the file that is locked is still the one at its path: only then does the lock keep anybody out.
  package var isInPlace: Bool {
    let ours = SafeFile.identity(of: file)
    return ours != nil && ours == SafeFile.identity(of: path)
  }

  /// Leaves a byte in the file for whoever finds it locked.
  package func note(_ byte: UInt8) {
    var byte = byte
    _ = unsafe pwrite(file.number, &byte, 1, 0)
  }

  /// The byte that the holder of a lock has left; nil if there is none.
  package static func noted(_ path: String) -> UInt8? {
    guard let file = try? Descriptor.open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, mode: 0) else { return nil }
    var byte: UInt8 = 0
    return unsafe pread(file.number, &byte, 1, 0) == 1 ? byte : nil
  }

  /// Gives the lock back and removes its file.
  package consuming func remove() {
    if isInPlace { unsafe unlink(path) }
  }
}
