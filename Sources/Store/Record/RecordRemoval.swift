internal import JSONText
internal import Policy
internal import System

/// Which segments of a lane may go by now.
struct RecordRemoval {
  /// The first that stays.
  let first: Int
  /// Those before it that are still there.
  let paths: [String]

  /// Looks at the segments that are there, as another one begins; nil where nothing is to go, and nothing ever went.
  ///
  /// That somebody else has removed some is no reason to tell so: then they are missing.
  static func find(_ options: RecordOptions, at now: Moment, since started: Moment) -> RecordRemoval? {
    let names = (try? SafeFile.names(in: options.folder)) ?? []
    let segments = names.compactMap { RecordSegment(fileName: $0) }.filter { $0.lane == options.lane }.sorted()
    guard let last = segments.last else { return nil }
    let first = max(
      told(last, options) ?? 1, firstInTime(segments, options, at: now, since: started) ?? 1,
      firstOfSize(segments, options) ?? 1)
    guard first > 1 else { return nil }
    let gone = segments.filter { $0.number < first }
    return RecordRemoval(first: first, paths: gone.map { path($0, options) })
  }

  private static func path(_ segment: RecordSegment, _ options: RecordOptions) -> String {
    "\(options.folder)/\(segment.fileName)"
  }

  /// What the last segment says.
  private static func told(_ last: RecordSegment, _ options: RecordOptions) -> Int? {
    guard let file = try? RegularFile(path(last, options)) else { return nil }
    let limit = min(file.size, 64 << 10)
    var reader = RecordLineReader(file, limit: limit)
    guard case .line(let range)? = try? reader.next() else { return nil }
    let told = (try? JSONNode.read(reader.buffer.span.extracting(range)))?["first"]?.integer
    return told.flatMap { $0 <= last.number ? $0 : nil }
  }

  private static func firstInTime(
    _ segments: [RecordSegment], _ options: RecordOptions, at now: Moment, since started: Moment
  ) -> Int? {
    guard let days = options.retention.days else { return nil }
    let begins = segments.map { began(path($0, options)) }
    let witnessed = RecordAge.witnessed(now, begins: begins.compactMap { $0 }, since: started)
    let (age, isMore) = Int64(days).multipliedReportingOverflow(by: RecordAge.day)
    let (oldest, isTooOld) = witnessed.microseconds.subtractingReportingOverflow(age)
    guard !isMore, !isTooOld else { return nil }
    // All of a segment is older than the first line of the next.
    return zip(segments, begins).dropFirst().prefix { $0.1.map { $0.microseconds < oldest } ?? false }.last?.0.number
  }

  /// When the oldest segment that has events is to go; nil where none is followed by another, or nothing goes in time.
  static func nextDue(_ options: RecordOptions) -> Moment? {
    guard let days = options.retention.days else { return nil }
    let names = (try? SafeFile.names(in: options.folder)) ?? []
    let segments = names.compactMap { RecordSegment(fileName: $0) }.filter { $0.lane == options.lane }.sorted()
    for (segment, next) in zip(segments, segments.dropFirst()) where hasEvents(path(segment, options)) {
      let (age, isMore) = Int64(days).multipliedReportingOverflow(by: RecordAge.day)
      guard !isMore, let begin = began(path(next, options)) else { return nil }
      let (due, isTooLate) = begin.microseconds.addingReportingOverflow(age)
      return isTooLate ? nil : Moment(microseconds: due)
    }
    return nil
  }

  /// Something of it is worth being removed: its first line only tells which segment it is.
  var hasEvents: Bool { paths.contains(where: Self.hasEvents) }

  private static func hasEvents(_ path: String) -> Bool {
    guard let file = try? RegularFile(path) else { return false }
    let limit = min(file.size, 64 << 10)
    let size = file.size
    var reader = RecordLineReader(file, limit: limit)
    guard case .line(let first)? = try? reader.next() else { return size > limit }
    return size > first.count + 1
  }

  /// The new segment is not among them.
  private static func firstOfSize(_ segments: [RecordSegment], _ options: RecordOptions) -> Int? {
    guard let megabytes = options.retention.megabytes else { return nil }
    let (most, isMore) = megabytes.multipliedReportingOverflow(by: 1 << 20)
    guard !isMore else { return nil }
    var bytes = 0
    for (index, segment) in segments.enumerated().reversed() {
      bytes += FileFacts(path(segment, options)).map { Int(clamping: $0.size) } ?? 0
      if bytes > most, index + 1 < segments.count { return segments[index + 1].number }
    }
    return nil
  }

  /// The time of a segment's first line.
  private static func began(_ path: String) -> Moment? {
    guard let file = try? RegularFile(path) else { return nil }
    var bytes = [UInt8](repeating: 0, count: 64)
    guard let count = try? file.read(at: 0, into: &bytes), count == bytes.count else { return nil }
    let text = String(decoding: bytes, as: UTF8.self)
    guard text.hasPrefix(#"{"time":""#), let end = text.dropFirst(9).firstIndex(of: "\"") else { return nil }
    return Moment(rfc3339: String(text.dropFirst(9)[..<end]))
  }
}
