internal import ControlWire
package import Policy

/// The lines that one subscriber has yet to read.
///
/// It is bounded, in lines and bytes: a slow subscriber loses the oldest allow decisions first, then results and ticks, and only when
/// nothing else is left denials, policy and session events. All that it lost is counted, and a gap event tells it.
package struct Backlog: Sendable {
  /// How many messages wait at most.
  package static let capacity = 4_096
  /// How many bytes their lines have at most.
  private static let mostBytes = 8 << 20
  /// How often a subscriber is told what its budget kept from it, in microseconds.
  private static let gapInterval: Int64 = 100_000
  private static let second: Int64 = 1_000_000
  private static let rememberedSkips = 16_384

  private let capacity: Int
  /// Allow decisions a second; nil for all.
  private let budget: Int?
  private var allowed = LineQueue()
  private var routine = LineQueue()
  private var important = LineQueue()
  private var order: UInt64 = 0

  private var windowStart = Moment(microseconds: .min)
  private var usedInWindow = 0
  /// Decisions that the budget kept back, so that their results are kept back too.
  private var skipped: Set<UInt64> = []

  /// What was lost because the subscriber reads too slowly, and what its budget kept back; not yet told.
  private var lost: UInt64 = 0
  private var overBudget: UInt64 = 0
  private var lastGap = Moment(microseconds: .min)
  /// Messages that this subscriber never got, since it came.
  package private(set) var missed: UInt64 = 0

  package init(capacity: Int = Backlog.capacity, budget: Int? = nil) {
    self.capacity = max(1, capacity)
    self.budget = budget.map { max(0, $0) }
  }

  package var count: Int { allowed.count + routine.count + important.count }

  /// Whether nothing waits and all comes here: lines may as well go past, straight to the subscriber.
  package var isTransparent: Bool { count == 0 && lost == 0 && budget == nil }

  /// Whether `next` has something to give now.
  package func hasNext(at now: Moment) -> Bool { count > 0 || isGapDue(at: now) }

  /// Takes a line, without its end, for the subscriber.
  package mutating func push(_ entry: StreamEntry, _ line: Span<UInt8>) {
    guard !isOverBudget(entry) else {
      overBudget += 1
      missed += 1
      return
    }
    order += 1
    switch entry.kind {
    case .decision(.allow):
      // It would be the first to go.
      if count >= capacity, allowed.count == 0 {
        lost += 1
        missed += 1
        return
      }
      allowed.append(entry, order: order, line)
    case .result, .tick: routine.append(entry, order: order, line)
    case .decision, .approval, .other, .aside: important.append(entry, order: order, line)
    }
    while count > capacity || bytes > Self.mostBytes { loseOne() }
  }

  /// Tells of messages that were lost before they came here: those that a log no longer had.
  package mutating func lose(_ count: UInt64) {
    lost += count
    missed += count
  }

  /// Appends the next line for the subscriber, in the order of the stream, a gap before what came after it.
  ///
  /// - Returns: False if there is none.
  package mutating func next(at now: Moment, into bytes: inout [UInt8]) -> Bool {
    if isGapDue(at: now) {
      let gap = GateMessage(sequence: 0, time: now, event: .gap(missed: lost + overBudget))
      lost = 0
      overBudget = 0
      lastGap = now
      bytes.append(contentsOf: gap.encoded)
      return true
    }
    let orders = (
      allowed.first?.order ?? .max, routine.first?.order ?? .max, important.first?.order ?? .max
    )
    let first = min(orders.0, orders.1, orders.2)
    guard first < .max else { return false }
    if orders.0 == first {
      allowed.removeFirst(into: &bytes)
    } else if orders.1 == first {
      routine.removeFirst(into: &bytes)
    } else {
      important.removeFirst(into: &bytes)
    }
    return true
  }

  private var bytes: Int { allowed.bytes + routine.bytes + important.bytes }

  private func isGapDue(at now: Moment) -> Bool {
    // What was lost is told at once; what the budget keeps back is lost all the time, and told now and then.
    lost > 0 || (overBudget > 0 && now.microseconds(since: lastGap) >= Self.gapInterval)
  }

  private mutating func isOverBudget(_ entry: StreamEntry) -> Bool {
    guard let budget else { return false }
    if case .result = entry.kind { return skipped.remove(entry.decision) != nil }
    guard case .decision(.allow) = entry.kind else { return false }
    if entry.time.microseconds(since: windowStart) >= Self.second || entry.time < windowStart {
      windowStart = entry.time
      usedInWindow = 0
    }
    if usedInWindow < budget {
      usedInWindow += 1
      return false
    }
    if skipped.count >= Self.rememberedSkips { skipped.removeAll(keepingCapacity: true) }
    skipped.insert(entry.sequence)
    return true
  }

  private mutating func loseOne() {
    guard let entry = allowed.removeFirst() ?? routine.removeFirst() ?? important.removeFirst() else { return }
    // The next tick tells as much as the one that is lost.
    if case .tick = entry.kind { return }
    lost += 1
    missed += 1
  }
}
