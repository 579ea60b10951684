internal import Policy
internal import System

/// A text in a file of its own, which nobody else can read.
@LoopActor
final class PrivateFile {
  let path: String
  private let folder: String

  init(_ name: String, _ text: [UInt8]) throws(SystemError) {
    folder = try TemporaryFolder.make("gatehouse-edit")
    path = "\(folder)/\(name)"
    do throws(SystemError) {
      try SafeFile.replace(path, with: text, mode: 0o600)
    } catch {
      try? TemporaryFolder.remove(folder)
      throw error
    }
  }

  isolated deinit { remove() }

  func read() throws(SystemError) -> [UInt8] { try SafeFile.read(path, limit: PolicyDocument.longest) }

  /// Removes the file with all that an editor has left beside it.
  func remove() { try? TemporaryFolder.remove(folder) }
}
