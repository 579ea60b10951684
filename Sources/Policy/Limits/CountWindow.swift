/// What one counter holds: the calls of the last window, and their sum.
///
/// An amount that was let through at time t counts for a sliding limit while now < t + length, so no half-open interval
/// of that length ever holds more than the limit allowed; for a calendar limit it counts until the period ends in which t
/// lies. Both look at the same calls, so limits of either kind can share a count and an edit from one to the other keeps it.
///
/// Exact while there are fewer than `capacity` different times. Beyond it, the calls of one slice of the window (at most a
/// 2/capacity part of it) count as long as the last of them: a little too strict, never too lax. Calendar limits stay
/// exact: the sum of their period is kept by itself.
///
/// INVARIANT: times never go back. `Counters` sees to it.
package struct CountWindow: Sendable {
  /// How many times a window remembers at most, and at least when there are many windows; powers of two.
  package static let mostTimes = 8_192
  package static let fewestTimes = 64

  private var runs = RunRing()
  /// The sum of all runs, in billionths.
  private(set) package var sum: Int128 = 0
  /// The period of the last run, and the sum of its runs.
  private(set) var period: Int64 = .min
  private(set) var sumOfPeriod: Int128 = 0

  package init() {}

  package var isEmpty: Bool { runs.count == 0 }

  /// When something was counted last; nil where nothing counts.
  var lastTime: Int64? { runs.count > 0 ? runs[runs.count - 1].time : nil }

  /// Whether something was counted at just this time.
  func hasRun(at time: Int64) -> Bool {
    runs.firstIndex(notBefore: time).map { runs[$0].time == time } ?? false
  }

  /// What counts, in the order of time.
  var allRuns: some Sequence<Run> { (0..<runs.count).lazy.map { runs[$0] } }

  /// What counts at a time, and when it next becomes less; nil where nothing counts.
  func standing(at now: Int64, length: Int64, align: PolicyLimit.Alignment) -> (sum: Int128, lessAt: Int64?) {
    if align == .calendar {
      let current = Self.floor(now, length)
      guard current == period, sumOfPeriod > 0 else { return (0, nil) }
      let (end, overflow) = (current + 1).multipliedReportingOverflow(by: length)
      return (sumOfPeriod, overflow ? nil : end)
    }
    var sum: Int128 = 0
    var first: Int64?
    for run in allRuns where !Self.isOver(run.time, at: now, length: length) {
      sum += run.amount
      if first == nil { first = run.time }
    }
    guard let first else { return (0, nil) }
    let (end, overflow) = first.addingReportingOverflow(length)
    return (sum, overflow ? nil : end)
  }

  /// How many times there is memory for.
  package var footprint: Int { runs.capacity }

  /// Forgets the calls that count no more.
  package mutating func expire(at now: Int64, length: Int64) {
    guard let edge = Self.edge(now, length) else { return }
    var gone = 0
    while gone < runs.count, runs[gone].time <= edge {
      sum -= runs[gone].amount
      gone += 1
    }
    runs.removeFirst(gone)
  }

  /// Whether an amount fits now; expired calls must be gone.
  func hasRoom(
    for amount: Int128, max: Int128, at now: Int64, length: Int64, align: PolicyLimit.Alignment
  ) -> Bool {
    switch align {
    case .sliding: sum + amount <= max
    case .calendar: (Self.floor(now, length) == period ? sumOfPeriod : 0) + amount <= max
    }
  }

  /// How long until an amount fits under a sliding limit: 0 now, nil never.
  ///
  /// Expired calls must be gone. The answer counts from `asked`, which is before the calls that were counted where a
  /// clock went back.
  package func wait(for amount: Int128, max: Int128, length: Int64, since asked: Int64) -> Int64? {
    guard amount <= max else { return nil }
    var surplus = sum + amount - max
    if surplus <= 0 { return 0 }
    var index = 0
    while index < runs.count - 1 {
      surplus -= runs[index].amount
      if surplus <= 0 { break }
      index += 1
    }
    return Self.wait(since: asked, until: runs[index].time.addingReportingOverflow(length))
  }

  /// How long until an amount fits under a calendar limit: 0 now, nil never.
  package func waitForPeriod(for amount: Int128, max: Int128, at now: Int64, length: Int64, since asked: Int64)
    -> Int64?
  {
    guard amount <= max else { return nil }
    let current = Self.floor(now, length)
    if (current == period ? sumOfPeriod : 0) + amount <= max { return 0 }
    return Self.wait(since: asked, until: (current + 1).multipliedReportingOverflow(by: length))
  }

  private static func wait(since asked: Int64, until due: (partialValue: Int64, overflow: Bool)) -> Int64 {
    let due = Moment(microseconds: due.overflow ? .max : due.partialValue)
    return Swift.max(1, due.microseconds(since: Moment(microseconds: asked)))
  }

  /// Counts an amount, remembering at most `capacity` times.
  package mutating func add(_ amount: Int128, at now: Int64, length: Int64, capacity: Int) {
    sum += amount
    let current = Self.floor(now, length)
    sumOfPeriod = current == period ? sumOfPeriod + amount : amount
    period = current
    if runs.count > 0, runs[runs.count - 1].time == now {
      runs[runs.count - 1].amount += amount
      return
    }
    if runs.count >= capacity { fit(capacity, length: length) }
    runs.append(Run(time: now, amount: amount))
  }

  /// Takes an amount out that was added at `time`, if it still counts for a sliding limit; answers whether it did.
  @discardableResult
  package mutating func remove(_ amount: Int128, addedAt time: Int64, now: Int64, length: Int64) -> Bool {
    if Self.isOver(time, at: now, length: length) { return false }
    return remove(amount, addedAt: time, length: length)
  }

  /// Takes an amount out that was added at `time`, if it is there; answers whether it was.
  @discardableResult
  mutating func remove(_ amount: Int128, addedAt time: Int64, length: Int64) -> Bool {
    // A call that was joined with others is in the first run that is not before it.
    guard let index = runs.firstIndex(notBefore: time), runs[index].amount >= amount else { return false }
    sum -= amount
    if Self.floor(time, length) == period { sumOfPeriod -= amount }
    runs[index].amount -= amount
    if runs[index].amount == 0 { runs.remove(at: index) }
    return true
  }

  /// Puts the sum of a period back that is not that of the runs: where times were joined.
  mutating func restorePeriod(_ period: Int64, sum: Int128) {
    self.period = period
    sumOfPeriod = Swift.min(sum, self.sum)
  }

  /// Remembers fewer times, and gives memory for more than `capacity` back.
  package mutating func fit(_ capacity: Int, length: Int64) {
    if runs.count >= capacity { thin(capacity, length: length) }
    runs.shrink(to: capacity)
  }

  /// Joins the calls of each slice of the window.
  ///
  /// Slices lie fixed in time, and those of a smaller capacity are made of whole ones of a bigger, so that joining again
  /// and again makes nothing count longer than the slice of the smallest capacity.
  private mutating func thin(_ capacity: Int, length: Int64) {
    let slice = Self.slice(length, capacity: capacity)
    var last = 0
    for index in 1..<Swift.max(1, runs.count) {
      let (before, run) = (runs[last], runs[index])
      if Self.floor(before.time, slice) == Self.floor(run.time, slice) {
        runs[last] = Run(time: run.time, amount: before.amount + run.amount)
      } else {
        last += 1
        runs[last] = run
      }
    }
    runs.removeLast(runs.count - last - 1)
  }

  /// How long a slice is: half as many slices as times.
  package static func slice(_ length: Int64, capacity: Int) -> Int64 {
    let finest = (length + Int64(mostTimes) - 1) / Int64(mostTimes)
    return finest * Int64(2 * mostTimes / capacity)
  }

  /// Whether what was counted at `time` counts no more.
  static func isOver(_ time: Int64, at now: Int64, length: Int64) -> Bool {
    edge(now, length).map { time <= $0 } ?? false
  }

  /// Calls until there are over; nil where that is before all time.
  private static func edge(_ now: Int64, _ length: Int64) -> Int64? {
    let (edge, overflow) = now.subtractingReportingOverflow(length)
    return overflow ? nil : edge
  }

  private static func floor(_ time: Int64, _ length: Int64) -> Int64 {
    let (quotient, remainder) = time.quotientAndRemainder(dividingBy: length)
    return remainder < 0 ? quotient - 1 : quotient
  }
}
