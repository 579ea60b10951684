internal import Policy

/// Something to be done once at a later time.
@LoopActor
package final class LoopTimer {
  let due: Moment
  private var body: (@LoopActor () -> Void)?

  init(due: Moment, _ body: @escaping @LoopActor () -> Void) {
    self.due = due
    self.body = body
  }

  var isCancelled: Bool { body == nil }

  package func cancel() { body = nil }

  func fire() {
    let body = body
    self.body = nil
    body?()
  }
}

/// Timers by the time they are due: a binary heap, out of which cancelled ones are taken when they come up.
@LoopActor
struct TimerHeap {
  private var timers: [LoopTimer] = []
  /// How many came since it was looked for cancelled ones.
  private var unchecked = 0

  mutating func insert(_ timer: LoopTimer) {
    // Timers that are made and cancelled all day must not pile up below one that is due next week; and thousands that
    // wait must not be looked at for each that comes.
    unchecked += 1
    if timers.count >= 64, unchecked * 2 > timers.count {
      unchecked = 0
      if timers.count(where: \.isCancelled) * 2 > timers.count {
        timers.removeAll(where: \.isCancelled)
        timers.sort { $0.due < $1.due }
      }
    }
    timers.append(timer)
    var child = timers.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard timers[child].due < timers[parent].due else { return }
      timers.swapAt(child, parent)
      child = parent
    }
  }

  /// The next timer that is due and not cancelled.
  mutating func takeDue(at now: Moment) -> LoopTimer? {
    while let first = timers.first, first.isCancelled || first.due <= now {
      removeFirst()
      if !first.isCancelled { return first }
    }
    return nil
  }

  /// When the next timer is due; nil if there is none.
  mutating func nextDue() -> Moment? {
    while let first = timers.first, first.isCancelled { removeFirst() }
    return timers.first?.due
  }

  private mutating func removeFirst() {
    let last = timers.removeLast()
    guard !timers.isEmpty else { return }
    timers[0] = last
    var parent = 0
    while true {
      var smallest = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < timers.count {
        if timers[child].due < timers[smallest].due { smallest = child }
      }
      guard smallest != parent else { return }
      timers.swapAt(parent, smallest)
      parent = smallest
    }
  }
}
