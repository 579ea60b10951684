internal import Glibc
internal import JSONText
package import System

/// Looks through a record for what is not as a gate wrote it.
///
/// It holds a piece of one segment at a time, and looks at it line by line; or, where lines share a hash, run by run.
/// Whoever may write to the record may also write a new one with hashes that
/// fit; that is found only by a hash which was kept elsewhere.
package struct RecordVerifier {
  private let folder: String
  private var report = RecordReport()
  let hasher = RecordHasher()
  var cursor = JSONCursor()

  private var lane = RecordReport.Lane(0)
  private(set) var hash = RecordHash.zero
  private(set) var sequence: UInt64 = 0
  /// What the segments end with that is no whole line, as later segments tell.
  private var tails: [Int: RecordTail] = [:]
  /// The first segment that a gate meant to stay, as the last of them tells that says so; and how each begins.
  private var firstKept = 1
  private var beginnings: [Int: (previous: RecordHash, sequence: UInt64)] = [:]
  /// The oldest segments by their numbers, which a gate may remove before they are looked at.
  private var oldest: [Int: Held] = [:]
  private var lastTime: [UInt8] = []
  private(set) var version = RecordVersion.lines
  /// The line, or the first of the run, that is being looked at.
  private(set) var line = 0
  /// How many lines the segment before has.
  private(set) var linesBefore = 0

  /// Looks through every lane of a folder, and for lines with the `wanted` hashes.
  ///
  /// Throws: `SystemError` where the folder cannot be read.
  package static func verify(
    _ folder: String, wanted: [RecordHash] = []
  ) throws(SystemError) -> RecordReport {
    for _ in 1..<patience {
      let segments = try segments(in: folder)
      let report = look(through: segments, of: folder, wanted)
      // A gate may have removed some meanwhile, and told so in another.
      if report.isWhole { return report }
      guard try self.segments(in: folder) != segments else { return report }
    }
    return look(through: try segments(in: folder), of: folder, wanted)
  }

  private static func segments(in folder: String) throws(SystemError) -> [RecordSegment] {
    try SafeFile.names(in: folder).compactMap { RecordSegment(fileName: $0) }.sorted()
  }

  private static func look(
    through segments: [RecordSegment], of folder: String, _ wanted: [RecordHash]
  ) -> RecordReport {
    var verifier = RecordVerifier(folder)
    verifier.report.wanted = wanted.map { ($0, nil) }
    var rest = segments[...]
    while let lane = rest.first?.lane {
      let numbers = rest.prefix { $0.lane == lane }
      verifier.verify(lane, Array(numbers))
      rest = rest.dropFirst(numbers.count)
    }
    return verifier.report
  }

  private init(_ folder: String) { self.folder = folder }

  /// Ends the lane at its first problem.
  struct Found: Error {
    var problem: RecordReport.Problem
  }

  func found(
    _ kind: RecordReport.Kind, _ segment: RecordSegment, _ message: String, line: Int? = nil, through last: Int = 0
  ) -> Found {
    let line = line ?? self.line
    return Found(
      problem: RecordReport.Problem(
        kind: kind, place: .init(segment: segment, line: line), through: max(line, last), message: message))
  }

  private final class Held {
    let file: RegularFile
    init(_ file: consuming RegularFile) { self.file = file }
  }

  private mutating func verify(_ number: Int, _ segments: [RecordSegment]) {
    oldest = [:]
    for segment in segments.dropLast().prefix(Self.mostHeld) {
      // One that cannot be opened is told of in its turn.
      if let file = try? RegularFile(path(segment), isAnyones: true) { oldest[segment.number] = Held(file) }
    }
    lane = RecordReport.Lane(number)
    linesBefore = 0
    hash = .zero
    sequence = 0
    lastTime.removeAll(keepingCapacity: true)
    tails = [:]
    firstKept = 1
    beginnings = [:]
    do throws(Found) {
      for segment in segments { try readFirstLine(segment) }
      var expected = begin(segments)
      for segment in segments {
        guard segment.number == expected else {
          line = 0
          throw found(
            .missing, RecordSegment(lane: number, number: expected),
            "the segment is missing; the next that is there is \(segment.fileName)")
        }
        try verify(segment, isLast: segment == segments.last)
        expected += 1
      }
    } catch {
      lane.problem = error.problem
    }
    lane.last = lastTime.isEmpty ? nil : String(decoding: lastTime, as: UTF8.self)
    report.lanes.append(lane)
  }

  func read<Value: ~Copyable>(
    _ segment: RecordSegment, _ body: () throws(SystemError) -> Value
  ) throws(Found) -> Value {
    do throws(SystemError) {
      return try body()
    } catch {
      throw found(.unreadable, segment, "\(error)")
    }
  }

  private func path(_ segment: RecordSegment) -> String { "\(folder)/\(segment.fileName)" }

  private func open(_ segment: RecordSegment) throws(SystemError) -> RegularFile {
    if let held = oldest[segment.number] { return try RegularFile(again: held.file) }
    return try RegularFile(path(segment), isAnyones: true)
  }

  /// The number of the segment with which the lane begins: what was before it was removed by the gate, as it tells.
  private mutating func begin(_ segments: [RecordSegment]) -> Int {
    guard let first = segments.first, first.number > 1, firstKept > 1, let beginning = beginnings[first.number] else {
      return 1
    }
    guard first.number <= firstKept else { return firstKept }
    (hash, sequence) = beginning
    lane.begins = first
    return first.number
  }

  /// What a segment's first line tells of the ends of those before it, and which of them are to stay.
  private mutating func readFirstLine(_ segment: RecordSegment) throws(Found) {
    line = 0
    let first = try read(segment) { () throws(SystemError) -> JSONNode? in
      let file = try open(segment)
      let limit = min(file.size, 64 << 10)
      var reader = RecordLineReader(file, limit: limit)
      guard case .line(let range) = try reader.next() else { return nil }
      return try? JSONNode.read(reader.buffer.span.extracting(range))
    }
    guard let first else { return }
    if let kept = first["first"]?.integer, kept <= segment.number { firstKept = max(firstKept, kept) }
    if let previous = first["previous"]?.string.flatMap({ RecordHash(hexadecimal: $0) }) {
      beginnings[segment.number] = (previous, UInt64(clamping: first["last_seq"]?.integer ?? 0))
    }
    let torn = first["torn"]?.elements ?? []
    for tail in torn.compactMap({ RecordTail($0) }) where tail.segment < segment.number { tails[tail.segment] = tail }
  }

  // MARK: A segment

  private mutating func verify(_ segment: RecordSegment, isLast: Bool) throws(Found) {
    line = 0
    lane.segments += 1
    let tail = tails[segment.number]
    let file = try read(segment) { () throws(SystemError) in
      try isLast ? Self.settled(path(segment)) : open(segment)
    }
    let limit = file.size - (tail?.bytes ?? 0)
    guard limit >= 0 else {
      throw found(
        .cut, segment, "the next segment tells of \(tail?.bytes ?? 0) bytes at this one's end, and they are gone")
    }
    lane.bytes += min(limit, RecordShelf.mostBytes)
    var reader = RecordLineReader(file, limit: limit)
    while true {
      line += 1
      switch try read(segment, { () throws(SystemError) in try reader.next() }) {
      case .line(let range):
        try take(range, &reader, segment)
        reader.joinsLines = version == .runs
      case .rest(let range): throw unended(Array(reader.buffer[range]), segment)
      case .endless: throw found(.changed, segment, "the line is longer than any that a gate writes")
      case .over:
        linesBefore = line - 1
        if let tail { try check(tail, from: limit, segment) }
        return
      }
    }
  }

  /// Opens the last segment; if somebody is in the middle of writing, a moment later.
  private static func settled(_ path: String) throws(SystemError) -> RegularFile {
    for _ in 0..<patience {
      let file = try RegularFile(path, isAnyones: true)
      var last = [UInt8](repeating: 0, count: RecordHasher.ending.count + 2)
      if file.size == 0 { return file }
      let count = try file.read(at: max(0, file.size - last.count), into: &last)
      if count > 0, last[count - 1] == 0x0A, RecordLine.isSealed(last.span.extracting(..<(count - 1))) { return file }
      usleep(20_000)
    }
    return try RegularFile(path, isAnyones: true)
  }

  private static let patience = 25
  private static let mostHeld = 64

  private mutating func check(_ tail: RecordTail, from limit: Int, _ segment: RecordSegment) throws(Found) {
    let there = try read(segment) { () throws(SystemError) in
      try RecordTail.measure(try open(segment), of: segment.number, from: limit)
    }
    guard there == tail else {
      throw found(.changed, segment, "what is left of a line that was cut short is not what the next segment tells of")
    }
    lane.torn.append(segment)
  }

  // MARK: A line, or a run of lines

  private mutating func take(
    _ range: Range<Int>, _ reader: inout RecordLineReader, _ segment: RecordSegment
  ) throws(Found) {
    if line == 1 { version = Self.version(reader.buffer.span.extracting(range)) }
    if try accept(range, reader, segment) { return }
    let bytes = Array(reader.buffer[range])
    throw try diagnose(bytes, &reader, segment)
  }

  /// What the first line of a segment says; as now where it says nothing that can be.
  private static func version(_ bytes: Span<UInt8>) -> RecordVersion {
    (try? JSONNode.read(bytes))?["version"]?.integer.flatMap { RecordVersion(rawValue: $0) } ?? .current
  }

  /// Answers whether the lines are a record's and follow from those before them.
  private mutating func accept(
    _ range: Range<Int>, _ reader: borrowing RecordLineReader, _ segment: RecordSegment
  ) throws(Found) -> Bool {
    let bytes = reader.buffer.span.extracting(range)
    let parts = Self.lines(of: bytes)
    var reads: [RecordLine] = []
    for (index, part) in parts.enumerated() {
      guard let read = read(bytes, part, isLast: index == parts.count - 1) else { return false }
      reads.append(read)
    }
    guard let first = reads.first, let last = reads.last, hasher.hash(of: bytes, after: hash, version) == last.hash
    else { return false }
    if line == 1 { try checkFirst(bytes, first, segment) }
    if lane.lines == 0 { lane.first = Self.time(first, bytes.extracting(parts[0])) }
    for (part, read) in zip(parts, reads) {
      if read.isOwn { lane.lost += Self.lost(bytes.extracting(part)) }
      if read.isNumbered || read.isOwn { sequence = read.sequence }
    }
    if let part = parts.last { lastTime = Array(Self.time(last, bytes.extracting(part)).utf8) }
    lane.lines += parts.count
    line += parts.count - 1
    hash = last.hash
    let place = RecordReport.Place(segment: segment, line: line)
    lane.head = RecordReport.Head(place: place, hash: hash)
    for index in report.wanted.indices where report.wanted[index].hash == hash { report.wanted[index].place = place }
    return true
  }

  mutating func read(_ bytes: Span<UInt8>, _ part: Range<Int>, isLast: Bool) -> RecordLine? {
    let line = bytes.extracting(part)
    return isLast ? RecordLine(line, &cursor) : RecordLine(open: line, &cursor)
  }

  /// Where each of some lines stands, without its end.
  static func lines(of bytes: Span<UInt8>) -> [Range<Int>] {
    var found: [Range<Int>] = []
    var start = 0
    repeat {
      let end = bytes.firstLineFeed(from: start)
      found.append(start..<max(start, end))
      start = end + 1
    } while start <= bytes.count
    return found
  }

  private static func time(_ line: RecordLine, _ bytes: Span<UInt8>) -> String {
    unsafe bytes.extracting(line.time).withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
  }

  /// The first line of a segment says which one it is.
  private func checkFirst(_ bytes: Span<UInt8>, _ read: RecordLine, _ segment: RecordSegment) throws(Found) {
    let node = try? JSONNode.read(bytes)
    guard read.isOwn, node?["lane"]?.integer != nil, node?["segment"]?.integer != nil else {
      throw found(.removed, segment, Self.withoutFirst)
    }
    if let moved = moved(bytes, segment) { throw moved }
    guard let version = node?["version"]?.integer, RecordVersion(rawValue: version) != nil else {
      throw found(.unreadable, segment, Self.later)
    }
  }

  static let later = "the segment's format is of a later version; use a newer gatehouse"
  static let withoutFirst = "the segment does not begin with the line that a gate begins one with"

  /// Says where a segment belongs that stands in another's place, by its first line; nil for one that stands in its own.
  func moved(_ first: Span<UInt8>, _ segment: RecordSegment) -> Found? {
    let node = try? JSONNode.read(first)
    guard let lane = node?["lane"]?.integer, let number = node?["segment"]?.integer,
      RecordSegment(lane: lane, number: number) != segment
    else { return nil }
    return found(
      .reordered, segment, "by its first line the segment is \(RecordSegment(lane: lane, number: number).fileName)")
  }

  private static func lost(_ bytes: Span<UInt8>) -> Int {
    max(0, (try? JSONNode.read(bytes))?["lost"]?.integer ?? 0)
  }
}
