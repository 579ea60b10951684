internal import Filters
internal import Policy

/// The rows that a filter lets through, found piece by piece: a million rows are not looked at in one go.
///
/// What is newest is found first. Rows are serial numbers of the ring.
struct FoundRows: Hashable, Sendable {
  /// Of so many rows one may be of a kind that was not judged before: that takes as much time as the others together.
  private static let judgedShare = 128

  /// Those that were found going back, the newest first.
  private var older: [UInt64] = []
  /// Those that came since, the oldest first.
  private var newer: [UInt64] = []
  /// How many of `newer` are gone from the ring.
  private var gone = 0
  private var matcher: LiveMatcher
  /// What is left to look at.
  private var first: UInt64
  private var end: UInt64

  init(_ filter: Filter, in ring: DecisionRing, from first: UInt64, at now: Moment) {
    matcher = LiveMatcher(filter: filter, now: now)
    self.first = first
    end = max(first, ring.endSerial)
  }

  var isSearching: Bool { first < end }

  var count: Int { older.count + newer.count - gone }

  /// By place, the oldest first.
  subscript(index: Int) -> UInt64 {
    index < older.count ? older[older.count - 1 - index] : newer[gone + index - older.count]
  }

  /// The place of a row, or of the next one that was found.
  func index(of serial: UInt64) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = low + (high - low) / 2
      if self[middle] < serial { low = middle + 1 } else { high = middle }
    }
    return low
  }

  mutating func append(_ serial: UInt64) { newer.append(serial) }

  /// Looks at so many of the newest rows that are left, at fewer where much is to be found out.
  mutating func searchOn(in ring: DecisionRing, at count: Int) {
    var start = max(first, end - min(end, UInt64(count)), ring.firstSerial)
    let most = matcher.judged + max(1, count / Self.judgedShare)
    var serial = end
    while serial > start {
      serial -= 1
      if matcher.matches(serial, in: ring) { older.append(serial) }
      if matcher.judged >= most { start = serial }
    }
    end = start
    if start <= ring.firstSerial { first = end }
  }

  /// Lets go of rows that the ring has lost.
  mutating func forget(before first: UInt64) {
    while let last = older.last, last < first { older.removeLast() }
    if self.first < first { self.first = min(first, end) }
    guard older.isEmpty else { return }
    while gone < newer.count, newer[gone] < first { gone += 1 }
    if gone > 4096, gone > newer.count / 2 {
      newer.removeFirst(gone)
      gone = 0
    }
  }

  mutating func clear() {
    older = []
    newer = []
    gone = 0
    first = end
  }
}
