package import JSONText
package import Policy

/// What another policy would have said to the calls of a record.
package struct HistorySimulation: Sendable {
  /// Two verdicts on one call.
  package struct Change: Hashable, Sendable {
    package var from: Verdict
    package var to: Verdict
  }

  /// The calls of one tool, or of what else was called, that would be judged in another way.
  package struct Line: Hashable, Sendable {
    package var server: ExactText
    package var target: ExactText
    package var change: Change
    package var calls = 0
    package var first: Moment
    package var last: Moment
  }

  /// So many calls were judged again.
  package private(set) var calls = 0
  /// So many could not be: a policy looks at arguments that the record has not.
  package internal(set) var unknown = 0
  /// So many were decided by something else than rules: pins, a lockdown, the gate's own trouble, malformed messages.
  package internal(set) var otherwise = 0
  /// So many were let through by a policy that only observes, and would be stopped.
  package private(set) var newlyEnforced = 0
  /// When the first and the last of the calls were made.
  package private(set) var first: Moment?
  package private(set) var last: Moment?
  private var changed: [Key: Line] = [:]

  private struct Key: Hashable {
    var server: ExactText
    var target: Call.Target
    var change: Change
  }

  package init() {}

  mutating func note(
    _ call: @autoclosure () -> Call, from: Verdict, to: Verdict, at time: Moment, wasObserved: Bool, isEnforced: Bool
  ) {
    calls += 1
    if first.map({ time < $0 }) ?? true { first = time }
    if last.map({ time > $0 }) ?? true { last = time }
    if wasObserved, isEnforced, to != .allow { newlyEnforced += 1 }
    guard from != to else { return }
    let call = call()
    let change = Change(from: from, to: to)
    changed[
      Key(server: call.server, target: call.target, change: change),
      default: Line(server: call.server, target: call.target.word, change: change, first: time, last: time)
    ].note(time)
  }

  /// So many calls would be judged in another way.
  package var changedCalls: Int { changed.values.reduce(0) { $0 + $1.calls } }

  /// By the two verdicts, those with the most calls first, with the lines of each in the same order.
  package var changes: [(change: Change, calls: Int, lines: [Line])] {
    Dictionary(grouping: changed.values, by: \.change).map { change, lines in
      let sorted = lines.sorted {
        $0.calls == $1.calls ? ($0.server, $0.target) < ($1.server, $1.target) : $0.calls > $1.calls
      }
      return (change, lines.reduce(0) { $0 + $1.calls }, sorted)
    }
    .sorted {
      ($1.calls, $0.change.from.place, $0.change.to.place) < ($0.calls, $1.change.from.place, $1.change.to.place)
    }
  }
}

extension HistorySimulation.Line {
  fileprivate mutating func note(_ time: Moment) {
    calls += 1
    if time < first { first = time }
    if time > last { last = time }
  }
}
