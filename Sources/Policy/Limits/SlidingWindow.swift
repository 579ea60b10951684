/// The calls of one counter that still count.
///
/// A call that was let through at time t counts while now < t + length, so no half-open interval of that length ever holds
/// more calls than the limit allowed. Exact while there are fewer than `capacity` different times; beyond it, calls of
/// one slice of the window (a 2/capacity part of it) count as long as the last of them: a little too strict, never too lax.
struct SlidingWindow: Sendable {
  private struct Run {
    var time: Int64
    var count: Int
  }

  private var runs: [Run] = []
  /// Runs before this index are over.
  private var head = 0
  private(set) var count = 0

  /// How many times are remembered.
  var weight: Int { runs.count - head }

  /// Forgets the calls that count no more.
  mutating func expire(at now: Moment, length: Int64) {
    let edge = now.advanced(byMicroseconds: -length).microseconds
    while head < runs.count, runs[head].time <= edge {
      count -= runs[head].count
      head += 1
    }
    if head == runs.count {
      runs.removeAll(keepingCapacity: runs.capacity <= 64)
      head = 0
    } else if head >= 32, head * 2 >= runs.count {
      runs.removeFirst(head)
      head = 0
    }
  }

  /// How long until one more call fits: 0 now, nil never.
  ///
  /// Expired calls must be gone.
  func wait(max: Int, at now: Moment, length: Int64) -> Int64? {
    guard count >= max else { return 0 }
    guard max > 0 else { return nil }
    var surplus = count - max + 1
    for index in head..<runs.count {
      surplus -= runs[index].count
      guard surplus <= 0 else { continue }
      let due = Moment(microseconds: runs[index].time).advanced(byMicroseconds: length)
      return Swift.max(1, due.microseconds(since: now))
    }
    return nil
  }

  /// Counts one call.
  mutating func add(at now: Moment, length: Int64, capacity: Int) {
    count += 1
    if head < runs.count, runs[runs.count - 1].time >= now.microseconds {
      // The same instant, or a clock that went back, which must not shorten what counts already.
      runs[runs.count - 1].count += 1
      return
    }
    if weight >= capacity { thin(length: length, slices: Int64(capacity / 2)) }
    runs.append(Run(time: now.microseconds, count: 1))
  }

  /// Joins the calls of each slice of the window; slices are fixed in time, so that joining twice loses nothing more.
  private mutating func thin(length: Int64, slices: Int64) {
    let slice = Swift.max(1, length / Swift.max(1, slices))
    var joined: [Run] = []
    for run in runs[head...] {
      if let last = joined.last, Self.floor(last.time, slice) == Self.floor(run.time, slice) {
        joined[joined.count - 1] = Run(time: run.time, count: last.count + run.count)
      } else {
        joined.append(run)
      }
    }
    runs = joined
    head = 0
  }

  private static func floor(_ time: Int64, _ slice: Int64) -> Int64 {
    let quotient = time / slice
    return time % slice < 0 ? quotient - 1 : quotient
  }
}
