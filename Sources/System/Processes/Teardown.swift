/// The steps in which a child is made to end, from polite to certain, each with its time.
package struct Teardown: Hashable, Sendable {
  private enum State: Hashable { case running, inputClosed, asked, killed, over }

  /// What to do now, and after how many microseconds to call `timerFired`, nil for never.
  package enum Action: Hashable, Sendable {
    case closeInput(patience: Int64)
    case terminate(patience: Int64)
    case kill
    case nothing
  }

  package static let afterInput: Int64 = 2_000_000
  package static let afterTerminate: Int64 = 3_000_000

  private var state = State.running

  package init() {}

  package var hasBegun: Bool { state != .running }
  /// A signal of ours may be what ends the child.
  package var hasSignalled: Bool { state == .asked || state == .killed }

  /// The child shall end.
  package mutating func begin() -> Action {
    guard state == .running else { return .nothing }
    state = .inputClosed
    return .closeInput(patience: Teardown.afterInput)
  }

  package mutating func timerFired() -> Action {
    switch state {
    case .inputClosed:
      state = .asked
      return .terminate(patience: Teardown.afterTerminate)
    case .asked:
      state = .killed
      return .kill
    case .running, .killed, .over: return .nothing
    }
  }

  /// Whoever spoke with the child is gone, so that closing its input tells it nothing more: asks it at once.
  package mutating func hasten() -> Action {
    switch state {
    case .running, .inputClosed:
      state = .asked
      return .terminate(patience: Teardown.afterTerminate)
    case .asked, .killed, .over: return .nothing
    }
  }

  /// No more patience: the program that wants it is itself ending.
  package mutating func hurry() -> Action {
    switch state {
    case .running, .inputClosed, .asked:
      state = .killed
      return .kill
    case .killed, .over: return .nothing
    }
  }

  package mutating func exited() { state = .over }
}
