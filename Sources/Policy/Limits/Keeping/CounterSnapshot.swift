/// All counts at one moment, but those that end with a session: a value of its own that can be written elsewhere.
package struct CounterSnapshot: Sendable {
  /// The latest moment that the counts have seen.
  package let latest: Int64
  private let counts: [(key: CounterKey, window: CountWindow)]
  private var next = 0
  private var scratch: [UInt8] = []

  init(latest: Int64, _ counts: [(key: CounterKey, window: CountWindow)]) {
    self.latest = latest
    self.counts = counts
  }

  package var isEmpty: Bool { counts.isEmpty }

  /// Appends the next counts as cells, a few hundred at a time; false if there was none left.
  package mutating func appendNext(to cells: inout [CounterCell]) -> Bool {
    guard next < counts.count else { return false }
    let start = cells.count
    while next < counts.count, cells.count - start < 512 {
      let (key, window) = counts[next]
      scratch.removeAll(keepingCapacity: true)
      key.append(to: &scratch)
      let number = UInt32(next)
      CounterCell.append(key: scratch, number: number, to: &cells)
      var derived = CountWindow()
      let length = key.window.microseconds
      for run in window.allRuns {
        cells.append(CounterCell(.add, number, at: run.time, run.amount))
        derived.add(run.amount, at: run.time, length: length, capacity: CountWindow.mostTimes)
      }
      // What counts for a period counts for a sliding limit, too, or the period is over.
      let sum = min(window.sumOfPeriod, window.sum)
      if derived.period != window.period || derived.sumOfPeriod != sum {
        cells.append(CounterCell(.period, number, at: window.period, sum))
      }
      next += 1
    }
    return true
  }
}

extension Counters {
  /// What is counted now, without what is over and what ends with a session.
  package func snapshot() -> CounterSnapshot {
    var counts: [(key: CounterKey, window: CountWindow)] = []
    for slot in slots {
      guard let key = slot.key, !key.endsWithSession else { continue }
      var window = slot.window
      window.expire(at: latest, length: key.window.microseconds)
      if !window.isEmpty { counts.append((key, window)) }
    }
    return CounterSnapshot(latest: latest, counts)
  }

  /// Whether something is to be written that was not taken yet.
  package var hasNews: Bool { journal.isOn && (!journal.cells.isEmpty || latest != told || journal.isIncomplete) }

  /// The latest moment as it is to be written with the news, which are taken with that.
  package mutating func takeLatest() -> Int64 {
    told = latest
    return latest
  }

  /// The latest moment that was seen; counts stand still while the clock is behind it.
  package var latestMoment: Moment { Moment(microseconds: latest) }
}
