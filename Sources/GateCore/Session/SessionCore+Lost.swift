internal import ControlWire
package import JSONText
internal import MCPWire
package import Policy

// MARK: Requests that get no answer
extension SessionCore {
  /// A request that was sent, or was to be sent, under this id of ours gets no answer, and the session goes on.
  package mutating func lost(
    _ id: ExactText, _ failure: RemoteFailure, at now: Moment, gate: inout GateState, into output: inout SessionOutput
  ) {
    switch state {
    case .open, .draining: break
    case .ended: return
    }
    guard let number = UInt64(id.string), let request = requests.remove(number) else { return }
    if !waiting.isEmpty { waiting.remove(number) }
    if request.decision != 0 {
      if failure.isOutage { breaker.timedOut(number, at: now) } else { breaker.gone(number, at: now) }
    }
    if !failure.mayHaveHappened { giveBack(request.reservation, at: now, gate: &gate) }
    if subscriptions[number] != nil {
      answerSubscription(request, isOrderly: false, failure.text, into: &output)
      endSubscription(number, request, .lost, at: now, gate: &gate, into: &output)
      return
    }
    let text =
      "[gatehouse] \(failure.text); "
      + (failure.mayHaveHappened ? "whether the request took effect is not known" : "nothing was done")
    let id = request.clientID.utf8
    if request.method == .toolsCall {
      // As where time has run out: there are clients that tell the model nothing of an error.
      output.toClient.appendResult(Refusing.toolResult(text, nil, isModern: request.isModern), id: id)
    } else if request.method == .discover {
      _ = era.failed(.discover, isModern: request.isModern, EraWitness.Failure(code: nil))
      output.toClient.appendError(code: Self.methodNotFound, message: text, id: id)
    } else {
      output.toClient.appendError(code: WireRefusal.Code.internalError.rawValue, message: text, id: id)
    }
    conclude(request, .lost, bytes: 0, at: now, gate: &gate, into: &output)
  }
}
