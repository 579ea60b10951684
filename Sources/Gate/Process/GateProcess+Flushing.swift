internal import System

// MARK: What is written out at the end of a turn
extension GateProcess {
  /// Lets a session write out at the end of the turn what came of its client's messages.
  func flushSoon(_ session: GuardedSession) {
    if unflushed.isEmpty { Loop.shared.atEndOfTurn { [self] in flushSessions() } }
    unflushed.append(session)
  }

  private func flushSessions() {
    // What all of them decided is recorded at once, while they can still take it back.
    _ = recordDecisions()
    let sessions = unflushed
    unflushed = []
    for session in sessions where session.isFlushDue { session.flushNow() }
  }
}
