package import Policy

/// Values by the times they are due, of which the earliest is found without a look at the others.
///
/// A record that somebody wrote may have any times, and so many calls that end so late that a sorted list would take for
/// ever.
package struct DueHeap<Value> {
  private var entries: [(time: Moment, value: Value)] = []

  package init() {}

  package var count: Int { entries.count }

  package mutating func insert(_ value: Value, at time: Moment) {
    entries.append((time, value))
    var child = entries.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard entries[child].time < entries[parent].time else { return }
      entries.swapAt(child, parent)
      child = parent
    }
  }

  /// The earliest, if it is due.
  package mutating func takeDue(at now: Moment) -> (time: Moment, value: Value)? {
    guard let first = entries.first, first.time <= now else { return nil }
    let last = entries.removeLast()
    guard !entries.isEmpty else { return first }
    entries[0] = last
    var parent = 0
    while true {
      var earliest = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < entries.count {
        if entries[child].time < entries[earliest].time { earliest = child }
      }
      guard earliest != parent else { return first }
      entries.swapAt(parent, earliest)
      parent = earliest
    }
  }
}
