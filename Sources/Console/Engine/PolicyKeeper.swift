internal import ConsoleCore
internal import JSONText
internal import Policy
internal import System

/// The policy file: read when it changes, and replaced only if it is still what the edits were made on.
@LoopActor
final class PolicyKeeper {
  var changed: (@LoopActor (PolicyFileState) -> Void)?

  private let path: String
  private let isReadOnly: Bool
  private var watch: FileWatch?

  init(_ path: String, isReadOnly: Bool) {
    self.path = path
    self.isReadOnly = isReadOnly
  }

  /// Reads the file and watches it from then on; answers what stands in the way of watching.
  func start() -> String? {
    var problem: String?
    do throws(SystemError) {
      watch = try FileWatch(path) { [weak self] in
        guard let self else { return }
        changed?(read())
      }
    } catch {
      problem = "changes of the policy file will not be noticed: \(error)"
    }
    changed?(read())
    return problem
  }

  func close() {
    watch?.cancel()
    watch = nil
  }

  func read() -> PolicyFileState {
    switch bytes() {
    case .success(let text?): state(of: text)
    case .success(nil): .absent
    case .failure(let error): .unreadable("\(error)")
    }
  }

  /// Writes the file if it is the one with this digest; without one, if there is none.
  func save(_ text: [UInt8], over digest: ContentDigest?) -> PolicySaveResult {
    guard !isReadOnly else { return .failed("this console is read-only") }
    switch bytes() {
    case .failure(let error): return .failed("\(error)")
    case .success(let current):
      guard current.map({ ContentDigest(of: $0) }) == digest else {
        return .changedUnderneath(current.map { state(of: $0) } ?? .absent)
      }
    }
    do throws(SystemError) {
      try SafeFile.makeFolder(SafeFile.folder(of: path))
      try SafeFile.replace(path, with: text)
      watch?.acknowledge()
      return .saved
    } catch {
      return .failed("\(error)")
    }
  }

  /// The file's text; nil if there is none.
  private func bytes() -> Result<[UInt8]?, SystemError> {
    do throws(SystemError) {
      return .success(try SafeFile.read(path, limit: PolicyDocument.longest))
    } catch {
      return error.isAbsence ? .success(nil) : .failure(error)
    }
  }

  private func state(of text: [UInt8]) -> PolicyFileState {
    do throws(PolicyRejection) {
      return .loaded(try PolicyDocument.read(text))
    } catch {
      return .rejected(error.problems, text: text)
    }
  }
}
