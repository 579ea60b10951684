internal import Policy

/// How often something happened within the last hour, to five minutes.
struct HourCount: Hashable, Sendable {
  private static let span: Int64 = 300_000_000
  private static let spans = 12

  /// By the number of the span; empty before the first time.
  private var counts: [UInt32] = []
  private var last: Int64 = 0

  mutating func count(_ more: UInt32 = 1, at time: Moment) {
    let number = Self.number(of: time)
    if counts.isEmpty {
      counts = Array(repeating: 0, count: Self.spans)
      last = number
    }
    // What comes late counts for the newest span.
    if number > last {
      for gone in 1...min(number - last, Int64(Self.spans)) { counts[Self.place(last + gone)] = 0 }
      last = number
    }
    let place = Self.place(last)
    let (sum, isOver) = counts[place].addingReportingOverflow(more)
    counts[place] = isOver ? .max : sum
  }

  func total(at now: Moment) -> Int {
    guard !counts.isEmpty else { return 0 }
    let number = Self.number(of: now)
    let oldest = max(number, last) - Int64(Self.spans) + 1
    guard oldest <= last else { return 0 }
    var total = 0
    for number in max(oldest, last - Int64(Self.spans) + 1)...last { total += Int(counts[Self.place(number)]) }
    return total
  }

  private static func number(of time: Moment) -> Int64 { max(0, time.microseconds) / span }
  private static func place(_ number: Int64) -> Int { Int(number % Int64(spans)) }
}
