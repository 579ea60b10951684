internal import ControlWire
internal import JSONText
internal import MCPWire
internal import Policy

// MARK: Answers that ask for what a person has to approve
extension SessionCore {
  /// An answer of a server that asks its client for more, as long as it waits for a person.
  struct HeldAnswer: Sendable {
    var request: RequestsInFlight.Request
    var line: [UInt8]
    /// Which of the things that it asks for are to be looked at next.
    var next: Int
    /// The decision about the one that waits, and what that holds of limits.
    var decision: UInt64
    var reservation: Reservation?
    /// Set where a task asks for it.
    var question: TaskQuestions.Question?
  }

  enum Asked: Sendable {
    case mayPass
    case refused(Decision)
    case waits
  }

  /// Judges what a server asks its client for in an answer, one after the other from `first` on, until one has to wait.
  mutating func judge(
    asked: [(method: ExactText, params: JSONNode?)], from first: Int, _ request: RequestsInFlight.Request,
    _ line: Span<UInt8>, at now: Moment, gate: inout GateState, into output: inout SessionOutput
  ) -> Asked {
    guard asked.count <= Self.mostAsked else {
      return refusal(ofAsking: asked, at: now, gate: &gate, into: &output).map { .refused($0) } ?? .mayPass
    }
    for index in asked.indices.dropFirst(first) where asked[index].method != "roots/list" {
      let (method, params) = asked[index]
      let judged = judge(
        .serverRequest(method: method), method: method, argumentsDigest: nil, at: now, gate: &gate, into: &output,
        arguments: { params }, words: { Self.words(of: method, params) })
      if let place = judged.hold {
        let answer = HeldAnswer(
          request: request, line: Array(copying: line), next: index + 1, decision: judged.sequence,
          reservation: judged.reservation)
        holding.insert(Holding.Held(way: .answer(answer), place: place))
        return .waits
      }
      guard judged.letsThrough else { return .refused(judged.decision) }
    }
    return .mayPass
  }

  /// What a server asks for, as the request that it would have been in the older era.
  static func words(of method: ExactText, _ params: JSONNode?) -> Question.Words? {
    var line: [UInt8] = []
    line.append(text: "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":")
    line.appendQuoted(method.string)
    line.append(text: ",\"params\":")
    line.append(contentsOf: params?.members == nil ? Array("{}".utf8) : params?.compact ?? [])
    line.append(text: "}")
    var reader = MessageReader()
    guard let message = try? reader.read(line.span, from: .server) else { return nil }
    return Question.Words(line: line, message: message)
  }

  /// A person has approved what an answer asks for: looks at the rest of it, and passes it on.
  mutating func resume(
    _ answer: HeldAnswer, sequence: UInt64, at now: Moment, gate: inout GateState, into output: inout SessionOutput
  ) {
    let line = answer.line.span
    guard let message = try? reader.read(line, from: .server) else { return }
    let next = gate.lastSequence + 1
    guard mayAsk(message, answer.request, line, from: answer.next, at: now, gate: &gate, into: &output) else { return }
    let decisions = gate.lastSequence >= next ? next..<gate.lastSequence + 1 : sequence..<sequence + 1
    passAnswer(message, answer.request, line, decisions: decisions, at: now, gate: &gate, into: &output)
  }

  /// Answers a request whose server asks for what is not let through.
  mutating func refuse(
    _ request: RequestsInFlight.Request, _ refusal: ApprovalRefusal, text: String, bytes: Int, at now: Moment,
    gate: inout GateState, into output: inout SessionOutput
  ) {
    Self.answer(request, refusal, text: text, into: &output)
    giveBack(request.reservation, at: now, gate: &gate)
    conclude(request, .error, bytes: bytes, at: now, gate: &gate, into: &output)
  }
}

extension Refusing {
  /// What the model reads when nobody has decided about what its call's server asks for.
  static func waitingForAnswer(_ refusal: ApprovalRefusal) -> String {
    let decision = refusal.decision
    return "[gatehouse] waiting for approval \(refusal.approval ?? ""); call again with the same arguments. "
      + "The server has begun, and asks for something before it goes on: \(reason(decision)), and nobody has decided yet. "
      + "Rule \(decision.rule)."
  }
}
