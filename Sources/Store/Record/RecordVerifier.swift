internal import Glibc
internal import JSONText
package import System

/// Looks through a record for what is not as a gate wrote it.
///
/// It holds a piece of one segment at a time. Whoever may write to the record may also write a new one with hashes that
/// fit; that is found only by a hash which was kept elsewhere.
package struct RecordVerifier {
  private let folder: String
  private var report = RecordReport()
  private let hasher = RecordHasher()
  private var cursor = JSONCursor()

  private var lane = RecordReport.Lane(0)
  private var hash = RecordHash.zero
  private var sequence: UInt64 = 0
  /// What the segments end with that is no whole line, as later segments tell.
  private var tails: [Int: RecordTail] = [:]
  private var lastTime: [UInt8] = []
  private var line = 0
  /// How many lines the segment before has.
  private var linesBefore = 0

  /// Looks through every lane of a folder, and for lines with the `wanted` hashes.
  ///
  /// Throws: `SystemError` where the folder cannot be read.
  package static func verify(
    _ folder: String, wanted: [RecordHash] = []
  ) throws(SystemError) -> RecordReport {
    var verifier = RecordVerifier(folder)
    verifier.report.wanted = wanted.map { ($0, nil) }
    let segments = try SafeFile.names(in: folder).compactMap { RecordSegment(fileName: $0) }.sorted()
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
  private struct Found: Error {
    var problem: RecordReport.Problem
  }

  private func found(_ kind: RecordReport.Kind, _ segment: RecordSegment, _ message: String, line: Int? = nil) -> Found
  {
    Found(
      problem: RecordReport.Problem(
        kind: kind, place: .init(segment: segment, line: line ?? self.line), message: message))
  }

  private mutating func verify(_ number: Int, _ segments: [RecordSegment]) {
    lane = RecordReport.Lane(number)
    linesBefore = 0
    hash = .zero
    sequence = 0
    lastTime.removeAll(keepingCapacity: true)
    tails = [:]
    do throws(Found) {
      for segment in segments { try readTails(segment) }
      var expected = 1
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

  private func read<Value: ~Copyable>(
    _ segment: RecordSegment, _ body: () throws(SystemError) -> Value
  ) throws(Found) -> Value {
    do throws(SystemError) {
      return try body()
    } catch {
      throw found(.unreadable, segment, "\(error)")
    }
  }

  private func path(_ segment: RecordSegment) -> String { "\(folder)/\(segment.fileName)" }

  /// What a segment's first line tells of the ends of those before it.
  private mutating func readTails(_ segment: RecordSegment) throws(Found) {
    line = 0
    let torn = try read(segment) { () throws(SystemError) -> [JSONNode] in
      let file = try RegularFile(path(segment), isAnyones: true)
      let limit = min(file.size, 64 << 10)
      var reader = RecordLineReader(file, limit: limit)
      guard case .line(let range) = try reader.next() else { return [] }
      return (try? JSONNode.read(reader.buffer.span.extracting(range)))?["torn"]?.elements ?? []
    }
    for tail in torn.compactMap({ RecordTail($0) }) where tail.segment < segment.number { tails[tail.segment] = tail }
  }

  // MARK: A segment

  private mutating func verify(_ segment: RecordSegment, isLast: Bool) throws(Found) {
    line = 0
    lane.segments += 1
    let tail = tails[segment.number]
    let file = try read(segment) { () throws(SystemError) in
      try isLast ? Self.settled(path(segment)) : RegularFile(path(segment), isAnyones: true)
    }
    let limit = file.size - (tail?.bytes ?? 0)
    guard limit >= 0 else {
      throw found(
        .cut, segment, "the next segment tells of \(tail?.bytes ?? 0) bytes at this one's end, and they are gone")
    }
    lane.bytes += limit
    var reader = RecordLineReader(file, limit: limit)
    while true {
      line += 1
      switch try read(segment, { () throws(SystemError) in try reader.next() }) {
      case .line(let range): try take(range, &reader, segment)
      case .rest: throw found(.torn, segment, "the line has no end, and no later segment tells of that")
      case .endless: throw found(.changed, segment, "the line is longer than any that a gate writes")
      case .over:
        linesBefore = line - 1
        if let tail { try check(tail, from: limit, segment) }
        return
      }
    }
  }

  /// Opens the last segment; if somebody is in the middle of a line, a moment later.
  private static func settled(_ path: String) throws(SystemError) -> RegularFile {
    for _ in 0..<patience {
      let file = try RegularFile(path, isAnyones: true)
      var last: [UInt8] = [0]
      if file.size == 0 { return file }
      if try file.read(at: file.size - 1, into: &last) == 1, last == [0x0A] { return file }
      usleep(20_000)
    }
    return try RegularFile(path, isAnyones: true)
  }

  private static let patience = 25

  private mutating func check(_ tail: RecordTail, from limit: Int, _ segment: RecordSegment) throws(Found) {
    let there = try read(segment) { () throws(SystemError) in
      try RecordTail.measure(try RegularFile(path(segment), isAnyones: true), of: segment.number, from: limit)
    }
    guard there == tail else {
      throw found(.changed, segment, "what is left of a line that was cut short is not what the next segment tells of")
    }
    lane.torn.append(segment)
  }

  // MARK: A line

  private mutating func take(
    _ range: Range<Int>, _ reader: inout RecordLineReader, _ segment: RecordSegment
  ) throws(Found) {
    if try accept(range, reader, segment) { return }
    let bytes = Array(reader.buffer[range])
    throw try diagnose(bytes, &reader, segment)
  }

  /// Answers whether the line is a record's and follows from the one before it.
  private mutating func accept(
    _ range: Range<Int>, _ reader: borrowing RecordLineReader, _ segment: RecordSegment
  ) throws(Found) -> Bool {
    let bytes = reader.buffer.span.extracting(range)
    guard let read = RecordLine(bytes, &cursor), hasher.hash(of: bytes, after: hash) == read.hash else { return false }
    if line == 1 { try checkFirst(bytes, read, segment) }
    if lane.lines == 0 { lane.first = String(decoding: reader.buffer[range][offset: read.time], as: UTF8.self) }
    if read.isOwn { lane.lost += Self.lost(bytes) }
    lastTime.removeAll(keepingCapacity: true)
    lastTime.append(contentsOf: reader.buffer[range][offset: read.time])
    lane.lines += 1
    hash = read.hash
    sequence = read.sequence
    let place = RecordReport.Place(segment: segment, line: line)
    lane.head = RecordReport.Head(place: place, hash: hash)
    for index in report.wanted.indices where report.wanted[index].hash == hash { report.wanted[index].place = place }
    return true
  }

  /// The first line of a segment says which one it is.
  private func checkFirst(_ bytes: Span<UInt8>, _ read: RecordLine, _ segment: RecordSegment) throws(Found) {
    let node = try? JSONNode.read(bytes)
    guard read.isOwn, let lane = node?["lane"]?.integer, let number = node?["segment"]?.integer else {
      throw found(.removed, segment, Self.withoutFirst)
    }
    guard lane == segment.lane, number == segment.number else {
      throw found(
        .reordered, segment,
        "by its first line the segment is \(RecordSegment(lane: lane, number: number).fileName)")
    }
    guard node?["version"]?.integer == 1 else {
      throw found(.unreadable, segment, "the segment's format is of a later version; use a newer gatehouse")
    }
  }

  private static let withoutFirst = "the segment does not begin with the line that a gate begins one with"

  private static func lost(_ bytes: Span<UInt8>) -> Int {
    max(0, (try? JSONNode.read(bytes))?["lost"]?.integer ?? 0)
  }

  // MARK: What happened

  /// Says of the line that is the first not to fit what happened to it, as far as the lines around it tell.
  private mutating func diagnose(
    _ bytes: [UInt8], _ reader: inout RecordLineReader, _ segment: RecordSegment
  ) throws(Found) -> Found {
    var following: [UInt8]?
    if case .line(let range) = try read(segment, { () throws(SystemError) in try reader.next() }) {
      following = Array(reader.buffer[range])
    }
    let read = RecordLine(bytes.span, &cursor)
    let next = following.flatMap { RecordLine($0.span, &cursor) }
    let nextFits = follows(following, next, after: hash)
    guard let read else {
      if nextFits { return found(.added, segment, "no gate wrote the line, and the next one follows without it") }
      return found(.changed, segment, "the line is no line of a record")
    }
    if line == 1, let earlier = endedEarly(bytes, read, segment) { return earlier }
    if line == 1, !read.isOwn { return found(.removed, segment, Self.withoutFirst) }
    if read.hash == hash { return found(.duplicated, segment, "the line before stands here once more") }
    if nextFits {
      if let next, follows(bytes, read, after: next.hash) {
        return found(.reordered, segment, "the line belongs behind the next one")
      }
      return found(.added, segment, "the next line follows without this one")
    }
    if read.isNumbered, read.sequence <= sequence {
      return found(.duplicated, segment, "event \(read.sequence) stands here again, or in the wrong place")
    }
    if read.isNumbered, read.sequence > sequence + 1 {
      if let next, next.isNumbered, next.sequence < read.sequence {
        return found(.reordered, segment, "event \(read.sequence) stands before event \(next.sequence)")
      }
      let gap = read.sequence - sequence - 1
      return found(.removed, segment, "\(gap == 1 ? "a line is" : "lines are") missing before event \(read.sequence)")
    }
    return found(.changed, segment, "the line does not follow from the one before it: one of the two was changed")
  }

  private func follows(_ bytes: [UInt8]?, _ line: RecordLine?, after hash: RecordHash) -> Bool {
    guard let bytes, let line else { return false }
    return hasher.hash(of: bytes.span, after: hash) == line.hash
  }

  /// Whether a segment's first line is right and does not go on from where the segment before it ends.
  private func endedEarly(_ bytes: [UInt8], _ read: RecordLine, _ segment: RecordSegment) -> Found? {
    guard read.isOwn, let node = try? JSONNode.read(bytes),
      let previous = node["previous"]?.string.flatMap({ RecordHash(hexadecimal: $0) }), previous != hash,
      segment.number > 1,
      hasher.hash(of: bytes.span, after: previous) == read.hash
    else { return nil }
    if node["segment"]?.integer != segment.number || node["lane"]?.integer != segment.lane { return nil }
    return found(
      .cut, RecordSegment(lane: segment.lane, number: segment.number - 1),
      "the segment ends here, and \(segment.fileName) goes on from another line", line: linesBefore + 1)
  }
}

extension RecordHasher {
  /// The hash that a line, its hash included and its end not, must have after `hash`.
  func hash(of line: Span<UInt8>, after hash: RecordHash) -> RecordHash {
    unsafe line.extracting(droppingLast: RecordLine.ending).withUnsafeBufferPointer {
      unsafe self.hash(after: hash, $0)
    }
  }
}

extension ArraySlice {
  /// The part at offsets from the slice's own start.
  fileprivate subscript(offset range: Range<Int>) -> ArraySlice {
    self[(startIndex + range.lowerBound)..<(startIndex + range.upperBound)]
  }
}
