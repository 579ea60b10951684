internal import ControlWire
internal import Glibc
internal import JSONText
internal import Policy
internal import Store
internal import System

/// Keeps pins in `tools.lock.json` beside the policy, and what servers tell otherwise in `tools.heard.json` beside that.
///
/// What is in force is what was read or written last: a file that is removed, or spoiled, changes nothing while the gate
/// runs. Files are written by threads of their own, so that no disk holds up the loop. Meanwhile `isHolding` says that no
/// call may pass to a tool whose first definition is not on the disk yet: a gate that ended then would take another
/// definition for the first one, and nobody would hear of the change. A person's word holds at once, and is answered when
/// it is on the disk. Where the file cannot be written, or not within `patience`, pins are kept in memory, that is said,
/// calls pass, and it is tried again. What servers tell otherwise may be half a second old in its file: who was told of
/// it goes with the gate, and the next list tells it again.
@LoopActor
final class PinKeeper {
  let path: String
  private let heardPath: String
  /// Of the file as it was read or written last; nil where there was none.
  private var digest: ContentDigest?
  private var hasRead = false
  /// Why the file is not what is in force.
  private var readProblem: String?
  /// Why what is in force is not in the file.
  private var writeProblem: String?
  private var watch: FileWatch?
  private var retry: LoopTimer?
  private var retryInterval = shortestRetry
  private var heardTimer: LoopTimer?
  private var heardAt = Moment(microseconds: .min)
  /// How many threads write.
  private let writers = Locked(0)
  private var isSaving = false
  private var isSavingHeard = false
  /// Is to read the file when it has been written.
  private var again: LoopTimer?
  /// Runs while something is not on the disk yet.
  private var patience: LoopTimer?
  /// How many edits are on the disk, of all that ever were.
  private var kept = 0
  private var waiters: [(edits: Int, body: @LoopActor () -> Void)] = []
  /// Is to call `read` and `keep`: somebody else may have written the file, or it is time to try again.
  var look: (@LoopActor () -> Void)?
  /// Is to call `take` and `keep`: a thread has written the file, or could not.
  var saved: (@LoopActor (PinSave.Outcome) -> Void)?
  /// Is to call `keep`: there may be more to write now, or nobody waits for the disk any longer.
  var changed: (@LoopActor () -> Void)?

  private static let shortestRetry: Int64 = 50_000
  private static let longestRetry: Int64 = 60_000_000
  /// How often what servers tell otherwise is written, at most.
  private static let pause: Int64 = 500_000
  private static let respite: Int64 = 40_000
  /// How long calls wait for the disk, in microseconds.
  private static let longestHold: Int64 = 5_000_000

  init(_ paths: Paths) {
    path = paths.pins
    heardPath = paths.heardPins
    do {
      watch = try FileWatch(path) { [weak self] in self?.look?() }
    } catch {
      StandardError.write("gatehouse: pins are not watched, changes need `reload`: \(error)\n")
    }
  }

  /// Reads both files at the gate's start.
  func begin(_ book: inout PinBook) {
    let heard: [ExactText: PinBook.Deviations]
    do {
      heard = try PinBook.readHeard(try SafeFile.read(heardPath, limit: PinLock.longestText))
    } catch {
      heard = [:]
      if (error as? SystemError)?.isAbsence != true {
        StandardError.write("gatehouse: \(heardPath) is begun anew: \(error)\n")
      }
    }
    book = PinBook(deviations: heard, isStrict: book.isStrict)
    read(&book)
  }

  var problem: String? { readProblem ?? writeProblem }

  // MARK: Reading

  /// Reads the file if it is another one than before.
  func read(_ book: inout PinBook) {
    // It is read when it is written.
    guard !isSaving else { return }
    let text: [UInt8]
    do throws(SystemError) {
      text = try SafeFile.read(path, limit: PinLock.longestText)
    } catch {
      return unread(error, &book)
    }
    let digest = ContentDigest(of: text)
    guard digest != self.digest || readProblem != nil else { return }
    do throws(PinMistake) {
      let lock = try PinLock.read(text)
      (self.digest, hasRead) = (digest, true)
      readProblem = nil
      book.take(lock, bytes: text.count)
    } catch {
      fail("\(path):\(error)", &book)
    }
    if !book.edits.isEmpty { save(book) }
  }

  private func unread(_ error: SystemError, _ book: inout PinBook) {
    guard error.isAbsence else { return fail("\(error)", &book) }
    guard digest != nil || book.mistake != nil else {
      hasRead = true
      return
    }
    if digest != nil { StandardError.write("gatehouse: \(path) is gone; what it held stays in force\n") }
    digest = nil
    hasRead = true
    readProblem = nil
    book.take(book.lock, bytes: 0)
    if !book.lock.servers.isEmpty || !book.edits.isEmpty { save(book) }
  }

  private func fail(_ words: String, _ book: inout PinBook) {
    let consequence = hasRead ? "what was read last stays in force" : "every call of a tool needs a person"
    if readProblem != words { StandardError.write("gatehouse: \(words)\ngatehouse: \(consequence)\n") }
    readProblem = words
    if !hasRead { book.take(mistake: words) }
  }

  // MARK: Writing

  /// Sees to it that what is new is written down.
  func keep(_ book: inout PinBook) {
    if !book.edits.isEmpty, retry == nil { save(book) }
    if book.hasHeard { saveHeard(&book) }
  }

