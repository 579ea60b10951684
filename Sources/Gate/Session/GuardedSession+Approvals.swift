internal import GateCore
internal import System

// MARK: What people decide
extension GuardedSession {
  /// A request that waited for a person goes on.
  func release(_ request: UInt64) {
    core.release(request, at: Clock.now(), gate: &gate.state, into: &output)
    flush()
    regulate()
  }

  /// A request that waited for a person is refused.
  func refuse(_ request: UInt64, _ refusal: ApprovalRefusal) {
    core.refuse(request, refusal, at: Clock.now(), gate: &gate.state, into: &output)
    flush()
  }
}
