internal import ControlWire
internal import JSONText
internal import MCPWire
internal import Policy

// MARK: Subscriptions of the stateless era
extension SessionCore {
  /// Takes a `subscriptions/listen`, of which some resources may be approved already, with their decisions' numbers.
  ///
  /// It is forwarded when every resource that it names may be: where a person must be asked about one, the whole waits.
  mutating func listen(
    _ message: WireMessage, _ request: RequestsInFlight.Request, _ line: Span<UInt8>,
    approved: [ExactText: UInt64] = [:], at now: Moment, gate: inout GateState, into output: inout SessionOutput
  ) {
    guard
      let decisions = judgeSubscription(message, request, line, approved, at: now, gate: &gate, into: &output)
    else { return }
    var request = request
    request.sent = now
    let number = requests.insert(request)
    subscriptions[number] = Subscription(decisions: decisions)
    limitWait(for: number, request, message, line, at: now)
    let start = output.toServer.count
    output.toServer.appendRequest(message, line, id: number)
    if !beginning.isOver { begin(message, number, output.toServer[start...]) }
    for (index, decision) in decisions.enumerated() {
      let end = output.toServer.count
      output.passing.calls.append(
        Passing.Call(decision: decision, number: index == 0 ? number : 0, start: index == 0 ? start : end, end: end))
    }
  }

  /// One of its resources is approved now, or need not be any more.
  mutating func resumeSubscription(
    _ held: Holding.Held, _ request: RequestsInFlight.Request, sequence: UInt64, at now: Moment,
    gate: inout GateState, into output: inout SessionOutput
  ) {
    var approved = held.approved
    if case .resource(let uri) = held.place.target { approved[uri] = sequence }
    var request = request
    // Each resource has a decision of its own.
    request.decision = 0
    request.reservation = nil
    listen(
      held.place.words.message, request, held.place.words.line.span, approved: approved, at: now, gate: &gate,
      into: &output)
  }

  /// Judges the resources that a `subscriptions/listen` names, each as `resources/subscribe` of it would be.
  ///
  /// One that is denied refuses the whole request: what a server makes of a shorter list nobody has asked for. What a
  /// server then tells of passes, like all notifications: they name a resource, and reading it is judged.
  ///
  /// - Returns: The decisions; nil if the request waits for a person, or was refused and answered.
  private mutating func judgeSubscription(
    _ message: WireMessage, _ request: RequestsInFlight.Request, _ line: Span<UInt8>,
    _ approved: [ExactText: UInt64], at now: Moment, gate: inout GateState, into output: inout SessionOutput
  ) -> [UInt64]? {
    let wanted: ListenRequest
    do throws(WireRefusal) {
      wanted = try ListenRequest(line, params: message.params)
    } catch {
      recordMalformed(error, method: message.methodName(line), at: now, gate: &gate, into: &output)
      output.toClient.append(error, id: line, message.id ?? 0..<0)
      return nil
    }
    let method = message.methodName(line)
    var approved = approved
    // One that is denied by more than a limit is looked for first, so that none of the others is counted for nothing;
    // then those that a person is asked about.
    var asking: [ExactText] = []
    var denied: ExactText?
    for uri in wanted.resources where denied == nil {
      var uncounted = Counters()
      let call = Call(server: server, target: .resource(uri: uri), grant: grant, session: session, client: client)
      let decision = gate.engine.judge(call, counters: &uncounted, at: now).decision
      if decision.verdict == .ask, decision.isEnforced {
        if approved[uri] == nil { asking.append(uri) }
      } else if !decision.letsThrough {
        denied = uri
      }
    }
    var decisions: [UInt64] = []
    for uri in denied.map({ [$0] }) ?? asking + wanted.resources {
      guard denied != nil || approved[uri] == nil else { continue }
      let judged = judge(
        .resource(uri: uri), method: method, argumentsDigest: nil, at: now, gate: &gate, into: &output,
        words: { Question.Words(message, line) })
      if let place = judged.hold {
        var held = request
        held.decision = judged.sequence
        held.reservation = judged.reservation
        held.subject = uri
        hold(held, place, message, line, at: now, into: &output)
        holding.keep(approved: approved, for: place.number)
        return nil
      }
      guard !judged.letsThrough else {
        if judged.approval != 0 { approved[uri] = judged.sequence } else { decisions.append(judged.sequence) }
        continue
      }
      output.toClient.appendError(
        code: Refusing.code,
        message: "\(Refusing.text(judged.decision)) This was about the resource `\(Self.shortened(uri))`.",
        data: Refusing.data(judged.decision), id: request.clientID.utf8)
      conclude(approved.values.sorted() + decisions, .error, since: now, at: now, gate: &gate, into: &output)
      return nil
    }
    return (approved.values + decisions).sorted()
  }

  /// Takes out a subscription, and tells how the decisions about its resources ended where nobody has yet.
  mutating func endSubscription(
    _ number: UInt64, _ request: RequestsInFlight.Request, _ outcome: ResultEvent.Outcome, at now: Moment,
    gate: inout GateState, into output: inout SessionOutput
  ) {
    guard let subscription = subscriptions.removeValue(forKey: number) else { return }
    conclude(subscription.decisions, outcome, since: request.sent, at: now, gate: &gate, into: &output)
  }

  /// The server has agreed to a subscription.
  mutating func subscriptionAcknowledged(
    _ number: UInt64, _ request: RequestsInFlight.Request, _ message: WireMessage, _ line: Span<UInt8>, at now: Moment,
    gate: inout GateState, into output: inout SessionOutput
  ) {
    guard var subscription = subscriptions[number] else { return }
    subscription.tellsOfTools =
      JSONNode.read(part: message.params, of: line)?["notifications"]?["toolsListChanged"]?.bool ?? false
    conclude(subscription.decisions, .ok, since: request.sent, at: now, gate: &gate, into: &output)
    subscription.decisions = []
    subscriptions[number] = subscription
  }

  /// Answers a subscription that ends with the session: as a server does that ends in good order, or with an error.
  func answerSubscription(
    _ request: RequestsInFlight.Request, isOrderly: Bool, _ detail: String, into output: inout SessionOutput
  ) {
    guard isOrderly else {
      output.toClient.appendError(
        code: WireRefusal.Code.internalError.rawValue, message: "[gatehouse] the subscription has ended: \(detail)",
        id: request.clientID.utf8)
      return
    }
    var result = Array("{\"resultType\":\"complete\",\"_meta\":{\"io.modelcontextprotocol/subscriptionId\":".utf8)
    result.append(contentsOf: request.clientID.utf8)
    result.append(text: "}}")
    output.toClient.appendResult(result, id: request.clientID.utf8)
  }

  private func conclude(
    _ decisions: [UInt64], _ outcome: ResultEvent.Outcome, since sent: Moment, at now: Moment, gate: inout GateState,
    into output: inout SessionOutput
  ) {
    for decision in decisions {
      conclude(
        ServerRequests.Request(sent: sent, decision: decision), outcome, bytes: 0, at: now, gate: &gate, into: &output)
    }
  }
}
