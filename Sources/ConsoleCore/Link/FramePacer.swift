package import Policy

/// Says when to draw: at once after a key, seldom while a stream runs, never when nothing happened.
package struct FramePacer: Hashable, Sendable {
  package enum Cause: Hashable, Sendable { case person, stream }

  /// The least microseconds between two frames.
  private static let gaps: [Cause: Int64] = [.person: 33_000, .stream: 100_000]

  private var last: Moment?
  /// When to draw; nil if there is nothing new.
  package private(set) var due: Moment?

  package init() {}

  package mutating func want(_ cause: Cause, at now: Moment) {
    let free = last?.advanced(byMicroseconds: Self.gaps[cause] ?? 0) ?? now
    let candidate = max(now, free)
    due = due.map { min($0, candidate) } ?? candidate
  }

  package mutating func drew(at now: Moment) {
    last = now
    due = nil
  }
}
