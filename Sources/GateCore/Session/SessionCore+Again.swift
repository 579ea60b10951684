internal import ControlWire
internal import JSONText
internal import MCPWire
internal import Policy

// MARK: Calls that are nothing new
extension SessionCore {
  /// Passes on a call of a tool that was called before, which the policy allows as it did then; false, with nothing done,
  /// for any other request.
  ///
  /// That is what nearly all messages are. It does the same as is done with any request, in the same order, and leaves
  /// out what there is to find out only where one is the first of its kind.
  mutating func passAgain(
    _ message: WireMessage, _ id: Range<Int>, _ line: Span<UInt8>, at now: Moment, gate: inout GateState,
    into output: inout SessionOutput
  ) -> Bool {
    // Patterns where `==` would do: that is a call through tables for the types of other modules.
    guard case .toolsCall? = message.method, let name = message.name, !name.hasEscapes, !message.isModern,
      !message.wantsTask, message.inputResponses == nil, message.requestState == nil, unknownVersion == nil,
      gate.lockdown == nil, beginning.isOver, !requests.isFull, breaker.wait(at: now) == nil, WireID.isPlain(id, line),
      let place = called.place(of: line.extracting(name.body))
    else { return false }
    let hash = NameHash.of(line.extracting(id))
    guard !requests.contains(line.extracting(id), hash),
      holding.isEmpty || !holding.contains(client: line.exactText(id)),
      mistakableArgument(message, line, gate: &gate) == nil, called[place].isPinned(by: gate.pins, told),
      gate.engine.allowsAgain(&called[place].recurring, counters: &gate.counters, at: now)
    else { return false }
    let argumentsDigest = message.arguments.map { digest($0, line) }
    let told =
      called[place].line(in: gate.catalogueRevision)
      ?? called[place].makeLine(source: source, in: gate)
    let decision = gate.tellAgain(told, at: now, argumentsDigest: argumentsDigest)
    gate.recent.keep(decision, line, message.arguments, meta: message.meta)
    let number: UInt64
    if let plain = PlainRequest(
      id: line.extracting(id), sent: now, decision: decision, argumentsDigest: argumentsDigest)
    {
      number = requests.insert(plain, hash, of: line.extracting(name.body))
    } else {
      let key = line.exactText(id)
      var request = RequestsInFlight.Request(
        clientID: key, key: key, method: .toolsCall, sent: now, isModern: false)
      request.decision = decision
      request.subject = called[place].name
      request.argumentsDigest = argumentsDigest
      number = requests.insert(request)
    }
    if limits.call != nil || !breaker.isClosed, let request = requests[number] {
      limitWait(for: number, request, message, line, at: now)
    }
    let start = output.toServer.count
    output.toServer.appendRequest(message, line, id: number)
    output.passing.calls.append(
      Passing.Call(decision: decision, number: number, start: start, end: output.toServer.count))
    return true
  }

  /// Passes on a result of such a call that says nothing but what the client is to get; false, with nothing done, for any
  /// other answer.
  mutating func passPlainResult(
    _ message: WireMessage, _ number: UInt64, _ line: Span<UInt8>, at now: Moment, gate: inout GateState,
    into output: inout SessionOutput
  ) -> Bool {
    guard case .result = message.kind, message.resultType == nil, let request = requests.removePlain(number) else {
      return false
    }
    noteAnswered(number, isDecided: true)
    era.succeeded()
    request.withID { output.toClient.appendAnswer(message, line, id: $0) }
    conclude(
      decision: request.decision, sent: request.sent, message.isToolError ? .toolError : .ok, bytes: line.count,
      at: now,
      gate: &gate)
    return true
  }
}
