package import JSONText

/// The counts of all limits.
///
/// They are kept by name, not by policy, so that an edit of the policy keeps them. Their memory is bounded whatever the
/// policy says and whatever peers do: counts that are over are dropped, a count remembers fewer different times when
/// there are many counts, and when `capacity` counts are alive a call that needs one more is denied. A clock that goes
/// back stands still here until it has caught up, so that nothing counts shorter than it should.
package struct Counters: Sendable {
  package static let capacity = 32_768

  struct Slot: Sendable {
    /// Nil while it is free.
    var key: CounterKey?
    var window = CountWindow()
    /// How many counts have had this place before.
    var generation: UInt64 = 0
    /// The number that the journal knows it by.
    var mark: CounterJournal.Mark = 0
  }

  /// A count that the call at hand needs.
  private struct Hold: Sendable {
    /// Nil where the count was found without it.
    let key: CounterKey?
    /// Nil where the count does not exist yet.
    var slot: Int?
    /// Of the window, in microseconds.
    let length: Int64
    var amount: Int128
    var countsWhenForwarded: Bool
  }

  private(set) var sweepAt = 256
  // What restoring changes, too.
  var slots: [Slot] = []
  private var free: [Int] = []
  private var places: [CounterKey: Int] = [:]
  private var lastSweep: Moment?
  /// The latest moment at which there was a call with limits.
  var latest: Int64 = .min
  /// For how many times there is memory in all.
  let times: Int
  /// For how many times the windows have memory.
  package internal(set) var footprint = 0
  /// What is to be written down, so that the counts outlive the gate; it notes nothing until it is told to begin.
  package var journal = CounterJournal()
  /// The latest moment that was taken to be written down.
  var told: Int64 = .min
  private var returns = Returns()
  /// The counts of the call at hand, and for each of its limits the one that it looks at; kept for their memory.
  private var holds: [Hold] = []
  private var looks: [Int] = []

  package static let standardTimes = capacity * CountWindow.fewestTimes

  /// With memory for so many times in all; with as many as it is by itself, a count always remembers 64.
  package init(times: Int = standardTimes) { self.times = times }

  /// How many counts are kept.
  package var count: Int { places.count }

  /// Forgets the counts of a session that is over; its name must never be used again.
  package mutating func forget(session: ExactText) {
    let holder = CounterKey.Holder.session(CounterKey.bounded(session))
    for slot in slots.indices where slots[slot].key?.holder == holder { drop(slot) }
  }

  /// What became of a call.
  enum Outcome: Sendable {
    /// It is counted in all limits; the reservation is nil where nothing can be given back.
    case reserved(Reservation?)
    /// When all limits would let the call pass (nil: never), and the first that is reached, or the first that never lets it pass.
    case reached(CompiledLimit, wait: Int64?)
    /// Too many counts are alive; the limit is the one that needs another.
    case full(CompiledLimit)
    /// The call costs nothing that can be counted, or more than the limit will ever let pass; why is a clause.
    case unpaid(CompiledLimit, why: String)
  }

  /// Counts a call in all limits of some rules, or in none of them.
  ///
  /// A call counts once in a count that several of its limits share: with the greatest of their costs, and as soon as it
  /// is sent if one of them says so. What no waiting mends is told before a limit that is reached.
  ///
  /// The reservation holds what counts only for a call that succeeds; with `isRevocable` it holds everything, for a call
  /// that may never be sent (see `Reservation.whenForwarded`). Nothing is allocated where it holds nothing.
  /// `arguments` is asked once for each cost, and not at all where there is none. `places` are where the counts of the
  /// same call were before, and then where they are.
  mutating func reserve(
    _ first: CompiledRule?, _ second: CompiledRule? = nil, _ third: CompiledRule? = nil, for call: Call,
    tool: ExactText?, at now: Moment, isRevocable: Bool = false, places: inout CountPlaces,
    arguments: () -> JSONNode? = { nil }
  ) -> Outcome {
    let needed = (first?.limits.count ?? 0) + (second?.limits.count ?? 0) + (third?.limits.count ?? 0)
    if needed == 0 { return .reserved(nil) }
    latest = max(latest, now.microseconds)
    if self.places.count + needed > sweepAt { sweep() }
    holds.removeAll(keepingCapacity: true)
    looks.removeAll(keepingCapacity: true)
    let known = places.all.count == needed ? places : nil
    var limits = 0
    if let unpaid = gather(first, call, tool, now, known, &limits, arguments)
      ?? gather(second, call, tool, now, known, &limits, arguments)
      ?? gather(third, call, tool, now, known, &limits, arguments)
    {
      return unpaid
    }
    var check = Check()
    look(first, now, &check)
    look(second, now, &check)
    look(third, now, &check)
    if let reached = check.reached { return .reached(reached, wait: check.wait) }
    if let full = check.full { return .full(full) }
    let reservation = take(isRevocable: isRevocable)
    if places.isKept, holds.contains(where: { $0.key != nil }) {
      places.all.removeAll(keepingCapacity: true)
      var looked = 0
      note(first, now, &looked, &places)
      note(second, now, &looked, &places)
      note(third, now, &looked, &places)
    }
    return .reserved(reservation)
  }

  /// Writes down where the counts of a rule's limits are.
  private func note(_ rule: CompiledRule?, _ now: Moment, _ looked: inout Int, _ places: inout CountPlaces) {
    for limit in rule?.limits ?? [] {
      guard limit.applies(at: now) else {
        places.all.append(nil)
        continue
      }
      let slot = holds[looks[looked]].slot
      places.all.append(slot.map { CountPlace(slot: $0, generation: slots[$0].generation) })
      looked += 1
    }
  }

  /// Takes a call out of the counts that it is still in; does nothing when it is done again.
  package mutating func giveBack(_ reservation: Reservation, at now: Moment) {
    latest = max(latest, now.microseconds)
    guard returns.take(reservation.number) else { return }
    for part in reservation.parts where slots.indices.contains(part.slot) {
      guard slots[part.slot].generation == part.generation, let key = slots[part.slot].key else { continue }
      let isRemoved = slots[part.slot].window.remove(
        part.amount, addedAt: part.time, now: latest, length: key.window.microseconds)
      if isRemoved, journal.isOn, !journal.note(.remove, slots[part.slot].mark, at: part.time, part.amount) {
        journal.note(.remove, key, &slots[part.slot].mark, at: part.time, part.amount)
      }
    }
  }
}

