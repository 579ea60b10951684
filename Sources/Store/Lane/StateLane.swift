package import System

/// A place of its own in a state folder, for as long as this value lives.
///
/// Gates may share a state folder: one `run --private` beside the user's gate, one at another `--socket`. Each takes the
/// first lane that nobody has, and puts the lane's number into the names of the files that it alone writes.
package final class StateLane: Sendable {
  /// From 0; the user's only gate has 0 every time.
  package let number: Int
  package let folder: String
  private let lock: FileLock

  /// More gates than this at one folder are not looked for.
  private static let most = 1_000

  private init(_ number: Int, in folder: String, _ lock: consuming FileLock) {
    self.number = number
    self.folder = folder
    self.lock = lock
  }

  /// Takes the first free lane of a folder, which is made where it is missing.
  package static func claim(in folder: String) throws(SystemError) -> StateLane {
    try SafeFile.makeFolder(folder)
    for number in 0..<most {
      if let lock = try FileLock.take("\(folder)/lane-\(number).lock") {
        return StateLane(number, in: folder, lock)
      }
    }
    throw SystemError("find a free lane in", folder, code: 11, help: "\(most) gates use it already")
  }
}
