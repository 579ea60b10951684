internal import Glibc
internal import JSONText
internal import Policy
package import System

/// Appends lines to the record of one lane, tied to all before them by hashes.
///
/// Lines are kept until `commit`, which writes all of them or none. A few that are written together have a hash each, so
/// that a change is found in the very line; many share the last one's, because their hashes would take as long as all
/// the rest that a call needs. Not for several threads at once.
package final class RecordWriter {
  private(set) var options: RecordOptions
  private let hasher = RecordHasher()
  private(set) var file: AppendFile?
  /// Where lines stand before they are in the file, while many come.
  var ahead: WriteAhead?
  /// Up to where the disk keeps room for the file; 0 where it must be asked again.
  var roomEnd = 0
  /// The last segment that was begun, by this writer or before it.
  private(set) var segmentNumber: Int
  /// Set where the next line must be the first of a new segment.
  var opening: Opening?
  /// How many bytes the segment has.
  private var written = 0
  /// When the segment was begun.
  private var begun = Moment(microseconds: .min)
  /// When this writer began, since when no clock that is set moves the time.
  let started: Moment
  /// What goes as soon as a line of the new segment has told of it.
  private var removal: RecordRemoval?

  /// Whole lines, their ends included, without hashes, and how many.
  private var buffer: [UInt8] = []
  private var lines = 0
  /// What is written where it is more than these, or less at a time; with the ends of its parts.
  private var made: [UInt8] = []
  private var ends: [Int] = []
  /// More came than can be kept.
  private var overflow = false

  /// As it was after the last line that was written.
  private var hash: RecordHash
  private var sequence: UInt64
  /// What earlier segments end with and no line tells of yet.
  private var tails: [RecordTail]
  /// A segment that may have more bytes than were meant to stay, and how many were.
  private var unsound: (segment: Int, written: Int)?

  private var failure: SystemError?
  /// Lines lost in all, and since the last line that tells of it.
  private var lost: UInt64 = 0
  private var untoldLost: UInt64 = 0

  /// More lines than this, written together, share one hash.
  package static let mostAlone = 8
  /// Memory for lines beyond this is given back after a commit.
  private static let keptMemory = 1 << 20

  /// Goes on with what the record of the lane has, in a new segment.
  ///
  /// Throws: `SystemError` where the folder or a file in it is not what it must be. A disk that is full is no reason to:
  /// then `state` tells of it, and each commit tries again.
  package init(_ options: RecordOptions) throws(SystemError) {
    self.options = options
    started = options.keeper?.started ?? options.now()
    let past = try RecordPast.find(options)
    segmentNumber = past.lastSegment
    hash = past.hash
    sequence = past.sequence
    tails = past.tails
    opening = options.keeper == nil ? .begun : .tidied
    try? commit()
  }

  /// The number of the last event that is recorded: a gate's numbering goes on after it.
  package var lastSequence: UInt64 { sequence }

  package var state: RecordState {
    RecordState(
      folder: options.folder,
      segment: file == nil ? nil : RecordSegment(lane: options.lane, number: segmentNumber),
      sequence: sequence, hash: hash, failure: failure.map { "\($0)" }, lost: lost)
  }

  /// May be changed between commits.
  package var sync: RecordSync {
    get { options.sync }
    set { options.sync = newValue }
  }

  /// The same; it counts from the next segment on.
  package var retention: RecordRetention {
    get { options.retention }
    set { options.retention = newValue }
  }

  package var isFailing: Bool { failure != nil }

  /// Sees to it that what is written next is found: where somebody took the file away, that begins a new segment; and so
  /// does a day, where lines are to go in time.
  package func look() {
    guard opening == nil else { return }
    if let isInPlace = file?.isInPlace, !isInPlace { opening = .segment }
    if options.retention.days != nil, options.now().microseconds &- begun.microseconds > RecordRetention.longestAge {
      opening = .segment
    }
  }

  /// Adds one line: a JSON object with a member, on one line, without its end.
  package func append(_ line: Span<UInt8>) {
    guard isRoom(line.count + 1, 1) else { return }
    unsafe line.withUnsafeBufferPointer { unsafe buffer.append(contentsOf: $0) }
    buffer.append(0x0A)
    lines += 1
  }

  /// Adds so many such lines, their ends included.
  package func append(lines bytes: Span<UInt8>, count: Int) {
    guard isRoom(bytes.count, count) else { return }
    unsafe bytes.withUnsafeBufferPointer { unsafe buffer.append(contentsOf: $0) }
    lines += count
  }

  private func isRoom(_ bytes: Int, _ count: Int) -> Bool {
    if buffer.count + bytes + RecordHasher.ending.count <= options.mostBuffered { return true }
    overflow = true
    untoldLost += UInt64(count)
    lost += UInt64(count)
    return false
  }

  /// Writes everything that was added, or nothing.
  ///
  /// Throws: `SystemError`, "cannot write the record: ..."; the lines are kept for the next commit.
  package func commit() throws(SystemError) {
    guard lines > 0 || opening != nil || failure != nil || overflow else { return }
    do throws(SystemError) {
      if overflow { throw SystemError(Self.action, code: ENOBUFS) }
      try write()
    } catch {
      failure = error
      throw error
    }
    forget()
  }

  /// Drops what was added since the last commit, and counts it as lost.
  package func discard() {
    lost += UInt64(lines)
    untoldLost += UInt64(lines)
    forget()
  }

  private func forget() {
    overflow = false
    lines = 0
    if made.capacity > Self.keptMemory { made = [] }
    buffer.removeAll(keepingCapacity: buffer.capacity <= Self.keptMemory)
  }

  static let action = "write the record"

  // MARK: Writing

  private func write() throws(SystemError) {
    if opening == nil, written >= options.retention.longestSegment(options.longestSegment) { opening = .segment }
    if opening != nil || options.sync != .write { try calm() }
    if opening != nil { try openSegment() }
    let last = RecordLine.lastSequence(in: buffer) ?? sequence
    made.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
    var next = makeLeading()
    if options.sync == .each || lines <= Self.mostAlone {
      next = makeLines(after: next)
      try write(made)
    } else if made.isEmpty {
      next = try writeBuffer(after: next)
    } else {
      let start = made.count
      made.append(contentsOf: buffer)
      next = seal(from: start, after: next)
      try write(made)
    }
    hash = next
    sequence = last
    let isOther = opening != nil
    if isOther { tails.removeAll() }
    opening = nil
    failure = nil
    untoldLost = 0
    if let removal, !removal.paths.isEmpty { options.remove(removal.paths) }
    removal = nil
    if isOther { tidyOthers() }
  }

  /// Gives each line a hash of its own; answers the last.
  private func makeLines(after hash: RecordHash) -> RecordHash {
    var next = hash
    var start = 0
    while start < buffer.count {
      let end = buffer.span.firstLineFeed(from: start) + 1
      let place = made.count
      made.append(contentsOf: buffer[start..<end])
      next = seal(from: place, after: next)
      start = end
    }
    return next
  }

  /// Ends what was made from `start` on with its hash.
  private func seal(from start: Int, after hash: RecordHash) -> RecordHash {
    let next = hasher.seal(&made, from: start, after: hash)
    ends.append(made.count)
    return next
  }

  /// Writes all lines where they are, with one hash.
  private func writeBuffer(after hash: RecordHash) throws(SystemError) -> RecordHash {
    let next = hasher.seal(&buffer, from: 0, after: hash)
    do throws(SystemError) {
      try write(buffer)
    } catch {
      hasher.unseal(&buffer)
      throw error
    }
    return next
  }

  private func write(_ bytes: [UInt8]) throws(SystemError) {
    guard file != nil else { throw SystemError(Self.action, code: EBADF) }
    switch options.sync {
    case .write: try append(bytes.span, before: 0)
    case .group:
      try append(bytes.span, before: 0)
      try synchronize(bytes.count)
    case .each:
      var start = 0
      for end in ends {
        try append(bytes.span.extracting(start..<end), before: start)
        try synchronize(end)
        start = end
      }
    }
    written += bytes.count
  }

  /// Appends bytes; where that fails, those that were written `before` them go as well.
  private func append(_ bytes: Span<UInt8>, before: Int) throws(SystemError) {
    do throws(AppendFile.Failure) {
      if let code = trouble(.write) {
        // As on a disk with room for half of it.
        let half = bytes.extracting(first: bytes.count / 2)
        try put(half)
        throw AppendFile.Failure(code: code, isUndone: takeBack(half.count))
      }
      try put(bytes)
    } catch {
      giveUp(isSound: error.isUndone && takeBack(before))
      throw SystemError(Self.action, code: error.code)
    }
  }

  private func synchronize(_ count: Int) throws(SystemError) {
    do throws(SystemError) {
      if let code = trouble(.synchronize) { throw SystemError(Self.action, code: code) }
      try file?.synchronize()
    } catch {
      _ = takeBack(count)
      giveUp(isSound: false)
      throw SystemError(Self.action, code: error.code)
    }
  }

  private func takeBack(_ count: Int) -> Bool {
    roomEnd = 0
    guard trouble(.takeBack) == nil else { return false }
    return ahead.map { $0.takeBack(count) } ?? (file?.takeBack(count) == true)
  }

  func trouble(_ step: RecordStep) -> Int32? {
    guard let code = options.disturb?(step), code != 0 else { return nil }
    return code
  }

  /// After a failure: nothing more is written to a file that may not be as it was, nor to one that is empty.
  private func giveUp(isSound: Bool) {
    guard opening == nil else {
      // Nothing but what failed is in it.
      if let path = file?.path, (try? SafeFile.remove(path)) != nil { segmentNumber -= 1 }
      file = nil
      return
    }
    guard !isSound else { return }
    opening = .segment
    unsound = (segmentNumber, written)
  }

  /// Looks at what a failure left behind, for the next segment to tell.
  private func measureTail() throws(SystemError) {
    guard let (segment, written) = unsound else { return }
    do throws(SystemError) {
      let file = try RegularFile(path(of: segment))
      if let tail = try RecordTail.measure(file, of: segment, from: written) { tails.append(tail) }
    } catch {
      guard error.isAbsence else { throw SystemError(Self.action, code: error.code) }
    }
    unsound = nil
  }

  private func path(of segment: Int) -> String {
    "\(options.folder)/\(RecordSegment(lane: options.lane, number: segment).fileName)"
  }

  private func openSegment() throws(SystemError) {
    try measureTail()
    do throws(SystemError) {
      if let code = trouble(.open) { throw SystemError(Self.action, code: code) }
      try SafeFile.makeFolder(options.folder)
      try SafeFile.checkOwnFolder(options.folder)
      file = try makeFile()
    } catch {
      throw SystemError(Self.action, code: error.code, help: error.help)
    }
    written = 0
    begun = options.now()
    removal = RecordRemoval.find(options, at: begun, since: started)
    if options.sync != .write { SafeFile.synchronizeFolder(options.folder) }
  }

  /// Makes the next segment's file; numbers that somebody else used are left to them.
  private func makeFile() throws(SystemError) -> AppendFile {
    for _ in 0..<16 {
      segmentNumber += 1
      do throws(SystemError) {
        return try AppendFile(new: path(of: segmentNumber))
      } catch {
        if error.code != EEXIST {
          segmentNumber -= 1
          throw error
        }
      }
    }
    throw SystemError(Self.action, code: EEXIST)
  }

  // MARK: Lines of the record's own

  /// Makes them, each with its hash; answers the last.
  private func makeLeading() -> RecordHash {
    var next = hash
    guard opening != nil || failure != nil || untoldLost > 0 else { return next }
    var writer = JSONWriter()
    if let opening {
      begin(opening.rawValue, &writer)
      writer.member("version", RecordVersion.current.rawValue)
      writer.member("lane", options.lane)
      writer.member("segment", segmentNumber)
      writer.member("build", options.build)
      writer.member("pid", ThisProcess.pid)
      writer.member("last_seq", sequence)
      writer.member("previous", hash.hexadecimal)
      writer.member("first", ifPresent: removal?.first)
      if !tails.isEmpty {
        writer.key("torn")
        writer.beginArray()
        for tail in tails { tail.write(&writer) }
        writer.endArray()
      }
      end(&writer, &next)
    }
    if failure != nil || untoldLost > 0 {
      begin("resumed", &writer)
      writer.member("last_seq", sequence)
      writer.member("lost", untoldLost)
      writer.member("reason", ifPresent: failure.map { "\($0)" })
      end(&writer, &next)
    }
    return next
  }

  private func begin(_ state: String, _ writer: inout JSONWriter) {
    writer.reset()
    writer.beginObject()
    writer.member("time", options.now().rfc3339)
    writer.member("event", "record")
    writer.member("state", state)
  }

  private func end(_ writer: inout JSONWriter, _ hash: inout RecordHash) {
    writer.endObject()
    let start = made.count
    made.append(contentsOf: writer.bytes)
    made.append(0x0A)
    hash = seal(from: start, after: hash)
  }
}
