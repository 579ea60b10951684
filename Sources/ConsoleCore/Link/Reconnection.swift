/// When to try to reach the gate again: soon at first, then more and more seldom.
package struct Reconnection: Hashable, Sendable {
  private enum State: Hashable {
    /// Leads to `trying` by `begin`.
    case idle
    /// Leads to `open` by `connected`, to `waiting` by `failed`.
    case trying
    /// Leads to `waiting` by `failed`.
    case open
    /// Leads to `trying` by `timerFired`.
    case waiting
    /// The end.
    case closed
  }

  package enum Action: Hashable, Sendable {
    case connect
    /// Nothing is there yet, but it is about to come: do not alarm anybody.
    case waitQuietly(microseconds: Int64)
    case wait(microseconds: Int64)
    case ignore
  }

  private static let first: Int64 = 200_000
  private static let longest: Int64 = 5_000_000
  private static let startingPause: Int64 = 40_000
  private static let startingTries = 50

  private var state = State.idle
  private var delay = Reconnection.first
  private var quietTries = 0

  package init() {}

  package mutating func begin() -> Action {
    guard state == .idle else { return .ignore }
    state = .trying
    return .connect
  }

  /// A gate was started: it will listen in a moment.
  package mutating func gateStarted() { quietTries = Self.startingTries }

  package mutating func connected() {
    guard state == .trying else { return }
    state = .open
    quietTries = 0
  }

  /// The gate answered, so that the next loss is a new one; a socket that only opens and closes is not.
  package mutating func greeted() {
    if state == .open { delay = Self.first }
  }

  /// Neither reached nor, if it was, still there.
  ///
  /// `jitter` from 0 to 255 keeps many consoles from knocking at once.
  package mutating func failed(jitter: UInt8) -> Action {
    switch state {
    case .trying, .open:
      state = .waiting
      if quietTries > 0 {
        quietTries -= 1
        return .waitQuietly(microseconds: Self.startingPause)
      }
      let spread = delay / 4
      let pause = delay - spread / 2 + spread * Int64(jitter) / 255
      delay = min(Self.longest, delay * 2)
      return .wait(microseconds: pause)
    case .idle, .waiting, .closed:
      return .ignore  // a late word of a connection that was given up
    }
  }

  package mutating func timerFired() -> Action {
    guard state == .waiting else { return .ignore }
    state = .trying
    return .connect
  }

  package mutating func close() { state = .closed }
}
