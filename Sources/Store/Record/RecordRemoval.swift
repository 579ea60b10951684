internal import JSONText
internal import Policy
internal import System

/// Which segments of a lane may go by now.
struct RecordRemoval {
  /// The first that stays.
  let first: Int
  /// Those before it that are still there.
  let paths: [String]
  /// One of them tells of events.
  let hasEvents: Bool
  /// A segment that is there says already that they are to go.
  let isTold: Bool

  /// Looks at the segments that are there; nil where nothing is to go, and nothing ever went.
  ///
  /// The last one stays, for somebody writes to it; or it may go as well, where it `isFollowed` as soon as something is to
  /// go. That somebody else has removed some is no reason to tell so: then they are missing.
  static func find(
    _ options: RecordOptions, at now: Moment, since started: Moment, isFollowed: Bool = false
  ) -> RecordRemoval? {
    let shelf = RecordShelf(options.folder)
    guard let segments = shelf.lanes[options.lane], let last = segments.last else { return nil }
    let candidates = isFollowed ? segments : segments.dropLast()
    let most = candidates.last.map { $0.number + 1 } ?? 1
    let told = segments.suffix(2).compactMap { Self.told(shelf.path($0), last) }.max() ?? 1
    var first = min(
      isFollowed ? most : max(most, last.number),
      max(
        told, firstInTime(candidates, shelf, options, at: now, since: started) ?? 1,
        firstOfSize(shelf, options, at: now) ?? 1))
    guard first > 1 else { return nil }
    // What only told of earlier removals goes along.
    if first > told {
      for segment in candidates.drop(while: { $0.number < first }).prefix(while: { !shelf.hasEvents($0) }) {
        first = segment.number + 1
      }
    }
    let gone = segments.filter { $0.number < first }
    return RecordRemoval(
      first: first, paths: gone.map { shelf.path($0) }, hasEvents: gone.contains { shelf.hasEvents($0) },
      isTold: told >= first)
  }

  /// What a segment says; of the last two, for one that has just been made says nothing yet.
  private static func told(_ path: String, _ last: RecordSegment) -> Int? {
    guard let file = try? RegularFile(path) else { return nil }
    let limit = min(file.size, 64 << 10)
    var reader = RecordLineReader(file, limit: limit)
    guard case .line(let range)? = try? reader.next() else { return nil }
    let told = (try? JSONNode.read(reader.buffer.span.extracting(range)))?["first"]?.integer
    return told.flatMap { $0 <= last.number ? $0 : nil }
  }

  // MARK: Age

  private static func firstInTime(
    _ candidates: some Sequence<RecordSegment>, _ shelf: RecordShelf, _ options: RecordOptions, at now: Moment,
    since started: Moment
  ) -> Int? {
    guard let days = options.retention.days else { return nil }
    let trusted = RecordAge.witnessed(now, begins: begins(shelf, options, before: started), since: started)
    let (age, isMore) = Int64(days).multipliedReportingOverflow(by: RecordAge.day)
    let (oldest, isTooOld) = trusted.microseconds.subtractingReportingOverflow(age)
    guard !isMore, !isTooOld else { return nil }
    var first: Int?
    for segment in candidates {
      // The end of one that was written by a clock which was ahead tells nothing: it goes with the next.
      guard let ended = shelf.ended(segment), ended <= now else { continue }
      guard ended.microseconds < oldest else { break }
      first = segment.number + 1
    }
    return first
  }

  /// What vouches for the time: when the lane's segments began, and then those of the gate that tidies it.
  private static func begins(_ shelf: RecordShelf, _ options: RecordOptions, before started: Moment) -> [Moment] {
    let own = (shelf.lanes[options.lane] ?? []).compactMap { shelf.began($0) }.filter { $0 < started }
    guard let keeper = options.keeper else { return own }
    let others = (shelf.lanes[keeper.lane] ?? []).compactMap { shelf.began($0) }
    return own + others.filter { other in own.last.map { $0 < other } ?? true }
  }

  /// When the oldest segment that has events is to go; nil where none has, or nothing goes in time.
  static func nextDue(_ options: RecordOptions) -> Moment? {
    let shelf = RecordShelf(options.folder)
    guard let days = options.retention.days,
      let oldest = shelf.lanes[options.lane]?.first(where: { shelf.hasEvents($0) }),
      let ended = shelf.ended(oldest)
    else { return nil }
    let (age, isMore) = Int64(days).multipliedReportingOverflow(by: RecordAge.day)
    let (due, isTooLate) = ended.microseconds.addingReportingOverflow(age)
    return isMore || isTooLate ? nil : Moment(microseconds: due)
  }

  // MARK: Size

  /// The first of the lane that stays where of all lanes the oldest go until the rest is little enough.
  ///
  /// Each gate finds the same ones, and removes those that are its to remove. Its own last segment counts as it will be
  /// when it is full: so the record never is more than it may be.
  private static func firstOfSize(_ shelf: RecordShelf, _ options: RecordOptions, at now: Moment) -> Int? {
    guard let most = options.retention.bytes else { return nil }
    let own = shelf.lanes[options.keeper?.lane ?? options.lane]?.last
    var parts: [(began: Moment, segment: RecordSegment)] = []
    for segments in shelf.lanes.values {
      // Within a lane the order counts, whatever a clock did.
      var latest = Moment(microseconds: .min)
      for segment in segments {
        if let began = shelf.began(segment), began <= now { latest = max(latest, began) }
        parts.append((latest, segment))
      }
    }
    parts.sort { ($0.began, $0.segment) > ($1.began, $1.segment) }
    var bytes = 0
    for (index, part) in parts.enumerated() {
      let room = part.segment == own ? options.retention.longestSegment(options.longestSegment) : 0
      bytes += max(shelf.bytes(part.segment), room)
      guard bytes > most else { continue }
      return parts[index...].map(\.segment).filter { $0.lane == options.lane }.max().map { $0.number + 1 }
    }
    return nil
  }
}
