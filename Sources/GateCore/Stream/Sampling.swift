internal import Policy

/// Which allow decisions a subscriber gets that wants at most so many a second.
///
/// A quarter of them may come at once, as an agent asks for several things at once; the others are spread over the
/// second, so that a flood is seen all the time and not only as it begins.
struct Sampling: Sendable {
  private static let second: Int64 = 1_000_000
  private static let most = 1_000_000
  private static let rememberedSkips = 16_384

  private let burst: Int64
  private let rate: Int64
  /// Decisions that may go now, in millionths.
  private var credit: Int64
  private var last = Moment(microseconds: .min)
  /// Decisions that were kept back, so that their results are kept back too.
  private var skipped: Set<UInt64> = []

  init(budget: Int) {
    let budget = Int64(max(0, min(budget, Self.most)))
    burst = (budget + 3) / 4
    rate = budget > 1 ? budget - burst : budget
    credit = burst * Self.second
  }

  /// Whether a line is kept back.
  mutating func keepsBack(_ entry: StreamEntry) -> Bool {
    if case .result = entry.kind { return skipped.remove(entry.decision) != nil && !entry.isFailure }
    guard case .decision(.allow) = entry.kind else { return false }
    // A clock that was set back begins anew.
    let passed = last.microseconds == .min ? 0 : min(Self.second, max(0, entry.time.microseconds(since: last)))
    last = entry.time
    credit = min(burst * Self.second, credit + passed * rate)
    if credit >= Self.second {
      credit -= Self.second
      return false
    }
    if skipped.count >= Self.rememberedSkips { skipped.removeAll(keepingCapacity: true) }
    skipped.insert(entry.sequence)
    return true
  }

  /// Whether the decision of a result was kept back.
  func hasKeptBack(_ decision: UInt64) -> Bool { skipped.contains(decision) }
}
