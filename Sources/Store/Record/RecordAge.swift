package import Policy

/// How old lines of the record are, where the machine's clock may be wrong.
///
/// A gate takes the time of day once, when it starts, and counts on from there. A machine that starts with its clock
/// years ahead would have every line too old, and nothing brings back what was removed. So the record itself is asked: a
/// leap from one segment's begin to the next, or to the gate's own, is not believed before a day has passed behind it.
/// Who does come back after weeks keeps the lines a day longer.
package enum RecordAge {
  package static let day: Int64 = 86_400_000_000
  /// Segments may be as far apart without a doubt: a gate that is used begins one each day.
  package static let usual = 2 * day

  /// The latest time that what began when vouches for.
  ///
  /// `begins` are in the order of the segments. Since `started` this process counts by itself, without leaps.
  package static func witnessed(_ now: Moment, begins: [Moment], since started: Moment) -> Moment {
    var times = begins.filter { $0 < started }
    times.append(started)
    var trusted = now
    for (before, after) in zip(times, times.dropFirst()) {
      let (leap, isFar) = after.microseconds.subtractingReportingOverflow(before.microseconds)
      guard isFar || leap > usual else { continue }
      let (since, isOdd) = now.microseconds.subtractingReportingOverflow(after.microseconds)
      // Of several leaps the first of those that are still in doubt tells.
      guard !isOdd, since < day else { continue }
      trusted = min(trusted, before.advanced(byMicroseconds: max(0, since)))
    }
    return trusted
  }
}
