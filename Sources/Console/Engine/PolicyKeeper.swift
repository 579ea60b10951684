internal import ConsoleCore
internal import Glibc
internal import JSONText
internal import Policy
internal import System

/// The policy file: read when it changes, and replaced only if it is still what the edits were made on.
@LoopActor
final class PolicyKeeper {
  var changed: (@LoopActor (PolicyFileState) -> Void)?

  /// How long a save may hold up the end, in milliseconds.
  private static let patience = 3000

  private let path: String
  private let isReadOnly: Bool
  private var watch: FileWatch?
  /// Nil while nothing is being saved; then whether the thread that does it has come to its end.
  private let saving = Locked<Bool?>(nil)
  /// The file has changed since the last save began.
  private var hasChanged = false
  private var isClosed = false

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
        hasChanged = true
        if saving.withLock({ $0 }) == nil { changed?(read()) }
      }
    } catch {
      problem = "changes of the policy file will not be noticed: \(error)"
    }
    changed?(read())
    return problem
  }

  func close() {
    isClosed = true
    watch?.cancel()
    watch = nil
    // What a thread has begun is ended, as far as the disk lets it.
    for _ in 0..<Self.patience where saving.withLock({ $0 }) == false { usleep(1000) }
  }

  func read() -> PolicyFileState { Self.read(path) }

  nonisolated private static func read(_ path: String) -> PolicyFileState {
    switch bytes(path) {
    case .success(let text?): state(of: text)
    case .success(nil): .absent
    case .failure(let error): .unreadable("\(error)")
    }
  }

  /// Writes the file if it is the one with this digest; without one, if there is none.
  ///
  /// A slow disk holds up a thread of its own and not the screen. What others do to the file meanwhile is told afterwards.
  func save(_ text: [UInt8], over digest: ContentDigest?, done: @escaping @LoopActor (PolicySaveResult) -> Void) {
    guard !isReadOnly else { return done(.failed("this console is read-only")) }
    guard saving.withLock({ $0 }) == nil else { return done(.failed("the last save is not over yet")) }
    saving.withLock { $0 = false }
    hasChanged = false
    let (path, saving) = (path, saving)
    Aside.run {
      let outcome = Self.write(text, to: path, over: digest)
      saving.withLock { $0 = true }
      return outcome
    } then: { [weak self] result, look in
      saving.withLock { $0 = nil }
      guard let self, !isClosed else { return }
      done(result)
      if result == .saved {
        watch?.acknowledge(look)
      } else if hasChanged {
        changed?(read())
      }
    }
  }

  nonisolated private static func write(
    _ text: [UInt8], to path: String, over digest: ContentDigest?
  ) -> (PolicySaveResult, FileWatch.Look?) {
    do throws(SystemError) {
      try SafeFile.makeFolder(SafeFile.folder(of: path))
      let target: String
      switch try SafeFile.ownTarget(of: path) {
      case .file(let file): target = file
      case .refused(let reason): return (.failed(reason), nil)
      }
      let isDone = try SafeFile.replace(target, with: text, limit: PolicyDocument.longest) { current in
        current.map { ContentDigest(of: $0) } == digest
      }
      return isDone ? (.saved, FileWatch.look(at: path)) : (.changedUnderneath(read(path)), nil)
    } catch {
      return (.failed("\(error)"), nil)
    }
  }

  /// The file's text; nil if there is none.
  nonisolated private static func bytes(_ path: String) -> Result<[UInt8]?, SystemError> {
    do throws(SystemError) {
      return .success(try SafeFile.read(path, limit: PolicyDocument.longest))
    } catch {
      return error.isAbsence ? .success(nil) : .failure(error)
    }
  }

  nonisolated private static func state(of text: [UInt8]) -> PolicyFileState {
    do throws(PolicyRejection) {
      return .loaded(try PolicyDocument.read(text))
    } catch {
      return .rejected(error.problems, text: text)
    }
  }
}
