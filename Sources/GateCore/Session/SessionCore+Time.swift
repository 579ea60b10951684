internal import ControlWire
internal import JSONText
internal import MCPWire
package import Policy

// MARK: Time
extension SessionCore {
  /// When `timePassed` is to be called, though nothing was read; nil for never.
  package var wakeUp: Moment? {
    guard let due = holding.wakeUp else { return waiting.wakeUp }
    return min(due, waiting.wakeUp ?? due)
  }

  /// Some time is over; `unread` is how many bytes the server has been sent and has not read.
  package mutating func timePassed(
    at now: Moment, unread: Int, gate: inout GateState, into output: inout SessionOutput
  ) {
    switch state {
    case .open, .draining: break
    case .ended: return
    }
    if unread == 0 { waiting.serverHasRead(at: now) } else { waiting.looked(at: now) }
    if !holding.isEmpty { holdsPassed(at: now, gate: &gate, into: &output) }
    for expired in waiting.expire(at: now) {
      guard let request = requests.remove(expired.number) else { continue }
      giveUp(request, expired, at: now, gate: &gate, into: &output)
    }
  }

  /// The server has said something, and so has read what was asked before.
  mutating func serverSpoke(at now: Moment) {
    if waiting.hasUnread { waiting.serverHasRead(at: now) }
  }

  // MARK: Requests

  /// Limits the wait for a request that was just sent.
  mutating func limitWait(
    for number: UInt64, _ request: RequestsInFlight.Request, _ message: WireMessage, _ line: Span<UInt8>,
    at now: Moment
  ) {
    let start = limits.initialize ?? .max
    switch request.method {
    case .initialize:
      guard let limit = limits.initialize else { return }
      waiting.add(number, .initialize, Waiting.Patience(limit: limit, start: start), token: nil, at: now)
    case .discover:
      guard let limit = limits.discover else { return }
      waiting.add(number, .discover, Waiting.Patience(limit: limit, start: start), token: nil, at: now)
    case .toolsList:
      // Nothing was answered yet: the server may be about to start, or wait for a handshake for ever.
      let isFirst = !hasAnswered
      guard let limit = isFirst ? limits.initialize : limits.list else { return }
      waiting.add(
        number, .list, Waiting.Patience(limit: limit, start: isFirst ? start : nil),
        token: message.progressToken.map { WireID.key($0, line) }, at: now)
    default:
      guard request.decision != 0 else { return }
      // Servers that cannot be reached are left in peace also where a call may take as long as it likes.
      breaker.sent(number, limit: limits.call ?? Breaker.pause, at: now)
      guard let limit = limits.call else { return }
      waiting.add(
        number, .call, Waiting.Patience(limit: limit), token: message.progressToken.map { WireID.key($0, line) },
        at: now)
    }
  }

  /// Takes out a request that was answered, with whatever.
  mutating func takeAnswered(_ number: UInt64) -> RequestsInFlight.Request? {
    guard let request = requests.remove(number) else { return nil }
    noteAnswered(number, isDecided: request.decision != 0)
    return request
  }

  /// A request that was just taken out was answered.
  mutating func noteAnswered(_ number: UInt64, isDecided: Bool) {
    hasAnswered = true
    if !waiting.isEmpty { waiting.remove(number) }
    if isDecided { breaker.answered() }
  }

  /// Takes out a request that the client takes back.
  mutating func takeCancelled(_ number: UInt64, at now: Moment) -> RequestsInFlight.Request? {
    guard let request = requests.remove(number) else { return nil }
    if !waiting.isEmpty { waiting.remove(number) }
    breaker.gone(number, at: now)
    return request
  }

  /// The denial of whatever is judged while the server answers nothing; nil where it does.
  func unavailable(at now: Moment) -> Decision? {
    guard let wait = breaker.wait(at: now) else { return nil }
    return Decision(
      .deny, rule: "(unavailable)",
      reason:
        "the server is unavailable: it has not answered \(Breaker.threshold) calls in a row, and is left in peace "
        + "for a while",
      retryAfter: wait)
  }

  /// Takes note of progress that a server reports; it passes to the client in any case.
  mutating func noteProgress(_ message: WireMessage, _ line: Span<UInt8>, at now: Moment) {
    guard !waiting.isEmpty, let text = WireText(message.methodText, line),
      text.decoded(line) == "notifications/progress", let params = JSONNode.read(part: message.params, of: line),
      let token = params["progressToken"]
    else { return }
    waiting.progressed(WireID.key(token.range, line), at: now)
  }

  // MARK: Giving up

  private mutating func giveUp(
    _ request: RequestsInFlight.Request, _ expired: Waiting.Expired, at now: Moment, gate: inout GateState,
    into output: inout SessionOutput
  ) {
    let time = Self.words(expired.waited)
    let id = request.clientID.utf8
    switch expired.kind {
    case .discover:
      _ = era.failed(.discover, isModern: request.isModern, EraWitness.Failure(code: nil))
      // Nothing goes to the server: one that is silent on this is of the older era, and one of its kind may not bear
      // a notification before the handshake either.
      output.toClient.appendError(
        code: Self.methodNotFound,
        message: "[gatehouse] the server has not answered `server/discover` within \(time); begin with `initialize`",
        id: id)
    case .initialize:
      // It cannot be cancelled.
      output.toClient.appendError(
        code: WireRefusal.Code.internalError.rawValue,
        message: "[gatehouse] the server has not answered `initialize` within \(time): it hangs, or it speaks only "
          + "protocol 2026-07-28, which has no handshake",
        id: id)
    case .list:
      cancelAtServer(expired, time, into: &output)
      var text = "[gatehouse] the server has not answered `tools/list` within \(time)"
      if request.isModern, era.state != .settled {
        text += ": it hangs, or it speaks only protocol versions up to 2025-11-25, which begin with `initialize`"
      }
      output.toClient.appendError(code: WireRefusal.Code.internalError.rawValue, message: text, id: id)
    case .call:
      breaker.timedOut(expired.number, at: now)
      cancelAtServer(expired, time, into: &output)
      let what = [request.method?.rawValue ?? "the request", request.subject.map { "`\(Self.shortened($0))`" }]
        .compactMap { $0 }.joined(separator: " ")
      let text =
        "[gatehouse] the server has not answered \(what) within \(time); whether it took effect is not known"
      if request.method == .toolsCall {
        // A result and no error: there are clients that throw at any error, so that the model is never told that its
        // call may have taken effect and ought not to be made again lightly.
        output.toClient.appendResult(Refusing.toolResult(text, nil, isModern: request.isModern), id: id)
      } else {
        output.toClient.appendError(code: WireRefusal.Code.internalError.rawValue, message: text, id: id)
      }
    }
    // What it holds of limits stays theirs: the call may have taken effect.
    conclude(request, .lost, bytes: 0, at: now, gate: &gate, into: &output)
  }

  private func cancelAtServer(_ expired: Waiting.Expired, _ time: String, into output: inout SessionOutput) {
    output.toServer.append(
      text: "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":\(expired.number),"
        + "\"reason\":\"no answer within \(time)\"}}\n")
  }

  static let methodNotFound = -32601

  private static func words(_ microseconds: Int64) -> String {
    microseconds < 2_000_000 && microseconds % 1_000_000 != 0
      ? "\(microseconds / 1000) ms" : "\(microseconds / 1_000_000) s"
  }
}
