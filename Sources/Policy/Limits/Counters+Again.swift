extension Counters {
  /// Counts a call in all limits of its rules and answers true, where each is one that counts what is sent, one for each
  /// call, in a count of its own that is where it was; else does nothing, and `reserve` is to be asked.
  ///
  /// That is what limits are like, and so that is looked at without any list of what is counted.
  mutating func countAgain(_ rules: ApplicableRules, _ places: CountPlaces, at now: Moment) -> Bool {
    var looked = 0
    guard isRoom(under: rules.own, places, at: now, &looked), isRoom(under: rules.serverwide, places, at: now, &looked),
      isRoom(under: rules.everywhere, places, at: now, &looked), looked == places.all.count
    else { return false }
    if looked == 0 { return true }
    latest = max(latest, now.microseconds)
    looked = 0
    count(rules.own, places, &looked)
    count(rules.serverwide, places, &looked)
    count(rules.everywhere, places, &looked)
    if footprint > times { trim() }
    return true
  }

  private mutating func isRoom(
    under rule: CompiledRule?, _ places: CountPlaces, at now: Moment, _ looked: inout Int
  ) -> Bool {
    guard let rule else { return true }
    for limit in rule.limits {
      guard looked < places.all.count, let place = places.all[looked], place.slot < slots.count,
        slots[place.slot].generation == place.generation, limit.cost == nil, limit.count == .forwarded,
        limit.expires == nil
      else { return false }
      for index in 0..<looked where places.all[index]?.slot == place.slot { return false }
      looked += 1
      let length = limit.window.microseconds
      let latest = max(latest, now.microseconds)
      expire(place.slot, length, at: latest)
      let wait =
        switch limit.align {
        case .sliding:
          slots[place.slot].window.wait(
            for: Amount.one.billionths, max: limit.max.billionths, length: length, since: now.microseconds)
        case .calendar:
          slots[place.slot].window.waitForPeriod(
            for: Amount.one.billionths, max: limit.max.billionths, at: latest, length: length, since: now.microseconds)
        }
      guard wait == 0 else { return false }
    }
    return true
  }

  private mutating func count(_ rule: CompiledRule?, _ places: CountPlaces, _ looked: inout Int) {
    guard let rule else { return }
    for limit in rule.limits {
      if let place = places.all[looked] {
        add(Amount.one.billionths, to: place.slot, length: limit.window.microseconds)
      }
      looked += 1
    }
  }
}
