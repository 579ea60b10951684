/// How long calls took, counted in steps.
package struct LatencyCounts: Hashable, Sendable {
  /// The ends of the steps, in microseconds, and as they are written in seconds.
  private static let steps: [(end: Int64, text: String)] = [
    (100, "0.0001"), (500, "0.0005"), (1_000, "0.001"), (5_000, "0.005"), (10_000, "0.01"), (50_000, "0.05"),
    (100_000, "0.1"), (500_000, "0.5"), (1_000_000, "1"), (5_000_000, "5"), (30_000_000, "30"), (60_000_000, "60"),
  ]

  private var counts = [UInt64](repeating: 0, count: steps.count)
  package private(set) var count: UInt64 = 0
  private var microseconds: UInt64 = 0

  package init() {}

  package mutating func add(_ took: Int64) {
    count &+= 1
    microseconds &+= UInt64(max(0, took))
    for (index, step) in Self.steps.enumerated() where took <= step.end {
      counts[index] &+= 1
      return
    }
  }

  /// For each end of a step how many took no longer, and last all.
  package var cumulative: [(bound: String, count: UInt64)] {
    var sum: UInt64 = 0
    var list: [(bound: String, count: UInt64)] = []
    for (step, count) in zip(Self.steps, counts) {
      sum &+= count
      list.append((step.text, sum))
    }
    list.append(("+Inf", count))
    return list
  }

  /// All together, in seconds.
  package var seconds: String {
    let rest = String(microseconds % 1_000_000)
    return "\(microseconds / 1_000_000)." + String(repeating: "0", count: 6 - rest.utf8.count) + rest
  }
}
