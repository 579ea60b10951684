package import JSONText

/// The counts of all limits.
///
/// They are kept by name, not by policy, so that an edit of the policy keeps them. Their memory is bounded whatever the
/// policy says and whatever peers do: counts that are over are dropped, a count remembers fewer different times when
/// there are many counts, and when `capacity` counts are alive a call that needs one more is denied.
package struct Counters: Sendable {
  package static let capacity = 32_768
  private static let times = 1 << 20

  private var slots: [SlidingWindow] = []
  private var free: [Int] = []
  private var places: [CounterKey: Int] = [:]
  private var sweepAt = 256
  private var lastSweep: Moment?
  /// The slots of the call at hand; kept for its memory.
  private var inHand: [(slot: Int, length: Int64)] = []

  package init() {}

  /// How many counts are kept.
  package var count: Int { places.count }

  /// Forgets the counts of a session that is over; its name must never be used again.
  package mutating func forget(session: ExactText) {
    let holder = CounterKey.Holder.session(CounterKey.bounded(session))
    for (key, slot) in places where key.holder == holder { drop(key, slot) }
  }

  /// What stands in the way of a call.
  enum Refusal: Sendable {
    /// The first limit that is reached, and when all of them would let a call pass (nil: never).
    case reached(CompiledLimit, wait: Int64?)
    /// Too many counts are alive; the limit is the one that needs another.
    case full(CompiledLimit)
  }

  /// Counts a call in all limits of some rules, or in none of them.
  mutating func reserve(
    _ first: CompiledRule?, _ second: CompiledRule?, _ third: CompiledRule?, for call: Call, tool: ExactText?,
    at now: Moment
  ) -> Refusal? {
    let needed = (first?.limits.count ?? 0) + (second?.limits.count ?? 0) + (third?.limits.count ?? 0)
    // Only here: later, a sweep could take away a count that the call holds and that is still empty.
    if places.count + needed > sweepAt { sweep(at: now) }
    inHand.removeAll(keepingCapacity: true)
    var reached: CompiledLimit?
    var wait: Int64? = 0
    if let full = look(first, call, tool, now, &reached, &wait) ?? look(second, call, tool, now, &reached, &wait)
      ?? look(third, call, tool, now, &reached, &wait)
    {
      return .full(full)
    }
    if let reached { return .reached(reached, wait: wait) }
    let times = max(64, min(8192, Self.times / max(1, places.count)))
    for hold in inHand { slots[hold.slot].add(at: now, length: hold.length, capacity: times) }
    return nil
  }

  /// Takes the counts of a rule's limits in hand and looks whether a call fits.
  ///
  /// Returns the limit whose count cannot be kept, if there is one.
  private mutating func look(
    _ rule: CompiledRule?, _ call: Call, _ tool: ExactText?, _ now: Moment, _ reached: inout CompiledLimit?,
    _ wait: inout Int64?
  ) -> CompiledLimit? {
    guard let rule else { return nil }
    for limit in rule.limits {
      guard let slot = slot(limit.key(for: call, tool: tool)) else { return limit }
      let length = limit.window.microseconds
      slots[slot].expire(at: now, length: length)
      let needed = slots[slot].wait(max: limit.max, at: now, length: length)
      if needed != 0 {
        reached = reached ?? limit
        wait = wait.flatMap { wait in needed.map { max(wait, $0) } }
      }
      // One call counts once, also where two of its limits share a count.
      if !inHand.contains(where: { $0.slot == slot }) { inHand.append((slot, length)) }
    }
    return nil
  }

  private mutating func slot(_ key: CounterKey) -> Int? {
    if let slot = places[key] { return slot }
    guard places.count < Self.capacity else { return nil }
    let slot: Int
    if let reused = free.popLast() {
      slot = reused
    } else {
      slot = slots.count
      slots.append(SlidingWindow())
    }
    places[key] = slot
    return slot
  }

  private mutating func drop(_ key: CounterKey, _ slot: Int) {
    places[key] = nil
    slots[slot] = SlidingWindow()
    free.append(slot)
  }

  /// Drops the counts that are over; at most once a second where that frees nothing.
  private mutating func sweep(at now: Moment) {
    if places.count >= Self.capacity, let lastSweep, now.microseconds(since: lastSweep) < 1_000_000 { return }
    lastSweep = now
    for (key, slot) in places {
      slots[slot].expire(at: now, length: key.window.microseconds)
      if slots[slot].count == 0 { drop(key, slot) }
    }
    sweepAt = min(Self.capacity, max(256, places.count * 2))
  }
}
