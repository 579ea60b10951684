internal import Glibc

/// Keeps the file that standard error goes to within bounds: when it is full it becomes the older one, in place of the one
/// before, and an empty one takes its name.
package enum BoundedLog {
  package static let most = 1 << 20

  private struct File: Sendable {
    let path: String
    var size: Int
  }

  private static let file = Locked<File?>(nil)

  /// Where the older file is.
  package static func older(_ path: String) -> String { "\(path).1" }

  /// Takes care of a file from now on, if standard error goes there.
  package static func keep(_ path: String) {
    guard let named = SafeFile.identity(of: path), let copy = try? Descriptor.duplicate(2),
      SafeFile.identity(of: copy) == named
    else { return }
    let size = lseek(copy.number, 0, SEEK_END)
    file.withLock { $0 = File(path: path, size: max(0, Int(size))) }
  }

  /// Makes room for so many bytes; what cannot be is left as it is.
  static func makeRoom(for count: Int) {
    file.withLock { file in
      guard var log = file else { return }
      if log.size > 0, log.size + count > most {
        log.size = 0
        if unsafe rename(log.path, older(log.path)) == 0, let fresh = try? SafeFile.openLog(log.path) {
          try? fresh.replace(2)
        }
      }
      log.size += count
      file = log
    }
  }
}
