internal import ControlWire
internal import JSONText
internal import MCPWire
package import Policy

/// What a session's output holds of messages that were judged and let through.
///
/// Until their decisions are recorded they can be taken back.
struct Passing: Sendable {
  /// A message of the client's, in what goes to the server.
  struct Call: Sendable {
    var decision: UInt64
    /// Our number of the request; 0 for a notification.
    var number: UInt64
    var start: Int
    var end: Int
  }

  /// A message of the server's, in what goes to the client.
  struct Question: Sendable {
    enum Way: Sendable {
      /// A request, by its id in one spelling and as it was written.
      case request(key: ExactText, id: ExactText)
      /// The answer to a request of the client's that asks for more input.
      case answer(RequestsInFlight.Request, Continuations.Key?)
      /// What a task wants to ask, in a notification.
      case notification(task: ExactText)
    }

    var decisions: Range<UInt64>
    var way: Way
    var start: Int
    var end: Int
  }

  var calls: [Call] = []
  var questions: [Question] = []

  var isEmpty: Bool { calls.isEmpty && questions.isEmpty }

  mutating func reset() {
    calls.removeAll(keepingCapacity: true)
    if !questions.isEmpty { questions = [] }
  }
}

// MARK: Decisions that cannot be recorded
extension SessionCore {
  /// Takes back what was judged and let through since the output was emptied, because its decisions cannot be recorded.
  ///
  /// Whoever asked is told as of any other denial; plumbing, and what was denied already, stays. The decisions stand in
  /// the stream from `position` on, where nobody has seen them, and become denials there as well.
  package mutating func takeBack(
    _ reason: String, events position: UInt64, at now: Moment, gate: inout GateState,
    into output: inout SessionOutput
  ) {
    let passing = output.passing
    output.passing.reset()
    guard !passing.isEmpty else { return }
    let denial = Decision(.deny, rule: "(record)", reason: reason)
    var denied = Set(passing.calls.map(\.decision))
    var failed: Set<UInt64> = []
    for question in passing.questions {
      denied.formUnion(question.decisions)
      if case .answer(let request, _) = question.way { failed.insert(request.decision) }
    }
    output.toServer.cut(passing.calls.map { $0.start..<$0.end })
    output.toClient.cut(passing.questions.map { $0.start..<$0.end })
    for call in passing.calls where call.number != 0 {
      // It may have been cancelled in the same breath.
      guard let request = takeCancelled(call.number, at: now) else { continue }
      subscriptions[call.number] = nil
      deny(request, denial, at: now, gate: &gate, into: &output)
    }
    for question in passing.questions {
      switch question.way {
      case .request(let key, let id):
        guard let request = serverRequests.remove(key) else { continue }
        giveBack(request.reservation, at: now, gate: &gate)
        output.toServer.appendError(
          code: Refusing.code, message: Refusing.text(denial), data: Refusing.data(denial), id: id.utf8)
      case .answer(let request, let key):
        if let key { _ = continuations.take(key) }
        if let id = request.subject { questions.forgetPassing(of: id) }
        deny(request, denial, at: now, gate: &gate, into: &output)
      case .notification(let id): questions.forgetPassing(of: id)
      }
    }
    gate.change(denied, to: denial, failing: failed, from: position)
  }

  /// Answers a request of the client's that is not passed on.
  private func deny(
    _ request: RequestsInFlight.Request, _ denial: Decision, at now: Moment, gate: inout GateState,
    into output: inout SessionOutput
  ) {
    giveBack(request.reservation, at: now, gate: &gate)
    let id = request.clientID.utf8
    if request.takesToolResult {
      output.toClient.appendResult(Refusing.toolResult(denial, isModern: request.isModern), id: id)
    } else {
      output.toClient.appendError(
        code: Refusing.code, message: Refusing.text(denial), data: Refusing.data(denial), id: id)
    }
  }
}

extension GateState {
  /// Makes other decisions of some that stand from a position on in the stream, and errors of the results of others.
  mutating func change(
    _ decisions: Set<UInt64>, to decision: Decision, failing results: Set<UInt64>, from position: UInt64
  ) {
    for (entry, text) in stream.takeBack(from: position) {
      let event: GateEvent?
      switch entry.kind {
      case .decision where decisions.contains(entry.sequence), .result where results.contains(entry.decision):
        event = (try? GateMessage.read(Array(text.dropLast())))?.event
      case .approval: event = (try? GateMessage.read(Array(text.dropLast())))?.event
      case .decision, .result, .other, .aside: event = nil
      }
      switch event {
      case .decision(var changed):
        move(changed.decision.verdict, to: decision.verdict)
        changed.decision = decision
        stream.append(GateMessage(sequence: entry.sequence, time: entry.time, event: .decision(changed)))
      case .result(var changed):
        changed.outcome = .error
        stream.append(GateMessage(sequence: entry.sequence, time: entry.time, event: .result(changed)))
      case .approval(var changed)
      where decisions.contains(changed.decision) && (changed.state == .used || changed.state == .approved):
        changed.state = .denied
        changed.detail = decision.reason
        stream.append(GateMessage(sequence: entry.sequence, time: entry.time, event: .approval(changed)))
      default: stream.append(entry, text: text)
      }
    }
  }
}

extension [UInt8] {
  /// Takes parts out that stand one behind the other.
  fileprivate mutating func cut(_ parts: [Range<Int>]) {
    guard let first = parts.first else { return }
    var kept = Array(self[..<first.lowerBound])
    for (index, part) in parts.enumerated() {
      let next = index + 1 < parts.count ? parts[index + 1].lowerBound : count
      kept.append(contentsOf: self[part.upperBound..<next])
    }
    self = kept
  }
}
