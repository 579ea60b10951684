internal import ControlWire
package import MCPWire
package import Policy

// MARK: Lines over the limit
extension SessionCore {
  /// A line was longer than the limit and is gone; `head` and `tail` are what was kept of its ends.
  ///
  /// Whoever waits for it is told, as far as its id stands in either.
  package mutating func oversized(
    from sender: Side, head: Span<UInt8>, tail: Span<UInt8>, at now: Moment, gate: inout GateState,
    into output: inout SessionOutput
  ) {
    switch (state, sender) {
    case (.ended, _), (.draining, .client): return
    case (.open, .client): oversizedFromClient(head, tail, at: now, gate: &gate, into: &output)
    case (.open, .server), (.draining, .server): oversizedFromServer(head, tail, at: now, gate: &gate, into: &output)
    }
  }

  private static let tooLong = WireRefusal(
    .invalidRequest, "the message is longer than \(WireLimits.line) bytes")

  private mutating func oversizedFromClient(
    _ head: Span<UInt8>, _ tail: Span<UInt8>, at now: Moment, gate: inout GateState, into output: inout SessionOutput
  ) {
    let remains = MessageRemains(of: head)
    recordMalformed(Self.tooLong, method: remains.method, at: now, gate: &gate, into: &output)
    if let id = remains.id {
      output.toClient.append(Self.tooLong, id: head, id)
    } else if let id = MessageRemains.lastID(in: tail) {
      output.toClient.append(Self.tooLong, id: tail, id)
    } else {
      output.toClient.append(Self.tooLong)
    }
  }

  private mutating func oversizedFromServer(
    _ head: Span<UInt8>, _ tail: Span<UInt8>, at now: Moment, gate: inout GateState, into output: inout SessionOutput
  ) {
    let remains = MessageRemains(of: head)
    // A notification, or a request that nobody can have meant to be read.
    guard !remains.hasMethod else {
      tally.droppedNotifications += 1
      return
    }
    let number: UInt64? =
      if let id = remains.id {
        WireID.ours(id, head)
      } else if let id = MessageRemains.lastID(in: tail) {
        WireID.ours(id, tail)
      } else {
        nil
      }
    guard let number, let request = takeAnswered(number) else {
      tally.strayAnswers += 1
      return
    }
    endSubscription(number, request, .error, at: now, gate: &gate, into: &output)
    fail(
      request, "the server's answer is longer than \(WireLimits.line) bytes", bytes: WireLimits.line, at: now,
      gate: &gate, into: &output)
  }
}
