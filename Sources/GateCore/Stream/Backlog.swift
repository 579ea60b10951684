package import ControlWire
package import Policy

/// What one subscriber has yet to read.
///
/// It is bounded: a slow subscriber loses the oldest allow decisions first, then results and ticks, and only when
/// nothing else is left denials, policy and session events. All that it lost is counted, and a gap event tells it.
package struct Backlog: Sendable {
  /// How many messages wait at most.
  package static let capacity = 4_096
  /// How often a subscriber is told what its budget kept from it, in microseconds.
  private static let gapInterval: Int64 = 100_000
  private static let second: Int64 = 1_000_000
  private static let rememberedSkips = 16_384

  private enum Kind { case allowed, routine, important }

  private struct Waiting: Sendable {
    /// In which order it came, over all lanes.
    var order: UInt64
    var message: GateMessage
  }

  private let capacity: Int
  /// Allow decisions a second; nil for all.
  private let budget: Int?
  private var allowed = Queue()
  private var routine = Queue()
  private var important = Queue()
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

  /// Whether `next` has something to give now.
  package func hasNext(at now: Moment) -> Bool { count > 0 || isGapDue(at: now) }

  /// Takes a message for the subscriber.
  package mutating func push(_ message: GateMessage) {
    let lane = lane(of: message.event)
    guard !isOverBudget(message, lane) else {
      overBudget += 1
      missed += 1
      return
    }
    order += 1
    let waiting = Waiting(order: order, message: message)
    switch lane {
    case .allowed: allowed.append(waiting)
    case .routine: routine.append(waiting)
    case .important: important.append(waiting)
    }
    if count > capacity { loseOne() }
  }

  /// Tells of messages that were lost before they came here: those that a log no longer had.
  package mutating func lose(_ count: UInt64) {
    lost += count
    missed += count
  }

  /// The next message for the subscriber, in the order of the stream, a gap before what came after it.
  package mutating func next(at now: Moment) -> GateMessage? {
    if isGapDue(at: now) {
      let gap = GateMessage(sequence: 0, time: now, event: .gap(missed: lost + overBudget))
      lost = 0
      overBudget = 0
      lastGap = now
      return gap
    }
    let orders = [allowed.first?.order, routine.first?.order, important.first?.order]
    guard let first = orders.compactMap({ $0 }).min() else { return nil }
    if allowed.first?.order == first { return allowed.removeFirst()?.message }
    if routine.first?.order == first { return routine.removeFirst()?.message }
    return important.removeFirst()?.message
  }

  private func isGapDue(at now: Moment) -> Bool {
    // What was lost is told at once; what the budget keeps back is lost all the time, and told now and then.
    lost > 0 || (overBudget > 0 && now.microseconds(since: lastGap) >= Self.gapInterval)
  }

  private func lane(of event: GateEvent) -> Kind {
    switch event {
    case .decision(let decision): decision.decision.verdict == .allow ? .allowed : .important
    case .result, .tick: .routine
    case .session, .server, .policy, .toolsChanged, .gap, .hello, .snapshot, .status, .done, .refused, .exit:
      .important
    }
  }

  private mutating func isOverBudget(_ message: GateMessage, _ lane: Kind) -> Bool {
    guard let budget else { return false }
    if case .result(let result) = message.event { return skipped.remove(result.decisionSequence) != nil }
    guard lane == .allowed else { return false }
    if message.time.microseconds(since: windowStart) >= Self.second || message.time < windowStart {
      windowStart = message.time
      usedInWindow = 0
    }
    if usedInWindow < budget {
      usedInWindow += 1
      return false
    }
    if skipped.count >= Self.rememberedSkips { skipped.removeAll(keepingCapacity: true) }
    skipped.insert(message.sequence)
    return true
  }

  private mutating func loseOne() {
    let message = allowed.removeFirst() ?? routine.removeFirst() ?? important.removeFirst()
    guard let message else { return }
    // The next tick tells as much as the one that is lost.
    if case .tick = message.message.event { return }
    lost += 1
    missed += 1
  }

  /// Messages of one kind, first in, first out.
  private struct Queue: Sendable {
    private var items: [Waiting] = []
    private var head = 0

    var count: Int { items.count - head }
    var first: Waiting? { head < items.count ? items[head] : nil }

    mutating func append(_ item: Waiting) { items.append(item) }

    mutating func removeFirst() -> Waiting? {
      guard head < items.count else { return nil }
      let item = items[head]
      head += 1
      if head == items.count {
        items.removeAll(keepingCapacity: true)
        head = 0
      } else if head > 1024, head > items.count / 2 {
        items.removeFirst(head)
        head = 0
      }
      return item
    }
  }
}
