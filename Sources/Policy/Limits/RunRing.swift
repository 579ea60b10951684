/// What was counted at one time.
struct Run: Sendable {
  var time: Int64
  // In two words: an `Int128` wants to lie at a multiple of 16 bytes, which would make a run a third longer.
  private var low: UInt64
  private var high: Int64

  init(time: Int64, amount: Int128) {
    self.time = time
    low = UInt64(truncatingIfNeeded: amount)
    high = Int64(truncatingIfNeeded: amount >> 64)
  }

  /// In billionths.
  var amount: Int128 {
    get { Int128(high) << 64 | Int128(low) }
    set { self = Run(time: time, amount: newValue) }
  }
}

/// Runs in the order of their times, in a ring: what is over goes at the front and what is new comes at the back, and
/// neither asks for memory while there is room.
struct RunRing: Sendable {
  /// As long as there is room; a power of two, or nothing.
  private var places: [Run] = []
  private var start = 0
  private(set) var count = 0

  var capacity: Int { places.count }

  subscript(index: Int) -> Run {
    get { places[(start + index) & (places.count - 1)] }
    set { places[(start + index) & (places.count - 1)] = newValue }
  }

  mutating func append(_ run: Run) {
    if count == places.count { move(to: max(4, places.count * 2)) }
    count += 1
    self[count - 1] = run
  }

  mutating func removeFirst(_ number: Int) {
    count -= number
    // Memory for a few stays, so that a count that comes and goes asks for none.
    if count == 0 && places.count > 64 { places = [] }
    start = count == 0 ? 0 : (start + number) & (places.count - 1)
  }

  mutating func removeLast(_ number: Int) { count -= number }

  mutating func remove(at index: Int) {
    for later in index + 1..<max(index + 1, count) { self[later - 1] = self[later] }
    count -= 1
  }

  /// The first run at `time` or later.
  func firstIndex(notBefore time: Int64) -> Int? {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if self[middle].time < time { low = middle + 1 } else { high = middle }
    }
    return low < count ? low : nil
  }

  /// Gives memory back; `capacity` is a power of two and there are not more runs.
  mutating func shrink(to capacity: Int) {
    if places.count > capacity && count <= capacity { move(to: capacity) }
  }

  private mutating func move(to capacity: Int) {
    var moved: [Run] = []
    moved.reserveCapacity(capacity)
    for index in 0..<count { moved.append(self[index]) }
    while moved.count < capacity { moved.append(Run(time: 0, amount: 0)) }
    places = moved
    start = 0
  }
}
