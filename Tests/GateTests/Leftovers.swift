import Glibc
import System

/// Folders that are removed once more when the tests are over: a gate may write its last after it was stopped.
enum Leftovers {
  private static let folders = Locked<Set<String>>([])
  private static let atEnd: Void = {
    atexit {
      for folder in Leftovers.folders.withLock({ $0 }) { try? TemporaryFolder.remove(folder) }
    }
  }()

  static func add(_ folder: String) {
    _ = atEnd
    _ = folders.withLock { $0.insert(folder) }
  }
}
