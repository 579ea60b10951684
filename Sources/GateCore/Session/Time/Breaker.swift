package import Policy

/// Spares a server that answers no calls any more, and its clients the wait.
///
/// Five calls in a row that ran out of time, or could not reach the server, open it; for half a minute no call is sent; then one is, and shows whether the
/// server answers again. An error
/// is an answer, and does not.
package struct Breaker: Hashable, Sendable {
  package enum State: Hashable, Sendable {
    /// Calls are sent; so many in a row were not answered in time. Leads to `open`.
    case closed(timeouts: Int)
    /// No call is sent. Leads to `probing` by the first call after `until`, and to `closed` by a late success.
    case open(until: Moment)
    /// One call is sent, which has until then to be answered. Leads to `closed` or `open`.
    case probing(UInt64, until: Moment)
  }

  package static let threshold = 5
  package static let pause: Int64 = 30_000_000

  package private(set) var state = State.closed(timeouts: 0)

  package init() {}

  /// Whether calls are sent as they come.
  package var isClosed: Bool {
    if case .closed = state { true } else { false }
  }

  /// How long a call that comes now would have to wait, in microseconds; nil where it may be sent.
  package func wait(at now: Moment) -> Int64? {
    switch state {
    case .closed: nil
    case .open(let until): now < until ? until.microseconds(since: now) : nil
    // At least a moment: the probe's end is told by events, not by this clock.
    case .probing(_, let until): max(1, until.microseconds(since: now))
    }
  }

  /// A call was sent, and its time ends after `limit` microseconds.
  package mutating func sent(_ number: UInt64, limit: Int64, at now: Moment) {
    switch state {
    case .closed, .probing: break
    case .open: state = .probing(number, until: now.advanced(byMicroseconds: limit))
    }
  }

  /// A call was answered in time, with whatever.
  package mutating func answered() { state = .closed(timeouts: 0) }

  /// A call ran out of time.
  package mutating func timedOut(_ number: UInt64, at now: Moment) {
    switch state {
    case .closed(let timeouts):
      state =
        timeouts + 1 < Self.threshold
        ? .closed(timeouts: timeouts + 1) : .open(until: now.advanced(byMicroseconds: Self.pause))
    case .open: break  // it was sent before
    case .probing(let probe, _):
      if probe == number { state = .open(until: now.advanced(byMicroseconds: Self.pause)) }
    }
  }

  /// A call is over without having shown anything: it was cancelled.
  package mutating func gone(_ number: UInt64, at now: Moment) {
    switch state {
    case .closed, .open: break
    // The next one is the probe.
    case .probing(let probe, _): if probe == number { state = .open(until: now) }
    }
  }
}
