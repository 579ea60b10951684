internal import ControlWire
internal import GateCore
internal import JSONText
internal import Policy
internal import System

// MARK: Questions about calls
extension GateProcess {
  /// So many policies are tried at a time.
  private static let mostSimulations = 4

  /// Tells what a call was made with, and how the policy in force judges it.
  func explain(_ sequence: UInt64) -> CallExplanation {
    state.explain(sequence, hiding: { secrets(of: $0) }, at: Clock.now())
  }

  /// Tries a policy on the calls that are remembered, on a thread of its own, while calls go on.
  func simulate(
    _ text: [UInt8], finished: @escaping @LoopActor @Sendable (Result<Simulation, ControlError>) -> Void
  ) throws(ControlError) {
    guard simulations < Self.mostSimulations else {
      throw ControlError("\(Self.mostSimulations) policies are being tried already: ask again in a moment")
    }
    simulations += 1
    let replay = CallReplay(state, pending: Set(state.approvals.pending(at: Clock.now()).map(\.decision)))
    Aside.run { () -> Result<Simulation, ControlError> in
      do throws(PolicyRejection) {
        let policy = try PolicyDocument.read(text)
        return .success(replay.run(PolicyEngine(policy), revision: policy.revision))
      } catch {
        let first = error.problems.first { $0.weight == .error }
        return .failure(ControlError(first.map { "line \($0.place.line): \($0.message)" } ?? "this is no policy"))
      }
    } then: { [self] outcome in
      simulations -= 1
      finished(outcome)
    }
  }
}
