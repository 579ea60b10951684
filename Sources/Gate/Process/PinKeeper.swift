internal import ControlWire
internal import JSONText
internal import Policy
internal import Store
internal import System

/// Keeps pins in `tools.lock.json` beside the policy, and what servers tell otherwise in `tools.heard.json` beside that.
///
/// What is in force is what was read or written last: a file that is removed, or spoiled, changes nothing while the gate
/// runs. Where it cannot be written, pins are kept in memory, that is said, and it is tried again.
@LoopActor
final class PinKeeper {
  let path: String
  private let heardPath: String
  /// Of the file as it was read or written last; nil where there was none.
  private var digest: ContentDigest?
  private var hasRead = false
  private(set) var problem: String?
  private var watch: FileWatch?
  private var retry: LoopTimer?
  private var retryInterval = shortestRetry
  private var heardTimer: LoopTimer?
  private var heardAt = Moment(microseconds: .min)
  /// Is to call `read` and `keep`: somebody else may have written the file, or it is time to try again.
  var look: (@LoopActor () -> Void)?

  private static let shortestRetry: Int64 = 50_000
  private static let longestRetry: Int64 = 60_000_000
  /// How often what servers tell otherwise is written, at most.
  private static let pause: Int64 = 500_000

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

  /// Reads the file if it is another one than before.
  func read(_ book: inout PinBook) {
    let text: [UInt8]
    do throws(SystemError) {
      text = try SafeFile.read(path, limit: PinLock.longestText)
    } catch {
      return unread(error, &book)
    }
    let digest = ContentDigest(of: text)
    guard digest != self.digest || problem != nil else { return }
    do throws(PinMistake) {
      let lock = try PinLock.read(text)
      (self.digest, hasRead) = (digest, true)
      problem = nil
      book.take(lock, bytes: text.count)
    } catch {
      fail("\(path):\(error)", &book)
    }
    if !book.edits.isEmpty { write(&book) }
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
    problem = nil
    book.take(book.lock, bytes: 0)
    replace(&book)
  }

  private func fail(_ words: String, _ book: inout PinBook) {
    let consequence = hasRead ? "what was read last stays in force" : "every call of a tool needs a person"
    if problem != words { StandardError.write("gatehouse: \(words)\ngatehouse: \(consequence)\n") }
    problem = words
    if !hasRead { book.take(mistake: words) }
  }

  /// Writes down what is new; to be called before anything is passed on that follows from it.
  func keep(_ book: inout PinBook) {
    if !book.edits.isEmpty, retry == nil { write(&book) }
    if book.hasHeard { writeHeard(&book) }
  }

  /// Adds what is new to what is in the file now, whoever wrote that.
  private func write(_ book: inout PinBook) {
    retry?.cancel()
    retry = nil
    guard book.mistake == nil else { return }
    do {
      try SafeFile.makeFolder(SafeFile.folder(of: path))
      guard let turn = try FileLock.take("\(path).lock") else { return tryAgain() }
      let failure = writeInTurn(&book)
      turn.remove()
      if let failure { throw failure }
      retryInterval = Self.shortestRetry
      problem = nil
    } catch {
      let words = "pins are kept in memory alone: \(error)"
      if problem != words { StandardError.write("gatehouse: \(words)\n") }
      problem = words
      tryAgain()
    }
  }

  /// While no other gate writes the same file.
  private func writeInTurn(_ book: inout PinBook) -> SystemError? {
    do throws(SystemError) {
      try put(try newest(book), &book)
      return nil
    } catch {
      return error
    }
  }

  private func newest(_ book: PinBook) throws(SystemError) -> PinLock {
    let text: [UInt8]
    do throws(SystemError) {
      text = try SafeFile.read(path, limit: PinLock.longestText)
    } catch {
      guard error.isAbsence else { throw error }
      return book.lock
    }
    guard ContentDigest(of: text) != digest else { return book.lock }
    var lock = try Self.read(text)
    for edit in book.edits { lock.apply(edit) }
    return lock
  }

  private func replace(_ book: inout PinBook) {
    guard !book.lock.servers.isEmpty || !book.edits.isEmpty else { return }
    write(&book)
    if problem == nil, digest == nil {
      do {
        try put(book.lock, &book)
      } catch {
        problem = "pins are kept in memory alone: \(error)"
      }
    }
  }

  private func put(_ lock: PinLock, _ book: inout PinBook) throws(SystemError) {
    let text = lock.text
    try SafeFile.replace(path, with: text)
    digest = ContentDigest(of: text)
    hasRead = true
    book.wrote(lock, bytes: text.count)
  }

  private static func read(_ text: [UInt8]) throws(SystemError) -> PinLock {
    do throws(PinMistake) {
      return try PinLock.read(text)
    } catch {
      throw SystemError("read", "tools.lock.json", code: 22, help: "\(error)")
    }
  }

  private func tryAgain() {
    retry = Loop.shared.after(microseconds: retryInterval) { [weak self] in
      self?.retry = nil
      self?.look?()
    }
    retryInterval = min(2 * retryInterval, Self.longestRetry)
  }

  private func writeHeard(_ book: inout PinBook) {
    guard heardTimer == nil else { return }
    let now = Clock.now()
    let since = now.microseconds(since: heardAt)
    guard since >= Self.pause else {
      heardTimer = Loop.shared.after(microseconds: Self.pause - since) { [weak self] in
        self?.heardTimer = nil
        self?.look?()
      }
      return
    }
    heardAt = now
    book.wroteHeard()
    do {
      try SafeFile.makeFolder(SafeFile.folder(of: heardPath))
      if book.deviations.isEmpty {
        if SafeFile.exists(heardPath) { try SafeFile.remove(heardPath) }
      } else {
        try SafeFile.replace(heardPath, with: book.heardText)
      }
    } catch {
      StandardError.write("gatehouse: what servers tell otherwise is not kept: \(error)\n")
    }
  }
}
