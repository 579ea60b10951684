internal import Policy

/// How much of its time the gate gives to what subscribers' filters have not met before: a tenth, calls come first.
struct FilterTime {
  /// So many subscribers may have a filter at once.
  static let mostFilters = 32
  /// What can be saved up, in microseconds: as long as a call may have to wait for one judgement after the other.
  private static let most: Int64 = 20_000
  private static let share: Int64 = 10

  private var credit = most
  private var last: Moment?

  /// Until when lines may be read that begin to be judged now.
  mutating func begin(at now: Moment) -> Moment {
    let passed = last.map { max(0, now.microseconds(since: $0)) } ?? 0
    credit = min(Self.most, credit + passed / Self.share)
    last = now
    return now.advanced(byMicroseconds: credit)
  }

  mutating func end(from start: Moment, to end: Moment) { credit -= max(0, end.microseconds(since: start)) }
}
