/// Reads the files that kept counts, and has the counts in the end.
///
/// A snapshot comes first, then the journals from its number on, in their order. What is damaged ends its file: all that
/// stands before it counts. Nothing in a file can make it trap, run for long, or keep more than counts may.
package struct CounterRestoration: Sendable {
  /// How a file ended.
  package enum End: Hashable, Sendable {
    case whole
    /// Less can be read than was written; so many cells are missing at least.
    case damaged(missing: Int)
  }

  /// Where the count of a key is; apart from the key, which would be copied with it for every cell.
  private struct Place: Sendable {
    let length: Int64
    var slot = 0
    var generation = UInt64.max
  }

  private var counters: Counters
  /// Counts that there was no place for.
  package private(set) var refused = 0
  /// Looking for counts that are over is work, which is bounded.
  private var sweeps = 1_024
  private var lastSweep: Int64?

  /// Whether nothing was missing in any file.
  private var isComplete = true

  // The file at hand.
  private var header = CounterHeader(.journal, lane: 0, number: 0, seed: 0)
  private var place = 0
  private var isStopped = true
  private var keys: [CounterKey] = []
  private var places: [Place] = []
  private var text: [UInt8] = []
  /// How long the text of the key at hand is; nil outside of one.
  private var length: Int?

  package init(times: Int = Counters.standardTimes) { counters = Counters(times: times) }

  /// Begins with a file.
  package mutating func begin(_ header: CounterHeader) {
    self.header = header
    place = 0
    isStopped = false
    keys.removeAll(keepingCapacity: true)
    places.removeAll(keepingCapacity: true)
    length = nil
    guard header.kind == .snapshot else { return }
    seeLatest()
    // A count takes six cells or so; more than can be kept is never asked for.
    counters.reserve(min(header.count / 6, Counters.capacity))
  }

  private mutating func seeLatest() {
    if let latest = header.latest { counters.latest = max(counters.latest, latest) }
  }

  /// Takes more of the file's bytes behind its header, whole cells but for the last time; false if the rest is of no use.
  package mutating func take(_ bytes: Span<UInt8>) -> Bool {
    var start = 0
    while !isStopped, bytes.count - start >= CounterCell.size {
      let cell = unsafe bytes.bytes.unsafeLoadUnaligned(fromByteOffset: start, as: CounterCell.self)
      guard cell.isSealed(header.seed, at: place), take(cell) else {
        isStopped = true
        break
      }
      place += 1
      start += CounterCell.size
    }
    return !isStopped
  }

  /// Ends with the file.
  package mutating func end() -> End {
    isStopped = true
    keys.removeAll(keepingCapacity: true)
    places.removeAll(keepingCapacity: true)
    // Not before: what was over in the end may have been given back before that.
    seeLatest()
    // The cells behind the last finished one are whole: they count, and their calls may never have been sent.
    guard place < header.count else { return .whole }
    isComplete = false
    return .damaged(missing: header.count - place)
  }

  /// Goes on without a file that cannot be read.
  package mutating func passOver() { isComplete = false }

  /// The counts of all that was read.
  package consuming func finish() -> Counters {
    counters.sweepAll()
    return counters
  }

  private mutating func take(_ cell: CounterCell) -> Bool {
    guard let kind = cell.kind, (kind == .text) == (length != nil) else { return false }
    switch kind {
    case .key:
      guard cell.number == keys.count, (1...UInt64(CounterKey.longest)).contains(cell.first) else { return false }
      length = Int(cell.first)
      text.removeAll(keepingCapacity: true)
    case .text:
      guard cell.number == keys.count, let length, cell.appendText(to: &text, upTo: length) else { return false }
      guard text.count == length else { break }
      self.length = nil
      guard let key = CounterKey(text.span) else { return false }
      keys.append(key)
      places.append(Place(length: key.window.microseconds))
    case .add, .remove, .period:
      guard keys.indices.contains(cell.number), cell.amount <= CounterCell.greatestAmount else { return false }
      guard cell.amount > 0 || (kind == .period && cell.amount == 0) else { return false }
      apply(kind, cell)
    }
    return true
  }

  private mutating func apply(_ kind: CounterCell.Kind, _ cell: CounterCell) {
    if kind == .add { counters.latest = max(counters.latest, header.kind == .journal ? cell.time : .min) }
    let place = places[cell.number]
    var slot = counters.slot(place.slot, place.generation)
    if slot == nil { slot = counters.slot(of: keys[cell.number]) }
    if slot == nil, kind == .add { slot = makeSlot(keys[cell.number], at: cell.time) }
    guard let slot else { return }
    places[cell.number].slot = slot
    places[cell.number].generation = counters.slots[slot].generation
    switch kind {
    case .add: counters.restore(cell.amount, in: slot, at: cell.time, length: place.length)
    case .remove:
      // What it was added with may be missing, and then it must not be taken from others.
      guard isComplete || counters.slots[slot].window.hasRun(at: cell.time) else { break }
      counters.slots[slot].window.remove(cell.amount, addedAt: cell.time, length: place.length)
    case .period: counters.slots[slot].window.restorePeriod(cell.time, sum: cell.amount)
    case .key, .text: break
    }
  }

  /// Nil for what is over, and where there is no room.
  private mutating func makeSlot(_ key: CounterKey, at time: Int64) -> Int? {
    if CountWindow.isOver(time, at: counters.latest, length: key.window.microseconds) { return nil }
    // Counts are over by time alone.
    if counters.count >= counters.sweepAt, sweeps > 0, lastSweep != counters.latest {
      sweeps -= 1
      lastSweep = counters.latest
      counters.sweepAll()
    }
    guard counters.count < Counters.capacity else {
      refused += 1
      return nil
    }
    return counters.make(key)
  }
}

extension Counters {
  fileprivate func slot(_ slot: Int, _ generation: UInt64) -> Int? {
    slots.indices.contains(slot) && slots[slot].generation == generation ? slot : nil
  }

  /// Counts an amount that was counted before, at its own time.
  fileprivate mutating func restore(_ amount: Int128, in slot: Int, at time: Int64, length: Int64) {
    // More is never counted, whatever a file says, and could not be written again.
    let amount = min(amount, CounterCell.greatestAmount - slots[slot].window.sum)
    guard amount > 0 else { return }
    let before = slots[slot].window.footprint
    // Times never go back, whatever a file says.
    let time = max(time, slots[slot].window.lastTime ?? .min)
    latest = max(latest, time)
    slots[slot].window.expire(at: time, length: length)
    slots[slot].window.add(amount, at: time, length: length, capacity: timesForEach)
    footprint += slots[slot].window.footprint - before
    if footprint > times { trim() }
  }
}
