internal import ControlWire
package import Filters
package import Policy

/// The lines that one subscriber has yet to read.
///
/// It is bounded, in lines and bytes: a slow subscriber loses the oldest allow decisions first, then results, and only when
/// nothing else is left denials, policy and session events. All that it lost is counted, and a gap event tells it. What its
/// budget keeps back is no loss: ticks count it. What its filter does not want it never gets, and what there was no time to
/// judge by its filter counts as lost.
package struct Backlog: Sendable {
  /// How many messages wait at most.
  package static let capacity = 4_096
  /// How many bytes their lines have at most.
  private static let mostBytes = 8 << 20

  private let capacity: Int
  /// Nil where all is wanted.
  private var sampling: Sampling?
  private var filter: StreamFilter?
  private var tick = WaitingTick()
  private var allowed = LineQueue()
  private var routine = LineQueue()
  private var important = LineQueue()
  private var order: UInt64 = 0

  /// What was lost because the subscriber reads too slowly, and is not yet told.
  private var lost: UInt64 = 0
  /// Messages that this subscriber never got, since it came.
  package private(set) var missed: UInt64 = 0

  package init(capacity: Int = Backlog.capacity, budget: Int? = nil, filter: Filter? = nil) {
    self.capacity = max(1, capacity)
    sampling = budget.map { Sampling(budget: $0) }
    self.filter = filter.map { StreamFilter($0) }
  }

  package var count: Int { allowed.count + routine.count + important.count }

  /// Whether nothing waits and all comes here: lines may as well go past, straight to the subscriber.
  package var isTransparent: Bool { count == 0 && lost == 0 && sampling == nil && filter == nil }

  /// Whether it gets only some decisions, chosen by what they are.
  package var isFiltered: Bool { filter != nil }

  /// Whether not every allow decision comes here.
  package var isSampled: Bool { sampling != nil }

  /// Whether a later tick must tell what did not fit into the last one.
  package var hasMoreToCount: Bool { tick.hasMore }

  /// Whether `next` has something to give.
  package var hasNext: Bool { count > 0 || lost > 0 || tick.isDue }

  /// Takes what is new in a log, from a position on.
  ///
  /// `mayRead` says whether there is time to read a line for the filter; where there is none, the event is lost.
  package mutating func push(
    _ log: EventLog, from position: UInt64, at now: Moment = Moment(microseconds: 0), mayRead: () -> Bool = { true }
  ) {
    log.forEach(from: position) { entry, line in
      switch filter?.judge(entry, line, at: now, mayRead: mayRead) ?? .fits {
      case .fits: break
      case .fitsNot: return
      case .unjudged: return lose(1)
      }
      // How a call failed is told, and so is that it was let through.
      if entry.isFailure, sampling?.hasKeptBack(entry.decision) ?? false {
        log.line(of: entry.decision) { decision, line in queue(decision, line) }
      }
      push(entry, line)
    }
  }

  /// Takes what was decided in numbers: by verdict, and for a subscriber with a budget by tool and rule.
  package mutating func push(counts: [Int]?, calls: [CallTally.Count]) {
    tick.add(counts, isSampled ? calls : [])
  }

  /// Takes a line, without its end, for the subscriber.
  package mutating func push(_ entry: StreamEntry, _ line: Span<UInt8>) {
    if sampling?.keepsBack(entry) ?? false {
      if case .decision = entry.kind { tick.skip() }
      missed += 1
      return
    }
    queue(entry, line)
  }

  private mutating func queue(_ entry: StreamEntry, _ line: Span<UInt8>) {
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
    case .result: routine.append(entry, order: order, line)
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
    if lost > 0 {
      let gap = GateMessage(sequence: 0, time: now, event: .gap(missed: lost))
      lost = 0
      bytes.append(contentsOf: gap.encoded)
      return true
    }
    if tick.isDue {
      tick.take(into: &bytes)
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

  private mutating func loseOne() {
    guard allowed.removeFirst() ?? routine.removeFirst() ?? important.removeFirst() != nil else { return }
    lost += 1
    missed += 1
  }
}
