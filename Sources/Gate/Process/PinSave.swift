internal import ControlWire
internal import JSONText
internal import Policy
internal import Store
internal import System

/// Adds what is new of pins to what is in their file, whoever wrote that; on any thread.
struct PinSave: Sendable {
  enum Outcome: Sendable {
    /// All of it is on the disk: what the file holds now, and how many of the book's edits that took.
    case kept(PinLock, bytes: Int, digest: ContentDigest, edits: Int)
    /// Another gate writes the same file just now.
    case busy
    case failed(SystemError)
  }

  let path: String
  /// With all edits.
  let lock: PinLock
  let edits: [PinEdit]
  /// Of the file as it was read or written last.
  let digest: ContentDigest?

  func run() -> Outcome {
    do throws(SystemError) {
      try SafeFile.makeFolder(SafeFile.folder(of: path))
      guard let turn = try FileLock.take("\(path).lock") else { return .busy }
      let outcome = runInTurn()
      turn.remove()
      return outcome
    } catch {
      return .failed(error)
    }
  }

  private func runInTurn() -> Outcome {
    do throws(SystemError) {
      let newest = try newest()
      let text = newest.text
      try SafeFile.replace(path, with: text)
      return .kept(newest, bytes: text.count, digest: ContentDigest(of: text), edits: edits.count)
    } catch {
      return .failed(error)
    }
  }

  private func newest() throws(SystemError) -> PinLock {
    let text: [UInt8]
    do throws(SystemError) {
      text = try SafeFile.read(path, limit: PinLock.longestText)
    } catch {
      guard error.isAbsence else { throw error }
      return lock
    }
    guard ContentDigest(of: text) != digest else { return lock }
    var newest: PinLock
    do throws(PinMistake) {
      newest = try PinLock.read(text)
    } catch {
      throw SystemError("read", "tools.lock.json", code: 22, help: "\(error)")
    }
    for edit in edits { newest.apply(edit) }
    return newest
  }
}
