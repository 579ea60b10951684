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

  /// At whole multiples of this many microseconds since the machine's start most systems have their ticks, 250 or
  /// 1,000 a second.
  static let tick: Int64 = 4_000

  /// The first such multiple that is not before a moment.
  ///
  /// A timer that goes off with the system's own tick interrupts nobody once more, which is dear on a virtual machine.
  static func nextTick(after moment: Moment) -> Moment {
    let past = sinceBoot(moment) % tick
    return past > 0 ? moment.advanced(byMicroseconds: tick - past) : moment
  }

  package static func now() -> Moment {
    Moment(microseconds: csys_steady_microseconds() + offset)
  }
}
