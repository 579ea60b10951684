extension Counters {
  /// Counts a call in all limits of a plan and answers true, where there is room in each; else does nothing, and `reserve`
  /// is to be asked.
  ///
  /// That is what limits are like, and so that is looked at without any list of what is counted.
  mutating func countAgain(_ plan: [PlannedCount], at now: Moment) -> Bool {
    if plan.isEmpty { return true }
    let time = max(latest, now.microseconds)
    for index in plan.indices where !isRoom(for: plan[index], at: time) { return false }
    latest = time
    for index in plan.indices { add(Amount.one.billionths, to: plan[index].slot, length: plan[index].length) }
    if footprint > times { trim() }
    return true
  }

  @inline(__always)
  private mutating func isRoom(for count: PlannedCount, at time: Int64) -> Bool {
    guard count.slot < slots.count, slots[count.slot].generation == count.generation else { return false }
    expire(count.slot, count.length, at: time)
    return slots[count.slot].window.hasRoom(
      for: Amount.one.billionths, max: count.max, at: time, length: count.length, align: count.align)
  }
}
