/// How long calls took, counted in steps of which each is some three parts in a hundred longer than the one before.
package struct LatencyHistogram: Hashable, Sendable {
  private var counts: [UInt32] = []
  package private(set) var count = 0
  package private(set) var longest: Int64 = 0

  /// So many steps lie between a power of two and the next.
  private static let fine = 32
  private static let fineBits = 5

  package init() {}

  package mutating func add(_ microseconds: Int64) {
    let step = Self.step(of: max(0, microseconds))
    if counts.count <= step { counts.append(contentsOf: repeatElement(0, count: step + 1 - counts.count)) }
    counts[step] = counts[step].addingReportingOverflow(1).partialValue
    count += 1
    longest = max(longest, microseconds)
  }

  /// So many of a hundred calls took no longer, to within two parts in a hundred; nil without a call.
  package func percentile(_ percent: Int) -> Int64? {
    guard count > 0 else { return nil }
    let wanted = max(1, (count * percent + 99) / 100)
    var seen = 0
    for (step, number) in counts.enumerated() where number > 0 {
      seen += Int(number)
      if seen >= wanted { return min(longest, Self.middle(of: step)) }
    }
    return longest
  }

  /// Up to `fine` each microsecond is a step.
  private static func step(of microseconds: Int64) -> Int {
    guard microseconds >= fine else { return Int(microseconds) }
    let power = Int64.bitWidth - 1 - microseconds.leadingZeroBitCount
    let shift = power - fineBits
    return (shift + 1) * fine + Int(microseconds >> Int64(shift)) - fine
  }

  private static func middle(of step: Int) -> Int64 {
    guard step >= 2 * fine else { return Int64(step) }
    let shift = Int64(step / fine - 1)
    return Int64(step % fine + fine) << shift + (Int64(1) << shift) / 2
  }
}
