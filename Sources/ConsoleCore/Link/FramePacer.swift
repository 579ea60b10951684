package import Policy

/// Says when to draw: at once after a key, seldom while a stream runs, never when nothing happened.
package struct FramePacer: Hashable, Sendable {
  package enum Cause: Hashable, Sendable {
    /// A key, the mouse, or a new size.
    case person
    /// The gate answers what the person has asked of it: nobody waits for the picture of a key that was pressed before.
    case answer
    /// A call waits for the person, or something became of one: at once, and a flood of them draws no flood of frames.
    case call
    /// What the gate, the file or an effect had to say.
    case news
    /// Decisions and what comes with them.
    case stream

    /// The least microseconds since the last frame: a key that is held down must not queue up frames either.
    fileprivate var gap: Int64 {
      switch self {
      case .person: 4_000
      case .answer: 1_000
      case .call: 10_000
      case .news: 33_000
      case .stream: 100_000
      }
    }
  }

  private var last: Moment?
  /// When to draw; nil if there is nothing new.
  package private(set) var due: Moment?

  package init() {}

  package mutating func want(_ cause: Cause, at now: Moment) {
    let free = last?.advanced(byMicroseconds: cause.gap) ?? now
    let candidate = max(now, free)
    due = due.map { min($0, candidate) } ?? candidate
  }

  package mutating func drew(at now: Moment) {
    last = now
    due = nil
  }
}
