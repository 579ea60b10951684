internal import ControlWire
internal import JSONText
internal import MCPWire
internal import Policy

// MARK: Subscriptions of the stateless era
extension SessionCore {
  /// Judges the resources that a `subscriptions/listen` names, each as `resources/subscribe` of it would be.
  ///
  /// One that is denied refuses the whole request: what a server makes of a shorter list nobody has asked for. What a
  /// server then tells of passes, like all notifications: they name a resource, and reading it is judged.
  ///
  /// - Returns: The decisions; nil if the request was refused and answered.
  mutating func judgeSubscription(
    _ message: WireMessage, _ request: RequestsInFlight.Request, _ id: Range<Int>, _ line: Span<UInt8>, at now: Moment,
    gate: inout GateState, into output: inout SessionOutput
  ) -> [UInt64]? {
    let wanted: ListenRequest
    do throws(WireRefusal) {
      wanted = try ListenRequest(line, params: message.params)
    } catch {
      recordMalformed(error, method: message.methodName(line), at: now, gate: &gate, into: &output)
      output.toClient.append(error, id: line, id)
      return nil
    }
    let method = message.methodName(line)
    // One that is denied by more than a limit is looked for first, so that none of the others is counted for nothing.
    let denied = wanted.resources.filter { uri in
      var uncounted = Counters()
      let call = Call(server: server, target: .resource(uri: uri), grant: grant, session: session, client: client)
      return !gate.engine.judge(call, counters: &uncounted, at: now).decision.letsThrough
    }
    var decisions: [UInt64] = []
    for uri in denied.first.map({ [$0] }) ?? wanted.resources {
      let judged = judge(.resource(uri: uri), method: method, argumentsDigest: nil, at: now, gate: &gate, into: &output)
      guard !judged.decision.letsThrough else {
        decisions.append(judged.sequence)
        continue
      }
      output.toClient.appendError(
        code: Refusing.code,
        message: "\(Refusing.text(judged.decision)) This was about the resource `\(Self.shortened(uri))`.",
        data: Refusing.data(judged.decision), id: request.clientID.utf8)
      conclude(decisions, .error, since: now, at: now, gate: &gate, into: &output)
      return nil
    }
    return decisions
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
