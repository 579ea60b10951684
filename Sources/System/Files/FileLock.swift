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
  package static func take(_ path: String) throws(SystemError) -> FileLock? {
    while true {
      let file = try Descriptor.open(path, O_RDWR | O_CREAT | O_NOFOLLOW, mode: 0o600)
      guard csys_flock_exclusive(file.number) == 0 else {
        let error = SystemError.last("lock", path)
        if error.wouldBlock { return nil }
        throw error
      }
      // Whoever had it before may have removed the file between our opening and our locking it.
      var ours = csys_file()
      var there = csys_file()
      guard unsafe csys_fstat(file.number, &ours) == 0 else { throw .last("lock", path) }
      if unsafe csys_stat(path, false, &there) == 0, ours.inode == there.inode, ours.device == there.device {
        return FileLock(file, path)
      }
    }
  }

  /// Gives the lock back and removes its file.
  package consuming func remove() {
    unsafe unlink(path)
  }
}