extension Counters {
  /// Finds the counts of a rule's limits and what the call adds to them.
  private mutating func gather(
    _ rule: CompiledRule?, _ call: Call, _ tool: ExactText?, _ now: Moment, _ known: CountPlaces?,
    _ limits: inout Int, _ arguments: () -> JSONNode?
  ) -> Outcome? {
    guard let rule else { return nil }
    for limit in rule.limits {
      let place = known?.all[limits] ?? nil
      limits += 1
      guard limit.applies(at: now) else { continue }
      var amount = Amount.one
      if let path = limit.cost {
        switch Cost(path, arguments: arguments()) {
        case .refused(let why): return .unpaid(limit, why: why)
        case .amount(let cost) where cost > limit.max:
          let why = "the cost \(path.text) is \(cost), and the limit is \(limit.max) per \(limit.window.inWords)"
          return .unpaid(limit, why: why)
        case .amount(let cost): amount = cost
        }
      }
      let (key, slot): (CounterKey?, Int?)
      if let place, place.slot < slots.count, slots[place.slot].generation == place.generation {
        (key, slot) = (nil, place.slot)
      } else {
        let made = limit.key(for: call, tool: tool)
        (key, slot) = (made, places[made])
      }
      hold(key, slot, limit.window.microseconds, amount.billionths, limit.count == .forwarded)
    }
    return nil
  }

  private mutating func hold(
    _ key: CounterKey?, _ slot: Int?, _ length: Int64, _ amount: Int128, _ countsWhenForwarded: Bool
  ) {
    for index in holds.indices where holds[index].slot == slot && (slot != nil || holds[index].key == key) {
      holds[index].amount = max(holds[index].amount, amount)
      if countsWhenForwarded { holds[index].countsWhenForwarded = true }
      looks.append(index)
      return
    }
    if let slot { expire(slot, length) }
    looks.append(holds.count)
    holds.append(
      Hold(key: key, slot: slot, length: length, amount: amount, countsWhenForwarded: countsWhenForwarded))
  }

  /// What the limits say that were looked at.
  private struct Check {
    var reached: CompiledLimit?
    var wait: Int64? = 0
    var full: CompiledLimit?
    /// How many limits, and how many different counts that do not exist yet.
    var limits = 0
    var holds = 0
    var missing = 0
  }

