internal import ControlWire
internal import GateCore
internal import MCPWire
internal import Policy
internal import Store
internal import System

// MARK: Time
extension GuardedSession {
  /// Sees to it that the core is called when it wants to be; no timer runs while nothing waits.
  func setAlarm() {
    guard let due = Self.wakeUp(of: &core) else {
      alarm?.cancel()
      alarm = nil
      return
    }
    if alarm != nil, let alarmDue, alarmDue <= due { return }
    alarm?.cancel()
    alarmDue = due
    alarm = Loop.shared.after(microseconds: due.microseconds(since: Clock.now())) { [self] in timePassed() }
  }

  /// In place: read off a property, the whole core would be copied for it.
  private static func wakeUp(of core: inout SessionCore) -> Moment? { core.wakeUp }

  private func timePassed() {
    alarm = nil
    // Whoever cannot be written to reads nothing any more.
    core.timePassed(at: Clock.now(), unread: server?.unread ?? 0, gate: &gate.state, into: &output)
    flush()
    setAlarm()
  }

  // MARK: A second server

  /// Gives the client another server in the place of one that died of a question that it did not know.
  func startAgain(_ source: ServerSource) {
    self.source = nil
    unreadAtEnd = nil
    isUndecided = false
    exit = nil
    patience?.cancel()
    serverFramer = LineFramer()
    core.startsAgain(at: Clock.now(), gate: &gate.state, into: &output)
    do {
      try launch(source)
      if let childPid { startedAgain?(childPid) }
      flush()
      regulate()
    } catch {
      couldNotStart(error)
    }
  }
}

extension TimeLimits {
  /// The limits for a session; `callTimeout` is what the server's entry in the registry says, in milliseconds.
  init(_ timeouts: GateConfiguration.Timeouts, callTimeout: Int?) {
    func microseconds(_ seconds: Int?) -> Int64? { seconds.map { Int64($0) * 1_000_000 } }
    self.init()
    initialize = microseconds(timeouts.initialize)
    discover = microseconds(timeouts.discover)
    list = microseconds(timeouts.list)
    call = callTimeout.map { Int64($0) * 1000 } ?? microseconds(timeouts.call)
  }
}
