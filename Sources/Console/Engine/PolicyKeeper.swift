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
    do throws(SystemError) {
      try SafeFile.makeFolder(SafeFile.folder(of: path))
      if let elsewhere = try linkTarget() {
        return .failed(
          "`\(path)` is a link out of its folder; start the console with --policy \(elsewhere) to edit that file")
      }
      let isDone = try SafeFile.replace(path, with: text, limit: PolicyDocument.longest) { current in
        current.map { ContentDigest(of: $0) } == digest
      }
      guard isDone else { return .changedUnderneath(read()) }
      watch?.acknowledge()
      return .saved
    } catch {
      return .failed("\(error)")
    }
  }

  /// The file that the path leads to, where that is in another folder; nil where it is not.
  private func linkTarget() throws(SystemError) -> String? {
    let target = try SafeFile.resolve(path)
    // The dot lets a link to a folder count as that folder.
    func identity(_ path: String) -> SafeFile.Identity? { SafeFile.identity(of: SafeFile.folder(of: path) + "/.") }
    return identity(target) == identity(path) ? nil : target
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
