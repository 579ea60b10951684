internal import ControlWire
internal import JSONText
internal import MCPWire
internal import Policy

// MARK: Asking again, in the stateless era
extension SessionCore {
  /// Takes a request that brings along what this gate gave its client in answer to the same one: it is judged as if it
  /// came without.
  ///
  /// The state proves that the client was told to ask again, and nothing else: what was approved, and whether this is the
  /// call that was, is looked up as for any other call.
  ///
  /// - Returns: Whether it was of ours.
  mutating func resumes(
    _ message: WireMessage, _ id: Range<Int>, _ line: Span<UInt8>, at now: Moment, gate: inout GateState,
    into output: inout SessionOutput
  ) -> Bool {
    guard let part = message.requestState, let text = WireText(part, line),
      let state = RequestState(text.decoded(line).string)
    else { return false }
    guard let plain = Self.withoutState(message, id, line),
      let params = JSONNode.read(part: message.params, of: line)?.members
    else { return false }
    let kept = JSONNode(.object(params.filter { !Self.isOfState($0) }))
    let identity = CallIdentity(
      grant: grant, server: server, method: message.methodName(line),
      subject: (message.name ?? message.uri)?.decoded(line),
      params: kept, definition: nil, revision: nil)
    guard gate.approvals.take(state, identity, at: now) else {
      // A server may have chosen the same words; then it waits for them.
      if awaits(message, line) { return false }
      let refusal = WireRefusal(
        .invalidParams, "the member `requestState` is not valid, or not any more; call without it")
      recordMalformed(refusal, method: message.methodName(line), at: now, gate: &gate, into: &output)
      output.toClient.append(refusal, id: line, id)
      return true
    }
    holding.round = state.round
    clientMessage(plain.span, at: now, gate: &gate, into: &output)
    holding.round = 0
    return true
  }

  private static func isOfState(_ member: JSONMember) -> Bool {
    // There was nothing to answer, and some clients write that down.
    let isEmpty = member.value.isNull || member.value.members?.isEmpty ?? false
    return member.key == "requestState" || member.key == "inputResponses" && isEmpty
  }

  /// The message without the state.
  private static func withoutState(_ message: WireMessage, _ id: Range<Int>, _ line: Span<UInt8>) -> [UInt8]? {
    guard let members = JSONNode.read(part: message.params, of: line)?.members else { return nil }
    var plain: [UInt8] = []
    plain.append(text: "{\"jsonrpc\":\"2.0\",\"id\":")
    plain.append(line, id)
    plain.append(text: ",\"method\":")
    plain.append(line, message.methodText)
    plain.append(text: ",\"params\":{")
    var isFirst = true
    for member in members where !isOfState(member) {
      if !isFirst { plain.append(text: ",") }
      isFirst = false
      plain.append(line, member.keyRange)
      plain.append(text: ":")
      plain.appendCompact(line, member.value.range)
    }
    plain.append(text: "}}")
    return plain
  }

  /// Whether the server has answered such a call with this state.
  private mutating func awaits(_ message: WireMessage, _ line: Span<UInt8>) -> Bool {
    guard let subject = (message.name ?? message.uri)?.decoded(line) else { return false }
    let key = Continuations.Key(
      subject: subject, argumentsDigest: message.arguments.map { digest($0, line) },
      stateDigest: message.requestState.map { digest($0, line) })
    return continuations.awaits(key)
  }
}

extension Holding.Held {
  /// How often a client is told to ask again by itself: the SDKs give up after ten times, which they share with the
  /// server's own questions.
  static let mostRounds = 8

  /// Whether its client asks again by itself when it is told so.
  var isAskedAgain: Bool {
    guard case .client(let request) = way, request.isModern, round < Self.mostRounds, request.round == 0,
      place.words.message.requestState == nil, place.words.message.inputResponses == nil
    else { return false }
    switch request.method {
    case .toolsCall, .promptsGet, .resourcesRead: return true
    default: return false
    }
  }
}
