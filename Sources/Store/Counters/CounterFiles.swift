internal import Glibc
package import Policy
package import System

/// The files of one lane that keep the counts of limits, so that they outlive the gate however it ends.
///
/// A journal has a fixed size and lies in memory that is the file's: what changed is copied there before a call is passed
/// on, without a system call. When it is full, another one begins. When journals have grown as large as what they add to,
/// a snapshot of all counts takes their place, written elsewhere from a copy. Counts are the snapshot's and those of the
/// journals from its number on.
package struct CounterFiles: ~Copyable {
  /// A journal's size, by itself.
  package static let standardSize = 2 << 20

  package let folder: String
  package let lane: Int
  private let size: Int
  /// Whatever is there has smaller numbers.
  private var number: Int
  private var journal: MappedFile?
  private var seed: UInt64 = 0
  /// The journal's cells.
  private var used = 0
  /// The journal's memory is ready up to here.
  private var prepared = 0
  /// How many bytes the journals have since the last snapshot, and how many that has.
  private var journalBytes: Int
  private var snapshotBytes: Int
  /// Which files are to be set aside and not removed when a snapshot has taken their place.
  private var damaged: Set<String>
  /// The files hold less than was counted, and a snapshot from this number on mends that.
  private var dueFrom: Int?
  private var isSnapshotRunning = false
  /// The snapshot that was taken last did not mend it.
  private var isLate = false

  private static let random = Locked(SystemRandomNumberGenerator())

  init(folder: String, lane: Int, size: Int, past: borrowing CounterPast) {
    self.folder = folder
    self.lane = lane
    // Room for what is noted at once twice at least.
    self.size = max(size, CounterHeader.size + 2 * CounterJournal.most * CounterCell.size)
    number = past.greatestNumber
    journalBytes = past.journalBytes
    snapshotBytes = past.snapshotBytes
    damaged = past.damaged
    dueFrom = past.isSnapshotDue ? 0 : nil
  }

  /// Whether counts are written down.
  package var isKept: Bool { journal != nil }

  /// Begins a journal for counts, which are noted from here on.
  ///
  /// Throws: `SystemError` if there is no room; then nothing is noted.
  /// - Returns: a snapshot that is to be taken, if one is due.
  package mutating func begin(_ counters: inout Counters) throws(SystemError) -> CounterSnapshotWork? {
    journal = nil
    counters.journal.end()
    seed = Self.random.withLock { $0.next() }
    guard number < CounterFileName.greatest else {
      throw SystemError("number another file in", folder, code: EOVERFLOW, help: "move the files there away")
    }
    number += 1
    isLate = false
    let file: MappedFile
    do {
      file = try MappedFile(new: path(of: .journal), size: size)
    } catch {
      dueFrom = number
      throw error
    }
    let header = CounterHeader(.journal, lane: lane, number: number, seed: seed, latest: counters.takeLatest())
    let bytes = header.bytes
    unsafe file.write(bytes.span.bytes, at: 0)
    journal = file
    used = 0
    prepared = 0
    counters.journal.begin()
    journalBytes += size
    guard dueFrom != nil || journalBytes > max(size, snapshotBytes), !isSnapshotRunning else { return nil }
    return work(counters)
  }

  /// Writes down what changed; to be called before anything is passed on that was counted.
  ///
  /// Throws: `SystemError` if there is no room for another journal; then nothing more is noted until `begin` succeeds.
  /// - Returns: a snapshot that is to be taken, if one is due.
  package mutating func keep(_ counters: inout Counters) throws(SystemError) -> CounterSnapshotWork? {
    guard let journal, counters.hasNews else { return nil }
    let news = counters.journal.cells.count
    if news > 0 {
      // There is room: of a journal that was nearly full nothing is left.
      counters.journal.seal(seed, from: used)
      unsafe journal.write(counters.journal.cells.span.bytes, at: CounterHeader.size + used * CounterCell.size)
      used += news
      counters.journal.clear()
      journal.writeLast(UInt64(used), at: CounterHeader.countPlace)
    }
    let latest = UInt64(bitPattern: counters.takeLatest())
    journal.writeLast(latest, at: CounterHeader.latestPlace)
    journal.writeLast(~latest, at: CounterHeader.turnedPlace)
    let room = (size - CounterHeader.size) / CounterCell.size - used
    if counters.journal.isIncomplete { return try keepWhole(&counters) }
    return room < CounterJournal.most || isLate ? try begin(&counters) : nil
  }

  /// How far the journal's memory is made ready ahead of what is written.
  private static let ahead = 64 << 10

  /// Has the next pages of the journal ready: the system takes long to find each of them when it is first written to,
  /// and the call that is being counted would wait for it.
  package mutating func prepare() {
    let end = CounterHeader.size + used * CounterCell.size
    guard let journal, used > 0, prepared - end < Self.ahead, prepared < size else { return }
    let start = max(prepared, end)
    prepared = min(size, end + 2 * Self.ahead)
    journal.prepare(start..<prepared)
  }

  /// More changed at once than is noted: only a snapshot has it all, and nothing can wait for it.
  private mutating func keepWhole(_ counters: inout Counters) throws(SystemError) -> CounterSnapshotWork? {
    _ = try begin(&counters)
    do {
      finished(try work(counters).run())
    } catch {
      failed()
      throw error
    }
    return nil
  }

  private mutating func work(_ counters: Counters) -> CounterSnapshotWork {
    isSnapshotRunning = true
    return CounterSnapshotWork(
      folder: folder, lane: lane, number: number, seed: seed &+ 1, damaged: damaged, snapshot: counters.snapshot())
  }

  /// A snapshot was taken.
  package mutating func finished(_ outcome: CounterSnapshotWork.Outcome) {
    isSnapshotRunning = false
    if let due = dueFrom {
      isLate = outcome.number < due
      if !isLate { dueFrom = nil }
    }
    damaged.subtract(outcome.setAside)
    snapshotBytes = outcome.bytes
    journalBytes = (number - outcome.number + 1) * size
  }

  /// A snapshot could not be taken; the journals stay, and it is tried again with the next one.
  package mutating func failed() {
    isSnapshotRunning = false
    dueFrom = dueFrom ?? number
  }

  /// Ends with as little as holds the counts: a snapshot, or nothing where nothing counts.
  package mutating func end(_ counters: inout Counters) throws(SystemError) {
    guard journal != nil, try keep(&counters) == nil || journal != nil else { return }
    let isUnchanged = used == 0 && journalBytes == size && snapshotBytes > 0 && dueFrom == nil
    counters.journal.end()
    journal = nil
    if isUnchanged { return try SafeFile.remove(path(of: .journal)) }
    number += 1
    _ = try work(counters).run()
  }

  private func path(of kind: CounterHeader.Kind) -> String {
    "\(folder)/\(CounterFileName(lane: lane, number: number, kind).text)"
  }
}
