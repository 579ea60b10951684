internal import ConsoleCore
internal import Glibc
internal import JSONText
internal import Policy
internal import System

/// Keeps unsaved edits in the state folder, for the case that the console ends before they are saved.
///
/// Each console has a file of its own and a lock beside it, which the system gives back when the process ends, however it
/// ends: what has no locked lock was left behind.
@LoopActor
final class EditsKeeper {
  /// Told once, when edits cannot be kept.
  var failed: (@LoopActor (String) -> Void)?

  /// A file of edits and its lock, which we have.
  private final class Place {
    let name: String
    private var lock: FileLock?

    init(_ name: String, _ lock: consuming FileLock) {
      self.name = name
      self.lock = consume lock
    }

    func release() { if let lock = lock.take() { lock.remove() } }
  }

  private enum Wish {
    case keep(UnsavedEdits)
    case forget
  }

  /// Two policies, each escaped as a JSON string.
  private static let longest = 5 * PolicyDocument.longest
  private static let mostPlaces = 100

  private let folder: String
  private let path: String
  private let isReadOnly: Bool
  private var own: Place?
  private var left: [Place] = []
  /// What is kept, or about to be.
  private var kept: UnsavedEdits?
  private var wish: Wish?
  /// False while a thread writes.
  private let isIdle = Locked(true)
  private var hasFailed = false

  init(folder: String, policy: String, isReadOnly: Bool) {
    self.folder = folder
    path = policy
    self.isReadOnly = isReadOnly
  }

  // MARK: Those of this console

  /// Keeps the edits of a state, if they are other ones; without any, forgets those that are kept.
  func keep(_ state: ConsoleState) {
    guard !isReadOnly else { return }
    guard let draft = state.policy.draft, draft.isDirty else {
      guard kept != nil else { return }
      kept = nil
      wish = .forget
      return pump()
    }
    if let kept, kept.mine == draft.current, kept.base == draft.base { return }
    kept = state.unsavedEdits
    wish = kept.map { .keep($0) }
    pump()
  }

  /// Does what is wished last; while it is being done, all that is wished becomes one.
  private func pump() {
    guard isIdle.withLock({ $0 }), let wish else { return }
    self.wish = nil
    switch wish {
    case .forget:
      if let own { forget(own) }
    case .keep(let edits):
      guard let file = ownFile() else { return }
      isIdle.withLock { $0 = false }
      let isIdle = isIdle
      Aside.run {
        let problem = Self.write(edits, file)
        isIdle.withLock { $0 = true }
        return problem
      } then: { [weak self] problem in
        if let problem { self?.fail(problem) }
        self?.pump()
      }
    }
  }

  nonisolated private static func write(_ edits: UnsavedEdits, _ file: String) -> String? {
    do throws(SystemError) {
      try SafeFile.replace(file, with: edits.encoded)
      return nil
    } catch {
      return "\(error)"
    }
  }

  private func fail(_ reason: String) {
    guard !hasFailed else { return }
    hasFailed = true
    failed?("unsaved edits are not kept for the case of a crash: \(reason)")
  }

  private func file(_ name: String) -> String { "\(folder)/\(name).json" }

  /// The start of all names for one policy.
  private var prefix: String { ContentDigest(of: Array(path.utf8)).short + "-" }

  /// Where our edits are kept; nil where no place can be had.
  private func ownFile() -> String? {
    if let own { return file(own.name) }
    do throws(SystemError) {
      try SafeFile.makeFolder(folder)
      for number in 0..<Self.mostPlaces {
        // Another process may have had our number and left something.
        let name = "\(prefix)\(ThisProcess.pid)" + (number > 0 ? "-\(number)" : "")
        guard !SafeFile.exists(file(name)), let lock = try FileLock.take("\(folder)/\(name).lock") else { continue }
        own = Place(name, lock)
        return file(name)
      }
      fail("too many are left in `\(folder)`")
    } catch {
      fail("\(error)")
    }
    return nil
  }

  private func forget(_ place: Place) { try? SafeFile.remove(file(place.name)) }

  /// Ends the keeping: what is not written yet is written now, unless the person wants nothing kept.
  func close(keeping: Bool) {
    waitForThread()
    if !keeping {
      if let own { forget(own) }
    } else if case .keep(let edits)? = wish, let file = ownFile() {
      _ = Self.write(edits, file)
    } else if case .forget? = wish, let own {
      forget(own)
    }
    for place in left { place.release() }
    own?.release()
  }

  /// A file is written in milliseconds; a disk that hangs must not hold us for ever.
  private func waitForThread() {
    for _ in 0..<3000 where !isIdle.withLock({ $0 }) { usleep(1000) }
  }

  // MARK: Those of others

  /// The edits that consoles left behind which have ended, and what cannot be read among them.
  func findLeft() -> (found: [LeftEdits], problems: [String]) {
    guard !isReadOnly, let names = try? SafeFile.names(in: folder) else { return ([], []) }
    var found: [LeftEdits] = []
    var problems: [String] = []
    for name in names.sorted() where name.hasPrefix(prefix) && name.hasSuffix(".json") && left.count < Self.mostPlaces {
      let stem = String(name.dropLast(5))
      guard let lock = try? FileLock.take("\(folder)/\(stem).lock") else { continue }  // it is being edited
      let place = Place(stem, lock)
      switch read(file(stem)) {
      case .success(let edits):
        found.append(LeftEdits(name: stem, edits: edits))
        left.append(place)
      case .failure(let problem):
        if !problem.isForeign { problems.append("unsaved edits in `\(file(stem))` are left alone: \(problem)") }
        place.release()
      }
    }
    return (found, problems)
  }

  private func read(_ file: String) -> Result<UnsavedEdits, UnsavedEdits.Problem> {
    let bytes: [UInt8]
    do throws(SystemError) {
      bytes = try SafeFile.read(file, limit: Self.longest)
    } catch {
      return .failure(UnsavedEdits.Problem(description: "\(error)"))
    }
    do throws(UnsavedEdits.Problem) {
      return .success(try UnsavedEdits.read(bytes, for: path))
    } catch {
      return .failure(error)
    }
  }

  /// Takes the place of edits that are being edited again for our own, so that they are on the disk all the time.
  func adopt(_ name: String) {
    guard let index = left.firstIndex(where: { $0.name == name }) else { return }
    waitForThread()
    if let own {
      forget(own)
      own.release()
    }
    own = left.remove(at: index)
    // An empty change of theirs is forgotten at the next look.
    if kept == nil, case .success(let edits) = read(file(name)) { kept = edits }
  }

  func drop(_ name: String) {
    guard let index = left.firstIndex(where: { $0.name == name }) else { return }
    let place = left.remove(at: index)
    forget(place)
    place.release()
  }
}
