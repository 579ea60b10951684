internal import Glibc
internal import Policy
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

  /// What a gate that is about to end leaves in the lock's file.
  private static let ending = UInt8(ascii: "e")
  /// How long to wait for such a gate, in microseconds: longer than it gives its servers to end.
  package static let patience: Int64 = 7_500_000
  private static let pause: UInt32 = 5_000

  /// Says that the lane will soon be free: the next gate waits for it, and so goes on with its counts and its record.
  package func leaveSoon() { lock.note(Self.ending) }

  /// Takes the first free lane of a folder, which is made where it is missing.
  ///
  /// Waits for a lane whose gate is about to end, at most `patience` microseconds.
  package static func claim(in folder: String, patience: Int64 = patience) throws(SystemError) -> StateLane {
    try SafeFile.makeFolder(folder)
    let start = Clock.now()
    for number in 0..<most {
      let path = "\(folder)/lane-\(number).lock"
      while true {
        if let lock = try FileLock.take(path) {
          lock.note(0)
          return StateLane(number, in: folder, lock)
        }
        guard FileLock.noted(path) == ending, Clock.now().microseconds(since: start) < patience else { break }
        usleep(pause)
      }
    }
    throw SystemError("find a free lane in", folder, code: 11, help: "\(most) gates use it already")
  }

  /// Takes a lane whose gate runs no more, to do something in its place; nil where that cannot be proved.
  ///
  /// Who wants the lane meanwhile waits for it, as for one whose gate is about to end.
  package static func hold(_ number: Int, in folder: String) -> StateLane? {
    guard let lock = try? FileLock.take("\(folder)/lane-\(number).lock", making: false) else { return nil }
    lock.note(ending)
    return StateLane(number, in: folder, lock)
  }
}
