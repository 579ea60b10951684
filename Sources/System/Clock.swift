internal import CSystem
package import Policy

/// Where moments come from: the wall clock once at start, and a clock that never goes backwards from there on.
///
/// Time in which the machine was suspended counts. A wall clock that is set afterwards moves nothing.
package enum Clock {
  private static let offset = csys_wall_microseconds() - csys_steady_microseconds()

  /// The same point in time as the system counts it, from the machine's start.
  static func sinceBoot(_ moment: Moment) -> Int64 {
    moment.advanced(byMicroseconds: -offset).microseconds
  }

  package static func now() -> Moment {
    Moment(microseconds: csys_steady_microseconds() + offset)
  }
}
