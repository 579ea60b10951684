/// A point in time: microseconds since 1970-01-01T00:00:00Z.
///
/// The outermost loop makes moments from a clock that never goes backwards, set by the wall clock once at start; inside,
/// a moment is an argument. So one number serves limits, countdowns and the time that a person reads.
package struct Moment: Hashable, Comparable, Sendable {
  package var microseconds: Int64

  package init(microseconds: Int64) { self.microseconds = microseconds }

  package static func < (left: Moment, right: Moment) -> Bool { left.microseconds < right.microseconds }

  /// This moment moved by some microseconds; stays at the ends of the range instead of wrapping.
  package func advanced(byMicroseconds microseconds: Int64) -> Moment {
    let (sum, overflow) = self.microseconds.addingReportingOverflow(microseconds)
    return Moment(microseconds: overflow ? (microseconds < 0 ? .min : .max) : sum)
  }

  /// How many microseconds have passed since `earlier`; 0 if it is later.
  package func microseconds(since earlier: Moment) -> Int64 {
    let (difference, overflow) = microseconds.subtractingReportingOverflow(earlier.microseconds)
    return self <= earlier ? 0 : overflow ? .max : difference
  }
}
