package import Policy

/// How many decisions there were in each of the last sixty seconds, and since the start.
package struct Rates: Hashable, Sendable {
  package static let seconds = 60

  private var buckets = [Int](repeating: 0, count: seconds)
  private var denials = [Int](repeating: 0, count: seconds)
  /// The second that the newest bucket is for.
  private var newest: Int64 = 0
  /// Totals by verdict, in the order of `Verdict.allCases`.
  package private(set) var totals = [Int](repeating: 0, count: Verdict.allCases.count)
  package private(set) var peak = 0

  mutating func add(_ counts: [Int], at time: Moment) {
    guard counts.contains(where: { $0 > 0 }) else { return }
    let second = time.microseconds / 1_000_000
    move(to: second)
    let index = Int(second % Int64(Self.seconds))
    guard second > newest - Int64(Self.seconds), buckets.indices.contains(index) else { return }
    for (verdict, count) in counts.prefix(totals.count).enumerated() where count > 0 {
      let count = min(count, 1 << 30)
      totals[verdict] = min(totals[verdict] + count, 1 << 60)
      buckets[index] = min(buckets[index] + count, 1 << 40)
      if verdict != Verdict.allow.position { denials[index] = min(denials[index] + count, 1 << 40) }
    }
    peak = max(peak, buckets[index])
  }

  private mutating func move(to second: Int64) {
    guard second > newest else { return }
    if second - newest >= Int64(Self.seconds) {
      for index in buckets.indices {
        buckets[index] = 0
        denials[index] = 0
      }
    } else {
      for step in newest + 1...second {
        buckets[Int(step % Int64(Self.seconds))] = 0
        denials[Int(step % Int64(Self.seconds))] = 0
      }
    }
    newest = second
  }

  /// Decisions of a second, some seconds before `now`.
  private func value(_ values: [Int], now: Moment, ago: Int) -> Int {
    let second = now.microseconds / 1_000_000 - Int64(ago)
    guard second >= 0, second <= newest, second > newest - Int64(Self.seconds) else { return 0 }
    return values[Int(second % Int64(Self.seconds))]
  }

  /// Decisions a second: of the last whole one, or of the running one where that is more already.
  package func rate(now: Moment) -> Int {
    max(value(buckets, now: now, ago: 0), value(buckets, now: now, ago: 1))
  }

  /// The last minute in so many bars, the newest last; each with the share of it that was not allowed.
  package func bars(_ count: Int, now: Moment) -> [(total: Int, denied: Int)] {
    let count = max(1, min(count, Self.seconds))
    return (0..<count).map { bar in
      let from = Self.seconds * (count - 1 - bar) / count
      let to = Self.seconds * (count - bar) / count
      var sum = (total: 0, denied: 0)
      for ago in from..<max(to, from + 1) {
        sum.total += value(buckets, now: now, ago: ago)
        sum.denied += value(denials, now: now, ago: ago)
      }
      return sum
    }
  }

  /// Whether the picture of the last minute still moves.
  package func isMoving(now: Moment) -> Bool {
    newest > 0 && now.microseconds / 1_000_000 - newest <= Int64(Self.seconds)
  }
}