  /// Looks whether the call fits under a rule's limits.
  private func look(_ rule: CompiledRule?, _ now: Moment, _ check: inout Check) {
    guard let rule else { return }
    for limit in rule.limits where limit.applies(at: now) {
      let index = looks[check.limits]
      check.limits += 1
      let amount = holds[index].amount
      let max = limit.max.billionths
      let wait: Int64?
      if let slot = holds[index].slot {
        let length = limit.window.microseconds
        switch limit.align {
        case .sliding:
          wait = slots[slot].window.wait(for: amount, max: max, length: length, since: now.microseconds)
        case .calendar:
          wait = slots[slot].window.waitForPeriod(
            for: amount, max: max, at: latest, length: length, since: now.microseconds)
        }
      } else {
        wait = amount <= max ? 0 : nil
        if index == check.holds, amount > 0 {
          check.missing += 1
          if places.count + check.missing > Self.capacity { check.full = check.full ?? limit }
        }
      }
      check.holds = Swift.max(check.holds, index + 1)
      if wait != 0 {
        // What no waiting mends is told before what is reached.
        check.reached = wait == nil && check.wait != nil ? limit : check.reached ?? limit
        check.wait = check.wait.flatMap { longest in wait.map { Swift.max(longest, $0) } }
      }
    }
  }

  /// Counts the call at hand.
  private mutating func take(isRevocable: Bool) -> Reservation? {
    var parts: [Reservation.Part] = []
    for index in holds.indices where holds[index].amount > 0 {
      let (amount, countsWhenForwarded) = (holds[index].amount, holds[index].countsWhenForwarded)
      guard let slot = holds[index].slot ?? holds[index].key.map({ make($0) }) else { continue }
      holds[index].slot = slot
      add(amount, to: slot, length: holds[index].length)
      if isRevocable || !countsWhenForwarded {
        parts.append(
          Reservation.Part(
            slot: slot, generation: slots[slot].generation, time: latest, amount: amount,
            countsWhenForwarded: countsWhenForwarded))
      }
    }
    if footprint > times { trim() }
    return parts.isEmpty ? nil : Reservation(number: returns.open(), parts: parts)
  }

  /// How many times a count may remember: a power of two.
  var timesForEach: Int {
    let share = max(16, min(CountWindow.mostTimes, times / max(1, places.count)))
    return 1 << (Int.bitWidth - 1 - share.leadingZeroBitCount)
  }

  /// Makes room for so many counts at once.
  mutating func reserve(_ count: Int) {
    slots.reserveCapacity(count)
    places.reserveCapacity(count)
    sweepAt = max(sweepAt, count)
  }

  /// The place of a count; nil where it does not exist.
  func slot(of key: CounterKey) -> Int? { places[key] }

  mutating func make(_ key: CounterKey) -> Int {
    let slot: Int
    if let reused = free.popLast() {
      slot = reused
    } else {
      slot = slots.count
      slots.append(Slot())
    }
    slots[slot].key = key
    places[key] = slot
    return slot
  }

  /// Counts an amount.
  mutating func add(_ amount: Int128, to slot: Int, length: Int64) {
    let before = slots[slot].window.footprint
    slots[slot].window.add(amount, at: latest, length: length, capacity: timesForEach)
    footprint += slots[slot].window.footprint - before
    if journal.isOn, !journal.note(.add, slots[slot].mark, at: latest, amount), let key = slots[slot].key {
      journal.note(.add, key, &slots[slot].mark, at: latest, amount)
    }
  }

  private mutating func expire(_ slot: Int, _ length: Int64) { expire(slot, length, at: latest) }

  mutating func expire(_ slot: Int, _ length: Int64, at now: Int64) {
    let before = slots[slot].window.footprint
    slots[slot].window.expire(at: now, length: length)
    footprint += slots[slot].window.footprint - before
  }

  private mutating func drop(_ slot: Int) {
    guard let key = slots[slot].key else { return }
    places[key] = nil
    footprint -= slots[slot].window.footprint
    slots[slot] = Slot(generation: slots[slot].generation + 1)
    free.append(slot)
  }

  /// Drops the counts that are over; at most once a second where that frees too little.
  private mutating func sweep() {
    let now = Moment(microseconds: latest)
    if sweepAt >= Self.capacity, let lastSweep, now.microseconds(since: lastSweep) < 1_000_000 { return }
    lastSweep = now
    sweepAll()
  }

  /// Drops the counts that are over.
  mutating func sweepAll() {
    for slot in slots.indices {
      guard let length = slots[slot].key?.window.microseconds else { continue }
      expire(slot, length)
      if slots[slot].window.isEmpty { drop(slot) }
    }
    sweepAt = min(Self.capacity, max(256, places.count * 2))
  }

  /// Makes every count remember no more than its share: those that grew when there were fewer.
  mutating func trim() {
    let share = timesForEach
    for slot in slots.indices {
      guard let key = slots[slot].key, slots[slot].window.footprint > share else { continue }
      let before = slots[slot].window.footprint
      slots[slot].window.fit(share, length: key.window.microseconds)
      footprint += slots[slot].window.footprint - before
    }
  }
}