  /// Whether calls wait for what is not on the disk yet.
  var isHolding: Bool { problem == nil }

  /// Calls `body` when all edits are on the disk that are not yet, so many of them, or cannot be for the time being.
  func whenKept(_ edits: Int, _ body: @escaping @LoopActor () -> Void) {
    waiters.append((kept + edits, body))
    releaseWaiters()
  }

  private func save(_ book: PinBook) {
    // What comes meanwhile is written with the next one.
    guard !isSaving, book.mistake == nil else { return }
    retry?.cancel()
    retry = nil
    isSaving = true
    waitForDisk()
    let save = PinSave(path: path, lock: book.lock, edits: book.edits, digest: digest)
    write {
      save.run()
    } then: { [weak self] outcome in
      guard let self else { return }
      isSaving = false
      saved?(outcome)
    }
  }

  /// Takes over what became of a save.
  func take(_ outcome: PinSave.Outcome, _ book: inout PinBook) {
    switch outcome {
    case .kept(let lock, let bytes, let digest, let edits):
      lookAgain()
      retryInterval = Self.shortestRetry
      (self.digest, hasRead) = (digest, true)
      (readProblem, writeProblem) = (nil, nil)
      kept += edits
      book.wrote(lock, bytes: bytes, edits: edits)
      patience?.cancel()
      patience = nil
      if !book.edits.isEmpty { waitForDisk() }
    case .busy: tryAgain()
    case .failed(let error):
      lose("\(error)")
      tryAgain()
    }
  }

  /// Reads the file once more when whoever writes it has had time to end.
  ///
  /// What was removed, or changed, right after it was written may look to the watch as if nothing had been.
  private func lookAgain() {
    again?.cancel()
    again = Loop.shared.after(microseconds: Self.respite) { [weak self] in
      self?.again = nil
      self?.look?()
    }
  }

  /// Calls back who waits for nothing more.
  func releaseWaiters() {
    let done = waiters.filter { $0.edits <= kept || !isHolding }
    waiters.removeAll { $0.edits <= kept || !isHolding }
    for waiter in done { waiter.body() }
  }

  /// Nobody waits for the disk for ever.
  private func waitForDisk() {
    guard patience == nil, isHolding else { return }
    patience = Loop.shared.after(microseconds: Self.longestHold) { [weak self] in
      guard let self else { return }
      patience = nil
      lose("`\(path)` takes more than \(Self.longestHold / 1_000_000) s to be written")
      changed?()
    }
  }

  private func lose(_ reason: String) {
    let words = "pins are kept in memory alone: \(reason)"
    if writeProblem != words { StandardError.write("gatehouse: \(words)\n") }
    writeProblem = words
  }

  private func tryAgain() {
    retry = Loop.shared.after(microseconds: retryInterval) { [weak self] in
      self?.retry = nil
      self?.look?()
    }
    retryInterval = min(2 * retryInterval, Self.longestRetry)
  }

  private func saveHeard(_ book: inout PinBook) {
    guard heardTimer == nil, !isSavingHeard else { return }
    let now = Clock.now()
    let since = now.microseconds(since: heardAt)
    guard since >= Self.pause else {
      heardTimer = Loop.shared.after(microseconds: Self.pause - since) { [weak self] in
        self?.heardTimer = nil
        self?.changed?()
      }
      return
    }
    heardAt = now
    book.wroteHeard()
    isSavingHeard = true
    let (copy, path) = (book, heardPath)
    write {
      Self.write(heardOf: copy, to: path)
    } then: { [weak self] problem in
      self?.isSavingHeard = false
      if let problem { StandardError.write("gatehouse: what servers tell otherwise is not kept: \(problem)\n") }
      self?.changed?()
    }
  }

  nonisolated private static func write(heardOf book: PinBook, to path: String) -> SystemError? {
    do throws(SystemError) {
      try SafeFile.makeFolder(SafeFile.folder(of: path))
      if !book.deviations.isEmpty {
        try SafeFile.replace(path, with: book.heardText)
      } else if SafeFile.exists(path) {
        try SafeFile.remove(path)
      }
      return nil
    } catch {
      return error
    }
  }

  /// Does work on a thread that the gate's end waits for.
  private func write<Outcome: Sendable>(
    _ work: @escaping @Sendable () -> Outcome, then finish: @escaping @LoopActor @Sendable (Outcome) -> Void
  ) {
    writers.withLock { $0 += 1 }
    Aside.run(
      { [writers] in
        let outcome = work()
        writers.withLock { $0 -= 1 }
        return outcome
      }, then: finish)
  }

  // MARK: The end

  /// Writes what is not written yet, when the loop runs no more.
  ///
  /// A file is written in milliseconds; a disk that hangs must not hold us for ever.
  func end(_ book: inout PinBook) {
    for _ in 0..<3000 where writers.withLock({ $0 }) > 0 { usleep(1000) }
    guard writers.withLock({ $0 }) == 0 else { return }
    if book.hasHeard { _ = Self.write(heardOf: book, to: heardPath) }
    guard !book.edits.isEmpty, book.mistake == nil else { return }
    let save = PinSave(path: path, lock: book.lock, edits: book.edits, digest: digest)
    for _ in 0..<50 {
      guard case .busy = save.run() else { return }
      usleep(10_000)
    }
  }
}
